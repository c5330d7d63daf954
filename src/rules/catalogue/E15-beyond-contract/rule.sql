select distinct on (p.division, p.contract_no) p.division, p.contract_no as cause, p.fiscal_year, 'red' as level, p.id::text as subject,
  concat(p.voucher_type, '-', p.voucher_no, '/', p.line_no) as label, p.fund, (p.total_fen - p.contract_fen)::bigint as amount_fen,
  jsonb_build_object('contract', p.contract_no, 'contractor', p.contractor, 'contract_fen', p.contract_fen::text, 'paid_fen', p.total_fen::text,
    'beyond_fen', (p.total_fen - p.contract_fen)::text, 'voucher', p.voucher_no) as evidence
from (
  select p.division, p.id, p.fiscal_year, p.voucher_type, p.voucher_no, p.line_no, p.fund, p.day, p.contract_no, c.contractor, c.amount_fen as contract_fen,
    sum(p.paid_fen) over (partition by p.division, p.contract_no order by p.day, p.id) as so_far_fen,
    sum(p.paid_fen) over (partition by p.division, p.contract_no) as total_fen
  from projects.published_contract c
  join payments.published_paid_line p on p.division = c.division and p.contract_no = c.contract_no and not p.application
) p
join parameter on parameter.division = p.division
where p.so_far_fen * 100 > p.contract_fen * (100 + :tolerance_percent) and p.total_fen * 100 > p.contract_fen * (100 + :tolerance_percent)
order by p.division, p.contract_no, p.day, p.id
