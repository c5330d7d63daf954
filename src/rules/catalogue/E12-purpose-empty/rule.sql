-- when
s.amount_fen > 0 and coalesce(s.purpose, '') !~ '[\u3400-\u9fff]'
-- level
:level
-- amount
s.amount_fen
-- evidence
jsonb_build_object('voucher', s.voucher_no, 'vouched', s.vouched_on, 'amount_fen', s.amount_fen::text, 'purpose', left(coalesce(s.purpose, ''), 80),
  'kind', case when coalesce(s.purpose, '') !~ '[^[:space:]　]' then 'empty' when s.purpose ~ '[A-Za-z]' then 'foreign' else 'digits' end)
