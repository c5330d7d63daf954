import { type Static, Type } from 'typebox'

export const Words = Type.Object({ zh: Type.String(), en: Type.String() })
export const Lamp = Type.Union([Type.Literal('bell'), Type.Literal('yellow'), Type.Literal('red')])
export type Lamp = Static<typeof Lamp>

const ParameterValue = Type.Union([Type.Number(), Type.String(), Type.Array(Type.Number())])

/** A rule as a citizen may read it. */
export const RulePage = Type.Object({
  code: Type.String(),
  name: Words,
  class: Words,
  /** The gravest lamp that it lights; `levels` are all of them, rising. */
  level: Lamp,
  levels: Type.Array(Lamp),
  sentence: Words,
  basis: Type.Array(Type.Object({ zh: Type.String(), en: Type.String(), source: Type.String() })),
  handler: Words,
  kind: Type.Union([Type.Literal('row'), Type.Literal('set')]),
  /** True where back entries (补录) are spared. */
  timeliness: Type.Boolean(),
  parameters: Type.Array(
    Type.Object({
      name: Type.String(),
      type: Type.String(),
      unit: Words,
      meaning: Words,
      /** What the catalogue says today. */
      value: ParameterValue,
      values: Type.Array(Type.Object({ from: Type.String(), value: ParameterValue })),
    }),
  ),
  sql: Type.String(),
  suspended: Type.Union([Type.Null(), Type.Object({ reason: Type.String(), at: Type.String() })]),
})
export type RulePage = Static<typeof RulePage>

export const RulePages = Type.Array(RulePage)
