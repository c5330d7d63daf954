import { divisionsAbove } from '../divisions/store.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { FundList, FundPage } from './contract.ts'
import {
  cataloguesOf,
  fundRows,
  lowerFunds,
  officesOfFund,
  permittedSubjects,
  subItems,
  superiorCandidates,
} from './read.ts'

export interface FundFilter {
  year: number
  catalogue?: number | undefined
  q?: string | undefined
}

/**
 * The funds that a division deals with: those of its own catalogues, of the catalogues above it, and any that its lines name;
 * with its own money of the year under each.
 */
export async function listFunds(tx: Tx, division: number, filter: FundFilter): Promise<FundList> {
  const owners = [division, ...(await divisionsAbove(tx, division))]
  return {
    catalogues: await cataloguesOf(tx, owners),
    rows: await fundRows(tx, division, filter.year, { owners, catalogue: filter.catalogue, q: filter.q }),
  }
}

/** One fund with what hangs on it; refuses `fund-unknown`. */
export async function fundPage(tx: Tx, division: number, fund: number, year: number): Promise<FundPage> {
  const [row] = await fundRows(tx, division, year, { owners: [], fund })
  if (!row)
    refuse('missing', 'fund-unknown', `没有资金 ${fund}。`, `There is no fund ${fund}.`, {
      field: 'fund',
      value: String(fund),
    })
  return {
    ...row,
    lower: await lowerFunds(tx, fund),
    subItems: await subItems(tx, fund),
    subjects: await permittedSubjects(tx, fund, year),
    eligible: row.own ? await superiorCandidates(tx, division, fund, [...(await divisionsAbove(tx, division))]) : [],
    offices: await officesOfFund(tx, division, fund),
  }
}
