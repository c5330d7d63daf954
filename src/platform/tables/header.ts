import { type Fault, Refusal } from '../../kernel/refusal.ts'
import type { Column, RawRow } from './table.ts'

/** Title lines that may stand above the header, and the header itself. */
export const HEADER_SEARCH_ROWS = 11

export interface FoundHeader {
  /** 1-based row of the header. */
  row: number
  /** As they stand in the file, trimmed, without empty ones at the end. */
  headers: string[]
  /** For each column asked for, the index of its cell, or -1. */
  map: number[]
  unknown: string[]
}

interface Match {
  row: RawRow
  headers: string[]
  map: number[]
  unknown: string[]
  duplicated: { column: number; first: number; second: number }[]
  wrongUnit: { column: number; header: string }[]
  required: number
  matched: number
}

/** `0` is A, `26` is AA: as the office program names a column. */
export function columnLetters(index: number): string {
  let letters = ''
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters
  return letters
}

/** Blanks, byte-order mark, width of brackets, case and the asterisk of mandatory columns do not matter in a header. */
export const normaliseHeading = (header: string): string =>
  header
    // No header is longer; patterns over hostile megabytes would be slow.
    .slice(0, 200)
    .normalize('NFKC')
    .replace(/[\s\uFEFF\u200B]+/g, '')
    .replace(/^[*]+|[*]+$/g, '')
    .toUpperCase()

/** How sentences name a column: by the bureau's own heading where it was mapped. */
export const columnLabel = (column: Column): string =>
  column.heading
    ? `“${column.heading}”（${column.name}）`
    : column.titles[0] && column.titles[0] !== column.name
      ? `${column.name}（${column.titles[0]}）`
      : column.name

/** Finds which row is the header and which cell holds which column. */
export class HeaderMatcher {
  readonly columns: readonly Column[]
  #keys = new Map<string, number>()
  #names = new Map<string, number>()

  constructor(columns: readonly Column[]) {
    this.columns = columns
    columns.forEach((column, index) => {
      this.#names.set(normaliseHeading(column.name), index)
      for (const key of [column.name, ...column.titles]) {
        const normal = normaliseHeading(key)
        if (!this.#keys.has(normal)) this.#keys.set(normal, index)
      }
    })
  }

  /** How many columns a row would match if it were the header: required ones first. */
  score(rows: readonly RawRow[]): number {
    const best = this.#best(rows)
    return best ? best.required * 1000 + best.matched : 0
  }

  /** True when no required column is missing from the best row. */
  complete(rows: readonly RawRow[]): boolean {
    const best = this.#best(rows)
    return best !== null && best.matched > 0 && this.#missing(best).length === 0
  }

  /**
   * The row among the first eleven that matches most required columns.
   * Refuses `header-missing`, and, all together, `column-missing`, `column-duplicated`, `column-unit`.
   */
  find(rows: readonly RawRow[]): FoundHeader {
    const best = this.#best(rows)
    if (!best || best.matched + best.wrongUnit.length === 0) {
      const first = rows.find(row => row.cells.some(cell => cell.trim() !== ''))
      const seen =
        first?.cells
          .map(cell => cell.trim())
          .filter(Boolean)
          .join(' | ')
          .slice(0, 120) ?? ''
      const wanted = this.columns
        .filter(column => column.required)
        .map(columnLabel)
        .join('、')
      throw new Refusal('input', [
        {
          code: 'header-missing',
          row: first?.row ?? 1,
          value: seen,
          zh: `前 ${HEADER_SEARCH_ROWS} 行里找不到表头（第 ${first?.row ?? 1} 行是“${seen}”）；请保留表头行，至少要有：${wanted}。`,
          en: `No header was found in the first ${HEADER_SEARCH_ROWS} rows (row ${first?.row ?? 1} reads "${seen}"); keep the header row, with at least: ${wanted}.`,
        },
      ])
    }
    const faults = this.#faults(best)
    if (faults.length > 0) throw new Refusal('input', faults)
    return { row: best.row.row, headers: best.headers, map: best.map, unknown: best.unknown }
  }

  /** Whether a row below the header only repeats it in the other language: codes above, Chinese names below. */
  repeats(header: FoundHeader, cells: readonly string[]): boolean {
    let same = 0
    for (let index = 0; index < cells.length; index++) {
      const key = normaliseHeading(cells[index]!)
      if (key === '') continue
      const column = this.#column(key)
      if (column >= 0 && header.map[column] === index) same++
      else if (header.map.includes(index)) return false
    }
    return same >= 2
  }

  #best(rows: readonly RawRow[]): Match | null {
    let best: Match | null = null
    for (const row of rows.slice(0, HEADER_SEARCH_ROWS)) {
      const match = this.#match(row)
      if (
        !best ||
        match.required > best.required ||
        (match.required === best.required && match.matched > best.matched) ||
        (best.matched === 0 && match.wrongUnit.length > best.wrongUnit.length)
      )
        best = match
    }
    return best
  }

  #column(key: string): number {
    const whole = this.#keys.get(key)
    if (whole !== undefined) return whole
    // The ministry's form `BGT_ID(指标主键)`; a Chinese title may only be followed by the unit that amounts have anyway.
    const form = /^(.+?)\((.*)\)$/.exec(key)
    if (!form) return -1
    const [, before = '', inside = ''] = form
    if (/[万亿千百]元/.test(inside)) return -1
    if (inside === '元' || inside === '单位:元') return this.#keys.get(before) ?? -1
    return this.#names.get(before) ?? this.#names.get(inside) ?? -1
  }

  #match(row: RawRow): Match {
    const headers = row.cells.map(cell => cell.replace(/\uFEFF/g, '').trim())
    while (headers.length > 0 && headers.at(-1) === '') headers.pop()
    const map = this.columns.map(() => -1)
    const match: Match = { row, headers, map, unknown: [], duplicated: [], wrongUnit: [], required: 0, matched: 0 }
    headers.forEach((header, index) => {
      const key = normaliseHeading(header)
      if (key === '') return
      const column = this.#column(key)
      if (column < 0) {
        match.unknown.push(header)
        const form = /^(.+?)\(.*[万亿千百]元\)$/.exec(key)
        const meant = form ? this.#keys.get(form[1]!) : undefined
        if (meant !== undefined) match.wrongUnit.push({ column: meant, header })
      } else if (map[column]! >= 0) match.duplicated.push({ column, first: map[column]!, second: index })
      else {
        map[column] = index
        match.matched++
        if (this.columns[column]!.required) match.required++
      }
    })
    return match
  }

  #missing(match: Match): Column[] {
    return this.columns.filter((column, index) => column.required && match.map[index]! < 0)
  }

  #faults(match: Match): Fault[] {
    const row = match.row.row
    const faults: Fault[] = []
    for (const { column, header } of match.wrongUnit) {
      if (match.map[column]! >= 0) continue
      const { name } = this.columns[column]!
      faults.push({
        code: 'column-unit',
        row,
        field: name,
        value: header,
        zh: `第 ${row} 行表头“${header}”的单位不是元；请把该列换算成元，表头改为“${columnLabel(this.columns[column]!)}”。`,
        en: `Row ${row}: the header "${header}" is not in yuan; convert the column to yuan and head it "${name}".`,
      })
    }
    for (const column of this.#missing(match)) {
      if (faults.some(fault => fault.code === 'column-unit' && fault.field === column.name)) continue
      faults.push({
        code: 'column-missing',
        row,
        field: column.name,
        zh: `第 ${row} 行表头缺少必需的列 ${columnLabel(column)}；请补上该列，表头可写：${[column.name, ...column.titles].join('、')}。`,
        en: `Row ${row}: the required column ${columnLabel(column)} is missing; add it, headed with one of: ${[column.name, ...column.titles].join(', ')}.`,
      })
    }
    for (const { column, first, second } of match.duplicated) {
      const { name } = this.columns[column]!
      const [a, b] = [columnLetters(first), columnLetters(second)]
      faults.push({
        code: 'column-duplicated',
        row,
        field: name,
        value: match.headers[second],
        zh: `第 ${row} 行表头里 ${columnLabel(this.columns[column]!)} 出现了两次（${a} 列“${match.headers[first]}”和 ${b} 列“${match.headers[second]}”）；请只留一列。`,
        en: `Row ${row}: ${columnLabel(this.columns[column]!)} stands twice in the header (column ${a} "${match.headers[first]}" and column ${b} "${match.headers[second]}"); keep one.`,
      })
    }
    return faults
  }
}
