import type { Sentence } from '../kernel/refusal.ts'
import type { Tx } from './database/transaction.ts'

/** One place where what is stored is not what the entries say. */
export interface Difference {
  place: string
  expected: string
  found: string
}

export interface CheckOutcome {
  /** How many things were looked at. */
  checked: number
  differences: Difference[]
  /** All differences, listed or not. */
  count: number
  /** Something to say that is no difference, such as batches that still wait for their seal. */
  note?: Sentence
}

/** Something that must always hold, and how to find where it does not: a part's share of `fundwatch verify`. */
export interface VerifyCheck {
  code: string
  title: Sentence
  run(tx: Tx): Promise<CheckOutcome>
}

const LISTED = 1000

/**
 * A check in one statement: `sql` answers `place, expected, found` for each difference, `counted` one number. The first
 * thousand differences are listed, all are counted.
 */
export function sqlCheck(code: string, zh: string, en: string, counted: string, sql: string): VerifyCheck {
  return {
    code,
    title: { zh, en },
    async run(tx) {
      const { checked } = await tx.one<{ checked: bigint }>(`select (${counted})::bigint as checked`)
      const rows = await tx.query<Difference & { n: bigint }>(
        `select place::text, coalesce(expected::text, '-') as expected, coalesce(found::text, '-') as found, count(*) over () as n from (${sql}) d limit ${LISTED}`,
      )
      return {
        checked: Number(checked),
        differences: rows.map(({ place, expected, found }) => ({ place, expected, found })),
        count: Number(rows[0]?.n ?? 0),
      }
    },
  }
}
