-- when
s.amount_fen > :limit_yuan * 100::bigint and (
  s.settlement ~ '现金' or s.settlement = any (:cash_codes)
  or coalesce(s.purpose, '') ~ '提取现金|提现|取现|现金支付|现金发放|备用金')
-- level
'yellow'
-- amount
s.amount_fen
-- evidence
jsonb_build_object('voucher', s.voucher_no, 'day', s.day, 'amount_fen', s.amount_fen::text, 'settlement', s.settlement,
  'purpose', left(coalesce(s.purpose, ''), 80), 'limit_yuan', :limit_yuan)
