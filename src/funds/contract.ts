import { type Static, Type } from 'typebox'

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const Named = Type.Object({ code: Type.String(), name: Type.String() })

export const FundsParams = Type.Object({ division: Type.String() })
const Id = Type.String({ pattern: '^\\d{1,9}$' })
export const FundParams = Type.Object({ division: Type.String(), fund: Id })
export const FundsQuery = Type.Object({
  year: Type.Optional(Type.Integer({ minimum: 1994, maximum: 2100 })),
  catalogue: Type.Optional(Id),
  q: Type.Optional(Type.String({ maxLength: 100 })),
})
export const YearQuery = Type.Object({ year: Type.Optional(Type.Integer({ minimum: 1994, maximum: 2100 })) })

/**
 * A fund as a division uses it in one year; amounts in fen, as strings, of that division's own lines.
 * registered = own budget and received; assigned = of it, given to an office (whatever became of it since); own = refined to
 * own spending (unplanned, planned, in transit and paid together); passed = sent to divisions below; paid = paid here.
 */
export const Fund = Type.Object({
  id: Type.String(),
  code: Type.String(),
  name: Type.String(),
  level: Type.String(),
  catalogue: Type.String(),
  /** Whether this division owns it, and may say which superior it answers to. */
  own: Type.Boolean(),
  poverty: Type.String(),
  /** 涉密: the name is all that this system holds. */
  secret: Type.Boolean(),
  ownerOffice: Nullable(Type.String()),
  included: Nullable(Type.String()),
  excepted: Nullable(Type.String()),
  parent: Nullable(Type.String()),
  superior: Nullable(
    Type.Object({ id: Type.String(), code: Type.String(), name: Type.String(), divisionName: Type.String() }),
  ),
  /** The own office (归口股室) that answers for it here today. */
  office: Nullable(Named),
  registeredFen: Type.String(),
  assignedFen: Type.String(),
  ownFen: Type.String(),
  passedFen: Type.String(),
  paidFen: Type.String(),
})
export type Fund = Static<typeof Fund>

export const FundList = Type.Object({
  catalogues: Type.Array(
    Type.Object({ id: Type.String(), division: Named, name: Type.String(), count: Type.Integer() }),
  ),
  rows: Type.Array(Fund),
})
export type FundList = Static<typeof FundList>

/** One fund with what hangs on it. */
export const FundPage = Type.Object({
  ...Fund.properties,
  /** Funds that name it as their superior, whosever they are. */
  lower: Type.Array(Type.Object({ id: Type.String(), code: Type.String(), name: Type.String(), division: Named })),
  subItems: Type.Array(Type.Object({ id: Type.String(), code: Type.String(), name: Type.String() })),
  /** Functional subjects (or their leading digits) that may be used; none means all. */
  subjects: Type.Array(Type.Object({ code: Type.String(), name: Nullable(Type.String()) })),
  /** Funds of divisions above that it may name as its superior, where this division owns it. */
  eligible: Type.Array(
    Type.Object({ id: Type.String(), code: Type.String(), name: Type.String(), divisionName: Type.String() }),
  ),
  offices: Type.Array(
    Type.Object({ code: Type.String(), name: Type.String(), from: Type.String(), to: Nullable(Type.String()) }),
  ),
})
export type FundPage = Static<typeof FundPage>

// Null comes first: the checker turns values into what a schema asks for, and would try to make text of a null.
export const SuperiorBody = Type.Object({ superior: Type.Union([Type.Null(), Id]) })
