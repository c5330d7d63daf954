import { type Static, Type } from 'typebox'
import { nullable, oneOf, RepairSchema } from '../kernel/schema.ts'
import { CHOICE_KINDS } from './contract.ts'

/**
 * A line of budget authority. All amounts are whole fen as text; those by state say where the money of this line, and of all lines made from
 * it in its division, stands now.
 */
export const Line = Type.Object({
  id: Type.String(),
  division: Type.Object({ code: Type.String(), name: Type.String() }),
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
  fund: Type.Object({ id: Type.Integer(), code: Type.String(), name: Type.String() }),
  amountFen: Type.String(),
  totalFen: Type.String(),
  toRefineFen: Type.String(),
  ownFen: Type.String(),
  passedFen: Type.String(),
  planFen: Type.String(),
  transitFen: Type.String(),
  paidFen: Type.String(),
  agency: nullable(Type.Object({ code: Type.String(), name: Type.String() })),
  project: nullable(Type.Object({ id: Type.String(), code: Type.String(), name: Type.String() })),
  toDivision: nullable(Type.Object({ code: Type.String(), name: Type.String() })),
  functionSubject: nullable(Type.String()),
  economicSubject: nullable(Type.String()),
  poverty: Type.String(),
  monitoredFen: Type.String(),
  sourceLevel: Type.String(),
  superiorNumber: nullable(Type.String()),
  direct: Type.Boolean(),
  /** 1 the initial budget, 2 an adjustment in the year (追加), 3 a virement (调剂). */
  budgetOrigin: Type.Integer(),
  source: nullable(Type.String()),
  externalId: nullable(Type.String()),
  note: nullable(Type.String()),
  /** How many lines were made from this one, here and, for a passed-down line, below. */
  children: Type.Integer(),
})
export type Line = Static<typeof Line>

export const LinesAnswer = Type.Object({
  rows: Type.Array(Line),
  next: nullable(Type.String()),
  totals: Type.Object({
    count: Type.Integer(),
    registeredFen: Type.String(),
    toAssignFen: Type.String(),
    toRefineFen: Type.String(),
    ownFen: Type.String(),
    passedFen: Type.String(),
    transitFen: Type.String(),
    paidFen: Type.String(),
  }),
})
export type LinesAnswer = Static<typeof LinesAnswer>

export const EntryView = Type.Object({
  batch: Type.String(),
  line: Type.Integer(),
  form: Type.String(),
  formName: Type.Object({ zh: Type.String(), en: Type.String() }),
  effectiveOn: Type.String(),
  recordedAt: Type.String(),
  documentNumber: nullable(Type.String()),
  debit: Type.Object({ account: Type.Integer(), allotment: Type.String() }),
  credit: Type.Object({ account: Type.Integer(), allotment: Type.String() }),
  amountFen: Type.String(),
  corrects: nullable(Type.Object({ batch: Type.String(), line: Type.Integer() })),
  /** What of the entry a red letter may still take back; `0` for red letters themselves. */
  leftFen: Type.String(),
})
export type EntryView = Static<typeof EntryView>

/** The entries of a line, latest first; `next` is the batch and line after which the next begin. */
export const EntriesAnswer = Type.Object({
  rows: Type.Array(EntryView),
  next: nullable(Type.String()),
})
export type EntriesAnswer = Static<typeof EntriesAnswer>

export const LinePage = Type.Object({
  line: Line,
  path: Type.Array(
    Type.Object({
      id: Type.String(),
      division: Type.Object({ code: Type.String(), name: Type.String() }),
      form: Type.String(),
      documentNumber: Type.String(),
      fund: Type.String(),
      amountFen: Type.String(),
    }),
  ),
  children: Type.Array(Line),
  entries: Type.Array(EntryView),
  payments: Type.Array(
    Type.Object({
      id: Type.String(),
      voucherNo: Type.String(),
      vouchedOn: Type.String(),
      paidOn: nullable(Type.String()),
      payeeName: nullable(Type.String()),
      purpose: nullable(Type.String()),
      amountFen: Type.String(),
      unposted: nullable(Type.String()),
    }),
  ),
  warnings: Type.Array(
    Type.Object({
      id: Type.String(),
      rule: Type.String(),
      level: Type.String(),
      status: Type.String(),
      raisedOn: Type.String(),
    }),
  ),
})
export type LinePage = Static<typeof LinePage>

export const TransferView = Type.Object({
  id: Type.String(),
  sender: nullable(Type.Object({ code: Type.String(), name: Type.String() })),
  documentNumber: Type.String(),
  documentTitle: Type.String(),
  dated: Type.String(),
  fund: Type.Object({ id: Type.Integer(), code: Type.String(), name: Type.String() }),
  sentFen: Type.String(),
  takenFen: Type.String(),
  inTransitFen: Type.String(),
  sourceLevel: Type.String(),
  direct: Type.Boolean(),
  /** False: from above. True: from another region, `senderName` where that is outside this installation. */
  across: Type.Boolean(),
  senderName: nullable(Type.String()),
})
export type TransferView = Static<typeof TransferView>

export const FormAnswer = Type.Object({
  /** Both null where it was only looked at; `lines` too are ids that are not kept then. */
  batch: nullable(Type.String()),
  document: nullable(Type.String()),
  lines: Type.Array(Type.String()),
  /** What each source line or transfer gave, and what the form could still take of it after that. */
  taken: Type.Array(
    Type.Object({ from: Type.String(), name: Type.String(), amountFen: Type.String(), leftFen: Type.String() }),
  ),
  repairs: Type.Array(RepairSchema),
})
export type FormAnswer = Static<typeof FormAnswer>

export const ReductionAnswer = Type.Object({
  /** Both null where it was only looked at. */
  batch: nullable(Type.String()),
  document: nullable(Type.String()),
  /** What was taken off each line, and what the form could take of it after that; the parts sum to the amount. */
  lines: Type.Array(
    Type.Object({ line: Type.String(), name: Type.String(), amountFen: Type.String(), leftFen: Type.String() }),
  ),
  repairs: Type.Array(RepairSchema),
})
export type ReductionAnswer = Static<typeof ReductionAnswer>

/** One that can be chosen: `code` is its code or document number, `about` what tells it from its like, `leftFen` what a form can take of it. */
export const Choice = Type.Object({
  id: Type.String(),
  code: Type.String(),
  name: Type.String(),
  about: nullable(Type.String()),
  leftFen: nullable(Type.String()),
})
export type Choice = Static<typeof Choice>

export const ChoicesAnswer = Type.Object({
  rows: Type.Array(Choice),
  more: Type.Boolean(),
})
export type ChoicesAnswer = Static<typeof ChoicesAnswer>

/** Who a text means: exactly one; several of the same name or number; some that are called nearly so; or none. */
export const Resolution = Type.Object({
  text: Type.String(),
  match: oneOf(['one', 'several', 'near', 'none']),
  choices: Type.Array(Choice),
})
export type Resolution = Static<typeof Resolution>

export const ResolveAnswer = Type.Object({
  found: Type.Array(Type.Object({ kind: oneOf(CHOICE_KINDS), resolutions: Type.Array(Resolution) })),
})
export type ResolveAnswer = Static<typeof ResolveAnswer>

/** What red letters were stored: one batch, or one for each batch of a whole document. */
export const CorrectionAnswer = Type.Object({ batch: Type.String() })
export const CorrectionsAnswer = Type.Object({ batches: Type.Array(Type.String()) })
/** The stored file of a scan. */
export const ScanAnswer = Type.Object({ file: Type.String() })
