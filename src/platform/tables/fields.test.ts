import { expect, test } from 'vitest'
import { FaultList } from '../../kernel/refusal.ts'
import { ElementReader, type FieldReader, RowReader } from './fields.ts'

function on<T>(value: string | undefined, work: (reader: FieldReader) => T) {
  const faults = new FaultList()
  const reader = new RowReader([{ name: 'F', titles: ['字段'], required: true }], faults).at({ row: 7, cells: [value] })
  return {
    value: work(reader),
    faults: faults.faults.map(f => f.code),
    repairs: faults.repairs.map(r => [r.code, r.to]),
    first: faults.faults[0],
  }
}

test.each([
  ['12345.67', {}, 1234567n, [], []],
  ['１２．５０', {}, 1250n, [], [['amount-full-width', '12.50']]],
  ['0.001', {}, null, ['amount-decimals'], []],
  ['12,345.00', {}, null, ['amount-comma'], []],
  ['12，345', {}, null, ['amount-comma'], []],
  ['', {}, null, ['amount-empty'], []],
  [undefined, {}, null, ['amount-empty'], []],
  ['', { required: false }, null, [], []],
  ['壹佰', {}, null, ['amount-not-a-number'], []],
  ['1e5', {}, null, ['amount-not-a-number'], []],
  ['0', {}, null, ['amount-not-positive'], []],
  ['-1', {}, null, ['amount-not-positive'], []],
  ['-1', { sign: 'non-negative' }, null, ['amount-negative'], []],
  ['0', { sign: 'non-negative' }, 0n, [], []],
  ['-1.5', { sign: 'any' }, -150n, [], []],
  ['99999999999999', {}, null, ['amount-too-large'], []],
  ['1.234567', { unit: '万元' }, 1234567n, [], []],
] as const)('the amount %s (%o) is %s fen with faults %s', (text, rule, fen, faults, repairs) => {
  const read = on(text, reader => reader.money('F', rule))
  expect(read.value).toBe(fen)
  expect(read.faults).toEqual(faults)
  expect(read.repairs).toEqual(repairs)
})

test.each([
  ['2018-02-28', '2018-02-28', []],
  ['2018年2月28日', '2018-02-28', []],
  ['20180228', '2018-02-28', []],
  ['20180228093000123', '2018-02-28', []],
  ['２０１８-02-28', '2018-02-28', []],
  ['2018-02-30', null, ['date-impossible']],
  ['20180230', null, ['date-impossible']],
  ['2018/13/01', null, ['date-impossible']],
  ['二月', null, ['date-not-a-date']],
  ['43159', null, ['date-not-a-date']],
])('the date %s is %s with faults %s', (text, date, faults) => {
  const read = on(text, reader => reader.date('F', { required: true }))
  expect([read.value, read.faults]).toEqual([date, faults])
})

test('every sentence names row, field and value in both languages', () => {
  const { first } = on('12,345.00', reader => reader.money('F'))
  expect(first).toMatchObject({ row: 7, field: 'F', value: '12,345.00' })
  expect(first!.zh).toBe('第 7 行 F（字段）“12,345.00”含有千分位逗号，请去掉逗号（把单元格格式设为不带千分位）。')
  expect(first!.en).toBe(
    'Row 7, F（字段） "12,345.00": holds a thousands comma; remove it (format the cells without separators).',
  )
})

test('codes are looked up, unknown ones named by what they are', () => {
  const known = new Map([['990101000', 5]])
  const rule = { fault: 'unknown-division', zh: '财政区划', en: 'division' }
  expect(on('990101000', r => r.code('F', known, rule)).value).toBe(5)
  expect(on('９９0101000', r => r.code('F', known, rule))).toMatchObject({
    value: 5,
    repairs: [['code-full-width', '990101000']],
  })
  const unknown = on('990199000', r => r.code('F', known, rule))
  expect(unknown.faults).toEqual(['unknown-division'])
  expect(unknown.first!.zh).toContain('不是已登记的财政区划')
  expect(on('', r => r.code('F', known, rule)).faults).toEqual(['field-missing'])
})

test('flags, integers and text', () => {
  for (const yes of ['1', '是', 'y', 'TRUE', '１']) expect(on(yes, r => r.flag('F')).value).toBe(true)
  for (const no of ['2', '否', 'N']) expect(on(no, r => r.flag('F')).value).toBe(false)
  expect(on('也许', r => r.flag('F')).faults).toEqual(['flag-unknown'])
  expect(on('2018', r => r.integer('F', { min: 1994, max: 2100 })).value).toBe(2018)
  expect(on('1890', r => r.integer('F', { min: 1994 })).faults).toEqual(['integer-out-of-range'])
  expect(on('1.5', r => r.integer('F')).faults).toEqual(['integer-not-a-number'])
  expect(on('x'.repeat(11), r => r.text('F', { maxLength: 10 })).faults).toEqual(['text-too-long'])
  for (const bad of ['a\0b', 'a\uD800b']) expect(on(bad, r => r.text('F')).faults).toEqual(['text-unprintable'])
  expect(on('两行\n文字😀', r => r.text('F')).value).toBe('两行\n文字😀')
  expect(on('', r => r.text('F', { required: true })).faults).toEqual(['field-missing'])
})

test('personal data is masked in sentences', () => {
  const { first } = on('990101199001011234', r => r.text('F', { personal: true, maxLength: 5 }))
  expect(JSON.stringify(first)).not.toContain('199001')
})

test('a detail of a voucher is named by both numbers', () => {
  const faults = new FaultList()
  new ElementReader(faults).at(3, { PayAmt: 'x' }, 2).money('PayAmt')
  expect(faults.faults[0]!.zh).toMatch(/^第 3 张凭证第 2 条明细 PayAmt“x”/)
})
