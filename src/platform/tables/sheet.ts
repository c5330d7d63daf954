import type { Readable } from 'node:stream'
import { type OutputColumn, type OutputRows, writeCsv, writeXlsx } from './writers.ts'

/** A table that is carried away: all rows, as they come. */
export interface Sheet {
  name: string
  columns: OutputColumn[]
  rows: OutputRows
}

export type SheetFile = 'csv' | 'xlsx'
export const MEDIA: Record<SheetFile, string> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

export const sheetBytes = (sheet: Sheet, file: SheetFile): Readable =>
  file === 'csv' ? writeCsv(sheet.columns, sheet.rows) : writeXlsx(sheet.name, sheet.columns, sheet.rows)
