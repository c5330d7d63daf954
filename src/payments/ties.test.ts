import { afterAll, beforeEach, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import '../beneficiaries/part.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { importer } from './import-payments.ts'
import { detail, message, voucher } from './messages/test-messages.ts'
import { postWaiting } from './post-waiting.ts'
import { nameReissue, settleReissue } from './settle-reissue.ts'
import { arrange, county, table } from './test-fixture.ts'
import { paymentChecks } from './verify.ts'

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
const query = async (sql: string) => (await here.ownerPool.query(sql)).rows
const ties = () =>
  query(
    `select t.kind, p.voucher_no, o.voucher_no as original, t.found, t.proposed, t.exceeds from payments.tie t
     left join payments.payment p on p.division = t.division and p.id = t.payment
     join payments.payment o on o.division = t.division and o.id = t.original order by t.id`,
  )
const paid = async (line: bigint) =>
  Number(
    (
      await query(
        `select coalesce(sum(debit_fen - credit_fen), 0) as fen from ledger.balance where account = 5201 and allotment = ${line}`,
      )
    )[0].fen,
  )
const waiting = () =>
  query(
    'select p.voucher_no, u.reason from payments.unposted u join payments.payment p on p.division = u.division and p.id = u.payment order by 1',
  )
const differences = () =>
  here.run(SYSTEM, async ({ tx }) =>
    (await Promise.all(paymentChecks.map(check => check.run(tx)))).flatMap(one => one.differences),
  )
const BY_ID = { BgtId: 'L1' }

test('a refund that names its payment is tied to it, takes its line, and goes back there', async () => {
  const line = await arrange(here, { externalId: 'L1', fen: 10_000n })
  await take(voucher(5201, BY_ID))
  expect(await paid(line)).toBe(3_000)
  await take(voucher(2203, { PayAmt: '12.00' }))
  expect(await ties()).toEqual([
    { kind: 'refund', voucher_no: 'R1', original: 'V1', found: 'stated', proposed: false, exceeds: false },
  ])
  expect(await paid(line)).toBe(1_800)
  expect(await query(`select match, amount_fen::int from payments.payment where voucher_no = 'R1'`)).toEqual([
    { match: 'by-original', amount_fen: -1_200 },
  ])
  expect(await differences()).toEqual([])
})

test('payment and refund come in one file, the refund first', async () => {
  const line = await arrange(here, { externalId: 'L1', fen: 10_000n })
  const outcome = await take(voucher(2252, { VouDate: '20260312' }), voucher(5201, BY_ID))
  expect(outcome).toMatchObject({ rows: 2, taken: 2 })
  expect(await ties()).toMatchObject([{ voucher_no: 'R2', original: 'V1', found: 'stated' }])
  expect(await paid(line)).toBe(0)
  expect(await differences()).toEqual([])
})

test('a refund larger than its payment is kept and waits; together two may not bring back more than was paid', async () => {
  const line = await arrange(here, { externalId: 'L1', fen: 100_000n })
  await take(voucher(5201, BY_ID), voucher(5201, { ...BY_ID, VoucherNo: 'V9', PayAmt: '500.00' }))
  await take(voucher(2203, { PayAmt: '30.01' }))
  expect(await waiting()).toEqual([{ voucher_no: 'R1', reason: 'refund-exceeds' }])
  expect(await paid(line)).toBe(53_000)
  await take(voucher(2203, { VoucherNo: 'R5', PayAmt: '20.00' }), voucher(2203, { VoucherNo: 'R6', PayAmt: '10.01' }))
  expect(await waiting()).toEqual([
    { voucher_no: 'R1', reason: 'refund-exceeds' },
    { voucher_no: 'R6', reason: 'refund-exceeds' },
  ])
  expect(await paid(line)).toBe(51_000)
  await here.run(SYSTEM, context => postWaiting(context, 2, 2026))
  expect(await waiting()).toHaveLength(2)
  expect(await differences()).toEqual([])
})

test('a refund whose payment is not there waits, and is tied when the payment arrives', async () => {
  const line = await arrange(here, { externalId: 'L1', fen: 10_000n })
  await take(voucher(3208, { OriBillNo: 'V3' }))
  expect(await waiting()).toEqual([{ voucher_no: 'R3', reason: 'no-allotment' }])
  await take(voucher(5207, BY_ID))
  expect(await ties()).toMatchObject([{ voucher_no: 'R3', original: 'V3' }])
  expect(await waiting()).toEqual([])
  expect(await paid(line)).toBe(0)
  expect(await differences()).toEqual([])
})

test('a negative voucher without a word of its original is tied to the only payment like it, and to none of two', async () => {
  await arrange(here, { externalId: 'L1', fen: 100_000n })
  const rows = (...list: Parameters<typeof table>[0]) =>
    importer.run(here.run, SYSTEM, { source: table(list), division: null })
  await rows(
    { PAY_CERT_NO: 'N1', PAY_AMT: '7.00', BGT_ID: 'L1' },
    { PAY_CERT_NO: 'N2', PAY_AMT: '8.00', BGT_ID: 'L1' },
    { PAY_CERT_NO: 'N3', PAY_AMT: '8.00', BGT_ID: 'L1' },
  )
  await rows(
    { PAY_CERT_NO: 'T1', PAY_AMT: '-7.00', VOU_DATE: '2026-04-01', XPAY_DATE: '2026-04-01', BGT_ID: 'L1' },
    { PAY_CERT_NO: 'T2', PAY_AMT: '-8.00', VOU_DATE: '2026-04-01', XPAY_DATE: '2026-04-01', BGT_ID: 'L1' },
  )
  expect(await ties()).toMatchObject([{ kind: 'refund', voucher_no: 'T1', original: 'N1', found: 'alike' }])
  expect(await differences()).toEqual([])
})

test('what is paid again after a refund, to the same payee, amount and purpose, is proposed as its re-issue', async () => {
  await arrange(here, { externalId: 'L1', fen: 100_000n })
  await take(voucher(5201, BY_ID))
  await take(voucher(2252, { VouDate: '20260312' }))
  await take(
    voucher(5201, { ...BY_ID, VoucherNo: 'V7', VouDate: '20260320', PaySummaryName: '别的用途' }),
    voucher(5201, { ...BY_ID, VoucherNo: 'V8', VouDate: '20260321', PayeeAcctNo: '6200000000000088888' }),
  )
  expect((await ties()).filter(tie => tie.kind === 'reissue')).toEqual([
    { kind: 'reissue', voucher_no: 'V8', original: 'R2', found: 'alike', proposed: true, exceeds: false },
  ])
})

/** A refund, and a payment after it that may issue it again but names no line. */
const proposed = async () => {
  const line = await arrange(here, { externalId: 'L1', fen: 100_000n })
  await take(voucher(5201, BY_ID))
  await take(voucher(2252, { VouDate: '20260312' }))
  await take(voucher(5201, { VoucherNo: 'V8', VouDate: '20260321', PayeeAcctNo: '6200000000000088888' }))
  const [tie] = await query(`select id, payment, original from payments.tie where kind = 'reissue'`)
  return { line, tie: tie as { id: bigint; payment: bigint; original: bigint } }
}
const settle = (tie: bigint, agreed: boolean, requestKey = 'settle-01') =>
  here.run(SYSTEM, context =>
    settleReissue(context, { division: 2, tie, agreed, reason: '账号有误退回后重付', requestKey }),
  )
const refusedFor = (work: Promise<unknown>) =>
  work.then(
    () => [],
    error => (error instanceof Refusal ? error.faults.map(fault => fault.code) : Promise.reject(error)),
  )
const standing = () =>
  query(`select voucher_no, original_no, proposed from payments.published_tie where kind = 'reissue' order by id`)

test('a person agrees to a re-issue: it stands, and one that found no line takes that of the refund and is posted', async () => {
  const { line, tie } = await proposed()
  expect(await waiting()).toEqual([{ voucher_no: 'V8', reason: 'no-allotment' }])
  expect(await standing()).toEqual([{ voucher_no: 'V8', original_no: 'R2', proposed: true }])
  expect(await settle(tie.id, true)).toEqual({ waiting: false })
  expect(await standing()).toEqual([{ voucher_no: 'V8', original_no: 'R2', proposed: false }])
  expect(await query(`select match, allotment from payments.payment where voucher_no = 'V8'`)).toEqual([
    { match: 'by-original', allotment: line },
  ])
  expect(await paid(line)).toBe(3_000)
  expect(await settle(tie.id, true)).toEqual({ waiting: false })
  expect(await refusedFor(settle(tie.id, false, 'settle-02'))).toEqual(['tie-settled'])
  expect(await differences()).toEqual([])
})

test('a re-issue that is not agreed stands no more and is not proposed again; the right one is named by hand', async () => {
  const { tie } = await proposed()
  await settle(tie.id, false)
  await here.run(SYSTEM, context => postWaiting(context, 2, 2026))
  expect(await standing()).toEqual([])
  await take(voucher(5201, { ...BY_ID, VoucherNo: 'V9', VouDate: '20260322', PaySummaryName: '别的用途' }))
  const [right] = await query(`select id from payments.payment where voucher_no = 'V9'`)
  const [first] = await query(`select id from payments.payment where voucher_no = 'V1'`)
  const name = (payment: bigint, requestKey: string) =>
    here.run(SYSTEM, context =>
      nameReissue(context, { division: 2, refund: tie.original, payment, reason: '核对银行回单', requestKey }),
    )
  expect(await refusedFor(name(first.id, 'name-0001'))).toEqual(['not-a-reissue'])
  expect(await name(right.id, 'name-0002')).toEqual({ waiting: false })
  expect(await standing()).toEqual([{ voucher_no: 'V9', original_no: 'R2', proposed: false }])
  expect(await refusedFor(name(tie.payment, 'name-0003'))).toEqual(['already-reissued'])
  expect(await refusedFor(settle(9_999n, true, 'settle-09'))).toEqual(['tie-missing'])
})

test('an adjustment moves what was paid to the line where it belongs, on both sides, and leaves the payment as it was', async () => {
  const line = await arrange(here, { externalId: 'L1', fen: 10_000n })
  const right = await arrange(here, { externalId: 'L2', fen: 10_000n, agency: '102001' })
  await take(voucher(5201, BY_ID))
  const before = await query('select * from payments.payment')
  await take(voucher(5253))
  expect([await paid(line), await paid(right)]).toEqual([2_000, 1_000])
  expect(await query('select * from payments.payment')).toEqual(before)
  expect(
    await query(
      `select form, debit, credit, amount_fen::int as fen from ledger.published_entry where form = 'adjust-payment' order by line`,
    ),
  ).toEqual([
    { form: 'adjust-payment', debit: 500201, credit: 5201, fen: 1_000 },
    { form: 'adjust-payment', debit: 5201, credit: 500201, fen: 1_000 },
  ])
  expect(await differences()).toEqual([])
  // The same again changes nothing.
  expect(await take(voucher(5253))).toMatchObject({ taken: 0, repeated: 1 })
  expect(await paid(right)).toBe(1_000)
})

test('an adjustment waits for its payment and for room, each with its reason', async () => {
  const state = async () => (await query('select reason from payments.adjustment_waiting')).map(row => row.reason)
  await take(voucher(5253))
  expect(await state()).toEqual(['no-original'])
  await take(voucher(5201, BY_ID))
  expect(await state()).toEqual(['original-unposted'])
  const line = await arrange(here, { externalId: 'L1', fen: 10_000n })
  const look = () => here.run(SYSTEM, context => postWaiting(context, 2, 2026))
  await look()
  expect(await state()).toEqual(['no-allotment'])
  const right = await arrange(here, { externalId: 'L2', fen: 999n, agency: '102001' })
  await look()
  expect(await state()).toEqual(['beyond-available'])
  await here.ownerPool.query(
    'delete from payments.adjustment_waiting; delete from payments.adjustment; delete from payments.message',
  )
  await take(voucher(5253, { PayAmt: '9.99' }))
  expect(await state()).toEqual([])
  expect([await paid(line), await paid(right)]).toEqual([2_001, 999])
  await take(voucher(5253, { VoucherNo: 'A9', PayAmt: '30.01' }))
  expect(await state()).toEqual(['exceeds-original'])
})

test('a quota less what was paid is what is left, month by month', async () => {
  await arrange(here, { externalId: 'L1', fen: 10_000n })
  await take(
    voucher(5106, { SumAmt: '100.00' }, [
      detail(5106, { PayAmt: '60.00' }),
      detail(5106, { PayAmt: '40.00', SetMonth: '4' }),
    ]),
    voucher(8202, { ...BY_ID, VoucherNo: 'V2', ExpFuncCode: '2130504' }),
    voucher(5201, { ...BY_ID, ExpFuncCode: '2130504' }),
    voucher(2252, {
      OriVtCode: '8202',
      OriBillNo: 'V2',
      PayAmt: '5.00',
      VouDate: '20260405',
      XPayDate: '20260405',
      AgencyCode: '101001',
      ExpFuncCode: '2130504',
    }),
  )
  expect(
    await query(
      `select month, quota_fen::int as quota, paid_fen::int as paid from payments.published_quota_balance where month between 2 and 5 and voucher_type = 5106 order by 1`,
    ),
  ).toEqual([
    { month: 2, quota: 0, paid: 0 },
    { month: 3, quota: 6_000, paid: 3_000 },
    { month: 4, quota: 10_000, paid: 2_500 },
    { month: 5, quota: 10_000, paid: 2_500 },
  ])
})

test('clearing receipts and control totals stand with their vouchers, days, subjects and agencies', async () => {
  await take(voucher(2301), voucher(3503, {}, [detail(3503, { ActDate: '20260309', FundTypeCode: '11' })]))
  expect(
    await query('select original_no, amount_fen::int as fen, cleared_on::text from payments.published_clearing'),
  ).toEqual([{ original_no: 'V1', fen: 3_000, cleared_on: '2026-03-10' }])
  expect(
    await query(
      'select day::text, fund_code, function_subject, agency_code, payments::int, amount_fen::int as fen from payments.published_control_total',
    ),
  ).toEqual([
    { day: '2026-03-09', fund_code: '11', function_subject: '2130504', agency_code: '101001', payments: 1, fen: 3_000 },
  ])
})
