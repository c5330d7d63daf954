select p.division, p.id::text as cause, p.fiscal_year, 'yellow' as level, p.id::text as subject,
  concat(p.voucher_type, '-', p.voucher_no, '/', p.line_no) as label, p.fund, p.amount_fen,
  jsonb_build_object('voucher', concat(p.voucher_no, '/', p.line_no), 'day', p.day, 'earlier_voucher', p.earlier_voucher,
    'earlier_day', p.earlier_day, 'amount_fen', p.amount_fen::text) as evidence
from (
  select division, id, fiscal_year, voucher_type, voucher_no, line_no, fund, amount_fen, day,
    lag(amount_fen) over same as earlier_fen, lag(day) over same as earlier_day,
    lag(concat(voucher_no, '/', line_no)) over same as earlier_voucher
  from (
    select p.*, coalesce(p.paid_on, p.vouched_on) as day from payments.published_payment p where p.payee is not null
  ) p
  -- A refund stands among them with its sign: what is paid again after it was paid back is no repetition.
  window same as (partition by division, payee, abs(amount_fen), btrim(coalesce(purpose, '')) order by day, id)
) p
join parameter on parameter.division = p.division
where p.amount_fen > 0 and p.earlier_fen > 0 and p.day - p.earlier_day <= :days
