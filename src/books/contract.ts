import { type Static, Type } from 'typebox'
import type { Sentence } from '../kernel/refusal.ts'
import { nullable, oneOf, SentenceSchema } from '../kernel/schema.ts'
import { Flow } from '../overview/contract.ts'

const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const Moment = Type.String({
  maxLength: 40,
  pattern: '^\\d{4}-\\d{2}-\\d{2}([ T]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,6})?)?(Z|[+-]\\d{2}(:\\d{2})?)?)?$',
})
const Id = Type.String({ pattern: '^\\d{1,19}$' })
const Year = Type.Integer({ minimum: 1994, maximum: 2100 })
const File = Type.Union([Type.Literal('csv'), Type.Literal('xlsx')])

export const InDivision = Type.Object({ division: Type.String() })

/**
 * Which view of the books: `from` and `to` by the effective day, both included; `known` the moment of which it is asked what was
 * known (a day stands for its end, Beijing time). Without `known`: all that is posted.
 */
const Clocks = {
  from: Type.Optional(Day),
  to: Type.Optional(Day),
  known: Type.Optional(Moment),
}

export const GeneralQuery = Type.Object({
  year: Year,
  ...Clocks,
  fund: Type.Optional(Type.Integer()),
  subject: Type.Optional(Type.String({ pattern: '^\\d{3,7}$' })),
  file: Type.Optional(File),
})
export type GeneralQuery = Static<typeof GeneralQuery>

export const AccountName = Type.Object({
  code: Type.Integer(),
  shownCode: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  side: oneOf(['D', 'C']),
})
export type AccountName = Static<typeof AccountName>

/** Amounts are fen as text; opening and closing stand on the account's own side. */
export const GeneralRow = Type.Object({
  account: Type.Integer(),
  /** `YYYY-MM`; null is the account's total over the period. */
  month: nullable(Type.String()),
  openingFen: Type.String(),
  debitFen: Type.String(),
  creditFen: Type.String(),
  closingFen: Type.String(),
})
export type GeneralRow = Static<typeof GeneralRow>

export const GeneralLedger = Type.Object({
  accounts: Type.Array(AccountName),
  rows: Type.Array(GeneralRow),
  /** All debits and all credits of the period: equal, or the books are broken. */
  totals: Type.Object({ debitFen: Type.String(), creditFen: Type.String() }),
})
export type GeneralLedger = Static<typeof GeneralLedger>

export const SubQuery = Type.Object({
  year: Year,
  ...Clocks,
  account: Type.Optional(Type.Integer()),
  fund: Type.Optional(Type.Integer()),
  agency: Type.Optional(Type.Integer()),
  project: Type.Optional(Id),
  allotment: Type.Optional(Id),
  after: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}\\.\\d{1,19}\\.\\d{1,9}\\.[01]\\.-?\\d{1,19}$' })),
  file: Type.Optional(File),
})
export type SubQuery = Static<typeof SubQuery>

export const SubRow = Type.Object({
  effectiveOn: Type.String(),
  batch: Type.String(),
  line: Type.Integer(),
  account: Type.Integer(),
  allotment: Type.String(),
  /** The account on the other side. */
  against: Type.Integer(),
  form: Type.String(),
  formName: SentenceSchema,
  documentNumber: nullable(Type.String()),
  documentTitle: nullable(Type.String()),
  fund: Type.String(),
  agency: nullable(Type.String()),
  project: nullable(Type.String()),
  payee: nullable(Type.String()),
  debitFen: Type.String(),
  creditFen: Type.String(),
  /** After this row: debits less credits, or the other way round where the one account stands on the credit side. */
  balanceFen: Type.String(),
})
export type SubRow = Static<typeof SubRow>

export const SubLedger = Type.Object({
  accounts: Type.Array(AccountName),
  side: oneOf(['D', 'C']),
  openingFen: Type.String(),
  rows: Type.Array(SubRow),
  next: nullable(Type.String()),
})
export type SubLedger = Static<typeof SubLedger>

export const BalanceQuery = Type.Object({
  year: Year,
  ...Clocks,
  by: Type.Optional(
    Type.Union([Type.Literal('fund'), Type.Literal('subject'), Type.Literal('level'), Type.Literal('division')]),
  ),
  file: Type.Optional(File),
})
export type BalanceQuery = Static<typeof BalanceQuery>

/** What the origins of money are called; what a budget system calls otherwise stands by its own word. */
export const ORIGINS: Readonly<Record<string, Sentence>> = {
  own: { zh: '本级安排', en: 'Own budget' },
  superior: { zh: '上级转移支付', en: 'Transfers from above' },
  horizontal: { zh: '横向转移支付', en: 'Horizontal transfers' },
  'handed-over': { zh: '区划调整划转', en: 'Handed over by another division' },
  'carried-over': { zh: '上年结转', en: 'Carried over' },
  'prior-year-recovery': { zh: '以前年度收回', en: 'Recovered from earlier years' },
  'special-account': { zh: '专户资金', en: 'Special accounts' },
  bond: { zh: '债券', en: 'Bonds' },
  donation: { zh: '捐赠', en: 'Donations' },
}

export const SourceRow = Type.Object({
  /** superior, horizontal, or the source type of own budget. */
  origin: Type.String(),
  sourceLevel: Type.String(),
  advance: Type.Boolean(),
  fen: Type.String(),
})
export type SourceRow = Static<typeof SourceRow>

/** A group of the balance sheet: sources + moved in = the sum of its uses. `movedFen` is what came from (+) or went to (-) other groups. */
export const BalanceGroup = Type.Object({
  key: Type.String(),
  name: Type.String(),
  sourcesFen: Type.String(),
  movedFen: Type.String(),
  uses: Type.Record(Type.String(), Type.String()),
  /** Numerator and denominator of the execution rate: paid, and own spending whatever became of it. */
  paidFen: Type.String(),
  executableFen: Type.String(),
})
export type BalanceGroup = Static<typeof BalanceGroup>

export const BalanceSheet = Type.Object({
  accounts: Type.Array(AccountName),
  sources: Type.Array(SourceRow),
  uses: Type.Array(Type.Object({ account: Type.Integer(), fen: Type.String() })),
  sourcesFen: Type.String(),
  usesFen: Type.String(),
  groups: Type.Array(BalanceGroup),
  execution: Type.Object({ paidFen: Type.String(), executableFen: Type.String() }),
})
export type BalanceSheet = Static<typeof BalanceSheet>

export const TraceQuery = Type.Object({
  ref: Type.String({ minLength: 1, maxLength: 200 }),
  ...Clocks,
  file: Type.Optional(File),
})

export const TraceLine = Type.Object({
  id: Type.String(),
  /** above the traced, traced itself, or made from it */
  kin: oneOf(['above', 'traced', 'below']),
  depth: Type.Integer(),
  /** The line it was made from, as far as the reader may see it. */
  parent: nullable(Type.String()),
  division: Type.Object({ code: Type.String(), name: Type.String(), level: Type.String() }),
  fiscalYear: Type.Integer(),
  form: Type.String(),
  document: Type.Object({ number: Type.String(), title: Type.String(), dated: Type.String() }),
  fund: Type.Object({ code: Type.String(), name: Type.String() }),
  sourceLevel: Type.String(),
  /** The superior's document: its number, kept on every line all the way. */
  superiorNumber: nullable(Type.String()),
  /** What the line was received from; null where it came from no transfer. */
  transfer: nullable(
    Type.Object({
      id: Type.String(),
      sender: nullable(Type.String()),
      outside: Type.Boolean(),
      documentNumber: Type.String(),
      sentFen: Type.String(),
      takenFen: Type.String(),
    }),
  ),
  direct: Type.Boolean(),
  agency: nullable(Type.String()),
  project: nullable(Type.Object({ code: Type.String(), name: Type.String() })),
  toDivision: nullable(Type.String()),
  amountFen: Type.String(),
  /** What is left of the line after cuts, withdrawals and red letters, whatever became of it; null above the traced. */
  netFen: nullable(Type.String()),
  balances: Type.Array(Type.Object({ account: Type.Integer(), fen: Type.String() })),
})
export type TraceLine = Static<typeof TraceLine>

export const TracePayment = Type.Object({
  id: Type.String(),
  allotment: Type.String(),
  voucherNo: Type.String(),
  day: Type.String(),
  payee: nullable(Type.String()),
  /** Masked. */
  account: nullable(Type.String()),
  purpose: nullable(Type.String()),
  amountFen: Type.String(),
  /** Why it stands in no entry; null where it is posted. */
  unposted: nullable(Type.String()),
})
export type TracePayment = Static<typeof TracePayment>

export const Trace = Type.Object({
  ref: Type.String(),
  kind: oneOf(['allotment', 'payment', 'voucher', 'project', 'document']),
  name: Type.String(),
  /** The same words also name these; write `kind:ref` for one of them. */
  also: Type.Array(oneOf(['allotment', 'payment', 'voucher', 'project', 'document'])),
  accounts: Type.Array(AccountName),
  lines: Type.Array(TraceLine),
  /** False where there are more lines below than are shown; the command and the export give all. */
  whole: Type.Boolean(),
  payments: Type.Array(TracePayment),
  totals: Type.Object({
    lines: Type.Integer(),
    netFen: Type.String(),
    payments: Type.Integer(),
    paidFen: Type.String(),
    payees: Type.Integer(),
  }),
  /** The root of each traced line, and how much of the traced came from it. */
  sources: Type.Array(
    Type.Object({
      line: Type.String(),
      division: Type.String(),
      fund: Type.String(),
      sourceLevel: Type.String(),
      documentNumber: Type.String(),
      superiorNumber: nullable(Type.String()),
      fen: Type.String(),
    }),
  ),
  flow: Flow,
})
export type Trace = Static<typeof Trace>

export type TraceKind = 'allotment' | 'payment' | 'voucher' | 'project' | 'document'

export const ProofQuery = Type.Object({
  year: Type.Optional(Year),
  document: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  known: Clocks.known,
  file: Type.Optional(File),
})
export const ProofTransfer = Type.Object({
  id: Type.String(),
  receiver: Type.Object({ code: Type.String(), name: Type.String() }),
  /** The superior's line and what stands on it as passed down; null where the superior is outside this installation or the reader's scope. */
  parent: nullable(Type.Object({ id: Type.String(), standsFen: Type.String() })),
  sentFen: Type.String(),
  takenFen: Type.String(),
  inTransitFen: Type.String(),
  /** Taken back by recall, on the superior's side (or, where it is outside, on the receiver's). */
  recalledFen: Type.String(),
  children: Type.Array(Type.Object({ id: Type.String(), fen: Type.String() })),
  holds: Type.Boolean(),
})
export type ProofTransfer = Static<typeof ProofTransfer>

export const ProofGroup = Type.Object({
  documentNumber: Type.String(),
  documentTitle: Type.String(),
  fiscalYear: Type.Integer(),
  fund: Type.Object({ code: Type.String(), name: Type.String(), division: Type.String() }),
  /** The fiscal parent who sent it; null: outside this installation. */
  sender: nullable(Type.Object({ code: Type.String(), name: Type.String() })),
  /** Whether the sender's own book is within the reader's scope. */
  senderSeen: Type.Boolean(),
  sentFen: Type.String(),
  takenFen: Type.String(),
  inTransitFen: Type.String(),
  recalledFen: Type.String(),
  transfers: Type.Array(ProofTransfer),
  holds: Type.Boolean(),
})
export type ProofGroup = Static<typeof ProofGroup>

export const Proof = Type.Object({
  of: Type.String(),
  known: nullable(Type.String()),
  groups: Type.Array(ProofGroup),
  /** False where more groups were proved than are listed; totals and digest are of all. */
  whole: Type.Boolean(),
  totals: Type.Object({
    groups: Type.Integer(),
    transfers: Type.Integer(),
    sentFen: Type.String(),
    takenFen: Type.String(),
    inTransitFen: Type.String(),
    recalledFen: Type.String(),
  }),
  holds: Type.Boolean(),
  /** SM3 of the canonical text (docs/interlock-proof.md), hexadecimal. */
  digest: Type.String(),
})
export type Proof = Static<typeof Proof>

export const DifferenceQuery = Type.Object({
  year: Year,
  from: Clocks.from,
  to: Clocks.to,
  known: Moment,
  until: Type.Optional(Moment),
  file: Type.Optional(File),
})
export const Change = Type.Object({
  document: nullable(Type.Object({ number: Type.String(), title: Type.String() })),
  form: Type.String(),
  formName: SentenceSchema,
  actor: Type.String(),
  effectiveOn: Type.String(),
  knownAt: nullable(Type.String()),
  entries: Type.Integer(),
  effects: Type.Array(Type.Object({ account: Type.Integer(), fen: Type.String() })),
  said: SentenceSchema,
})
export type Change = Static<typeof Change>

export const ViewDifference = Type.Object({
  accounts: Type.Array(AccountName),
  figures: Type.Array(
    Type.Object({
      account: Type.Integer(),
      beforeFen: Type.String(),
      afterFen: Type.String(),
      changeFen: Type.String(),
    }),
  ),
  changes: Type.Array(Change),
  /** False where more changes happened than are listed; figures are whole. */
  whole: Type.Boolean(),
})
export type ViewDifference = Static<typeof ViewDifference>

export const RECONCILIATION_KINDS = ['allotments', 'settlement', 'final-accounts'] as const
export type ReconciliationKind = (typeof RECONCILIATION_KINDS)[number]
export const ReconcileQuery = Type.Object({
  year: Year,
  kind: Type.Union(RECONCILIATION_KINDS.map(kind => Type.Literal(kind))),
  /** What the sheet's amounts are in: 元 or 万元. */
  unit: Type.Optional(Type.Union([Type.Literal('yuan'), Type.Literal('wan')])),
  requestKey: Type.Optional(Type.String({ minLength: 8, maxLength: 80 })),
})
export const ReconciliationsQuery = Type.Object({ year: Year })
export const OneReconciliation = Type.Object({ division: Type.String(), reconciliation: Id })
export const OneReconciliationQuery = Type.Object({
  after: Type.Optional(Id),
  reason: Type.Optional(Type.String({ pattern: '^[a-z-]{1,20}$' })),
  file: Type.Optional(File),
})
export const Reconciliation = Type.Object({
  id: Type.String(),
  kind: oneOf(RECONCILIATION_KINDS),
  fiscalYear: Type.Integer(),
  fileName: Type.String(),
  rowsRead: Type.Integer(),
  rowsAgreeing: Type.Integer(),
  differenceCount: Type.Integer(),
  hereFen: Type.String(),
  thereFen: Type.String(),
  actor: Type.String(),
  recordedAt: Type.String(),
})
export type Reconciliation = Static<typeof Reconciliation>

export const ReconciliationDifference = Type.Object({
  no: Type.Integer(),
  reason: oneOf(['missing-here', 'missing-there', 'amount-differs']),
  rowNo: nullable(Type.Integer()),
  subject: Type.String(),
  name: nullable(Type.String()),
  allotment: nullable(Type.String()),
  hereFen: nullable(Type.String()),
  thereFen: nullable(Type.String()),
})
export type ReconciliationDifference = Static<typeof ReconciliationDifference>

export const NumbersQuery = Type.Object({ year: Year, file: Type.Optional(File) })
export const NumberFinding = Type.Object({
  kind: oneOf(['gap', 'repeat']),
  word: Type.String(),
  year: Type.Integer(),
  first: Type.Integer(),
  last: Type.Integer(),
  /** The numbers as they are written. */
  numbers: Type.String(),
  /** Of a repeat: the documents that carry the number. */
  documents: Type.Array(Type.Object({ title: Type.String(), dated: Type.String() })),
})
export type NumberFinding = Static<typeof NumberFinding>

export const DocumentNumbers = Type.Object({
  words: Type.Array(
    Type.Object({
      word: Type.String(),
      year: Type.Integer(),
      first: Type.Integer(),
      last: Type.Integer(),
      used: Type.Integer(),
      missing: Type.Integer(),
      repeated: Type.Integer(),
    }),
  ),
  findings: Type.Array(NumberFinding),
  /** Documents whose number has not the form of one. */
  unreadable: Type.Integer(),
})
export type DocumentNumbers = Static<typeof DocumentNumbers>

export const ReconciledAnswer = Type.Object({ id: Type.String() })
export const ReconciliationPage = Type.Object({
  record: Reconciliation,
  rows: Type.Array(ReconciliationDifference),
  next: nullable(Type.String()),
})
