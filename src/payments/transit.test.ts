import { afterAll, beforeEach, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { importer } from './import-payments.ts'
import { postWaiting } from './post-waiting.ts'
import { arrange, county, type TestRow, table } from './test-fixture.ts'
import { paymentChecks } from './verify.ts'

let here: Installation
const opened: Installation[] = []
beforeEach(async () => {
  here = await testInstallation({ clock: clockAt('2027-06-30') })
  opened.push(here)
  await county(here)
})
afterAll(async () => {
  for (const one of opened) await one.close()
})

const take = (rows: TestRow[]) => importer.run(here.run, SYSTEM, { source: table(rows), division: null })
const faultsOf = (work: Promise<unknown>): Promise<string[]> =>
  work.then(
    () => [],
    error => (error instanceof Refusal ? error.faults.map(fault => fault.code) : Promise.reject(error)),
  )
const query = async (sql: string) => (await here.ownerPool.query(sql)).rows
/** What stands on an account of all lines, in fen. */
const on = async (account: number) =>
  Number(
    (
      await query(
        `select coalesce(sum(debit_fen - credit_fen), 0) as fen from ledger.balance where account = ${account}`,
      )
    )[0].fen,
  )
const balances = async () => ({
  own: await on(500201),
  plan: await on(5101),
  transit: await on(5102),
  paid: await on(5201),
})
const entries = () =>
  query(
    'select form, effective_on::text as day, debit, credit, amount_fen::int as fen from ledger.published_entry where payment is not null order by batch, line',
  )
const differences = () =>
  here.run(SYSTEM, async ({ tx }) =>
    (await Promise.all(paymentChecks.map(check => check.run(tx)))).flatMap(one => one.differences),
  )

const SENT = { PAY_CERT_NO: 'V1', BGT_ID: 'A1', PAY_AMT: '30.00', VOU_DATE: '2026-12-30', XPAY_DATE: '' }

test('a voucher without the bank’s day is in transit from its own day, and paid on the bank’s day when the bank has filled it in', async () => {
  await arrange(here, { externalId: 'A1', fen: 10_000n })
  expect((await take([SENT])).figures).toMatchObject({ posted: 0, sent: 1 })
  expect(await balances()).toEqual({ own: 7_000, plan: 0, transit: 3_000, paid: 0 })
  expect(await differences()).toEqual([])

  const filled = await take([{ ...SENT, XPAY_DATE: '2027-01-04', XPAY_AMT: '30.00' }])
  expect(filled).toMatchObject({ rows: 1, taken: 1, repeated: 0, figures: { confirmed: 1 } })
  expect(await balances()).toEqual({ own: 7_000, plan: 0, transit: 0, paid: 3_000 })
  expect(await entries()).toEqual([
    { form: 'send', day: '2026-12-30', debit: 5102, credit: 500201, fen: 3_000 },
    { form: 'pay', day: '2027-01-04', debit: 5201, credit: 5102, fen: 3_000 },
  ])
  expect(await query('select paid_on::text, paid_fen::int from payments.confirmation')).toEqual([
    { paid_on: '2027-01-04', paid_fen: 3_000 },
  ])
  expect(await query('select paid_on from payments.payment')).toEqual([{ paid_on: null }])
  expect(await differences()).toEqual([])
})

test('both messages in one file, in either order, are one paid voucher', async () => {
  await arrange(here, { externalId: 'A1', fen: 10_000n })
  const paid = { ...SENT, XPAY_DATE: '2026-12-31' }
  expect(await take([paid, SENT])).toMatchObject({ rows: 2, taken: 1, repeated: 1 })
  expect(await take([SENT, paid])).toMatchObject({ taken: 0, repeated: 2 })
  expect(await balances()).toMatchObject({ transit: 0, paid: 3_000 })
})

test('the bank paid less than the voucher: the rest goes back to where it came from', async () => {
  await arrange(here, { externalId: 'A1', fen: 10_000n })
  await take([SENT])
  await take([{ ...SENT, XPAY_DATE: '2026-12-31', XPAY_AMT: '20.00' }])
  expect(await balances()).toEqual({ own: 8_000, plan: 0, transit: 0, paid: 2_000 })
  expect((await entries()).at(-1)).toEqual({
    form: 'release',
    day: '2026-12-31',
    debit: 500201,
    credit: 5102,
    fen: 1_000,
  })
  expect(await differences()).toEqual([])
})

test('the same confirmation again changes nothing; another day or amount, or more than the voucher, is refused and nothing is stored', async () => {
  await arrange(here, { externalId: 'A1', fen: 10_000n })
  await take([SENT])
  expect(await faultsOf(take([{ ...SENT, XPAY_DATE: '2026-12-31', XPAY_AMT: '31.00' }]))).toEqual([
    'confirmation-exceeds',
  ])
  const filled = { ...SENT, XPAY_DATE: '2026-12-31', XPAY_AMT: '30.00', USE_DES: '工程款' }
  await take([filled])
  expect(await take([SENT, filled])).toMatchObject({ taken: 0, repeated: 2 })
  expect(await faultsOf(take([{ ...filled, XPAY_DATE: '2026-12-30' }]))).toEqual(['confirmation-changed'])
  expect(await faultsOf(take([{ ...filled, USE_DES: '别的' }]))).toEqual(['voucher-changed'])
  expect(await balances()).toMatchObject({ transit: 0, paid: 3_000 })
})

test('a voucher that waits for room is posted as paid when the bank has filled it in and room is made', async () => {
  await take([SENT])
  expect(await query('select reason from payments.unposted')).toEqual([{ reason: 'no-allotment' }])
  await take([{ ...SENT, XPAY_DATE: '2026-12-31' }])
  await arrange(here, { externalId: 'A1', fen: 10_000n })
  await here.run(SYSTEM, context => postWaiting(context, 2, 2026))
  expect(await entries()).toEqual([{ form: 'pay', day: '2026-12-31', debit: 5201, credit: 500201, fen: 3_000 }])
  expect(await differences()).toEqual([])
})

test('a confirmation whose day lies in a locked month stays in transit until the month is unlocked', async () => {
  await arrange(here, { externalId: 'A1', fen: 10_000n })
  await take([SENT])
  await here.ownerPool.query(`update ledger.book set locked_through = '2026-12-31'`)
  await take([{ ...SENT, XPAY_DATE: '2026-12-31' }])
  expect(await balances()).toMatchObject({ transit: 3_000, paid: 0 })
  expect(await differences()).toEqual([])
  await here.ownerPool.query(`update ledger.book set locked_through = null`)
  await here.run(SYSTEM, context => postWaiting(context, 2, 2026))
  expect(await balances()).toMatchObject({ transit: 0, paid: 3_000 })
})
