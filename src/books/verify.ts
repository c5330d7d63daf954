import { divisionCheck, sqlCheck, type VerifyCheck } from '../platform/verify.ts'

/** What the sealer derived for the books, made again from entries and seals. */
export const bookChecks: readonly VerifyCheck[] = [
  sqlCheck(
    'known-batches',
    '封存时点与批次',
    'both clocks of sealed batches',
    'select count(*) from books.known_batch',
    `select concat('batch ', coalesce(k.division, s.division), '/', coalesce(k.batch, s.batch)) as place,
       concat_ws(' ', s.fiscal_year, s.effective_on, s.sealed_at) as expected, concat_ws(' ', k.fiscal_year, k.effective_on, k.sealed_at) as found
     from books.known_batch k full join (
       select b.division, b.id as batch, b.fiscal_year, b.effective_on, s.sealed_at from ledger.seal_batch sb
         join ledger.seal s on s.division = sb.division and s.no = sb.no join ledger.batch b on b.division = sb.division and b.id = sb.batch) s
       on s.division = k.division and s.batch = k.batch
     where (k.fiscal_year, k.effective_on, k.sealed_at) is distinct from (s.fiscal_year, s.effective_on, s.sealed_at)`,
  ),
  divisionCheck(
    'turnover',
    '月发生额与分录',
    'monthly turnover against entries',
    'select count(*) from books.turnover',
    'select distinct division from ledger.seal union select distinct division from books.turnover',
    // Summed by batch and kind of line first: two small numbers, where month and kind in words would be compared for each side of each entry.
    `with sealed as materialized (
       select b.id, b.fiscal_year, date_trunc('month', b.effective_on)::date as month, date_trunc('month', s.sealed_at at time zone 'Asia/Shanghai')::date as known_month
       from ledger.seal_batch sb join ledger.seal s on s.division = sb.division and s.no = sb.no
       join ledger.batch b on b.division = sb.division and b.id = sb.batch where sb.division = $1 and s.division = $1 and b.division = $1),
     line as materialized (
       select l.*, dense_rank() over (order by fund, function_subject, origin, source_level, advance)::int as kind
       from (select id, fund, coalesce(function_subject, '') as function_subject, books.origin_of(form, transfer, source_type) as origin, source_level, advance
             from allotments.allotment where division = $1) l),
     moved as materialized (
       select x.batch, l.kind, x.account, sum(x.debit) as debit, sum(x.credit) as credit
       from (select batch, debit_allotment as allotment, debit as account, amount_fen as debit, 0::bigint as credit from ledger.entry where division = $1
             union all select batch, credit_allotment, credit, 0, amount_fen from ledger.entry where division = $1) x
       join line l on l.id = x.allotment group by 1, 2, 3),
     again as (
       select s.fiscal_year, s.month, s.known_month, m.account, k.fund, k.function_subject, k.origin, k.source_level, k.advance,
         sum(m.debit) as debit, sum(m.credit) as credit
       from moved m join sealed s on s.id = m.batch
       join (select distinct kind, fund, function_subject, origin, source_level, advance from line) k on k.kind = m.kind
       group by 1, 2, 3, 4, 5, 6, 7, 8, 9)
     select concat_ws('/', 'turnover', $1::int, fiscal_year, month, account, fund, function_subject) as place,
       concat(coalesce(n.debit, 0), ' - ', coalesce(n.credit, 0)) as expected, concat(coalesce(t.debit_fen, 0), ' - ', coalesce(t.credit_fen, 0)) as found
     from again n full join (select * from books.turnover where division = $1) t
       using (fiscal_year, month, known_month, account, fund, function_subject, origin, source_level, advance)
     where coalesce(n.debit, 0) <> coalesce(t.debit_fen, 0) or coalesce(n.credit, 0) <> coalesce(t.credit_fen, 0)`,
  ),
]
