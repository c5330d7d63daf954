import { type Static, Type } from 'typebox'
import { nullable, oneOf, RepairSchema } from '../kernel/schema.ts'
import { DocumentBody, FormBody } from './contract.ts'

// What crosses a border of the forms that move money back or sideways; contract.ts holds that of the others.
const Id = Type.String({ pattern: '^\\d{1,19}$' })
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const FenText = Type.String({ pattern: '^\\d{1,16}$' })
const RequestKey = Type.Optional(Type.String({ minLength: 8, maxLength: 80 }))

/**
 * A horizontal receipt: transfers that wait, or, for one that comes from a region outside this installation, who sent it and by which
 * document; its lines then name fund and amount.
 */
export const AcrossBody = Type.Object({
  ...FormBody.properties,
  from: Type.Optional(
    Type.Object({ ...DocumentBody.properties, region: Type.String({ minLength: 2, maxLength: 100 }) }),
  ),
})

/**
 * A recall or settlement deduction: transfers with amounts, or an amount spread over all that a fund, a document or a receiver still has.
 * With `checkOnly` nothing is stored, only shown.
 */
export const RecallBody = Type.Object({
  fiscalYear: Type.Integer({ minimum: 1994, maximum: 2100 }),
  effectiveOn: Type.Optional(Day),
  requestKey: RequestKey,
  checkOnly: Type.Optional(Type.Boolean()),
  document: DocumentBody,
  lines: Type.Optional(Type.Array(Type.Object({ transfer: Id, amountFen: FenText }), { maxItems: 5000 })),
  spread: Type.Optional(
    Type.Object({
      amountFen: FenText,
      fund: Type.Optional(Type.Integer()),
      receiver: Type.Optional(Type.String({ pattern: '^\\d{9}$' })),
      documentNumber: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    }),
  ),
})

/** What a recall got of one transfer; the three amounts sum to what was asked of it. */
export const RecallPart = Type.Object({
  transfer: Type.String(),
  receiver: Type.Object({ code: Type.String(), name: Type.String() }),
  documentNumber: Type.String(),
  fund: Type.String(),
  /** The line that was passed down; null for a superior outside this installation. */
  line: nullable(Type.String()),
  inTransitFen: Type.String(),
  takenFen: Type.String(),
  goneFen: Type.String(),
  /** From which lines below, in the receiver's division. */
  below: Type.Array(Type.Object({ line: Type.String(), amountFen: Type.String() })),
  /** The claim on what was gone. */
  recoverable: nullable(Type.String()),
})
export type RecallPart = Static<typeof RecallPart>

export const RecallAnswer = Type.Object({
  /** Null where it was only looked at, as are the claims of its parts. */
  recall: nullable(Type.String()),
  document: nullable(Type.String()),
  parts: Type.Array(RecallPart),
  repairs: Type.Array(RepairSchema),
})
export type RecallAnswer = Static<typeof RecallAnswer>

export const RecallableQuery = Type.Object({
  year: Type.Integer(),
  /** `below`: what was passed down from here; `outside`: what superiors outside this installation sent here. */
  from: Type.Union([Type.Literal('below'), Type.Literal('outside')]),
  q: Type.Optional(Type.String({ maxLength: 100 })),
})
/** A transfer, with what of it is where. */
export const RecallableRow = Type.Object({
  transfer: Type.String(),
  /** The year that it was sent in; an earlier one than asked for where the money was carried into that. */
  fiscalYear: Type.Integer(),
  receiver: Type.Object({ code: Type.String(), name: Type.String() }),
  line: nullable(Type.String()),
  documentNumber: Type.String(),
  documentTitle: Type.String(),
  dated: Type.String(),
  fund: Type.Object({ id: Type.Integer(), code: Type.String(), name: Type.String() }),
  sentFen: Type.String(),
  inTransitFen: Type.String(),
  toAssignFen: Type.String(),
  toRefineFen: Type.String(),
  /** Own spending and plan, not yet under way to a payee. */
  ownFen: Type.String(),
  passedFen: Type.String(),
  /** Under way to a payee, paid, or carried over: what a recall can only claim. */
  spentFen: Type.String(),
  claimedFen: Type.String(),
  /** Called back in later years, after it was carried. */
  returnedFen: Type.String(),
  /** What a recall would get now. */
  unspentFen: Type.String(),
})
export type RecallableRow = Static<typeof RecallableRow>

export const RecoverablesQuery = Type.Object({
  year: Type.Optional(Type.Integer()),
  state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('all')])),
})
/** A claim (待追回): called back when it was already gone. */
export const RecoverableRow = Type.Object({
  id: Type.String(),
  form: Type.String(),
  fiscalYear: Type.Integer(),
  document: Type.Object({ number: Type.String(), title: Type.String() }),
  effectiveOn: Type.String(),
  /** Who owes it: the receiver, or, where a superior outside calls back, this division itself. */
  debtor: Type.Object({ code: Type.String(), name: Type.String() }),
  transfer: Type.String(),
  transferNumber: Type.String(),
  fund: Type.String(),
  line: nullable(Type.String()),
  amountFen: Type.String(),
  recoveredFen: Type.String(),
  openFen: Type.String(),
  lastOn: nullable(Type.String()),
})
export type RecoverableRow = Static<typeof RecoverableRow>

export const RecoveredBody = Type.Object({
  document: DocumentBody,
  effectiveOn: Type.Optional(Day),
  requestKey: RequestKey,
  amountFen: FenText,
  /** `recall`: it came back below and is taken from there, on both sides; `paid-in`: it was paid in otherwise. */
  way: Type.Union([Type.Literal('recall'), Type.Literal('paid-in')]),
  note: Type.Optional(Type.String({ maxLength: 300 })),
})

/** What stands on an entry and has to be undone before it, in that order: the lowest level first. */
export const HangingRow = Type.Object({
  kind: oneOf(['paid', 'transit', 'plan', 'line', 'reduction']),
  division: Type.Object({ code: Type.String(), name: Type.String() }),
  allotment: Type.String(),
  form: Type.String(),
  formName: Type.Object({ zh: Type.String(), en: Type.String() }),
  documentNumber: nullable(Type.String()),
  /** What the line is called: its document's number and its fund. */
  name: Type.String(),
  /** Agency or receiver, where there is one. */
  who: nullable(Type.String()),
  amountFen: Type.String(),
})
export type HangingRow = Static<typeof HangingRow>

/** What of a document a correction of the whole (整单红字) would take back, and what stands in its way. */
export const WholeAnswer = Type.Object({
  document: Type.Object({ number: Type.String(), title: Type.String(), dated: Type.String() }),
  forms: Type.Array(Type.Object({ zh: Type.String(), en: Type.String() })),
  /** Entries of which something is left to take back, and those that are corrected already. */
  entries: Type.Integer(),
  corrected: Type.Integer(),
  fiscalYears: Type.Array(Type.Integer()),
  ofPayment: Type.Boolean(),
  rows: Type.Array(HangingRow),
})
export type WholeAnswer = Static<typeof WholeAnswer>

export const HangingAnswer = Type.Object({
  /** What of the entry is not corrected yet, and what of that could be corrected at once. */
  leftFen: Type.String(),
  freeFen: Type.String(),
  rows: Type.Array(HangingRow),
})
export type HangingAnswer = Static<typeof HangingAnswer>

/** A region that money could be sent across to. */
export const Region = Type.Object({ code: Type.String(), name: Type.String() })
export const RecoveredAnswer = Type.Object({ recovered: Type.String(), repairs: Type.Array(RepairSchema) })
