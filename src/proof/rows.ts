import type { PackedFigures } from './manifest.ts'
import type { PackageFile } from './read-package.ts'

/** One row of a table: its cells in the order of the columns, empty for null; `at` is its line in the file, the header being line 1. */
export interface Row {
  cells: string[]
  at: number
}

/** A difference in what a table is said to hold: where, what was expected, what is found. */
export type Differ = (code: string, place: string, expected: string, found: string) => void

/**
 * A table of a package, read row by row in the order in which it was written, division by division. Memory holds one piece of
 * the file, whatever its size. What passes is counted, summed and held to the order of its key.
 */
export class TableReader {
  readonly name: string
  columns: readonly string[] = []
  rows = 0
  #figures: PackedFigures
  #differ: Differ
  #pieces: AsyncIterator<Row[]>
  #piece: Row[] = []
  #next = 0
  #division = -1
  #sums: { column: string; at: number; sum: bigint }[] = []
  #key: number[] = []
  #last: readonly string[] = []

  constructor(file: PackageFile, name: string, figures: PackedFigures, differ: Differ) {
    this.name = name
    this.#figures = figures
    this.#differ = differ
    this.#pieces = rowsOf(file, figures.file)[Symbol.asyncIterator]()
  }

  /** Reads the header. */
  async start(): Promise<this> {
    const head = await this.#row()
    this.columns = head?.cells ?? []
    this.#division = this.columns.indexOf('division')
    this.#sums = Object.keys(this.#figures.sums).map(column => ({ column, at: this.column(column), sum: 0n }))
    if (this.#figures.ordered) this.#key = this.#figures.key.map(column => this.column(column))
    this.rows = 0
    this.#look(this.#next)
    return this
  }

  /** Reads what nobody asked for, and holds counts and sums to the manifest. */
  async finish(): Promise<void> {
    for await (const _ of this.rest());
    const { file, rows, sums } = this.#figures
    if (this.rows !== rows) this.#differ('control-sums', file, `${rows} rows`, `${this.rows} rows`)
    for (const { column, sum } of this.#sums)
      if (String(sum) !== sums[column]) this.#differ('control-sums', `${file} ${column}`, sums[column]!, String(sum))
  }

  /** Looks at the rows of a new piece, once. */
  #look(from: number): void {
    for (let n = from; n < this.#piece.length; n++) {
      const { cells, at } = this.#piece[n]!
      this.rows++
      if (cells.length !== this.columns.length)
        this.#differ('order', `${this.#figures.file}:${at}`, `${this.columns.length} cells`, `${cells.length} cells`)
      for (const one of this.#sums) {
        const cell = cells[one.at] ?? ''
        if (/^-?\d+$/.test(cell)) one.sum += BigInt(cell)
        else if (cell !== '') this.#differ('control-sums', `${this.#figures.file}:${at}`, 'fen', cell)
      }
      if (this.#key.length === 0) continue
      const key = this.#key.map(column => cells[column] ?? '')
      if (this.#last.length > 0 && !above(key, this.#last))
        this.#differ('order', `${this.#figures.file}:${at}`, `a key after ${this.#last.join('/')}`, key.join('/'))
      this.#last = key
    }
  }

  /** Where a column stands; throws where there is none, for then the table is not what the check knows. */
  column(name: string): number {
    const at = this.columns.indexOf(name)
    if (at < 0) throw new Error(`${this.name} has no column ${name}`)
    return at
  }

  /** The division of the next row; null at the end. */
  async ahead(): Promise<number | null> {
    const row = await this.#row(false)
    return row && Number(row.cells[this.#division])
  }

  /** The next rows, in pieces, as long as they are of this division. */
  async *of(division: number): AsyncGenerator<Row[]> {
    const text = String(division)
    while (await this.#row(false)) {
      const from = this.#next
      while (this.#next < this.#piece.length && this.#piece[this.#next]!.cells[this.#division] === text) this.#next++
      if (this.#next > from) yield this.#piece.slice(from, this.#next)
      if (this.#next < this.#piece.length) return
    }
  }

  /** All rows that are left, in pieces. */
  async *rest(): AsyncGenerator<Row[]> {
    while (await this.#row(false)) {
      const from = this.#next
      this.#next = this.#piece.length
      yield this.#piece.slice(from)
    }
  }

  async #row(take = true): Promise<Row | null> {
    while (this.#next >= this.#piece.length) {
      const { value, done } = await this.#pieces.next()
      if (done) return null
      this.#piece = value
      this.#next = 0
      // The first row of all is the header, which `start` looks beyond.
      if (this.columns.length > 0) this.#look(0)
    }
    return this.#piece[take ? this.#next++ : this.#next]!
  }
}

/** Whether one key of whole numbers comes after another. */
function above(key: readonly string[], last: readonly string[]): boolean {
  for (const [n, cell] of key.entries()) {
    const before = last[n]!
    if (cell === before) continue
    if (cell.startsWith('-') || before.startsWith('-')) return Number(cell) > Number(before)
    return cell.length === before.length ? cell > before : cell.length > before.length
  }
  return false
}

async function* rowsOf(file: PackageFile, part: string): AsyncGenerator<Row[]> {
  const decoder = new TextDecoder()
  let rest = ''
  let at = 0
  for await (const bytes of file.bytes(part)) {
    const text = rest + decoder.decode(bytes, { stream: true })
    const rows: Row[] = []
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
      const line = text.slice(from, end)
      const quoted = line.includes('"')
      // A line end inside quotes belongs to the cell.
      if (quoted && (line.split('"').length - 1) % 2 === 1) continue
      at++
      rows.push({ cells: quoted ? cellsOf(line) : line.split(','), at })
      from = end + 1
    }
    rest = text.slice(from)
    if (rows.length > 0) yield rows
  }
  if (rest !== '') yield [{ cells: cellsOf(rest), at: at + 1 }]
}

function cellsOf(line: string): string[] {
  const cells: string[] = []
  for (const [, quoted, plain] of line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g))
    cells.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
  // The pattern also meets the empty end of the line.
  if (!line.endsWith(',')) cells.pop()
  return cells
}
