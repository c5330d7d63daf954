select c.division, concat_ws(' ', c.day, c.voucher_type, coalesce(c.function_subject, '-'), coalesce(c.agency_code, '-'), coalesce(c.fund_code, '-')) as cause,
  c.fiscal_year, 'yellow' as level, c.day::text as subject, concat_ws(' ', c.day, c.voucher_type, c.fund_code, c.function_subject, c.agency_code) as label,
  null::int as fund, abs(c.treasury_fen - c.here_fen)::bigint as amount_fen,
  jsonb_build_object('day', c.day, 'scope', coalesce(nullif(concat_ws(' ', c.fund_code, c.function_subject, c.agency_code), ''), '*'),
    'covers', coalesce(array_to_string(c.covers, ' '), '*'), 'treasury_fen', c.treasury_fen::text,
    'here_fen', c.here_fen::text, 'difference_fen', (c.here_fen - c.treasury_fen)::text) as evidence
from (
  select t.division, t.fiscal_year, t.day, t.voucher_type, t.fund_code, t.function_subject, t.agency_code, t.covers, t.amount_fen as treasury_fen,
    coalesce(sum(p.fen), 0)::bigint as here_fen
  from payments.published_told_total t
  left join (
    select l.division, l.fiscal_year, l.paid_on as day, l.voucher_type, f.code as fund, a.fund_nature as nature, coalesce(l.function_subject, '') as subject,
      coalesce(l.agency_code, '') as agency, sum(l.paid_fen)::bigint as fen
    from payments.published_paid_line l
    left join allotments.published_allotment a on a.division = l.division and a.id = l.allotment
    left join funds.published_fund f on f.id = a.fund
    where not l.application and l.paid_on is not null and (l.division, l.paid_on) in (select k.division, k.day from payments.published_control_total k)
    group by 1, 2, 3, 4, 5, 6, 7, 8
  ) p on p.division = t.division and p.fiscal_year = t.fiscal_year and p.day = t.day
    and (t.fund_code is null or t.fund_code in (p.fund, p.nature)) and (t.function_subject is null or starts_with(p.subject, t.function_subject))
    and (t.agency_code is null or t.agency_code = p.agency) and (t.covers is null or p.voucher_type = any (t.covers))
  group by 1, 2, 3, 4, 5, 6, 7, 8, 9
) c
join parameter on parameter.division = c.division
where platform.today() - c.day >= :wait_days and abs(c.treasury_fen - c.here_fen) > :tolerance_yuan * 100::bigint
