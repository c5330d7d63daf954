import { sm3 } from '../kernel/digest.ts'

/** A request as it is kept: exactly what the handler will be given. */
export interface Content {
  params: Record<string, string>
  query: Record<string, unknown>
  body: unknown
}

const bare = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value)

/** As JSON, fen and ids as text. */
export const jsonOf = (value: unknown): string => JSON.stringify(value ?? {}, bare)

/** SM3 over route, content and file: what a signature stands for. */
export const digestOf = (route: string, content: string, file: Buffer | null): Buffer =>
  sm3(route, '\n', content, '\n', file ? sm3(file).toString('hex') : '')

const positive = (value: unknown): bigint | null => {
  if (typeof value !== 'string' || !/^-?\d{1,18}$/.test(value)) return null
  const amount = BigInt(value)
  return amount < 0n ? -amount : amount
}

/**
 * What a request is about, in fen: its lines, what it spreads and its one amount together; null where it names none, or one that cannot be
 * read. A form without an amount goes the way of the largest. Only what the form itself declares counts: an amount said beside it would
 * choose a shorter way.
 */
export function amountOf(form: object | undefined, body: unknown): bigint | null {
  const declared = (form as { properties?: object } | undefined)?.properties ?? {}
  const said = (name: string): unknown =>
    name in declared ? (body as Record<string, unknown> | null | undefined)?.[name] : undefined
  const one = (holder: unknown) => positive((holder as { amountFen?: unknown } | null)?.amountFen)
  const lines = said('lines')
  const amounts = [
    ...(Array.isArray(lines) ? lines.map(one) : []),
    ...(said('spread') === undefined ? [] : [one(said('spread'))]),
    ...(said('amountFen') === undefined ? [] : [positive(said('amountFen'))]),
  ]
  if (amounts.length === 0 || amounts.includes(null)) return null
  return (amounts as bigint[]).reduce((sum, amount) => sum + amount, 0n)
}
