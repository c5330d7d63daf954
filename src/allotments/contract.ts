import { type Static, Type } from 'typebox'
import type { Repair } from '../kernel/refusal.ts'

const Id = Type.String({ pattern: '^\\d{1,19}$' })
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const OptionalText = Type.Optional(Type.String({ maxLength: 300 }))

/**
 * A line of budget authority. All amounts are whole fen as text; those by state say where the money of this line, and of all lines made from
 * it in its division, stands now.
 */
export interface Line {
  id: string
  division: { code: string; name: string }
  fiscalYear: number
  form: string
  document: { id: string; number: string; form: string; title: string; dated: string; scan: boolean }
  fund: { id: number; code: string; name: string }
  amountFen: string
  totalFen: string
  toRefineFen: string
  ownFen: string
  passedFen: string
  planFen: string
  transitFen: string
  paidFen: string
  agency: { code: string; name: string } | null
  project: { id: string; code: string; name: string } | null
  toDivision: { code: string; name: string } | null
  functionSubject: string | null
  economicSubject: string | null
  poverty: string
  monitoredFen: string
  sourceLevel: string
  superiorNumber: string | null
  direct: boolean
  /** 1 the initial budget, 2 an adjustment in the year (追加), 3 a virement (调剂). */
  budgetOrigin: number
  source: string | null
  externalId: string | null
  note: string | null
  /** How many lines were made from this one, here and, for a passed-down line, below. */
  children: number
}

export const LinesQuery = Type.Object({
  year: Type.Integer(),
  form: Type.Optional(Type.String({ maxLength: 20 })),
  fund: Type.Optional(Type.Integer()),
  q: Type.Optional(Type.String({ maxLength: 100 })),
  after: Type.Optional(Id),
})
export interface LinesAnswer {
  rows: Line[]
  next: string | null
  totals: {
    count: number
    registeredFen: string
    toAssignFen: string
    toRefineFen: string
    ownFen: string
    passedFen: string
    paidFen: string
  }
}

export const TreeQuery = Type.Object({
  year: Type.Integer(),
  fund: Type.Optional(Type.Integer()),
  parent: Type.Optional(Id),
})

export interface EntryView {
  batch: string
  line: number
  form: string
  formName: { zh: string; en: string }
  effectiveOn: string
  recordedAt: string
  documentNumber: string | null
  debit: { account: number; allotment: string }
  credit: { account: number; allotment: string }
  amountFen: string
  corrects: { batch: string; line: number } | null
  /** What of the entry a red letter may still take back; `0` for red letters themselves. */
  leftFen: string
}

export interface LinePage {
  line: Line
  path: {
    id: string
    division: { code: string; name: string }
    form: string
    documentNumber: string
    fund: string
    amountFen: string
  }[]
  children: Line[]
  entries: EntryView[]
  payments: {
    id: string
    voucherNo: string
    vouchedOn: string
    paidOn: string | null
    payeeName: string | null
    purpose: string | null
    amountFen: string
    unposted: string | null
  }[]
  warnings: { id: string; rule: string; level: string; status: string; raisedOn: string }[]
}

export const TransfersQuery = Type.Object({
  year: Type.Integer(),
  state: Type.Optional(Type.Union([Type.Literal('waiting'), Type.Literal('all')])),
})
export interface TransferView {
  id: string
  sender: { code: string; name: string } | null
  documentNumber: string
  documentTitle: string
  dated: string
  fund: { id: number; code: string; name: string }
  sentFen: string
  takenFen: string
  inTransitFen: string
  sourceLevel: string
  direct: boolean
}

export const DocumentBody = Type.Object({
  number: Type.String({ minLength: 1, maxLength: 200 }),
  title: Type.String({ minLength: 1, maxLength: 300 }),
  dated: Day,
  issuer: OptionalText,
})

export const LineBody = Type.Object({
  amountFen: Type.String({ pattern: '^\\d{1,16}$' }),
  fund: Type.Optional(Type.Integer()),
  source: Type.Optional(Id),
  transfer: Type.Optional(Id),
  office: Type.Optional(Type.Integer()),
  agency: Type.Optional(Type.Integer()),
  project: Type.Optional(Id),
  toDivision: Type.Optional(Type.String({ pattern: '^\\d{9}$' })),
  functionSubject: OptionalText,
  economicSubject: OptionalText,
  fundNature: OptionalText,
  sourceType: OptionalText,
  poverty: Type.Optional(Type.Union([Type.Literal('whole'), Type.Literal('part'), Type.Literal('none')])),
  monitoredFen: Type.Optional(Type.String({ pattern: '^\\d{1,16}$' })),
  note: OptionalText,
})

export const FormBody = Type.Object({
  fiscalYear: Type.Integer({ minimum: 1994, maximum: 2100 }),
  effectiveOn: Type.Optional(Day),
  requestKey: Type.Optional(Type.String({ minLength: 8, maxLength: 80 })),
  document: DocumentBody,
  lines: Type.Array(LineBody, { minItems: 1, maxItems: 5000 }),
})
export type FormBody = Static<typeof FormBody>

/**
 * A cut or a withdrawal: lines that name what they take from, or an amount that is spread over all that a fund, a document (its own, of
 * what it was made from, or the superior's) or an agency still has. With `checkOnly` nothing is stored, only shown.
 */
export const ReductionBody = Type.Object({
  fiscalYear: Type.Integer({ minimum: 1994, maximum: 2100 }),
  effectiveOn: Type.Optional(Day),
  requestKey: Type.Optional(Type.String({ minLength: 8, maxLength: 80 })),
  checkOnly: Type.Optional(Type.Boolean()),
  document: DocumentBody,
  lines: Type.Optional(
    Type.Array(Type.Object({ source: Id, amountFen: Type.String({ pattern: '^\\d{1,16}$' }) }), { maxItems: 5000 }),
  ),
  spread: Type.Optional(
    Type.Object({
      amountFen: Type.String({ pattern: '^\\d{1,16}$' }),
      fund: Type.Optional(Type.Integer()),
      agency: Type.Optional(Type.Integer()),
      documentNumber: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    }),
  ),
})
export interface ReductionAnswer {
  /** Both null where it was only looked at. */
  batch: string | null
  document: string | null
  /** What was taken off each line, and what the form could take of it after that; the parts sum to the amount. */
  lines: { line: string; amountFen: string; leftFen: string }[]
  repairs: Repair[]
}

export const CorrectionBody = Type.Object({
  fiscalYear: Type.Integer({ minimum: 1994, maximum: 2100 }),
  effectiveOn: Day,
  requestKey: Type.Optional(Type.String({ minLength: 8, maxLength: 80 })),
  document: DocumentBody,
  batch: Id,
  line: Type.Integer({ minimum: 1 }),
  amountFen: Type.String({ pattern: '^\\d{1,16}$' }),
})
