-- What was still missing in the ledger: a paper from outside counts once, and what a clerk typed off it goes with its red letter.

alter table ledger.transfer
  add column paper text,
  add column paper_stands boolean not null default false;
comment on column ledger.transfer.paper is 'what identifies the paper of a sender outside this installation, where a clerk typed the transfer off it: the way, the sender, the number, the fund of a superior''s line, and which line of it; null for what came through a file or from a sender here';
comment on column ledger.transfer.paper_stands is 'false once all of it was taken back in red letters or called back: the paper may then be registered anew';
-- A number may be typed once in a year, however many own numbers it is registered under. The database is the wall for two clerks at once.
create unique index transfer_paper_once on ledger.transfer (paper, division, fiscal_year) where paper_stands;

create function ledger.name_papers(p_division int, p_transfer bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform ledger.in_scope(p_division);
  update ledger.transfer t set paper_stands = true, paper = concat_ws('|', case when t.across then 'across' else 'above' end,
      translate(lower(coalesce(t.sender_name, '')), E' \u3000\t', ''), t.document_number, case when t.across then '-' else t.fund::text end, p.line)
    from (select x.id, row_number() over (partition by u.document_number, case when u.across then 0 else u.fund end order by x.n) as line
          from unnest(p_transfer) with ordinality as x(id, n) join ledger.transfer u on u.division = p_division and u.id = x.id) p
    where t.division = p_division and t.id = p.id and t.sender is null and t.paper is null;
end $$;
comment on function ledger.name_papers is 'says of transfers just opened that a clerk typed them off a paper; raises 23505 transfer_paper_once where that paper is registered already';

-- As before (migration 0016), and for what another region outside sent too, where it was typed by hand: its red letter takes the statement
-- back together with the receipt, for the paper was read wrongly in that same act.
create or replace function ledger.lower_sent(p_division int, p_document bigint, p_effective date, p_transfer bigint[], p_fen bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform ledger.in_scope(p_division);
  perform from ledger.transfer t where t.division = p_division and t.id = any (p_transfer) order by t.id for no key update;
  if exists (select from unnest(p_transfer) i where not exists (
      select from ledger.transfer t where t.division = p_division and t.id = i and t.sender is null and (not t.across or t.paper is not null))) then
    raise exception 'a transfer named is not from a superior outside this installation' using errcode = 'FW003';
  end if;
  insert into ledger.sent_lowered (division, transfer, document, effective_on, amount_fen)
    select p_division, i, p_document, p_effective, f from unnest(p_transfer, p_fen) as x(i, f);
  update ledger.transfer t set sent_fen = t.sent_fen - m.fen, paper_stands = t.paper is not null and t.sent_fen > m.fen
    from (select i, sum(f)::bigint as fen from unnest(p_transfer, p_fen) as x(i, f) group by 1) m where t.division = p_division and t.id = m.i;
end $$;
comment on table ledger.sent_lowered is 'what a sender outside this installation called back of what it had sent, or what was typed too high off its paper, in fen, dated; negative where that was an error';
revoke execute on function ledger.name_papers from public;
grant execute on function ledger.name_papers to fundwatch_app;

-- What was asked under a request key, so that the key cannot come back with something else and be taken for done.
create table ledger.request (
  division    int         not null,
  request_key text        not null,
  digest      bytea       not null,
  actor       bigint      not null default platform.actor(),
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, request_key)
);
comment on table ledger.request is 'the digest (SM3) of what a form asked under its request key, written in the form''s own transaction: the same again answers what was posted, anything else is refused';
select platform.enclose('ledger.request');
grant select, insert on ledger.request to fundwatch_app;

create view rules.subject_carried with (security_invoker) as
  select l.division, l.fiscal_year, l.id::text as subject, concat_ws(' · ', nullif(l.document_number, ''), f.name) as label, l.fund, false as back_entry,
    l.document_number, l.agency, l.project, o.since, l.fiscal_year - o.since as years, b.rest_fen
  from (
    select b.division, b.allotment, sum(b.balance_fen)::bigint as rest_fen from ledger.published_balance b
    where b.account in (1001, 5001, 500201, 5101) and b.balance_fen > 0 group by b.division, b.allotment
  ) b
  join allotments.published_line l on l.division = b.division and l.id = b.allotment and l.source_type = 'carried-over' and l.carried_from is not null
  cross join lateral (select min(p.fiscal_year) as since from allotments.published_line p where p.division = l.division and p.id = any (l.path)) o
  left join funds.published_fund f on f.id = l.fund;
comment on view rules.subject_carried is 'a line carried over from an earlier year of which something is left: since which year the money is here, how many times it was carried, and what is left of the line itself, in fen';
grant select on rules.subject_carried to fundwatch_app, fundwatch_rules;

-- After how many years carried money is to be recovered: set from a fiscal year on, by a document, by whoever holds the whole installation.
alter table allotments.carry_limit
  add column document_number text,
  add column document_dated  date,
  add column actor           bigint,
  add column recorded_at     timestamptz not null default clock_timestamp(),
  add constraint carry_limit_named check (document_number is null or btrim(document_number) <> '');
comment on column allotments.carry_limit.document_number is 'the document that set it; null for the limit that came with the program';

create function allotments.set_carry_limit(p_first_year int, p_years int, p_number text, p_dated date) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not base.may_issue(null) then return 'carry-limit-not-yours'; end if;
  -- Two who set it at once come one after the other.
  perform pg_advisory_xact_lock(hashtextextended('carry limit', 0));
  if exists (select from ledger.book where fiscal_year >= p_first_year and closed_on is not null) then return 'carry-limit-year-closed'; end if;
  insert into allotments.carry_limit (first_year, years, document_number, document_dated, actor)
    values (p_first_year, p_years, p_number, p_dated, platform.actor())
    on conflict (first_year) do update set years = excluded.years, document_number = excluded.document_number,
      document_dated = excluded.document_dated, actor = excluded.actor, recorded_at = clock_timestamp();
  return null;
end $$;
comment on function allotments.set_carry_limit is 'the only writer of limits of carrying: not for a year in which a book is closed already; answers the refusal''s code, or null';
revoke execute on function allotments.set_carry_limit from public;
grant execute on function allotments.set_carry_limit to fundwatch_app;
