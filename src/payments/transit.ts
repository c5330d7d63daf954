import { ACCOUNT } from '../ledger/chart.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { keepUses, usesOfConfirmed } from './account-use.ts'
import { bounds, type Group, type Slice, within } from './slice.ts'
import { postConfirmedSplits } from './split-transit.ts'

/** Writes down which vouchers went to 5102 and from which account, for the day on which the bank confirms them. */
export const putInTransit = (tx: Tx, groups: readonly Group[]): Promise<unknown> =>
  tx.query(
    `insert into payments.in_transit (division, payment, allotment, account)
     select g.division, u.id, u.allotment, u.account
     from unnest($1::int[], $2::text[], $3::text[], $4::text[]) as g(division, ids, allotments, accounts),
       unnest(g.ids::bigint[], g.allotments::bigint[], g.accounts::int[]) as u(id, allotment, account)`,
    [
      groups.map(group => group.division),
      groups.map(group => group.ids),
      groups.map(group => group.allotments),
      groups.map(group => group.accounts),
    ],
  )

/** Keeps what the bank filled in since, beside the vouchers that are known. Returns how many were new. */
export async function storeConfirmations(tx: Tx, importId: string, slice: Slice): Promise<number> {
  const { stored } = await tx.one<{ stored: number }>(
    `with made as (
       insert into payments.confirmation (division, payment, paid_on, paid_fen, payee, agent_no, import)
       select s.division, s.confirms, s.paid_on, s.paid_fen, t.holder, s.agent_no, s.import
       from payments.staged s left join payments.staged_party t on t.import = s.import and t.no = s.paid_to
       where ${within} and s.confirms is not null order by s.division, s.confirms on conflict do nothing
       returning division, payment, paid_on, paid_fen, payee),
     used as (${keepUses(usesOfConfirmed('made'))})
     select count(*)::int as stored from made`,
    bounds(importId, slice),
  )
  return stored
}

interface Due {
  division: number
  fiscal_year: number
  days: string
  line_days: string
  ids: string
  allotments: string
  accounts: string
  amounts: string
  /** What the bank did not pay of each, in fen; mostly nothing. */
  rests: string
  any_rest: boolean
  lines: number
}

/**
 * Posts the vouchers in transit that the bank has confirmed, on its day: 5201 from 5102; what it did not pay goes back to where it came
 * from. Those whose day lies in a locked book stay in transit.
 * @returns how many were posted
 */
export async function postConfirmed(tx: Tx, from: number, to: number): Promise<number> {
  const due = await tx.query<Due>(
    `with gone as (
       delete from payments.in_transit t using payments.confirmation c
       where t.division between $1 and $2 and c.division = t.division and c.payment = t.payment
         and not exists (select from payments.part s where s.division = t.division and s.payment = t.payment) and not exists (
         select from payments.payment p join ledger.book b on b.division = p.division and b.fiscal_year = p.fiscal_year
         where p.division = t.division and p.id = t.payment and (b.closed_on is not null or b.locked_through >= c.paid_on))
       returning t.division, t.payment, t.allotment, t.account, c.paid_on, c.paid_fen),
     line as (
       select g.*, p.fiscal_year, p.amount_fen - g.paid_fen as rest, dense_rank() over (partition by g.division, p.fiscal_year order by g.paid_on) as day,
         row_number() over (partition by g.division, p.fiscal_year, g.paid_on order by g.payment) = 1 as first
       from gone g join payments.payment p on p.division = g.division and p.id = g.payment
       order by g.division, p.fiscal_year, g.paid_on, g.payment)
     select division, fiscal_year, array_agg(paid_on) filter (where first)::text as days, array_agg(day)::text as line_days,
       array_agg(payment)::text as ids, array_agg(allotment)::text as allotments, array_agg(account)::text as accounts,
       array_agg(paid_fen)::text as amounts, array_agg(rest)::text as rests, bool_or(rest <> 0) as any_rest, count(*)::int as lines
     from line group by division, fiscal_year order by 1, 2`,
    [from, to],
  )
  for (const one of due) {
    const common = [one.division, one.fiscal_year, one.days, one.line_days, one.allotments]
    await tx.query(
      `select ledger.post_days($1, 'pay', $2, $3::date[], null, array_fill(null::text, array[cardinality($3::date[])]), $4::int[],
         $5::bigint[], array_fill(${ACCOUNT.paid}, array[$6::int]), $5::bigint[], array_fill(${ACCOUNT.transit}, array[$6::int]), $7::bigint[],
         p_payment => $8::bigint[])`,
      [...common, one.lines, one.amounts, one.ids],
    )
    if (!one.any_rest) continue
    await tx.query(
      `with line as (
         select d.paid_on, u.* from unnest($4::int[], $5::bigint[], $6::int[], $7::bigint[], $8::bigint[])
           with ordinality as u(day, allotment, account, rest, id, n)
         join unnest($3::date[]) with ordinality as d(paid_on, day) on d.day = u.day where u.rest > 0)
       select ledger.post_days($1, 'release', $2, array[paid_on], null, array[null::text], array_agg(1), array_agg(allotment order by n),
         array_agg(account order by n), array_agg(allotment order by n), array_agg(${ACCOUNT.transit} order by n), array_agg(rest order by n),
         p_payment => array_agg(id order by n))
       from line group by paid_on order by paid_on`,
      [...common, one.accounts, one.rests, one.ids],
    )
  }
  return due.reduce((sum, one) => sum + one.lines, 0) + (await postConfirmedSplits(tx, from, to))
}
