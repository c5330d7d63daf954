import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parts } from '../app.ts'
import { buildApp } from '../cli/serve.ts'
import { COUNTY, identityWorld, PASSWORD, person } from '../identity/test-world.ts'
import { API, COOKIE, routesOf } from '../platform/http/server.ts'
import type { Installation } from '../platform/installation.ts'
import { amountOf } from './submission.ts'

// A request that says “I only look” is let past the chain of approval: only where the form itself would then only look.

let here: Installation
let server: FastifyInstance
let door: { cookie: string; csrf: string }
beforeAll(async () => {
  here = await identityWorld({ now: () => new Date(), today: () => '2018-03-10' })
  await here.ownerPool.query(`insert into ledger.book (division, fiscal_year) values (2, 2018) on conflict do nothing`)
  for (const [name, post] of [
    ['maker', 'handler'],
    ['lead', 'lead'],
  ] as const)
    await person(here, name, [{ division: 2, post }])
  server = await buildApp(here)
  door = await come('lead')
  for (const form of ['allotment.register', 'fund.superior'])
    expect(
      (
        await call('POST', '/approval-chains', {
          form,
          from: '2018-03-10',
          reason: '内控制度',
          chains: [{ fromFen: '0', steps: [{ title: '股长', posts: ['reviewer'] }] }],
        })
      ).status,
    ).toBe(200)
})
afterAll(async () => {
  await server?.close()
  await here?.close()
})

async function come(name: string) {
  const answer = await server.inject({ method: 'POST', url: `${API}/session`, payload: { name, password: PASSWORD } })
  const cookie = `${COOKIE}=${answer.cookies.find(one => one.name === COOKIE)?.value}`
  const session = await server.inject({ url: `${API}/session`, headers: { cookie } })
  return { cookie, csrf: session.json().csrf as string }
}
async function call(method: 'POST' | 'PUT', path: string, payload: object) {
  const answer = await server.inject({
    method,
    url: `${API}/divisions/${COUNTY}${path}`,
    headers: { cookie: door.cookie, 'x-csrf-token': door.csrf },
    payload,
  })
  return { status: answer.statusCode, body: answer.json() }
}

test('a form that posts whatever is said beside it is held, though the request claims to look only', async () => {
  const untie = await call('PUT', '/funds/1/superior', { superior: null, checkOnly: true })
  expect([untie.status, untie.body.submission?.state]).toEqual([202, 'waiting'])
  door = await come('maker')
  const made = await call('POST', '/allotments/register?check=1', {
    fiscalYear: 2018,
    requestKey: 'past-the-chain-1',
    document: { number: '样财农〔2018〕1号', title: '关于下达资金的通知', dated: '2018-03-01' },
    lines: [{ fund: 1, amountFen: '100', sourceLevel: 'county' }],
  })
  expect([made.status, made.body.submission?.state]).toEqual([202, 'waiting'])
  const { rows } = await here.ownerPool.query('select count(*)::int as n from ledger.batch')
  expect(rows[0].n).toBe(0)
})

test('a form that knows the word shows what it would do, and nothing of it stays', async () => {
  const tables = async () =>
    (
      await here.ownerPool.query(
        `select (select count(*) from ledger.document)::int as documents, (select count(*) from approvals.submission)::int as submissions,
           (select count(*) from allotments.allotment)::int as lines`,
      )
    ).rows[0]
  const before = await tables()
  const looked = await call('POST', '/allotments/register', {
    fiscalYear: 2018,
    requestKey: 'past-the-chain-2',
    checkOnly: true,
    document: { number: '样财农〔2018〕1号', title: '关于下达资金的通知', dated: '2018-03-01' },
    lines: [{ fund: 1, amountFen: '100', sourceLevel: 'county' }],
  })
  expect([looked.status, looked.body.batch, looked.body.submission]).toEqual([200, null, undefined])
  expect(await tables()).toEqual(before)
})

test('the forms that can be only looked at are these; a file is looked at where it is uploaded, and never where it is pushed', () => {
  const knowing = (where: 'body' | 'query', word: string) =>
    routesOf(parts)
      .filter(({ route }) => route.approval && word in ((route[where] as { properties?: object })?.properties ?? {}))
      .map(({ route }) => route.approval)
      .sort()
  expect(knowing('query', 'check')).toEqual(['import.:kind'])
  expect(knowing('body', 'checkOnly')).toMatchInlineSnapshot(`
    [
      "allotment.add",
      "allotment.assign",
      "allotment.cut",
      "allotment.hand-over",
      "allotment.pass-down",
      "allotment.plan",
      "allotment.recall",
      "allotment.recalled",
      "allotment.receive",
      "allotment.receive-across",
      "allotment.refine",
      "allotment.register",
      "allotment.send-across",
      "allotment.settle",
      "allotment.settled",
      "allotment.virement",
      "allotment.withdraw",
      "division.change",
    ]
  `)
})

test('an amount that the form does not know chooses no shorter way; what is said twice counts twice', () => {
  const body = (approval: string) => routesOf(parts).find(({ route }) => route.approval === approval)!.route.body
  const small = { amountFen: '1', lines: [{ amountFen: '1' }] }
  expect(amountOf(body('book.lock'), { fiscalYear: 2018, ...small })).toBeNull()
  expect(amountOf(body('recoverable.recovered'), { ...small, amountFen: '900' })).toBe(900n)
  expect(amountOf(body('allotment.recall'), { lines: [{ amountFen: '1' }], spread: { amountFen: '900' } })).toBe(901n)
  expect(amountOf(body('allotment.recall'), { lines: [{}], spread: { amountFen: '900' } })).toBeNull()
  expect(amountOf(body('allotment.hand-over'), { lines: [{ line: '1' }] })).toBeNull()
  expect(amountOf(undefined, small)).toBeNull()
})
