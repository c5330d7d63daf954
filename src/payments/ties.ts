import type { Tx } from '../platform/database/transaction.ts'
import { PAYING } from './payment.ts'
import { bounds, type Slice, within } from './slice.ts'

/** Keeps what the refunds of a slice say of the payments that they take back. */
export const storeOriginals = (tx: Tx, importId: string, slice: Slice): Promise<unknown> =>
  tx.query(
    `insert into payments.stated_original (division, payment, original_type, original_no, original_on)
     select p.division, p.id, s.original_type, s.original_no, s.original_on
     from payments.staged_original s
     join payments.payment p on p.voucher_no = s.voucher_no and p.division = s.division and p.fiscal_year = s.fiscal_year
       and p.voucher_type = s.voucher_type and p.line_no = s.line_no and p.import = s.import
     where ${within}
     order by 1, 2 on conflict do nothing`,
    bounds(importId, slice),
  )

/** Two processes that tie the refunds or post the waiting payments of a division at once would look at the same rows. */
export const lockDivision = (tx: Tx, division: number): Promise<unknown> =>
  tx.query('select pg_advisory_xact_lock(1885958519, $1)', [division])

/**
 * Finds the payments that the refunds of a division's year take back, each once: the one that the refund names; else the one with the
 * same voucher number; else the only earlier one with the same payee, agency and amount. A refund that has no line of its own takes
 * that of its original, where an adjustment has moved it; one of an earlier year
 * is left to `prior-year.ts`. Marks those with which more would come back than was paid.
 * The caller holds `lockDivision`.
 * @returns how many were tied
 */
export async function tieRefunds(tx: Tx, division: number, fiscalYear: number): Promise<number> {
  const rows = await tx.query(
    `with refund as materialized (
       select p.*, s.original_type, s.original_no, s.original_on
       from payments.payment p left join payments.stated_original s on s.division = p.division and s.payment = p.id
       where p.division = $1 and p.fiscal_year = $2 and p.amount_fen < 0
         and not exists (select from payments.tie t where t.payment = p.id and t.division = p.division and t.kind = 'refund')),
     found as (
       select r.*, coalesce(a.id, b.id, c.id) as original,
         case when a.id is not null then 'stated' when b.id is not null then 'same-number' else 'alike' end as found
       from refund r
       left join lateral (
         select o.id from payments.payment o
         where o.voucher_no = r.original_no and o.division = r.division and o.amount_fen > 0 and o.fiscal_year <= r.fiscal_year
           and (r.original_type is null or o.voucher_type = r.original_type) and (r.original_on is null or o.vouched_on = r.original_on)
         order by o.fiscal_year desc, o.payee is not distinct from r.payee desc, o.agency_code is not distinct from r.agency_code desc,
           o.amount_fen >= -r.amount_fen desc, o.line_no = r.line_no desc, o.line_no limit 1) a on true
       left join lateral (
         select o.id from payments.payment o
         where a.id is null and r.original_no is null and o.voucher_no = r.voucher_no and o.division = r.division and o.fiscal_year = r.fiscal_year
           and o.amount_fen > 0 and o.vouched_on <= r.vouched_on
         order by o.amount_fen >= -r.amount_fen desc, o.line_no limit 1) b on true
       left join lateral (
         select min(o.id) as id from payments.payment o
         where a.id is null and b.id is null and r.original_no is null and o.payee = r.payee and o.division = r.division and o.fiscal_year = r.fiscal_year
           and o.amount_fen = -r.amount_fen and o.vouched_on <= r.vouched_on and o.agency_code is not distinct from r.agency_code
           and not exists (select from payments.tie t where t.original = o.id and t.division = o.division and t.kind = 'refund')
         having count(*) = 1) c on true
       where coalesce(a.id, b.id, c.id) is not null),
     weighed as (
       select f.*, case when o.fiscal_year = f.fiscal_year then o.allotment end as original_allotment,
         coalesce(c.paid_fen, o.amount_fen)
           + coalesce((select sum(p.amount_fen) from payments.tie t join payments.payment p on p.division = t.division and p.id = t.payment
               where t.original = o.id and t.division = o.division and t.kind = 'refund' and not t.exceeds), 0)
           + sum(f.amount_fen) over (partition by f.original order by f.vouched_on, f.id) < 0 as exceeds
       from found f join payments.payment o on o.division = f.division and o.id = f.original
       left join payments.confirmation c on c.division = o.division and c.payment = o.id),
     made as (
       insert into payments.tie (division, kind, payment, original, found, exceeds)
       select division, 'refund', id, original, found, exceeds from weighed order by id returning payment),
     lined as (
       update payments.payment p set allotment = m.allotment, match = 'by-original',
         fund = a.fund, project = coalesce(a.project, p.project)
       from weighed w
       cross join lateral (
         select coalesce((select t.debit_allotment from payments.tie t where t.original = w.original and t.division = w.division
           and t.kind = 'adjustment' and t.debit_allotment is not null and w.original_allotment is not null order by t.id desc limit 1), w.original_allotment) as allotment) m
       join allotments.allotment a on a.division = w.division and a.id = m.allotment
       where p.division = w.division and p.id = w.id and p.allotment is null and m.allotment is not null)
     select payment from made`,
    [division, fiscalYear],
  )
  return rows.length
}

/**
 * Proposes which payment issues again what came back: the first later one with the same payee's name, agency, amount and purpose
 * that no other refund has. A person agrees or not (`settle-reissue.ts`; E10 counts agreed and proposed ones alike); what was not agreed is not
 * proposed again.
 */
export async function proposeReissues(tx: Tx, division: number, fiscalYear: number): Promise<number> {
  const rows = await tx.query(
    `with open as materialized (
       select r.division, r.id, r.vouched_on, r.amount_fen, h.name, o.purpose, o.agency_code,
         row_number() over (partition by h.name, o.purpose, o.agency_code, r.amount_fen order by r.vouched_on, r.id) as nth
       from payments.payment r
       join payments.tie t on t.payment = r.id and t.division = r.division and t.kind = 'refund'
       join payments.payment o on o.division = t.division and o.id = t.original
       join payments.holder h on h.division = o.division and h.id = o.payee
       where r.division = $1 and r.fiscal_year = $2 and r.amount_fen < 0
         and not exists (select from payments.published_tie x where x.original = r.id and x.division = r.division and x.kind = 'reissue')),
     again as (
       select k.*, p.id as payment, row_number() over (partition by k.name, k.purpose, k.agency_code, k.amount_fen, k.nth order by p.vouched_on, p.id) as pth
       from open k join payments.holder h on h.division = k.division and h.name = k.name
       join payments.payment p on p.payee = h.id and p.division = k.division and p.fiscal_year = $2 and p.amount_fen = -k.amount_fen
         and p.vouched_on >= k.vouched_on and p.purpose is not distinct from k.purpose and p.agency_code is not distinct from k.agency_code
         and p.voucher_type = any ($3)
         and not exists (select from payments.published_tie x where x.payment = p.id and x.division = p.division and x.kind = 'reissue')
         and not exists (select from payments.tie x where x.payment = p.id and x.division = p.division and x.kind = 'reissue' and x.original = k.id)
         and not exists (select from payments.tie x where x.original = p.id and x.division = p.division and x.kind = 'refund' and x.payment = k.id))
     insert into payments.tie (division, kind, payment, original, found, proposed)
     select division, 'reissue', payment, id, 'alike', true from again where pth = nth order by id returning 1`,
    [division, fiscalYear, PAYING],
  )
  return rows.length
}
