import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { buildApp } from '../cli/serve.ts'
import { createAccount } from '../identity/sign-in.ts'
import { watchInbox } from '../imports/inbox.ts'
import { lookIntoInbox } from '../imports/inbox-pass.ts'
import { takeIn } from '../imports/take-in.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { paymentsImporter } from '../payments/import-payments.ts'
import { arrange, county, DIVISION, table } from '../payments/test-fixture.ts'
import { API, COOKIE } from '../platform/http/server.ts'
import type { Installation } from '../platform/installation.ts'

// Chains of approval from the request to the books, for what goes back up, what ends a year, and what comes by itself: nothing is posted
// before another person than the maker has signed.

const CITY = '990100000'
const PASSWORD = 'Correct-Horse-1'
let here: Installation
let server: FastifyInstance
let today = '2026-06-30'
const doors = new Map<string, { cookie: string; csrf: string }>()

beforeAll(async () => {
  here = await testInstallation({ clock: { now: () => new Date(), today: () => today } })
  await county(here)
  await here.ownerPool.query(`insert into ledger.book (division, fiscal_year, uses_plans) values (1, 2026, false);
    insert into divisions.office (division, code, name) values (1, '01', '农业科'), (2, '01', '农业股')`)
  for (const [signInName, post, division] of [
    ['maker', 'lead', 1],
    ['checker', 'reviewer', 1],
    ['county-maker', 'lead', 2],
    ['county-checker', 'reviewer', 2],
    ['treasury', 'treasury', 2],
    ['security', 'security-admin', 1],
  ] as const)
    await here.run(SYSTEM, context =>
      createAccount(context, {
        signInName,
        name: `样例${signInName}`,
        password: PASSWORD,
        mustChange: false,
        holdings: [{ division, post }],
      }),
    )
  server = await buildApp(here)
})
afterAll(async () => {
  await server?.close()
  await here?.close()
})

async function door(name: string) {
  const known = doors.get(name)
  if (known) return known
  const answer = await server.inject({ method: 'POST', url: `${API}/session`, payload: { name, password: PASSWORD } })
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
    url: `${API}/divisions/${path}`,
    headers: { cookie, 'x-csrf-token': csrf },
    ...(payload ? { payload } : {}),
  })
  const body = answer.json()
  return { status: answer.statusCode, body, code: body.faults?.[0]?.code as string | undefined }
}
const done = async (name: string, path: string, payload: object) => {
  const answer = await call(name, path, payload)
  expect([path, answer.status, answer.body.faults]).toEqual([path, 200, undefined])
  return answer.body
}
const chain = (division: string, form: string) =>
  done('security', `${division}/approval-chains`, {
    form,
    from: today,
    reason: '内控制度',
    chains: [{ fromFen: '0', steps: [{ title: '股长', posts: ['reviewer', 'lead'] }] }],
  })
const sign = (name: string, division: string, id: string) =>
  call(name, `${division}/submissions/${id}/sign`, { round: 1, step: 1, agree: true, opinion: '同意' })
const count = async (sql: string) =>
  (await here.ownerPool.query<{ n: number }>(`select count(*)::int as n from ${sql}`)).rows[0]!.n

let papers = 0
const paper = () => ({ number: `样财农〔2026〕${100 + ++papers}号`, title: '关于资金的通知', dated: '2026-06-01' })
const form = (lines: object[]) => ({
  fiscalYear: 2026,
  requestKey: `held-forms-${papers}`,
  document: paper(),
  lines,
})

/** Held, not signed by its maker, and signed by another: `before` is still true until then. */
async function heldAndSigned(
  division: string,
  held: { status: number; body: { submission?: { id: string } }; code?: string | undefined },
  maker: string,
  checker: string,
  before: () => Promise<unknown>,
): Promise<void> {
  expect([held.status, held.code]).toEqual([202, undefined])
  const id = held.body.submission!.id
  const was = await before()
  expect((await sign(maker, division, id)).code).toBe('maker-is-checker')
  expect(await before()).toEqual(was)
  const signed = await sign(checker, division, id)
  expect([signed.body.state, signed.body.faults]).toEqual(['carried-out', undefined])
  expect(await before()).not.toEqual(was)
}

describe('a recall (收回下级)', () => {
  let transfer: string
  beforeAll(async () => {
    const [own] = (await done('maker', `${CITY}/allotments/register`, form([{ fund: 1, amountFen: '1000' }]))).lines
    const [assigned] = (
      await done('maker', `${CITY}/allotments/assign`, form([{ source: own, fund: 1, office: 1, amountFen: '900' }]))
    ).lines
    await done(
      'maker',
      `${CITY}/allotments/pass-down`,
      form([{ source: assigned, toDivision: DIVISION, amountFen: '800' }]),
    )
    transfer = (await here.ownerPool.query('select id::text as id from ledger.transfer where division = 2')).rows[0].id
    await chain(CITY, 'allotment.recall')
  })

  test('waits for another signature; until then the county may still take the money in', async () => {
    const sent = async () =>
      (await here.ownerPool.query('select sent_fen::text as fen from ledger.transfer where id = $1', [transfer]))
        .rows[0].fen
    const body = { ...form([{ transfer, amountFen: '300' }]), requestKey: 'held-recall-1' }
    await heldAndSigned(CITY, await call('maker', `${CITY}/allotments/recall`, body), 'maker', 'checker', sent)
    expect(await sent()).toBe('500')
    // The same request again is the same recall.
    expect((await call('maker', `${CITY}/allotments/recall`, body)).body.submission.state).toBe('carried-out')
    expect(await sent()).toBe('500')
  })

  test('only looked at, it shows its parts and nothing waits', async () => {
    const waiting = await count('approvals.submission')
    const looked = await call('maker', `${CITY}/allotments/recall`, {
      ...form([{ transfer, amountFen: '200' }]),
      checkOnly: true,
    })
    expect([looked.status, looked.body.parts?.length, await count('approvals.submission')]).toEqual([200, 1, waiting])
  })
})

describe('files that come by themselves', () => {
  const csv = async (rows: Parameters<typeof table>[0]) => {
    let text = ''
    for await (const piece of table(rows).open()) text += piece
    return text
  }
  let key: string
  beforeAll(async () => {
    await arrange(here, { externalId: 'A1', fen: 100_000n })
    await chain(DIVISION, 'import.payments')
    key = (
      await done('security', `${DIVISION}/interface-keys`, {
        name: '国库系统',
        account: 'treasury',
        post: 'treasury',
        days: 30,
      })
    ).key
  })
  const push = async (text: string, idempotency: string) => {
    const answer = await server.inject({
      method: 'POST',
      url: `${API}/divisions/${DIVISION}/interface/payments`,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'text/csv',
        'idempotency-key': idempotency,
        'x-file-name': 'push.csv',
      },
      payload: text,
    })
    const body = answer.json()
    return { status: answer.statusCode, body, code: body.faults?.[0]?.code as string | undefined }
  }
  const ended = async () => {
    for (let n = 0; n < 400; n++) {
      if ((await count(`platform.import where state in ('reading', 'posting')`)) === 0) return
      await new Promise(resolve => setTimeout(resolve, 25))
    }
    throw new Error('an import does not end')
  }
  const paid = () => count('payments.payment')

  test('a pushed file waits; whose key pushed it does not sign it; after the signature it is taken once', async () => {
    const body = await csv([{ PAY_CERT_NO: 'P1', BGT_ID: 'A1' }])
    const held = await push(body, 'pushed-file-1')
    expect([held.status, held.code, await paid()]).toEqual([202, undefined, 0])
    const id = held.body.submission.id as string
    expect((await push(body, 'pushed-file-1')).body.submission).toEqual({ id, state: 'waiting' })
    expect((await sign('treasury', DIVISION, id)).code).toBe('maker-is-checker')
    expect((await sign('county-checker', DIVISION, id)).body.state).toBe('carried-out')
    await ended()
    expect(await paid()).toBe(1)
    await push(body, 'pushed-file-1')
    await ended()
    expect(await paid()).toBe(1)
  })

  test('a file with faults is refused as it is pushed: nobody is asked to sign it', async () => {
    const waiting = await count('approvals.submission')
    const refused = await push(await csv([{ PAY_CERT_NO: 'BAD1', PAY_AMT: 'abc' }]), 'pushed-file-2')
    expect([refused.status, await count('approvals.submission')]).toEqual([422, waiting])
  })

  test('an uploaded file waits in the same way', async () => {
    const { cookie, csrf } = await door('treasury')
    const answer = await server.inject({
      method: 'POST',
      url: `${API}/divisions/${DIVISION}/imports/payments`,
      headers: { cookie, 'x-csrf-token': csrf, 'content-type': 'multipart/form-data; boundary=b' },
      payload: `--b\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\ncontent-type: text/csv\r\n\r\n${await csv([{ PAY_CERT_NO: 'U1', BGT_ID: 'A1' }])}\r\n--b--\r\n`,
    })
    const before = await paid()
    expect([answer.statusCode, before]).toEqual([202, 1])
    const { id } = answer.json().submission
    expect((await sign('treasury', DIVISION, id)).code).toBe('maker-is-checker')
    expect((await sign('county-checker', DIVISION, id)).body.state).toBe('carried-out')
    await ended()
    expect(await paid()).toBe(2)
  })

  test('a file in the drop folder, or brought by a command, has no maker: it is given back with the way to go, and nothing is stored', async () => {
    const inbox = watchInbox(here.run, join(here.dataDir, 'held'), [paymentsImporter()], {
      FUNDWATCH_INBOX_STILL_SECONDS: '0',
    })
    await lookIntoInbox(inbox)
    const place = join(inbox.folder!, 'payments', DIVISION)
    mkdirSync(place)
    const text = await csv([{ PAY_CERT_NO: 'D1', BGT_ID: 'A1' }])
    writeFileSync(join(place, 'day.csv'), text)
    await lookIntoInbox(inbox)
    expect(readdirSync(join(place, 'refused')).sort()).toEqual(['day.csv', 'day.csv.txt'])
    const said = readFileSync(join(place, 'refused', 'day.csv.txt'), 'utf8')
    expect(said).toMatch(/须按审批链签字/)
    expect(said).toMatch(/needs the signatures/)
    const request = { source: table([{ PAY_CERT_NO: 'D1', BGT_ID: 'A1' }]), division: 2 }
    await expect(takeIn(here.run, SYSTEM, paymentsImporter(), request)).rejects.toMatchObject({
      faults: [{ code: 'import-needs-signatures' }],
    })
    // Looking at a file is nobody's to sign; and another division's chain holds nothing here.
    await takeIn(here.run, SYSTEM, paymentsImporter(), { ...request, checkOnly: true })
    expect(await paid()).toBe(2)
    await takeIn(here.run, SYSTEM, paymentsImporter(), {
      division: 3,
      source: table([{ PAY_CERT_NO: 'D2', MOF_DIV_CODE: '990102000' }]),
    })
    expect(await paid()).toBe(3)
  })
})

describe('the end of the year', () => {
  test('closing waits for another signature, and so does taking it back', async () => {
    today = '2027-01-05'
    await chain(DIVISION, 'year.close')
    await chain(DIVISION, 'year.take-back')
    // What is still under way from above would keep the year open.
    const { rows } = await here.ownerPool.query(
      'select id::text as id, (sent_fen - taken_fen)::text as fen from ledger.transfer where division = 2 and sent_fen > taken_fen',
    )
    for (const { id, fen } of rows)
      await done('county-maker', `${DIVISION}/allotments/receive`, form([{ transfer: id, fund: 1, amountFen: fen }]))
    const closings = () => count(`allotments.closing where division = 2`)
    const held = await call('county-maker', `${DIVISION}/year-end/close`, {
      fiscalYear: 2026,
      document: { ...paper(), dated: '2027-01-04' },
      requestKey: 'held-close-1',
      lapse: { overdue: true },
    })
    await heldAndSigned(DIVISION, held, 'county-maker', 'county-checker', closings)
    await done('county-maker', `${DIVISION}/book/reopen`, {
      fiscalYear: 2026,
      document: { ...paper(), dated: '2027-01-05' },
      reason: '补记十二月凭证',
      requestKey: 'held-reopen-1',
    })
    const carried = () => count(`ledger.entry where division = 2`)
    const back = await call('county-maker', `${DIVISION}/year-end/take-back`, {
      fiscalYear: 2026,
      document: { ...paper(), dated: '2027-01-05' },
      reason: '结转有误，撤回',
      requestKey: 'held-back-1',
    })
    await heldAndSigned(DIVISION, back, 'county-maker', 'county-checker', carried)
  })
})
