import type { Level } from '../kernel/division-code.ts'
import type { Fen } from '../kernel/money.ts'

/** The forms that make or use lines, in the order in which money takes them. */
export const FORMS = [
  'register',
  'add',
  'receive',
  'receive-across',
  'assign',
  'refine',
  'pass-down',
  'send-across',
  'plan',
] as const
export type AllotmentForm = (typeof FORMS)[number]

export const POVERTY = ['whole', 'part', 'none'] as const
/** 扶贫标识: all of the line is for the poor, part of it (with the monitored amount), or none. */
export type Poverty = (typeof POVERTY)[number]

/** What a form may be done with: which form made the line that it takes from, and which balance it takes. */
export const TAKES: Record<AllotmentForm, { from: readonly string[]; account: number } | null> = {
  register: null,
  add: null,
  receive: null,
  'receive-across': null,
  assign: { from: ['register', 'add', 'receive', 'receive-across', 'take-over', 'carry', 'recover'], account: 1001 },
  refine: { from: ['assign'], account: 5001 },
  'pass-down': { from: ['assign'], account: 5001 },
  'send-across': { from: ['assign'], account: 5001 },
  plan: { from: ['refine'], account: 500201 },
}

/** Forms that take from a transfer: from a superior, or from another region. */
export const receives = (form: string): boolean => form === 'receive' || form === 'receive-across'
/** Forms that open a transfer for a receiver: below, or in another region. */
export const sends = (form: string): boolean => form === 'pass-down' || form === 'send-across'

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
  /** The region that it is sent across to, where that is outside this installation. */
  toOutside?: string | null
  note?: string | null
  externalId?: string | null
  budgetOrigin?: BudgetOrigin
  /** The fund that integrated money is actually used as; `fund` stays its legal source. */
  useFund?: number | null
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
  useFund?: number | null
  available: bigint
  /** Of a transfer: what was decided about it (非扶贫资金识别), where something was. Amounts in fen, as text. */
  recognised?: { verdict: Poverty; monitored: string; sent: string; taken: string } | null
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
