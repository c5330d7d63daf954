import { type TSchema, Type } from 'typebox'

// The shapes that contracts share: what crosses a border in every part.

/** A sentence in both languages, as in `Sentence` of refusal.ts. */
export const SentenceSchema = Type.Object({ zh: Type.String(), en: Type.String() })

/** Why something was refused, as in `Fault` of refusal.ts. */
export const FaultSchema = Type.Object({
  code: Type.String(),
  row: Type.Optional(Type.Integer()),
  field: Type.Optional(Type.String()),
  value: Type.Optional(Type.String()),
  ...SentenceSchema.properties,
})

/** Something mended on the way in, as in `Repair` of refusal.ts. */
export const RepairSchema = Type.Object({ ...FaultSchema.properties, to: Type.String() })

/** The thing, or nothing. */
export const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

/** One of these words. */
export const oneOf = <const Word extends string>(words: readonly Word[]) =>
  Type.Unsafe<Word>({ type: 'string', enum: [...words] })

/** What a list answers that comes whole. */
export const rowsOf = <Schema extends TSchema>(schema: Schema) => Type.Object({ rows: Type.Array(schema) })
