import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { part as imports } from '../../src/imports/part.ts'
import { resumeImports } from '../../src/imports/resume.ts'
import type { Actor } from '../../src/kernel/actor.ts'
import { SYSTEM } from '../../src/kernel/actor.ts'
import { clockAt } from '../../src/kernel/clock.ts'
import type { Permission } from '../../src/kernel/permission.ts'
import { paymentsImporter } from '../../src/payments/import-payments.ts'
import { part as payments } from '../../src/payments/part.ts'
import { arrange, county, DIVISION, OTHER_DIVISION, type TestRow, table } from '../../src/payments/test-fixture.ts'
import { buildServer } from '../../src/platform/http/server.ts'
import type { Installation } from '../../src/platform/installation.ts'
import { asActor } from '../as-actor.ts'
import { testInstallation } from '../database.ts'

let here: Installation
let server: FastifyInstance
const clerk = (permissions: Permission[]): Actor => ({
  id: 7,
  name: '王经办',
  scope: 2,
  permissions: new Set(permissions),
})
const POSTS: Record<string, Actor> = {
  treasury: clerk(['payments.read', 'payments.import']),
  viewer: clerk(['payments.read']),
}

beforeAll(async () => {
  here = await testInstallation({ clock: clockAt('2026-06-30') })
  await county(here)
  server = await buildServer({
    parts: [payments, imports],
    run: here.run,
    authenticate: async (token, _, wanted) =>
      POSTS[token]
        ? asActor(POSTS[token], wanted, {
            [DIVISION]: { id: 2, inScope: true },
            [OTHER_DIVISION]: { id: 3, inScope: false },
          })
        : null,
    refused: async () => {},
    webFolder: '/nonexistent',
    temporaryFolder: `${here.dataDir}/temporary`,
    secureCookies: false,
  })
})
afterAll(async () => {
  await server.close()
  await here.close()
})

async function bytes(rows: readonly TestRow[]): Promise<string> {
  let text = ''
  for await (const piece of table(rows).open()) text += piece
  return text
}
const get = async (path: string, as = 'treasury') => {
  const answer = await server.inject({ url: `/api/v1${path}`, cookies: { fundwatch_session: as } })
  return { status: answer.statusCode, body: answer.json() }
}
async function send(content: string, path = `/divisions/${DIVISION}/imports/payments`, as = 'treasury') {
  const answer = await server.inject({
    method: 'POST',
    url: `/api/v1${path}`,
    cookies: { fundwatch_session: as },
    headers: { 'x-csrf-token': 'c', 'content-type': 'multipart/form-data; boundary=b' },
    payload: `--b\r\ncontent-disposition: form-data; name="file"; filename="三月支付.csv"\r\ncontent-type: text/csv\r\n\r\n${content}\r\n--b--\r\n`,
  })
  return { status: answer.statusCode, body: answer.json() }
}
async function ended(id: string) {
  for (;;) {
    const { body } = await get(`/divisions/${DIVISION}/imports/${id}`)
    if (body.state !== 'reading' && body.state !== 'posting') return body
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

test('an upload is answered at once, works on, and ends with what was taken; the payment can be walked up to its root', async () => {
  const line = await arrange(here, { externalId: 'A1', fen: 100_000n })
  const file = await bytes([
    { PAY_CERT_NO: 'V1', BGT_ID: 'A1', PAY_AMT: '10.00' },
    {
      PAY_CERT_NO: 'V2',
      BGT_ID: 'A1',
      PAY_AMT: '2000.00',
      PAYEE_ACCT_NAME: '样例种苗场',
      PAYEE_ACCT_NO: '6200000000000088888',
    },
    { PAY_CERT_NO: 'V3', PAY_AMT: '5.00', VOU_DATE: '2026-02-01' },
  ])
  const looked = await send(file, `/divisions/${DIVISION}/imports/payments?check=1`)
  expect(await ended(looked.body.id)).toMatchObject({
    state: 'done',
    checkOnly: true,
    rowsTaken: 0,
    figures: { new: 3 },
  })
  const started = await send(file)
  expect(started.status).toBe(200)
  expect(await ended(started.body.id)).toMatchObject({
    kind: 'payments',
    fileName: '三月支付.csv',
    state: 'done',
    rowsRead: 3,
    rowsTaken: 3,
    faultCount: 0,
    figures: { posted: 1, 'beyond-available': 1, 'no-allotment': 1 },
    progress: null,
  })

  const all = (await get(`/divisions/${DIVISION}/payments?year=2026`, 'viewer')).body
  expect(all.rows.map((row: { voucherNo: string }) => row.voucherNo)).toEqual(['V2', 'V1', 'V3'])
  expect(all.totals).toEqual({
    count: '3',
    amountFen: '201500',
    postedFen: '1000',
    unpostedFen: '200500',
    complete: true,
  })
  expect(all.rows[1]).toMatchObject({
    amountFen: '1000',
    payee: { name: '样例建筑公司', account: '6200****9999' },
    agency: { code: '101001', name: '样例县水利局' },
    project: { code: 'P1' },
    allotment: { id: String(line), documentNumber: '样财农〔2026〕1号', fund: { code: 'X01' } },
    match: 'by-id',
    unposted: null,
  })
  const only = async (filter: string) =>
    (await get(`/divisions/${DIVISION}/payments?year=2026&${filter}`)).body as {
      rows: { voucherNo: string }[]
      totals: { count: string }
    }
  for (const [filter, found] of [
    ['reason=beyond-available', ['V2']],
    ['match=none', ['V3']],
    ['match=by-id', ['V2', 'V1']],
    ['q=V2', ['V2']],
    [`q=${encodeURIComponent('种苗')}`, ['V2']],
    ['q=%25', []],
    ['from=2026-02-01&to=2026-02-28', ['V3']],
    [`allotment=${line}`, ['V2', 'V1']],
    [`project=${all.rows[1].project.id}`, ['V2', 'V1']],
    [`payee=${all.rows[0].payee.id}`, ['V2']],
  ] as const) {
    const { rows, totals } = await only(filter)
    expect([filter, rows.map(row => row.voucherNo), totals.count]).toEqual([filter, found, String(found.length)])
  }

  const one = (await get(`/divisions/${DIVISION}/payments/${all.rows[1].id}`, 'viewer')).body
  expect(one.path.map((step: { form: string }) => step.form)).toEqual(['register', 'refine'])
  expect(one.postings).toMatchObject([
    { form: 'pay', effectiveOn: '2026-03-02', debit: 5201, credit: 500201, amountFen: '1000' },
  ])
  expect(one).toMatchObject({ payer: { account: '6200****0001' }, stated: { allotmentRef: 'A1' }, warnings: [] })
})

test('a bad file is refused with its faults in the record, and the list of imports counts them', async () => {
  const started = await send(await bytes([{ PAY_CERT_NO: 'W1', PAY_AMT: '1,5' }]))
  const record = await ended(started.body.id)
  expect(record.state).toBe('refused')
  expect(record.faults[0]).toMatchObject({ row: 2 })
  const { rows } = (await get(`/divisions/${DIVISION}/imports?kind=payments`)).body
  expect(rows[0]).toMatchObject({ id: started.body.id, state: 'refused', faultCount: record.faultCount })
})

test('the importer’s own permission is asked, an unknown kind and a strange division are refused', async () => {
  const file = await bytes([{}])
  const refusal = await send(file, `/divisions/${DIVISION}/imports/payments`, 'viewer')
  expect([refusal.status, refusal.body.faults[0].code]).toEqual([403, 'permission-missing'])
  expect((await send(file, `/divisions/${DIVISION}/imports/nothing`)).body.faults[0].code).toBe('import-kind-unknown')
  expect((await send(file, `/divisions/${OTHER_DIVISION}/imports/payments`)).status).toBe(403)
  expect((await send(file, `/divisions/${DIVISION}/imports/payments`, 'nobody')).status).toBe(401)
})

test('pages follow each other by key and meet every payment once', async () => {
  const rows = Array.from({ length: 130 }, (_, i) => ({
    PAY_CERT_NO: `N${i}`,
    VOU_DATE: `2026-05-${String(1 + (i % 7)).padStart(2, '0')}`,
  }))
  await ended((await send(await bytes(rows))).body.id)
  const seen: string[] = []
  let after = ''
  do {
    const { body } = await get(`/divisions/${DIVISION}/payments?year=2026&from=2026-05-01${after}`)
    seen.push(...body.rows.map((row: { voucherNo: string }) => row.voucherNo))
    after = body.next ? `&after=${body.next}` : ''
  } while (after)
  expect(seen.sort()).toEqual(rows.map(row => row.PAY_CERT_NO).sort())
})

test('at the server’s start a half-read import is broken off, and one that was being posted goes on', async () => {
  const rows = Array.from({ length: 20 }, (_, i) => ({ PAY_CERT_NO: `R${i}`, VOU_DATE: `2026-04-${10 + i}` }))
  const killed = paymentsImporter({
    sliceLines: 5,
    afterSlice: () => {
      throw new Error('killed')
    },
  })
  await expect(killed.run(here.run, SYSTEM, { source: table(rows), division: 2 })).rejects.toThrow('killed')
  await here.ownerPool.query(`insert into platform.import (division, kind, file_name, file_sm3, bytes, state, actor) values
    (2, 'payments', '半途.csv', '', 1, 'reading', 0), (2, 'payments', '丢失.csv', '', 1, 'posting', 0)`)
  expect(await resumeImports(here.run, payments.importers!)).toEqual({ resumed: 1, broken: 2 })
  const { rows: records } = (await get(`/divisions/${DIVISION}/imports`)).body
  expect(
    records.slice(0, 3).map((record: { state: string; rowsTaken: number }) => [record.state, record.rowsTaken]),
  ).toEqual([
    ['broken', 0],
    ['broken', 0],
    ['done', 20],
  ])
  expect(await resumeImports(here.run, payments.importers!)).toEqual({ resumed: 0, broken: 0 })
})
