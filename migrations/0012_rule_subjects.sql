-- What row rules look at: subject views built on published views only; and what a warning needs to be reconciled and read.

-- The name of the thing as it was when the warning was raised, and the day on which a run no longer found the cause.
alter table warnings.finding add column label text not null;
alter table warnings.warning add column label text not null, add column gone_on date;
comment on column warnings.warning.gone_on is 'the day a check no longer found the cause; null while it is there. A yellow or red lamp stays lit until a person handles it, cause or no cause';
create index warning_caused on warnings.warning (rule, division, cause) where gone_on is null;
alter table warnings.event add column evidence jsonb;
alter table warnings.event drop constraint event_kind_check;
alter table warnings.event add constraint event_kind_check
  check (kind in ('raised', 'level', 'evidence', 'cause-gone', 'cause-back', 'out', 'normal', 'violation', 'corrected', 'note'));
create or replace view warnings.published_warning with (security_invoker) as
  select division, id, rule, cause, episode, fiscal_year, level, status, subject_kind, subject, fund, amount_fen, raised_on, ended_on, label, gone_on
  from warnings.warning;

-- What holds for the whole installation (division 0) may be read by everyone who may read rules at all.
create policy of_the_installation on rules.setting for select using (division = 0);
create policy of_the_installation on rules.suspension for select using (division = 0);
create policy of_the_installation on rules.run for select using (division = 0);

-- Every subject view begins: division, fiscal_year, subject (its key as text), label, fund, back_entry.

-- A document that still has a live line; a line whose entries were all corrected in red is dead.
create view rules.subject_document with (security_invoker) as
  select d.division, l.fiscal_year, d.id::text as subject, concat_ws(' ', nullif(d.number, ''), d.title) as label, l.fund,
    coalesce(d.dated < v.go_live, false) or l.back_entered as back_entry,
    d.number, d.number_form, d.title, d.dated, d.scan, v.level as division_level, l.lines, l.amount_fen, l.superior_numbers,
    coalesce((select min(e.effective_on) from ledger.published_entry e where e.division = d.division and e.document = d.id and e.line = 1), d.dated) as registered_on,
    exists (select from ledger.published_transfer t where t.division = d.division and t.document_number = d.number) as arrived_under_this_number
  from ledger.published_document d
  join (
    select l.division, l.document, max(l.fiscal_year) as fiscal_year, case when min(l.fund) = max(l.fund) then min(l.fund) end as fund,
      bool_and(l.back_entered) as back_entered, count(*) as lines, -- A document that both receives and assigns moves the same money twice; what it brought in is what its lines took from elsewhere.
      coalesce(sum(l.amount_fen) filter (where s.document is distinct from l.document), 0)::bigint as amount_fen,
      coalesce(array_agg(distinct l.superior_number) filter (where l.superior_number is not null), '{}') as superior_numbers
    from allotments.published_line l
    join (select b.division, b.allotment from ledger.published_balance b group by 1, 2 having sum(b.debit_fen) > 0) live
      on live.division = l.division and live.allotment = l.id
    left join allotments.published_line s on s.division = l.division and s.id = l.source
    group by l.division, l.document
  ) l on l.division = d.division and l.document = d.id
  left join divisions.published_division v on v.division = d.division;
comment on view rules.subject_document is 'a document with live lines: its number, scan, and what was arranged by it, in fen; registered_on is the first effective day of its postings';

-- A receipt from a superior of which something is neither refined nor passed down: what is left over its whole tree in this division.
create view rules.subject_receipt with (security_invoker) as
  select r.division, r.fiscal_year, r.id::text as subject, concat_ws(' · ', nullif(coalesce(r.superior_number, r.document_number), ''), f.name) as label, r.fund,
    coalesce(r.document_dated < v.go_live, false) or r.back_entered as back_entry,
    r.document_number, r.superior_number, r.source_level, r.direct, v.level as division_level, r.amount_fen, rest.rest_fen,
    coalesce((select min(e.effective_on) from ledger.published_entry e
      where e.division = r.division and e.debit_allotment = r.id and e.debit = 1001 and e.amount_fen > 0), r.document_dated) as received_on
  from (
    select l.division, ancestor, sum(b.balance_fen)::bigint as rest_fen
    from ledger.published_balance b
    join allotments.published_line l on l.division = b.division and l.id = b.allotment
    cross join lateral unnest(l.path) as ancestor
    where b.account in (1001, 5001) and b.balance_fen > 0
    group by l.division, ancestor
  ) rest
  join allotments.published_line r on r.division = rest.division and r.id = rest.ancestor and r.form = 'receive'
  left join divisions.published_division v on v.division = r.division
  left join funds.published_fund f on f.id = r.fund;
comment on view rules.subject_receipt is 'a line received from a superior with money left to assign or refine; rest_fen in fen';

-- A line of own spending with money that is not paid; money already on its way to the bank is not idle.
create view rules.subject_unpaid_line with (security_invoker) as
  select l.division, l.fiscal_year, l.id::text as subject, concat_ws(' · ', nullif(l.document_number, ''), f.name) as label, l.fund,
    coalesce(l.document_dated < v.go_live, false) or l.back_entered as back_entry,
    l.document_number, l.agency, l.project, l.amount_fen, b.unpaid_fen, coalesce(e.arranged_on, l.document_dated) as arranged_on, e.last_paid_on,
    coalesce(e.last_paid_on, e.arranged_on, l.document_dated) as still_since
  from (
    select b.division, b.allotment, sum(b.balance_fen)::bigint as unpaid_fen
    from ledger.published_balance b where b.account in (500201, 5101) and b.balance_fen > 0 group by b.division, b.allotment
  ) b
  join allotments.published_line l on l.division = b.division and l.id = b.allotment
  left join lateral (
    select min(e.effective_on) filter (where e.debit = 500201) as arranged_on, max(e.effective_on) filter (where e.debit = 5201) as last_paid_on
    from ledger.published_entry e where e.division = l.division and e.debit_allotment = l.id and e.amount_fen > 0 and e.form <> 'refund'
  ) e on true
  left join divisions.published_division v on v.division = l.division
  left join funds.published_fund f on f.id = l.fund;
comment on view rules.subject_unpaid_line is 'own spending that is not paid yet: how much, in fen, and since when nothing moved';

create view rules.subject_payment with (security_invoker) as
  select p.division, p.fiscal_year, p.id::text as subject, concat(p.voucher_type, '-', p.voucher_no, '/', p.line_no) as label, p.fund, false as back_entry,
    p.voucher_no, p.vouched_on, p.paid_on, p.amount_fen, p.match, p.purpose, p.allotment, p.allotment_ref, p.document_number, p.unposted_reason
  from payments.published_payment p;
comment on view rules.subject_payment is 'one line of a payment voucher';

create view rules.subject_unposted_payment with (security_invoker) as
  select p.division, p.fiscal_year, p.id::text as subject, concat(p.voucher_type, '-', p.voucher_no, '/', p.line_no) as label, coalesce(p.fund, l.fund) as fund,
    false as back_entry, p.voucher_no, p.vouched_on, p.amount_fen, p.unposted_reason, l.document_number, l.plan_fen, l.own_fen,
    l.own_fen + l.plan_fen as available_fen
  from payments.published_payment p
  left join allotments.published_line l on l.division = p.division and l.id = p.allotment
  where p.unposted_reason is not null;
comment on view rules.subject_unposted_payment is 'a payment that waits outside the book, and what its line has available, in fen';

create view rules.subject_project with (security_invoker) as
  select p.division, l.fiscal_year, p.id::text as subject, concat_ws(' ', p.code, nullif(p.name, '')) as label, l.fund, false as back_entry,
    p.code, p.name, p.name_verdict, l.arranged_fen
  from projects.published_project p
  join (
    select l.division, l.project, max(l.fiscal_year) as fiscal_year, case when min(l.fund) = max(l.fund) then min(l.fund) end as fund,
      sum(b.arranged_fen)::bigint as arranged_fen
    from allotments.published_line l
    join (
      select b.division, b.allotment, sum(b.balance_fen) as arranged_fen from ledger.published_balance b
      where b.account in (500201, 5101, 5102, 5201) group by b.division, b.allotment having sum(b.balance_fen) > 0
    ) b on b.division = l.division and b.allotment = l.id
    where l.project is not null
    group by l.division, l.project
  ) l on l.division = p.division and l.project = p.id;
comment on view rules.subject_project is 'a project that money is arranged for, in fen';

grant select on rules.subject_document, rules.subject_receipt, rules.subject_unpaid_line, rules.subject_payment, rules.subject_unposted_payment,
  rules.subject_project to fundwatch_app, fundwatch_rules;
grant usage on schema rules to fundwatch_rules;
