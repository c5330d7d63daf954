select division, concat(fund, '/', fiscal_year) as cause, fiscal_year,
  case when passed_fen = 0 and days > limit_days then 'yellow'
    when judged and before_fen > 0 and passed_fen * 100.0 < before_fen * ratio_percent then 'bell' end as level,
  fund::text as subject, label, fund, greatest(ceil(before_fen * ratio_percent / 100) - passed_fen, received_fen - passed_fen, 0) as amount_fen,
  jsonb_build_object('year', fiscal_year, 'received', received_on, 'days', days, 'received_fen', received_fen::text,
    'passed_fen', passed_fen::text, 'before_fen', before_fen::text,
    'percent', coalesce(round(passed_fen * 100.0 / nullif(before_fen, 0), 1), 0)) as evidence
from (
  select came.division, came.fund, came.fiscal_year, came.received_on, came.received_fen,
    coalesce(went.passed_fen, 0) as passed_fen, coalesce(went.before_fen, 0) as before_fen,
    platform.today() - came.received_on as days, concat_ws(' ', f.name, came.fiscal_year) as label,
    :limit_days as limit_days, :ratio_percent as ratio_percent,
    platform.today() >= make_date(came.fiscal_year - 1, least(greatest(:judged_month, 1), 12), 1) as judged
  from (
    select l.division, l.fund, l.fiscal_year, min(e.effective_on) as received_on, sum(e.amount_fen)::bigint as received_fen
    from allotments.published_line l
    join ledger.published_entry e on e.division = l.division and e.debit_allotment = l.id and e.debit = 1001 and e.credit = 4001
    where l.form = 'receive' and l.advance
    group by l.division, l.fund, l.fiscal_year having sum(e.amount_fen) > 0
  ) came
  join divisions.published_division v on v.division = came.division and v.level in ('province', 'city')
  join parameter on parameter.division = came.division
  left join lateral (
    select sum(l.passed_fen) filter (where l.fiscal_year = came.fiscal_year and l.advance)::bigint as passed_fen,
      sum(l.passed_fen) filter (where l.fiscal_year = came.fiscal_year - 1)::bigint as before_fen
    from allotments.published_line l
    where l.division = came.division and l.fund = came.fund and l.form = 'pass-down'
      and l.fiscal_year in (came.fiscal_year, came.fiscal_year - 1)
  ) went on true
  left join funds.published_fund f on f.id = came.fund
  -- Once its year has begun an advance notice cannot be given any more: the lamp goes out, and the year's own limits hold.
  where platform.today() < make_date(came.fiscal_year, 1, 1)
) judged
