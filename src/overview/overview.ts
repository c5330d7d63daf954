import { refuse } from '../kernel/refusal.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { Overview } from './contract.ts'
import { branchesOf, branchRows, fundSums, HELD, held, lampsOf, rateOf, stagesOf } from './figures.ts'
import { flowOf } from './flow.ts'
import { areaOf, balancesOf, fundNames, litIn, monthsOf, sentWithin, waitingIn } from './store.ts'

const FUNDS_SHOWN = 10

/** The day whose tree a year is summed by: its last, or today while it runs. */
export const dayOf = (year: number, today: string): string => (`${year}-12-31` < today ? `${year}-12-31` : today)

/**
 * The overview (总体概览) of a division and all below it in one year, by the tree of a day. Amounts in fen; the definitions stand at the fields of
 * `contract.ts` and in this part's README. Refuses `division-unknown` where the division has no version today.
 */
export async function overviewOf(tx: Tx, division: number, year: number, day: string): Promise<Overview> {
  const area = await areaOf(tx, division, day)
  const root = area.find(one => one.id === division)
  if (!root)
    refuse(
      'missing',
      'division-unknown',
      `${day} 时没有这个区划：请换一个年度或日期。`,
      `There was no such division on ${day}: ask for another year or day.`,
      { value: String(division) },
    )
  const ids = area.map(one => one.id)
  const tree = branchesOf(root, area)
  const balances = await balancesOf(tx, ids, year)
  const sent = await sentWithin(tx, ids, year)
  const lit = await litIn(tx, ids, year)
  const funds = fundSums(balances, tree.all).slice(0, FUNDS_SHOWN)
  const names = new Map(
    (
      await fundNames(
        tx,
        funds.map(one => one.fund),
      )
    ).map(one => [one.id, one]),
  )
  const paid = held(balances, HELD.paid)
  const executable = held(balances, HELD.executable)
  return {
    stages: stagesOf(balances, sent, tree.all),
    execution: { paidFen: String(paid), executableFen: String(executable), rate: rateOf(paid, executable) },
    lamps: lampsOf(lit),
    divisions: branchRows(tree, balances, lit),
    funds: funds.map(one => ({
      id: String(one.fund),
      code: names.get(one.fund)?.code ?? '',
      name: names.get(one.fund)?.name ?? '',
      arrangedFen: String(one.arrangedFen),
      executableFen: String(one.executableFen),
      paidFen: String(one.paidFen),
    })),
    months: (await monthsOf(tx, ids, year)).map(one => ({
      month: one.month,
      paidFen: String(one.paidFen),
      arrangedFen: String(one.arrangedFen),
    })),
    flow: flowOf(tree, balances, sent),
    work: await workOf(tx, division, year),
    asOf: day,
    unseen: area.filter(one => !one.seen).map(one => ({ code: one.code, name: one.name })),
  }
}

const PAGES: Record<string, (of: string | null) => string> = {
  'transfers-to-receive': () => 'transfers?state=waiting',
  'lines-to-assign': form => `allotments?form=${form}`,
  'lines-to-refine': form => `allotments?form=${form}`,
  'payments-unposted': reason => `payments?reason=${reason}`,
  'warnings-open': () => 'warnings',
  'projects-unnamed': () => 'projects?verdict=bad',
}

/** What waits in the division itself, with the page on which it is done: its list, filtered to what is counted. */
async function workOf(tx: Tx, division: number, year: number): Promise<Overview['work']> {
  const waiting = await waitingIn(tx, division, year)
  return waiting.filter(one => one.count > 0).map(({ kind, of, count }) => ({ kind, count, link: PAGES[kind]!(of) }))
}
