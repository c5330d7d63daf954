// What is sent to the server by `npm run test:attack`: from a route's own schema a request that fits, and then many that do not.

export interface Schema {
  type?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  pattern?: string
  minLength?: number
  maxLength?: number
  minItems?: number
  minimum?: number
  maximum?: number
}

/** Told by its text when it comes back as script: `reflected` looks for it. */
export const SCRIPT = '<script>fundwatchAttack(1)</script>'

/** Texts that break programs which put text together: SQL, pages, shells, paths, formats, and plain strange writing. */
export const HOSTILE_TEXTS: readonly string[] = [
  "'",
  "' or '1'='1",
  "'; drop table ledger.entry; --",
  '1) union select null,version() --',
  "' || pg_sleep(0) || '",
  '$$; select pg_sleep(0); $$',
  "\\'; select 1; --",
  '%',
  '_%\\',
  SCRIPT,
  '"><img src=x onerror=fundwatchAttack(1)>',
  'javascript:fundwatchAttack(1)',
  '../../../../etc/passwd',
  '..\\..\\windows\\win.ini',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '/etc/passwd\u0000.png',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202egnp.exe',
  '｛９９９｝',
  '𠮷野家🧧',
  'e\u0301'.repeat(40),
  '=cmd|"/c calc"!A1',
  `\${7*7}{{7*7}}#{7*7}`,
  '; cat /etc/passwd |',
  '\r\nSet-Cookie: planted=1',
  '__proto__',
  'constructor',
  'null',
  'NaN',
  '-1',
  '0',
  '1e309',
  '99999999999999999999999999',
  '2018-02-30',
  '0000-00-00',
  '9999-12-31',
  '-0001-01-01',
  ' ',
  '',
  'x'.repeat(5000),
]

const WRONG_TYPES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2_147_483_647,
  2_147_483_648,
  -9_007_199_254_740_991,
  1e308,
  '',
  [],
  {},
  [[[[[[[[[[]]]]]]]]]],
  { $gt: '' },
  { toString: 'x', length: -1 },
  [null],
]

/** How a value for a pattern of ours looks: the program's patterns are few, so the likely ones are tried until one fits. */
const PATTERNED = ['1', '990102000', '2018-12-01', '2018-12', '100', '100.00', '201', '1-1', 'abc', 'A04']

/** Values that the demo knows, by the name of the field. */
const KNOWN: Record<string, unknown> = {
  division: '990102000',
  year: 2018,
  fiscalYear: 2018,
  requestKey: 'attack-request-1',
  account: '999999',
  session: '999999',
}

/** A value that fits a schema, as plain as can be; `sparse`: with nothing that may be left out. */
export function fitting(schema: Schema | undefined, name = '', sparse = false): unknown {
  if (!schema) return undefined
  if ('const' in schema) return schema.const
  if (schema.enum) return schema.enum[0]
  if (schema.anyOf) return fitting(schema.anyOf[0], name, sparse)
  if (schema.type === 'object')
    return Object.fromEntries(
      Object.entries(schema.properties ?? {})
        .filter(([field]) => !sparse || schema.required?.includes(field))
        .map(([field, one]) => [field, fitting(one, field, sparse)]),
    )
  if (schema.type === 'array') return [fitting(schema.items, name, sparse)]
  if (schema.type === 'boolean') return false
  if (name in KNOWN) return KNOWN[name]
  if (schema.type === 'integer' || schema.type === 'number')
    return Math.min(Math.max(1, schema.minimum ?? 1), schema.maximum ?? 1)
  if (schema.type === 'string') {
    const pattern = schema.pattern ? new RegExp(schema.pattern, 'u') : null
    const found = pattern ? PATTERNED.find(text => pattern.test(text)) : undefined
    return found ?? '样例文字'.repeat(Math.ceil((schema.minLength ?? 1) / 4)).slice(0, schema.maxLength ?? 80)
  }
  return null
}

type Step = string | number

/** The places of a value where a leaf stands. */
export function leaves(value: unknown, at: Step[] = []): Step[][] {
  if (Array.isArray(value)) return value.flatMap((one, i) => leaves(one, [...at, i]))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([field, one]) => leaves(one, [...at, field]))
  return [at]
}

/** The value with something else at one place. */
export function replaced(value: unknown, at: readonly Step[], by: unknown): unknown {
  const [step, ...rest] = at
  if (step === undefined) return by
  if (Array.isArray(value)) return value.map((one, i) => (i === step ? replaced(one, rest, by) : one))
  return { ...(value as object), [step]: replaced((value as Record<string, unknown>)[step], rest, by) }
}

/** Bodies of which one place is hostile, then some that are wrong as a whole. Endless: the caller takes what it wants. */
export function* hostileBodies(schema: Schema, pick: (below: number) => number): Generator<unknown> {
  const whole = fitting(schema)
  yield whole
  yield [whole]
  yield {}
  yield { ...(whole as object), extra: SCRIPT, constructor: { prototype: { admin: true } } }
  const least = fitting(schema, '', true)
  yield least
  for (let i = 0; ; i++) {
    const base = i % 2 === 0 ? whole : least
    const places = leaves(base)
    const place = places[pick(places.length)] ?? []
    const values: readonly unknown[] = i % 3 === 0 ? WRONG_TYPES : HOSTILE_TEXTS
    yield replaced(base, place, values[pick(values.length)])
  }
}
