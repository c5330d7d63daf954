import { type Static, Type } from 'typebox'
import { nullable, RepairSchema } from '../kernel/schema.ts'

const Id = Type.String({ pattern: '^\\d{1,19}$' })
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const Year = Type.Integer({ minimum: 1994, maximum: 2100 })

export const IntegrationQuery = Type.Object({ year: Year })

/** A form of integration: each line takes from an assigned or refined line, and says what it is used as. */
export const IntegrateBody = Type.Object({
  fiscalYear: Year,
  effectiveOn: Type.Optional(Day),
  requestKey: Type.Optional(Type.String({ minLength: 8, maxLength: 80 })),
  document: Type.Object({
    number: Type.String({ minLength: 1, maxLength: 200 }),
    title: Type.String({ minLength: 1, maxLength: 300 }),
    dated: Day,
    issuer: Type.Optional(Type.String({ maxLength: 300 })),
  }),
  lines: Type.Array(
    Type.Object({
      source: Id,
      useFund: Type.Integer(),
      agency: Type.Optional(Type.Integer()),
      project: Type.Optional(Id),
      economicSubject: Type.Optional(Type.String({ maxLength: 20 })),
      amountFen: Type.String({ pattern: '^\\d{1,16}$' }),
      note: Type.Optional(Type.String({ maxLength: 300 })),
    }),
    { minItems: 1, maxItems: 5000 },
  ),
})

export const IntegrateAnswer = Type.Object({
  batch: Type.String(),
  document: Type.String(),
  lines: Type.Array(Type.String()),
  repairs: Type.Array(RepairSchema),
})
export type IntegrateAnswer = Static<typeof IntegrateAnswer>

const Sum = Type.Object({
  arrangedFen: Type.String(),
  paidFen: Type.String(),
})

/** Integrated money counted twice over the same lines: by where it lawfully came from, and by what it is used for. */
export const IntegrationView = Type.Object({
  /** Whether the division integrates today, and by what document. */
  integrating: Type.Boolean(),
  since: nullable(Type.String()),
  documentNumber: nullable(Type.String()),
  total: Type.Object({ ...Sum.properties, lines: Type.Integer() }),
  bySource: Type.Array(
    Type.Object({
      fund: Type.Object({ id: Type.Integer(), code: Type.String(), name: Type.String() }),
      functionSubject: nullable(Type.String()),
      ...Sum.properties,
    }),
  ),
  byUse: Type.Array(
    Type.Object({
      fund: Type.Object({ id: Type.Integer(), code: Type.String(), name: Type.String() }),
      project: nullable(Type.Object({ id: Type.String(), code: Type.String(), name: Type.String() })),
      ...Sum.properties,
    }),
  ),
})
export type IntegrationView = Static<typeof IntegrationView>
