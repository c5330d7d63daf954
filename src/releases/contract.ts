import { type Static, Type } from 'typebox'

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()])
const Id = Type.String({ pattern: '^\\d{1,18}$' })

export const ReleaseState = Type.Union([Type.Literal('asked'), Type.Literal('released'), Type.Literal('refused')])
const Format = Type.Union([Type.Literal('csv'), Type.Literal('xlsx'), Type.Literal('zip')])

export const InDivision = Type.Object({ division: Type.String() })
export const ReleaseParams = Type.Object({ division: Type.String(), release: Id })
export const ReleasesQuery = Type.Object({
  state: Type.Optional(ReleaseState),
  kind: Type.Optional(Type.String({ maxLength: 40 })),
  after: Type.Optional(Id),
})
export type ReleasesQuery = Static<typeof ReleasesQuery>

export const ReleaseKind = Type.Object({
  kind: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  /** Whether the reader may ask for it; who only reads releases reads their names. */
  mayAsk: Type.Boolean(),
  /** Whether it can hold personal data in the clear. */
  personal: Type.Boolean(),
  parameters: Type.Array(Type.String()),
  /** What it may leave as: a table, or an archive. */
  formats: Type.Array(Format),
})
export type ReleaseKind = Static<typeof ReleaseKind>
export const ReleaseKinds = Type.Object({ rows: Type.Array(ReleaseKind) })

export const AskBody = Type.Object({
  kind: Type.String({ maxLength: 40 }),
  parameters: Type.Record(Type.String(), Type.Union([Type.Integer(), Type.String({ maxLength: 60 })])),
  format: Format,
  /** With personal data in the clear, for the purpose named. */
  personal: Type.Boolean(),
  recipient: Type.String({ maxLength: 120 }),
  purpose: Type.String({ maxLength: 500 }),
  requestKey: Type.String({ minLength: 8, maxLength: 80 }),
})
export type AskBody = Static<typeof AskBody>
export const Asked = Type.Object({ release: Type.String() })

export const DecideBody = Type.Object({
  agree: Type.Boolean(),
  opinion: Type.Optional(Type.String({ maxLength: 500 })),
  /** The digest that the signer saw: what is signed is what is frozen. */
  sm3: Type.String({ pattern: '^[0-9a-f]{64}$' }),
})

const Signed = Type.Object({ id: Type.String(), name: Type.String(), at: Type.String() })

/** A report or extract on its way out: for whom, why, who made it, who signed. */
export const Release = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  parameters: Type.Record(Type.String(), Type.Unknown()),
  format: Format,
  personal: Type.Boolean(),
  recipient: Type.String(),
  purpose: Type.String(),
  state: ReleaseState,
  asked: Signed,
  decided: Nullable(Signed),
  opinion: Nullable(Type.String()),
  /** Of the frozen file, hexadecimal. */
  sm3: Type.String(),
  rows: Type.String(),
  /** Sums of its money columns, in fen, by the column's title. */
  totals: Type.Record(Type.String(), Type.String()),
  fileName: Type.String(),
  bytes: Type.String(),
  frozenAt: Type.String(),
  /** The release of the same kind and parameters before it. */
  previous: Nullable(Type.String()),
  /** Whether whoever reads this made it, and so may not sign it. */
  own: Type.Boolean(),
})
export type Release = Static<typeof Release>
export const ReleasePage = Type.Object({ rows: Type.Array(Release), next: Nullable(Type.String()) })
export type ReleasePage = Static<typeof ReleasePage>

export const DifferencesQuery = Type.Object({ with: Type.Optional(Id) })
const Cell = Nullable(Type.String())

/** What differs between a release and an earlier one of its kind, line by line; money in fen. */
export const Differences = Type.Object({
  with: Nullable(Type.Object({ id: Type.String(), frozenAt: Type.String(), sm3: Type.String() })),
  columns: Type.Array(Type.Object({ title: Type.String(), kind: Type.String() })),
  added: Type.Integer(),
  removed: Type.Integer(),
  changed: Type.Integer(),
  /** Sums before and after, in fen, of the money columns. */
  totals: Type.Array(Type.Object({ title: Type.String(), beforeFen: Type.String(), afterFen: Type.String() })),
  sentence: Type.Object({ zh: Type.String(), en: Type.String() }),
  /** The first five hundred; `before` is null for a line that is new, `after` for one that is gone. */
  rows: Type.Array(
    Type.Object({ key: Type.String(), before: Nullable(Type.Array(Cell)), after: Nullable(Type.Array(Cell)) }),
  ),
})
export type Differences = Static<typeof Differences>
