import { describe, expect, test } from 'vitest'
import { Refusal } from '../../kernel/refusal.ts'
import { memorySource } from './memory-source.ts'
import { type Column, readTable, type TableLimits, type TableRow } from './table.ts'
import { pack, textRow, workbook, workbookParts } from './test-workbook.ts'
import { numberKind, numberText, serialDate } from './xlsx-number.ts'

const COLUMNS: Column[] = [
  { name: 'BGT_ID', titles: ['指标主键'], required: true },
  { name: 'AMOUNT', titles: ['金额'], required: true },
  { name: 'DOC_DATE', titles: ['发文时间'], required: false },
]
const HEAD = textRow(1, 'BGT_ID', '金额', '发文时间')

async function read(bytes: Buffer, limits?: Partial<TableLimits>) {
  const table = await readTable(memorySource(bytes, 'x.csv'), COLUMNS, { limits })
  const rows: TableRow[] = []
  for await (const chunk of table.rows) rows.push(...chunk)
  return { ...table, rows }
}
const readSheet = async (rows: string, after = '', more = {}) =>
  read(await workbook([{ name: '表', rows, after }], more))

async function refusal(promise: Promise<unknown>): Promise<Refusal> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('nothing was refused')
}
const codes = async (promise: Promise<unknown>) => (await refusal(promise)).faults.map(fault => fault.code)

describe('the cells of a workbook come out as the office program shows them', () => {
  test.each([
    ['12345.670000000001', '12345.67'],
    ['0.30000000000000004', '0.3'],
    ['1234567890123.45', '1234567890123.45'],
    ['1.5E-7', '0.00000015'],
    ['990101000', '990101000'],
    ['1E3', '1000'],
    ['-0', '0'],
    ['999999999999999', '999999999999999'],
  ])('the stored number %s is %s', (stored, shown) => {
    expect(numberText(stored)).toEqual({ text: shown })
  })

  test('a number of sixteen digits, and cents behind fourteen, have lost digits', () => {
    for (const stored of ['6222021234567890123', '1000000000000000', '12345678901234.56'])
      expect(numberText(stored)).toEqual({ problem: 'number-precision' })
  })

  test('days of both epochs, times, and the leap day that never was', () => {
    expect(serialDate('43159', false)).toEqual({ text: '2018-02-28' })
    expect(serialDate('41697', true)).toEqual({ text: '2018-02-28' })
    expect(serialDate('43159.395833333336', false)).toEqual({ text: '2018-02-28 09:30:00' })
    expect(serialDate('0.5', false)).toEqual({ text: '12:00:00' })
    expect(serialDate('1', false)).toEqual({ text: '1900-01-01' })
    expect(serialDate('60', false)).toEqual({ problem: 'date-impossible' })
    expect(serialDate('61', false)).toEqual({ text: '1900-03-01' })
  })

  test('formats that show a day are told from formats that only look like it', () => {
    for (const code of ['yyyy"年"m"月"', 'm/d', '[$-804]yyyy\\-mm', '[h]:mm'])
      expect(numberKind(170, code)).toBe('date')
    for (const code of ['[Red]0.00', '#,##0.00_);[Red](#,##0.00)', '0"days"', 'General', 'G/通用格式', '\\d0'])
      expect(numberKind(170, code)).toBe('number')
    expect(numberKind(31, undefined)).toBe('date')
    expect(numberKind(170, '000000000')).toEqual({ zeros: 9 })
  })

  test('shared, rich and phonetic text, styles, formulas, gaps and rows without numbers', async () => {
    const strings =
      '<si><t>甲&amp;乙</t></si><si><r><t>丙</t></r><r><rPr/><t xml:space="preserve"> 丁</t></r><rPh><t>bing</t></rPh></si><si><t>a_x000D_b</t></si>'
    const { rows, sheet } = await readSheet(
      `${HEAD}<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" s="3"><v>12345.670000000001</v></c><c r="C2" s="1"><v>43159</v></c></row>
       <row r="4"><c r="A4" t="s"><v>1</v></c><c r="B4"><f>SUM(B2)</f><v>3</v></c><c r="C4" s="2"><v>43159</v></c></row>
       <row><c s="4"><v>99000</v></c><c t="str"><f>A1</f><v>7</v></c><c t="d"><v>2018-02-28T00:00:00Z</v></c></row>
       <row r="6"><c r="A6" t="s"><v>2</v></c><c r="B6" t="b"><v>1</v></c></row><row r="7"><c r="A7" s="3"/></row>`,
      '',
      { strings },
    )
    expect(sheet).toBe('表')
    expect(rows).toEqual([
      { row: 2, cells: ['甲&乙', '12345.67', '2018-02-28'] },
      { row: 4, cells: ['丙 丁', '3', '2018-02-28'] },
      { row: 5, cells: ['000099000', '7', '2018-02-28'] },
      { row: 6, cells: ['a\rb', 'TRUE', ''] },
    ])
  })

  test('the first visible sheet with the header is read, below title lines and a header merged over two lines', async () => {
    const bytes = await workbook([
      { name: '旧', rows: HEAD + textRow(2, 'hidden', '1'), hidden: true },
      { name: '说明', rows: textRow(1, '填表说明') },
      {
        name: '数据',
        rows:
          textRow(1, '2018 年指标') +
          textRow(3, 'BGT_ID', '资金') +
          textRow(4, '', '金额', '发文时间') +
          textRow(5, 'A', '1'),
        after: '<mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="A3:A4"/></mergeCells>',
      },
    ])
    const table = await read(bytes)
    expect(table.sheet).toBe('数据')
    expect(table.rows).toEqual([{ row: 5, cells: ['A', '1', ''] }])
  })
})

describe('a bad workbook gets a sentence for each fault', () => {
  const good = () => workbook([{ name: '表', rows: HEAD + textRow(2, 'A', '1') }])

  test('cells that cannot be taken name row, column and mend; those of other columns do not matter', async () => {
    const r = await refusal(
      readSheet(
        `${textRow(1, 'BGT_ID', '金额', '发文时间', '备注')}<row r="2"><c r="A2"><v>6222021234567890123</v></c><c r="B2" t="e"><v>#REF!</v></c><c r="C2" s="1"><v>60</v></c><c r="D2" t="e"><v>#N/A</v></c></row>
         <row r="3"><c r="A3" t="inlineStr"><is><t>x</t></is></c><c r="B3"><f>1+1</f></c></row>${textRow(4, 'm', '5')}${textRow(5, '', '')}`,
        '<mergeCells><mergeCell ref="B4:B5"/></mergeCells>',
      ),
    )
    expect(r.faults.map(f => [f.code, f.row, f.field])).toEqual([
      ['number-precision', 2, 'BGT_ID'],
      ['cell-error', 2, '金额'],
      ['date-impossible', 2, '发文时间'],
      ['formula-without-value', 3, '金额'],
      ['cell-merged', 4, '金额'],
    ])
    expect(r.faults[0]!.zh).toContain('单元格 A2')
  })

  test.each([
    ['a zip that is not a workbook', () => pack({ 'readme.txt': 'x' }), 'xlsx-not-a-workbook'],
    [
      'a Word document',
      () => pack({ '[Content_Types].xml': '<Types/>', 'word/document.xml': '<w/>' }),
      'xlsx-not-a-workbook',
    ],
    [
      'an empty zip',
      async () => Buffer.concat([Buffer.from('504b0506', 'hex'), Buffer.alloc(18)]),
      'xlsx-not-a-workbook',
    ],
    ['a workbook cut off', async () => (await good()).subarray(0, 900), 'xlsx-corrupt'],
    ['a workbook with an empty sheet', () => workbook([{ name: '表', rows: '' }]), 'file-empty'],
    ['a workbook without the header', () => workbook([{ name: '表', rows: textRow(1, '甲', '乙') }]), 'header-missing'],
    [
      'a sheet cut off',
      () =>
        pack({
          ...workbookParts([{ name: '表', rows: '' }]),
          'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${HEAD}`,
        }),
      'xlsx-corrupt',
    ],
    [
      'a DOCTYPE in a sheet',
      () =>
        pack({
          ...workbookParts([{ name: '表', rows: '' }]),
          'xl/worksheets/sheet1.xml': '<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>',
        }),
      'xlsx-corrupt',
    ],
    [
      'a shared text that does not exist',
      () => workbook([{ name: '表', rows: `${HEAD}<row r="2"><c r="A2" t="s"><v>9</v></c></row>` }]),
      'xlsx-corrupt',
    ],
    ['rows out of order', () => workbook([{ name: '表', rows: HEAD + textRow(1, 'A', '1') }]), 'xlsx-corrupt'],
    [
      'a row beyond Excel',
      () => workbook([{ name: '表', rows: HEAD + textRow(1_048_577, 'A', '1') }]),
      'xlsx-too-large',
    ],
    [
      'a column beyond Excel',
      () => workbook([{ name: '表', rows: `${HEAD}<row r="2"><c r="XFE2"><v>1</v></c></row>` }]),
      'xlsx-corrupt',
    ],
  ])('%s', async (_, bytes, code) => {
    expect(await codes(read(await bytes()))).toEqual([code])
  })

  test('a changed byte is found by the checksum before a row is given out', async () => {
    const bytes = await pack(workbookParts([{ name: '表', rows: HEAD + textRow(2, 'A', '1') }]))
    const parts = await workbook([{ name: '表', rows: HEAD + textRow(2, 'A', '1') }])
    expect(bytes.equals(parts)).toBe(true)
    // The checksum in the directory of the sheet, last of the parts.
    const at = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]))
    bytes[at + 16]! ^= 1
    expect(await codes(read(bytes))).toEqual(['xlsx-corrupt'])
  })

  test('a zip bomb is stopped by ratio and by size, whatever sizes it claims', async () => {
    const blanks = ' '.repeat(100 * 1024 * 1024)
    const bomb = await workbook([{ name: '表', rows: HEAD + blanks }])
    expect(bomb.length).toBeLessThan(200_000)
    expect(await codes(read(bomb))).toEqual(['xlsx-too-large'])
    expect(await codes(read(bomb, { maxUnpackedRatio: 10_000, maxUnpackedBytes: 1024 * 1024 }))).toEqual([
      'xlsx-too-large',
    ])
  })

  test('a workbook of the limit’s size is refused', async () => {
    const bytes = await good()
    expect(await codes(read(bytes, { maxWorkbookBytes: bytes.length }))).toEqual(['file-too-large'])
    expect((await read(bytes, { maxWorkbookBytes: bytes.length + 1 })).rows).toHaveLength(1)
  })
})
