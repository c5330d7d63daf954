import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '../cli/serve.ts'
import type { Actor } from '../kernel/actor.ts'
import { API, COOKIE } from '../platform/http/server.ts'
import type { Installation } from '../platform/installation.ts'
import { COUNTY, identityWorld, line, PASSWORD, person } from './test-world.ts'

// An office of two people (两人股室) works lawfully: the one makes, the other signs; what takes a third hand, the superior's posts give,
// which are held over the superior and all below it.

let here: Installation
let server: FastifyInstance
const people: Record<string, Actor> = {}
const doors = new Map<string, { cookie: string; csrf: string }>()
beforeAll(async () => {
  here = await identityWorld({ now: () => new Date(), today: () => '2018-03-10' })
  await here.ownerPool.query('insert into ledger.book (division, fiscal_year) values (2, 2018)')
  for (const [name, post, division] of [
    ['one', 'handler', 2],
    ['two', 'leader', 2],
    ['above', 'lead', 1],
    ['office', 'information', 1],
  ] as const)
    people[name] = await person(here, name, [{ division, post }])
  server = await buildApp(here)
})
afterAll(async () => {
  await server?.close()
  await here?.close()
})

async function door(name: string, password = PASSWORD) {
  const known = doors.get(name)
  if (known) return known
  const answer = await server.inject({ method: 'POST', url: `${API}/session`, payload: { name, password } })
  const cookie = `${COOKIE}=${answer.cookies.find(one => one.name === COOKIE)?.value}`
  const session = await server.inject({ url: `${API}/session`, headers: { cookie } })
  const found = { cookie, csrf: session.json().csrf as string }
  doors.set(name, found)
  return found
}
async function call(name: string, path: string, payload?: object) {
  const { cookie, csrf } = await door(name)
  const answer = await server.inject({
    method: payload ? 'POST' : 'GET',
    url: `${API}/divisions/${COUNTY}${path}`,
    headers: { cookie, 'x-csrf-token': csrf },
    ...(payload ? { payload } : {}),
  })
  const body = answer.json()
  return { status: answer.statusCode, body, code: body.faults?.[0]?.code as string | undefined }
}

test('one fills in, the other agrees for the unit; the superior’s lead and information offices do the rest', async () => {
  const made = await call('one', '/applications', { requestKey: 'two-people-1', unit: '甲县农业股', lines: [line(1)] })
  expect([made.status, made.code]).toEqual([200, undefined])
  const step = (name: string, what: string) =>
    call(name, `/applications/${made.body.id}/${what}`, { agree: true, opinion: '同意' })
  // Neither of the two can do it all: the maker agrees nothing, and who agreed for the unit has no post for what follows.
  expect((await step('one', 'agree-unit')).code).toBe('permission-missing')
  expect((await step('two', 'agree-unit')).status).toBe(200)
  expect((await step('two', 'agree-department')).code).toBe('permission-missing')
  expect((await step('above', 'agree-department')).status).toBe(200)
  expect((await step('above', 'execute')).code).toBe('permission-missing')
  const done = await step('office', 'execute')
  expect([done.status, done.body.codes?.length]).toEqual([200, 1])
})

test('of two people each signs what the other made, and never the own', async () => {
  const set = await call('above', '/approval-chains', {
    form: 'allotment.register',
    from: '2018-03-10',
    reason: '两人股室，互相复核',
    chains: [{ fromFen: '0', steps: [{ title: '复核', posts: ['handler', 'leader'] }] }],
  })
  expect(set.status).toBe(200)
  const made = await call('one', '/allotments/register', {
    fiscalYear: 2018,
    requestKey: 'two-people-2',
    document: { number: '样财农〔2018〕1号', title: '关于下达资金的通知', dated: '2018-03-01' },
    lines: [{ fund: 1, amountFen: '100', sourceLevel: 'county' }],
  })
  expect(made.status).toBe(202)
  const sign = (name: string) =>
    call(name, `/submissions/${made.body.submission.id}/sign`, { round: 1, step: 1, agree: true, opinion: '同意' })
  expect((await sign('one')).code).toBe('maker-is-checker')
  expect((await sign('two')).body.state).toBe('carried-out')
})

test('a handover between the two is witnessed from above, and begun there', async () => {
  const holding = (
    await here.ownerPool.query('select id::text as id from identity.holding where account = $1', [people.one!.id])
  ).rows[0].id
  const colleagues = (await call('above', '/colleagues')).body.rows as { account: string }[]
  expect(colleagues.map(one => Number(one.account)).sort()).toEqual(
    expect.arrayContaining([people.one!.id, people.two!.id, people.above!.id]),
  )
  const begun = await call('above', '/handovers', {
    giver: String(people.one!.id),
    taker: String(people.two!.id),
    witness: String(people.above!.id),
    holdings: [holding],
    reason: '调离',
    requestKey: 'two-people-3',
  })
  expect([begun.status, begun.code]).toEqual([200, undefined])
  for (const [name, state] of [
    ['one', 'open'],
    ['above', 'open'],
    ['two', 'done'],
  ] as const)
    expect([name, (await call(name, `/handovers/${begun.body.id}/sign`, {})).body.state]).toEqual([name, state])
})
