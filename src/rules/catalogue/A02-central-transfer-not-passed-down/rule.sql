-- when
s.source_level = 'central' and s.division_level in ('province', 'city') and s.rest_fen > 0
and platform.today() - s.received_on >= :bell_days
-- level
case when platform.today() - s.received_on > :red_days then 'red' else 'bell' end
-- amount
s.rest_fen
-- evidence
jsonb_build_object('received', s.received_on, 'days', platform.today() - s.received_on, 'limit_days', :red_days,
  'amount_fen', s.amount_fen::text, 'rest_fen', s.rest_fen::text)
