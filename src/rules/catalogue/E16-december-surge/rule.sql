select d.division, concat(d.fund, '/', d.fiscal_year) as cause, d.fiscal_year, 'yellow' as level, d.fund::text as subject,
  concat_ws(' ', f.code, f.name) as label, d.fund, d.december_fen as amount_fen,
  jsonb_build_object('year', d.fiscal_year::text, 'december_fen', d.december_fen::text, 'paid_fen', d.paid_fen::text,
    'percent', round(d.december_fen * 100.0 / d.paid_fen, 1)) as evidence
from (
  -- Summed by line first: a line has one document, whatever was paid of it.
  select l.division, s.fund, s.fiscal_year, sum(s.paid_fen)::bigint as paid_fen, sum(s.december_fen)::bigint as december_fen
  from (
    select p.division, p.allotment, p.fund, p.fiscal_year, sum(p.paid_fen)::bigint as paid_fen,
      coalesce(sum(p.paid_fen) filter (where p.day >= make_date(p.fiscal_year, 12, 1)), 0)::bigint as december_fen
    from payments.published_paid_line p
    where p.fund is not null and p.allotment is not null and not p.application and platform.today() >= make_date(p.fiscal_year, 12, 1)
    group by 1, 2, 3, 4
  ) s
  join allotments.published_line_document l on l.division = s.division and l.id = s.allotment
  join parameter on parameter.division = s.division
  where extract(year from l.dated) < s.fiscal_year or extract(month from l.dated) < :arranged_before_month
  group by 1, 2, 3
) d
join parameter on parameter.division = d.division
left join funds.published_fund f on f.id = d.fund
where d.paid_fen > 0 and d.december_fen >= :least_yuan * 100::bigint and d.december_fen * 100 >= d.paid_fen * :percent
