import { type Static, Type } from 'typebox'
import { nullable, oneOf } from '../kernel/schema.ts'

const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const RequestKey = Type.Optional(Type.String({ minLength: 8, maxLength: 80 }))
const Reason = Type.String({ minLength: 4, maxLength: 300 })

export const BookQuery = Type.Object({ year: Type.Integer({ minimum: 1994, maximum: 2100 }) })

/** What still stands open in a book up to a day: nothing of it keeps a month from being closed, but it is shown first and kept. */
export const Standing = Type.Object({
  unsealedBatches: Type.Integer(),
  waitingPayments: Type.Integer(),
  waitingFen: Type.String(),
  documentsWithoutScan: Type.Integer(),
  openTransfers: Type.Integer(),
  openTransfersFen: Type.String(),
})
export type Standing = Static<typeof Standing>

export const BOOK_ACTS = ['lock', 'unlock', 'provisional', 'open', 'close', 'reopen', 'plans-on', 'plans-off'] as const
export type BookAct = (typeof BOOK_ACTS)[number]

export const BookEvent = Type.Object({
  no: Type.Integer(),
  kind: oneOf(BOOK_ACTS),
  day: Type.String(),
  reason: nullable(Type.String()),
  documentNumber: nullable(Type.String()),
  findings: nullable(Standing),
  actor: Type.String(),
  recordedAt: Type.String(),
})
export type BookEvent = Static<typeof BookEvent>

export const BookPage = Type.Object({
  fiscalYear: Type.Integer(),
  usesPlans: Type.Boolean(),
  /** Plans were posted: whether the book keeps them can no longer be changed. */
  plansPosted: Type.Boolean(),
  lockedThrough: nullable(Type.String()),
  closedOn: nullable(Type.String()),
  /** Opened by an advance notice, and not opened yet: nothing is spent from it. */
  provisional: Type.Boolean(),
  provisionalSince: nullable(Type.String()),
  openedOn: nullable(Type.String()),
  months: Type.Array(
    Type.Object({
      month: Type.Integer(),
      lastDay: Type.String(),
      locked: Type.Boolean(),
      batches: Type.Integer(),
      standing: Standing,
    }),
  ),
  events: Type.Array(BookEvent),
})
export type BookPage = Static<typeof BookPage>

export const LockBody = Type.Object({
  fiscalYear: Type.Integer({ minimum: 1994, maximum: 2100 }),
  through: Day,
  /** That what still stands open was seen; needed where something does. */
  acknowledged: Type.Optional(Type.Boolean()),
  note: Type.Optional(Type.String({ maxLength: 300 })),
  requestKey: RequestKey,
})
export type LockBody = Static<typeof LockBody>

export const UnlockBody = Type.Object({
  fiscalYear: Type.Integer({ minimum: 1994, maximum: 2100 }),
  /** The day through which it stays locked; the day before the year where nothing does. */
  through: Day,
  reason: Reason,
  requestKey: RequestKey,
})

export const OpenBody = Type.Object({
  fiscalYear: Type.Integer({ minimum: 1994, maximum: 2100 }),
  requestKey: RequestKey,
})

export const PlansBody = Type.Object({
  fiscalYear: Type.Integer({ minimum: 1994, maximum: 2100 }),
  usesPlans: Type.Boolean(),
  requestKey: RequestKey,
})

export const ReopenBody = Type.Object({
  fiscalYear: Type.Integer({ minimum: 1994, maximum: 2100 }),
  reason: Reason,
  document: Type.Object({
    number: Type.String({ minLength: 1, maxLength: 200 }),
    title: Type.String({ minLength: 1, maxLength: 300 }),
    dated: Day,
  }),
  requestKey: RequestKey,
})

/** The number of the event among those of the book; null where the same was so already. */
export const BookActAnswer = Type.Object({ event: nullable(Type.Integer()) })
