import { recoverPriorYear } from '../allotments/recover.ts'
import type { Fen } from '../kernel/money.ts'
import type { Context } from '../platform/context.ts'

interface Returned {
  payment: bigint
  allotment: bigint
  fen: bigint
  on: string
  year: number
}

/**
 * Refunds that wait because their year is closed are entered in the year in which the bank paid them back (收回以前年度): 1001/4001, each with
 * a line of its own that names the closed year's line. As much of a line comes back as was paid from it, in voucher order; the rest
 * goes on waiting, as does what falls into a book that is itself closed, locked or provisional.
 * @returns how many were posted, and how much
 */
export async function postPriorYearRefunds(
  context: Context,
  division: number,
  fiscalYear: number,
): Promise<{ posted: number; postedFen: bigint }> {
  const { tx } = context
  const rows = await tx.query<never>(
    `select payment, allotment, fen, paid_on as "on", extract(year from paid_on)::int as year from (
       select w.*, coalesce(s.paid, 0) - coalesce(r.back, 0) as room,
         sum(fen) over (partition by allotment order by vouched_on, voucher_no, line_no) as wanted
       from (
         -- Of the closed year itself; or of an open one, naming by its id a line of a closed year, or a payment from it.
         select p.division, p.id as payment, case u.reason when 'book-locked' then p.allotment else old.id end as allotment, -coalesce(p.confirmed_fen, p.amount_fen) as fen, p.paid_on,
           p.vouched_on, p.voucher_no, p.line_no, case u.reason when 'book-locked' then p.fiscal_year else old.fiscal_year end as of_year
         from payments.unposted u join payments.published_payment p on p.division = u.division and p.id = u.payment
         left join lateral (
           select a.id, a.fiscal_year from allotments.allotment a where a.external_id = p.allotment_ref and a.division = p.division
             and a.form = 'refine' and a.fiscal_year < p.fiscal_year
           union all
           select a.id, a.fiscal_year from payments.tie t join payments.payment o on o.division = t.division and o.id = t.original
             join allotments.allotment a on a.division = o.division and a.id = o.allotment
             where t.payment = p.id and t.division = p.division and t.kind = 'refund' and not t.proposed and a.fiscal_year < p.fiscal_year
           order by 2 desc limit 1) old on u.reason in ('no-allotment', 'beyond-available')
         where u.division = $1 and p.fiscal_year = $2 and u.reason in ('book-locked', 'no-allotment', 'beyond-available') and p.amount_fen < 0 and p.paid_on is not null
           and not exists (select from payments.part s where s.division = p.division and s.payment = p.id)) w
       join ledger.published_book b on b.division = w.division and b.fiscal_year = w.of_year and b.closed_on is not null
       left join lateral (select sum(debit_fen - credit_fen) as paid from ledger.published_balance
         where division = w.division and allotment = w.allotment and account = 5201) s on true
       left join lateral (select sum(x.amount_fen) as back from allotments.allotment x
         where x.division = w.division and x.carried_from = w.allotment and x.form = 'recover') r on true
       where w.allotment is not null and extract(year from w.paid_on) > w.of_year) w
     where wanted <= room and not exists (select from ledger.published_book o where o.division = $1 and o.fiscal_year = extract(year from w.paid_on)
       and (o.closed_on is not null or o.locked_through >= w.paid_on or o.provisional)) order by paid_on, payment`,
    [division, fiscalYear],
  )
  const days = new Map<string, Returned[]>()
  for (const row of rows as Returned[]) days.set(row.on, [...(days.get(row.on) ?? []), row])
  let postedFen = 0n
  for (const [on, returned] of days) {
    await recoverPriorYear(
      context,
      division,
      returned[0]!.year,
      on,
      returned.map(one => ({ line: one.allotment, amount: one.fen as Fen, payment: one.payment })),
    )
    const ids = returned.map(one => one.payment)
    await tx.query(
      `update payments.payment p set allotment = a.id, fund = a.fund, match = 'by-id' from unnest($2::bigint[], $3::bigint[]) as r(payment, line)
       join allotments.allotment a on a.division = $1 and a.id = r.line where p.division = $1 and p.id = r.payment and p.allotment is null`,
      [division, ids, returned.map(one => one.allotment)],
    )
    await tx.query('delete from payments.unposted where division = $1 and payment = any ($2::bigint[])', [
      division,
      ids,
    ])
    postedFen += returned.reduce((sum, one) => sum + one.fen, 0n)
  }
  return { posted: rows.length, postedFen }
}
