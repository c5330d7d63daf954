-- when
s.paid_fen - s.settled_fen > :tolerance_yuan * 100::bigint
-- level
'red'
-- amount
s.paid_fen - s.settled_fen
-- evidence
jsonb_build_object('project', s.name, 'settled', s.settled_on, 'settled_fen', s.settled_fen::text, 'paid_fen', s.paid_fen::text,
  'beyond_fen', (s.paid_fen - s.settled_fen)::text)
