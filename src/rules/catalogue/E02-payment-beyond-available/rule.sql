-- when
s.unposted_reason = 'beyond-available'
-- level
'red'
-- amount
s.amount_fen
-- evidence
jsonb_build_object('voucher', s.voucher_no, 'vouched', s.vouched_on, 'amount_fen', s.amount_fen::text,
  'available_fen', s.available_fen::text, 'number', s.document_number)
