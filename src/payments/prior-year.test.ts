import { afterEach, beforeEach, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { allotmentChecks } from '../allotments/verify.ts'
import { SYSTEM } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import { ledgerChecks } from '../ledger/verify.ts'
import type { Installation } from '../platform/installation.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import { importer } from './import-payments.ts'
import { postWaiting } from './post-waiting.ts'
import { arrange, county, type TestRow, table } from './test-fixture.ts'
import { paymentChecks } from './verify.ts'

let here: Installation
let today = '2026-12-31'
beforeEach(async () => {
  today = '2026-12-31'
  const clock: Clock = { now: () => new Date(), today: () => today }
  here = await testInstallation({ clock })
  await county(here)
})
afterEach(() => here.close())

const take = (rows: readonly TestRow[]) => importer.run(here.run, SYSTEM, { source: table(rows), division: null })
const query = async (text: string, values: unknown[] = []) => (await here.ownerPool.query(text, values)).rows
const waiting = () =>
  query(
    `select p.voucher_no, u.reason from payments.unposted u join payments.payment p on p.division = u.division and p.id = u.payment order by 1`,
  )
const differences = () =>
  here.run(
    SYSTEM,
    async ({ tx }) => {
      const found: unknown[] = []
      for (const check of [...ledgerChecks, ...allotmentChecks, ...paymentChecks])
        found.push(...(await check.run(tx)).differences)
      return found
    },
    { readOnly: true },
  )
/** Closes 2026 with what is left lapsing, as the year-end closing does. */
const close = () =>
  here.run(SYSTEM, async ({ tx }) => {
    await tx.query(`select ledger.post(2, 'close', 2026, '2026-12-31', null, null, array_agg(allotment), array_agg(5902), array_agg(allotment), array_agg(account), array_agg(balance_fen))
      from ledger.published_balance where division = 2 and account in (1001, 5001, 500201, 5101) and balance_fen > 0`)
    await tx.query(`select ledger.mark_book(2, 2026, 'close', '2026-12-31')`)
  })
const recovered = () =>
  query(`select a.fiscal_year, a.form, a.source_type, a.carried_from, a.path, a.agency, a.amount_fen, p.voucher_no from allotments.allotment a
    join payments.posting o on o.division = a.division and o.allotment = a.id join payments.payment p on p.division = o.division and p.id = o.payment
    where a.form = 'recover' order by p.voucher_no`)

test('a refund of a closed year comes back in the open one, 1001/4001, and names the closed year’s line and payment', async () => {
  const line = await arrange(here, { externalId: 'A1', fen: 10_000n })
  await take([{ PAY_CERT_NO: 'V1', BGT_ID: 'A1', PAY_AMT: '60.00' }])
  await close()
  today = '2027-02-01'
  const refund = { BGT_ID: 'A1', VOU_DATE: '2027-01-20', XPAY_DATE: '2027-01-21' }
  await take([{ ...refund, PAY_CERT_NO: 'V2', PAY_AMT: '-25.00' }])
  expect(await waiting()).toEqual([])
  const [old] = await query('select path, agency from allotments.allotment where id = $1', [line])
  const [came] = await recovered()
  expect(came).toMatchObject({
    fiscal_year: 2027,
    form: 'recover',
    source_type: 'prior-year-recovery',
    carried_from: line,
    agency: old.agency,
    amount_fen: 2_500n,
    voucher_no: 'V2',
  })
  expect(came.path.slice(0, -1)).toEqual(old.path)
  expect(
    await query(`select debit, credit, amount_fen, fiscal_year from ledger.published_entry where form = 'recover'`),
  ).toEqual([{ debit: 1001, credit: 4001, amount_fen: 2_500n, fiscal_year: 2027 }])
  // The closed year stays as it was closed.
  expect(
    await query('select balance_fen from ledger.published_balance where allotment = $1 and account = 5201', [line]),
  ).toEqual([{ balance_fen: 6_000n }])
  // No more comes back than was paid; and looking again posts nothing twice.
  await take([
    { ...refund, PAY_CERT_NO: 'V3', PAY_AMT: '-35.01' },
    { ...refund, PAY_CERT_NO: 'V4', PAY_AMT: '-1.00' },
  ])
  await here.run(SYSTEM, context => postWaiting(context, 2, 2026))
  expect((await waiting()).map(row => row.voucher_no)).toContain('V3')
  expect((await recovered()).length).toBeLessThanOrEqual(2)
  expect(await differences()).toEqual([])
})

test('a refund voucher of the new year that names a closed year’s line comes back the same way', async () => {
  const line = await arrange(here, { externalId: 'A1', fen: 10_000n })
  await take([{ PAY_CERT_NO: 'V1', BGT_ID: 'A1', PAY_AMT: '60.00' }])
  await close()
  today = '2027-02-01'
  await take([
    {
      FISCAL_YEAR: '2027',
      PAY_CERT_NO: 'V2',
      BGT_ID: 'A1',
      PAY_AMT: '-10.00',
      VOU_DATE: '2027-01-20',
      XPAY_DATE: '2027-01-21',
      AGENCY_CODE: '',
    },
  ])
  expect(await waiting()).toEqual([])
  expect(await recovered()).toMatchObject([{ carried_from: line, amount_fen: 1_000n }])
  expect(await query(`select allotment, match from payments.payment where voucher_no = 'V2'`)).toEqual([
    { allotment: line, match: 'by-id' },
  ])
  expect(await differences()).toEqual([])
})

test('it waits while its own day is locked or its year has only advance notices, and comes in by itself afterwards', async () => {
  await arrange(here, { externalId: 'A1', fen: 10_000n })
  await take([{ PAY_CERT_NO: 'V1', BGT_ID: 'A1', PAY_AMT: '60.00' }])
  await close()
  await here.run(SYSTEM, ({ tx }) => tx.query(`select ledger.mark_book(2, 2027, 'provisional', '2026-11-01')`))
  today = '2027-02-01'
  await take([{ PAY_CERT_NO: 'V2', BGT_ID: 'A1', PAY_AMT: '-25.00', VOU_DATE: '2027-01-20', XPAY_DATE: '2027-01-21' }])
  expect(await waiting()).toEqual([{ voucher_no: 'V2', reason: 'book-locked' }])
  await here.run(SYSTEM, ({ tx }) => tx.query(`select ledger.mark_book(2, 2027, 'open', '2027-01-25')`))
  await here.run(SYSTEM, context => postWaiting(context, 2, 2026))
  expect(await waiting()).toEqual([])
  expect(await differences()).toEqual([])
})

test('payments of a provisional year wait with that reason and are posted once it is opened', async () => {
  await here.ownerPool.query(`update ledger.book set provisional_since = '2025-11-01' where division = 2`)
  await arrange(here, { externalId: 'A1', fen: 10_000n })
  await take([{ PAY_CERT_NO: 'V1', BGT_ID: 'A1', PAY_AMT: '60.00' }])
  expect(await waiting()).toEqual([{ voucher_no: 'V1', reason: 'book-provisional' }])
  await here.run(SYSTEM, ({ tx }) => tx.query(`select ledger.mark_book(2, 2026, 'open', '2026-01-01')`))
  await here.run(SYSTEM, context => postWaiting(context, 2, 2026))
  expect(await waiting()).toEqual([])
})

test('what was paid from a special account is registered by the bureau as voucher type 9001, beside what the treasury sends', async () => {
  await arrange(here, { externalId: 'A1', fen: 10_000n })
  const rows = table([{ PAY_CERT_NO: 'Z1', BGT_ID: 'A1', PAY_AMT: '12.00' }])
  const chunks: Buffer[] = []
  for await (const chunk of rows.open()) chunks.push(chunk as Buffer)
  const [header, row] = Buffer.concat(chunks).toString('utf8').split('\r\n')
  await importer.run(here.run, SYSTEM, {
    source: memorySource(`${header},VT_CODE\r\n${row},9001\r\n`, 'special.csv'),
    division: null,
  })
  expect(await waiting()).toEqual([])
  expect(await query('select voucher_type, amount_fen from payments.payment')).toEqual([
    { voucher_type: 9001, amount_fen: 1_200n },
  ])
})
