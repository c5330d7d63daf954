import { type Static, Type } from 'typebox'

const Text = Type.String()
const Named = Type.Object({ code: Text, name: Text })
const Year = Type.Integer({ minimum: 1994, maximum: 2100 })
const YearOrNull = Type.Union([Year, Type.Null()])
const Words = Type.Object({ zh: Text, en: Text })

export const AccountsQuery = Type.Object({ year: Year })
export const AccountsAnswer = Type.Object({
  rows: Type.Array(Type.Object({ code: Type.Integer(), shownCode: Text, zh: Text, en: Text })),
})
export type AccountsAnswer = Static<typeof AccountsAnswer>

export const BaseParams = Type.Object({ division: Type.String() })
export const BaseQuery = Type.Object({ year: Type.Optional(Year) })

/** Base data as it was issued (下发); a null issuer is the ministry. Nothing of it can be changed; another edition follows it. */
export const EditionView = Type.Object({
  id: Type.Integer(),
  kind: Text,
  name: Text,
  issuer: Type.Union([Named, Type.Null()]),
  firstYear: Year,
  lastYear: YearOrNull,
  document: Type.Object({ number: Text, title: Text, dated: Text }),
  lines: Type.Integer(),
  issuedAt: Text,
  /** SM3 over its lines. */
  digest: Text,
  /** Issued by this very division. */
  own: Type.Boolean(),
  inForce: Type.Boolean(),
})
export type EditionView = Static<typeof EditionView>

/** A ledger template (台账模板): the elements of a line that a ledger shows, under its own titles. */
export const Template = Type.Object({
  id: Type.Integer(),
  code: Text,
  name: Text,
  owner: Type.Union([Named, Type.Null()]),
  firstYear: Year,
  lastYear: YearOrNull,
  /** Issued from above or by this division itself: nobody changes it. */
  locked: Type.Boolean(),
  own: Type.Boolean(),
  fields: Type.Array(Type.Object({ element: Text, title: Text, required: Type.Boolean() })),
})
export type Template = Static<typeof Template>

export const BaseData = Type.Object({ editions: Type.Array(EditionView), templates: Type.Array(Template) })
export type BaseData = Static<typeof BaseData>

export const ChartParams = Type.Object({ division: Text })
export const ChartQuery = Type.Object({ year: Type.Optional(Year) })

/** An account as the year's chart shows it; `codes` are the accounts that entries name, none where no form uses it. */
export const AccountView = Type.Object({ shownCode: Text, name: Words, side: Text, codes: Type.Array(Type.Integer()) })
export type AccountView = Static<typeof AccountView>

const Side = Type.Object({ code: Text, zh: Text, en: Text })
/** A line of a transaction order (交易令) in the codes of the year. */
export const OrderView = Type.Object({
  form: Text,
  name: Words,
  step: Type.Integer(),
  firstYear: Year,
  lastYear: YearOrNull,
  debit: Side,
  credit: Side,
  /** Null: it came with the program. */
  document: Type.Union([Text, Type.Null()]),
})
export type OrderView = Static<typeof OrderView>

/** 明细科目 of a division's own: the lines whose element has this value; balance in fen. */
export const SubAccountView = Type.Object({
  account: Text,
  code: Text,
  name: Text,
  element: Text,
  value: Text,
  firstYear: Year,
  lastYear: YearOrNull,
  balanceFen: Text,
})
export type SubAccountView = Static<typeof SubAccountView>

export const ChartAnswer = Type.Object({
  charts: Type.Array(Type.Object({ name: Text, firstYear: Year, lastYear: YearOrNull })),
  accounts: Type.Array(AccountView),
  orders: Type.Array(OrderView),
  subAccounts: Type.Array(SubAccountView),
})
export type ChartAnswer = Static<typeof ChartAnswer>

export const SubAccountBody = Type.Object({
  /** As the chart of its first year shows it. */
  account: Type.String({ pattern: '^\\d{1,12}$' }),
  code: Type.String({ pattern: '^\\d{2,6}$' }),
  name: Type.String({ minLength: 1, maxLength: 60 }),
  element: Type.Union(['fund', 'agency', 'office', 'fund-nature', 'function-subject'].map(one => Type.Literal(one))),
  value: Type.String({ minLength: 1, maxLength: 60 }),
  firstYear: Year,
})
export const SubAccountAnswer = Type.Object({ code: Text, created: Type.Boolean() })
