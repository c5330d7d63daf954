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
  state: ImportState,
  rowsRead: Type.Number(),
  rowsTaken: Type.Number(),
  rowsRepeated: Type.Number(),
  /** The first thousand; `faultCount` counts all. */
  faults: Type.Array(Fault),
  faultCount: Type.Number(),
  repairs: Type.Array(Repair),
  repairCount: Type.Number(),
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
export const ImportRow = Type.Omit(Import, ['faults', 'repairs'])
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
export const KindParams = Type.Object({ division: Type.String(), kind: Type.String({ maxLength: 60 }) })
export const StartQuery = Type.Object({ check: Type.Optional(Type.Union([Type.Literal('0'), Type.Literal('1')])) })
export const Started = Type.Object({ id: Type.String() })
