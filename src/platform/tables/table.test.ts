import { Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { FaultList, Refusal } from '../../kernel/refusal.ts'
import { CsvScanner } from './csv-reader.ts'
import { memorySource } from './memory-source.ts'
import {
  type Column,
  type ReadTableOptions,
  readTable,
  type TableRow,
  type TableSource,
  tablePreview,
} from './table.ts'

const COLUMNS: Column[] = [
  { name: 'BGT_ID', titles: ['指标主键', '指标编号'], required: true },
  { name: 'MOF_DIV_CODE', titles: ['财政区划代码'], required: true },
  { name: 'AMOUNT', titles: ['金额'], required: true },
  { name: 'USE_DES', titles: ['用途'], required: false },
]

async function all(source: TableSource, options: ReadTableOptions = {}) {
  const table = await readTable(source, COLUMNS, options)
  const rows: TableRow[] = []
  for await (const chunk of table.rows) rows.push(...chunk)
  return { ...table, rows }
}
const read = (text: string | Buffer, options?: ReadTableOptions) =>
  all(memorySource(Buffer.from(text as string)), options)

async function refusal(promise: Promise<unknown>): Promise<Refusal> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('nothing was refused')
}
const codes = (r: Refusal) => r.faults.map(fault => fault.code)
const HEAD = 'BGT_ID,MOF_DIV_CODE,AMOUNT,USE_DES\n'

describe('a CSV is read whatever office program wrote it', () => {
  const text = '指标主键,财政区划代码,金额,用途\r\nA1,990101000,12.50,"水渠, 修""建""\n二期"\r\n\r\nA2,990102000,3,\r\n'
  const expected = [
    { row: 2, cells: ['A1', '990101000', '12.50', '水渠, 修"建"\n二期'] },
    { row: 4, cells: ['A2', '990102000', '3', ''] },
  ]
  test.each([
    ['UTF-8', 'utf-8', Buffer.from(text)],
    ['UTF-8 with a byte-order mark', 'utf-8-bom', Buffer.from(`\uFEFF${text}`)],
    ['GB18030', 'gb18030', iconv.encode(text, 'gb18030')],
    ['GBK', 'gb18030', iconv.encode(text, 'gbk')],
  ])('%s', async (_, encoding, bytes) => {
    const table = await all(memorySource(bytes))
    expect(table).toMatchObject({ format: 'csv', encoding, unknownHeaders: [] })
    expect(table.rows).toEqual(expected)
  })

  test('a character may be cut in two by any border of chunks, in every encoding', async () => {
    const long = `${HEAD}A1,990101000,1,扶贫𠀀资金€㐂\n`
    for (const bytes of [Buffer.from(long), Buffer.from(`\uFEFF${long}`), iconv.encode(long, 'gb18030')])
      for (const piece of [1, 2, 3, 5, 7])
        expect((await all(memorySource(bytes, 'x.csv', piece))).rows[0]!.cells[3]).toBe('扶贫𠀀资金€㐂')
  })

  test('tabs, semicolons, lone carriage returns and the form ="001" are understood', async () => {
    expect((await read('BGT_ID\tMOF_DIV_CODE\tAMOUNT\rA,1\t2\t3\r')).rows).toEqual([
      { row: 2, cells: ['A,1', '2', '3', undefined] },
    ])
    expect((await read('sep=;\nBGT_ID;MOF_DIV_CODE;AMOUNT\nA;="0042";3')).rows).toEqual([
      { row: 3, cells: ['A', '0042', '3', undefined] },
    ])
  })

  test('the header may have titles above it, the ministry’s form, other brackets, blanks, and codes over names', async () => {
    const table = await read(
      '2018 年专项资金指标表,,,\n制表：王,,,\nbgt_id（指标主键）,* 财政区划代码,金额（元）,备注栏\n指标主键,财政区划代码,金额,备注栏\nA1,990101000,5,x\n',
    )
    expect(table.headers).toEqual(['bgt_id（指标主键）', '* 财政区划代码', '金额（元）', '备注栏'])
    expect(table.unknownHeaders).toEqual(['备注栏'])
    expect(table.rows).toEqual([{ row: 5, cells: ['A1', '990101000', '5', undefined] }])
  })

  test('the preview shows the first rows and stops there', async () => {
    const preview = await tablePreview(memorySource(`${HEAD}${'A,1,2,x\n'.repeat(5000)}`), COLUMNS, 3)
    expect(preview.rows.map(row => row.row)).toEqual([2, 3, 4])
    expect(preview.faults).toEqual([])
  })

  test('records are split as csv-parse splits them', () => {
    const field = fc
      .array(fc.constantFrom('a', '中', '"', ',', '\n', '\r\n', ' ', '😀'), { maxLength: 6 })
      .map(s => s.join(''))
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        (rows, piece) => {
          const text = `${rows.map(row => row.map(value => `"${value.replaceAll('"', '""')}"`).join(',')).join('\n')}\n`
          const scanner = new CsvScanner(',', 1_000_000, new FaultList())
          for (let at = 0; at < text.length; at += piece) scanner.push(text.slice(at, at + piece))
          scanner.end()
          const ours = scanner.take().map(row => row.cells)
          expect(ours).toEqual(rows)
          expect(ours).toEqual(parse(text, { relaxColumnCount: true, skipEmptyLines: false, recordDelimiter: '\n' }))
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('a bad CSV gets a sentence for each fault', () => {
  test.each([
    ['an empty file', '', 'file-empty'],
    ['a file of blanks', ' \r\n\r\n', 'file-empty'],
    ['a header without rows', HEAD, 'rows-missing'],
    ['a wrong header', '姓名,年龄\n张,3\n', 'header-missing'],
    ['an XML message', '<?xml version="1.0"?><MOF/>', 'xml-not-a-table'],
    ['a web page named .xls', '<html><table></table></html>', 'xml-not-a-table'],
    ['UTF-16 with a mark', Buffer.from(`\uFEFF${HEAD}`, 'utf16le'), 'encoding-utf16'],
    ['UTF-16 without a mark', Buffer.from(HEAD, 'utf16le'), 'encoding-utf16'],
    ['a PDF', Buffer.from('%PDF-1.7\n…'), 'file-not-a-table'],
    ['an old XLS', Buffer.from('d0cf11e0a1b11ae100000000', 'hex'), 'xls-old-format'],
    ['a nil byte', `${HEAD}A,1,2,x\0y\n`, 'nul-byte'],
    [
      'bytes of no encoding',
      Buffer.concat([Buffer.from(HEAD), Buffer.from([0x41, 0xff, 0xff, 0x0a])]),
      'encoding-unreadable',
    ],
    [
      'UTF-8 with a broken byte',
      Buffer.concat([Buffer.from(`${HEAD}财政专项资金动态监控平台`), Buffer.from([0xff])]),
      'encoding-unreadable',
    ],
    [
      'UTF-8 cut inside a character',
      Buffer.from(`${HEAD}A,1,2,财政专项资金动态监控平台`).subarray(0, -1),
      'file-truncated',
    ],
    ['an open quote', `${HEAD}A,1,2,"x\n`, 'file-truncated'],
    ['a last row cut off', `${HEAD}A,1,2,x\nB,1`, 'file-truncated'],
    ['text after a closing quote', `${HEAD}A,1,2,"x"y\n`, 'quote-stray'],
    ['a row with too many cells', `${HEAD}A,1,2,x,y\n`, 'row-too-wide'],
    ['an amount headed in 万元', '指标主键,财政区划代码,金额（万元）\nA,1,2\n', 'column-unit'],
    ['a column twice', 'BGT_ID,MOF_DIV_CODE,AMOUNT,金额\nA,1,2,3\n', 'column-duplicated'],
  ])('%s', async (_, text, code) => {
    const r = await refusal(read(text))
    expect(codes(r)).toEqual([code])
    expect(r.faults[0]!.zh).toMatch(/[；。]/)
    expect(r.faults[0]!.en.length).toBeGreaterThan(20)
  })

  test('every missing column is named by its code and its Chinese title, all at once', async () => {
    const r = await refusal(read('用途,BGT_ID\nx,A\n'))
    expect(r.faults.map(f => [f.code, f.row, f.field])).toEqual([
      ['column-missing', 1, 'MOF_DIV_CODE'],
      ['column-missing', 1, 'AMOUNT'],
    ])
    expect(r.faults[0]!.zh).toContain('MOF_DIV_CODE（财政区划代码）')
  })

  test('a file of exactly 300 MB is refused before it is opened, and one that lies about its size while it is read', async () => {
    const unopened: TableSource = {
      fileName: 'x.csv',
      size: 300 * 1024 * 1024,
      open: () => {
        throw new Error('opened')
      },
    }
    const r = await refusal(all(unopened))
    expect(r.kind).toBe('too-large')
    expect(r.faults[0]!.zh).toContain('300 MB')
    const lying: TableSource = { ...memorySource(`${HEAD}${'A,1,2,x\n'.repeat(3000)}`), size: 10 }
    expect(codes(await refusal(all(lying, { limits: { maxBytes: 20_000 } })))).toEqual(['file-too-large'])
    expect(codes(await refusal(read(HEAD, { limits: { maxBytes: HEAD.length } })))).toEqual(['file-too-large'])
    expect(codes(await refusal(read(HEAD, { limits: { maxBytes: HEAD.length + 1 } })))).toEqual(['rows-missing'])
  })

  test('faults of rows are gathered together, and join the list that is handed in', async () => {
    const text = `${HEAD}A,1,2,x,y\nB,1,2,"x"y\nC,1,2,"x`
    expect(codes(await refusal(read(text)))).toEqual(['quote-stray', 'row-too-wide', 'file-truncated'])
    const faults = new FaultList()
    await read(text, { faults })
    expect(faults.count).toBe(3)
  })

  test('a line of millions of characters is refused, quoted or not', async () => {
    for (const open of ['', '"']) {
      const r = await refusal(read(`${HEAD}A,1,2,${open}${'x'.repeat(2_000_000)}`))
      expect(r.faults.at(-1)).toMatchObject({ code: 'line-too-long', row: 2 })
    }
  })

  test('GB18030 that breaks off far down is refused by its line', async () => {
    const bytes = Buffer.concat([
      iconv.encode(`${HEAD}${'A,1,2,水利\n'.repeat(50_000)}`, 'gb18030'),
      Buffer.from([0x81, 0x20, 0x0a]),
    ])
    const r = await refusal(all(memorySource(bytes)))
    expect(r.faults[0]).toMatchObject({ code: 'encoding-unreadable', row: 50_002 })
  })

  test('more rows than the limit are refused', async () => {
    expect(codes(await refusal(read(`${HEAD}${'A,1,2,x\n'.repeat(50)}`, { limits: { maxRows: 20 } })))).toEqual([
      'too-many-rows',
    ])
  })
})

test('a CSV of 200,000 rows streams through a bounded heap', async () => {
  setFlagsFromString('--expose_gc')
  const gc = runInNewContext('gc') as () => void
  const line = (i: number) => `BGT${i},990101000,${i}.25,农村饮水安全巩固提升工程第${i}标段\n`
  const source: TableSource = {
    fileName: 'large.csv',
    open: () =>
      Readable.from(
        (function* () {
          yield HEAD
          for (let i = 0; i < 200_000; i += 1000) {
            let text = ''
            for (let j = i; j < i + 1000; j++) text += line(j)
            yield Buffer.from(text)
          }
        })(),
        { objectMode: false },
      ),
  }
  gc()
  const before = process.memoryUsage().heapUsed
  const table = await readTable(source, COLUMNS)
  let rows = 0
  let most = 0
  let sum = 0
  for await (const chunk of table.rows) {
    if (rows % 20_000 < 1000) {
      gc()
      most = Math.max(most, process.memoryUsage().heapUsed - before)
    }
    rows += chunk.length
    for (const row of chunk) sum += Number(row.cells[2]!.slice(0, -3))
  }
  expect(rows).toBe(200_000)
  expect(sum).toBe((199_999 * 200_000) / 2)
  // The file is 14 MB, the rows as objects some 60; what is held at once is a chunk and a head.
  expect(most).toBeLessThan(12 * 1024 * 1024)
})
