select p.division, p.id::text as cause, p.fiscal_year, case when platform.today() - p.day >= :yellow_days then 'yellow' else 'bell' end as level,
  p.id::text as subject, concat(p.voucher_type, '-', p.voucher_no, '/', p.line_no) as label, p.fund, -p.amount_fen as amount_fen,
  jsonb_build_object('voucher', p.voucher_no, 'day', p.day, 'days', platform.today() - p.day, 'amount_fen', (-p.amount_fen)::text, 'payee', h.name,
    'original', o.original_no) as evidence
from payments.published_paid_line p
join parameter on parameter.division = p.division
left join payments.published_holder h on h.division = p.division and h.id = p.payee
left join lateral (
  select t.original_no from payments.published_tie t where t.division = p.division and t.payment = p.id and t.kind = 'refund' and not t.proposed order by t.id limit 1) o on true
where p.amount_fen < 0 and platform.today() - p.day >= :bell_days
  -- Money that came back because it was not needed is not paid again.
  and coalesce(p.purpose, '') !~ '结余|结转|多付|多拨|重复|收回|缴回|核减|清退|清算|取消'
  and not exists (select from payments.published_tie t where t.division = p.division and t.original = p.id and t.kind = 'reissue')
