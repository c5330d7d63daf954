import { type Static, Type } from 'typebox'
import { nullable, oneOf } from '../kernel/schema.ts'

export const DivisionParams = Type.Object({ division: Type.String() })

/** What a division declares of itself, from a day on and by a document. The same again changes nothing but the day. */
export const DeclarationBody = Type.Object({
  kind: Type.Union([Type.Literal('go-live'), Type.Literal('integrating'), Type.Literal('not-integrating')]),
  day: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
  documentNumber: Type.String({ minLength: 1, maxLength: 200 }),
  reason: Type.Optional(Type.String({ maxLength: 300 })),
  requestKey: Type.Optional(Type.String({ minLength: 8, maxLength: 80 })),
})

export const DeclarationsAnswer = Type.Object({
  rows: Type.Array(
    Type.Object({
      kind: oneOf(['go-live', 'integrating', 'not-integrating']),
      day: Type.String(),
      documentNumber: Type.String(),
      reason: nullable(Type.String()),
      recordedAt: Type.String(),
    }),
  ),
})
export type DeclarationsAnswer = Static<typeof DeclarationsAnswer>

export const Named = Type.Object({ code: Type.String(), name: Type.String() })
export type Named = Static<typeof Named>

export const OneUnit = Type.Object({ id: Type.Number(), code: Type.String(), name: Type.String() })

const Text = Type.String()
const OrNull = Type.Union([Type.String(), Type.Null()])
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const Code = Type.String({ pattern: '^\\d{9}$' })

/** `to` is the first day on which it no longer held; null until further notice. Parents bear the names of their day. */
export const VersionView = Type.Object({
  from: Text,
  to: OrNull,
  code: Text,
  name: Text,
  level: Text,
  administrativeParent: OrNull,
  fiscalParent: OrNull,
  /** The number of the order that brought it; null for what was registered at the start. */
  document: OrNull,
})
export type VersionView = Static<typeof VersionView>

/** A division as it is today, or as it last was; `history` holds how it was called, coded and placed, oldest first. */
export const DivisionPage = Type.Object({
  code: Text,
  name: Text,
  level: Text,
  administrativeParent: Type.Union([Named, Type.Null()]),
  fiscalParent: Type.Union([Named, Type.Null()]),
  /** The day on which it began to use this system; documents before it are back-entries. */
  goLive: OrNull,
  /** The first day on which it was no more; null while it is. */
  endedOn: OrNull,
  /** Divisions directly below, by either parent. */
  children: Type.Array(Type.Object({ code: Text, name: Text, level: Text })),
  agencies: Type.Array(OneUnit),
  offices: Type.Array(OneUnit),
  history: Type.Array(VersionView),
})
export type DivisionPage = Static<typeof DivisionPage>

export const TreeQuery = Type.Object({ on: Type.Optional(Day) })

/** A division in the tree of a day; parents outside the tree are null. */
export const TreeNode = Type.Object({
  code: Text,
  name: Text,
  level: Text,
  administrativeParent: OrNull,
  fiscalParent: OrNull,
  /** It ended on this day, earlier in the year: its books of the year are still summed here. */
  endedOn: OrNull,
})
export type TreeNode = Static<typeof TreeNode>
export const Tree = Type.Object({ on: Text, nodes: Type.Array(TreeNode) })
export type Tree = Static<typeof Tree>

export const Change = Type.Object({
  id: Type.Number(),
  kind: Text,
  effectiveOn: Text,
  document: Type.Object({ number: Text, title: Text, dated: Text }),
  note: OrNull,
  /** As they were called the day before. */
  from: Type.Array(Named),
  /** As they are called from that day on. */
  into: Type.Array(Named),
})
export type Change = Static<typeof Change>
export const Changes = Type.Object({ rows: Type.Array(Change) })
export type Changes = Static<typeof Changes>

/** An order that changes divisions (区划调整). */
export const ChangeBody = Type.Object({
  requestKey: Type.String({ minLength: 8, maxLength: 100 }),
  checkOnly: Type.Optional(Type.Boolean()),
  kind: Type.Union(['rename', 'recode', 'move', 'merge', 'split'].map(kind => Type.Literal(kind))),
  effectiveOn: Day,
  document: Type.Object({
    number: Type.String({ minLength: 1, maxLength: 100 }),
    title: Type.String({ minLength: 1, maxLength: 300 }),
    dated: Day,
  }),
  note: Type.Optional(Type.String({ maxLength: 500 })),
  /** Whom it changes; several only for a merge. */
  divisions: Type.Array(Code, { minItems: 1, maxItems: 50 }),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
  /** recode: the new code; merge: the division that goes on, or a new one (then with a name). */
  code: Type.Optional(Code),
  /** move: what is left out stays; null is the top. */
  administrativeParent: Type.Optional(Type.Union([Type.Null(), Code])),
  fiscalParent: Type.Optional(Type.Union([Type.Null(), Code])),
  parts: Type.Optional(
    Type.Array(
      Type.Object({
        code: Code,
        name: Type.String({ minLength: 1, maxLength: 60 }),
        below: Type.Array(Code, { maxItems: 500 }),
      }),
      { maxItems: 20 },
    ),
  ),
  ends: Type.Optional(Type.Boolean()),
})
export type ChangeBody = Static<typeof ChangeBody>

/** What an order does, division by division; `id` is null where it was only looked at. */
export const ChangeAnswer = Type.Object({
  id: Type.Union([Type.Number(), Type.Null()]),
  ended: Type.Array(Named),
  begun: Type.Array(Type.Object({ code: Text, name: Text, from: Text, created: Type.Boolean() })),
})
export type ChangeAnswer = Static<typeof ChangeAnswer>
