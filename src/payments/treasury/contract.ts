import { type Static, Type } from 'typebox'

const Fen = Type.String({ description: 'fen, a whole number as text' })
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const Text = Type.Union([Type.String(), Type.Null()])
const Money = Type.Union([Fen, Type.Null()])
const Year = Type.Integer({ minimum: 1994, maximum: 2100 })
const Next = Type.Union([Type.String(), Type.Null()])
const After = Type.String({ pattern: '^\\d{1,9}$' })
const File = Type.Union([Type.Literal('csv'), Type.Literal('xlsx')])
const oneOf = <T extends string | number>(values: readonly T[]) =>
  Type.Unsafe<T>(Type.Union(values.map(one => Type.Literal(one))))
const Code = Type.String({ maxLength: 60 })

/** Control totals of the treasury, and ours for those that came as a table. */
export const CONTROL_TYPES = [3503, 3504, 3505, 3506, 3507, 3508, 3509, 3510, 3511, 3512, 3513, 9002] as const
/** Vouchers that they may cover: those that pay, and those that bring back. */
export const COVERED_TYPES = [5201, 8202, 5207, 9001, 2203, 2252, 3208] as const
const Covers = Type.Union([
  Type.Array(oneOf(COVERED_TYPES), { minItems: 1, maxItems: COVERED_TYPES.length }),
  Type.Null(),
])

/** How a total of the treasury's stands against what is here; `untold` are payments here of which it says nothing. */
export const TOTAL_STATES = ['agrees', 'amount-differs', 'count-differs', 'untold'] as const
export type TotalState = (typeof TOTAL_STATES)[number]

/** One control total and ours beside it; an empty element stands for all of them. */
export const TreasuryTotal = Type.Object({
  day: Type.String(),
  voucherType: Type.Union([Type.Number(), Type.Null()]),
  fund: Text,
  functionSubject: Text,
  agency: Text,
  agencyName: Text,
  state: oneOf(TOTAL_STATES),
  hereCount: Type.Number(),
  thereCount: Type.Union([Type.Number(), Type.Null()]),
  hereFen: Fen,
  thereFen: Money,
  /** The voucher types that it speaks of; null is all. */
  covers: Covers,
})
export type TreasuryTotal = Static<typeof TreasuryTotal>

export const TreasuryTotals = Type.Object({
  rows: Type.Array(TreasuryTotal),
  next: Next,
  /** Of all totals in the days asked for. */
  told: Type.Number(),
  agreeing: Type.Number(),
  differing: Type.Number(),
  untold: Type.Number(),
})
export type TreasuryTotals = Static<typeof TreasuryTotals>

export const TotalsQuery = Type.Object({
  year: Year,
  from: Type.Optional(Day),
  to: Type.Optional(Day),
  state: Type.Optional(oneOf([...TOTAL_STATES, 'differing'])),
  after: Type.Optional(After),
  file: Type.Optional(File),
})

/**
 * Why a voucher is listed. `missing-here`: the treasury paid it and it is not here; `other-day`: it is here, paid on another day;
 * `unconfirmed`: it is here, without the bank's confirmation; `missing-there`: here and not with the treasury; `doubled-here`: the same,
 * and alike to one that agrees; `doubled-there`: the treasury lists it more often; `amount-differs`. Where the treasury lists no vouchers of the
 * day: `perhaps-doubled`, `perhaps` (its amount is the whole difference of a total of the day), and `unlisted`, the others that a differing total covers.
 */
export const VOUCHER_REASONS = [
  'missing-here',
  'other-day',
  'unconfirmed',
  'missing-there',
  'doubled-here',
  'doubled-there',
  'amount-differs',
  'perhaps-doubled',
  'perhaps',
  'unlisted',
] as const
export type VoucherReason = (typeof VOUCHER_REASONS)[number]

export const VoucherDifference = Type.Object({
  reason: oneOf(VOUCHER_REASONS),
  day: Type.String(),
  voucherType: Type.Union([Type.Number(), Type.Null()]),
  voucherNo: Type.String(),
  payment: Text,
  /** The day on which it was paid here, where that is another one. */
  hereOn: Text,
  payee: Text,
  agency: Text,
  functionSubject: Text,
  hereFen: Money,
  thereFen: Money,
})
export type VoucherDifference = Static<typeof VoucherDifference>
export const VoucherDifferences = Type.Object({
  rows: Type.Array(VoucherDifference),
  next: Next,
  agreeing: Type.Number(),
  /** Days with payments or totals, and those of which the treasury listed the vouchers. */
  days: Type.Number(),
  listedDays: Type.Number(),
})
export type VoucherDifferences = Static<typeof VoucherDifferences>
export const VouchersQuery = Type.Object({
  year: Year,
  from: Type.Optional(Day),
  to: Type.Optional(Day),
  agency: Type.Optional(Code),
  subject: Type.Optional(Code),
  reason: Type.Optional(oneOf(VOUCHER_REASONS)),
  after: Type.Optional(After),
  file: Type.Optional(File),
})

/** A voucher that was on its way (5102) at the end of a day, and what became of it afterwards. */
export const InTransit = Type.Object({
  payment: Type.String(),
  voucherType: Type.Number(),
  voucherNo: Type.String(),
  lineNo: Type.Number(),
  vouchedOn: Type.String(),
  payee: Text,
  allotment: Type.String(),
  documentNumber: Type.String(),
  fund: Type.Object({ code: Type.String(), name: Type.String() }),
  agency: Type.Union([Type.Object({ code: Type.String(), name: Type.String() }), Type.Null()]),
  transitFen: Fen,
  /** After the day: when the bank paid it, how much, and how much went back unpaid. */
  paidOn: Text,
  paidFen: Fen,
  releasedFen: Fen,
  stillFen: Fen,
})
export type InTransit = Static<typeof InTransit>
const Sums = { vouchers: Type.Number(), transitFen: Fen, paidFen: Fen, releasedFen: Fen, stillFen: Fen }
export const CutOff = Type.Object({
  on: Type.String(),
  rows: Type.Array(InTransit),
  next: Next,
  totals: Type.Object(Sums),
  groups: Type.Array(Type.Object({ agency: Text, fund: Type.String(), ...Sums })),
})
export type CutOff = Static<typeof CutOff>
export const CutOffQuery = Type.Object({
  year: Year,
  on: Type.Optional(Day),
  after: Type.Optional(After),
  file: Type.Optional(File),
})

/** What kinds of control totals cover in a division; null is all vouchers, and so is a kind without a row. */
export const ControlScopes = Type.Object({
  rows: Type.Array(
    Type.Object({
      voucherType: Type.Number(),
      covers: Covers,
      settledBy: Type.Object({ code: Type.String(), name: Type.String() }),
      own: Type.Boolean(),
    }),
  ),
  history: Type.Array(
    Type.Object({
      id: Type.String(),
      voucherType: Type.Number(),
      covers: Covers,
      reason: Type.String(),
      actor: Type.String(),
      at: Type.String(),
    }),
  ),
})
export type ControlScopes = Static<typeof ControlScopes>

export const SettleScopeBody = Type.Object({
  voucherType: oneOf(CONTROL_TYPES),
  covers: Covers,
  reason: Type.String({ minLength: 1, maxLength: 500 }),
  requestKey: Type.Optional(Type.String({ minLength: 8, maxLength: 100 })),
})
export type SettleScopeBody = Static<typeof SettleScopeBody>
