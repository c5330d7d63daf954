import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asActor } from '../../test/as-actor.ts'
import { testInstallation } from '../../test/database.ts'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { buildServer } from '../platform/http/server.ts'
import type { Installation } from '../platform/installation.ts'
import type { RulePage } from '../rules/contract.ts'
import { ExampleFacts } from '../rules/example-facts.ts'
import { catalogue } from '../rules/load-catalogue.ts'
import { part as rules } from '../rules/part.ts'
import { checkAll, scanOn } from './check.ts'
import type { WarningList, WarningPage } from './contract.ts'
import { part as warnings } from './part.ts'

let here: Installation
let server: FastifyInstance
let code: string
let actor: Actor = SYSTEM

beforeAll(async () => {
  here = await testInstallation({ clock: clockAt('2018-06-01') })
  scanOn(here.run, here.rulesPool)
  const facts = await ExampleFacts.open(here.ownerPool, 'county')
  code = String(990000000 + facts.division)
  await facts.write([
    { payment: { voucher: 'V1', on: '2018-04-01', yuan: 5, purpose: '。' } },
    { payment: { voucher: 'V2', on: '2018-04-09', yuan: 6, purpose: '12' } },
    { payment: { voucher: 'V3', on: '2018-04-19', yuan: 7, purpose: 'abc' } },
    { register: { as: 'r', on: '2018-03-01', yuan: 100, scan: false } },
  ])
  actor = { ...SYSTEM, id: 5, name: '样例经办', scope: facts.division }
  server = await buildServer({
    parts: [rules, warnings],
    run: here.run,
    authenticate: async (token, _, wanted) =>
      token === 'sample' ? asActor(actor, wanted, { [code]: { id: facts.division, inScope: true } }, 'x') : null,
    refused: async () => {},
    webFolder: '/nonexistent',
    temporaryFolder: here.dataDir,
    secureCookies: false,
  })
})
afterAll(async () => {
  await server.close()
  await here.close()
})

async function call<T>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  payload?: object,
): Promise<{ status: number; body: T }> {
  const answer = await server.inject({
    method,
    url: `/api/v1${path}`,
    headers: { cookie: 'fundwatch_session=sample', 'x-csrf-token': 'x' },
    ...(payload ? { payload } : {}),
  })
  return { status: answer.statusCode, body: answer.json() as T }
}

test('a check that is asked for runs in the background, and its outcome can be read', async () => {
  const asked = await call('POST', '/rules/check')
  expect(asked).toMatchObject({ status: 200, body: { started: true } })
  let state: { running: boolean; last: { outcome: { raised: number } } | null } = { running: true, last: null }
  while (state.running || !state.last) state = (await call<typeof state>('GET', '/rules/check')).body
  expect(state.last!.outcome.raised).toBeGreaterThanOrEqual(4)
})

test('the list is read page by page, the newest first, with the lamps that are lit', async () => {
  await checkAll(here)
  const seen: string[] = []
  let next: string | null = null
  do {
    const { status, body }: { status: number; body: WarningList } = await call<WarningList>(
      'GET',
      `/divisions/${code}/warnings?rule=E12&year=2018&limit=2${next ? `&after=${next}` : ''}`,
    )
    expect(status).toBe(200)
    expect(body.counts).toEqual({ bell: 0, yellow: 3, red: 0 })
    seen.push(...body.rows.map(row => row.subject.label))
    next = body.next
  } while (next)
  expect(seen.sort()).toEqual(['5201-V1/1', '5201-V2/1', '5201-V3/1'])
  const bells = (await call<WarningList>('GET', `/divisions/${code}/warnings?level=bell`)).body
  expect(bells.rows.map(row => row.rule)).toEqual(['A08'])
  // Three without a purpose, and the same three without an allotment.
  expect(bells.counts.yellow).toBe(6)
  expect((await call('GET', `/divisions/${code}/warnings?after=1`)).status).toBe(422)
})

test('one warning is shown with its evidence in words, its rule, its history, and what may be done', async () => {
  const [row] = (await call<WarningList>('GET', `/divisions/${code}/warnings?rule=E12`)).body.rows
  const { body } = await call<WarningPage>('GET', `/divisions/${code}/warnings/${row!.id}`)
  expect(body.evidence.zh).toMatch(/^2018-04-\d\d 凭证 V\d 支付 \d\.00元：/)
  expect(body.page!.sentence.zh).toContain('用途')
  expect(body.events.map(event => event.kind)).toEqual(['raised'])
  expect(body.acts.filter(act => act.whyNot === null).map(act => act.act)).toEqual(['normal', 'violation', 'note'])
  const done = await call<WarningPage>('POST', `/divisions/${code}/warnings/${row!.id}/events`, {
    kind: 'normal',
    note: '已调阅合同',
  })
  expect(done.body).toMatchObject({ status: 'normal', endedOn: '2018-06-01' })
  expect(done.body.events.at(-1)).toMatchObject({ kind: 'normal', note: '已调阅合同' })
  const again = await call<{ faults: { code: string }[] }>('POST', `/divisions/${code}/warnings/${row!.id}/events`, {
    kind: 'violation',
    note: '再看',
  })
  expect([again.status, again.body.faults[0]!.code]).toEqual([409, 'act-not-now'])
  expect((await call<WarningList>('GET', `/divisions/${code}/warnings`)).body.counts.yellow).toBe(5)
  expect((await call('GET', `/divisions/${code}/warnings/0x1`)).status).toBe(404)
})

test('the rules can be read; a suspension shows even to a county, and only the whole installation lifts it', async () => {
  await here.ownerPool.query(
    `insert into rules.suspension (division, rule, reason) values (0, 'E08', '22012: division by zero')`,
  )
  const pages = (await call<RulePage[]>('GET', '/rules')).body
  expect(pages).toHaveLength(catalogue().length)
  expect(pages.find(page => page.code === 'E08')!.suspended!.reason).toContain('22012')
  expect(pages.find(page => page.code === 'A04')).toMatchObject({ level: 'red', levels: ['bell', 'yellow', 'red'] })
  expect((await call('DELETE', '/rules/E08/suspension')).status).toBe(403)
  actor = { ...actor, scope: 0 }
  expect((await call('DELETE', '/rules/E08/suspension')).status).toBe(200)
  expect((await call('DELETE', '/rules/E08/suspension')).status).toBe(404)
})
