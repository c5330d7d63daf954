import { type Static, type TSchema, Type } from 'typebox'
import { Lamp, RulePage, Words } from '../rules/contract.ts'

export const WarningStatus = Type.Union([
  Type.Literal('open'),
  Type.Literal('out'),
  Type.Literal('normal'),
  Type.Literal('violation'),
  Type.Literal('corrected'),
])

const Place = Type.Object({ code: Type.String(), name: Type.String() })
const OrNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

export const WarningRow = Type.Object({
  id: Type.String(),
  division: Place,
  fiscalYear: Type.Number(),
  rule: Type.String(),
  ruleName: Words,
  level: Lamp,
  status: WarningStatus,
  /** What it is about; `division` is the code of the division whose page shows it. */
  subject: Type.Object({ kind: Type.String(), id: Type.String(), label: Type.String(), division: Type.String() }),
  fund: OrNull(Type.Object({ id: Type.String(), code: Type.String(), name: Type.String() })),
  amountFen: OrNull(Type.String()),
  evidence: Type.Object({ zh: Type.String(), en: Type.String(), figures: Type.Record(Type.String(), Type.Unknown()) }),
  raisedOn: Type.String(),
  endedOn: OrNull(Type.String()),
  /** The day a check no longer found the cause. */
  causeGoneOn: OrNull(Type.String()),
  episode: Type.Number(),
})
export type WarningRow = Static<typeof WarningRow>

export const LampCounts = Type.Object({ bell: Type.Number(), yellow: Type.Number(), red: Type.Number() })
export type LampCounts = Static<typeof LampCounts>

export const WarningList = Type.Object({
  rows: Type.Array(WarningRow),
  next: OrNull(Type.String()),
  /** Lit lamps that the other filters leave, whatever level and page are chosen. */
  counts: LampCounts,
})
export type WarningList = Static<typeof WarningList>

export const WarningQuery = Type.Object({
  year: Type.Optional(Type.Integer({ minimum: 1994, maximum: 2100 })),
  level: Type.Optional(Lamp),
  rule: Type.Optional(Type.String({ maxLength: 10 })),
  /** `lit` (the default) is open and violation together; `all` is every status. */
  status: Type.Optional(Type.Union([WarningStatus, Type.Literal('lit'), Type.Literal('all')])),
  subjectKind: Type.Optional(Type.String({ maxLength: 20 })),
  subject: Type.Optional(Type.String({ maxLength: 60 })),
  after: Type.Optional(Type.String({ maxLength: 60 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
})
export type WarningQuery = Static<typeof WarningQuery>

export const WarningEvent = Type.Object({
  no: Type.Number(),
  kind: Type.String(),
  level: OrNull(Lamp),
  note: OrNull(Type.String()),
  /** The evidence in words as it was then; null where nothing was found or judged anew. */
  evidence: OrNull(Words),
  actor: Type.String(),
  at: Type.String(),
})

const ActName = Type.Union([
  Type.Literal('normal'),
  Type.Literal('violation'),
  Type.Literal('corrected'),
  Type.Literal('note'),
])

export const WarningPage = Type.Object({
  ...WarningRow.properties,
  events: Type.Array(WarningEvent),
  page: OrNull(RulePage),
  /** What may be done now; what may not says why. */
  acts: Type.Array(Type.Object({ act: ActName, whyNot: OrNull(Words) })),
})
export type WarningPage = Static<typeof WarningPage>

export const HandleBody = Type.Object({ kind: ActName, note: Type.String({ maxLength: 2000 }) })
export type HandleBody = Static<typeof HandleBody>

export const CheckState = Type.Object({
  running: Type.Boolean(),
  last: OrNull(
    Type.Object({
      asOf: Type.String(),
      startedAt: Type.String(),
      finishedAt: OrNull(Type.String()),
      outcome: Type.Record(Type.String(), Type.Unknown()),
    }),
  ),
})
