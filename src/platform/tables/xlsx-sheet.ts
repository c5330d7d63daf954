import { PartScanner } from './part-scanner.ts'
import type { CellProblem, RawRow, TableLimits } from './table.ts'
import { numberText, serialDate } from './xlsx-number.ts'
import type { WorkbookParts } from './xlsx-workbook.ts'
import { XmlProblem } from './xml-feed.ts'
import { corrupt, unpacksTooLarge, type ZipArchive } from './zip-reader.ts'

/** Excel's own bounds. */
const MAX_COLUMNS = 16_384
const MAX_ROWS = 1_048_576
const MAX_MERGES = 100_000
/** A cell of Excel holds 32,767 characters; markup may blow each up to six. */
export const MAX_CELL_CHARS = 262_144

/** Rectangles that office users merged, by `row * 16384 + column` of each covered cell's first row. */
export class Merges {
  #byFirst = new Map<number, { bottom: number; right: number }>()
  #rows: { top: number; left: number; bottom: number; right: number }[] = []

  add(top: number, left: number, bottom: number, right: number): void {
    this.#byFirst.set(top * MAX_COLUMNS + left, { bottom, right })
    this.#rows.push({ top, left, bottom, right })
  }

  /** Whether a merged area begins at this cell (1-based row, 0-based column). */
  beginsAt(row: number, column: number): boolean {
    return this.#byFirst.size > 0 && this.#byFirst.has(row * MAX_COLUMNS + column)
  }

  /** Gives every covered cell of the first rows the value of its area: so a header over two lines reads as one. */
  fill(rows: RawRow[]): void {
    const byRow = new Map(rows.map(row => [row.row, row]))
    const last = rows.at(-1)?.row ?? 0
    for (const { top, left, bottom, right } of this.#rows) {
      const value = byRow.get(top)?.cells[left]
      if (!value || right - left > 200) continue
      for (let row = top; row <= Math.min(bottom, last); row++) {
        const cells = byRow.get(row)?.cells
        if (!cells) continue
        // Down only: a title that spans columns is one title, not the header of each.
        while (cells.length <= left) cells.push('')
        if (cells[left] === '') cells[left] = value
      }
    }
  }
}

/**
 * Unpacks a sheet once without parsing it: proves that it is whole and within limits before a row is given out, and
 * finds the merged areas, which stand behind the rows. Refuses `xlsx-corrupt`, `xlsx-too-large`.
 */
export async function proveSheet(zip: ZipArchive, part: string): Promise<Merges> {
  const merges = new Merges()
  let count = 0
  let tail = ''
  const pattern = /<(?:\w+:)?mergeCell\s[^<>]{0,80}?ref=["']([A-Z]+)(\d+):([A-Z]+)(\d+)["']/g
  let inside = false
  for await (const chunk of zip.read(part)) {
    if (!inside && !chunk.includes('mergeCell')) {
      // The word may be cut in two by the border of two chunks.
      const border = tail + chunk.toString('latin1', 0, 16)
      tail = chunk.toString('latin1', Math.max(0, chunk.length - 16))
      if (!border.includes('mergeCell')) continue
      inside = true
      tail = border + chunk.toString('latin1', 16)
    } else {
      inside = true
      tail += chunk.toString('latin1')
    }
    let last = 0
    pattern.lastIndex = 0
    for (let match = pattern.exec(tail); match; match = pattern.exec(tail)) {
      last = pattern.lastIndex
      if (++count > MAX_MERGES)
        unpacksTooLarge(`合并单元格超过 ${MAX_MERGES} 处`, `more than ${MAX_MERGES} merged cells`)
      merges.add(Number(match[2]), columnIndex(match[1]!), Number(match[4]), columnIndex(match[3]!))
    }
    tail = tail.slice(Math.max(last, tail.length - 200))
  }
  return merges
}

/** `A` is 0. Letters that no column has are -1. */
function columnIndex(letters: string): number {
  let index = 0
  for (let i = 0; i < letters.length; i++) {
    const c = letters.charCodeAt(i) - 64
    if (c < 1 || c > 26) return -1
    index = index * 26 + c
    if (index > MAX_COLUMNS) return -1
  }
  return index - 1
}

/** The rows of a sheet in chunks as they are unpacked; refuses `xlsx-corrupt`, `xlsx-too-large`. */
export async function* sheetRows(
  zip: ZipArchive,
  part: string,
  book: WorkbookParts,
  merges: Merges,
  limits: TableLimits,
): AsyncGenerator<RawRow[]> {
  const collector = new RowCollector(book, merges, Math.min(limits.maxRows, MAX_ROWS))
  const feed = new PartScanner(collector, { maxDepth: 64, maxChars: MAX_CELL_CHARS })
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const chunk of zip.read(part)) {
      feed.write(decoder.decode(chunk, { stream: true }))
      if (collector.rows.length > 0) {
        yield collector.rows
        collector.rows = []
      }
    }
    feed.write(decoder.decode())
    feed.end()
    if (collector.rows.length > 0) yield collector.rows
  } catch (error) {
    refuseXml(error, part)
  }
}

/** Turns what broke a part's XML into `xlsx-corrupt`; anything else is thrown on. */
export function refuseXml(error: unknown, part: string): never {
  if (error instanceof XmlProblem) corrupt(`部件 ${part} 不是完整的 XML`, `its part ${part} is not whole XML`)
  if (error instanceof TypeError && (error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    corrupt(`部件 ${part} 编码有误`, `its part ${part} is wrongly encoded`)
  throw error
}

/** Undoes `_x000D_`, the way in which OOXML writes characters that XML cannot hold. */
export const unescapeOoxml = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text

class RowCollector {
  rows: RawRow[] = []
  #book: WorkbookParts
  #merges: Merges
  #maxRows: number
  #inData = false
  #row = 0
  #cells: string[] | null = null
  #problems: CellProblem[] | undefined
  #column = -1
  #inCell = false
  #type = ''
  #style = 0
  #value = ''
  #hasFormula = false
  #hasValue = false
  #reading = false
  #phonetic = false

  constructor(book: WorkbookParts, merges: Merges, maxRows: number) {
    this.#book = book
    this.#merges = merges
    this.#maxRows = maxRows
  }

  open(name: string, attributes: Record<string, string>): void {
    if (this.#inCell) {
      if (name === 'v') this.#hasValue = this.#reading = true
      else if (name === 't') this.#reading = !this.#phonetic
      else if (name === 'f') this.#hasFormula = true
      else if (name === 'rPh') this.#phonetic = true
    } else if (name === 'c') this.#openCell(attributes)
    else if (name === 'row') this.#openRow(attributes)
    else if (name === 'sheetData') this.#inData = true
  }

  text(text: string): void {
    if (!this.#reading) return
    this.#value += text
    if (this.#value.length > MAX_CELL_CHARS)
      corrupt(`第 ${this.#row} 行有单元格过长`, `a cell in row ${this.#row} is too long`)
  }

  close(name: string): void {
    if (this.#inCell) {
      if (name === 'v' || name === 't') this.#reading = false
      else if (name === 'rPh') this.#phonetic = false
      else if (name === 'c') this.#closeCell()
    } else if (name === 'row') this.#closeRow()
    else if (name === 'sheetData') this.#inData = false
  }

  #openRow(attributes: Record<string, string>): void {
    if (!this.#inData || this.#cells) return
    const row = attributes.r === undefined ? this.#row + 1 : Number(attributes.r)
    if (!Number.isInteger(row) || row <= this.#row)
      corrupt(`行号“${attributes.r}”有误`, `row number "${attributes.r}" is wrong`)
    if (row > this.#maxRows) unpacksTooLarge(`超过 ${this.#maxRows} 行`, `more than ${this.#maxRows} rows`)
    this.#row = row
    this.#cells = []
    this.#problems = undefined
    this.#column = -1
  }

  #closeRow(): void {
    if (!this.#cells) return
    if (this.#cells.length > 0 || this.#problems)
      this.rows.push({ row: this.#row, cells: this.#cells, problems: this.#problems })
    this.#cells = null
  }

  #openCell(attributes: Record<string, string>): void {
    if (!this.#cells) return
    const reference = attributes.r
    const column = reference === undefined ? this.#column + 1 : columnIndex(reference.replace(/\d+$/, ''))
    if (column < 0 || column >= MAX_COLUMNS || column <= this.#column)
      corrupt(`单元格位置“${reference}”有误`, `cell position "${reference}" is wrong`)
    this.#column = column
    this.#inCell = true
    this.#type = attributes.t ?? 'n'
    this.#style = attributes.s === undefined ? 0 : Number(attributes.s)
    this.#value = ''
    this.#hasFormula = this.#hasValue = this.#reading = this.#phonetic = false
  }

  #closeCell(): void {
    this.#inCell = false
    const text = this.#cellText()
    if (text === '') return
    const cells = this.#cells!
    while (cells.length < this.#column) cells.push('')
    cells.push(text)
    if (this.#merges.beginsAt(this.#row, this.#column)) this.#problem('cell-merged', text)
  }

  #cellText(): string {
    const value = this.#value
    switch (this.#type) {
      case 's': {
        const text = this.#book.strings[Number(value)]
        if (text === undefined) {
          if (value === '') return ''
          corrupt(`共享文本 ${value} 不存在`, `shared text ${value} does not exist`)
        }
        return text
      }
      case 'inlineStr':
      case 'str':
        if (value === '' && this.#hasFormula && !this.#hasValue) this.#problem('formula-without-value', '=')
        return unescapeOoxml(value)
      case 'b':
        return value === '1' || value === 'true' ? 'TRUE' : value === '' ? '' : 'FALSE'
      case 'e':
        this.#problem('cell-error', value)
        return value
      case 'd':
        return value.replace(/T00:00(?::00(?:\.0+)?)?Z?$/, '').replace('T', ' ')
      default:
        return this.#number(value)
    }
  }

  #number(value: string): string {
    if (value === '') {
      if (this.#hasFormula) this.#problem('formula-without-value', '=')
      return ''
    }
    const kind = this.#book.kinds[this.#style] ?? 'number'
    const read = kind === 'date' ? serialDate(value, this.#book.epoch1904) : numberText(value)
    if (read === null) corrupt(`数字“${value.slice(0, 40)}”有误`, `number "${value.slice(0, 40)}" is wrong`)
    if ('problem' in read) {
      this.#problem(read.problem, value)
      return value
    }
    return typeof kind === 'object' && /^\d+$/.test(read.text) ? read.text.padStart(kind.zeros, '0') : read.text
  }

  #problem(code: CellProblem['code'], value: string): void {
    this.#problems ??= []
    this.#problems.push({ column: this.#column, code, value: value.slice(0, 60) })
  }
}
