import type { Line, LinesAnswer, TransferView } from '../../src/allotments/answers.ts'

/** The forms (业务单) that make lines, in the order in which money passes them; then those that change it in the year. */
export const FORMS = [
  'register',
  'add',
  'receive',
  'assign',
  'refine',
  'pass-down',
  'plan',
  'cut',
  'withdraw',
  'virement',
] as const
export type Form = (typeof FORMS)[number]

/** What every list of lines shows of one, wherever the line was read. */
export type ShownLine = Omit<Line, 'fund' | 'project' | 'toDivision' | 'children' | 'externalId' | 'budgetOrigin'> & {
  fund: { id: number | string; code: string; name: string }
  project?: Line['project']
  toDivision?: Line['toDivision']
}

export type Totals = LinesAnswer['totals']
export interface TransfersAnswer {
  rows: TransferView[]
  next?: string | null
}
