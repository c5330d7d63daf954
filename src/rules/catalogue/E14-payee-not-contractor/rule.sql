-- when
s.contractors is not null and s.amount_fen > 0 and s.payee_plain is not null and not s.white
  and not exists (select from unnest(s.contractors) as one(name) where starts_with(s.payee_plain, one.name))
-- level
:level
-- amount
s.amount_fen
-- evidence
jsonb_build_object('voucher', s.voucher_no, 'day', s.day, 'amount_fen', s.amount_fen::text, 'contract', s.contract_no, 'payee', s.payee_name,
  'contractor', s.contractor)
