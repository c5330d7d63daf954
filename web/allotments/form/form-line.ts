import type { Choice } from '../../../src/allotments/answers.ts'
import { type MoneyUnit, parseMoney } from '../../../src/kernel/money.ts'
import type { Fault } from '../../../src/kernel/refusal.ts'
import type { LineColumn } from './form-spec.ts'

/** What stands in one cell: the text that people see, and for a choice who it is. */
export interface Cell {
  text: string
  id?: string
  /** What a source has left for the form, in fen. */
  left?: string
  /** Whom a pasted text may mean, where that is not certain. */
  offered?: Choice[]
}

export interface FormLine {
  /** Stays with the line while it is edited and moved. */
  key: number
  cells: Readonly<Record<string, Cell>>
}

/** Something that a cell lacks: `word` is a key of words, `said` a sentence of the server's. */
export interface CellFault {
  /** Index of the line. */
  line: number
  column: string
  word?: string
  said?: { zh: string; en: string }
  code?: string
  value?: string
}

export const EMPTY: Cell = { text: '' }

/** The units that a document's table may be written in. */
export const DOCUMENT_UNITS = ['元', '万元'] as const satisfies readonly MoneyUnit[]
export type DocumentUnit = (typeof DOCUMENT_UNITS)[number]
/** The word of a unit. */
export const unitWord = (unit: DocumentUnit) => (unit === '元' ? 'documentUnit.yuan' : 'documentUnit.wan')

export const cellOf = (line: FormLine, column: string): Cell => line.cells[column] ?? EMPTY
export const isBlank = (line: FormLine, first: FormLine['cells'] = {}): boolean =>
  Object.entries(line.cells).every(
    ([name, cell]) => cell.text.trim() === '' || (cell.id === first[name]?.id && cell.text === first[name]?.text),
  )

/**
 * An amount as it is typed or pasted, made ready for the kernel to read: blanks and the sign of the yuan go, and so do thousands commas that
 * stand where they must (1,234.50); others stay, for the kernel to refuse. The accountant's dash is an empty cell.
 */
export function amountText(typed: string): string {
  const text = typed.replace(/[\s\u00a0\u3000]+/g, '').replace(/^[¥￥]/, '')
  if (/^[-—–－]+$/.test(text)) return ''
  return /^[+-]?\d{1,3}(?:[,，]\d{3})+(?:\.\d*)?$/.test(text) ? text.replace(/[,，]/g, '') : text
}

/** In fen; null where it is no amount in that unit, exactly. */
export function fenOfAmount(typed: string, unit: MoneyUnit): bigint | null {
  const parsed = parseMoney(amountText(typed), unit)
  return 'fen' in parsed ? parsed.fen : null
}

/** The sum of what can be read, in fen; how many lines have an amount. */
export function sumOf(lines: readonly FormLine[], unit: MoneyUnit): { fen: bigint; count: number } {
  const amounts = lines.flatMap(line => fenOfAmount(cellOf(line, 'amount').text, unit) ?? [])
  return { fen: amounts.reduce((sum, amount) => sum + amount, 0n), count: amounts.length }
}

/** Everything that is missing or cannot be read, all at once, cell by cell. */
export function faultsOf(
  columns: readonly LineColumn[],
  lines: readonly FormLine[],
  unit: MoneyUnit,
  isLeftOut: (line: FormLine) => boolean,
): CellFault[] {
  return lines.flatMap((line, index) =>
    isLeftOut(line)
      ? []
      : columns.flatMap((column): CellFault[] => {
          const cell = cellOf(line, column.name)
          const at = { line: index, column: column.name, value: cell.text }
          if (cell.text.trim() === '') return column.needed ? [{ ...at, word: 'formPage.needed' }] : []
          if (column.kind === 'amount') {
            const parsed = parseMoney(amountText(cell.text), unit)
            if ('problem' in parsed) return [{ ...at, word: `amount.${parsed.problem}` }]
            return parsed.fen > 0n || (column.name !== 'amount' && parsed.fen === 0n)
              ? []
              : [{ ...at, word: 'amount.not-positive' }]
          }
          if ((column.kind === 'choice' || column.kind === 'option') && cell.id === undefined)
            return [
              {
                ...at,
                word: cell.offered?.length
                  ? 'cellFault.offered'
                  : column.kind === 'option'
                    ? 'cellFault.option'
                    : 'cellFault.unknown',
              },
            ]
          return []
        }),
  )
}

/** One line as the form's body takes it; the amounts exactly, in fen. */
export function bodyOf(columns: readonly LineColumn[], line: FormLine, unit: MoneyUnit): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const column of columns) {
    const cell = cellOf(line, column.name)
    if (cell.text.trim() === '') continue
    if (column.kind === 'amount') body[`${column.name}Fen`] = String(fenOfAmount(cell.text, unit) ?? '')
    else if (column.kind === 'text') body[column.name] = cell.text.trim()
    else if (cell.id !== undefined) body[column.name] = column.numbered ? Number(cell.id) : cell.id
  }
  return body
}

/** Faults of the server at the cells that they are of: `sent` says which line each row of the body was. */
export function placed(faults: readonly Fault[], columns: readonly LineColumn[], sent: readonly number[]): CellFault[] {
  return faults.flatMap((fault): CellFault[] => {
    const [, index, path] = /^lines\.(\d+)(?:\.(.+))?$/.exec(fault.field ?? '') ?? []
    const row = fault.row ?? (index === undefined ? undefined : Number(index) + 1)
    const line = row === undefined ? undefined : sent[row - 1]
    if (line === undefined) return []
    const field = (path ?? fault.field ?? '').replace(/^outside\.number$/, 'superiorNumber').replace(/Fen$/, '')
    const column = columns.find(one => one.name === field) ?? columns.find(one => one.kind === 'amount') ?? columns[0]
    return column
      ? [
          {
            line,
            column: column.name,
            said: { zh: fault.zh, en: fault.en },
            code: fault.code,
            ...(fault.value ? { value: fault.value } : {}),
          },
        ]
      : []
  })
}
