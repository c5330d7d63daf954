-- when
s.scan is null and platform.today() - s.registered_on >= :bell_days
-- level
'bell'
-- amount
s.amount_fen
-- evidence
jsonb_build_object('number', s.number, 'registered', s.registered_on, 'days', platform.today() - s.registered_on, 'lines', s.lines)
