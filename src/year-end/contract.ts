import { type Static, Type } from 'typebox'
import { nullable, oneOf, SentenceSchema } from '../kernel/schema.ts'

const Id = Type.String({ pattern: '^\\d{1,19}$' })
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const Year = Type.Integer({ minimum: 1994, maximum: 2099 })
const Document = Type.Object({
  number: Type.String({ minLength: 1, maxLength: 200 }),
  title: Type.String({ minLength: 1, maxLength: 300 }),
  dated: Day,
})

export const YearQuery = Type.Object({ year: Year })

/** Which rests lapse and are recovered by the treasury (结余收回): what any of these names. All others are carried. */
export const Lapse = Type.Object({
  lines: Type.Optional(Type.Array(Id, { maxItems: 5000 })),
  funds: Type.Optional(Type.Array(Type.Integer(), { maxItems: 500 })),
  agencies: Type.Optional(Type.Array(Type.Integer(), { maxItems: 500 })),
  /** What is as old as the limit that the page shows (two years, by default). */
  overdue: Type.Optional(Type.Boolean()),
})
export type Lapse = Static<typeof Lapse>

export const LookBody = Type.Object({ fiscalYear: Year, lapse: Type.Optional(Lapse) })

export const CloseBody = Type.Object({
  fiscalYear: Year,
  document: Document,
  effectiveOn: Type.Optional(Day),
  requestKey: Type.String({ minLength: 8, maxLength: 80 }),
  lapse: Type.Optional(Lapse),
})

export const TakeBackBody = Type.Object({
  fiscalYear: Year,
  document: Document,
  reason: Type.String({ minLength: 4, maxLength: 300 }),
  requestKey: Type.String({ minLength: 8, maxLength: 80 }),
  /** The lines of the closed year whose rest comes back; all of them where none are named. */
  lines: Type.Optional(Type.Array(Id, { maxItems: 5000 })),
})

/** Something that keeps the year from being closed: what, how many, how much. */
export const Block = Type.Object({
  ...SentenceSchema.properties,
  code: Type.String(),
  count: Type.Integer(),
  fen: Type.String(),
})
export type Block = Static<typeof Block>

/** A balance that is left at the end of the year. */
export const Rest = Type.Object({
  line: Type.String(),
  documentNumber: Type.String(),
  fund: Type.Object({ id: Type.Integer(), code: Type.String(), name: Type.String() }),
  agency: nullable(Type.Object({ id: Type.Integer(), code: Type.String(), name: Type.String() })),
  project: nullable(Type.String()),
  account: Type.Integer(),
  fen: Type.String(),
  /** The year in which the money was first arranged here. */
  since: Type.Integer(),
  overdue: Type.Boolean(),
  lapses: Type.Boolean(),
})
export type Rest = Static<typeof Rest>

export const ClosingView = Type.Object({
  no: Type.Integer(),
  kind: oneOf(['close', 'take-back']),
  documentNumber: Type.String(),
  carriedLines: Type.Integer(),
  carriedFen: Type.String(),
  lapsedLines: Type.Integer(),
  lapsedFen: Type.String(),
  reason: nullable(Type.String()),
  actor: Type.String(),
  recordedAt: Type.String(),
})
export type ClosingView = Static<typeof ClosingView>

export const Look = Type.Object({
  fiscalYear: Type.Integer(),
  closedOn: nullable(Type.String()),
  blocks: Type.Array(Block),
  lines: Type.Integer(),
  restFen: Type.String(),
  carriedFen: Type.String(),
  lapsedFen: Type.String(),
  overdueFen: Type.String(),
  /** After so many years a rest is to be recovered by the treasury: a hint, the choice is the bureau's. */
  limitYears: Type.Integer(),
  /** The largest first; all are closed, these are shown. */
  rests: Type.Array(Rest),
  closings: Type.Array(ClosingView),
})
export type Look = Static<typeof Look>

export const ClosingAnswer = Type.Object({
  no: Type.Integer(),
  batch: nullable(Type.String()),
  carryBatch: nullable(Type.String()),
  carriedLines: Type.Integer(),
  carriedFen: Type.String(),
  lapsedLines: Type.Integer(),
  lapsedFen: Type.String(),
})
export type ClosingAnswer = Static<typeof ClosingAnswer>

/** Advance notices of a year beside what was transferred in the year before: received from above, and passed down. */
export const AdvanceView = Type.Object({
  provisional: Type.Boolean(),
  openedOn: nullable(Type.String()),
  rows: Type.Array(
    Type.Object({
      fund: Type.Object({ id: Type.Integer(), code: Type.String(), name: Type.String() }),
      receivedFen: Type.String(),
      receivedBeforeFen: Type.String(),
      passedFen: Type.String(),
      passedBeforeFen: Type.String(),
    }),
  ),
})
export type AdvanceView = Static<typeof AdvanceView>

/** From which fiscal year on carried money is to be recovered after how many years; the latest first. */
export const CarryLimits = Type.Object({
  mine: Type.Boolean(),
  rows: Type.Array(
    Type.Object({
      firstYear: Type.Integer(),
      years: Type.Integer(),
      documentNumber: Type.Union([Type.String(), Type.Null()]),
      dated: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
})
export type CarryLimits = Static<typeof CarryLimits>
export const CarryLimitBody = Type.Object({
  firstYear: Type.Integer({ minimum: 1994, maximum: 2100 }),
  years: Type.Integer({ minimum: 1, maximum: 20 }),
  document: Type.Object({
    number: Type.String({ minLength: 1, maxLength: 200 }),
    dated: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
  }),
})
