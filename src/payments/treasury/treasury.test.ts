import { afterAll, beforeEach, expect, test } from 'vitest'
import { testInstallation } from '../../../test/database.ts'
import '../../beneficiaries/part.ts'
import { SYSTEM } from '../../kernel/actor.ts'
import { clockAt } from '../../kernel/clock.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { Installation } from '../../platform/installation.ts'
import { memorySource } from '../../platform/tables/memory-source.ts'
import { importer } from '../import-payments.ts'
import { detail, message, voucher } from '../messages/test-messages.ts'
import { arrange, county, DIVISION, type TestRow, table } from '../test-fixture.ts'
import { compareVouchers, type OurVoucher, type TheirVoucher } from './compare-vouchers.ts'
import { cutOffPage } from './cut-off.ts'
import { treasuryTotalsImporter } from './import-totals.ts'
import { daysOf, totalsPage } from './reconcile-totals.ts'
import { reconcileVouchers, vouchersPage } from './reconcile-vouchers.ts'
import { totalsSheet, vouchersSheet } from './sheets.ts'

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

const take = (...rows: TestRow[]) => importer.run(here.run, SYSTEM, { source: table(rows), division: null })
const tell = (...vouchers: string[]) => importer.run(here.run, SYSTEM, { source: message(vouchers), division: null })
const sheet = (text: string) =>
  treasuryTotalsImporter.run(here.run, SYSTEM, { source: memorySource(text, '国库对账表.csv'), division: null })
const HEADINGS = '财政区划代码,年度,日期,功能科目,单位代码,笔数,金额,支付凭证号'
const rowsOf = (...rows: string[]) => `${HEADINGS}\n${rows.map(row => `${DIVISION},2026,${row}`).join('\n')}\n`
const totals = (state?: 'differing') =>
  here.run(SYSTEM, context => totalsPage(context, 2, 2026, daysOf(2026, {}), { state }), { readOnly: true })
const vouchers = () =>
  here.run(SYSTEM, context => vouchersPage(context, 2, 2026, daysOf(2026, {}), {}), { readOnly: true })
const cutOff = (on?: string) => here.run(SYSTEM, context => cutOffPage(context, 2, 2026, { on }), { readOnly: true })
const cells = async (sheetOf: { rows: AsyncIterable<readonly unknown[][]> | Iterable<readonly unknown[][]> }) => {
  const all: unknown[][] = []
  for await (const chunk of sheetOf.rows) all.push(...chunk)
  return all
}
const PAID = { BGT_ID: 'L1', EXP_FUNC_CODE: '2130504', VOU_DATE: '2026-03-09', XPAY_DATE: '2026-03-10' }
const CONTROL = { VouDate: '20260310' }

test('a control total of the day that agrees in amount and number is shown as agreeing', async () => {
  await arrange(here, { externalId: 'L1', fen: 100_000n })
  await take({ ...PAID, PAY_AMT: '30.00' })
  await tell(voucher(3503, CONTROL))
  expect(await totals()).toMatchObject({ told: 1, agreeing: 1, differing: 0, untold: 0 })
})

test('totals are compared by day, subject and agency; what no total speaks of is listed by day', async () => {
  await arrange(here, { externalId: 'L1', fen: 100_000n })
  await take(
    { ...PAID, PAY_CERT_NO: 'V1', PAY_AMT: '30.00' },
    { ...PAID, PAY_CERT_NO: 'V2', PAY_AMT: '5.00', XPAY_DATE: '2026-03-11' },
    { ...PAID, PAY_CERT_NO: 'V3', PAY_AMT: '7.00', EXP_FUNC_CODE: '2130599' },
  )
  await tell(voucher(3503, { ...CONTROL, SumAmt: '31.00' }, [detail(3503, { PayAmt: '31.00' })]))
  expect((await totals()).rows).toMatchObject([
    {
      day: '2026-03-10',
      voucherType: 3503,
      state: 'amount-differs',
      functionSubject: '2130504',
      agency: '101001',
      agencyName: '样例县水利局',
      hereFen: '3000',
      thereFen: '3100',
    },
    { day: '2026-03-11', state: 'untold', hereFen: '500', hereCount: 1, thereFen: null },
    { day: '2026-03-10', state: 'untold', hereFen: '700' },
  ])
})

test('a corrected total takes the place of the one before, which is kept', async () => {
  await arrange(here, { externalId: 'L1', fen: 100_000n })
  await take({ ...PAID, PAY_AMT: '30.00' })
  await tell(voucher(3503, { ...CONTROL, SumAmt: '31.00' }, [detail(3503, { PayAmt: '31.00' })]))
  expect(await totals()).toMatchObject({ differing: 1 })
  await tell(voucher(3503, { ...CONTROL, VoucherNo: 'D9' }))
  expect(await totals()).toMatchObject({ told: 1, agreeing: 1 })
  expect((await here.ownerPool.query('select 1 from payments.control_total')).rows).toHaveLength(2)
})

test('a voucher that is missing, one that is doubled and one that was changed are each found by the treasury’s list', async () => {
  await arrange(here, { externalId: 'L1', fen: 100_000n })
  await take(
    { ...PAID, PAY_CERT_NO: 'SAME', PAY_AMT: '10.00' },
    { ...PAID, PAY_CERT_NO: 'CHANGED', PAY_AMT: '20.00' },
    { ...PAID, PAY_CERT_NO: 'TWICE', PAY_AMT: '40.00', USE_DES: '材料款' },
    { ...PAID, PAY_CERT_NO: 'TWICE-AGAIN', PAY_AMT: '40.00', USE_DES: '材料款' },
    { ...PAID, PAY_CERT_NO: 'LATER', PAY_AMT: '3.00', XPAY_DATE: '2026-03-12' },
    { ...PAID, PAY_CERT_NO: 'UNDERWAY', PAY_AMT: '4.00', XPAY_DATE: '' },
    { ...PAID, PAY_CERT_NO: 'OURS', PAY_AMT: '9.00' },
  )
  const subject = '2130504,101001,'
  await sheet(
    rowsOf(
      `2026-03-10,${subject},10.00,SAME`,
      `2026-03-10,${subject},25.00,CHANGED`,
      `2026-03-10,${subject},40.00,TWICE`,
      `2026-03-10,${subject},60.00,MISSING`,
      `2026-03-10,${subject},3.00,LATER`,
      `2026-03-10,${subject},4.00,UNDERWAY`,
      `2026-03-12,${subject},3.00,LISTED`,
      `2026-03-12,${subject},3.00,LISTED`,
    ),
  )
  const found = await vouchers()
  expect(found).toMatchObject({ agreeing: 2, listedDays: 2 })
  expect(
    found.rows.map(row => [row.day.slice(8), row.voucherNo, row.reason, row.hereFen, row.thereFen, row.hereOn]),
  ).toEqual([
    ['12', 'LISTED', 'missing-here', null, '600', null],
    ['12', 'LATER', 'missing-there', '300', null, null],
    ['10', 'CHANGED', 'amount-differs', '2000', '2500', null],
    ['10', 'LATER', 'other-day', '300', '300', '2026-03-12'],
    ['10', 'MISSING', 'missing-here', null, '6000', null],
    ['10', 'UNDERWAY', 'unconfirmed', '400', '400', null],
    ['10', 'OURS', 'missing-there', '900', null, null],
    ['10', 'TWICE-AGAIN', 'doubled-here', '4000', null, null],
  ])
  // The list is also the day's total, by subject and agency.
  expect((await totals('differing')).rows).toMatchObject([
    { day: '2026-03-12', hereFen: '300', thereFen: '600' },
    { day: '2026-03-10', hereFen: '11900', thereFen: '14200' },
  ])
})

test('more differences than can be looked at are refused with what to ask for instead, and nothing is left out in silence', async () => {
  await arrange(here, { externalId: 'L1', fen: 100_000n })
  await take({ ...PAID, PAY_CERT_NO: 'ONE', PAY_AMT: '10.00' }, { ...PAID, PAY_CERT_NO: 'TWO', PAY_AMT: '20.00' })
  await sheet(rowsOf('2026-03-10,2130504,101001,,60.00,MISSING'))
  const look = (most: number) =>
    here.run(SYSTEM, ({ tx }) => reconcileVouchers(tx, 2, 2026, daysOf(2026, {}), most), { readOnly: true })
  expect((await look(3)).differences).toHaveLength(3)
  const refusal = await look(2).catch((error: Refusal) => error)
  expect(refusal).toBeInstanceOf(Refusal)
  expect((refusal as Refusal).faults).toMatchObject([
    {
      code: 'reconcile-too-many',
      field: 'from',
      zh: expect.stringContaining('超过 2 张'),
      en: expect.stringContaining('fewer days'),
    },
  ])
})

test('where the treasury sends totals alone, vouchers that may explain a difference are pointed out', async () => {
  await arrange(here, { externalId: 'L1', fen: 100_000n })
  await take(
    { ...PAID, PAY_CERT_NO: 'A', PAY_AMT: '30.00' },
    { ...PAID, PAY_CERT_NO: 'B', PAY_AMT: '30.00' },
    { ...PAID, PAY_CERT_NO: 'C', PAY_AMT: '8.00', XPAY_DATE: '2026-03-11' },
    { ...PAID, PAY_CERT_NO: 'UNDERWAY', PAY_AMT: '12.34', XPAY_DATE: '' },
  )
  await tell(
    voucher(3503, CONTROL),
    voucher(3503, { VouDate: '20260311', VoucherNo: 'D9', SumAmt: '20.34' }, [detail(3503, { PayAmt: '20.34' })]),
  )
  const { rows } = await vouchers()
  expect(rows.map(row => [row.voucherNo, row.reason])).toEqual([
    ['C', 'unlisted'],
    ['A', 'perhaps'],
    ['B', 'perhaps-doubled'],
    ['UNDERWAY', 'unconfirmed'],
  ])
})

test('clearing receipts serve as the treasury’s list of a day without one, each for the payments that it clears', async () => {
  await arrange(here, { externalId: 'L1', fen: 100_000n })
  await take({ ...PAID, PAY_CERT_NO: 'V1', PAY_AMT: '30.00' }, { ...PAID, PAY_CERT_NO: 'V2', PAY_AMT: '1.00' })
  await tell(voucher(2301), voucher(8202, { VoucherNo: 'W1', BgtId: 'L1' }))
  expect((await vouchers()).rows).toMatchObject([{ voucherNo: 'V2', reason: 'missing-there' }])
})

test('the sheets that are carried away hold the same rows as the pages', async () => {
  await arrange(here, { externalId: 'L1', fen: 100_000n })
  await take({ ...PAID, PAY_CERT_NO: 'V1', PAY_AMT: '30.00' })
  await sheet(rowsOf('2026-03-10,,,1,31.00,', '2026-03-10,2130504,101001,,31.00,V1'))
  const days = daysOf(2026, {})
  const out = await here.run(
    SYSTEM,
    async ({ tx }) => [
      await cells(await totalsSheet(tx, 2, 2026, days, 'differing')),
      await cells(await vouchersSheet(tx, 2, 2026, days, {})),
    ],
    { readOnly: true },
  )
  expect(out).toMatchObject([
    [['2026-03-10', '9002', '', '', '', '金额不符', 1, 1, 3_000n, 3_100n, -100n]],
    [['2026-03-10', '金额不符', '5201', 'V1', null, '样例建筑公司', '101001', '2130504', 3_000n, 3_100n, -100n]],
  ])
})

test('the same table again is counted as repeated; a bad day, division or amount is a sentence each, and nothing is stored', async () => {
  const good = rowsOf('2026-03-10,,,1,31.00,')
  expect(await sheet(good)).toMatchObject({ rows: 1, taken: 1, repeated: 0 })
  expect(await sheet(good)).toMatchObject({ rows: 1, taken: 0, repeated: 1 })
  const bad = `${HEADINGS}\n${DIVISION},2026,2028-01-01,,,1,31.00,\n999999999,2026,2026-01-01,,,1,1.00,\n${DIVISION},2026,2026-01-01,,,1,一百,\n`
  const refused = await sheet(bad).catch(error => error)
  expect(refused).toBeInstanceOf(Refusal)
  expect(refused.faults.map((fault: { code: string }) => fault.code)).toEqual([
    'date-in-future',
    'division-unknown',
    'amount-not-a-number',
  ])
  expect((await here.ownerPool.query('select 1 from payments.control_total')).rows).toHaveLength(1)
})

test('lines of one voucher in the list are one voucher; a line that stands there twice is doubled there', () => {
  const ours: OurVoucher = {
    day: '2026-03-10',
    type: 5201,
    no: 'V1',
    payment: '1',
    payee: null,
    agency: null,
    subject: null,
    purpose: null,
    fen: 30n,
  }
  const theirs = (fen: bigint): TheirVoucher => ({
    day: ours.day,
    type: null,
    no: 'V1',
    agency: null,
    subject: null,
    fen,
  })
  expect(compareVouchers([ours], [theirs(10n), theirs(20n)])).toEqual({ agreeing: 1, differences: [] })
  expect(compareVouchers([ours], [theirs(30n), theirs(30n)]).differences).toMatchObject([{ reason: 'doubled-there' }])
  expect(compareVouchers([ours], [theirs(30n), theirs(5n)]).differences).toMatchObject([{ reason: 'amount-differs' }])
})

test('the cut-off list of 31 December is what lay on 5102 that day, by agency and fund, and says what was paid later', async () => {
  await arrange(here, { externalId: 'L1', fen: 100_000n })
  await arrange(here, { externalId: 'L2', agency: '102001', fen: 100_000n })
  const sent = { VOU_DATE: '2026-12-30', XPAY_DATE: '' }
  const late = { ...sent, PAY_CERT_NO: 'LATE', BGT_ID: 'L1', PAY_AMT: '30.00' }
  const less = { ...sent, PAY_CERT_NO: 'LESS', BGT_ID: 'L1', PAY_AMT: '10.00' }
  const quick = { ...sent, PAY_CERT_NO: 'QUICK', BGT_ID: 'L1', PAY_AMT: '5.00' }
  const still = { ...sent, PAY_CERT_NO: 'STILL', BGT_ID: 'L2', AGENCY_CODE: '102001', PAY_AMT: '7.00' }
  await take(late, less, quick, still)
  await take({ ...quick, XPAY_DATE: '2026-12-31' })
  const ledger = Number(
    (await here.ownerPool.query('select sum(debit_fen - credit_fen) as fen from ledger.balance where account = 5102'))
      .rows[0].fen,
  )
  const before = await cutOff()
  expect(before).toMatchObject({ on: '2026-12-31', totals: { vouchers: 3, transitFen: '4700', stillFen: '4700' } })
  expect(Number(before.totals.transitFen)).toBe(ledger)
  await take({ ...late, XPAY_DATE: '2027-01-05' }, { ...less, XPAY_DATE: '2027-01-06', XPAY_AMT: '8.00' })
  const after = await cutOff()
  expect(after.totals).toEqual({
    vouchers: 3,
    transitFen: '4700',
    paidFen: '3800',
    releasedFen: '200',
    stillFen: '700',
  })
  expect(after.groups.map(group => [group.agency, group.fund, group.transitFen, group.stillFen])).toEqual([
    ['样例县水利局', '财政专项扶贫资金', '4000', '0'],
    ['样例县农业局', '财政专项扶贫资金', '700', '700'],
  ])
  expect(after.rows.find(row => row.voucherNo === 'LESS')).toMatchObject({ paidOn: '2027-01-06', releasedFen: '200' })
  expect((await cutOff('2026-12-30')).totals.vouchers).toBe(4)
  expect((await cutOff('2027-01-06')).totals.vouchers).toBe(1)
})
