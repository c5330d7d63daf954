-- when
s.unpaid_fen > 0 and platform.today() - s.still_since >= :yellow_days
-- level
case when platform.today() - s.still_since >= :red_days then 'red' else 'yellow' end
-- amount
s.unpaid_fen
-- evidence
jsonb_build_object('arranged', s.arranged_on, 'last_paid', s.last_paid_on, 'since', s.still_since,
  'days', platform.today() - s.still_since, 'unpaid_fen', s.unpaid_fen::text)
