import { type Static, Type } from 'typebox'

const Fen = Type.String({ description: 'fen, a whole number as text' })
const Text = Type.Union([Type.String(), Type.Null()])
const Year = Type.Integer({ minimum: 1994, maximum: 2100 })
const Id = Type.String({ pattern: '^\\d{1,18}$' })
const Next = Type.Union([Type.String(), Type.Null()])
const RequestKey = Type.String({ minLength: 8, maxLength: 80 })
const oneOf = <T extends string>(values: readonly T[]) =>
  Type.Unsafe<T>(Type.Union(values.map(one => Type.Literal(one))))
const Why = Type.String({ minLength: 1, maxLength: 500 })

/** A payment as another one names it. */
const Brief = Type.Object({
  id: Type.String(),
  voucherType: Type.Number(),
  voucherNo: Type.String(),
  vouchedOn: Type.String(),
  amountFen: Fen,
  payee: Text,
  unposted: Text,
})
export type Brief = Static<typeof Brief>

export const TIE_KINDS = ['refund', 'reissue', 'adjustment'] as const
const Found = Type.Union([
  Type.Literal('stated'),
  Type.Literal('same-number'),
  Type.Literal('alike'),
  Type.Literal('by-hand'),
])

/** What belongs to an earlier payment: its refund, the payment that issues a refund again (`original` is then the refund), its adjustment. */
export const Tie = Type.Object({
  id: Type.String(),
  kind: oneOf(TIE_KINDS),
  found: Found,
  /** The program's proposal, that a person has yet to settle. */
  proposed: Type.Boolean(),
  /** More would come back than was paid. */
  exceeds: Type.Boolean(),
  payment: Type.Union([Brief, Type.Null()]),
  /** Of an adjustment: the message that makes it. */
  adjustment: Type.Union([
    Type.Object({ voucherNo: Type.String(), adjustedOn: Type.String(), amountFen: Fen }),
    Type.Null(),
  ]),
  original: Brief,
})
export type Tie = Static<typeof Tie>
export const TieList = Type.Object({
  rows: Type.Array(Tie),
  next: Next,
  counts: Type.Object({
    refund: Type.Number(),
    reissue: Type.Number(),
    adjustment: Type.Number(),
    proposed: Type.Number(),
    exceeding: Type.Number(),
    /** Refunds of the year that are tied to no payment. */
    untied: Type.Number(),
    /** Adjustments of the year that wait. */
    waiting: Type.Number(),
  }),
})
export type TieList = Static<typeof TieList>
export const TieQuery = Type.Object({
  year: Year,
  kind: Type.Optional(oneOf(TIE_KINDS)),
  state: Type.Optional(Type.Union([Type.Literal('proposed'), Type.Literal('exceeding')])),
  after: Type.Optional(Id),
})

/** Something that came back or was adjusted, and found no payment that it belongs to, or waits for another reason. */
export const Loose = Type.Object({
  kind: Type.Union([Type.Literal('refund'), Type.Literal('adjustment')]),
  id: Type.String(),
  /** Where it is a payment line of its own. */
  payment: Text,
  voucherType: Type.Number(),
  voucherNo: Type.String(),
  on: Type.String(),
  amountFen: Fen,
  /** The payment that it names, as it states it. */
  originalNo: Text,
  says: Text,
  reason: Type.String(),
})
export type Loose = Static<typeof Loose>
export const LooseList = Type.Object({ rows: Type.Array(Loose) })
export const YearQuery = Type.Object({ year: Year })

export const SettleBody = Type.Object({ agreed: Type.Boolean(), reason: Why, requestKey: RequestKey })
export const NameBody = Type.Object({ payment: Id, reason: Why, requestKey: RequestKey })
export const Settled = Type.Object({ waiting: Type.Boolean() })
export type Settled = Static<typeof Settled>
export const TieParams = Type.Object({ division: Type.String(), tie: Id })
export const RefundParams = Type.Object({ division: Type.String(), payment: Id })

/** A clearing receipt between agent bank and treasury, and how its vouchers stand here. */
export const Clearing = Type.Object({
  id: Type.String(),
  voucherType: Type.Number(),
  voucherNo: Type.String(),
  clearedOn: Type.String(),
  bank: Text,
  amountFen: Fen,
  vouchers: Type.Number(),
  /** Of them: with the same amount here, with another one, not here. */
  agreeing: Type.Number(),
  differing: Type.Number(),
  missing: Type.Number(),
})
export type Clearing = Static<typeof Clearing>
export const ClearingList = Type.Object({ rows: Type.Array(Clearing), next: Next })
export type ClearingList = Static<typeof ClearingList>
export const ClearingQuery = Type.Object({
  year: Year,
  /** Only those with a voucher that differs or is missing. */
  open: Type.Optional(Type.Literal('yes')),
  after: Type.Optional(Id),
})
export const ClearedVoucher = Type.Object({
  lineNo: Type.Number(),
  voucherType: Type.Union([Type.Number(), Type.Null()]),
  voucherNo: Type.String(),
  clearedFen: Fen,
  payment: Text,
  hereFen: Type.Union([Fen, Type.Null()]),
  paidOn: Text,
})
export type ClearedVoucher = Static<typeof ClearedVoucher>
export const ClearedVouchers = Type.Object({ rows: Type.Array(ClearedVoucher), next: Next })
export type ClearedVouchers = Static<typeof ClearedVouchers>
export const ClearingParams = Type.Object({ division: Type.String(), clearing: Id })
export const ClearedQuery = Type.Object({ after: Type.Optional(Type.String({ pattern: '^\\d{1,9}$' })) })

/** All that hangs on one payment: upwards where its money comes from, downwards what became of it. */
export const Hanging = Type.Object({
  source: Type.Union([
    Type.Object({
      level: Type.String(),
      superiorNumber: Text,
      documentNumber: Type.String(),
      documentTitle: Type.String(),
      division: Type.String(),
    }),
    Type.Null(),
  ]),
  confirmation: Type.Union([
    Type.Object({ paidOn: Type.String(), paidFen: Fen, payee: Text, agentNo: Text, recordedAt: Type.String() }),
    Type.Null(),
  ]),
  inTransit: Type.Boolean(),
  ties: Type.Array(Tie),
  clearings: Type.Array(
    Type.Object({
      id: Type.String(),
      voucherType: Type.Number(),
      voucherNo: Type.String(),
      clearedOn: Type.String(),
      amountFen: Fen,
    }),
  ),
  /** Lists of the people paid. */
  lists: Type.Array(Type.Object({ id: Type.String(), listNo: Type.String(), people: Type.Number(), sumFen: Fen })),
})
export type Hanging = Static<typeof Hanging>

/** How payments of a month found their lines, by the way in which they came in. Counts of payments. */
export const MatchRate = Type.Object({
  month: Type.String(),
  source: Type.String(),
  payments: Type.Number(),
  amountFen: Fen,
  byId: Type.Number(),
  byElements: Type.Number(),
  byOriginal: Type.Number(),
  byHabit: Type.Number(),
  byPerson: Type.Number(),
  ambiguous: Type.Number(),
  unmatched: Type.Number(),
  /** Percent that the program matched by itself, and the mean of the three months before of the same source; one decimal. */
  share: Type.Number(),
  before: Type.Union([Type.Number(), Type.Null()]),
})
export type MatchRate = Static<typeof MatchRate>
export const MatchRates = Type.Object({ rows: Type.Array(MatchRate) })
