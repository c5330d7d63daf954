import type { Tx } from '../../platform/database/transaction.ts'
import type { ClearedVouchers, ClearingList, Hanging, Loose, MatchRate, Tie, TieList } from './contract.ts'

const PAGE = 50

const brief = (p: string, h: string, u: string): string =>
  `jsonb_build_object('id', ${p}.id::text, 'voucherType', ${p}.voucher_type, 'voucherNo', ${p}.voucher_no, 'vouchedOn', ${p}.vouched_on,
    'amountFen', ${p}.amount_fen::text, 'payee', ${h}.name, 'unposted', ${u}.reason)`
/** A tie `t` with both its payments. */
const TIE = `t.id::text, t.kind, t.found, t.proposed, t.exceeds, case when p.id is not null then ${brief('p', 'h', 'u')} end as payment,
  case when t.message is not null then jsonb_build_object('voucherNo', m.voucher_no, 'adjustedOn', a.adjusted_on, 'amountFen', a.amount_fen::text) end as adjustment,
  ${brief('o', 'k', 'w')} as original`
const JOINS = `left join payments.payment p on p.division = t.division and p.id = t.payment
  left join payments.holder h on h.division = p.division and h.id = p.payee
  left join payments.unposted u on u.division = p.division and u.payment = p.id
  left join payments.adjustment a on a.division = t.division and a.message = t.message
  left join payments.message m on m.division = a.division and m.id = a.message
  join payments.payment o on o.division = t.division and o.id = t.original
  left join payments.holder k on k.division = o.division and k.id = o.payee
  left join payments.unposted w on w.division = o.division and w.payment = o.id`

/** Ties of a year, the latest first: of refunds and re-issues the year of the payment that came later, of adjustments their own. */
export async function tiePage(
  tx: Tx,
  division: number,
  year: number,
  only: { kind?: string | undefined; state?: string | undefined; after?: string | undefined },
): Promise<TieList> {
  const rows = (await tx.query<never>(
    `select ${TIE} from payments.published_tie t ${JOINS}
     where t.division = $1 and coalesce(p.fiscal_year, a.fiscal_year) = $2 and ($3::text is null or t.kind = $3)
       and case $4 when 'proposed' then t.proposed when 'exceeding' then t.exceeds else true end and ($5::bigint is null or t.id < $5)
     order by t.id desc limit ${PAGE + 1}`,
    [division, year, only.kind ?? null, only.state ?? '', only.after ?? null],
  )) as Tie[]
  const counts = await tx.one<TieList['counts'] & Record<string, unknown>>(
    `select count(*) filter (where t.kind = 'refund')::int as refund, count(*) filter (where t.kind = 'reissue')::int as reissue,
       count(*) filter (where t.kind = 'adjustment')::int as adjustment, count(*) filter (where t.proposed)::int as proposed,
       count(*) filter (where t.exceeds)::int as exceeding,
       (select count(*)::int from payments.payment r where r.division = $1 and r.fiscal_year = $2 and r.amount_fen < 0
         and not exists (select from payments.tie x where x.payment = r.id and x.division = r.division and x.kind = 'refund')) as untied,
       (select count(*)::int from payments.adjustment_waiting w join payments.adjustment a on a.division = w.division and a.message = w.message
         where w.division = $1 and a.fiscal_year = $2) as waiting
     from payments.published_tie t left join payments.payment p on p.division = t.division and p.id = t.payment
     left join payments.adjustment a on a.division = t.division and a.message = t.message
     where t.division = $1 and coalesce(p.fiscal_year, a.fiscal_year) = $2`,
    [division, year],
  )
  const page = rows.slice(0, PAGE)
  return { rows: page, next: rows.length > PAGE ? page.at(-1)!.id : null, counts }
}

/** What came back without a payment that it takes back, and adjustments that wait, the oldest first; 500 of each at most. */
export const looseEnds = (tx: Tx, division: number, year: number): Promise<Loose[]> =>
  tx.query<never>(
    `(select 'refund' as kind, r.id::text, r.id::text as payment, r.voucher_type as "voucherType", r.voucher_no as "voucherNo", r.vouched_on::text as "on",
        r.amount_fen::text as "amountFen", s.original_no as "originalNo", r.purpose as says, coalesce(u.reason, 'untied') as reason
      from payments.payment r left join payments.stated_original s on s.division = r.division and s.payment = r.id
      left join payments.unposted u on u.division = r.division and u.payment = r.id
      where r.division = $1 and r.fiscal_year = $2 and r.amount_fen < 0
        and not exists (select from payments.tie t where t.payment = r.id and t.division = r.division and t.kind = 'refund')
      order by r.vouched_on, r.id limit 500)
     union all
     (select 'adjustment', m.id::text, null, m.voucher_type, m.voucher_no, a.adjusted_on::text, a.amount_fen::text, a.original_no, a.reason, w.reason
      from payments.adjustment_waiting w join payments.adjustment a on a.division = w.division and a.message = w.message
      join payments.message m on m.division = a.division and m.id = a.message
      where w.division = $1 and a.fiscal_year = $2 order by a.adjusted_on, m.id limit 500)`,
    [division, year],
  )

/** The payment voucher that a line of a receipt `v` covers, by number and type, its lines together. */
const COVERED = `left join lateral (
    select min(p.id) as id, sum(coalesce(c.paid_fen, p.amount_fen)) as fen, max(coalesce(c.paid_on, p.paid_on)) as paid_on from payments.payment p
    left join payments.confirmation c on c.division = p.division and c.payment = p.id
    where p.voucher_no = v.original_no and p.division = v.division and p.fiscal_year = r.fiscal_year
      and (v.original_type is null or p.voucher_type = v.original_type)) o on true`

/** Clearing receipts of a year, the latest first, each with how its vouchers stand here. */
export async function clearingPage(
  tx: Tx,
  division: number,
  year: number,
  only: { open?: string | undefined; after?: string | undefined },
): Promise<ClearingList> {
  const rows = (await tx.query<never>(
    `select m.id::text, m.voucher_type as "voucherType", m.voucher_no as "voucherNo", r.cleared_on::text as "clearedOn", r.bank_name as bank,
       r.amount_fen::text as "amountFen", s.vouchers, s.agreeing, s.differing, s.missing
     from payments.clearing r join payments.message m on m.division = r.division and m.id = r.message
     cross join lateral (
       select count(*)::int as vouchers, count(*) filter (where o.fen = v.amount_fen)::int as agreeing, count(*) filter (where o.fen <> v.amount_fen)::int as differing,
         count(*) filter (where o.id is null)::int as missing
       from payments.clearing_voucher v ${COVERED} where v.division = r.division and v.message = r.message) s
     where r.division = $1 and r.fiscal_year = $2 and ($3::text is null or s.differing + s.missing > 0) and ($4::bigint is null or m.id < $4)
     order by m.id desc limit ${PAGE + 1}`,
    [division, year, only.open ?? null, only.after ?? null],
  )) as ClearingList['rows']
  const page = rows.slice(0, PAGE)
  return { rows: page, next: rows.length > PAGE ? page.at(-1)!.id : null }
}

/** The vouchers of one receipt with ours beside them. */
export async function clearedVouchers(
  tx: Tx,
  division: number,
  clearing: string,
  after: string | undefined,
): Promise<ClearedVouchers> {
  const rows = (await tx.query<never>(
    `select v.line_no as "lineNo", v.original_type as "voucherType", v.original_no as "voucherNo", v.amount_fen::text as "clearedFen", o.id::text as payment,
       o.fen::text as "hereFen", o.paid_on::text as "paidOn"
     from payments.clearing_voucher v join payments.clearing r on r.division = v.division and r.message = v.message ${COVERED}
     where v.division = $1 and v.message = $2 and v.line_no > $3 order by v.line_no limit ${PAGE + 1}`,
    [division, clearing, after ?? 0],
  )) as ClearedVouchers['rows']
  const page = rows.slice(0, PAGE)
  return { rows: page, next: rows.length > PAGE ? String(page.at(-1)!.lineNo) : null }
}

/** All that hangs on a payment: its source above; its confirmation, refunds, re-issues, adjustments, clearing and people below. */
export const hangingOn = (tx: Tx, division: number, payment: string): Promise<Hanging | undefined> =>
  tx.maybe<never>(
    `select (select jsonb_build_object('level', x.source_level, 'superiorNumber', x.superior_number, 'documentNumber', y.number, 'documentTitle', y.title,
           'division', v.name)
         from allotments.allotment l cross join unnest(l.path) with ordinality as w(id, n) join allotments.allotment x on x.id = w.id
         join ledger.published_document y on y.division = x.division and y.id = x.document
         join divisions.published_division v on v.division = x.division
         -- The highest line that the reader may see.
         where l.division = p.division and l.id = p.allotment order by w.n limit 1) as source,
       (select jsonb_build_object('paidOn', c.paid_on, 'paidFen', c.paid_fen::text, 'payee', h.name, 'agentNo', c.agent_no, 'recordedAt', c.recorded_at)
         from payments.confirmation c left join payments.holder h on h.division = c.division and h.id = c.payee
         where c.division = p.division and c.payment = p.id) as confirmation,
       exists (select from payments.in_transit k where k.division = p.division and k.payment = p.id) as "inTransit",
       -- Its own ties, and of its refunds what issues them again.
       coalesce((select jsonb_agg(to_jsonb(s) - 'at' order by s.at) from (
         select t.id as at, ${TIE} from payments.published_tie t ${JOINS}
         where t.division = q.division and (t.original = q.id or t.payment = q.id
           or t.kind = 'reissue' and t.original in (select f.payment from payments.tie f where f.original = q.id and f.division = q.division and f.kind = 'refund'))) s), '[]') as ties,
       coalesce((select jsonb_agg(jsonb_build_object('id', m.id::text, 'voucherType', m.voucher_type, 'voucherNo', m.voucher_no, 'clearedOn', r.cleared_on,
           'amountFen', v.amount_fen::text) order by m.id)
         from payments.clearing_voucher v join payments.clearing r on r.division = v.division and r.message = v.message
         join payments.message m on m.division = r.division and m.id = r.message
         where v.original_no = p.voucher_no and v.division = p.division and r.fiscal_year = p.fiscal_year
           and (v.original_type is null or v.original_type = p.voucher_type)), '[]') as clearings,
       coalesce((select jsonb_agg(jsonb_build_object('id', l.id::text, 'listNo', l.list_no, 'people', l.rows, 'sumFen', l.sum_fen::text) order by l.id)
         from beneficiaries.published_list l where l.division = p.division and l.payment = p.id), '[]') as lists
     from payments.payment p cross join lateral (select p.id, p.division) q where p.division = $1 and p.id = $2`,
    [division, payment],
  )

/** Rates of a year by month and way of coming in, the latest month first; `before` is the mean of that way's three months before. */
export const matchRates = (tx: Tx, division: number, year: number): Promise<MatchRate[]> =>
  tx.query<never>(
    `with rate as (
       select r.*, round(100.0 * (by_id + by_elements + by_original + by_habit) / payments, 1) as share
       from payments.published_match_rate r where r.division = $1 and r.fiscal_year = $2)
     select to_char(month, 'YYYY-MM') as month, source, payments::int, amount_fen::text as "amountFen", by_id::int as "byId", by_elements::int as "byElements",
       by_original::int as "byOriginal", by_habit::int as "byHabit", by_person::int as "byPerson", ambiguous::int, unmatched::int, share::float8,
       round(avg(share) over (partition by source order by month rows between 3 preceding and 1 preceding), 1)::float8 as before
     from rate order by month desc, source`,
    [division, year],
  )
