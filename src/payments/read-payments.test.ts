import fc from 'fast-check'
import iconv from 'iconv-lite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { yuan } from '../kernel/money.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import { textRow, workbook } from '../platform/tables/test-workbook.ts'
import { paymentsImporter } from './import-payments.ts'
import { arrange, county, DIVISION, table } from './test-fixture.ts'

let here: Installation
const small = paymentsImporter({ sliceLines: 7 })
const query = async (text: string, values: unknown[] = []) => (await here.ownerPool.query(text, values)).rows
const take = (content: Buffer | string, fileName = 'file') =>
  small.run(here.run, SYSTEM, { source: memorySource(content, fileName), division: null })
const codes = (work: Promise<unknown>): Promise<string[]> =>
  work.then(
    () => [],
    error => {
      if (!(error instanceof Refusal)) throw error
      return error.faults.map(fault => fault.code)
    },
  )
const countPayments = async () => (await query('select count(*)::int as n from payments.payment'))[0].n

beforeAll(async () => {
  here = await testInstallation()
  await county(here)
  await arrange(here, { externalId: 'A1', fen: 1_000_000n })
})
afterAll(() => here.close())

const element = (name: string, value: string) => `<${name}>${value}</${name}>`
const voucher = (fields: Record<string, string>, details: Record<string, string>[] = [{ VoucherBillId: '1' }]) =>
  `<Voucher>${Object.entries({
    Id: '1',
    AdmDivCode: DIVISION.slice(0, 6),
    StYear: '2026',
    VtCode: '5201',
    VouDate: '20260301',
    AgencyCode: '101001',
    PayAmt: '1.00',
    PayeeAcctNo: '6200000000000099999',
    PayeeAcctName: '样例建筑公司',
    XPayDate: '20260302',
    PaySummaryName: '工程款',
    ...fields,
  })
    .map(([name, value]) => element(name, value))
    .join('')}<DetailList>${details
    .map(detail =>
      element(
        'Detail',
        Object.entries(detail)
          .map(([name, value]) => element(name, value))
          .join(''),
      ),
    )
    .join('')}</DetailList></Voucher>`
const message = (encoding: string, ...vouchers: string[]) =>
  `<?xml version="1.0" encoding="${encoding}"?>\n<MOF>${vouchers.join('\n')}</MOF>`

describe('voucher messages', () => {
  test('many vouchers in GBK are read: direct and authorised payment, document number and project', async () => {
    const outcome = await take(
      iconv.encode(
        message(
          'GBK',
          voucher({ VoucherNo: 'X1', FileNoName: '样财农[2026]1号', DepProCode: 'P1', ExpFuncCode: '2130504' }),
          voucher({ VoucherNo: 'X2', VtCode: '8202', XPayDate: '', XPayAmt: '0.00' }),
        ),
        'gbk',
      ),
    )
    expect(outcome).toMatchObject({ rows: 2, taken: 2, figures: { posted: 1, 'no-allotment': 1 } })
    expect(
      await query(
        `select voucher_type, voucher_no, vouched_on, paid_on, document_number, purpose, match from payments.payment order by voucher_no`,
      ),
    ).toEqual([
      {
        voucher_type: 5201,
        voucher_no: 'X1',
        vouched_on: '2026-03-01',
        paid_on: '2026-03-02',
        document_number: '样财农〔2026〕1号',
        purpose: '工程款',
        match: 'by-elements',
      },
      {
        voucher_type: 8202,
        voucher_no: 'X2',
        vouched_on: '2026-03-01',
        paid_on: null,
        document_number: null,
        purpose: '工程款',
        match: 'none',
      },
    ])
  })

  test('a voucher whose details carry amounts is as many lines, and they must sum to its header', async () => {
    const details = [
      { PayAmt: '1.50', Remark: '第一标段' },
      { PayAmt: '2.50', Remark: '第二标段' },
    ]
    expect(await codes(take(message('UTF-8', voucher({ VoucherNo: 'X3', PayAmt: '4.01' }, details))))).toEqual([
      'voucher-details-sum',
    ])
    await take(message('UTF-8', voucher({ VoucherNo: 'X3', PayAmt: '4.00' }, details)))
    expect(
      await query(`select line_no, amount_fen, purpose from payments.payment where voucher_no = 'X3' order by 1`),
    ).toEqual([
      { line_no: 1, amount_fen: 150n, purpose: '第一标段' },
      { line_no: 2, amount_fen: 250n, purpose: '第二标段' },
    ])
  })

  test('what the bank paid counts where it differs, and that is said', async () => {
    const outcome = await take(message('UTF-8', voucher({ VoucherNo: 'X4', PayAmt: '5.00', XPayAmt: '4.00' })))
    expect(outcome.repairs).toMatchObject([{ code: 'amount-by-bank', row: 1, value: '5.00', to: '4.00' }])
    expect(await query(`select amount_fen from payments.payment where voucher_no = 'X4'`)).toEqual([
      { amount_fen: 400n },
    ])
  })

  test.each([
    [
      'other messages mixed in',
      message('UTF-8', voucher({ VoucherNo: 'Y1', VtCode: '9999' })),
      ['voucher-type-unsupported'],
    ],
    [
      'no voucher number and an impossible day',
      message('UTF-8', voucher({ VouDate: '20180230' })),
      ['field-missing', 'date-impossible'],
    ],
    ['a truncated message', message('UTF-8', voucher({ VoucherNo: 'Y1' })).slice(0, -40), ['xml-truncated']],
    ['a DOCTYPE', '<?xml version="1.0"?><!DOCTYPE MOF [<!ENTITY a "b">]><MOF></MOF>', ['xml-doctype']],
    ['a web page', '<html><body>登录</body></html>', ['xml-not-a-table']],
    ['nothing', '', ['file-empty']],
    ['a zip that is no workbook', Buffer.from('PK\u0003\u0004 and nothing behind it'), ['xlsx-corrupt']],
    [
      'a table without its columns',
      'MOF_DIV_CODE,FISCAL_YEAR,VOU_DATE\r\n990101000,2026,2026-01-01\r\n',
      ['column-missing', 'column-missing'],
    ],
    ['a header and no row', 'MOF_DIV_CODE,FISCAL_YEAR,PAY_CERT_NO,VOU_DATE,PAY_AMT\r\n', ['rows-missing']],
    ['another table', '甲,乙\r\n1,2\r\n', ['header-missing']],
    [
      'bytes of no encoding',
      Buffer.concat([
        Buffer.from('MOF_DIV_CODE,FISCAL_YEAR,PAY_CERT_NO,VOU_DATE,PAY_AMT\r\n990101000,2026,'),
        Buffer.from([0xff, 0xff, 0x0d, 0x0a]),
      ]),
      ['encoding-unreadable'],
    ],
  ])('%s: refused with a sentence, nothing stored', async (_, content, expected) => {
    const before = await countPayments()
    expect(await codes(take(content))).toEqual(expected)
    expect(await countPayments()).toBe(before)
    expect(
      await query(
        'select (select count(*) from payments.staged) + (select count(*) from payments.staged_account) as n',
      ),
    ).toEqual([{ n: 0n }])
  })
})

describe('tables', () => {
  test('a workbook with Chinese headers is read, as is such a CSV in GB18030; rows marked as deleted are passed over', async () => {
    const sheet = await workbook([
      {
        name: '支付凭证',
        rows: [
          textRow(
            1,
            '财政区划代码',
            '年度',
            '支付凭证号',
            '凭证日期',
            '支付金额',
            '收款人账号',
            '收款人全称',
            '是否删除',
            '支付方式代码',
          ),
          textRow(2, DIVISION, '2026', 'Z1', '2026-03-01', '7.00', '6200000000000099999', '样例建筑公司', '2', '2'),
          textRow(3, DIVISION, '2026', 'Z2', '2026-03-01', '7.00', '6200000000000099999', '样例建筑公司', '1', '1'),
        ].join(''),
      },
    ])
    expect(await take(sheet)).toMatchObject({ rows: 2, taken: 1, figures: { deleted: 1 } })
    expect(await query(`select voucher_type, voucher_no from payments.payment where voucher_no like 'Z%'`)).toEqual([
      { voucher_type: 8202, voucher_no: 'Z1' },
    ])
    const csv = iconv.encode(
      `财政区划代码,年度,支付凭证号,凭证日期,支付金额\r\n${DIVISION},2026,Z3,2026年3月1日,7.00\r\n`,
      'gb18030',
    )
    expect(await take(csv)).toMatchObject({ taken: 1 })
  })

  test('payment applications are read by their own names, and wait for the bank', async () => {
    const csv = `MOF_DIV_CODE,FISCAL_YEAR,PAY_APP_NO,CREATE_DATE,PAY_APP_AMT,BGT_ID\r\n${DIVISION},2026,Q1,2026-03-01,7.00,A1\r\n`
    expect(await take(csv)).toMatchObject({ taken: 1, figures: { 'not-paid': 1 } })
  })
})

test('whatever the files hold: what is posted and what waits tie to their total, to the fen, and no line is overdrawn', async () => {
  const row = fc.record({
    line: fc.constantFrom('L1', 'L2', 'L3', 'unknown', ''),
    fen: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 5_000 }) },
      { weight: 1, arbitrary: fc.integer({ min: -4_000, max: -1 }) },
    ),
    day: fc.integer({ min: 1, max: 9 }),
    paid: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  })
  for (const externalId of ['L1', 'L2', 'L3'])
    await arrange(here, { externalId, fen: 9_000n, project: 'P2', agency: '102001' })
  let file = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(row, { minLength: 1, maxLength: 25 }), { minLength: 1, maxLength: 3 }),
      async files => {
        const round = ++file
        let total = 0n
        for (const [n, rows] of files.entries()) {
          const outcome = await small.run(here.run, SYSTEM, {
            source: table(
              rows.map((one, i) => ({
                PAY_CERT_NO: `R${round}-${n}-${i}`,
                BGT_ID: one.line,
                PAY_AMT: yuan(BigInt(one.fen)),
                VOU_DATE: `2026-04-0${one.day}`,
                XPAY_DATE: one.paid ? `2026-04-0${one.day}` : '',
              })),
            ),
            division: null,
          })
          total += rows.reduce((sum, one) => sum + BigInt(one.fen), 0n)
          expect(outcome.taken).toBe(rows.length)
        }
        const [sums] = await query(
          `select coalesce(sum(p.amount_fen), 0)::bigint as all, count(*) filter (where (o.payment is null) = (u.payment is null))::int as lost,
           coalesce(sum(p.amount_fen) filter (where u.payment is not null), 0)::bigint as waiting,
           coalesce(sum(e.amount_fen * case e.form when 'refund' then -1 else 1 end), 0)::bigint as posted
         from payments.payment p left join payments.posting o on o.division = p.division and o.payment = p.id
         left join ledger.published_entry e on e.division = o.division and e.batch = o.batch and e.line = o.line
         left join payments.unposted u on u.division = p.division and u.payment = p.id where p.voucher_no like $1`,
          [`R${round}-%`],
        )
        expect(sums).toMatchObject({ all: total, lost: 0 })
        expect(sums.posted + sums.waiting).toBe(total)
        const [books] = await query(`select
        (select sum(case e.form when 'refund' then -1 else 1 end * e.amount_fen)::bigint from ledger.published_entry e where e.form in ('pay', 'refund')) as entries,
        (select sum(balance_fen)::bigint from ledger.published_balance where account = 5201) as balances`)
        expect(books.entries).toBe(books.balances)
      },
    ),
    { numRuns: 25 },
  )
})
