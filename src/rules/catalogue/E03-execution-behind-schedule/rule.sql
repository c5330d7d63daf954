select division, concat(fund, '/', fiscal_year) as cause, fiscal_year,
  case
    when closing then case when rate < expected then 'yellow' end
    when expected - rate >= yellow_points then 'yellow'
    when expected - rate >= bell_points then 'bell'
  end as level,
  fund::text as subject, label, fund, ceil(executable_fen * expected / 100 - paid_fen) as amount_fen,
  jsonb_build_object('year', fiscal_year, 'executable_fen', executable_fen::text, 'paid_fen', paid_fen::text,
    'rate', round(rate, 1), 'expected', round(expected, 1)) as evidence
from (
  select spent.division, spent.fund, spent.fiscal_year, spent.executable_fen, spent.paid_fen, day.closing,
    concat_ws(' ', f.name, spent.fiscal_year) as label, spent.paid_fen * 100.0 / spent.executable_fen as rate,
    :bell_points as bell_points, :yellow_points as yellow_points,
    case when day.closing then :year_end_percent
      when cardinality(:schedule) >= 12 then
        coalesce(:schedule[day.month - 1], 0) + (:schedule[day.month] - coalesce(:schedule[day.month - 1], 0)) * day.share_of_month
      else 100 * day.share_of_year end as expected
  from (
    select l.division, l.fund, l.fiscal_year, sum(b.balance_fen) as executable_fen,
      sum(b.balance_fen) filter (where b.account = 5201) as paid_fen
    from ledger.published_balance b
    join allotments.published_line l on l.division = b.division and l.id = b.allotment
    where b.account in (500201, 5101, 5102, 5201)
    group by l.division, l.fund, l.fiscal_year
    having sum(b.balance_fen) > 0
  ) raw
  cross join lateral (select raw.division, raw.fund, raw.fiscal_year, raw.executable_fen, coalesce(raw.paid_fen, 0) as paid_fen) spent
  join parameter on parameter.division = spent.division
  left join funds.published_fund f on f.id = spent.fund
  cross join lateral (
    select
      -- The year's last day, and every day after it, asks for the rate of the whole year.
      spent.fiscal_year < extract(year from platform.today()) or to_char(platform.today(), 'MM-DD') = '12-31' as closing,
      extract(month from platform.today())::int as month,
      extract(day from platform.today()) / extract(day from date_trunc('month', platform.today()) + interval '1 month - 1 day') as share_of_month,
      extract(doy from platform.today()) / extract(doy from date_trunc('year', platform.today()) + interval '1 year - 1 day') as share_of_year
  ) day
  where spent.fiscal_year <= extract(year from platform.today())
) judged
