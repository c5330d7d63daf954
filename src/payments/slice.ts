import type { StagedDay } from './staging-store.ts'

/** Staged lines between two days, both included, in the order (division, fiscal year, day of voucher). */
export interface Slice {
  from: StagedDay
  to: StagedDay
}

const day = (one: StagedDay): unknown[] => [one.division, one.fiscalYear, one.vouchedOn]
/** Conditions on `payments.staged s`; their values are `bounds`. */
export const within = `s.import = $1 and (s.division, s.fiscal_year, s.vouched_on) >= ($2, $3, $4::date)
  and (s.division, s.fiscal_year, s.vouched_on) <= ($5, $6, $7::date)`
export const bounds = (importId: string, slice: Slice): unknown[] => [importId, ...day(slice.from), ...day(slice.to)]

/** Payments of one division and year that fit; arrays in the database's own text form, handed back as they came. */
export interface Group {
  division: number
  fiscal_year: number
  /** The days of payment, ascending; and for each line, which of them is its own, from 1. */
  days: string
  line_days: string
  ids: string
  allotments: string
  accounts: string
  amounts: string
  lines: number
  fen: bigint
}
