import { isDeepStrictEqual } from 'node:util'
import { Value } from 'typebox/value'
import type { Route } from './define-route.ts'

/** What of an answer, as it leaves, its route did not declare; null where it is as declared. For tests: whoever calls is told the truth. */
export function undeclared(route: Pick<Route, 'answer' | 'file'>, text: string): string | null {
  if (!route.answer) return route.file ? 'an answer where a file was declared' : 'an answer where none was declared'
  const value: unknown = JSON.parse(text)
  const [wrong] = Value.Errors(route.answer, value)
  if (wrong) return `${wrong.instancePath || '/'} ${wrong.message}`
  const declared: unknown = Value.Clean(route.answer, structuredClone(value))
  return isDeepStrictEqual(declared, value) ? null : `more than declared: ${differing(declared, value)}`
}

function differing(declared: unknown, value: unknown, at = ''): string {
  if (!isThing(declared) || !isThing(value)) return at || '/'
  for (const key of Object.keys(value)) {
    if (!(key in declared)) return `${at}/${key}`
    if (!isDeepStrictEqual(declared[key], value[key])) return differing(declared[key], value[key], `${at}/${key}`)
  }
  return at || '/'
}
const isThing = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
