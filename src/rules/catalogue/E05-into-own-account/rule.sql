-- when
s.amount_fen > 0 and s.payee_kind in ('special', 'unit', 'township') and not s.white
-- level
case when s.kind_settled then :settled_level else :proposed_level end
-- amount
s.amount_fen
-- evidence
jsonb_build_object('voucher', s.voucher_no, 'day', s.day, 'amount_fen', s.amount_fen::text, 'payee', s.payee_name, 'account', s.payee_account,
  'kind', s.payee_kind, 'settled', case when s.kind_settled then 'yes' else 'no' end)
