/** A fiscal year runs from 1 January to 31 December (Budget Law art. 18). */
export type FiscalYear = number & { readonly __fiscalYear: true }

export function parseFiscalYear(text: string | number): FiscalYear | null {
  const year = Number(String(text).trim())
  return Number.isInteger(year) && year >= 1994 && year <= 2100 ? (year as FiscalYear) : null
}

export const fiscalYearOf = (date: string): FiscalYear => Number(date.slice(0, 4)) as FiscalYear
