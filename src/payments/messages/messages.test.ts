import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import iconv from 'iconv-lite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testInstallation } from '../../../test/database.ts'
import '../../beneficiaries/part.ts'
import { SYSTEM } from '../../kernel/actor.ts'
import { clockAt } from '../../kernel/clock.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { Installation } from '../../platform/installation.ts'
import { ROOT } from '../../platform/root.ts'
import { importer } from '../import-payments.ts'
import { county } from '../test-fixture.ts'
import { MESSAGE_TYPES } from './description.ts'
import { messagesPage } from './page.ts'
import { detail, GOOD, message, text, voucher } from './test-messages.ts'
import { schemaOf, schemaTakes } from './test-schema.ts'
import { xsdOf } from './xsd.ts'

let here: Installation
const folder = mkdtempSync(join(tmpdir(), 'fundwatch-messages-'))
beforeAll(async () => {
  here = await testInstallation({ clock: clockAt('2026-06-30') })
  await county(here)
})
afterAll(async () => {
  await here?.close()
  rmSync(folder, { recursive: true })
})

const valid = (type: number, content: Buffer | string) => schemaTakes(folder, type, content)

const take = (vouchers: string[], encoding: 'UTF-8' | 'GBK' = 'UTF-8') =>
  importer.run(here.run, SYSTEM, { source: message(vouchers, encoding), division: null })
const faultsOf = (work: Promise<unknown>) =>
  work.then(
    () => [],
    error => (error instanceof Refusal ? error.faults : Promise.reject(error)),
  )
const stored = async () =>
  (
    await here.ownerPool.query(
      `select (select count(*) from payments.payment) + (select count(*) from payments.message) + (select count(*) from beneficiaries.list)
         + (select count(*) from payments.staged) + (select count(*) from payments.holder) + (select count(*) from beneficiaries.person) as n`,
    )
  ).rows[0].n

test.each(MESSAGE_TYPES.map(type => [type.code, type] as const))(
  'the schema of %s is that of its description',
  (code, type) => {
    expect(readFileSync(schemaOf(code), 'utf8')).toBe(xsdOf(type))
  },
)
test('the page about the messages is that of their description', () => {
  expect(readFileSync(join(ROOT, 'docs', 'treasury-messages.md'), 'utf8')).toBe(messagesPage())
})

/** What is wrong, the type, the voucher, the fault, and whether the schema can tell. */
type Bad = [what: string, type: number, vouchers: string[], code: string, schemaTells: boolean]
const BAD: Bad[] = [
  ['no division', 5201, [voucher(5201, { AdmDivCode: null })], 'field-missing', true],
  ['a malformed division', 5106, [voucher(5106, { AdmDivCode: '99' })], 'division-malformed', true],
  ['another province', 5201, [voucher(5201, { AdmDivCode: '880000000' })], 'division-unknown', false],
  ['another province, quota', 5108, [voucher(5108, { AdmDivCode: '880000' })], 'division-unknown', false],
  ['an unknown type', 5201, [voucher(5201, { VtCode: '9999' })], 'voucher-type-unsupported', true],
  ['no type', 5201, [voucher(5201, { VtCode: '' })], 'voucher-type-unsupported', true],
  ['no number', 2301, [voucher(2301, { VoucherNo: '' })], 'field-missing', true],
  ['a number that is too long', 5207, [voucher(5207, { VoucherNo: '9'.repeat(61) })], 'text-too-long', true],
  ['a day that does not exist', 5201, [voucher(5201, { VouDate: '20260431' })], 'date-impossible', true],
  ['the 29th of February of no leap year', 5201, [voucher(5201, { VouDate: '20260229' })], 'date-impossible', false],
  ['no day at all', 3503, [voucher(3503, { VouDate: '三月' })], 'date-not-a-date', true],
  ['a quota of the future', 5106, [voucher(5106, { VouDate: '20260701' })], 'date-in-future', false],
  ['paid in the future', 8202, [voucher(8202, { XPayDate: '20270101' })], 'date-in-future', false],
  [
    'control totals of the future',
    3510,
    [voucher(3510, {}, [detail(3510, { ActDate: '20270101' })])],
    'date-in-future',
    false,
  ],
  ['an amount with a comma', 5201, [voucher(5201, { PayAmt: '1,000.00' })], 'amount-comma', true],
  ['too many decimals', 5108, [voucher(5108, { SumAmt: '60.001' })], 'amount-decimals', true],
  ['no amount', 5201, [voucher(5201, { PayAmt: '' })], 'amount-empty', true],
  ['words for an amount', 8207, [voucher(8207, { SumAmt: '叁拾元' })], 'amount-not-a-number', true],
  ['nothing paid', 5201, [voucher(5201, { PayAmt: '0.00' })], 'amount-zero', true],
  ['a negative refund', 2203, [voucher(2203, { PayAmt: '-30.00' })], 'amount-not-positive', true],
  ['a negative refund by the payee’s bank', 2252, [voucher(2252, { PayAmt: '-1' })], 'amount-not-positive', true],
  ['a negative adjustment', 5253, [voucher(5253, { PayAmt: '-10.00' })], 'amount-not-positive', true],
  ['the bank paid the other way', 5201, [voucher(5201, { XPayAmt: '-30.00' })], 'paid-sign-differs', false],
  ['a refund that names no original', 3208, [voucher(3208, { OriBillNo: null })], 'field-missing', true],
  ['a refund before its payment', 2203, [voucher(2203, { OriPayDate: '20260311' })], 'refund-before-payment', false],
  [
    'details that do not sum to their header',
    5201,
    [voucher(5201, {}, [{ PayAmt: '10.00' }, { PayAmt: '19.99' }])],
    'voucher-details-sum',
    false,
  ],
  ['refund details that do not sum', 3208, [voucher(3208, {}, [{ PayAmt: '10.00' }])], 'voucher-details-sum', false],
  ['quotas that do not sum', 5106, [voucher(5106, { SumAmt: '99.00' })], 'voucher-details-sum', false],
  ['a list that does not sum', 8207, [voucher(8207, { SumAmt: '30.01' })], 'voucher-details-sum', false],
  ['clearing that does not sum', 2301, [voucher(2301, { SumAmt: '0' })], 'voucher-details-sum', false],
  ['totals that do not sum', 3505, [voucher(3505, { SumAmt: '31.00' })], 'voucher-details-sum', false],
  ['a quota without details', 5106, [voucher(5106, {}, [])], 'details-missing', true],
  ['a month that is none', 5106, [voucher(5106, {}, [detail(5106, { SetMonth: '13' })])], 'integer-out-of-range', true],
  [
    'a quota of no agency',
    5108,
    [voucher(5108, { SumAmt: '100.00' }, [detail(5108, { AgencyCode: '' })])],
    'field-missing',
    true,
  ],
  [
    'somebody without an account',
    8207,
    [voucher(8207, { SumAmt: '10.00' }, [detail(8207, { PayeeAcctNo: '' })])],
    'field-missing',
    true,
  ],
  [
    'a detail that stands twice',
    8207,
    [voucher(8207, { SumAmt: '20.00' }, [detail(8207, {}), detail(8207, {})])],
    'detail-repeated',
    false,
  ],
  ['an adjustment to nothing', 5253, [voucher(5253, { AgencyCode: null })], 'adjustment-empty', false],
  ['an unknown subject', 5201, [voucher(5201, { ExpFuncCode: '9999999' })], 'subject-unknown', false],
  [
    'a control character in a purpose',
    5201,
    [voucher(5201, { PaySummaryName: '&#127;工程款' })],
    'text-unprintable',
    false,
  ],
  ['one number, two amounts', 5201, [voucher(5201), voucher(5201, { PayAmt: '31.00' })], 'voucher-repeated', false],
  [
    'one number, two quotas',
    5106,
    [voucher(5106), voucher(5106, { SumAmt: '1.00' }, [detail(5106, { PayAmt: '1.00' })])],
    'voucher-repeated',
    false,
  ],
  ['one list, two contents', 8207, [voucher(8207), voucher(8207, { PayTypeCode: '2' })], 'voucher-repeated', false],
  [
    'a field that stands twice',
    5201,
    ['<Voucher><PayAmt>1</PayAmt><PayAmt>2</PayAmt></Voucher>'],
    'field-duplicated',
    true,
  ],
  ['a voucher without any field', 5201, ['<Voucher></Voucher>'], 'voucher-empty', true],
  [
    'an encoded voucher',
    5201,
    [`<Voucher>${Buffer.from('<VoucherNo>1</VoucherNo>').toString('base64')}</Voucher>`],
    'voucher-base64',
    true,
  ],
]

describe('a bad message gets its sentence, in both languages, and nothing of it is stored', () => {
  beforeAll(async () => {
    await here.ownerPool.query(
      `insert into funds.subject (kind, fiscal_year, code, name) values ('function', 2026, '2130504', '农村基础设施建设'), ('function', 2026, '2130505', '生产发展')`,
    )
  })
  test.each(BAD)('%s (%s)', async (what, type, vouchers, code, schemaTells) => {
    const faults = await faultsOf(take(vouchers))
    expect(faults.map(fault => fault.code)).toContain(code)
    const fault = faults.find(one => one.code === code)!
    expect(fault.row).toBeGreaterThan(0)
    expect(fault.zh).toMatch(/第 \d+ 张凭证|第 \d+ 行/)
    expect(fault.en).toMatch(/[a-z]/)
    expect(await stored(), what).toBe(0n)
    expect(valid(type, text(vouchers)), 'schema').toBe(!schemaTells)
  })
  test('one bad voucher keeps out the good ones beside it, and all faults are told at once', async () => {
    const bad = [
      voucher(5201),
      voucher(5106, { SumAmt: '1' }),
      voucher(2203, { PayAmt: '-1' }),
      voucher(8207, { SumAmt: '' }),
    ]
    expect((await faultsOf(take(bad))).map(fault => [fault.row, fault.code])).toEqual([
      [3, 'amount-not-positive'],
      [2, 'voucher-details-sum'],
      [4, 'amount-empty'],
    ])
    expect(await stored()).toBe(0n)
  })
})

describe('every type', () => {
  test.each(MESSAGE_TYPES.map(type => type.code))('%s: a good message is valid in UTF-8 and in GBK', type => {
    expect(valid(type, text([voucher(type)]))).toBe(true)
    expect(valid(type, iconv.encode(text([voucher(type), voucher(type, { VoucherNo: 'Z' })], 'GBK'), 'gbk'))).toBe(true)
  })
  test('an element that is not in the description is invalid, and the reader passes over it', async () => {
    const odd = [voucher(3512, { VoucherNo: 'ODD', Weather: 'fine' })]
    expect(valid(3512, text(odd))).toBe(false)
    expect(await take(odd)).toMatchObject({ taken: 1 })
  })
  test('many types in one file are taken in, and again say that they are known; another content is refused', async () => {
    const all = MESSAGE_TYPES.map(type => voucher(type.code))
    expect(Object.keys(GOOD)).toHaveLength(MESSAGE_TYPES.length)
    expect(await take(all, 'GBK')).toMatchObject({ rows: all.length, taken: all.length, repeated: 0 })
    expect(await take(all)).toMatchObject({ rows: all.length, taken: 0, repeated: all.length })
    const before = await stored()
    expect(
      (await faultsOf(take([voucher(5106, { SumAmt: '1.00' }, [detail(5106, { PayAmt: '1.00' })])]))).map(
        one => one.code,
      ),
    ).toEqual(['voucher-changed'])
    expect(await stored()).toBe(before)
  })
})
