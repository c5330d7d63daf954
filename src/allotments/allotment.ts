import type { Level } from '../kernel/division-code.ts'
import type { Fen } from '../kernel/money.ts'

/** The forms that make or use lines, in the order in which money takes them. */
export const FORMS = ['register', 'add', 'receive', 'assign', 'refine', 'pass-down', 'plan'] as const
export type AllotmentForm = (typeof FORMS)[number]

export const POVERTY = ['whole', 'part', 'none'] as const
/** 扶贫标识: all of the line is for the poor, part of it (with the monitored amount), or none. */
export type Poverty = (typeof POVERTY)[number]

/** What a form may be done with: which form made the line that it takes from, and which balance it takes. */
export const TAKES: Record<AllotmentForm, { from: readonly AllotmentForm[]; account: number } | null> = {
  register: null,
  add: null,
  receive: null,
  assign: { from: ['register', 'add', 'receive'], account: 1001 },
  refine: { from: ['assign'], account: 5001 },
  'pass-down': { from: ['assign'], account: 5001 },
  plan: { from: ['refine'], account: 500201 },
}

/** How a line came into the budget [std]: 1 the initial budget, 2 an adjustment in the year (追加), 3 a virement (调剂). */
export type BudgetOrigin = 1 | 2 | 3

/** A line as it is issued. What is left undefined is taken over from its source. */
export interface NewLine {
  amount: Fen
  fund?: number
  source?: bigint | undefined
  transfer?: bigint | undefined
  sourceType?: string
  sourceLevel?: Level
  superiorNumber?: string | null
  direct?: boolean
  advance?: boolean
  fundNature?: string | null
  functionSubject?: string | null
  economicSubject?: string | null
  departmentSubject?: string | null
  transferSubject?: string | null
  poverty?: Poverty
  monitored?: Fen
  office?: number | null
  agency?: number | null
  project?: bigint | null
  belowProjectCode?: string | null
  toDivision?: number | null
  note?: string | null
  externalId?: string | null
  budgetOrigin?: BudgetOrigin
}

/** What a source line or a transfer hands on to the lines made from it: frozen at the first line, down to the payment. */
export interface Origin {
  id: bigint
  form: string
  fund: number
  path: bigint[]
  sourceType: string
  sourceLevel: Level
  superiorNumber: string | null
  direct: boolean
  advance: boolean
  fundNature: string | null
  functionSubject: string | null
  economicSubject: string | null
  poverty: Poverty
  office: number | null
  budgetOrigin: BudgetOrigin
  available: bigint
}

/**
 * The monitored amount of a line: all of it where it is wholly for the poor, none where it is not, and where it is in part,
 * what was stated (at most the amount).
 */
export function monitoredOf(poverty: Poverty, amount: Fen, stated: Fen | undefined): Fen {
  if (poverty === 'whole') return amount
  if (poverty === 'none') return 0n as Fen
  return stated === undefined || stated > amount ? amount : stated
}
