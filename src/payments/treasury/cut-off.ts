import { groupBy } from '../../kernel/group-by.ts'
import type { Context } from '../../platform/context.ts'
import type { Tx } from '../../platform/database/transaction.ts'
import type { CutOff, InTransit } from './contract.ts'
import { PAGE } from './reconcile-totals.ts'

/**
 * 在途清单: the vouchers that lay on 5102 at the end of a day, by the entries that named them until then, and what became of each afterwards. A
 * voucher of several lines of authority has a row for each. The sums are the ledger's balance of 5102 on that day.
 */
export const inTransitOn = (tx: Tx, division: number, year: number, on: string): Promise<InTransit[]> =>
  tx.query<never>(
    // A voucher that ever lay there lies there still, has been confirmed since, or was taken back.
    `with candidate as materialized (
       select payment from payments.in_transit where division = $1
       union select payment from payments.confirmation where division = $1 and paid_on > $3::date
       union select payment from payments.undoing where division = $1),
     moved as (
       select e.payment, e.debit_allotment as allotment,
         sum(case when e.debit = 5102 then e.amount_fen else 0 end - case when e.credit = 5102 then e.amount_fen else 0 end)
           filter (where b.effective_on <= $3::date) as transit,
         sum(e.amount_fen) filter (where b.effective_on > $3::date and e.debit = 5201 and e.credit = 5102) as paid,
         max(b.effective_on) filter (where b.effective_on > $3::date and e.debit = 5201 and e.credit = 5102) as paid_on,
         sum(case when e.credit = 5102 then e.amount_fen else -e.amount_fen end)
           filter (where b.effective_on > $3::date and e.debit <> 5201 and 5102 in (e.debit, e.credit)) as released
       from candidate k join ledger.entry e on e.payment = k.payment and e.division = $1
       join ledger.batch b on b.division = e.division and b.id = e.batch
       where b.fiscal_year = $2 and 5102 in (e.debit, e.credit)
       group by 1, 2)
     select p.id::text as payment, p.voucher_type as "voucherType", p.voucher_no as "voucherNo", p.line_no as "lineNo", p.vouched_on::text as "vouchedOn",
       h.name as payee, a.id::text as allotment, d.number as "documentNumber", jsonb_build_object('code', f.code, 'name', f.name) as fund,
       case when g.id is not null then jsonb_build_object('code', g.code, 'name', g.name) end as agency, m.transit::text as "transitFen",
       m.paid_on::text as "paidOn", coalesce(m.paid, 0)::text as "paidFen", coalesce(m.released, 0)::text as "releasedFen",
       (m.transit - coalesce(m.paid, 0) - coalesce(m.released, 0))::text as "stillFen"
     from moved m join payments.payment p on p.division = $1 and p.id = m.payment
     join allotments.published_allotment a on a.division = $1 and a.id = m.allotment
     join ledger.published_document d on d.division = a.division and d.id = a.document
     join funds.published_fund f on f.id = a.fund
     left join divisions.published_agency g on g.division = a.division and g.id = a.agency
     left join payments.holder h on h.division = p.division and h.id = p.payee
     where m.transit > 0 order by g.code nulls first, f.code, p.vouched_on, p.voucher_no, p.line_no, a.id`,
    [division, year, on],
  )

const summed = (rows: readonly InTransit[]) => {
  const of = (name: 'transitFen' | 'paidFen' | 'releasedFen' | 'stillFen'): string =>
    String(rows.reduce((total, row) => total + BigInt(row[name]), 0n))
  return {
    vouchers: new Set(rows.map(row => row.payment)).size,
    transitFen: of('transitFen'),
    paidFen: of('paidFen'),
    releasedFen: of('releasedFen'),
    stillFen: of('stillFen'),
  }
}

/** The list of a day (31 December where none is named), a page of it, with its sums by agency and fund. */
export async function cutOffPage(
  { tx }: Context,
  division: number,
  year: number,
  asked: { on?: string | undefined; after?: string | undefined },
): Promise<CutOff> {
  const on = asked.on ?? `${year}-12-31`
  const rows = await inTransitOn(tx, division, year, on)
  const from = Number(asked.after ?? 0)
  const groups = groupBy(rows, row => `${row.agency?.code ?? ''}\u001f${row.fund.code}`)
  return {
    on,
    rows: rows.slice(from, from + PAGE),
    next: rows.length > from + PAGE ? String(from + PAGE) : null,
    totals: summed(rows),
    groups: [...groups.values()].map(some => ({
      agency: some[0]!.agency?.name ?? null,
      fund: some[0]!.fund.name,
      ...summed(some),
    })),
  }
}
