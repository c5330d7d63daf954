import type { Tx } from '../platform/database/transaction.ts'
import type { View } from './clocks.ts'
import type { AccountName } from './contract.ts'

/** The accounts of a year by the chart then in force, with the codes and names that it shows. */
export const accountsOf = (tx: Tx, year: number | null): Promise<AccountName[]> =>
  tx.query<never>(
    `select distinct on (p.code) p.code, p.shown_code as "shownCode", p.name as zh, p.english as en, a.side
     from ledger.published_account p join ledger.account a on a.code = p.code
     where $1::int is null or $1 between p.first_year and coalesce(p.last_year, 9999) order by p.code, p.first_year desc, p.chart desc`,
    [year],
  )

/** A grouping of turnover: the columns of `books.moved` that it keeps. */
export type Kept =
  | 'division'
  | 'month'
  | 'account'
  | 'fund'
  | 'function_subject'
  | 'origin'
  | 'source_level'
  | 'advance'

export interface Moved {
  division: number
  month: string
  account: number
  fund: number
  function_subject: string
  origin: string
  source_level: string
  advance: boolean
  /** Turnover before the period, in fen. */
  openingDebit: bigint
  openingCredit: bigint
  /** Turnover within it. */
  debit: bigint
  credit: bigint
}

/** Turnover of divisions' books of a year in one view, by what is kept; whole months cost their sums alone. */
export const movedOf = <K extends Kept>(
  tx: Tx,
  divisions: readonly number[],
  year: number,
  view: View,
  kept: readonly K[],
  only: { fund?: number | undefined; subject?: string | undefined } = {},
): Promise<(Pick<Moved, K> & Pick<Moved, 'openingDebit' | 'openingCredit' | 'debit' | 'credit'>)[]> =>
  tx.query<never>(
    `select ${kept.join(', ')},
       coalesce(sum(debit_fen) filter (where before), 0)::bigint as "openingDebit", coalesce(sum(credit_fen) filter (where before), 0)::bigint as "openingCredit",
       coalesce(sum(debit_fen) filter (where not before), 0)::bigint as debit, coalesce(sum(credit_fen) filter (where not before), 0)::bigint as credit
     from books.moved($1, $2, $3, $4, $5)
     where ($6::int is null or fund = $6) and ($7::text is null or function_subject like $7 || '%')
     group by ${kept.join(', ')} order by ${kept.join(', ')}`,
    [divisions, year, view.from, view.to, view.known, only.fund ?? null, only.subject ?? null],
  )

/** The divisions of an area, today: itself first, then by code. */
export const areaOf = (tx: Tx, division: number): Promise<{ id: number; code: string; name: string }[]> =>
  tx.query<never>(
    `select d.division as id, d.code, d.name from divisions.scope_division s join divisions.published_division d on d.division = s.division
     where s.scope = $1 order by d.division <> $1, d.code`,
    [division],
  )

export const fundNames = async (
  tx: Tx,
  funds: readonly number[],
): Promise<Map<number, { code: string; name: string }>> =>
  new Map(
    (
      await tx.query<{ id: number; code: string; name: string }>(
        'select id, code, name from funds.published_fund where id = any ($1)',
        [funds],
      )
    ).map(row => [row.id, row]),
  )

/** Names of functional subjects: those of the year, or of the last year that has them. */
export const subjectNames = async (tx: Tx, year: number, codes: readonly string[]): Promise<Map<string, string>> =>
  new Map(
    (
      await tx.query<{ code: string; name: string }>(
        `select distinct on (code) code, name from funds.published_subject where kind = 'function' and code = any ($2)
         order by code, fiscal_year = $1 desc, fiscal_year desc`,
        [year, codes],
      )
    ).map(row => [row.code, row.name]),
  )
