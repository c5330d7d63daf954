select c.division, c.first_id::text as cause, c.fiscal_year, 'yellow' as level, c.first_id::text as subject, c.label, c.fund, c.total_fen as amount_fen,
  jsonb_build_object('count', c.count, 'total_fen', c.total_fen::text, 'payee', h.name, 'first', c.first, 'last', c.last, 'vouchers', c.vouchers,
    'threshold_yuan', c.threshold_yuan) as evidence
from (
  select f.division, f.payee, (array_agg(f.id order by f.day, f.id))[1] as first_id, min(f.fiscal_year) as fiscal_year,
    (array_agg(concat(f.voucher_type, '-', f.voucher_no, '/', f.line_no) order by f.day, f.id))[1] as label,
    case when min(f.fund) = max(f.fund) then min(f.fund) end as fund, sum(f.amount_fen)::bigint as total_fen, count(*) as count, min(f.day) as first, max(f.day) as last,
    left(string_agg(f.voucher_no, '、' order by f.day, f.id), 200) as vouchers, max(f.threshold_yuan) as threshold_yuan, max(f.least) as least
  from (
    -- Payments that follow one another belong together until a gap that is too long.
    select n.*, sum(n.begins) over (partition by n.division, n.payee, n.agency_code order by n.day, n.id) as cluster
    from (
      select p.division, p.id, p.fiscal_year, p.voucher_type, p.voucher_no, p.line_no, p.fund, p.payee, p.agency_code, p.amount_fen, p.day,
        :threshold_yuan as threshold_yuan, :count as least,
        case when p.day - lag(p.day) over (partition by p.division, p.payee, p.agency_code order by p.day, p.id) <= :days then 0 else 1 end as begins
      from payments.published_paid_line p
      join parameter on parameter.division = p.division
      where p.payee is not null and not p.application
        and p.amount_fen < :threshold_yuan * 100::bigint and p.amount_fen >= :threshold_yuan * :near_percent::bigint
    ) n
  ) f
  group by f.division, f.payee, f.agency_code, f.cluster
) c
join payments.published_holder h on h.division = c.division and h.id = c.payee
where c.count >= c.least and c.total_fen > c.threshold_yuan * 100::bigint and h.proposed_kind not in ('paying-agent', 'person')
