import { refuse } from '../../kernel/refusal.ts'
import type { Context } from '../../platform/context.ts'
import type { Tx } from '../../platform/database/transaction.ts'
import type { TotalState, TreasuryTotal, TreasuryTotals } from './contract.ts'

/** Rows of one page. */
export const PAGE = 100

/** Days of a fiscal year, both included; a voucher of the year may be paid in the first months of the next. */
export interface Days {
  from: string
  to: string
}
export const daysOf = (
  year: number,
  asked: { from?: string | null | undefined; to?: string | null | undefined },
): Days => ({
  from: asked.from ?? `${year}-01-01`,
  to: asked.to ?? `${year + 1}-12-31`,
})

/** Refuses `reconcile-whole-division`: whoever sees a part of the payments would find the rest missing. */
export function wholeDivision({ actor }: Pick<Context, 'actor'>): void {
  if (actor.narrowing)
    refuse(
      'forbidden',
      'reconcile-whole-division',
      '对账须比较全区划的支付，您的岗位只管其中一部分：请由管全区划的岗位办理。',
      'A reconciliation compares the payments of the whole division, and your post covers a part: leave it to a post over all of it.',
    )
}

/** What the bank paid on a day, by what totals are told by: `paid`, for `with`. $1 division, $2 year, $3 and $4 days. */
const PAID = `paid as materialized (
  select coalesce(c.paid_on, p.paid_on) as day, p.voucher_type, f.code as fund, a.fund_nature as nature, coalesce(p.function_subject, '') as subject,
    coalesce(p.agency_code, '') as agency, count(*) as payments, sum(coalesce(c.paid_fen, p.amount_fen)) as fen
  from payments.payment p
  left join payments.confirmation c on c.division = p.division and c.payment = p.id
  left join allotments.published_allotment a on a.division = p.division and a.id = p.allotment
  left join funds.published_fund f on f.id = a.fund
  where p.division = $1 and p.fiscal_year = $2 and not p.application and coalesce(c.paid_on, p.paid_on) between $3::date and $4::date
  group by 1, 2, 3, 4, 5, 6),
told as materialized (
  select voucher_type, day, fund_code, function_subject, agency_code, payments, amount_fen as fen, covers from payments.published_told_total
  where division = $1 and fiscal_year = $2 and day between $3::date and $4::date)`
/** Whether a told total `t` covers what was paid, `d`; rule E18 asks the same. */
const COVERS = `d.day = t.day and (t.fund_code is null or t.fund_code in (d.fund, d.nature)) and (t.function_subject is null or starts_with(d.subject, t.function_subject))
  and (t.agency_code is null or t.agency_code = d.agency) and (t.covers is null or d.voucher_type = any (t.covers))`

/**
 * Every control total of some days with what the bank paid here by the same elements, and the payments of which no total speaks, by day;
 * what differs first, then what agrees, the latest day first. The sums are the bank's: a voucher counts on the day and with the amount that the bank confirmed.
 */
export const treasuryTotals = (tx: Tx, division: number, year: number, days: Days): Promise<TreasuryTotal[]> =>
  tx.query<never>(
    `with ${PAID},
     compared as (
       select t.day, t.voucher_type, t.fund_code, t.function_subject, t.agency_code, t.payments as there_count, t.fen as there, t.covers,
         coalesce(sum(d.payments), 0) as here_count, coalesce(sum(d.fen), 0) as here
       from told t left join paid d on ${COVERS}
       group by t.day, t.voucher_type, t.fund_code, t.function_subject, t.agency_code, t.payments, t.fen, t.covers
       union all
       select d.day, null, null, null, null, null, null, null, sum(d.payments), sum(d.fen) from paid d
       where not exists (select from told t where ${COVERS}) group by d.day),
     judged as (
       select c.*, case when there is null then 'untold' when there <> here then 'amount-differs' when there_count <> here_count then 'count-differs'
         else 'agrees' end as state from compared c)
     select j.day::text, j.voucher_type as "voucherType", j.fund_code as fund, j.function_subject as "functionSubject", j.agency_code as agency,
       g.name as "agencyName", j.state, j.here_count::int as "hereCount", j.there_count::int as "thereCount", j.here::text as "hereFen", j.there::text as "thereFen", j.covers
     from judged j left join divisions.published_agency g on g.division = $1 and g.code = j.agency_code
     order by case j.state when 'agrees' then 1 when 'untold' then 2 else 0 end, j.day desc, j.voucher_type nulls last, j.fund_code nulls first, j.function_subject nulls first, j.agency_code nulls first`,
    [division, year, days.from, days.to],
  )

/** A page of the totals, and how many agree. Refuses `reconcile-whole-division`. */
export async function totalsPage(
  context: Context,
  division: number,
  year: number,
  days: Days,
  only: { state?: TotalState | 'differing' | undefined; after?: string | undefined },
): Promise<TreasuryTotals> {
  wholeDivision(context)
  const all = await treasuryTotals(context.tx, division, year, days)
  const count = (...states: TotalState[]): number => all.filter(one => states.includes(one.state)).length
  const shown = only.state
    ? all.filter(one => (only.state === 'differing' ? one.state !== 'agrees' : one.state === only.state))
    : all
  const from = Number(only.after ?? 0)
  return {
    rows: shown.slice(from, from + PAGE),
    next: shown.length > from + PAGE ? String(from + PAGE) : null,
    told: all.length - count('untold'),
    agreeing: count('agrees'),
    differing: count('amount-differs', 'count-differs'),
    untold: count('untold'),
  }
}
