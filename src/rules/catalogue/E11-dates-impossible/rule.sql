-- when
s.vouched_on > platform.today() or s.paid_on < s.vouched_on
  or s.vouched_on < make_date(s.fiscal_year, 1, 1) or s.vouched_on - make_date(s.fiscal_year, 12, 31) > :settling_days
  or s.amount_fen > 0 and s.arranged_on > s.day
-- level
'yellow'
-- amount
s.amount_fen
-- evidence
jsonb_build_object('voucher', s.voucher_no, 'vouched', s.vouched_on, 'paid', s.paid_on, 'year', s.fiscal_year::text, 'arranged', s.arranged_on,
  'amount_fen', s.amount_fen::text, 'kind', case when s.vouched_on > platform.today() then 'ahead' when s.paid_on < s.vouched_on then 'before-voucher'
    when s.amount_fen > 0 and s.arranged_on > s.day then 'before-arranged' else 'other-year' end)
