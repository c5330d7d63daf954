import { moneyNumeral, type ReadingUnit } from './format-money.ts'

/** A column as it can be carried away: what stands in each row, and whether it is money (then in fen). */
export interface TextColumn<Row> {
  title: string
  kind?: 'text' | 'money' | 'number'
  value(row: Row): string | number | null | undefined
}

/** The cells of a table as text, header first; money in the unit shown, named in the header, without separators. */
export function tableCells<Row>(
  columns: readonly TextColumn<Row>[],
  rows: readonly Row[],
  unit: ReadingUnit,
  unitName: string,
): string[][] {
  return [
    columns.map(column => (column.kind === 'money' ? `${column.title}（${unitName}）` : column.title)),
    ...rows.map(row =>
      columns.map(column => {
        const value = column.value(row)
        if (value === null || value === undefined) return ''
        return column.kind === 'money' ? moneyNumeral(String(value), unit) : String(value)
      }),
    ),
  ]
}

const NUMERAL = /^-?\d+(\.\d+)?%?$/

// A cell that begins like a formula is run by spreadsheet programs; a leading apostrophe keeps it text.
const harmless = (cell: string): string => (/^[=+\-@\t\r]/.test(cell) && !NUMERAL.test(cell) ? `'${cell}` : cell)

/** Tab-separated, as spreadsheets paste it. */
export const tsv = (cells: readonly string[][]): string =>
  cells.map(row => row.map(cell => harmless(cell).replace(/[\t\r\n]+/g, ' ')).join('\t')).join('\r\n')

/** RFC 4180 with a byte-order mark, without which the office programs read Chinese as rubbish. */
export const csv = (cells: readonly string[][]): string =>
  `\uFEFF${cells
    .map(row =>
      row
        .map(harmless)
        .map(cell => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
        .join(','),
    )
    .join('\r\n')}\r\n`
