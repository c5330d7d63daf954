import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { parts } from '../src/app.ts'
import { defineRoute, NOTHING, type Route } from '../src/platform/http/define-route.ts'
import { undeclared } from '../src/platform/http/hold-answer.ts'
import { openApi, takesKey } from '../src/platform/http/openapi.ts'
import { API, routesOf } from '../src/platform/http/server.ts'

// What the interface says of itself, held to the server's own list of routes. That the answers are as declared is held by every test that
// calls the server: vitest.config.ts sets FUNDWATCH_HOLD_ANSWERS.

const routes = routesOf(parts)
const keyOf = ({ method, path }: Pick<Route, 'method' | 'path'>) => `${method} ${path}`

/** Routes that answer a file and nothing else. */
const FILES = [
  'GET /audit/export',
  'GET /divisions/:division/applications/:application/form',
  'GET /divisions/:division/audit-package',
  'GET /divisions/:division/documents/:document/scan',
  'GET /divisions/:division/imports/:id/refused-rows',
  'GET /divisions/:division/payments/export',
  'GET /divisions/:division/releases/:release/file',
]

/** What may be anything by its nature, by its place in the answer. */
const OPEN: Readonly<Record<string, string>> = {
  'POST /divisions/:division/submissions/:submission/look': 'what the form answers that was handed in',
  'GET /divisions/:division/submissions/:submission /content/query': 'the query of whatever form it is',
  'GET /divisions/:division/submissions/:submission /content/body': 'the body of whatever form it is',
  'GET /divisions/:division/submissions/:submission /look': 'what the form answered',
  'GET /audit/entries/:entry /detail': 'what an act says of itself',
  'GET /audit/entries/:entry /before': 'whatever was changed, as it stood',
  'GET /audit/entries/:entry /after': 'whatever was changed, as it stands',
  'GET /divisions/:division/warnings /rows[]/evidence/figures': 'the figures that the rule names',
  'GET /divisions/:division/warnings/:warning /evidence/figures': 'the figures that the rule names',
  'POST /divisions/:division/warnings/:warning/events /evidence/figures': 'the figures that the rule names',
  'GET /divisions/:division/applications/:application /events[]/at': 'a moment, as text',
  'GET /rules/check /last/outcome': 'counts by rule and lamp',
  'GET /divisions/:division/releases /rows[]/parameters': 'what the extract asks for',
  'GET /divisions/:division/releases/:release /parameters': 'what the extract asks for',
}

/** Writing routes without an Idempotency-Key, and why. */
const KEYLESS: Readonly<Record<string, string>> = {
  'POST /session': 'keys belong to somebody, and nobody is signed in yet; another session does no harm',
  'POST /activation': 'nobody is signed in yet; the code it takes is good once',
  'POST /divisions/:division/mappings/:kind/proposal': 'it only looks at a file and proposes',
  'POST /divisions/:division/choices/resolve': 'it only looks codes up; it is a POST for its length',
}

type Json = { [key: string]: Json | Json[] | string | boolean | undefined }

/** Places of a schema at which it says nothing. */
function hollow(schema: unknown, at = ''): string[] {
  const one = JSON.parse(JSON.stringify(schema)) as Json
  if (one.enum !== undefined || one.const !== undefined) return []
  for (const many of ['anyOf', 'allOf'])
    if (Array.isArray(one[many])) return (one[many] as Json[]).flatMap(part => hollow(part, at))
  if (one.type === 'array') return one.items ? hollow(one.items, `${at}[]`) : [at]
  if (one.type === 'object') {
    const inner = one.properties ?? one.patternProperties
    if (inner) return Object.entries(inner as Json).flatMap(([name, part]) => hollow(part, `${at}/${name}`))
    if (one.additionalProperties === false) return []
    return typeof one.additionalProperties === 'object' ? hollow(one.additionalProperties, `${at}/*`) : [at]
  }
  return typeof one.type === 'string' ? [] : [at]
}

const unsaid = (route: Route): string[] => {
  if (!route.answer) return route.file ? [] : [keyOf(route)]
  return hollow(route.answer)
    .map(at => `${keyOf(route)} ${at}`.replace(/\/\^.*$/, '').trim())
    .filter(place => !(place in OPEN))
}

test('every route declares what it answers, down to each field; a file alone is handed out by those in the list', () => {
  expect(routes.length).toBeGreaterThan(200)
  expect([...new Set(routes.flatMap(({ route }) => unsaid(route)))]).toEqual([])
  const files = routes.filter(({ route }) => route.file && !route.answer).map(({ route }) => keyOf(route))
  expect(files.sort()).toEqual(FILES)
})

test.each([
  ['no answer', undefined, ['GET /x']],
  ['an object of anything', Type.Object({ rows: Type.Array(Type.Unsafe({ type: 'object' })) }), ['GET /x /rows[]']],
  ['a field of anything', Type.Object({ a: Type.Unknown() }), ['GET /x /a']],
  ['a map of anything', Type.Record(Type.String(), Type.Unknown()), ['GET /x']],
  ['nothing to say', NOTHING, []],
])('a route that declares %s is seen for what it is', (_, answer, said) => {
  const route = { method: 'GET', path: '/x', ...(answer ? { answer } : {}) } as Route
  expect(unsaid(route)).toEqual(said)
})

test('an answer that is not as declared is named with its place', () => {
  const route = defineRoute({
    method: 'GET',
    path: '/x',
    permission: 'public',
    summary: { zh: '', en: '' },
    answer: Type.Object({ rows: Type.Array(Type.Object({ id: Type.String() })) }),
    handle: async () => ({ rows: [] }),
  })
  expect(undeclared(route, '{"rows":[{"id":"1"}]}')).toBeNull()
  expect(undeclared(route, '{"rows":[{"id":1}]}')).toContain('/rows/0/id')
  expect(undeclared(route, '{"rows":[{}]}')).toContain('/rows/0')
  expect(undeclared(route, '{"rows":[{"id":"1","name":"甲"}]}')).toBe('more than declared: /rows/0/name')
  expect(undeclared({ file: true }, '{}')).toContain('file')
  expect(undeclared({}, '{}')).toContain('none')
  expect(undeclared({ answer: NOTHING }, '{}')).toBeNull()
})

test('every act takes an idempotency key, or stands in the list with its reason', () => {
  const without = routes.filter(({ route }) => route.method !== 'GET' && !takesKey(route))
  expect(without.map(({ route }) => keyOf(route)).sort()).toEqual(Object.keys(KEYLESS).sort())
})

test('the document names every route once, all its references lead somewhere, and what is in a path is declared', () => {
  const document = openApi(routes, API) as Json & { paths: Record<string, Record<string, Json>> }
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).map(operation => ({ path, operation })),
  )
  expect(operations.length).toBe(routes.length)
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { path, operation } of operations)
    expect(
      (operation.parameters as Json[]).filter(one => one.in === 'path').map(one => `{${one.name}}`),
      path,
    ).toEqual(path.match(/\{[^}]+\}/g) ?? [])
  const text = JSON.stringify(document)
  for (const [, reference = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g))
    expect(
      reference.split('/').reduce<unknown>((at, step) => (at as Json)?.[step], document),
      reference,
    ).toBeDefined()
  for (const { route } of routes.filter(one => one.route.approval)) {
    const at = API + route.path.replace(/:([a-zA-Z]+)/g, '{$1}')
    expect(document.paths[at]![route.method.toLowerCase()]!.responses).toHaveProperty('202')
  }
})
