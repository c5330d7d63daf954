import type { Readable } from 'node:stream'
import type { MoneyUnit } from '../../kernel/money.ts'
import { type Fault, FaultList, Refusal, refuse } from '../../kernel/refusal.ts'
import { readCsv } from './csv-reader.ts'
import { columnLetters, type FoundHeader, HeaderMatcher } from './header.ts'
import { readJsonLines } from './json-lines.ts'
import type { DateOrder } from './mapping.ts'
import { probe, tooLarge } from './source.ts'
import { openWorkbook } from './xlsx-workbook.ts'

export interface Column {
  /** Canonical name, e.g. `BGT_ID`. */
  name: string
  /** Accepted headers besides it: Chinese names, names of older forms. */
  titles: readonly string[]
  required: boolean
  /** Set by a mapping (`mapping.ts`): the bureau's own heading, a value for all rows, the unit of amounts, the order of dates. */
  heading?: string
  value?: string
  unit?: MoneyUnit
  dates?: DateOrder
}

export interface TableRow {
  /** 1-based, as the office program shows it. */
  row: number
  /** In the order of the columns asked for; trimmed; `''` when blank, undefined when the file lacks the column. */
  cells: (string | undefined)[]
}

export interface TableSource {
  fileName: string
  /** Bytes, when known beforehand: a file that is too large is then refused before it is read. */
  size?: number
  /** A new stream from the beginning, every time: a file is read twice. */
  open(): Readable
}

export interface TableLimits {
  /** A CSV of this many bytes or more is refused. 300 MB. */
  maxBytes: number
  /** An XLSX of this many bytes or more is refused (it is held in memory while it is read). 100 MB. */
  maxWorkbookBytes: number
  /** Bytes that one part of a workbook may unpack to. 2 GB. */
  maxUnpackedBytes: number
  /** How many times larger than its packed form a part may become, once past 64 MB. 200. */
  maxUnpackedRatio: number
  /** Rows of one table, the header included. 10 million. */
  maxRows: number
  /** Characters of one CSV record. One million. */
  maxRecordChars: number
}

export const TABLE_LIMITS: TableLimits = {
  maxBytes: 300 * 1024 * 1024,
  maxWorkbookBytes: 100 * 1024 * 1024,
  maxUnpackedBytes: 2 * 1024 * 1024 * 1024,
  maxUnpackedRatio: 200,
  maxRows: 10_000_000,
  maxRecordChars: 1_000_000,
}

export interface ReadTableOptions {
  limits?: Partial<TableLimits>
  /**
   * Where faults of rows go. With it, a fault met below the header is added here and reading goes on as far as it can;
   * the caller asks `throwIfAny()` after the last row. Without it, `rows` throws one refusal after the last row.
   */
  faults?: FaultList
  /** Accept a table that has a header and no row. */
  allowNoRows?: boolean
}

export interface Table {
  format: 'csv' | 'xlsx' | 'jsonl'
  /** `utf-8`, `utf-8-bom` or `gb18030`; of CSV only. */
  encoding?: string
  /** Name of the sheet that had the header; of XLSX only. */
  sheet?: string
  headers: string[]
  /** Headers that match no column: shown to the user, their cells are not read. */
  unknownHeaders: string[]
  rows: AsyncIterable<TableRow[]>
}

/** A row as it stands in the file, before columns are known. */
export interface RawRow {
  row: number
  cells: string[]
  /** Cells that cannot be taken as they stand, by index; they count only in a column that is asked for. */
  problems?: CellProblem[]
}
export interface CellProblem {
  column: number
  code: 'cell-error' | 'number-precision' | 'formula-without-value' | 'cell-merged' | 'date-impossible'
  value: string
}

export interface RawTable {
  format: 'csv' | 'xlsx' | 'jsonl'
  encoding?: string
  sheet?: string
  header: FoundHeader
  /** Everything below the header. */
  rows: AsyncGenerator<RawRow[]>
}

/**
 * Reads a CSV or XLSX of any size in bounded memory. What it is, is told by content, never by the file's name.
 *
 * Refuses at once (kind `input` or `too-large`): `file-empty`, `file-too-large`, `file-truncated`, `file-not-a-table`,
 * `xml-not-a-table`, `encoding-unreadable`, `encoding-utf16`, `nul-byte`, `header-missing`, `column-missing`,
 * `column-duplicated`, `column-unit`, `line-too-long`, `xlsx-not-a-workbook`, `xlsx-corrupt`, `xlsx-encrypted`,
 * `xlsx-too-large`, `xls-old-format`.
 * Below the header: `row-too-wide`, `quote-stray`, `rows-missing`, `too-many-rows`, `cell-error`, `cell-merged`,
 * `number-precision`, `formula-without-value`, `date-impossible`, and the ones above that only show late.
 */
export async function readTable(
  source: TableSource,
  columns: readonly Column[],
  options: ReadTableOptions = {},
): Promise<Table> {
  const limits = { ...TABLE_LIMITS, ...options.limits }
  const faults = options.faults ?? new FaultList()
  const raw = await openTable(source, columns, limits, faults)
  return {
    format: raw.format,
    encoding: raw.encoding,
    sheet: raw.sheet,
    headers: raw.header.headers,
    unknownHeaders: raw.header.unknown,
    rows: mapRows(raw, columns, limits, faults, options),
  }
}

export interface TablePreview {
  format: 'csv' | 'xlsx' | 'jsonl'
  encoding?: string
  sheet?: string
  headers: string[]
  unknownHeaders: string[]
  rows: TableRow[]
  /** Faults of the rows shown; the rest of the file has not been looked at. */
  faults: Fault[]
}

/** The first rows of a file as `readTable` would give them. Refuses what `readTable` refuses at once. */
export async function tablePreview(
  source: TableSource,
  columns: readonly Column[],
  count = 20,
  limits?: Partial<TableLimits>,
): Promise<TablePreview> {
  const faults = new FaultList()
  const { rows: all, ...table } = await readTable(source, columns, { limits, faults, allowNoRows: true })
  const rows: TableRow[] = []
  for await (const chunk of all) {
    rows.push(...chunk.slice(0, count - rows.length))
    if (rows.length >= count) break
  }
  const last = rows.at(-1)?.row ?? 0
  return {
    ...table,
    rows,
    faults: faults.faults.filter(f => rows.length < count || f.row === undefined || f.row <= last),
  }
}

const openTable = (source: TableSource, columns: readonly Column[], limits: TableLimits, faults: FaultList) =>
  openRaw(source, new HeaderMatcher(columns), limits, faults)

/** A table of whatever form, with the header that the matcher finds in it. */
export async function openRaw(
  source: TableSource,
  matcher: HeaderMatcher,
  limits: TableLimits,
  faults: FaultList,
): Promise<RawTable> {
  const found = await probe(source, limits.maxBytes)
  if (found.kind === 'zip') {
    if (source.size !== undefined && source.size >= limits.maxWorkbookBytes) tooLarge(limits.maxWorkbookBytes)
    return openWorkbook(source, matcher, limits)
  }
  if (found.markup)
    refuse(
      'input',
      'xml-not-a-table',
      `“${source.fileName}”是 ${found.markup === 'html' ? '网页（HTML）' : 'XML 报文'}，不是表格；${found.markup === 'html' ? '请在办公软件中打开后另存为 XLSX' : '支付凭证请用“凭证报文导入”'}。`,
      `"${source.fileName}" is ${found.markup === 'html' ? 'a web page (HTML)' : 'an XML message'}, not a table; ${found.markup === 'html' ? 'open it in the office program and save it as XLSX' : 'use the voucher import for payment vouchers'}.`,
    )
  if (/^(?:\xEF\xBB\xBF)?\s*\{/.test(found.head.toString('latin1', 0, 512)))
    return readJsonLines(source, found, matcher, limits, faults)
  return readCsv(source, found, matcher, limits, faults)
}

const CHUNK_ROWS = 1000

async function* mapRows(
  raw: RawTable,
  columns: readonly Column[],
  limits: TableLimits,
  faults: FaultList,
  options: ReadTableOptions,
): AsyncGenerator<TableRow[]> {
  const { map, headers } = raw.header
  const csv = raw.format === 'csv'
  const wanted = new Set(map.filter(index => index >= 0))
  const sheet = raw.sheet
  let total = 0
  let out: TableRow[] = []
  try {
    for await (const chunk of raw.rows) {
      for (const { row, cells, problems } of chunk) {
        if (row > limits.maxRows) tooManyRows(limits.maxRows)
        if (isBlank(cells) && !problems?.length) continue
        if (cells.length > headers.length) reportTooWide(row, cells, headers.length, faults)
        if (problems)
          for (const problem of problems)
            if (wanted.has(problem.column)) faults.add(cellFault(row, problem, headers[problem.column] ?? '', sheet))
        const mapped: (string | undefined)[] = new Array(columns.length)
        for (let k = 0; k < map.length; k++) {
          const index = map[k]!
          mapped[k] = index < 0 ? undefined : csv ? cleanCsv(cells[index] ?? '') : (cells[index] ?? '').trim()
        }
        out.push({ row, cells: mapped })
        total++
        if (out.length >= CHUNK_ROWS) {
          yield out
          out = []
        }
      }
    }
    if (out.length > 0) yield out
    if (total === 0 && !options.allowNoRows)
      refuse(
        'input',
        'rows-missing',
        `表头（第 ${raw.header.row} 行）下面一行数据也没有；请确认导出的是有数据的表。`,
        `There is no row below the header (row ${raw.header.row}); check that the table was exported with its data.`,
      )
  } catch (error) {
    // What breaks a file in its middle joins the faults found so far, so that the user sees all of them together.
    if (!(error instanceof Refusal)) throw error
    for (const fault of error.faults) faults.add(fault)
  }
  if (!options.faults) faults.throwIfAny()
}

function tooManyRows(maxRows: number): never {
  return refuse(
    'too-large',
    'too-many-rows',
    `表格超过 ${maxRows} 行；请按月份或单位拆成几个文件再导入。`,
    `The table has more than ${maxRows} rows; split it by month or by unit and import the parts.`,
  )
}

function isBlank(cells: readonly string[]): boolean {
  for (const cell of cells) if (cell !== '' && cell.trim() !== '') return false
  return true
}

function reportTooWide(row: number, cells: string[], width: number, faults: FaultList): void {
  for (let index = width; index < cells.length; index++) {
    const value = cells[index]!.trim()
    if (value === '') continue
    faults.add({
      code: 'row-too-wide',
      row,
      field: columnLetters(index),
      value: value.slice(0, 60),
      zh: `第 ${row} 行有 ${cells.length} 个单元格，表头只有 ${width} 列；多出的值是“${value.slice(0, 60)}”。请检查该行是否多了分隔符，含逗号的内容要用双引号括起来。`,
      en: `Row ${row} has ${cells.length} cells where the header has ${width}; the first one too many is "${value.slice(0, 60)}". Look for a stray separator; text that holds commas must be quoted.`,
    })
    return
  }
}

/** Undoes what office programs and our own writer put around text so that it stays text: `="001"`, `'=text`. */
function cleanCsv(cell: string): string {
  const first = cell.charCodeAt(0)
  if (first === 0x3d && cell.charCodeAt(1) === 0x22) {
    const text = cell.trimEnd()
    if (text.length > 2 && text.endsWith('"')) return text.slice(2, -1).replaceAll('""', '"').trim()
  }
  if (first === 0x27 && /^'+[=+\-@\t\r＝＋－＠]/.test(cell)) return cell.slice(1).trim()
  return cell.trim()
}

const CELL_PROBLEMS: Record<CellProblem['code'], [zh: string, en: string]> = {
  'cell-error': ['是公式错误值，请改正公式或直接填数', 'is a formula error; correct the formula or type the value'],
  'number-precision': [
    '是超过 15 位的数字，办公软件已丢失末尾各位；请把该列设为“文本”后重新填入原值',
    'is a number of more than 15 digits, of which the office program has already lost the last; format the column as text and enter the value again',
  ],
  'formula-without-value': [
    '是尚未计算的公式，文件里没有结果；请在办公软件中打开并保存一次',
    'is a formula without a stored result; open the file in the office program and save it once',
  ],
  'cell-merged': [
    '是合并单元格，无法判断属于哪一行；请取消合并并逐行填写',
    'is a merged cell, so that it is unclear which row it belongs to; unmerge it and fill in every row',
  ],
  'date-impossible': ['不是存在的日期，请改正', 'is not a day that exists; correct it'],
}

function cellFault(row: number, problem: CellProblem, header: string, sheet: string | undefined): Fault {
  const at = columnLetters(problem.column) + row
  const [zh, en] = CELL_PROBLEMS[problem.code]
  return {
    code: problem.code,
    row,
    field: header,
    value: problem.value,
    zh: `第 ${row} 行“${header}”（工作表“${sheet}”单元格 ${at}）“${problem.value}”${zh}。`,
    en: `Row ${row}, "${header}" (sheet "${sheet}", cell ${at}): "${problem.value}" ${en}.`,
  }
}
