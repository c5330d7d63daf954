import { sqlCheck, type VerifyCheck } from '../platform/verify.ts'

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
  sqlCheck(
    'turnover',
    '月发生额与分录',
    'monthly turnover against entries',
    'select count(*) from books.turnover',
    `with again as (
       select b.division, b.fiscal_year, date_trunc('month', b.effective_on)::date as month, date_trunc('month', s.sealed_at at time zone 'Asia/Shanghai')::date as known_month,
         x.account, a.fund, coalesce(a.function_subject, '') as function_subject, books.origin_of(a.form, a.transfer, a.source_type) as origin, a.source_level, a.advance,
         sum(x.debit) as debit, sum(x.credit) as credit
       from ledger.seal_batch sb join ledger.seal s on s.division = sb.division and s.no = sb.no
       join ledger.batch b on b.division = sb.division and b.id = sb.batch
       join ledger.entry e on e.division = b.division and e.batch = b.id
       cross join lateral (values (e.debit_allotment, e.debit, e.amount_fen, 0::bigint), (e.credit_allotment, e.credit, 0::bigint, e.amount_fen)) x(allotment, account, debit, credit)
       join allotments.allotment a on a.division = e.division and a.id = x.allotment
       group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
     select concat_ws('/', 'turnover', division, fiscal_year, month, account, fund, function_subject) as place,
       concat(coalesce(n.debit, 0), ' - ', coalesce(n.credit, 0)) as expected, concat(coalesce(t.debit_fen, 0), ' - ', coalesce(t.credit_fen, 0)) as found
     from again n full join books.turnover t using (division, fiscal_year, month, known_month, account, fund, function_subject, origin, source_level, advance)
     where coalesce(n.debit, 0) <> coalesce(t.debit_fen, 0) or coalesce(n.credit, 0) <> coalesce(t.credit_fen, 0)`,
  ),
]
