import type { Tx } from '../platform/database/transaction.ts'
import type { View } from './clocks.ts'
import type { AccountName, GeneralLedger, GeneralRow } from './contract.ts'
import { accountsOf, movedOf } from './store.ts'

/**
 * 总账: each account that moved, month by month within the period, with opening, turnover and closing in fen on the account's own
 * side; then the account's total over the period (`month` null).
 */
export async function generalLedger(
  tx: Tx,
  division: number,
  year: number,
  view: View,
  only: { fund?: number | undefined; subject?: string | undefined } = {},
): Promise<GeneralLedger> {
  const accounts = await accountsOf(tx, year)
  const moved = await movedOf(tx, [division], year, view, ['account', 'month'], only)
  const rows = accounts.flatMap(account =>
    accountRows(
      account,
      moved.filter(row => row.account === account.code),
    ),
  )
  const sum = (of: 'debit' | 'credit') => String(moved.reduce((total, row) => total + row[of], 0n))
  return { accounts, rows, totals: { debitFen: sum('debit'), creditFen: sum('credit') } }
}

interface Month {
  month: string
  openingDebit: bigint
  openingCredit: bigint
  debit: bigint
  credit: bigint
}

function accountRows(account: AccountName, months: readonly Month[]): GeneralRow[] {
  if (months.length === 0) return []
  const sign = account.side === 'D' ? 1n : -1n
  const opening = months.reduce((sum, one) => sum + sign * (one.openingDebit - one.openingCredit), 0n)
  const rows: GeneralRow[] = []
  let stands = opening
  let debit = 0n
  let credit = 0n
  for (const one of months) {
    // A month that lies before the period is in the opening and has no row of its own.
    if (one.debit === 0n && one.credit === 0n) continue
    const before = stands
    stands += sign * (one.debit - one.credit)
    debit += one.debit
    credit += one.credit
    rows.push(row(account.code, one.month.slice(0, 7), before, one.debit, one.credit, stands))
  }
  return [...rows, row(account.code, null, opening, debit, credit, stands)]
}

const row = (
  account: number,
  month: string | null,
  opening: bigint,
  debit: bigint,
  credit: bigint,
  closing: bigint,
): GeneralRow => ({
  account,
  month,
  openingFen: String(opening),
  debitFen: String(debit),
  creditFen: String(credit),
  closingFen: String(closing),
})
