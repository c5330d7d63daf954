import { type Static, Type } from 'typebox'

const Sentence = { zh: Type.String(), en: Type.String() }

export const Fault = Type.Object({
  code: Type.String(),
  row: Type.Optional(Type.Integer()),
  field: Type.Optional(Type.String()),
  value: Type.Optional(Type.String()),
  ...Sentence,
})
export const Repair = Type.Intersect([Fault, Type.Object({ to: Type.String() })])

export const ImportState = Type.Union([
  Type.Literal('reading'),
  Type.Literal('refused'),
  Type.Literal('posting'),
  Type.Literal('done'),
  Type.Literal('broken'),
])

/** One file taken in, refused, or still at work. Counts are of rows (or vouchers) of the file. */
export const Import = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  fileName: Type.String(),
  /** Bytes of the file. */
  bytes: Type.Number(),
  /** Only looked at: nothing of it was stored. */
  checkOnly: Type.Boolean(),
  /** How it came: page, command, folder or interface. */
  source: Type.String(),
  /** The remembered columns that it was read by. */
  mapping: Type.Union([Type.String(), Type.Null()]),
  state: ImportState,
  rowsRead: Type.Number(),
  rowsTaken: Type.Number(),
  rowsRepeated: Type.Number(),
  /** The first thousand; `faultCount` counts all. */
  faults: Type.Array(Fault),
  faultCount: Type.Number(),
  repairs: Type.Array(Repair),
  repairCount: Type.Number(),
  /** How many rows with faults are kept, to be taken away with their faults beside them. */
  refusedRows: Type.Number(),
  /** What the kind has to say besides, e.g. for payments `posted` and how many wait for each reason. */
  figures: Type.Record(Type.String(), Type.Number()),
  startedAt: Type.String(),
  finishedAt: Type.Union([Type.String(), Type.Null()]),
  progress: Type.Union([
    Type.Object({ ...Sentence, done: Type.Number(), total: Type.Union([Type.Number(), Type.Null()]) }),
    Type.Null(),
  ]),
})
export type Import = Static<typeof Import>

/** The list shows neither faults nor repairs: their counts are there. */
export const ImportRow = Type.Omit(Import, ['faults', 'repairs', 'refusedRows'])
export type ImportRow = Static<typeof ImportRow>

export const ImportPage = Type.Object({
  rows: Type.Array(ImportRow),
  next: Type.Union([Type.String(), Type.Null()]),
})
export const ImportQuery = Type.Object({
  kind: Type.Optional(Type.String({ maxLength: 60 })),
  state: Type.Optional(ImportState),
  after: Type.Optional(Type.String({ pattern: '^\\d{1,18}$' })),
})
export const ImportParams = Type.Object({ division: Type.String(), id: Type.String({ pattern: '^\\d{1,18}$' }) })
export const RefusedQuery = Type.Object({ file: Type.Union([Type.Literal('csv'), Type.Literal('xlsx')]) })
export const KindParams = Type.Object({ division: Type.String(), kind: Type.String({ maxLength: 60 }) })
export const StartQuery = Type.Object({ check: Type.Optional(Type.Union([Type.Literal('0'), Type.Literal('1')])) })
export const Started = Type.Object({ id: Type.String() })

/** 回执: what became of a pushed file. Asked for again by its key, as long as its import is kept. */
export const Receipt = Type.Object({
  number: Type.String(),
  key: Type.String(),
  kind: Type.String(),
  fileName: Type.String(),
  bytes: Type.Number(),
  /** SM3 of the body, in hexadecimal digits. */
  sm3: Type.String(),
  state: ImportState,
  rowsRead: Type.Number(),
  rowsTaken: Type.Number(),
  rowsRepeated: Type.Number(),
  faults: Type.Array(Fault),
  count: Type.Number(),
  repairs: Type.Array(Repair),
  repairCount: Type.Number(),
  figures: Type.Record(Type.String(), Type.Number()),
  mapping: Type.Union([Type.String(), Type.Null()]),
  receivedAt: Type.String(),
  finishedAt: Type.Union([Type.String(), Type.Null()]),
})
export type Receipt = Static<typeof Receipt>
export const ReceiptParams = Type.Object({ division: Type.String(), key: Type.String({ minLength: 8, maxLength: 80 }) })

/** Where a field comes from: a heading, or one value for all rows; what amounts are in, how dates are written. */
export const MappedField = Type.Object({
  heading: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  value: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  unit: Type.Optional(Type.Union([Type.Literal('元'), Type.Literal('万元'), Type.Literal('亿元')])),
  dates: Type.Optional(Type.Union([Type.Literal('ymd'), Type.Literal('dmy'), Type.Literal('mdy')])),
})
const MappedFields = Type.Record(Type.String(), MappedField)
export type MappedFields = Static<typeof MappedFields>
export const MappingBody = Type.Object({
  name: Type.String({ maxLength: 200 }),
  headings: Type.Array(Type.String({ maxLength: 200 }), { minItems: 1, maxItems: 500 }),
  fields: MappedFields,
})
export const MappingView = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  name: Type.String(),
  headings: Type.Array(Type.String()),
  fields: MappedFields,
  actor: Type.String(),
  recordedAt: Type.String(),
})
export type MappingView = Static<typeof MappingView>
export const Mappings = Type.Object({
  rows: Type.Array(MappingView),
  /** The fields that each kind may be mapped to. */
  kinds: Type.Array(
    Type.Object({
      kind: Type.String(),
      fields: Type.Array(
        Type.Object({
          name: Type.String(),
          title: Type.String(),
          required: Type.Boolean(),
          holds: Type.Union([Type.Literal('money'), Type.Literal('date'), Type.Literal('text')]),
        }),
      ),
    }),
  ),
})
export type Mappings = Static<typeof Mappings>
export const MappingProposal = Type.Object({
  row: Type.Integer(),
  headings: Type.Array(Type.String()),
  samples: Type.Array(Type.String()),
  fields: MappedFields,
})
export type MappingProposal = Static<typeof MappingProposal>

/** One drop folder and what lies in it. */
export const InboxFolder = Type.Object({
  kind: Type.String(),
  /** Below the inbox, with the division's code where it has one. */
  path: Type.String(),
  waiting: Type.Integer(),
  taking: Type.Integer(),
  done: Type.Integer(),
  refused: Type.Integer(),
  duplicate: Type.Integer(),
})
export type InboxFolder = Static<typeof InboxFolder>
export const InboxState = Type.Object({
  /** Null where the inbox is switched off. */
  folder: Type.Union([Type.String(), Type.Null()]),
  lookedAt: Type.Union([Type.String(), Type.Null()]),
  stillSeconds: Type.Integer(),
  folders: Type.Array(InboxFolder),
  problems: Type.Array(Type.Object({ code: Type.String(), value: Type.Optional(Type.String()), ...Sentence })),
})
export type InboxState = Static<typeof InboxState>
