import { type Static, Type } from 'typebox'

const Id = Type.String({ pattern: '^\\d{1,19}$' })
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const OptionalText = Type.Optional(Type.String({ maxLength: 300 }))

export const LinesQuery = Type.Object({
  year: Type.Integer(),
  form: Type.Optional(Type.String({ maxLength: 20 })),
  fund: Type.Optional(Type.Integer()),
  q: Type.Optional(Type.String({ maxLength: 100 })),
  after: Type.Optional(Id),
})

export const TreeQuery = Type.Object({
  year: Type.Integer(),
  fund: Type.Optional(Type.Integer()),
  parent: Type.Optional(Id),
})

const EntryName = Type.String({ pattern: '^\\d{1,19}-\\d{1,9}$' })
/** `entry` asks for one entry alone, wherever it stands. */
export const EntriesQuery = Type.Object({ after: Type.Optional(EntryName), entry: Type.Optional(EntryName) })

export const TransfersQuery = Type.Object({
  year: Type.Integer(),
  state: Type.Optional(Type.Union([Type.Literal('waiting'), Type.Literal('all')])),
})

export const DocumentBody = Type.Object({
  number: Type.String({ minLength: 1, maxLength: 200 }),
  title: Type.String({ minLength: 1, maxLength: 300 }),
  dated: Day,
  issuer: OptionalText,
})

/** A superior's line that comes from outside this installation and was typed in by hand: its document's number, and where the money comes from. */
export const OutsideBody = Type.Object({
  number: Type.String({ minLength: 1, maxLength: 200 }),
  sourceLevel: Type.Optional(
    Type.Union([
      Type.Literal('central'),
      Type.Literal('province'),
      Type.Literal('city'),
      Type.Literal('county'),
      Type.Literal('township'),
    ]),
  ),
  direct: Type.Optional(Type.Boolean()),
  /** The clerk was warned that a superior in this installation sent nothing under the number, and means it all the same. */
  confirmed: Type.Optional(Type.Boolean()),
})

export const LineBody = Type.Object({
  amountFen: Type.String({ pattern: '^\\d{1,16}$' }),
  fund: Type.Optional(Type.Integer()),
  source: Type.Optional(Id),
  transfer: Type.Optional(Id),
  outside: Type.Optional(OutsideBody),
  office: Type.Optional(Type.Integer()),
  agency: Type.Optional(Type.Integer()),
  project: Type.Optional(Id),
  toDivision: Type.Optional(Type.String({ pattern: '^\\d{9}$' })),
  /** Only sent across: the name of a region outside this installation. */
  toOutside: Type.Optional(Type.String({ minLength: 2, maxLength: 100 })),
  functionSubject: OptionalText,
  economicSubject: OptionalText,
  fundNature: OptionalText,
  sourceType: OptionalText,
  poverty: Type.Optional(Type.Union([Type.Literal('whole'), Type.Literal('part'), Type.Literal('none')])),
  monitoredFen: Type.Optional(Type.String({ pattern: '^\\d{1,16}$' })),
  note: OptionalText,
})

/** The total that the paper prints (文件合计), in fen: what is stored must sum to it. */
const PrintedTotal = Type.Optional(Type.String({ pattern: '^-?\\d{1,19}$' }))

export const FormBody = Type.Object({
  fiscalYear: Type.Integer({ minimum: 1994, maximum: 2100 }),
  effectiveOn: Type.Optional(Day),
  requestKey: Type.Optional(Type.String({ minLength: 8, maxLength: 80 })),
  /** Posts it and takes it all back: to see what would be left before it is stored. */
  checkOnly: Type.Optional(Type.Boolean()),
  printedTotalFen: PrintedTotal,
  document: DocumentBody,
  lines: Type.Array(LineBody, { minItems: 1, maxItems: 5000 }),
})
export type FormBody = Static<typeof FormBody>

/**
 * A cut or a withdrawal: lines that name what they take from, or an amount that is spread over all that a fund, a document (its own, of
 * what it was made from, or the superior's) or an agency still has. With `checkOnly` nothing is stored, only shown.
 */
export const ReductionBody = Type.Object({
  fiscalYear: Type.Integer({ minimum: 1994, maximum: 2100 }),
  effectiveOn: Type.Optional(Day),
  requestKey: Type.Optional(Type.String({ minLength: 8, maxLength: 80 })),
  checkOnly: Type.Optional(Type.Boolean()),
  printedTotalFen: PrintedTotal,
  document: DocumentBody,
  lines: Type.Optional(
    Type.Array(Type.Object({ source: Id, amountFen: Type.String({ pattern: '^\\d{1,16}$' }) }), { maxItems: 5000 }),
  ),
  spread: Type.Optional(
    Type.Object({
      amountFen: Type.String({ pattern: '^\\d{1,16}$' }),
      fund: Type.Optional(Type.Integer()),
      agency: Type.Optional(Type.Integer()),
      documentNumber: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    }),
  ),
})

export const CorrectionBody = Type.Object({
  fiscalYear: Type.Integer({ minimum: 1994, maximum: 2100 }),
  effectiveOn: Day,
  requestKey: Type.Optional(Type.String({ minLength: 8, maxLength: 80 })),
  document: DocumentBody,
  batch: Id,
  line: Type.Integer({ minimum: 1 }),
  amountFen: Type.String({ pattern: '^\\d{1,16}$' }),
})

export const WholeCorrectionBody = Type.Object({
  effectiveOn: Day,
  requestKey: Type.String({ minLength: 8, maxLength: 80 }),
  document: DocumentBody,
})

/** What forms choose from; each list is that of one division and year. */
export const CHOICE_KINDS = [
  'source',
  'transfer',
  'fund',
  'agency',
  'office',
  'project',
  'division',
  'functionSubject',
  'economicSubject',
] as const
export type ChoiceKind = (typeof CHOICE_KINDS)[number]

const ChoiceYear = Type.Integer({ minimum: 1994, maximum: 2100 })
const FormName = Type.Optional(Type.String({ maxLength: 20 }))
export const ChoicesQuery = Type.Object({
  year: ChoiceYear,
  form: FormName,
  q: Type.Optional(Type.String({ maxLength: 100 })),
  only: Type.Optional(Type.String({ maxLength: 30 })),
})

export const ResolveBody = Type.Object({
  year: ChoiceYear,
  form: FormName,
  asked: Type.Array(
    Type.Object({
      kind: Type.Union(CHOICE_KINDS.map(kind => Type.Literal(kind))),
      texts: Type.Array(Type.String({ maxLength: 300 }), { maxItems: 5000 }),
    }),
    { maxItems: CHOICE_KINDS.length },
  ),
})

// 划转: what is left of a division's lines goes into another's book when divisions change.
export const HandOverParams = Type.Object({ division: Type.String() })
export const HandOverQuery = Type.Object({ year: Type.Optional(Type.Integer({ minimum: 1994, maximum: 2100 })) })
const CodeAndName = Type.Object({ code: Type.String(), name: Type.String() })
export const HandOvers = Type.Object({
  rests: Type.Array(
    Type.Object({
      id: Type.String(),
      form: Type.String(),
      documentNumber: Type.String(),
      fund: CodeAndName,
      agency: Type.Union([Type.String(), Type.Null()]),
      project: Type.Union([Type.String(), Type.Null()]),
      amountFen: Type.String(),
      restFen: Type.String(),
    }),
  ),
  done: Type.Array(
    Type.Object({
      batch: Type.String(),
      fiscalYear: Type.Integer(),
      effectiveOn: Type.String(),
      documentNumber: Type.String(),
      from: CodeAndName,
      to: CodeAndName,
      amountFen: Type.String(),
    }),
  ),
})
export type HandOvers = Static<typeof HandOvers>
export const HandOverBody = Type.Object({
  fiscalYear: Type.Integer({ minimum: 1994, maximum: 2100 }),
  effectiveOn: Day,
  requestKey: Type.String({ minLength: 8, maxLength: 80 }),
  checkOnly: Type.Optional(Type.Boolean()),
  document: DocumentBody,
  to: Type.String({ pattern: '^\\d{9}$' }),
  change: Type.Optional(Type.Integer()),
  /** Left out: all lines of which something is left. */
  lines: Type.Optional(
    Type.Array(Type.Object({ line: Id, amountFen: Type.Optional(Type.String({ pattern: '^\\d{1,16}$' })) }), {
      maxItems: 5000,
    }),
  ),
})
export const HandedOverAnswer = Type.Object({
  batch: Type.Union([Type.String(), Type.Null()]),
  toBatch: Type.Union([Type.String(), Type.Null()]),
  parts: Type.Array(
    Type.Object({ line: Type.String(), amountFen: Type.String(), taken: Type.Union([Type.String(), Type.Null()]) }),
  ),
})

/** Recognition (非扶贫资金识别): a transfer from above with what is proposed and what was decided. */
export const RecognitionQuery = Type.Object({
  year: Type.Integer(),
  state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('decided'), Type.Literal('all')])),
})
export const RecognitionBody = Type.Object({
  verdict: Type.Union([Type.Literal('whole'), Type.Literal('part'), Type.Literal('none')]),
  monitoredFen: Type.Optional(Type.String({ pattern: '^\\d{1,16}$' })),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
  document: OptionalText,
  supersedes: Type.Union([Id, Type.Null()]),
})
const Sides = Type.Object({
  id: Type.String(),
  documentNumber: Type.String(),
  documentTitle: Type.String(),
  dated: Type.String(),
  fund: Type.Object({ id: Type.Integer(), code: Type.String(), name: Type.String() }),
  sentFen: Type.String(),
  takenFen: Type.String(),
})
const Decision = Type.Object({
  id: Type.String(),
  verdict: Type.String(),
  monitoredFen: Type.String(),
  reason: Type.String(),
  document: Type.Union([Type.String(), Type.Null()]),
  actor: Type.String(),
  recordedAt: Type.String(),
})
export const RecognitionView = Type.Intersect([
  Sides,
  Type.Object({
    sender: Type.Union([Type.Object({ code: Type.String(), name: Type.String() }), Type.Null()]),
    /** By the fund's own flag; whether the fund stands in the list that this division has monitored. */
    proposal: Type.String(),
    inCatalogue: Type.Boolean(),
    decided: Type.Union([Decision, Type.Null()]),
    /** Earlier decisions, latest first. */
    before: Type.Array(Decision),
  }),
])
export type RecognitionView = Static<typeof RecognitionView>
export const RecognitionAnswer = Type.Object({ rows: Type.Array(RecognitionView) })
export const RecognitionMade = Type.Object({ id: Type.String() })

export const JoinProposal = Type.Object({
  exact: Type.Boolean(),
  unique: Type.Boolean(),
  agrees: Type.Object({ number: Type.Boolean(), fund: Type.Boolean(), amount: Type.Boolean() }),
  hand: Sides,
  superior: Sides,
  sender: Type.Object({
    code: Type.Union([Type.String(), Type.Null()]),
    name: Type.Union([Type.String(), Type.Null()]),
  }),
})
export type JoinProposal = Static<typeof JoinProposal>
export const JoiningView = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  manner: Type.String(),
  reason: Type.String(),
  externalId: Type.Union([Type.String(), Type.Null()]),
  takenFen: Type.String(),
  documentNumber: Type.Union([Type.String(), Type.Null()]),
  superiorNumber: Type.Union([Type.String(), Type.Null()]),
  lines: Type.Array(Type.String()),
  actor: Type.String(),
  recordedAt: Type.String(),
  undoneAt: Type.Union([Type.String(), Type.Null()]),
  undoneReason: Type.Union([Type.String(), Type.Null()]),
})
export type JoiningView = Static<typeof JoiningView>
export const JoiningAnswer = Type.Object({ proposals: Type.Array(JoinProposal), joined: Type.Array(JoiningView) })
export const JoinBody = Type.Object({ hand: Id, superior: Id, reason: Type.String({ minLength: 1, maxLength: 300 }) })
export const UndoBody = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 300 }) })
