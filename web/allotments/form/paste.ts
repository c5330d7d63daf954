import { amountText, type Cell, type DocumentUnit } from './form-line.ts'
import type { LineColumn } from './form-spec.ts'

/** The most rows that one paste takes: what a form takes at all. */
export const MAX_PASTED_ROWS = 5000

/** Rows and cells as an office program copies them: cells by tab, rows by line; a cell with a tab, line or quote in it stands in quotes. */
export function readTsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  const endCell = () => {
    row.push(cell.replace(/[\u00a0\uFEFF\u200B]/g, ' ').trim())
    cell = ''
  }
  const endRow = () => {
    endCell()
    if (row.some(one => one !== '')) rows.push(row)
    row = []
  }
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!
    if (quoted) {
      if (sign !== '"') cell += sign
      else if (text[at + 1] === '"') cell += text[++at]
      else quoted = false
    } else if (sign === '"' && cell === '' && closes(text, at)) quoted = true
    else if (sign === '\t') endCell()
    else if (sign === '\n') endRow()
    else if (sign !== '\r') cell += sign
  }
  endRow()
  return rows
}

/** Whether a quote that opens a cell is closed at a cell's end; else it is a sign like any other. */
function closes(text: string, from: number): boolean {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] !== '"') continue
    if (text[at + 1] === '"') at++
    else return at + 1 >= text.length || /[\t\r\n]/.test(text[at + 1]!)
  }
  return false
}

export interface Recognised {
  /** The row of the header, or -1 where there is none. */
  header: number
  /** For each pasted column the form's column that it holds, by name; null where nobody knows. */
  map: (string | null)[]
  /** The unit that the sheet says, where it says one. */
  unit: DocumentUnit | null
}

/** How far down a header is looked for: titles and “unit: 万元” stand above it. */
const HEADER_ROWS = 8

const plain = (text: string): string =>
  text
    .slice(0, 100)
    .normalize('NFKC')
    .replace(/[\s*]+/g, '')
    .toUpperCase()
const withoutUnit = (text: string): string => text.replace(/\((?:单位:)?(?:人民币)?[万亿]?元\)$|[:,](?:[万亿]?元)$/, '')
const unitIn = (text: string): DocumentUnit | null => {
  const found = /单位[:：]\s*(?:人民币)?(万元|元)|[(（](?:单位[:：])?(?:人民币)?(万元|元)[)）]/.exec(
    text.normalize('NFKC').replace(/\s/g, ''),
  )
  return ((found?.[1] ?? found?.[2]) as DocumentUnit | undefined) ?? null
}

/** Which pasted column is which, from the words above them; where no words stand there, from what the cells look like. */
export function recognise(rows: readonly string[][], columns: readonly LineColumn[]): Recognised {
  const width = Math.max(0, ...rows.map(row => row.length))
  let best: { row: number; map: (string | null)[]; score: number } = { row: -1, map: Array(width).fill(null), score: 0 }
  for (const [index, row] of rows.slice(0, HEADER_ROWS).entries()) {
    const map = headerMap(row, columns, width)
    const score = map.filter(Boolean).length
    // Amounts never stand in a header.
    if (score > best.score && !row.some(isNumber)) best = { row: index, map, score }
  }
  const above = rows.slice(0, Math.max(best.row + 1, 1)).flat()
  const unit = above.map(unitIn).find(Boolean) ?? null
  if (best.row >= 0) return { header: best.row, map: best.map, unit }
  return { header: -1, map: byLooks(rows, columns, width), unit }
}

function headerMap(row: readonly string[], columns: readonly LineColumn[], width: number): (string | null)[] {
  const map: (string | null)[] = Array(width).fill(null)
  const taken = new Set<string>()
  const keys = row.map(cell => withoutUnit(plain(cell)))
  const give = (fits: (key: string, title: string) => boolean) => {
    for (const column of columns) {
      if (taken.has(column.name)) continue
      const at = keys.findIndex(
        (key, index) => map[index] === null && key !== '' && column.titles.some(title => fits(key, plain(title))),
      )
      if (at < 0) continue
      map[at] = column.name
      taken.add(column.name)
    }
  }
  // First what is called exactly so; then what a longer heading holds (2018年下达金额).
  give((key, title) => key === title)
  give((key, title) => title.length >= 2 && key.length <= 20 && key.includes(title))
  return map
}

const isNumber = (text: string): boolean =>
  /^[+-]?\d+(?:\.\d+)?$/.test(amountText(text)) && !/^\d{6,9}$/.test(text.trim())

function byLooks(rows: readonly string[][], columns: readonly LineColumn[], width: number): (string | null)[] {
  const map: (string | null)[] = Array(width).fill(null)
  const numeric = Array.from({ length: width }, (_, at) => rows.filter(row => isNumber(row[at] ?? '')).length)
  // The last column of numbers is the amount; one that only counts the rows is none.
  const counts = (at: number) => rows.every((row, index) => !isNumber(row[at] ?? '') || Number(row[at]) === index + 1)
  const amounts = numeric.flatMap((count, at) =>
    count * 2 >= rows.length && count > 0 && !(width > 1 && counts(at)) ? [at] : [],
  )
  const amount = amounts.at(-1)
  if (amount !== undefined && columns.some(column => column.name === 'amount')) map[amount] = 'amount'
  // The first column of words is what the form asks for first beside its source.
  const first = columns.find(column => column.kind !== 'amount' && column.needed && column.name !== 'source')
  const words = map.findIndex(
    (one, at) => one === null && rows.some(row => /\p{Script=Han}|^\d{6,9}$/u.test(row[at] ?? '')),
  )
  if (first && words >= 0) map[words] = first.name
  return map
}

export interface Pasted {
  lines: Record<string, Cell>[]
  /** What the sheet's own total row says, as it is written there. */
  total: string | null
  /** How many rows were left out: titles, the header, totals. */
  left: number
}

const TOTAL = /^(?:合计|总计|共计|total|grandtotal)[:：]?$/i
const SUBTOTAL = /^(?:小计|其中|subtotal)[:：]?$/i

/**
 * The rows below the header as lines of the form. Totals are no lines: the last of them is told, to be checked against the sum.
 * `map` names the form's column of each pasted one.
 */
export function takeRows(
  rows: readonly string[][],
  found: Pick<Recognised, 'header' | 'map'>,
  columns: readonly LineColumn[],
): Pasted {
  const body = rows.slice(found.header + 1)
  const amountAt = found.map.indexOf('amount')
  const lines: Pasted['lines'] = []
  let total: string | null = null
  for (const row of body) {
    const bare = row.map(cell => cell.replace(/[\s\u3000]/g, ''))
    if (bare.some(cell => SUBTOTAL.test(cell))) continue
    if (bare.some(cell => TOTAL.test(cell))) {
      const printed = amountAt < 0 ? '' : amountText(row[amountAt] ?? '')
      if (printed !== '') total = printed
      continue
    }
    const cells: Record<string, Cell> = {}
    for (const [at, name] of found.map.entries()) {
      const column = columns.find(one => one.name === name)
      const text = row[at] ?? ''
      if (column && text !== '') cells[column.name] = cellFrom(column, text)
    }
    if (Object.keys(cells).length > 0) lines.push(cells)
  }
  return { lines, total, left: rows.length - lines.length }
}

/** A typed or pasted text as a cell: amounts cleaned, options read, choices still to be looked up. */
export function cellFrom(column: LineColumn, text: string): Cell {
  if (column.kind === 'amount') return { text: amountText(text) }
  if (column.kind !== 'option') return { text }
  const bare = text.normalize('NFKC').trim().toLowerCase()
  const [value] = Object.entries(column.options ?? {}).find(([id, words]) => id === bare || words.includes(bare)) ?? []
  return value === undefined ? { text } : { text: value, id: value }
}
