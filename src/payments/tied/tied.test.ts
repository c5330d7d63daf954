import { afterAll, beforeEach, expect, test } from 'vitest'
import { testInstallation } from '../../../test/database.ts'
import '../../beneficiaries/part.ts'
import { SYSTEM } from '../../kernel/actor.ts'
import { clockAt } from '../../kernel/clock.ts'
import type { Tx } from '../../platform/database/transaction.ts'
import type { Installation } from '../../platform/installation.ts'
import { importer } from '../import-payments.ts'
import { detail, message, voucher } from '../messages/test-messages.ts'
import { arrange, county, type TestRow, table } from '../test-fixture.ts'
import { clearedVouchers, clearingPage, hangingOn, looseEnds, matchRates, tiePage } from './read.ts'

let here: Installation
const opened: Installation[] = []
beforeEach(async () => {
  here = await testInstallation({ clock: clockAt('2026-06-30') })
  opened.push(here)
  await county(here)
})
afterAll(async () => {
  for (const one of opened) await one.close()
})

const take = (...vouchers: string[]) => importer.run(here.run, SYSTEM, { source: message(vouchers), division: null })
const rows = (...some: TestRow[]) => importer.run(here.run, SYSTEM, { source: table(some), division: null })
const read = <T>(work: (tx: Tx) => Promise<T>) => here.run(SYSTEM, ({ tx }) => work(tx), { readOnly: true })
const idOf = async (no: string): Promise<string> =>
  String((await here.ownerPool.query('select id from payments.payment where voucher_no = $1', [no])).rows[0].id)

test('a payment’s page knows where the money came from and what became of it: refund, re-issue, adjustment, clearing, people', async () => {
  await arrange(here, { externalId: 'L1', fen: 100_000n })
  await arrange(here, { externalId: 'L2', fen: 100_000n, agency: '102001' })
  await take(voucher(5201, { BgtId: 'L1', XPayDate: null }), voucher(8207))
  expect(await read(async tx => hangingOn(tx, 2, await idOf('V1')))).toMatchObject({ inTransit: true })
  await take(voucher(5201, { BgtId: 'L1' }), voucher(2301))
  await take(voucher(5253))
  await take(voucher(2252, { VouDate: '20260312', PayAmt: '8.00' }))
  await take(
    voucher(5201, {
      BgtId: 'L1',
      VoucherNo: 'V8',
      VouDate: '20260321',
      PayAmt: '8.00',
      PayeeAcctNo: '62000000000088888',
    }),
  )
  const payment = await idOf('V1')
  const found = await read(tx => hangingOn(tx, 2, payment))
  expect(found).toMatchObject({
    source: { level: 'county', documentNumber: '样财农〔2026〕1号', division: '样例县' },
    confirmation: { paidOn: '2026-03-10', paidFen: '3000' },
    inTransit: false,
    clearings: [{ voucherNo: 'C1', amountFen: '3000' }],
    lists: [{ listNo: 'L1', people: 2, sumFen: '3000' }],
  })
  expect(found!.ties.map(tie => [tie.kind, tie.payment?.voucherNo ?? tie.adjustment?.voucherNo, tie.proposed])).toEqual(
    [
      ['adjustment', 'A1', false],
      ['refund', 'R2', false],
      ['reissue', 'V8', true],
    ],
  )
  const again = await read(async tx => hangingOn(tx, 2, await idOf('V8')))
  expect(again!.ties).toMatchObject([{ kind: 'reissue', original: { voucherNo: 'R2' } }])
  const page = await read(tx => tiePage(tx, 2, 2026, {}))
  expect(page.counts).toMatchObject({ refund: 1, reissue: 1, adjustment: 1, proposed: 1, untied: 0, waiting: 0 })
  expect((await read(tx => tiePage(tx, 2, 2026, { state: 'proposed' }))).rows).toHaveLength(1)
  expect((await read(tx => tiePage(tx, 2, 2026, { kind: 'refund' }))).rows).toMatchObject([
    { payment: { voucherNo: 'R2' }, original: { voucherNo: 'V1' } },
  ])
})

test('refunds and adjustments that found no payment are listed with the number that they name and the reason', async () => {
  await take(voucher(2203, { OriBillNo: 'NOWHERE' }), voucher(5253))
  expect(await read(tx => looseEnds(tx, 2, 2026))).toMatchObject([
    { kind: 'refund', voucherNo: 'R1', originalNo: 'NOWHERE', amountFen: '-3000', reason: 'no-allotment' },
    { kind: 'adjustment', voucherNo: 'A1', originalNo: 'V1', amountFen: '1000', reason: 'no-original' },
  ])
})

test('a clearing receipt says of each voucher whether it is here with the same amount', async () => {
  await arrange(here, { externalId: 'L1', fen: 100_000n })
  await take(voucher(5201, { BgtId: 'L1' }), voucher(5201, { BgtId: 'L1', VoucherNo: 'V5', PayAmt: '4.00' }))
  await take(
    voucher(2301, { SumAmt: '50.00' }, [
      detail(2301, {}),
      detail(2301, { OriVoucherNo: 'V5', PayAmt: '5.00' }),
      detail(2301, { OriVoucherNo: 'V6', PayAmt: '15.00' }),
    ]),
  )
  const { rows: receipts } = await read(tx => clearingPage(tx, 2, 2026, { open: 'yes' }))
  expect(receipts).toMatchObject([{ voucherNo: 'C1', vouchers: 3, agreeing: 1, differing: 1, missing: 1 }])
  expect((await read(tx => clearedVouchers(tx, 2, receipts[0]!.id, undefined))).rows).toMatchObject([
    { voucherNo: 'V1', clearedFen: '3000', hereFen: '3000', paidOn: '2026-03-10' },
    { voucherNo: 'V5', clearedFen: '500', hereFen: '400' },
    { voucherNo: 'V6', clearedFen: '1500', hereFen: null, payment: null },
  ])
})

test('rates of matching are told by month and source, beside the mean of the months before', async () => {
  await arrange(here, { externalId: 'L1', fen: 1_000_000n })
  const month = (m: string, good: number, bad: number) =>
    Array.from({ length: good + bad }, (_, n) => ({
      PAY_CERT_NO: `${m}-${n}`,
      VOU_DATE: `2026-${m}-05`,
      XPAY_DATE: `2026-${m}-05`,
      ...(n < good ? { BGT_ID: 'L1' } : { PRO_CODE: 'P9' }),
    }))
  await rows(...month('01', 10, 0), ...month('02', 9, 1), ...month('03', 4, 6))
  expect(await read(tx => matchRates(tx, 2, 2026))).toMatchObject([
    { month: '2026-03', source: 'command', payments: 10, byId: 4, unmatched: 6, share: 40, before: 95 },
    { month: '2026-02', share: 90, before: 100 },
    { month: '2026-01', share: 100, before: null },
  ])
})
