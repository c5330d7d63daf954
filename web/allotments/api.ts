import type { Line, LinesAnswer, TransferView } from '../../src/allotments/contract.ts'

/** The forms (业务单) that are entered here, in the order in which money passes them. */
export const FORMS = ['register', 'receive', 'assign', 'refine', 'pass-down', 'plan'] as const
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
