import type { Route } from './define-route.ts'

/** Bytes of a body: a document of 100,000 lines; an ordinary form; a request that has next to nothing to say. */
export const BODY_BYTES = { lines: 20 * 1024 * 1024, form: 1024 * 1024, word: 16 * 1024 } as const

/** The longest value in a path, in characters. */
export const MAX_PATH_VALUE = 100

/** The largest surrogate: ids are `int` in the database, and a larger number would only break there. */
const MAX_ID = 2_147_483_647

/** How many requests a minute: from an address, by a person, and to sign in from an address. Many clerks may share an address. */
export interface Rates {
  address: number
  person: number
  signIn: number
}
export const RATES: Rates = { address: 1200, person: 600, signIn: 60 }

/** How long a client may take, in milliseconds. */
export interface Patience {
  /** To say its headers. */
  headers: number
  /** To say a body that is no upload. */
  body: number
  /** To say everything, an upload of 300 MB over a slow line included. */
  request: number
  /** To stay silent, our own work included. */
  silence: number
  /** Between looks at who is late. */
  look: number
}
export const PATIENCE: Patience = { headers: 20_000, body: 60_000, request: 900_000, silence: 310_000, look: 5_000 }

/** Connections at once; more are closed as they come, so that idle ones cannot use up the process. */
export const MAX_CONNECTIONS = 2_000

interface Schema {
  type?: string
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  allOf?: Schema[]
  oneOf?: Schema[]
  patternProperties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  enum?: unknown[]
  const?: unknown
  pattern?: string
  maxLength?: number
  maxItems?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  maxProperties?: number
}

const below = (schema: Schema): [string, Schema][] => [
  ...Object.entries(schema.properties ?? {}).map(([name, one]): [string, Schema] => [`.${name}`, one]),
  ...Object.entries(schema.patternProperties ?? {}).map(([, one]): [string, Schema] => ['{}', one]),
  ...(typeof schema.additionalProperties === 'object' ? [['{}', schema.additionalProperties] as [string, Schema]] : []),
  ...(schema.items ? [['[]', schema.items] as [string, Schema]] : []),
  ...[...(schema.anyOf ?? []), ...(schema.allOf ?? []), ...(schema.oneOf ?? [])].map((one): [string, Schema] => [
    '',
    one,
  ]),
]

// A pattern that is tied at both ends and repeats nothing without end holds only so much; one of `^a|b$` is tied at neither.
const bounded = (pattern: string | undefined): boolean =>
  pattern !== undefined && /^\^([^*+|]*|\([^*+()]*\))\$$/.test(pattern) && !/\{\d+,\}/.test(pattern)

/** The places in a schema of input that would take text, lists or numbers without end. */
export function unlimited(schema: object | undefined, at = ''): string[] {
  if (!schema) return []
  const one = schema as Schema
  const closed = 'const' in one || one.enum !== undefined
  const found: string[] = []
  if (one.type === 'string' && !closed && one.maxLength === undefined && !bounded(one.pattern))
    found.push(`${at}: text`)
  if (one.type === 'array' && one.maxItems === undefined) found.push(`${at}: list`)
  if (
    (one.type === 'integer' || one.type === 'number') &&
    !closed &&
    ((one.minimum ?? one.exclusiveMinimum) === undefined || (one.maximum ?? one.exclusiveMaximum) === undefined)
  )
    found.push(`${at}: number`)
  if (one.type === 'object' && one.patternProperties && one.maxProperties === undefined) found.push(`${at}: names`)
  if (one.type === undefined && !closed && !one.anyOf && !one.allOf && !one.oneOf) found.push(`${at}: anything`)
  return [...found, ...below(one).flatMap(([step, next]) => unlimited(next, at + step))]
}

/**
 * A copy of a schema in which whole numbers that state no bounds are ids (`int` of the database). Text and lists are not given
 * bounds here: how long a reason may be is for the part to say, and the test over all routes asks for it.
 */
export function withIdBounds<T extends object | undefined>(schema: T): T {
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy)
    if (typeof value !== 'object' || value === null) return value
    const made = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copy(one)])) as Schema
    if (made.type === 'integer' && !('const' in made)) {
      if (made.minimum === undefined && made.exclusiveMinimum === undefined) made.minimum = -MAX_ID
      if (made.maximum === undefined && made.exclusiveMaximum === undefined) made.maximum = MAX_ID
    }
    return made
  }
  return copy(schema) as T
}

/** What the path of a route may hold: as its part says, and never a value longer than `MAX_PATH_VALUE`. */
export function pathSchema(route: Pick<Route, 'path' | 'params'>): object | undefined {
  const names = [...route.path.matchAll(/:([a-zA-Z]+)/g)].map(found => found[1]!)
  if (names.length === 0) return undefined
  const stated = (withIdBounds(route.params) as Schema | undefined)?.properties ?? {}
  const properties = Object.fromEntries(
    names.map(name => {
      const one = stated[name] ?? { type: 'string' }
      return [name, unlimited(one).length > 0 && one.type === 'string' ? { ...one, maxLength: MAX_PATH_VALUE } : one]
    }),
  )
  return { type: 'object', required: names, properties }
}

/** How large a body of this route may be, in bytes. Uploads are limited where they are received. */
export function bodyRoom(route: Pick<Route, 'body' | 'permission' | 'upload'>): number {
  if (route.upload) return BODY_BYTES.lines
  if (!route.body || route.permission === 'public') return BODY_BYTES.word
  const long = (schema: Schema): boolean =>
    (schema.type === 'array' && (schema.maxItems ?? Number.POSITIVE_INFINITY) > 500) ||
    below(schema).some(([, next]) => long(next))
  return long(route.body as Schema) ? BODY_BYTES.lines : BODY_BYTES.form
}

/** A file's name as it may be kept and shown: without folders, control characters and marks that turn text round; 200 characters. */
export function fileNameShown(name: string | undefined): string {
  const last = (name ?? '').split(/[\\/]/).at(-1) ?? ''
  const plain = last.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').trim()
  const letters = [...plain]
  if (letters.length <= 200) return plain.replace(/^\.+/, '') || 'upload'
  // The kind, at the end, is what tells a reader how to read it.
  const kind = /\.[A-Za-z0-9]{1,8}$/.exec(plain)?.[0] ?? ''
  return letters.slice(0, 200 - kind.length).join('') + kind
}
