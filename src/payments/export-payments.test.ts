import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { handOut } from '../platform/http/hand-out.ts'
import type { Installation } from '../platform/installation.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import { type Sheet, type SheetFile, sheetBytes } from '../platform/tables/sheet.ts'
import { readTable } from '../platform/tables/table.ts'
import type { PaymentQuery } from './contract.ts'
import { paymentSheet } from './export-payments.ts'
import { importer } from './import-payments.ts'
import { paymentPage } from './list-store.ts'
import { message, voucher } from './messages/test-messages.ts'
import { PAYING, REFUNDING } from './payment.ts'
import { arrange, county, table } from './test-fixture.ts'

const COUNTY = 2
const YEAR = 2026

let here: Installation
beforeEach(async () => {
  here = await testInstallation({ clock: clockAt('2026-06-30') })
  await county(here)
  await arrange(here, { externalId: 'A1', fen: 100_000n })
  await importer.run(here.run, SYSTEM, {
    source: table([
      { PAY_CERT_NO: 'V1', BGT_ID: 'A1', PAY_AMT: '300.00', USE_DES: '=1+1' },
      { PAY_CERT_NO: 'V2', BGT_ID: 'A1', PAY_AMT: '900.05', VOU_DATE: '2026-03-05', XPAY_DATE: '2026-03-06' },
      { PAY_CERT_NO: 'V3', AGENCY_CODE: 'nobody', PAY_AMT: '0.07', VOU_DATE: '2026-03-04', XPAY_DATE: '' },
    ]),
    division: null,
  })
})
afterEach(() => here.close())

/** What a file of the payments says, cell by cell, under the given headings. */
async function exported(file: SheetFile, query: PaymentQuery, headings: readonly string[]): Promise<unknown[][]> {
  const chunks: Buffer[] = []
  await here.run(
    SYSTEM,
    async ({ tx }) => {
      for await (const chunk of sheetBytes(paymentSheet(tx, COUNTY, YEAR, query), file)) chunks.push(chunk as Buffer)
    },
    { readOnly: true },
  )
  const columns = headings.map((title, n) => ({ name: `C${n}`, titles: [title], required: true, zh: title, en: title }))
  const read = await readTable(memorySource(Buffer.concat(chunks)), columns, { allowNoRows: true })
  const rows: unknown[][] = []
  for await (const chunk of read.rows) rows.push(...chunk.map(row => row.cells))
  return rows
}

for (const file of ['csv', 'xlsx'] as const)
  test(`the file (${file}) has every payment of the year in the order of the list, masked, with its state`, async () => {
    const rows = await exported(file, {}, ['凭证号', '金额（元）', '收款人账号', '匹配', '入账'])
    expect(rows.map(row => row[0])).toEqual(['V2', 'V3', 'V1'])
    expect(rows.map(row => row[1])).toEqual(
      ['900.05', '0.07', '300.00'].map(one => (file === 'csv' ? one : String(Number(one)))),
    )
    expect(rows.every(row => /\*/.test(String(row[2])))).toBe(true)
    expect(rows.map(row => row[4])).toEqual(['待入账：超出可用余额', '待入账：无对应指标', '已入账'])
  })

test('a purpose that an office program would take for a formula stays text', async () => {
  expect(await exported('csv', { q: 'V1' }, ['用途'])).toEqual([['=1+1']])
})

test('each filter of the list gives the same payments in the file as on the page', async () => {
  const payee = (await here.ownerPool.query('select id::text from payments.holder where name = $1', ['样例建筑公司']))
    .rows[0].id
  for (const query of [
    { reason: 'beyond-available' as const },
    { match: 'none' as const },
    { from: '2026-03-04', to: '2026-03-04' },
    { payee },
    { project: '1' },
    { q: '建筑' },
    { reason: 'ambiguous' as const },
  ]) {
    const page = await here.run(SYSTEM, ({ tx }) => paymentPage(tx, COUNTY, YEAR, query), { readOnly: true })
    expect((await exported('csv', query, ['凭证号'])).flat(), JSON.stringify(query)).toEqual(
      page.rows.map(row => row.voucherNo),
    )
  }
})

test('payments of every voucher type are found by the beginning of their number: real allocations and refunds too', async () => {
  const types = [...PAYING.filter(type => type !== 9001), ...REFUNDING]
  await importer.run(here.run, SYSTEM, {
    source: message(types.map(type => voucher(type, { VoucherNo: `FIND-${type}` }))),
    division: null,
  })
  const page = await here.run(SYSTEM, ({ tx }) => paymentPage(tx, COUNTY, YEAR, { q: 'FIND-' }), { readOnly: true })
  expect(page.rows.map(row => row.voucherNo).sort()).toEqual(types.map(type => `FIND-${type}`).sort())
})

test('more downloads at once than the server bears are refused, and room is there again after one has ended', async () => {
  let end = () => {}
  const open = new Promise<void>(resolve => {
    end = resolve
  })
  // Whoever downloads is still at it.
  const slow = async (tx: Tx): Promise<Sheet> => {
    const sheet = await paymentSheet(tx, COUNTY, YEAR, {})
    async function* rows() {
      yield* sheet.rows
      await open
    }
    return { ...sheet, rows: rows() }
  }
  const ask = () => handOut(here.run, SYSTEM, 'csv', slow)
  const under = await Promise.all([ask(), ask(), ask(), ask()])
  const error = await ask().catch(refused => refused)
  expect(error).toBeInstanceOf(Refusal)
  expect(error.faults[0].code).toBe('downloads-busy')
  end()
  for (const one of under) expect(await text(one.stream)).toContain('V1')
  await expect.poll(() => ask().then(one => text(one.stream))).toContain('V2')
})
