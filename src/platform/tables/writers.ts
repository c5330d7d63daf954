import { Readable } from 'node:stream'
import iconv from 'iconv-lite'
import { type Fen, yuan } from '../../kernel/money.ts'
import { refuse } from '../../kernel/refusal.ts'
import { columnLetters } from './header.ts'
import { type ZipPart, zipOf } from './zip-writer.ts'

export interface OutputColumn {
  title: string
  /** `money` takes fen and shows yuan; `date` takes `YYYY-MM-DD`. */
  kind: 'text' | 'money' | 'date' | 'integer'
  /** Of the column in a workbook, in characters; by kind where not said. */
  width?: number
}
export type OutputCell = string | number | bigint | boolean | null | undefined
export type OutputRows = AsyncIterable<readonly OutputCell[][]> | Iterable<readonly OutputCell[][]>

export interface WriteCsvOptions {
  /** A byte-order mark, by which Excel knows UTF-8. True where not said. */
  bom?: boolean
  /** GB18030 for programs that know nothing else. */
  encoding?: 'utf-8' | 'gb18030'
}

/** Texts that are handed on at once: larger ones are kept by the engine among what it looks through last, and memory doubles. */
const PIECE_CHARS = 16_384

/** Text that an office program would take for a formula, and what itself looks like such text after the guard. */
const FORMULA = /^'*[=+\-@\t\r＝＋－＠]/

/**
 * A CSV of any length, rows in chunks, CR LF line ends. Text that begins like a formula is led by an apostrophe, which
 * `readTable` takes off again; amounts and integers are not touched.
 */
export function writeCsv(columns: readonly OutputColumn[], rows: OutputRows, options: WriteCsvOptions = {}): Readable {
  const encoding = options.encoding ?? 'utf-8'
  const encode = (text: string): Buffer => (encoding === 'utf-8' ? Buffer.from(text) : iconv.encode(text, 'gb18030'))
  async function* lines(): AsyncGenerator<Buffer> {
    const bom = encoding === 'utf-8' && options.bom !== false ? '\uFEFF' : ''
    yield encode(`${bom}${columns.map(column => csvText(column.title)).join(',')}\r\n`)
    for await (const chunk of rows) {
      let text = ''
      for (const row of chunk) {
        for (let i = 0; i < columns.length; i++) text += (i === 0 ? '' : ',') + csvCell(columns[i]!.kind, row[i])
        text += '\r\n'
        if (text.length > PIECE_CHARS) {
          yield encode(text)
          text = ''
        }
      }
      if (text !== '') yield encode(text)
    }
  }
  return Readable.from(lines(), { objectMode: false })
}

function csvCell(kind: OutputColumn['kind'], value: OutputCell): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'bigint') return kind === 'money' ? yuan(value) : String(value)
  if (typeof value === 'number') return kind === 'money' ? yuan(BigInt(value)) : String(value)
  return csvText(String(value))
}

function csvText(text: string): string {
  const guarded = FORMULA.test(text) ? `'${text}` : text
  return /[",;\t\r\n|]|^\s|\s$/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}

/** Excel's rows a sheet; what goes beyond continues on a next sheet, with the header again. */
const MAX_SHEET_ROWS = 1_048_576
const MAX_CELL_CHARS = 32_767
const WIDTHS: Record<OutputColumn['kind'], number> = { text: 20, money: 18, date: 12, integer: 12 }
/** Order of `cellXfs` in the styles part. */
const STYLE = { header: 1, text: 2, money: 3, date: 4, integer: 5, right: 6 } as const
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const CONTENT = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/**
 * A workbook of any length in bounded memory. Amounts are numbers shown as #,##0.00 and exact; one of more than fifteen
 * digits, which no spreadsheet can hold, is written as text. The stream fails with a refusal `cell-too-long` where a
 * text exceeds the 32,767 characters of a cell.
 */
export function writeXlsx(sheetName: string, columns: readonly OutputColumn[], rows: OutputRows): Readable {
  const name =
    sheetName
      .replace(/[\\/?*[\]:]/g, ' ')
      .replace(/^'+|'+$/g, '')
      .trim()
      .slice(0, 25) || '表'
  async function* parts(): AsyncGenerator<ZipPart> {
    const source = rowByChunk(rows)
    let sheets = 0
    let more = true
    while (more) {
      sheets++
      yield {
        name: `xl/worksheets/sheet${sheets}.xml`,
        data: sheetXml(columns, source, ended => {
          more = !ended
        }),
      }
    }
    yield* bookParts(name, sheets)
  }
  return Readable.from(zipOf(parts()), { objectMode: false })
}

/** Lets several sheets draw on one stream of rows. */
function rowByChunk(rows: OutputRows): {
  next(): Promise<readonly OutputCell[][] | null>
  unread(rows: readonly OutputCell[][]): void
} {
  const iterator = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]()
  let held: readonly OutputCell[][] | null = null
  return {
    async next() {
      if (held) {
        const chunk = held
        held = null
        return chunk
      }
      const next = await iterator.next()
      return next.done ? null : next.value
    },
    unread(chunk) {
      held = chunk
    },
  }
}

async function* sheetXml(
  columns: readonly OutputColumn[],
  source: ReturnType<typeof rowByChunk>,
  done: (ended: boolean) => void,
): AsyncGenerator<string> {
  const last = columnLetters(Math.max(0, columns.length - 1))
  yield `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`
  for (const [i, column] of columns.entries())
    yield `<col min="${i + 1}" max="${i + 1}" width="${column.width ?? WIDTHS[column.kind]}" customWidth="1"/>`
  yield '</cols><sheetData><row r="1">'
  for (const [i, column] of columns.entries()) yield textCell(`${columnLetters(i)}1`, STYLE.header, column.title, 1)
  yield '</row>'
  const letters = columns.map((_, i) => columnLetters(i))
  let row = 1
  let ended = true
  for (let chunk = await source.next(); chunk !== null; chunk = await source.next()) {
    const room = MAX_SHEET_ROWS - row
    let text = ''
    for (const cells of chunk.slice(0, room)) {
      row++
      text += `<row r="${row}">`
      for (let i = 0; i < columns.length; i++) text += cell(columns[i]!.kind, `${letters[i]}${row}`, cells[i], row)
      text += '</row>'
      if (text.length > PIECE_CHARS) {
        yield text
        text = ''
      }
    }
    yield text
    if (chunk.length > room) {
      source.unread(chunk.slice(room))
      ended = false
      break
    }
  }
  yield `</sheetData><autoFilter ref="A1:${last}${row}"/></worksheet>`
  done(ended)
}

function cell(kind: OutputColumn['kind'], at: string, value: OutputCell, row: number): string {
  if (value === null || value === undefined || value === '') return ''
  if (kind === 'money' && typeof value !== 'string' && typeof value !== 'boolean') {
    const fen = BigInt(value) as Fen
    const exact = fen < 1_000_000_000_000_000n && fen > -1_000_000_000_000_000n
    return exact ? `<c r="${at}" s="${STYLE.money}"><v>${yuan(fen)}</v></c>` : textCell(at, STYLE.right, yuan(fen), row)
  }
  if (kind === 'integer' && (typeof value === 'bigint' || Number.isInteger(value))) {
    const digits = String(value)
    return /^-?\d{1,15}$/.test(digits)
      ? `<c r="${at}" s="${STYLE.integer}"><v>${digits}</v></c>`
      : textCell(at, STYLE.right, digits, row)
  }
  if (kind === 'date' && typeof value === 'string') {
    const serial = serialOf(value)
    if (serial !== null) return `<c r="${at}" s="${STYLE.date}"><v>${serial}</v></c>`
  }
  return textCell(at, STYLE.text, String(value), row)
}

/** Days of the 1900 system; null for what is no day, or lies before the system's false leap day. */
function serialOf(date: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return null
  const moment = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(moment.getTime()) || moment.toISOString().slice(0, 10) !== date) return null
  const serial = moment.getTime() / 86_400_000 + 25_569
  return serial > 60 ? serial : null
}

function textCell(at: string, style: number, text: string, row: number): string {
  if (text.length > MAX_CELL_CHARS)
    refuse(
      'input',
      'cell-too-long',
      `第 ${row} 行单元格 ${at} 有 ${text.length} 个字符，XLSX 的单元格最多 ${MAX_CELL_CHARS} 个；请改用 CSV 导出。`,
      `Row ${row}, cell ${at} has ${text.length} characters, an XLSX cell holds at most ${MAX_CELL_CHARS}; export as CSV instead.`,
      { row, field: at },
    )
  return `<c r="${at}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`
}

const SPECIAL = /[&<>\0-\x08\x0B-\x1F\uFFFE\uFFFF]|_(?=x[0-9A-Fa-f]{4}_)|[\uD800-\uDFFF]/gu

/** XML's own signs, and OOXML's `_x000D_` for characters that XML cannot hold; a lone surrogate becomes U+FFFD. */
export const escapeXml = (text: string): string =>
  text.replace(SPECIAL, character => {
    switch (character) {
      case '&':
        return '&amp;'
      case '<':
        return '&lt;'
      case '>':
        return '&gt;'
      case '_':
        return '_x005F_'
    }
    const code = character.charCodeAt(0)
    if (code >= 0xd800 && code <= 0xdfff) return '\uFFFD'
    return `_x${code.toString(16).toUpperCase().padStart(4, '0')}_`
  })

function* bookParts(name: string, sheets: number): Generator<ZipPart> {
  const all = Array.from({ length: sheets }, (_, i) => i + 1)
  yield {
    name: 'xl/workbook.xml',
    data: [
      `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>`,
      ...all.map(
        n =>
          `<sheet name="${escapeXml(n === 1 ? name : `${name} (${n})`).replaceAll('"', '&quot;')}" sheetId="${n}" r:id="rId${n}"/>`,
      ),
      '</sheets></workbook>',
    ],
  }
  yield {
    name: 'xl/_rels/workbook.xml.rels',
    data: [
      `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">`,
      ...all.map(n => `<Relationship Id="rId${n}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${n}.xml"/>`),
      `<Relationship Id="rId${sheets + 1}" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    ],
  }
  yield { name: 'xl/styles.xml', data: [STYLES] }
  yield {
    name: '_rels/.rels',
    data: [
      `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
  }
  yield {
    name: '[Content_Types].xml',
    data: [
      `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${CONTENT}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${CONTENT}.styles+xml"/>`,
      ...all.map(n => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${CONTENT}.worksheet+xml"/>`),
      '</Types>',
    ],
  }
}

const xf = (format: number, more = ''): string =>
  `<xf numFmtId="${format}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"${more}`
const STYLES = [
  `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>`,
  '<fonts count="2"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font></fonts>',
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>',
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>',
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="7">',
  xf(0, '/>'),
  '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>',
  xf(49, '/>'),
  xf(4, '/>'),
  xf(164, '/>'),
  xf(1, '/>'),
  xf(49, ' applyAlignment="1"><alignment horizontal="right"/></xf>'),
  '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
].join('')
