select f.division, f.cause, p.fiscal_year, 'yellow' as level, p.id::text as subject, concat(p.voucher_type, '-', p.voucher_no, '/', p.line_no) as label, p.fund,
  f.amount_fen, jsonb_build_object('kind', f.kind, 'payee', f.name, 'account', f.masked, 'day', f.day, 'other', f.other,
    'amount_fen', f.amount_fen::text, 'payments', f.payments) as evidence
from (
  select u.division, concat('shared ', u.account, ' ', u.plain_name) as cause, 'shared' as kind, u.holder, u.name, u.masked, u.day, u.other, u.amount_fen, u.payments
  from (
    select n.*, row_number() over w as nth, string_agg(n.name, '、') over (w rows between unbounded preceding and 1 preceding) as other
    from (
      select u.division, u.account, u.plain_name, min(u.masked) as masked, min(u.first_on) as day, (array_agg(u.holder order by u.first_on, u.holder))[1] as holder,
        (array_agg(u.name order by u.first_on, u.holder))[1] as name, sum(u.amount_fen)::bigint as amount_fen, sum(u.payments)::bigint as payments
      from payments.published_account_use u
      where u.side <> 'payer' and u.account is not null and u.plain_name <> '' and u.proposed_kind <> 'paying-agent'
        and u.masked !~ '[\u4e00-\u9fff]' group by 1, 2, 3
    ) n window w as (partition by n.division, n.account order by n.day, n.holder)
  ) u join parameter on parameter.division = u.division
  where u.nth >= :names and not exists (select from payments.published_account_listing l
    where l.division = u.division and l.account = u.account and l.list = 'white' and u.day <@ l.valid)
  union all
  select c.division, concat('changed ', c.account, ' ', c.plain_name), 'changed', c.holder, c.name, c.masked, c.day, concat(c.other, ' ', c.other_last), c.amount_fen, c.payments
  from (
    select a.*, lag(a.last_on) over w as other_last, lag(a.masked) over w as other
    from (
      select u.division, u.plain_name, u.account, min(u.masked) as masked, min(u.first_on) as day, max(u.last_on) as last_on,
        (array_agg(u.holder order by u.first_on, u.holder))[1] as holder, min(u.name) as name, sum(u.amount_fen)::bigint as amount_fen, sum(u.payments)::bigint as payments
      from payments.published_account_use u
      where u.side <> 'payer' and u.account is not null and u.proposed_kind in ('enterprise', 'unit', 'township', 'special')
        and u.masked !~ '[\u4e00-\u9fff]' group by 1, 2, 3
    ) a window w as (partition by a.division, a.plain_name order by a.day, a.account)
  ) c join parameter on parameter.division = c.division
  where c.day - c.other_last <= :days and not exists (select from payments.published_account_listing l
    where l.division = c.division and l.account = c.account and l.list = 'white' and c.day <@ l.valid)
  union all
  select l.division, concat('watch ', l.account, ' ', p.id), 'watch', h.id, h.name, h.masked, p.day, l.reason, p.amount_fen, 1
  from payments.published_account_listing l
  join payments.published_holder h on h.division = l.division and h.account = l.account
  join payments.published_paid_line p on p.payee = h.id and p.division = l.division and p.day <@ l.valid and p.amount_fen > 0
  where l.list = 'watch'
  union all
  select u.division, concat('unreadable ', u.account), 'unreadable', (array_agg(u.holder order by u.first_on, u.holder))[1],
    (array_agg(u.name order by u.first_on, u.holder))[1], u.masked, min(u.first_on), u.masked, sum(u.amount_fen)::bigint, sum(u.payments)::bigint
  from payments.published_account_use u
  join parameter on parameter.division = u.division
  -- Of what is no number the words are shown.
  where u.side <> 'payer' and u.masked ~ '[\u4e00-\u9fff]'
  group by u.division, u.account, u.masked
) f
cross join lateral (
  select p.id, p.fiscal_year, p.voucher_type, p.voucher_no, p.line_no, p.fund from payments.published_paid_line p
  where p.payee = f.holder and p.division = f.division and (f.kind <> 'watch' or f.cause = concat('watch ', split_part(f.cause, ' ', 2), ' ', p.id))
  order by p.vouched_on, p.id limit 1
) p
