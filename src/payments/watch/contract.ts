import { type Static, type TSchema, Type } from 'typebox'

const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])
const oneOf = <T extends string>(...values: readonly T[]) =>
  Type.Unsafe<T>(Type.Union(values.map(value => Type.Literal(value))))
const Fen = Type.String({ description: 'fen, a whole number as text' })
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const Id = Type.String({ pattern: '^\\d{1,18}$' })
const Year = Type.Integer({ minimum: 1994, maximum: 2100 })
const Key = Type.String({ minLength: 8, maxLength: 80 })
const Reason = Type.String({ minLength: 1, maxLength: 500 })

/** Kinds of account that a person may settle; `unknown` is what no name speaks for. */
export const ACCOUNT_KINDS = [
  'zero-balance',
  'treasury-single',
  'special',
  'unit',
  'township',
  'person',
  'enterprise',
  'paying-agent',
] as const
const Kind = oneOf(...ACCOUNT_KINDS)
const ShownKind = oneOf(...ACCOUNT_KINDS, 'unknown')
const List = Type.Union([Type.Literal('watch'), Type.Literal('white')])
const Side = Type.Union([Type.Literal('payer'), Type.Literal('payee'), Type.Literal('paid-to')])

export const AccountParams = Type.Object({ division: Type.String(), account: Id })
export const ListingParams = Type.Object({ division: Type.String(), listing: Id })

/** `several`: accounts with several names; `changed`: of payees that have several accounts; `after` is the `next` of the page before. */
export const AccountsQuery = Type.Object({
  year: Type.Optional(Year),
  q: Type.Optional(Type.String({ maxLength: 100 })),
  side: Type.Optional(Type.Union([Type.Literal('payer'), Type.Literal('payee')])),
  kind: Type.Optional(ShownKind),
  list: Type.Optional(List),
  sign: Type.Optional(Type.Union([Type.Literal('several'), Type.Literal('changed')])),
  after: Type.Optional(Type.String({ pattern: '^-?\\d{1,19}~\\d{1,18}$' })),
})

/** An account by what stood on vouchers of the year; amounts in fen as strings, first and last day of use. */
export const WatchedAccount = Type.Object({
  id: Type.String(),
  masked: Type.String(),
  /** The name used last, and how many there were. */
  name: Type.String(),
  names: Type.Integer(),
  bank: Nullable(Type.String()),
  kind: ShownKind,
  settled: Type.Boolean(),
  list: Nullable(List),
  payments: Type.String(),
  amountFen: Fen,
  firstOn: Type.String(),
  lastOn: Type.String(),
})
export type WatchedAccount = Static<typeof WatchedAccount>
export const AccountList = Type.Object({ rows: Type.Array(WatchedAccount), next: Nullable(Type.String()) })
export type AccountList = Static<typeof AccountList>

const Use = Type.Object({
  holder: Type.String(),
  name: Type.String(),
  bank: Nullable(Type.String()),
  side: Side,
  fiscalYear: Type.Integer(),
  payments: Type.String(),
  amountFen: Fen,
  firstOn: Type.String(),
  lastOn: Type.String(),
})

const PaymentBrief = Type.Object({
  id: Type.String(),
  voucherNo: Type.String(),
  lineNo: Type.Integer(),
  fiscalYear: Type.Integer(),
  day: Type.String(),
  amountFen: Fen,
  payee: Nullable(Type.String()),
  purpose: Nullable(Type.String()),
  fund: Nullable(Type.Object({ code: Type.String(), name: Type.String() })),
})
export type PaymentBrief = Static<typeof PaymentBrief>

/** One account: what it was used for, what a person settled of it, other accounts of the same names, the latest payments. */
export const AccountPage = Type.Object({
  id: Type.String(),
  masked: Type.String(),
  kind: ShownKind,
  settled: Type.Boolean(),
  uses: Type.Array(Use),
  kinds: Type.Array(
    Type.Object({
      kind: Kind,
      from: Type.String(),
      reason: Type.String(),
      actor: Type.String(),
      at: Type.String(),
    }),
  ),
  listings: Type.Array(
    Type.Object({
      id: Type.String(),
      list: List,
      from: Type.String(),
      to: Type.String(),
      state: Type.Union([Type.Literal('in-force'), Type.Literal('to-come'), Type.Literal('over')]),
      reason: Type.String(),
      actor: Type.String(),
      endReason: Nullable(Type.String()),
    }),
  ),
  others: Type.Array(
    Type.Object({
      id: Type.String(),
      masked: Type.String(),
      name: Type.String(),
      firstOn: Type.String(),
      lastOn: Type.String(),
      amountFen: Fen,
    }),
  ),
  payments: Type.Array(PaymentBrief),
})
export type AccountPage = Static<typeof AccountPage>

export const SettleKindBody = Type.Object({ kind: Kind, from: Day, reason: Reason, requestKey: Key })
export type SettleKindBody = Static<typeof SettleKindBody>
export const ListAccountBody = Type.Object({ list: List, from: Day, to: Day, reason: Reason, requestKey: Key })
export type ListAccountBody = Static<typeof ListAccountBody>
export const EndListingBody = Type.Object({ reason: Reason, requestKey: Type.Optional(Key) })
export const Made = Type.Object({ id: Type.String() })

export const EnterprisesQuery = Type.Object({
  year: Type.Optional(Year),
  q: Type.Optional(Type.String({ maxLength: 100 })),
  sign: Type.Optional(Type.Union([Type.Literal('abnormal'), Type.Literal('code')])),
  after: Type.Optional(Type.String({ maxLength: 240 })),
})
const State = oneOf('normal', 'abnormal', 'suspended', 'revoked', 'deregistered')
const Verdict = oneOf('ok', 'missing', 'form', 'check-digit')

/** An enterprise by its name: what vouchers paid it directly, and what lists paid out to it, in fen. */
export const Enterprise = Type.Object({
  name: Type.String(),
  code: Nullable(Type.String()),
  codeVerdict: Verdict,
  state: Nullable(State),
  accounts: Type.Integer(),
  payments: Type.String(),
  directFen: Fen,
  listedFen: Fen,
  totalFen: Fen,
})
export type Enterprise = Static<typeof Enterprise>
export const EnterpriseList = Type.Object({ rows: Type.Array(Enterprise), next: Nullable(Type.String()) })
export type EnterpriseList = Static<typeof EnterpriseList>

export const EnterpriseQuery = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  year: Type.Optional(Year),
})
export const EnterprisePage = Type.Object({
  enterprise: Enterprise,
  states: Type.Array(Type.Object({ state: State, since: Type.String(), code: Nullable(Type.String()) })),
  funds: Type.Array(
    Type.Object({
      fund: Nullable(Type.Object({ code: Type.String(), name: Type.String() })),
      directFen: Fen,
      listedFen: Fen,
      totalFen: Fen,
    }),
  ),
  accounts: Type.Array(
    Type.Object({ id: Nullable(Type.String()), masked: Nullable(Type.String()), bank: Nullable(Type.String()) }),
  ),
  contracts: Type.Array(
    Type.Object({
      contractNo: Type.String(),
      signedOn: Type.String(),
      amountFen: Fen,
      paidFen: Fen,
      project: Nullable(Type.String()),
    }),
  ),
  payments: Type.Array(PaymentBrief),
})
export type EnterprisePage = Static<typeof EnterprisePage>
