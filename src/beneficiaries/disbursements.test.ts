import { afterAll, beforeEach, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import { importer as payments } from '../payments/import-payments.ts'
import { detail, message, voucher } from '../payments/messages/test-messages.ts'
import { arrange, county, DIVISION } from '../payments/test-fixture.ts'
import type { Installation } from '../platform/installation.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import { textRow, workbook } from '../platform/tables/test-workbook.ts'
import { disbursements } from './import-disbursements.ts'
import './part.ts'
import { disbursementPage, listPage } from './read.ts'
import { beneficiaryChecks } from './verify.ts'

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

const send = (...vouchers: string[]) => payments.run(here.run, SYSTEM, { source: message(vouchers), division: null })
const bring = (content: Buffer | string, fileName = 'list.csv') =>
  disbursements.run(here.run, SYSTEM, { source: memorySource(content, fileName), division: null })
const query = async (sql: string) => (await here.ownerPool.query(sql)).rows
const codes = (work: Promise<unknown>): Promise<string[]> =>
  work.then(
    () => [],
    error => (error instanceof Refusal ? error.faults.map(fault => fault.code) : Promise.reject(error)),
  )
const nothing = async () =>
  expect(
    await query(
      'select (select count(*)::int from beneficiaries.list) as lists, (select count(*)::int from beneficiaries.disbursement) as rows, (select count(*)::int from beneficiaries.person) as people, (select count(*)::int from beneficiaries.account) as accounts',
    ),
  ).toEqual([{ lists: 0, rows: 0, people: 0, accounts: 0 }])
const joined = () =>
  query(
    'select l.list_no, p.voucher_no from beneficiaries.list l left join beneficiaries.list_payment j on j.division = l.division and j.list = l.id left join payments.payment p on p.division = j.division and p.id = j.payment order by 1',
  )

const IDENTITY = '99010119900101123X'
const ACCOUNT = '6200000000000000077'
const HEADER = [
  '区划代码',
  '年度',
  '支付凭证号',
  '姓名',
  '身份证号',
  '发放月份',
  '应发金额',
  '实发金额',
  '按户或按人',
  '乡镇',
  '行政村',
  '银行账号',
  '联系电话',
  '备注',
]
const ROWS = [
  [
    DIVISION,
    '2026',
    'V1',
    '样例甲',
    IDENTITY,
    '03',
    '12.00',
    '10.00',
    '户',
    '样例镇',
    '甲村',
    ACCOUNT,
    '13900000001',
    '',
  ],
  [DIVISION, '2026', 'V1', '样例乙', '', '全年', '', '20.00', '人', '样例镇', '乙村', ACCOUNT, '', '补发'],
]
const csv = (rows: string[][]) => [HEADER, ...rows].map(row => row.join(',')).join('\r\n')

test('a list comes with its voucher in one file and hangs on payment and allotment', async () => {
  const line = await arrange(here, { externalId: 'L1', fen: 10_000n })
  expect(await send(voucher(8207), voucher(5201, { BgtId: 'L1' }))).toMatchObject({ rows: 2, taken: 2, repeated: 0 })
  expect(await joined()).toEqual([{ list_no: 'L1', voucher_no: 'V1' }])
  await here.run(SYSTEM, async ({ tx }) => {
    const page = await disbursementPage(tx, 2, { allotment: String(line) })
    expect(page).toMatchObject({ count: 2, amountFen: '3000', next: null })
    expect(page.rows[1]).toMatchObject({
      name: '样例乙',
      account: '6200****0011',
      amountFen: '2000',
      bankPaidOn: '2026-03-11',
      bankPaidFen: '2000',
    })
    expect(await disbursementPage(tx, 2, { payment: page.rows[0]!.payment! })).toEqual(page)
    expect((await disbursementPage(tx, 2, {})).rows).toEqual([])
  })
})

test('a list whose voucher is not there yet waits, and is joined when it arrives', async () => {
  await send(voucher(8207))
  expect(await joined()).toEqual([{ list_no: 'L1', voucher_no: null }])
  expect(await here.run(SYSTEM, ({ tx }) => listPage(tx, 2, 2026, { waiting: 'yes' }))).toMatchObject({
    rows: [{ payment: null, sumFen: '3000', rows: 2 }],
  })
  await send(voucher(5201))
  expect(await joined()).toEqual([{ list_no: 'L1', voucher_no: 'V1' }])
})

test('a list that is not its voucher’s amount is refused, whether the voucher is known or comes with it, and nothing is stored', async () => {
  const list = voucher(8207, { SumAmt: '10.00' }, [detail(8207, {})])
  expect(await codes(send(list, voucher(5201)))).toEqual(['list-total'])
  await nothing()
  expect(await query('select count(*)::int as n from payments.payment')).toEqual([{ n: 0 }])
  await send(voucher(5201))
  expect(await codes(send(list))).toEqual(['list-total'])
  expect(await codes(bring(csv([ROWS[0]!])))).toEqual(['list-total'])
  await nothing()
})

test('what the bank fills in later is kept beside the rows, once', async () => {
  await send(voucher(5201), voucher(8207))
  const filled = voucher(8207, { XPayDate: '20260312', XSumAmt: '20.00' }, [
    detail(8207, { XPayDate: '20260312', XPayAmt: '0.00', XAddWord: '账号户名不符' }, 0),
    detail(8207, {}, 1),
  ])
  const again = { ...voucher }
  expect(again).toBeDefined()
  expect(await send(filled)).toMatchObject({ taken: 1 })
  expect(await send(filled.replace('<XSumAmt>', '<Hold1>x</Hold1><XSumAmt>'))).toMatchObject({ taken: 0, repeated: 1 })
  expect(
    await query(
      'select paid_on::text, paid_fen::int as fen, said from beneficiaries.bank_result order by disbursement',
    ),
  ).toEqual([
    { paid_on: '2026-03-12', fen: 0, said: '账号户名不符' },
    { paid_on: '2026-03-11', fen: 2_000, said: null },
  ])
})

test('a table of people is taken in as CSV, XLSX and JSON lines, and each again is known', async () => {
  await send(voucher(5201))
  expect(await bring(csv(ROWS))).toMatchObject({ rows: 2, taken: 2, repeated: 0, figures: { lists: 1 } })
  const xlsx = await workbook([
    { name: '发放清单', rows: [HEADER, ...ROWS].map((row, n) => textRow(n + 1, ...row)).join('') },
  ])
  expect(await bring(xlsx, 'list.xlsx')).toMatchObject({ rows: 2, taken: 0, repeated: 2 })
  const lines = ROWS.map(row => JSON.stringify(Object.fromEntries(row.map((cell, n) => [HEADER[n], cell])))).join('\n')
  expect(await bring(lines, 'list.jsonl')).toMatchObject({ rows: 2, taken: 0, repeated: 2 })
  expect(
    await query(
      'select month, due_fen::int as due, amount_fen::int as fen, by_household, village, person_name, identity, account_masked, allotment from beneficiaries.published_disbursement order by line_no',
    ),
  ).toEqual([
    {
      month: 3,
      due: 1_200,
      fen: 1_000,
      by_household: true,
      village: '甲村',
      person_name: '样例甲',
      identity: '9901****123X',
      account_masked: '6200****0077',
      allotment: null,
    },
    {
      month: 0,
      due: 2_000,
      fen: 2_000,
      by_household: false,
      village: '乙村',
      person_name: '样例乙',
      identity: null,
      account_masked: '6200****0077',
      allotment: null,
    },
  ])
  expect(await joined()).toMatchObject([{ voucher_no: 'V1' }])
  expect(await codes(bring(csv([ROWS[0]!, ROWS[1]!.with(7, '19.00'), ROWS[1]!.with(7, '1.00')])))).toEqual([
    'list-changed',
  ])
})

test('no table holds an identity number, an account or a telephone number in the clear', async () => {
  await bring(csv(ROWS))
  const tables = await query(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('beneficiaries', 'payments', 'platform') and c.relkind = 'r'`,
  )
  for (const { name } of tables) {
    const [{ n }] = await query(
      `select count(*)::int as n from ${name} t where t::text ~ '${IDENTITY}|${ACCOUNT}|13900000001'`,
    )
    expect(n, name).toBe(0)
  }
  expect(await query('select count(*)::int as n from beneficiaries.account')).toEqual([{ n: 1 }])
  const [sealed] = await query('select ciphertext from beneficiaries.person where digest is not null')
  expect(here.vault.decrypt(sealed.ciphertext).toString()).toBe(IDENTITY)
})

test.each([
  ['no name', ROWS[0]!.with(3, ''), 'payee-missing'],
  ['a month that is none', ROWS[0]!.with(5, '13'), 'month-malformed'],
  ['nothing paid', ROWS[0]!.with(7, '0'), 'amount-zero'],
  ['another province', ROWS[0]!.with(0, '880000000'), 'division-unknown'],
  ['no voucher', ROWS[0]!.with(2, ''), 'field-missing'],
])('a row with %s refuses the file', async (_, row, code) => {
  expect(await codes(bring(csv([row, ROWS[1]!])))).toEqual([code])
  await nothing()
})

test.each([
  ['a line that is no object', '{"MOF_DIV_CODE":"1"', 'json-line-malformed'],
  [
    'an account written as a number',
    `{"MOF_DIV_CODE":"${DIVISION}","FISCAL_YEAR":2026,"PAY_CERT_NO":"V1","PAY_AMT":1,"PAYEE_ACCT_NO":6200000000000000077}`,
    'json-value',
  ],
  [
    'an object for a value',
    `{"MOF_DIV_CODE":"${DIVISION}","FISCAL_YEAR":{},"PAY_CERT_NO":"V1","PAY_AMT":1}`,
    'json-value',
  ],
  ['no amount column', `{"MOF_DIV_CODE":"${DIVISION}","FISCAL_YEAR":2026,"PAY_CERT_NO":"V1"}`, 'column-missing'],
])('JSON lines with %s are refused', async (_, line, code) => {
  expect(await codes(bring(line, 'list.jsonl'))).toContain(code)
  await nothing()
})

test('the rows of a list sum to what the list says', async () => {
  await bring(csv(ROWS))
  for (const check of beneficiaryChecks)
    expect(await here.run(SYSTEM, ({ tx }) => check.run(tx))).toMatchObject({ checked: 1, count: 0 })
  await here.ownerPool.query('update beneficiaries.list set sum_fen = 1')
  expect(await here.run(SYSTEM, ({ tx }) => beneficiaryChecks[0]!.run(tx))).toMatchObject({ count: 1 })
})
