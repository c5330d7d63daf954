import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { part as allotments } from '../../src/allotments/part.ts'
import type { Actor } from '../../src/kernel/actor.ts'
import type { Permission } from '../../src/kernel/permission.ts'
import { buildServer } from '../../src/platform/http/server.ts'
import type { Installation } from '../../src/platform/installation.ts'
import { asActor } from '../as-actor.ts'
import { testInstallation } from '../database.ts'

// A county's fund over one year, through the interface: registered, added to, refined; the school's roof needs more than the road; at the
// end 10 % is saved over all agencies, and what nobody needs is cut.

const DIVISION = '990101000'
let here: Installation
let server: FastifyInstance
const agencies: number[] = []
const clerk = (permissions: Permission[]): Actor => ({
  id: 7,
  name: '王经办',
  scope: 1,
  permissions: new Set(permissions),
})
const POSTS: Record<string, Actor> = {
  desk: clerk(['allotments.read', 'allotments.write']),
  viewer: clerk(['allotments.read']),
}

beforeAll(async () => {
  here = await testInstallation()
  await here.ownerPool.query(`insert into divisions.division values (1, null);
    insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
      (1, '[2018-01-01,)', '${DIVISION}', '样例县', 'county', null, null);
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '县级清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'X01', '扶贫专项资金', 'county');
    insert into divisions.agency (division, code, name) values (1, '101001', '样例县交通局'), (1, '101002', '样例县教育局')`)
  const { rows } = await here.ownerPool.query<{ id: number }>('select id from divisions.agency order by code')
  agencies.push(...rows.map(row => row.id))
  server = await buildServer({
    parts: [allotments],
    run: here.run,
    authenticate: async (token, _, wanted) =>
      POSTS[token] ? asActor(POSTS[token], wanted, { [DIVISION]: { id: 1, inScope: true } }) : null,
    refused: async () => {},
    webFolder: '/nonexistent',
    temporaryFolder: `${here.dataDir}/temporary`,
    secureCookies: false,
  })
})
afterAll(async () => {
  await server?.close()
  await here?.close()
})

let number = 0
async function send(form: string, body: object, as = 'desk') {
  const answer = await server.inject({
    method: 'POST',
    url: `/api/v1/divisions/${DIVISION}/allotments/${form}`,
    cookies: { fundwatch_session: as },
    headers: { 'x-csrf-token': 'c' },
    payload: {
      fiscalYear: 2018,
      document: { number: `样财农〔2018〕${++number}号`, title: '关于资金的通知', dated: '2018-06-01' },
      ...body,
    },
  })
  return { status: answer.statusCode, body: answer.json() }
}
const line = async (id: string) =>
  (
    await server.inject({
      url: `/api/v1/divisions/${DIVISION}/allotments/${id}`,
      cookies: { fundwatch_session: 'viewer' },
    })
  ).json()

test('a year of a fund: add, virement, savings spread over all agencies, and a cut of what is left; every page says so', async () => {
  const [road, school] = agencies as [number, number]
  const registered = await send('register', { lines: [{ fund: 1, amountFen: '80000' }] })
  const added = await send('add', { lines: [{ fund: 1, amountFen: '20000' }] })
  expect([registered.status, added.status]).toEqual([200, 200])
  const assigned = await send('assign', {
    lines: [
      { source: registered.body.lines[0], amountFen: '80000' },
      { source: added.body.lines[0], amountFen: '20000' },
    ],
  })
  const refined = await send('refine', {
    lines: [
      { source: assigned.body.lines[0], amountFen: '80000', agency: road },
      { source: assigned.body.lines[1], amountFen: '20000', agency: school },
    ],
  })
  const [toRoad, toSchool] = refined.body.lines
  const vired = await send('virement', { lines: [{ source: toRoad, amountFen: '15000', agency: school }] })
  expect((await line(vired.body.lines[0])).line).toMatchObject({
    form: 'refine',
    budgetOrigin: 3,
    source: assigned.body.lines[0],
    agency: { code: '101002' },
    ownFen: '15000',
  })

  const spread = { amountFen: '10000', fund: 1 }
  const look = await send('withdraw', { spread, checkOnly: true })
  expect(look.body).toEqual({
    batch: null,
    document: null,
    lines: [
      { line: toRoad, name: '样财农〔2018〕4号 · 扶贫专项资金 · 样例县交通局', amountFen: '6500', leftFen: '58500' },
      { line: toSchool, name: '样财农〔2018〕4号 · 扶贫专项资金 · 样例县教育局', amountFen: '2000', leftFen: '18000' },
      {
        line: vired.body.lines[0],
        name: '样财农〔2018〕5号 · 扶贫专项资金 · 样例县教育局',
        amountFen: '1500',
        leftFen: '13500',
      },
    ],
    repairs: [],
  })
  expect((await line(toRoad)).line.ownFen).toBe('65000')
  const once = {
    spread,
    requestKey: 'savings-2018',
    document: { number: '样财农〔2018〕90号', title: '关于收回结余的通知', dated: '2018-06-01' },
  }
  const saved = await send('withdraw', once)
  expect(saved.body.lines).toEqual(look.body.lines)
  expect((await send('withdraw', once)).body.batch).toBe(saved.body.batch)

  expect((await send('cut', { lines: [{ source: assigned.body.lines[0], amountFen: '8001' }] })).body).toMatchObject({
    faults: [{ code: 'over-allotted', row: 1, value: '80.01' }],
  })
  expect((await send('cut', { spread })).status).toBe(200)
  const page = await line(registered.body.lines[0])
  expect(page.line).toMatchObject({ amountFen: '80000', toRefineFen: '0', ownFen: '72000' })
  expect(page.entries.map((entry: { form: string }) => entry.form)).toContain('cut')
})

test('who may only read may do none of this', async () => {
  const before = (await here.ownerPool.query('select count(*) from ledger.batch')).rows
  for (const form of ['add', 'cut', 'withdraw', 'virement'])
    expect((await send(form, { lines: [{ fund: 1, source: '1', amountFen: '1' }] }, 'viewer')).status).toBe(403)
  expect((await here.ownerPool.query('select count(*) from ledger.batch')).rows).toEqual(before)
})
