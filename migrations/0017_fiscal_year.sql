-- Time in the ledger: books are locked, opened, closed and carried over; refunds of closed years, integrated funds, and what a division declared of itself.

-- The year's book. `provisional_since` is the day of the first advance notice (提前下达); from then until `opened_on` nothing is spent from it.
alter table ledger.book add column provisional_since date, add column opened_on date;
comment on column ledger.book.provisional_since is 'the day on which an advance notice opened the book before its year; nothing is spent from it until opened_on';
create or replace view ledger.published_book with (security_invoker) as
  select division, fiscal_year, uses_plans, locked_through, closed_on, provisional_since, opened_on,
    provisional_since is not null and opened_on is null as provisional
  from ledger.book;

create table ledger.book_event (
  division    int         not null,
  fiscal_year smallint    not null,
  no          int         not null,
  kind        text        not null check (kind in ('lock', 'unlock', 'provisional', 'open', 'close', 'reopen', 'plans-on', 'plans-off')),
  day         date        not null,
  reason      text,
  document    bigint,
  findings    jsonb,
  request_key text,
  actor       bigint      not null,
  recorded_at timestamptz not null,
  primary key (division, fiscal_year, no),
  constraint book_request_once unique (request_key, division),
  foreign key (division, fiscal_year) references ledger.book,
  foreign key (division, document) references ledger.document
);
comment on table ledger.book_event is 'what was done to a year''s book, in order: locked through a day, unlocked and why, opened, closed; findings is what still stood open then';
select platform.enclose('ledger.book_event');
create view ledger.published_book_event with (security_invoker) as select * from ledger.book_event;

-- Which forms enter or leave a book in which state is told here once more: `ledger.post_days` reads the book before it knows of a closing
-- that is under way; this waits for it, and then looks again.
create function ledger.batch_enters_book() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare v_book ledger.book;
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('book ' || new.division, new.fiscal_year));
  select * into v_book from ledger.book where division = new.division and fiscal_year = new.fiscal_year;
  if v_book.closed_on is not null then
    raise exception 'the book of % is closed since %', new.fiscal_year, v_book.closed_on using errcode = 'FW001';
  elsif v_book.locked_through >= new.effective_on then
    raise exception 'the book of % is locked through %', new.fiscal_year, v_book.locked_through using errcode = 'FW001';
  elsif v_book.provisional_since is not null and v_book.opened_on is null and new.form in ('plan', 'send', 'pay', 'refund') then
    raise exception 'book-provisional' using errcode = 'FW004', detail = new.fiscal_year;
  elsif new.form = 'integrate' and not divisions.integrates(new.division, new.effective_on) then
    raise exception 'not-integrating' using errcode = 'FW004', detail = new.effective_on;
  end if;
  return new;
end $$;
create trigger batch_enters_book before insert on ledger.batch for each row execute function ledger.batch_enters_book();

-- Closing and carrying over are taken back in both years at once (form `take-back`), never by a red letter on one side.
create function ledger.year_end_is_not_corrected() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from ledger.batch b where b.division = new.division and b.id = new.batch and b.form in ('close', 'carry', 'take-back')) then
    raise exception 'year-end-not-corrected' using errcode = 'FW004', detail = new.batch;
  end if;
  return new;
end $$;
create trigger year_end_is_not_corrected before insert on ledger.corrected for each row execute function ledger.year_end_is_not_corrected();

-- Everything that is done to a book, and the only way to do it. Raises FW004 with the code of the refusal as its message.
create function ledger.mark_book(p_division int, p_year int, p_kind text, p_day date, p_reason text default null, p_document bigint default null,
  p_findings jsonb default null, p_request_key text default null
) returns int language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  b ledger.book;
  v_no int;
  v_bad text;
  v_detail text;
begin
  perform ledger.in_scope(p_division);
  -- Waits for every form that is being posted to this book, and holds off those that come after.
  perform pg_advisory_xact_lock(hashtextextended('book ' || p_division, p_year));
  select no into v_no from ledger.book_event where division = p_division and request_key = p_request_key;
  if found then return v_no; end if;
  select * into b from ledger.book where division = p_division and fiscal_year = p_year;
  if p_kind = 'provisional' then
    -- A book that is there is open, or provisional already.
    if found then return null; end if;
    insert into ledger.book (division, fiscal_year, provisional_since) values (p_division, p_year, p_day) returning * into b;
  elsif not found then
    insert into ledger.book (division, fiscal_year) values (p_division, p_year) returning * into b;
  end if;

  if p_kind in ('unlock', 'reopen') and length(btrim(coalesce(p_reason, ''))) < 4 then v_bad := 'reason-missing';
  elsif p_kind = 'reopen' and b.closed_on is null then v_bad := 'book-not-closed';
  elsif p_kind = 'reopen' and p_document is null then v_bad := 'document-missing';
  elsif p_kind <> 'reopen' and b.closed_on is not null then v_bad := 'book-closed'; v_detail := b.closed_on;
  elsif p_kind = 'lock' and (p_day < make_date(p_year, 1, 1) or p_day > make_date(p_year, 12, 31)) then v_bad := 'lock-outside-year'; v_detail := p_day;
  elsif p_kind = 'lock' and p_day <= b.locked_through then v_bad := 'lock-not-forward'; v_detail := b.locked_through;
  elsif p_kind = 'unlock' and (b.locked_through is null or p_day >= b.locked_through) then v_bad := 'unlock-not-back'; v_detail := b.locked_through;
  elsif p_kind = 'open' and b.opened_on is not null then v_bad := 'book-open'; v_detail := b.opened_on;
  elsif p_kind = 'open' and p_day < make_date(p_year, 1, 1) then v_bad := 'year-not-begun'; v_detail := p_year;
  elsif p_kind = 'close' and p_day < make_date(p_year, 12, 31) then v_bad := 'year-not-over'; v_detail := p_year;
  elsif p_kind in ('plans-on', 'plans-off') and exists (
      select from ledger.balance s join allotments.allotment a on a.division = s.division and a.id = s.allotment
      where s.division = p_division and a.fiscal_year = p_year and s.account = 5101 and s.debit_fen > 0) then v_bad := 'plans-posted';
  elsif p_kind = 'close' then
    select 'rest-left', s.allotment into v_bad, v_detail from ledger.balance s
      join allotments.allotment a on a.division = s.division and a.id = s.allotment
      where s.division = p_division and a.fiscal_year = p_year and s.account in (1001, 5001, 500201, 5101, 5102) and s.debit_fen <> s.credit_fen limit 1;
  end if;
  if v_bad is not null then raise exception '%', v_bad using errcode = 'FW004', detail = coalesce(v_detail, ''); end if;

  update ledger.book set
      locked_through = case p_kind when 'lock' then p_day when 'unlock' then nullif(p_day, make_date(p_year, 1, 1) - 1) else locked_through end,
      closed_on = case p_kind when 'close' then p_day when 'reopen' then null else closed_on end,
      opened_on = case p_kind when 'open' then p_day else opened_on end,
      uses_plans = case p_kind when 'plans-on' then true when 'plans-off' then false else uses_plans end
    where division = p_division and fiscal_year = p_year;
  insert into ledger.book_event
    select p_division, p_year, coalesce(max(no), 0) + 1, p_kind, p_day, p_reason, p_document, p_findings, p_request_key, platform.actor(), clock_timestamp()
    from ledger.book_event where division = p_division and fiscal_year = p_year
    returning no into v_no;
  return v_no;
end $$;
comment on function ledger.mark_book is 'the only writer of books and their events: lock forward, unlock with a reason, open, close when nothing is left, reopen by a document, keep plans or not; raises FW004 with the refusal''s code, and answers the event''s number';
revoke execute on function ledger.mark_book from public;
grant execute on function ledger.mark_book to fundwatch_app;
-- A form of many lines opens its balances first: `ledger.post_days` is slow where it has to open tens of thousands by itself.
create function ledger.open_balances(p_division int, p_allotments bigint[], p_accounts int[]) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform ledger.in_scope(p_division);
  insert into ledger.balance (division, allotment, account, side)
    select p_division, k.allotment, k.account, a.side from (select distinct allotment, account from unnest(p_allotments, p_accounts) as u(allotment, account)) k
    join ledger.account a on a.code = k.account order by 2, 3
    on conflict do nothing;
end $$;
comment on function ledger.open_balances is 'opens balances at nothing, in key order; changes none that is there';
revoke execute on function ledger.open_balances from public;
grant execute on function ledger.open_balances to fundwatch_app;
grant select on ledger.book_event, ledger.published_book_event to fundwatch_app, fundwatch_rules;

-- What a division declares of itself, each with its document: from which day it uses this system, and whether it integrates funds.
create table divisions.declaration (
  division        int         not null references divisions.division,
  id              bigint      generated always as identity,
  kind            text        not null check (kind in ('go-live', 'integrating', 'not-integrating')),
  day             date        not null,
  document_number text        not null check (btrim(document_number) <> ''),
  reason          text,
  actor           bigint      not null default platform.actor(),
  recorded_at     timestamptz not null default clock_timestamp(),
  primary key (division, id)
);
comment on table divisions.declaration is 'what a division declared by a document: its go-live date (补录的分界), or from which day it is, or is no longer, a county that integrates agriculture-related funds (统筹整合)';
select platform.enclose('divisions.declaration');
grant select, insert on divisions.declaration to fundwatch_app;
grant select on divisions.declaration to fundwatch_rules;
create view divisions.published_declaration with (security_invoker) as
  select division, id, kind, day, document_number, reason, actor, recorded_at from divisions.declaration;
grant select on divisions.published_declaration to fundwatch_app, fundwatch_rules;
create function divisions.integrates(p_division int, p_day date) returns boolean language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce((select kind = 'integrating' from divisions.declaration
    where division = p_division and kind in ('integrating', 'not-integrating') and day <= p_day order by day desc, id desc limit 1), false)
$$;

insert into ledger.account (code, chart, shown_code, name, english, side) values (5902, 1, '5902', '结余收回', 'lapsed to the treasury', 'D');
insert into ledger.form (code, name, english, interlock) values
  ('close',     '年终结账',     'year-end closing',     'none'),
  ('carry',     '结转上年',     'carry over',           'none'),
  ('take-back', '撤回结转',     'take back a carry-over', 'none'),
  ('recover',   '收回以前年度', 'prior-year recovery',  'none'),
  ('integrate', '统筹整合',     'integrate',            'none');
insert into ledger.order_line (form, first_year, step, last_year, debit, credit) values
  ('close',     2015, 1, null, 5901,   1001),
  ('close',     2015, 2, null, 5901,   5001),
  ('close',     2015, 3, null, 5901,   500201),
  ('close',     2015, 4, null, 5901,   5101),
  ('close',     2015, 5, null, 5902,   1001),
  ('close',     2015, 6, null, 5902,   5001),
  ('close',     2015, 7, null, 5902,   500201),
  ('close',     2015, 8, null, 5902,   5101),
  ('carry',     2015, 1, null, 1001,   4001),
  ('carry',     2015, 2, null, 5001,   1001),
  ('carry',     2015, 3, null, 500201, 5001),
  ('carry',     2015, 4, null, 5101,   500201),
  ('take-back', 2015, 1, null, 1001,   5901),
  ('take-back', 2015, 2, null, 5001,   5901),
  ('take-back', 2015, 3, null, 500201, 5901),
  ('take-back', 2015, 4, null, 5101,   5901),
  ('take-back', 2015, 5, null, 1001,   5902),
  ('take-back', 2015, 6, null, 5001,   5902),
  ('take-back', 2015, 7, null, 500201, 5902),
  ('take-back', 2015, 8, null, 5101,   5902),
  ('take-back', 2015, 9, null, 4001,   1001),
  ('take-back', 2015, 10, null, 1001,  5001),
  ('take-back', 2015, 11, null, 5001,  500201),
  ('take-back', 2015, 12, null, 500201, 5101),
  ('recover',   2015, 1, null, 1001,   4001),
  ('integrate', 2015, 1, null, 500201, 5001),
  ('integrate', 2015, 2, null, 5001,   500201),
  ('integrate', 2015, 3, null, 500201, 5101);

-- A carried line has the old line behind it and, below its tree's root, its new source too; the actual use stands beside the legal source.
alter table allotments.allotment drop constraint allotment_has_one_source, add column use_fund int references funds.fund,
  add constraint allotment_has_one_source check (num_nonnulls(source, transfer) <= 1 and num_nonnulls(transfer, carried_from) <= 1);
comment on column allotments.allotment.carried_from is 'the line of an earlier year whose rest this is, or whose payment came back (form recover); a carried tree mirrors the old one, so it may have a source too';
comment on column allotments.allotment.use_fund is 'the fund that integrated money is actually used as; its legal source stays in fund and function_subject';
create index allotment_carried on allotments.allotment (carried_from) where carried_from is not null;

create table allotments.closing (
  division      int         not null,
  fiscal_year   smallint    not null,
  no            int         not null,
  kind          text        not null check (kind in ('close', 'take-back')),
  request_key   text,
  document      bigint      not null,
  batch         bigint,
  carry_batch   bigint,
  carried_lines int         not null,
  carried_fen   bigint      not null,
  lapsed_lines  int         not null,
  lapsed_fen    bigint      not null,
  reason        text,
  actor         bigint      not null default platform.actor(),
  recorded_at   timestamptz not null default clock_timestamp(),
  primary key (division, fiscal_year, no),
  constraint closing_once unique (request_key, division),
  foreign key (division, document) references ledger.document,
  foreign key (division, batch) references ledger.batch,
  foreign key (division, carry_batch) references ledger.batch
);
comment on table allotments.closing is 'a year-end closing, or one taken back: its batches in the old and in the new year, and how much was carried and how much lapsed, in fen';
select platform.enclose('allotments.closing');
grant select, insert on allotments.closing to fundwatch_app;
grant select on allotments.closing to fundwatch_rules;

create table allotments.carry_limit (
  first_year smallint primary key,
  years      smallint not null check (years > 0)
);
comment on table allotments.carry_limit is 'reference: after how many years an unspent balance is to be recovered by the treasury (结余), from a fiscal year on; shown as a hint at the closing';
grant select on allotments.carry_limit to fundwatch_app, fundwatch_rules;
insert into allotments.carry_limit values (2015, 2);

-- Lines that came by an advance notice, and whether the budget of their year holds them by now.
create view allotments.published_advance with (security_invoker) as
  select a.division, a.id, a.fiscal_year, a.form, a.fund, a.amount_fen, not b.provisional as in_budget
  from allotments.allotment a join ledger.published_book b on b.division = a.division and b.fiscal_year = a.fiscal_year
  where a.advance;

-- Integrated money, a row a line: where it lawfully came from, and what it is used for; both sides sum to the same.
create view allotments.published_integrated with (security_invoker) as
  select a.division, a.id, a.fiscal_year, a.fund, a.function_subject, a.use_fund, a.project, a.agency, s.arranged_fen, s.paid_fen
  from allotments.allotment a
  cross join lateral (
    select coalesce(sum(b.balance_fen), 0)::bigint as arranged_fen, coalesce(sum(b.balance_fen) filter (where b.account = 5201), 0)::bigint as paid_fen
    from ledger.published_balance b where b.division = a.division and b.allotment = a.id and b.account in (500201, 5101, 5102, 5201)) s
  where a.use_fund is not null;
grant select on allotments.published_advance, allotments.published_integrated to fundwatch_app, fundwatch_rules;

-- A refund of a closed year is entered in the open one; a payment from a provisional book waits.
alter table payments.unposted drop constraint unposted_reason_check, add constraint unposted_reason_check
  check (reason in ('no-allotment', 'ambiguous', 'beyond-available', 'not-paid', 'book-locked', 'book-provisional'));

-- Carried money is as old as the line that it was carried from: idleness counts from there, and its documents are not counted twice.
create or replace view rules.subject_document with (security_invoker) as
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
    where l.carried_from is null
    group by l.division, l.document
  ) l on l.division = d.division and l.document = d.id
  left join divisions.published_division v on v.division = d.division;

create or replace view rules.subject_unpaid_line with (security_invoker) as
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
    from ledger.published_entry e where e.division = l.division and e.debit_allotment = any (l.path) and e.amount_fen > 0 and e.form not in ('refund', 'take-back')
  ) e on true
  left join divisions.published_division v on v.division = l.division
  left join funds.published_fund f on f.id = l.fund;
