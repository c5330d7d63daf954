import type { CheckOutcome } from '../platform/verify.ts'
import type { Differ, Row, TableReader } from './rows.ts'

/** The tables that the books are recomputed from. */
export const WALKED = [
  'allotments.allotment',
  'ledger.document',
  'ledger.batch',
  'ledger.entry',
  'ledger.balance',
  'ledger.corrected',
  'ledger.transfer',
  'ledger.seal',
  'ledger.seal_batch',
  'ledger.unsealed',
  'payments.payment',
  'payments.confirmation',
  'payments.in_transit',
  'payments.unposted',
] as const
export type Walked = (typeof WALKED)[number]

/** What every walk works with: the tables, and where its counts and differences go. */
export interface Ports {
  table(name: Walked): TableReader
  checks: Record<string, CheckOutcome>
  differ: Differ
}

/** A line as far as the checks need it. */
export interface Line {
  source: string
  transfer: string
  carried: string
  path: string
  to: string
  /** Above it in its division: the line that was registered or received. */
  root?: string
}

/** What is gathered of one division while its tables are read, and forgotten with it. */
export interface DivisionBooks {
  division: number
  documents: Set<string>
  lines: Map<string, Line>
  /** By allotment and account, in fen, from the entries. */
  turnover: Map<string, { debit: bigint; credit: bigint }>
  /** What was corrected of an entry, by batch and line. */
  corrected: Map<string, bigint>
  /** What the entries posted of a payment, and how much of that is still under way (5102), in fen. */
  posted: Map<string, { fen: bigint; transit: bigint }>
  /** Each batch's digest as it was stored. */
  digests: Map<string, string>
}

export const emptyBooks = (division: number): DivisionBooks => ({
  division,
  documents: new Set(),
  lines: new Map(),
  turnover: new Map(),
  corrected: new Map(),
  posted: new Map(),
  digests: new Map(),
})

/** Reads the named columns of a division's rows in one table. */
export async function* cellsOf(
  ports: Ports,
  name: Walked,
  division: number,
  columns: readonly string[],
): AsyncGenerator<{ cells: string[]; at: number }[]> {
  const reader = ports.table(name)
  const places = columns.map(column => reader.column(column))
  const take = ({ cells, at }: Row) => ({ cells: places.map(place => cells[place] ?? ''), at })
  for await (const piece of reader.of(division)) yield piece.map(take)
}
