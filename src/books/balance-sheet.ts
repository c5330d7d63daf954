import type { Tx } from '../platform/database/transaction.ts'
import type { View } from './clocks.ts'
import type { AccountName, BalanceGroup, BalanceSheet } from './contract.ts'
import { accountsOf, areaOf, fundNames, type Moved, movedOf, subjectNames } from './store.ts'

export type GroupedBy = 'fund' | 'subject' | 'level' | 'division'

/** 执行率 = paid ÷ executable. Executable: refined to own spending, whatever became of it (own + plan + in transit + paid). */
export const PAID: readonly number[] = [5201]
export const EXECUTABLE: readonly number[] = [500201, 5101, 5102, 5201]

type Standing = Pick<
  Moved,
  'division' | 'account' | 'fund' | 'function_subject' | 'origin' | 'source_level' | 'advance'
> & {
  fen: bigint
}

/**
 * 收支平衡表 of a division's year, in fen: sources are what stands on credit-side accounts by where it came from, uses what stands
 * on each debit-side account. Double entry makes the two sides equal. With a period, what moved within it.
 */
export async function balanceSheet(
  tx: Tx,
  division: number,
  year: number,
  view: View,
  by: GroupedBy,
): Promise<BalanceSheet> {
  const accounts = await accountsOf(tx, year)
  const side = new Map(accounts.map(account => [account.code, account.side]))
  const area = by === 'division' ? await areaOf(tx, division) : []
  const moved = await movedOf(tx, by === 'division' ? area.map(one => one.id) : [division], year, view, [
    'division',
    'account',
    'fund',
    'function_subject',
    'origin',
    'source_level',
    'advance',
  ])
  const standing: Standing[] = moved.map(row => ({
    ...row,
    fen: side.get(row.account) === 'C' ? row.credit - row.debit : row.debit - row.credit,
  }))
  const own = standing.filter(row => row.division === division)
  const isSource = (row: Standing) => side.get(row.account) === 'C'
  const sources = new Map<string, BalanceSheet['sources'][number] & { sum: bigint }>()
  for (const row of own.filter(isSource)) {
    const key = `${row.origin}|${row.source_level}|${row.advance}`
    const found = sources.get(key) ?? {
      origin: row.origin,
      sourceLevel: row.source_level,
      advance: row.advance,
      fen: '0',
      sum: 0n,
    }
    found.sum += row.fen
    sources.set(key, found)
  }
  const uses = accounts
    .filter(account => account.side === 'D')
    .map(account => ({ account: account.code, fen: String(sumOf(own, row => row.account === account.code)) }))
  return {
    accounts,
    sources: [...sources.values()]
      .map(({ sum, ...row }) => ({ ...row, fen: String(sum) }))
      .filter(row => row.fen !== '0'),
    uses: uses.filter(use => use.fen !== '0'),
    sourcesFen: String(sumOf(own, isSource)),
    usesFen: String(sumOf(own, row => !isSource(row))),
    groups: await groupsOf(tx, year, by, standing, accounts, area),
    execution: {
      paidFen: String(sumOf(own, row => PAID.includes(row.account))),
      executableFen: String(sumOf(own, row => EXECUTABLE.includes(row.account))),
    },
  }
}

const sumOf = (rows: readonly Standing[], where: (row: Standing) => boolean): bigint =>
  rows.reduce((sum, row) => (where(row) ? sum + row.fen : sum), 0n)

async function groupsOf(
  tx: Tx,
  year: number,
  by: GroupedBy,
  rows: readonly Standing[],
  accounts: readonly AccountName[],
  area: readonly { id: number; code: string; name: string }[],
): Promise<BalanceGroup[]> {
  const side = new Map(accounts.map(account => [account.code, account.side]))
  const keyOf = (row: Standing): string =>
    by === 'fund'
      ? String(row.fund)
      : by === 'subject'
        ? row.function_subject
        : by === 'level'
          ? row.source_level
          : String(row.division)
  const grouped = new Map<string, Standing[]>()
  for (const row of rows) {
    const some = grouped.get(keyOf(row))
    if (some) some.push(row)
    else grouped.set(keyOf(row), [row])
  }
  const names = await namesOf(tx, year, by, [...grouped.keys()], area)
  return [...grouped]
    .map(([key, some]): BalanceGroup => {
      const source = sumOf(some, row => side.get(row.account) === 'C')
      const used = sumOf(some, row => side.get(row.account) !== 'C')
      const uses: Record<string, string> = {}
      for (const account of accounts) {
        const fen = account.side === 'D' ? sumOf(some, row => row.account === account.code) : 0n
        if (fen !== 0n) uses[account.code] = String(fen)
      }
      return {
        ...(names.get(key) ?? { key, name: key }),
        sourcesFen: String(source),
        movedFen: String(used - source),
        uses,
        paidFen: String(sumOf(some, row => PAID.includes(row.account))),
        executableFen: String(sumOf(some, row => EXECUTABLE.includes(row.account))),
      }
    })
    .filter(group => group.sourcesFen !== '0' || Object.keys(group.uses).length > 0)
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}

async function namesOf(
  tx: Tx,
  year: number,
  by: GroupedBy,
  keys: readonly string[],
  area: readonly { id: number; code: string; name: string }[],
): Promise<Map<string, { key: string; name: string }>> {
  if (by === 'fund')
    return new Map(
      [...(await fundNames(tx, keys.map(Number)))].map(([id, fund]) => [
        String(id),
        { key: fund.code, name: fund.name },
      ]),
    )
  if (by === 'subject')
    return new Map([...(await subjectNames(tx, year, keys))].map(([code, name]) => [code, { key: code, name }]))
  return new Map(area.map(one => [String(one.id), { key: one.code, name: one.name }]))
}
