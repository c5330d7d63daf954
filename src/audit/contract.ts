import { type Static, Type } from 'typebox'

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const Id = Type.String({ pattern: '^\\d{1,18}$' })
const Named = Type.Object({ code: Type.String(), name: Type.String() })

export const AuditKind = Type.Union([
  Type.Literal('network'),
  Type.Literal('operation'),
  Type.Literal('personal'),
  Type.Literal('authority'),
  Type.Literal('book'),
])
export const Outcome = Type.Union([Type.Literal('done'), Type.Literal('refused'), Type.Literal('failed')])

const Filter = {
  /** A part of the name of whoever acted. */
  actor: Type.Optional(Type.String({ maxLength: 60 })),
  /** The beginning of an action's name. */
  action: Type.Optional(Type.String({ maxLength: 80 })),
  /** A part of what was acted on. */
  subject: Type.Optional(Type.String({ maxLength: 80 })),
  /** Nine digits, or 0 for acts of the installation itself. */
  of: Type.Optional(Type.String({ maxLength: 9, pattern: '^(\\d{9}|0)$' })),
  outcome: Type.Optional(Outcome),
  kind: Type.Optional(AuditKind),
  from: Type.Optional(Day),
  to: Type.Optional(Day),
}
export const AuditFilter = Type.Object(Filter)
export type AuditFilter = Static<typeof AuditFilter>
export const AuditQuery = Type.Object({ ...Filter, after: Type.Optional(Id) })
export type AuditQuery = Static<typeof AuditQuery>
export const AuditExportQuery = Type.Object({
  ...Filter,
  file: Type.Union([Type.Literal('csv'), Type.Literal('xlsx')]),
})
export const AuditParams = Type.Object({ entry: Id })

/** One act: who, when, from where, what, on what, with what outcome. */
export const AuditEntry = Type.Object({
  id: Type.String(),
  recordedAt: Type.String(),
  /** Null for acts of the installation itself. */
  division: Nullable(Named),
  actor: Type.String(),
  actorName: Type.String(),
  address: Nullable(Type.String()),
  kind: AuditKind,
  action: Type.String(),
  subject: Nullable(Type.String()),
  outcome: Outcome,
})
export type AuditEntry = Static<typeof AuditEntry>
export const AuditPage = Type.Object({ rows: Type.Array(AuditEntry), next: Nullable(Type.String()) })
export type AuditPage = Static<typeof AuditPage>

const Said = Type.Record(Type.String(), Type.Unknown())
export const AuditDetail = Type.Object({
  ...AuditEntry.properties,
  detail: Said,
  before: Nullable(Said),
  after: Nullable(Said),
  digest: Type.String(),
  /** The seal that covers it; null while it waits. */
  seal: Nullable(Type.Object({ no: Type.String(), digest: Type.String(), sealedAt: Type.String() })),
})
export type AuditDetail = Static<typeof AuditDetail>

export const Retention = Type.Object({
  kind: AuditKind,
  name: Type.String(),
  english: Type.String(),
  /** What the law asks at least, in months; null for what is never removed. */
  floorMonths: Nullable(Type.Integer()),
  keepMonths: Nullable(Type.Integer()),
  basis: Type.String(),
  basisEnglish: Type.String(),
})
export type Retention = Static<typeof Retention>
export const RetentionList = Type.Object({ rows: Type.Array(Retention) })
export const RetentionParams = Type.Object({ kind: AuditKind })
// Null comes first: the checker turns values into what a schema asks for.
export const RetentionBody = Type.Object({
  keepMonths: Type.Union([Type.Null(), Type.Integer({ minimum: 1, maximum: 1200 })]),
})

/** What the security administrator sets about personal data, for the whole installation. */
export const PrivacySettings = Type.Object({ looksADay: Type.Integer({ minimum: 0, maximum: 1000 }) })
export type PrivacySettings = Static<typeof PrivacySettings>
