-- when
s.years >= :limit_years
or (s.years = :limit_years - 1 and s.years > 0 and s.fiscal_year = extract(year from platform.today())
  and extract(month from platform.today()) >= :bell_month)
-- level
case when s.years >= :limit_years then 'yellow' else 'bell' end
-- amount
s.rest_fen
-- evidence
jsonb_build_object('since', s.since, 'years', s.years, 'limit_years', :limit_years, 'rest_fen', s.rest_fen::text)
