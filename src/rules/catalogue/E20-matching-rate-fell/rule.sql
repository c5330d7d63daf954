select division, concat(source, '/', to_char(month, 'YYYY-MM')) as cause, fiscal_year, 'yellow' as level, first_by_hand::text as subject,
  concat(to_char(month, 'YYYY-MM'), ' ', source) as label, null::int as fund, null::bigint as amount_fen,
  jsonb_build_object('month', to_char(month, 'YYYY-MM'), 'source', source, 'payments', payments, 'by_hand', by_person + ambiguous + unmatched,
    'share', round(share, 1), 'before', round(before, 1)) as evidence
from (
  select r.*, :least as least, :points as points,
    -- A month with few payments says little, and is no measure for the next ones either.
    avg(r.share) filter (where r.payments >= :least) over (partition by r.division, r.fiscal_year, r.source order by r.month rows between 3 preceding and 1 preceding) as before
  from (
    select m.*, 100.0 * (by_id + by_elements + by_original + by_habit) / payments as share from payments.published_match_rate m
  ) r
  join parameter on parameter.division = r.division
) rate
where payments >= least and before - share >= points
