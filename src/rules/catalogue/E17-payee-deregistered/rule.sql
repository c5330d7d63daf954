select f.division, f.cause, p.fiscal_year, case when f.state in ('revoked', 'deregistered') then 'red' else :abnormal_level end as level, p.id::text as subject,
  concat(p.voucher_type, '-', p.voucher_no, '/', p.line_no) as label, p.fund, f.amount_fen,
  jsonb_build_object('voucher', concat(p.voucher_no, '/', p.line_no), 'day', f.day, 'amount_fen', f.amount_fen::text, 'payee', f.name, 'since', f.since,
    'state', f.state) as evidence
from (
  select p.division, p.id::text as cause, p.id as payment, p.day, p.amount_fen, h.name, c.since, c.state
  from payments.published_company_state c
  join payments.published_holder h on h.plain_name = c.plain_name
  join payments.published_paid_line p on p.payee = h.id and p.division = h.division and p.day <@ c.valid and p.amount_fen > 0
  where c.state <> 'normal'
  union all
  -- What a list paid out, by code where both state it, else by name.
  select d.division, concat('list ', d.id), d.payment, p.day, d.amount_fen, d.enterprise_name, c.since, c.state
  from payments.published_company_state c
  join beneficiaries.published_disbursement d on d.enterprise is not null and case when c.code is not null and d.enterprise_code is not null
    then c.code = d.enterprise_code else c.plain_name = payments.plain_name(d.enterprise_name) end
  join payments.published_paid_line p on p.division = d.division and p.id = d.payment and p.day <@ c.valid
  where c.state <> 'normal' and d.amount_fen > 0
) f
join payments.published_paid_line p on p.division = f.division and p.id = f.payment
join parameter on parameter.division = f.division
