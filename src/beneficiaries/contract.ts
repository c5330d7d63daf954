import { type Static, Type } from 'typebox'

const Fen = Type.String({ description: 'fen, a whole number as text' })
const Id = Type.String({ pattern: '^\\d{1,18}$' })
const Nullable = <S extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Number>>(schema: S) =>
  Type.Union([schema, Type.Null()])

/** One row of a list: who was paid what. Identity and account are masked. */
export const Disbursement = Type.Object({
  id: Type.String(),
  list: Type.String(),
  lineNo: Type.Number(),
  voucherNo: Type.String(),
  payment: Nullable(Type.String()),
  name: Type.String(),
  identity: Nullable(Type.String()),
  enterprise: Type.Boolean(),
  account: Nullable(Type.String()),
  month: Nullable(Type.Number()),
  dueFen: Fen,
  amountFen: Fen,
  byHousehold: Type.Union([Type.Boolean(), Type.Null()]),
  town: Nullable(Type.String()),
  village: Nullable(Type.String()),
  remark: Nullable(Type.String()),
  bankPaidOn: Nullable(Type.String()),
  bankPaidFen: Nullable(Fen),
  bankSaid: Nullable(Type.String()),
})
export type Disbursement = Static<typeof Disbursement>

export const DisbursementPage = Type.Object({
  rows: Type.Array(Disbursement),
  next: Nullable(Type.String()),
  count: Type.Number(),
  amountFen: Fen,
})
export type DisbursementPage = Static<typeof DisbursementPage>

/** One of `payment`, `allotment`, `list` says whose rows. */
export const DisbursementQuery = Type.Object({
  payment: Type.Optional(Id),
  allotment: Type.Optional(Id),
  list: Type.Optional(Id),
  after: Type.Optional(Id),
})
export type DisbursementQuery = Static<typeof DisbursementQuery>

/** A list; without a payment it waits for its voucher. */
export const DisbursementList = Type.Object({
  id: Type.String(),
  source: Type.String(),
  listNo: Type.String(),
  voucherType: Nullable(Type.Number()),
  voucherNo: Type.String(),
  rows: Type.Number(),
  sumFen: Fen,
  payment: Nullable(Type.String()),
  allotment: Nullable(Type.String()),
})
export type DisbursementList = Static<typeof DisbursementList>
export const DisbursementLists = Type.Object({
  rows: Type.Array(DisbursementList),
  next: Nullable(Type.String()),
})
export type DisbursementLists = Static<typeof DisbursementLists>
export const ListsQuery = Type.Object({
  year: Type.Optional(Type.Integer({ minimum: 1994, maximum: 2100 })),
  waiting: Type.Optional(Type.String({ pattern: '^(yes|no)$' })),
  after: Type.Optional(Id),
})
export type ListsQuery = Static<typeof ListsQuery>
