-- What nightly checks read, at a province's size.

-- Since when nothing moved: entries are looked at once and summed by line, not line by line. A line of two thousand payments made two
-- thousand looks, and each of them another one for its batch.
create or replace view rules.subject_unpaid_line with (security_invoker = true) as
select s.division, s.fiscal_year, s.id::text as subject, concat_ws(' · ', nullif(s.document_number, ''), f.name) as label, s.fund,
  coalesce(s.document_dated < v.go_live, false) or s.back_entered as back_entry, s.document_number, s.agency, s.project, s.amount_fen, s.unpaid_fen,
  coalesce(s.arranged_on, s.document_dated) as arranged_on, s.last_paid_on,
  coalesce(s.last_paid_on, s.arranged_on, s.document_dated) as still_since
from (
  select l.division, l.id, l.fiscal_year, l.document_number, l.document_dated, l.back_entered, l.fund, l.agency, l.project, l.amount_fen, b.unpaid_fen,
    min(m.arranged_on) as arranged_on, max(m.last_paid_on) as last_paid_on
  from (
    select division, allotment, sum(balance_fen)::bigint as unpaid_fen
    from ledger.published_balance where account in (500201, 5101) and balance_fen > 0 group by division, allotment
  ) b
  join allotments.published_line l on l.division = b.division and l.id = b.allotment
  left join lateral unnest(l.path) as up(id) on true
  left join (
    select e.division, e.debit_allotment, min(e.effective_on) filter (where e.debit = 500201) as arranged_on,
      max(e.effective_on) filter (where e.debit = 5201) as last_paid_on
    from ledger.published_entry e
    where e.debit in (500201, 5201) and e.amount_fen > 0 and e.form not in ('refund', 'take-back')
    group by e.division, e.debit_allotment
  ) m on m.division = l.division and m.debit_allotment = up.id
  group by l.division, l.id, l.fiscal_year, l.document_number, l.document_dated, l.back_entered, l.fund, l.agency, l.project, l.amount_fen, b.unpaid_fen
) s
left join divisions.published_division v on v.division = s.division
left join funds.published_fund f on f.id = s.fund;

-- Statistics of what an import has just posted. The first check after a large one planned for the few rows that were there before, and
-- took minutes for seconds.
create function payments.analyze_posted() returns void language plpgsql security definer set search_path = pg_catalog, pg_temp
  set default_statistics_target = '30' as $$
begin
  analyze payments.payment;
  analyze payments.unposted;
  analyze payments.confirmation;
  analyze ledger.entry;
  analyze ledger.batch;
  analyze ledger.balance;
end $$;
comment on function payments.analyze_posted is 'gathers statistics of payments and entries; an import that multiplied them calls it when it has ended';
revoke execute on function payments.analyze_posted from public;
grant execute on function payments.analyze_posted to fundwatch_app;
