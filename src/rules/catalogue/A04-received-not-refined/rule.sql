-- when
s.rest_fen > 0 and platform.today() - s.received_on >= :bell_days
-- Central money of a province or city is A02's, so that one delay rings once.
and not coalesce(s.source_level = 'central' and s.division_level in ('province', 'city'), false)
-- level
case when platform.today() - s.received_on > :red_days then 'red'
  when platform.today() - s.received_on > :yellow_days then 'yellow' else 'bell' end
-- amount
s.rest_fen
-- evidence
jsonb_build_object('received', s.received_on, 'days', platform.today() - s.received_on,
  'amount_fen', s.amount_fen::text, 'rest_fen', s.rest_fen::text)
