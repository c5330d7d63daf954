import type { Payment } from '../payments/api.ts'
import type { LampCounts } from '../ui/lamps.tsx'
import type { Listing } from '../ui/listed.tsx'
import type { WarningRow } from '../warnings/api.ts'

export interface Named {
  code: string
  name: string
}
export interface NamedThing extends Named {
  id: string
}
export interface DocumentFacts {
  id: string
  number: string
  /** Whether the number was well-formed, mended on the way in, or neither. */
  form: 'valid' | 'repaired' | 'invalid'
  title: string
  dated: string
  scan: boolean
}

/** The forms (业务单) of this issue, in the order in which money passes them. */
export const FORMS = ['register', 'receive', 'assign', 'refine', 'pass-down', 'plan'] as const
export type Form = (typeof FORMS)[number]

export interface Line {
  id: string
  division: Named
  fiscalYear: number
  form: string
  document: DocumentFacts
  fund: NamedThing
  amountFen: string
  totalFen: string
  toRefineFen: string
  ownFen: string
  passedFen: string
  planFen: string
  transitFen: string
  paidFen: string
  agency?: NamedThing | null
  project?: NamedThing | null
  toDivision?: Named | null
  functionSubject?: string | null
  economicSubject?: string | null
  poverty: 'whole' | 'part' | 'none'
  monitoredFen: string
  sourceLevel: string
  superiorNumber?: string | null
  direct: boolean
  source?: string | null
  externalId?: string | null
  note?: string | null
}
export interface AllotmentsAnswer extends Listing<Line> {
  totals: {
    registeredFen: string
    toRefineFen: string
    ownFen: string
    passedFen: string
    paidFen: string
    count: number | string
  }
}
export type TreeLine = Line & { children: number }
export interface TreeAnswer {
  rows: TreeLine[]
}
export interface LineLite {
  id: string
  division: Named
  form: string
  document: { number: string; title?: string; dated?: string }
  fund: NamedThing
  amountFen: string
}
export interface Side {
  account: string
  name: string
  allotment: string
}
export interface Entry {
  batch: string
  line: number
  form: string
  effectiveOn: string
  debit: Side
  credit: Side
  amountFen: string
  corrects?: { batch: string; line: number } | string | null
}
export interface AllotmentAnswer extends Line {
  path: LineLite[]
  children: Line[]
  entries: Entry[]
  payments: Payment[]
  warnings: WarningRow[]
}
export interface Transfer {
  id: string
  sender: Named | null
  documentNumber: string
  documentTitle: string
  dated: string
  fund: NamedThing
  sentFen: string
  takenFen: string
  inTransitFen: string
  direct: boolean
}
export type TransfersAnswer = Listing<Transfer>
export type { LampCounts }
