import { type FaultList, FaultList as Faults, Refusal, refuse } from '../../kernel/refusal.ts'
import { HEADER_SEARCH_ROWS, type HeaderMatcher } from './header.ts'
import { type Probe, textOf } from './source.ts'
import type { RawRow, RawTable, TableLimits, TableSource } from './table.ts'

const SEPARATORS = [',', '\t', ';', '|']
/** Characters looked at to find the separator and the header. */
const HEAD_CHARS = 262_144

/** Opens a CSV that has been probed: finds its separator and header, and goes on from there. */
export async function readCsv(
  source: TableSource,
  found: Extract<Probe, { kind: 'text' }>,
  matcher: HeaderMatcher,
  limits: TableLimits,
  faults: FaultList,
): Promise<RawTable> {
  const pieces = textOf(source, found.encoding, limits.maxBytes)
  try {
    let head = ''
    let ended = false
    while (head.length < HEAD_CHARS && !ended) {
      const next = await pieces.next()
      if (next.done) ended = true
      else head += next.value
    }
    const separator = bestSeparator(head, ended, matcher, limits)
    const scanner = new CsvScanner(separator, limits.maxRecordChars, faults)
    const broken = attempt(() => {
      scanner.push(head)
      if (ended) scanner.end()
    })
    const first = scanner.take()
    if (broken && matcher.score(first) === 0) throw broken
    const header = matcher.find(first)
    const below = first.filter(row => row.row > header.row)
    if (below[0] && matcher.repeats(header, below[0].cells)) below.shift()
    const rows = restOfCsv(pieces, scanner, below, broken || ended, header.headers.length)
    return { format: 'csv', encoding: found.encoding, header, rows }
  } catch (error) {
    await pieces.return(undefined)
    throw error
  }
}

async function* restOfCsv(
  pieces: AsyncGenerator<string>,
  scanner: CsvScanner,
  below: RawRow[],
  /** True when the head was the whole file; the refusal when the file is broken in it. */
  ended: boolean | Refusal,
  width: number,
): AsyncGenerator<RawRow[]> {
  try {
    let narrow = false
    let last: RawRow | undefined
    const watch = (rows: RawRow[]): RawRow[] => {
      for (const row of rows) {
        if (last && last.cells.length < width && last.cells.length > 1) narrow = true
        last = row
      }
      return rows
    }
    yield watch(below)
    // The rows before the break are given out first, so that their own faults are told too.
    if (ended instanceof Refusal) throw ended
    if (!ended) {
      for await (const piece of pieces) {
        scanner.push(piece)
        yield watch(scanner.take())
      }
      scanner.end()
      yield watch(scanner.take())
    }
    // Every row was whole but the last, and that one has no line end: it was cut off.
    if (last && scanner.unended && !narrow && last.cells.length < width)
      refuse(
        'input',
        'file-truncated',
        `文件在第 ${last.row} 行中断：该行只有 ${last.cells.length} 个单元格，表头有 ${width} 列；请重新导出或重新上传。`,
        `The file breaks off in row ${last.row}, which has ${last.cells.length} cells where the header has ${width}; export or upload it again.`,
        { row: last.row },
      )
  } finally {
    await pieces.return(undefined)
  }
}

/** The separator under which a row of the head matches most columns; the comma where they tie. */
function bestSeparator(head: string, ended: boolean, matcher: HeaderMatcher, limits: TableLimits): string {
  let best = ','
  let bestScore = 0
  for (const separator of SEPARATORS) {
    if (!head.includes(separator)) continue
    const scanner = new CsvScanner(separator, limits.maxRecordChars, new Faults(), HEADER_SEARCH_ROWS)
    attempt(() => {
      scanner.push(head)
      if (ended) scanner.end()
    })
    const score = matcher.score(scanner.take())
    if (score > bestScore) {
      best = separator
      bestScore = score
    }
  }
  return best
}

/** The refusal that work ends in; false when it succeeds. */
function attempt(work: () => void): Refusal | false {
  try {
    work()
    return false
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

const QUOTE = 0x22
const LF = 10
const CR = 13

/**
 * Splits text into records as RFC 4180 has it, with LF, CR LF or CR as line ends; text may be pushed in any pieces.
 * Faults: `quote-stray` (text after a closing quote). Refuses `line-too-long`, `file-truncated` (open quote at the end).
 */
export class CsvScanner {
  /** Whether the last record came without a line end. */
  unended = false
  #separator: number
  #separatorText: string
  #maxChars: number
  #faults: FaultList
  #maxRows: number
  #rows: RawRow[] = []
  #cells: string[] = []
  #field = ''
  /** 0 at the start of a field, 1 in plain text, 2 inside quotes, 3 behind a quote that may have closed the field. */
  #state = 0
  #row = 1
  #recordChars = 0
  #afterCr = false

  constructor(separator: string, maxChars: number, faults: FaultList, maxRows = Number.POSITIVE_INFINITY) {
    this.#separator = separator.charCodeAt(0)
    this.#separatorText = separator
    this.#maxChars = maxChars
    this.#faults = faults
    this.#maxRows = maxRows
  }

  /** The records completed since the last call. */
  take(): RawRow[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  push(text: string): void {
    const length = text.length
    const separator = this.#separator
    let start = 0
    let recordStart = 0
    let i = 0
    // Where the next of each stands, for whole records that can be cut without looking at each character.
    let quote = -2
    let cr = -2
    while (i < length) {
      if (this.#rows.length >= this.#maxRows) return
      if (
        i === recordStart &&
        this.#state === 0 &&
        this.#recordChars === 0 &&
        !this.#afterCr &&
        this.#cells.length === 0
      ) {
        const lf = text.indexOf('\n', i)
        if (quote !== -1 && quote < i) quote = text.indexOf('"', i)
        if (cr !== -1 && cr < i) cr = text.indexOf('\r', i)
        const end = cr >= 0 && cr === lf - 1 ? cr : lf
        if (lf >= 0 && (quote < 0 || quote > lf) && (cr < 0 || cr >= end) && end - i <= this.#maxChars) {
          this.#cells = text.slice(i, end).split(this.#separatorText)
          this.#endRow()
          i = start = recordStart = lf + 1
          continue
        }
      }
      if (this.#state === 2) {
        const close = text.indexOf('"', i)
        if (close < 0) break
        this.#field += text.slice(i, close)
        this.#state = 3
        i = start = close + 1
        continue
      }
      const c = text.charCodeAt(i)
      if (this.#afterCr) {
        this.#afterCr = false
        if (c === LF) {
          i = start = recordStart = i + 1
          continue
        }
      }
      if (c === separator) {
        this.#endField(text, start, i)
        start = i + 1
      } else if (c === LF || c === CR) {
        this.#endField(text, start, i)
        this.#checkLength(i - recordStart)
        this.#endRow()
        this.#afterCr = c === CR
        start = recordStart = i + 1
      } else if (this.#state === 0) {
        if (c === QUOTE) {
          this.#state = 2
          start = i + 1
        } else this.#state = 1
      } else if (this.#state === 3) {
        if (c === QUOTE) {
          this.#field += '"'
          this.#state = 2
          start = i + 1
        } else if (c === 0x20 || c === 9) start = i + 1
        else {
          this.#stray(text.slice(i, i + 20))
          this.#state = 1
          start = i
        }
      }
      i++
    }
    // What is left of the last field waits for the next piece.
    if (this.#state === 2) this.#field += text.slice(i)
    else if (this.#state === 1) this.#field += text.slice(start)
    this.#recordChars += length - recordStart
    this.#checkLength(0)
  }

  end(): void {
    if (this.#state === 2)
      refuse(
        'input',
        'file-truncated',
        `第 ${this.#row} 行的双引号直到文件结尾都没有配对，文件可能不完整；请补上引号，或重新导出。`,
        `The quote opened in row ${this.#row} is not closed by the end of the file, which may be cut off; close it, or export the file again.`,
        { row: this.#row },
      )
    if (this.#state === 0 && this.#cells.length === 0) return
    this.#endField('', 0, 0)
    this.#endRow()
    this.unended = true
  }

  #endField(text: string, start: number, end: number): void {
    if (this.#state === 3) this.#cells.push(this.#field)
    else this.#cells.push(this.#field === '' ? text.slice(start, end) : this.#field + text.slice(start, end))
    this.#field = ''
    this.#state = 0
  }

  #endRow(): void {
    this.#rows.push({ row: this.#row++, cells: this.#cells })
    this.#cells = []
    this.#recordChars = 0
  }

  #checkLength(more: number): void {
    if (this.#recordChars + more <= this.#maxChars) return
    const quoted = this.#state === 2
    refuse(
      'input',
      'line-too-long',
      `第 ${this.#row} 行超过 ${this.#maxChars} 个字符${quoted ? '，可能是双引号没有配对' : ''}；请检查换行和分隔符。`,
      `Row ${this.#row} is longer than ${this.#maxChars} characters${quoted ? ', perhaps for want of a closing quote' : ''}; check its line ends and separators.`,
      { row: this.#row },
    )
  }

  #stray(text: string): void {
    const value = text.split(/[\r\n]/)[0]!
    this.#faults.add({
      code: 'quote-stray',
      row: this.#row,
      value,
      zh: `第 ${this.#row} 行的双引号之后还有文字“${value}”；内容里的双引号要写成两个（""）。`,
      en: `Row ${this.#row}: "${value}" follows a closing quote; a quote inside text must be doubled ("").`,
    })
  }
}
