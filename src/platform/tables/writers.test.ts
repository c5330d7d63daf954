import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import fc from 'fast-check'
import { readXlsx } from 'hucre/xlsx'
import { describe, expect, test } from 'vitest'
import { fen, parseMoney, yuan } from '../../kernel/money.ts'
import { memorySource } from './memory-source.ts'
import { type Column, readTable } from './table.ts'
import { type OutputCell, type OutputColumn, writeCsv, writeXlsx } from './writers.ts'

const OUT: OutputColumn[] = [
  { title: '编号', kind: 'text' },
  { title: '金额', kind: 'money' },
  { title: '日期', kind: 'date' },
  { title: '人数', kind: 'integer' },
]
const IN: Column[] = OUT.map((column, i) => ({ name: `C${i}`, titles: [column.title], required: true }))

async function bytes(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
async function back(file: Buffer): Promise<(string | undefined)[][]> {
  const table = await readTable(memorySource(file, 'x', 97), IN, { allowNoRows: true })
  const rows: (string | undefined)[][] = []
  for await (const chunk of table.rows) for (const row of chunk) rows.push(row.cells)
  return rows
}

/** A workbook shows 12.5 for what a CSV writes as 12.50: amounts are compared as fen. */
function fenOf(text: string | undefined): bigint {
  const parsed = parseMoney(text ?? '')
  if ('problem' in parsed) throw new Error(`${text} ${parsed.problem}`)
  return parsed.fen
}

const piece = fc.constantFrom(
  'a',
  '中',
  '𠀀',
  '😀',
  '"',
  "'",
  '=',
  '+',
  '-',
  '@',
  '\t',
  '\n',
  '\r\n',
  ',',
  ';',
  '&',
  '<',
  '_x000D_',
  ' ',
  '＝',
  '|',
  '€',
)
const text = fc.oneof(
  fc.array(piece, { maxLength: 8 }).map(s => s.join('')),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
// Private-use characters have two readings in GB18030; a nil is refused in a CSV.
const csvText = text.filter(s => !/[\0\uE000-\uF8FF\uFFFD]/.test(s))
const row = (cell: fc.Arbitrary<string>) =>
  fc.tuple(
    cell.map(s => `k${s}`).chain(s => fc.constantFrom(s, s.slice(1))),
    fc.bigInt({ min: -999_999_999_999_999n, max: 999_999_999_999_999n }),
    fc
      .date({ min: new Date('1950-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
      .map(d => d.toISOString().slice(0, 10)),
    fc.integer(),
  )
const expected = (rows: [string, bigint, string, number][], normal: (s: string) => string) =>
  rows.map(([a, b, c, d]) => [normal(a).trim(), yuan(b), c, String(d)])

describe('what is written is read back the same', () => {
  test('CSV in UTF-8', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row(csvText), { maxLength: 5 }), async rows => {
        expect(await back(await bytes(writeCsv(OUT, [rows])))).toEqual(expected(rows, s => s))
      }),
      { numRuns: 300 },
    )
  })

  test('CSV in GB18030, with characters of four bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row(csvText), { maxLength: 5 }), async rows => {
        const file = await bytes(writeCsv(OUT, [rows], { encoding: 'gb18030' }))
        expect(await back(file)).toEqual(expected(rows, s => s))
      }),
      { numRuns: 300 },
    )
  })

  test('XLSX', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row(text), { maxLength: 5 }), async rows => {
        const file = await bytes(writeXlsx('表', OUT, [rows]))
        const read = (await back(file)).map(([a, b, c, d]) => [a, yuan(fenOf(b)), c, d])
        expect(read).toEqual(expected(rows, s => s.replace(/[\uD800-\uDFFF]/gu, '\uFFFD')))
      }),
      { numRuns: 150 },
    )
  })
})

test('text that an office program would run as a formula is made harmless in a CSV, and amounts are not touched', async () => {
  const rows: OutputCell[][] = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '＝1', 'safe'].map(s => [
    s,
    -5n,
    '2018-02-28',
    -3,
  ])
  const lines = (await bytes(writeCsv(OUT, [rows], { bom: false }))).toString().split('\r\n')
  expect(lines[0]).toBe('编号,金额,日期,人数')
  expect(lines.slice(1, -1).map(line => line.replace(',-0.05,2018-02-28,-3', ''))).toEqual([
    "'=1+1",
    "'+1",
    "'-1",
    "'@SUM(A1)",
    '"\'\tx"',
    "'＝1",
    'safe',
  ])
})

describe('a workbook is a workbook to others too', () => {
  const rows: OutputCell[][] = [
    ['=cmd|calc', fen(1_234_567), '2018-02-28', 12],
    ['a_x000D_b & <c>', 999_999_999_999_999n, 'not a day', 123_456_789_012_345_678n],
    [null, 1_000_000_000_000_000n, null, null],
  ]

  test('hucre reads the same values, as numbers and days', async () => {
    const book = await readXlsx(await bytes(writeXlsx('指标[1]/一', OUT, [rows])))
    const sheet = book.sheets[0]!
    expect(sheet.name).toBe('指标 1  一')
    expect(sheet.rows[0]).toEqual(['编号', '金额', '日期', '人数'])
    expect(sheet.rows[1]).toEqual(['=cmd|calc', 12345.67, new Date('2018-02-28T00:00:00Z'), 12])
    expect(sheet.rows[2]).toEqual(['a_x000D_b & <c>', 9999999999999.99, 'not a day', '123456789012345678'])
    expect(sheet.rows[3]!.slice(0, 2)).toEqual([null, '10000000000000.00'])
  })

  test('Python’s zip and XML readers find every part whole', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tables-'))
    try {
      const path = join(folder, 'book.xlsx')
      writeFileSync(path, await bytes(writeXlsx('表', OUT, [rows])))
      const script =
        'import sys,zipfile,xml.etree.ElementTree as E\nz=zipfile.ZipFile(sys.argv[1]);assert z.testzip() is None\n' +
        'for n in z.namelist(): E.fromstring(z.read(n))\nprint(len(z.namelist()))'
      expect(execFileSync('python3', ['-c', script, path]).toString().trim()).toBe('6')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('a text beyond a cell’s 32,767 characters is refused, not cut', async () => {
    await expect(bytes(writeXlsx('表', OUT, [[['x'.repeat(32_768)]]]))).rejects.toMatchObject({
      faults: [{ code: 'cell-too-long', row: 2 }],
    })
  })

  test('a source that fails makes the stream fail', async () => {
    async function* failing(): AsyncGenerator<OutputCell[][]> {
      yield [['a', 1n, null, 1]]
      throw new Error('connection lost')
    }
    await expect(bytes(writeXlsx('表', OUT, failing()))).rejects.toThrow('connection lost')
    await expect(bytes(writeCsv(OUT, failing()))).rejects.toThrow('connection lost')
  })
})

test('200,000 rows are written and read back without being held', async () => {
  const total = 200_000
  function* rows(): Generator<OutputCell[][]> {
    for (let i = 0; i < total; i += 1000)
      yield Array.from({ length: 1000 }, (_, j) => [`编号${i + j}`, BigInt((i + j) * 7), '2018-02-28', j])
  }
  const stream = writeXlsx('表', OUT, rows())
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  const file = Buffer.concat(chunks)
  const table = await readTable(memorySource(file), IN)
  let count = 0
  let sum = 0n
  for await (const chunk of table.rows) {
    count += chunk.length
    for (const { cells } of chunk) sum += fenOf(cells[1])
  }
  expect(count).toBe(total)
  expect(sum).toBe((BigInt(total - 1) * BigInt(total) * 7n) / 2n)
})
