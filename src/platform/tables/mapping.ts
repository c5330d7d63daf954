import { sm3 } from '../../kernel/digest.ts'
import type { MoneyUnit } from '../../kernel/money.ts'
import { normaliseHeading } from './header.ts'
import type { Column } from './table.ts'

/** In which order a date's parts stand, where year-month-day would misread it. */
export type DateOrder = 'ymd' | 'dmy' | 'mdy'

/** Where a field comes from: a heading of the bureau's own table, or one value for all rows. */
export interface MappedField {
  heading?: string
  /** Stands in every row where the heading is left out, and where its cell is blank. */
  value?: string
  /** What amounts are in; 元 where not said. */
  unit?: MoneyUnit
  dates?: DateOrder
}

/** Which column of a bureau's own spreadsheet is which field, by the fields' canonical names. */
export interface ColumnMapping {
  name: string
  fields: Readonly<Record<string, MappedField>>
}

/** What a field holds, as far as a mapping must know it. */
export const holdsOf = (column: Pick<Column, 'name'>): 'money' | 'date' | 'text' =>
  /(^|_)(AMT|AMOUNT)$/.test(column.name) ? 'money' : /(^|_)DATE$/.test(column.name) ? 'date' : 'text'

/**
 * The columns as the mapping says: a mapped heading stands first, is no other column's any more, and is what sentences name; a fixed
 * value makes a column dispensable.
 */
export function mappedColumns(columns: readonly Column[], mapping: ColumnMapping | undefined): readonly Column[] {
  if (!mapping) return columns
  const taken = new Set(
    Object.values(mapping.fields).flatMap(field => (field.heading ? [normaliseHeading(field.heading)] : [])),
  )
  return columns.map(column => {
    const field = mapping.fields[column.name]
    const titles = column.titles.filter(title => !taken.has(normaliseHeading(title)))
    if (!field) return { ...column, titles }
    return {
      ...column,
      titles: field.heading ? [field.heading, ...titles] : titles,
      required: column.required && field.value === undefined,
      ...(field.heading ? { heading: field.heading } : {}),
      ...(field.value === undefined ? {} : { value: field.value }),
      ...(field.unit ? { unit: field.unit } : {}),
      ...(field.dates ? { dates: field.dates } : {}),
    }
  })
}

/** By what a table is known again: SM3 over its headings as they are read, in their order. */
export const headingSignature = (headings: readonly string[]): Buffer =>
  sm3(headings.map(normaliseHeading).join('\u0000'))
