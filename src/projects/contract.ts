import { type Static, Type } from 'typebox'

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const Named = Type.Object({ code: Type.String(), name: Type.String() })
const NamedThing = Type.Object({ id: Type.String(), code: Type.String(), name: Type.String() })
const Year = Type.Integer({ minimum: 1994, maximum: 2100 })
const Id = Type.String({ pattern: '^\\d{1,18}$' })

export const ProjectsParams = Type.Object({ division: Type.String() })
export const ProjectParams = Type.Object({ division: Type.String(), project: Id })

export const Verdict = Type.Union([
  Type.Literal('ok'),
  Type.Literal('missing'),
  Type.Literal('digits'),
  Type.Literal('unrefined'),
  Type.Literal('fund-name'),
  Type.Literal('notice-title'),
])

/** `verdict=bad` asks for every name that is not ok; `after` is the `next` of the page before. */
export const ProjectsQuery = Type.Object({
  year: Type.Optional(Year),
  q: Type.Optional(Type.String({ maxLength: 100 })),
  verdict: Type.Optional(Type.Union([Verdict, Type.Literal('bad')])),
  after: Type.Optional(Type.String({ maxLength: 40 })),
})
export const YearQuery = Type.Object({ year: Type.Optional(Year) })

/**
 * A project; amounts in fen, as strings. arranged = what the ledger holds for it in the year: refined to it and not yet planned, planned,
 * in transit and paid; paid = of it, paid and posted.
 */
export const Project = Type.Object({
  id: Type.String(),
  code: Type.String(),
  name: Type.String(),
  nameVerdict: Verdict,
  kind: Nullable(Type.String()),
  agency: Nullable(Named),
  place: Nullable(Type.String()),
  firstYear: Type.Integer(),
  lastYear: Type.Integer(),
  investmentFen: Type.String(),
  arrangedFen: Type.String(),
  paidFen: Type.String(),
  /** Lit lamps about the project itself. */
  lamps: Type.Object({ bell: Type.Integer(), yellow: Type.Integer(), red: Type.Integer() }),
})
export type Project = Static<typeof Project>

export const ProjectList = Type.Object({ rows: Type.Array(Project), next: Nullable(Type.String()) })
export type ProjectList = Static<typeof ProjectList>

/** A line of authority that names the project, in the form of allotment pages. */
export const ProjectLine = Type.Object({
  id: Type.String(),
  division: Named,
  fiscalYear: Type.Integer(),
  form: Type.String(),
  document: Type.Object({
    id: Type.String(),
    number: Type.String(),
    form: Type.String(),
    title: Type.String(),
    dated: Type.String(),
    scan: Type.Boolean(),
  }),
  fund: NamedThing,
  amountFen: Type.String(),
  totalFen: Type.String(),
  toRefineFen: Type.String(),
  ownFen: Type.String(),
  passedFen: Type.String(),
  planFen: Type.String(),
  transitFen: Type.String(),
  paidFen: Type.String(),
  agency: Nullable(NamedThing),
  poverty: Type.String(),
  monitoredFen: Type.String(),
  sourceLevel: Type.String(),
  superiorNumber: Nullable(Type.String()),
  direct: Type.Boolean(),
  source: Nullable(Type.String()),
  functionSubject: Nullable(Type.String()),
  economicSubject: Nullable(Type.String()),
  note: Nullable(Type.String()),
})

/** A payment that names the project, in the form of payment pages; posted or not. */
export const ProjectPayment = Type.Object({
  id: Type.String(),
  voucherType: Type.Integer(),
  voucherNo: Type.String(),
  lineNo: Type.Integer(),
  vouchedOn: Type.String(),
  paidOn: Nullable(Type.String()),
  amountFen: Type.String(),
  payee: Nullable(Type.Object({ name: Type.String(), account: Nullable(Type.String()) })),
  agency: Nullable(NamedThing),
  project: Nullable(NamedThing),
  allotment: Nullable(Type.String()),
  purpose: Nullable(Type.String()),
  match: Type.String(),
  unposted: Nullable(Type.String()),
})

export const ProjectWarning = Type.Object({
  id: Type.String(),
  rule: Type.String(),
  level: Type.String(),
  status: Type.String(),
  amountFen: Nullable(Type.String()),
  raisedOn: Type.String(),
  endedOn: Nullable(Type.String()),
})

/** With a year: its lines and payments; without: those of all years. The fifty latest payments. */
export const ProjectPage = Type.Object({
  ...Project.properties,
  lines: Type.Array(ProjectLine),
  payments: Type.Array(ProjectPayment),
  warnings: Type.Array(ProjectWarning),
})
export type ProjectPage = Static<typeof ProjectPage>
