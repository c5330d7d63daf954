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
  /** The fiscal year from which no edition of its catalogue holds it; null while one does. */
  endedFrom: Nullable(Type.Integer()),
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
    Type.Object({
      id: Type.String(),
      division: Named,
      name: Type.String(),
      count: Type.Integer(),
      /** The document that issued it; null where it is its owner's own, and may still change. */
      issued: Nullable(Type.String()),
    }),
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
export const SuperiorBody = Type.Object({
  superior: Type.Union([Type.Null(), Id]),
  /** Decided: it answers to no superior fund, and waits for none. */
  localOnly: Type.Optional(Type.Boolean()),
})

/** A fund of the division's own that names no superior yet. */
export const UnmappedFund = Type.Object({
  id: Type.String(),
  code: Type.String(),
  name: Type.String(),
  level: Type.String(),
  catalogue: Type.String(),
  registeredFen: Type.String(),
  /** The fund above that its name fits best, where one does. */
  proposed: Nullable(Type.Object({ id: Type.String(), label: Type.String() })),
})
export type UnmappedFund = Static<typeof UnmappedFund>
export const MappingQueue = Type.Object({
  rows: Type.Array(UnmappedFund),
  eligible: Type.Array(Type.Object({ id: Type.String(), label: Type.String(), level: Type.String() })),
  mapped: Type.Integer(),
  localOnly: Type.Integer(),
})
export type MappingQueue = Static<typeof MappingQueue>

/** A fund in one division, in the whole map of a fund; amounts in fen of the year, of the divisions that the reader may see. */
export const MapNode = Type.Object({
  fund: Type.String(),
  code: Type.String(),
  name: Type.String(),
  level: Type.String(),
  /** The superior that it names, where that stands in the map. */
  superior: Nullable(Type.String()),
  depth: Type.Integer(),
  owner: Named,
  /** What came into the fund from elsewhere, each fen once; a division's own row says what it registered, from above too. */
  registeredFen: Type.String(),
  paidFen: Type.String(),
  divisions: Type.Array(
    Type.Object({
      code: Type.String(),
      name: Type.String(),
      level: Type.String(),
      registeredFen: Type.String(),
      passedFen: Type.String(),
      paidFen: Type.String(),
    }),
  ),
})
export type MapNode = Static<typeof MapNode>
export const FundMap = Type.Object({
  nodes: Type.Array(MapNode),
  /** What one division sent under a fund and another took under a fund, in fen; `from` and `to` are division · fund. */
  flows: Type.Array(
    Type.Object({
      from: Type.String(),
      to: Type.String(),
      fromName: Type.String(),
      toName: Type.String(),
      amountFen: Type.String(),
    }),
  ),
  /** Who mapped this fund to what, and since when. */
  history: Type.Array(
    Type.Object({
      since: Type.String(),
      decided: Type.String(),
      superior: Nullable(Type.String()),
      actor: Type.String(),
    }),
  ),
})
export type FundMap = Static<typeof FundMap>

/** Issuing a catalogue (下发): from a fiscal year on it is locked for everyone, its owner too, until the next edition. */
export const IssueCatalogueBody = Type.Object({
  requestKey: Type.String({ minLength: 8, maxLength: 80 }),
  firstYear: Type.Integer({ minimum: 1994, maximum: 2100 }),
  lastYear: Type.Optional(Type.Integer({ minimum: 1994, maximum: 2100 })),
  document: Type.Object({
    number: Type.String({ minLength: 1, maxLength: 100 }),
    title: Type.String({ minLength: 1, maxLength: 300 }),
    dated: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
  }),
})
export const EditionParams = Type.Object({ division: Type.String(), edition: Type.String({ pattern: '^\\d{1,9}$' }) })
/** What an edition of a catalogue changed against the one before it; all is `added` in the first. */
export const EditionChanges = Type.Object({
  rows: Type.Array(
    Type.Object({
      code: Type.String(),
      name: Type.String(),
      change: Type.Union([Type.Literal('added'), Type.Literal('changed'), Type.Literal('ended'), Type.Literal('kept')]),
      nameBefore: Nullable(Type.String()),
      /** Which of its other texts read otherwise. */
      fields: Type.Array(Type.String()),
    }),
  ),
})
export type EditionChanges = Static<typeof EditionChanges>
export const CatalogueParams = Type.Object({ division: Type.String(), catalogue: Id })
export const IssueCatalogueAnswer = Type.Object({ edition: Nullable(Type.Integer()), funds: Type.Integer() })

/** The declassified totals of a secret fund, by year, in fen, with the papers that declassified them. */
export const DeclassifiedTotals = Type.Object({
  rows: Type.Array(Type.Object({ fiscalYear: Type.Integer(), amountFen: Type.String(), basis: Type.String() })),
})
export type DeclassifiedTotals = Static<typeof DeclassifiedTotals>
export const DeclassifiedBody = Type.Object({
  year: Type.Integer({ minimum: 1994, maximum: 2100 }),
  amountFen: Type.String({ pattern: '^\\d{1,15}$' }),
  basis: Type.String({ maxLength: 200 }),
})
