import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parts } from '../src/app.ts'
import { buildApp } from '../src/cli/serve.ts'
import { POSTS } from '../src/identity/posts.ts'
import { COUNTY, PASSWORD, person } from '../src/identity/test-world.ts'
import { withIdBounds } from '../src/platform/http/limits.ts'
import { API, COOKIE, routesOf } from '../src/platform/http/server.ts'
import type { Installation } from '../src/platform/installation.ts'
import { fitting, leaves, replaced, type Schema } from './attack/hostile.ts'
import { markedWorld } from './marked-world.ts'

/**
 * Every act of the server's own list, asked for by a post over office 1 (or fund 1, or agency 1) with what belongs to the other one named
 * wherever a form names anything: nothing of the other's may change, and nothing of it be told.
 */

let here: Installation
let server: FastifyInstance
let tables: string[]
let before: Record<string, string>
const doors = new Map<string, { cookie: string; csrf: string }>()

/** Fields that name a thing of the marked world: 2 is the other's. */
const NAMING = new Set(
  'office fund agency source allotment payment transfer project superior batch document original decision habit recoverable release'.split(
    ' ',
  ),
)
const HELD = ['office', 'fund', 'agency'] as const

const business = Object.keys(POSTS).filter(post => POSTS[post]?.kind === 'business')
const acts = routesOf(parts).filter(
  ({ route }) => route.method !== 'GET' && !route.readOnly && route.path.includes(':division') && !route.upload,
)
const postFor = (permission: string) =>
  business.find(post => POSTS[post]?.narrow && (POSTS[post].permissions as readonly string[]).includes(permission))

beforeAll(async () => {
  here = await markedWorld()
  server = await buildApp(here)
  const posts = new Set(acts.flatMap(({ route }) => postFor(route.permission) ?? []))
  for (const post of posts) {
    for (const held of HELD) await person(here, `${post}-${held}`, [{ division: 2, post, [held]: 1 }])
    await person(here, `${post}-whole`, [{ division: 2, post }])
  }
  tables = (
    await here.ownerPool.query<{ name: string }>(
      `select polrelid::regclass::text as name from pg_policy where polname = 'narrow' order by 1`,
    )
  ).rows.map(row => row.name)
  before = await othersThings()
})
afterAll(async () => {
  await server?.close()
  await here?.close()
})

let asked = 0
async function as(name: string): Promise<{ cookie: string; csrf: string }> {
  const known = doors.get(name)
  if (known) return known
  const answer = await server.inject({
    method: 'POST',
    url: `${API}/session`,
    remoteAddress: `10.1.0.${doors.size}`,
    payload: { name, password: PASSWORD },
  })
  expect(answer.statusCode).toBe(200)
  const cookie = `${COOKIE}=${answer.cookies.find(one => one.name === COOKIE)?.value}`
  const found = { cookie, csrf: (await server.inject({ url: `${API}/session`, headers: { cookie } })).json().csrf }
  doors.set(name, found)
  return found
}

/** A body that fits, in which whatever names a thing names the other's. */
function bodyOf(schema: Schema | undefined): unknown {
  let body = fitting(withIdBounds(schema))
  for (const place of leaves(body)) {
    const name = place.findLast(step => typeof step === 'string') as string
    const value = place.reduce<unknown>((inner, step) => (inner as Record<string, unknown>)[step], body)
    if (NAMING.has(name)) body = replaced(body, place, typeof value === 'number' ? 2 : '2')
    if (name === 'requestKey') body = replaced(body, place, `wrong-office-${++asked}`)
  }
  return body
}

/** All that a post over office 2 sees: one digest a table. */
async function othersThings(): Promise<Record<string, string>> {
  const actor = {
    id: 0,
    name: '',
    scope: 2,
    permissions: new Set<never>(),
    narrowing: [{ scope: 2, office: 2, fund: null, agency: null }],
  }
  const digests = tables
    .map(
      name =>
        `select '${name}' as name, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from ${name} t`,
    )
    .join(' union all ')
  const rows = await here.run(actor, ({ tx }) => tx.query<{ name: string; digest: string }>(digests), {
    readOnly: true,
  })
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]))
}

async function ask(name: string, route: (typeof acts)[number]['route']) {
  const { cookie, csrf } = await as(name)
  const answer = await server.inject({
    method: route.method,
    url: API + route.path.replace(':division', COUNTY).replace(/:[a-zA-Z]+/g, '2'),
    remoteAddress: `10.2.${(asked >> 8) & 255}.${asked++ & 255}`,
    headers: { cookie, 'x-csrf-token': csrf },
    ...(route.body ? { payload: bodyOf(route.body as Schema) as object } : {}),
  })
  return { status: answer.statusCode, text: answer.body, code: answer.json().faults?.[0]?.code as string | undefined }
}

const held = acts.flatMap(({ route }) => {
  const post = postFor(route.permission)
  return post ? [[`${route.method} ${route.path}`, route, post] as const] : []
})
const differing: string[] = []

describe.each(held)('%s', (_, route, post) => {
  test.each(HELD)('a post over one %s changes nothing of the other’s, and is told nothing of it', async by => {
    const answer = await ask(`${post}-${by}`, route)
    expect([answer.status < 500, answer.text.includes('秘密乙')]).toEqual([true, false])
    expect(await othersThings()).toEqual(before)
    if (by === 'office') {
      const mark = `${answer.status} ${answer.code}`
      // What the whole county may do is asked for only to see that it was the office that was refused.
      const whole = await ask(`${post}-whole`, route)
      if (`${whole.status} ${whole.code}` !== mark) differing.push(`${route.method} ${route.path}: ${mark}`)
      before = await othersThings()
    }
  })
})

test('it was the office that was refused: who covers the whole county gets farther with the same forms', () => {
  expect(differing.length).toBeGreaterThanOrEqual(5)
})
