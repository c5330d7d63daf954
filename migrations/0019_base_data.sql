-- Base data is issued above and locked below; divisions change by documented orders, and the money goes with them.

create schema base;
grant usage on schema base to fundwatch_app, fundwatch_rules;

-- What is issued (下发): an act with a document, for fiscal years. What an edition holds is written in the transaction that issues it and
-- never after; the next change is another edition.
create table base.edition (
  id              int         generated always as identity primary key,
  issuer          int         references divisions.division,
  kind            text        not null check (kind in ('chart', 'orders', 'templates', 'catalogue', 'subjects')),
  name            text        not null check (name <> ''),
  first_year      smallint    not null,
  last_year       smallint,
  document_number text        not null check (document_number <> ''),
  document_title  text        not null check (document_title <> ''),
  document_dated  date        not null,
  lines           int         not null check (lines > 0),
  content         bytea       not null,
  issued_at       timestamptz not null default clock_timestamp(),
  actor           bigint      not null default platform.actor(),
  made_in         xid8        not null default pg_current_xact_id(),
  constraint edition_years check (last_year is null or last_year >= first_year)
);
comment on table base.edition is 'reference: base data as a superior issued it (下发) for fiscal years, with its document; null issuer is the ministry; content is SM3 over its lines; made_in is the transaction in which alone it may be filled';

-- Migrations fill base data as the owner, outside any scope; everyone else says a scope and is held to it.
create function base.by_owner() returns boolean language sql stable
  return platform.scope() is null
    and pg_has_role(current_user, (select c.relowner from pg_class c where c.oid = 'base.edition'::regclass), 'member');
comment on function base.by_owner is 'whether this is a migration or the owner at work: no scope is said, and the role owns the tables';

-- The whole installation's data is issued by whoever holds all of it, a division's by whoever holds the division.
create function base.may_issue(p_issuer int) returns boolean language sql stable
  return case when platform.scope() is null then false
    when p_issuer is not null then exists (select from divisions.scope_division s where s.scope = platform.scope() and s.division = p_issuer)
    else not exists (select from divisions.division d where not exists (
      select from divisions.scope_division s where s.scope = platform.scope() and s.division = d.id)) end;
comment on function base.may_issue is 'whether this transaction may issue for a division; null: for the whole installation (the ministry''s data)';

create function base.issuing(p_kind text, p_issuer int) returns boolean language sql stable
  return exists (select from base.edition e where e.kind = p_kind and e.issuer is not distinct from p_issuer and e.made_in = pg_current_xact_id());
comment on function base.issuing is 'whether this very transaction issues an edition of the kind for the issuer';

create function base.edition_is_yours() returns trigger language plpgsql as $$
begin
  if not base.by_owner() and not base.may_issue(case when new.kind in ('chart', 'orders', 'subjects') then null else new.issuer end) then
    raise exception 'an edition of % is not issued from this scope', new.kind using errcode = 'FW006';
  end if;
  new.made_in := pg_current_xact_id();
  return new;
end $$;
create trigger edition_is_yours before insert on base.edition for each row execute function base.edition_is_yours();

-- Charts, orders and subjects are one for the installation: they change by an edition alone.
create function base.only_by_edition() returns trigger language plpgsql as $$
begin
  if not base.by_owner() and not exists (select from base.edition e where e.kind = tg_argv[0] and e.made_in = pg_current_xact_id()) then
    raise exception '% is issued above and locked here', tg_table_schema || '.' || tg_table_name using errcode = 'FW006';
  end if;
  return coalesce(new, old);
end $$;

alter table ledger.chart add column edition int references base.edition;
alter table ledger.order_line add column edition int references base.edition;

create table ledger.chart_line (
  chart      smallint not null references ledger.chart,
  shown_code text     not null check (shown_code ~ '^\d{1,12}$'),
  name       text     not null check (name <> ''),
  english    text     not null,
  side       char(1)  not null check (side in ('D', 'C')),
  primary key (chart, shown_code)
);
comment on table ledger.chart_line is 'reference: an account as a further chart prints it; entries keep the accounts of ledger.account and are shown by ledger.chart_mapping';

create table ledger.chart_mapping (
  chart      smallint not null references ledger.chart,
  account    int      not null references ledger.account,
  shown_code text     not null,
  primary key (chart, account),
  foreign key (chart, shown_code) references ledger.chart_line
);
comment on table ledger.chart_mapping is 'reference: as which account of a further chart an account of ours is shown; several of ours may be shown as one';

create view ledger.published_account with (security_invoker) as
  select a.code, c.id as chart, c.first_year, c.last_year, a.shown_code, a.name, a.english, a.side
  from ledger.account a join ledger.chart c on c.id = a.chart
  union all
  select m.account, c.id, c.first_year, c.last_year, l.shown_code, l.name, l.english, l.side
  from ledger.chart_mapping m join ledger.chart c on c.id = m.chart join ledger.chart_line l on l.chart = m.chart and l.shown_code = m.shown_code;
comment on view ledger.published_account is 'an account as the chart of a fiscal year shows it: join by code, and the year between first_year and last_year (null: open)';

create trigger only_by_edition before insert or update or delete on ledger.chart for each row execute function base.only_by_edition('chart');
create trigger only_by_edition before insert or update or delete on ledger.chart_line for each row execute function base.only_by_edition('chart');
create trigger only_by_edition before insert or update or delete on ledger.chart_mapping for each row execute function base.only_by_edition('chart');
create trigger only_by_edition before insert or update or delete on ledger.order_line for each row execute function base.only_by_edition('orders');

create table ledger.sub_account (
  division   int      not null references divisions.division,
  account    int      not null references ledger.account,
  code       text     not null check (code ~ '^\d{2,6}$'),
  name       text     not null check (name <> ''),
  element    text     not null check (element in ('fund', 'agency', 'office', 'fund-nature', 'function-subject')),
  value      text     not null check (value <> ''),
  first_year smallint not null,
  last_year  smallint,
  actor      bigint   not null default platform.actor(),
  primary key (division, account, code, first_year)
);
comment on table ledger.sub_account is 'an account of a division''s own (明细科目) below an issued one: the lines whose element has this value; the issued account stays as it is';

create function ledger.sub_account_is_free() returns trigger language plpgsql as $$
begin
  if exists (select from ledger.published_account a join ledger.chart_line l on l.chart = a.chart and l.shown_code = a.shown_code || new.code where a.code = new.account)
    or exists (select from ledger.account a join ledger.account b on b.chart = a.chart and b.shown_code = a.shown_code || new.code where a.code = new.account) then
    raise exception 'account %/% is issued above and locked here', new.account, new.code using errcode = 'FW006';
  end if;
  return new;
end $$;
create trigger sub_account_is_free before insert on ledger.sub_account for each row execute function ledger.sub_account_is_free();

-- Ledger templates (台账模板): which elements of a line a bureau's ledger shows, in which order and under which titles.
create table base.template (
  id         int      generated always as identity primary key,
  division   int      references divisions.division,
  code       text     not null check (code <> ''),
  name       text     not null check (name <> ''),
  first_year smallint not null,
  last_year  smallint,
  edition    int      references base.edition
);
comment on table base.template is 'reference: a ledger template (台账模板) for fiscal years; with an edition it is issued and locked, without one it is the division''s own';
create unique index template_code on base.template (code, coalesce(division, 0), first_year);

create table base.template_field (
  template int      not null references base.template on delete cascade,
  position smallint not null,
  element  text     not null,
  title    text     not null check (title <> ''),
  required boolean  not null default false,
  primary key (template, position)
);
comment on table base.template_field is 'reference: a column of a ledger template: an element of a line, under the template''s own title';

create function base.template_is_yours() returns trigger language plpgsql as $$
begin
  if base.by_owner() then return coalesce(new, old); end if;
  if tg_op <> 'INSERT' and (not base.may_issue(old.division) or (old.edition is not null and not base.issuing('templates', old.division))) then
    raise exception 'template % is issued above and locked here', old.code using errcode = 'FW006';
  end if;
  if tg_op <> 'DELETE' and (not base.may_issue(new.division)
      or (new.edition is null and (new.division is null or exists (select from base.template t where t.code = new.code and t.edition is not null)))
      or (new.edition is not null and not base.issuing('templates', new.division))) then
    raise exception 'template % is issued above and locked here', new.code using errcode = 'FW006';
  end if;
  return coalesce(new, old);
end $$;
create trigger template_is_yours before insert or update or delete on base.template for each row execute function base.template_is_yours();

create function base.template_field_is_yours() returns trigger language plpgsql as $$
begin
  if base.by_owner() or exists (select from base.template t where t.id = coalesce(new.template, old.template) and base.may_issue(t.division)
      and (t.edition is null or base.issuing('templates', t.division)))
    -- Its template was removed in this statement, which was asked above.
    or (tg_op = 'DELETE' and not exists (select from base.template t where t.id = old.template)) then
    return coalesce(new, old);
  end if;
  raise exception 'template % is issued above and locked here', coalesce(new.template, old.template) using errcode = 'FW006';
end $$;
create trigger template_field_is_yours before insert or update or delete on base.template_field for each row execute function base.template_field_is_yours();

-- Catalogues of funds: each belongs to a division; once issued it changes by another edition alone. The link to a superior stays a local act.
alter table funds.catalogue add column edition int references base.edition;
alter table funds.fund add column local_only boolean not null default false;
comment on column funds.fund.local_only is 'decided: this fund answers to no superior fund, and waits for none';
alter table funds.fund add constraint local_only_has_no_superior check (not (local_only and superior is not null));

create table funds.edition_fund (
  edition      int  not null references base.edition,
  fund         int  not null references funds.fund,
  code         text not null,
  name         text not null,
  level        text not null,
  owner_office text,
  poverty      text not null,
  included     text,
  excepted     text,
  primary key (edition, fund)
);
comment on table funds.edition_fund is 'reference: a fund as an edition of its catalogue issued it: what was in force in those fiscal years stands, whatever the fund is called later';
create view funds.published_edition_fund with (security_invoker) as
  select f.edition, e.issuer, e.first_year, e.last_year, f.fund, f.code, f.name, f.level, f.owner_office, f.poverty, f.included, f.excepted
  from funds.edition_fund f join base.edition e on e.id = f.edition;
comment on view funds.published_edition_fund is 'the funds of issued catalogues, by the fiscal years for which they were issued';

create function funds.catalogue_is_yours() returns trigger language plpgsql as $$
begin
  if base.by_owner() then return coalesce(new, old); end if;
  if not base.may_issue(coalesce(new.division, old.division)) or not base.may_issue(coalesce(old.division, new.division)) then
    raise exception 'catalogue “%” belongs to another division', coalesce(old.name, new.name) using errcode = 'FW006';
  end if;
  if (tg_op <> 'INSERT' and old.edition is not null or tg_op <> 'DELETE' and new.edition is not null) and not base.issuing('catalogue', coalesce(old.division, new.division)) then
    raise exception 'catalogue “%” is issued and locked', coalesce(old.name, new.name) using errcode = 'FW006';
  end if;
  return coalesce(new, old);
end $$;
create trigger catalogue_is_yours before insert or update or delete on funds.catalogue for each row execute function funds.catalogue_is_yours();

create function funds.fund_is_yours() returns trigger language plpgsql as $$
declare v_fund funds.fund;
begin
  if base.by_owner() then return coalesce(new, old); end if;
  v_fund := case when tg_op = 'INSERT' then new else old end;
  if not base.may_issue(v_fund.division) or (tg_op = 'UPDATE' and new.division <> old.division) then
    raise exception 'fund % belongs to another division', v_fund.code using errcode = 'FW006';
  end if;
  if tg_op = 'UPDATE' then
    v_fund.superior := new.superior;
    v_fund.local_only := new.local_only;
    if v_fund = new then return new; end if;
  end if;
  if exists (select from funds.catalogue c where c.id in (old.catalogue, new.catalogue) and c.edition is not null) and not base.issuing('catalogue', v_fund.division) then
    raise exception 'fund % stands in an issued catalogue, which is locked', v_fund.code using errcode = 'FW006';
  end if;
  return coalesce(new, old);
end $$;
create trigger fund_is_yours before insert or update or delete on funds.fund for each row execute function funds.fund_is_yours();

create function funds.edition_fund_is_yours() returns trigger language plpgsql as $$
begin
  if not base.by_owner() and not exists (select from base.edition e where e.id = new.edition and e.kind = 'catalogue' and e.made_in = pg_current_xact_id()) then
    raise exception 'edition % is issued and locked', new.edition using errcode = 'FW006';
  end if;
  return new;
end $$;
create trigger edition_fund_is_yours before insert or update on funds.edition_fund for each row execute function funds.edition_fund_is_yours();

create function funds.permitted_subject_is_yours() returns trigger language plpgsql as $$
declare v_fund funds.fund;
begin
  if base.by_owner() then return coalesce(new, old); end if;
  select * into v_fund from funds.fund where id = coalesce(new.fund, old.fund);
  if not base.may_issue(v_fund.division) or (not base.issuing('catalogue', v_fund.division)
      and exists (select from funds.catalogue c where c.id = v_fund.catalogue and c.edition is not null)) then
    raise exception 'fund % is issued above and locked here', v_fund.code using errcode = 'FW006';
  end if;
  return coalesce(new, old);
end $$;
create trigger permitted_subject_is_yours before insert or update or delete on funds.permitted_subject for each row execute function funds.permitted_subject_is_yours();

-- Subjects are the ministry's: held by whoever holds the whole installation, and once issued for a year, changed by an edition alone.
alter table funds.subject add column edition int references base.edition;
create function funds.subject_is_yours() returns trigger language plpgsql as $$
begin
  if base.by_owner() then return coalesce(new, old); end if;
  if not base.may_issue(null) or (not base.issuing('subjects', null) and exists (select from funds.subject s
      where s.kind = coalesce(old.kind, new.kind) and s.fiscal_year = coalesce(old.fiscal_year, new.fiscal_year) and s.edition is not null)) then
    raise exception 'subjects of % are issued above and locked here', coalesce(old.fiscal_year, new.fiscal_year) using errcode = 'FW006';
  end if;
  return coalesce(new, old);
end $$;
create trigger subject_is_yours before insert or update or delete on funds.subject for each row execute function funds.subject_is_yours();

-- Which superior a fund answered to, since when, and who said so; written by the table itself, whatever way the change came.
create table funds.mapping (
  fund     int         not null references funds.fund,
  no       int         not null,
  superior int         references funds.fund,
  decided  text        not null check (decided in ('mapped', 'local', 'open')),
  since    date        not null default platform.today(),
  actor    bigint      not null default platform.actor(),
  at       timestamptz not null default clock_timestamp(),
  primary key (fund, no)
);
comment on table funds.mapping is 'reference: the history of 指定关联: mapped to a superior, decided local (answers to none), or open again; append-only';
create function funds.remember_mapping() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' and (new.superior is not distinct from old.superior and new.local_only = old.local_only) then return new; end if;
  if tg_op = 'INSERT' and new.superior is null and not new.local_only then return new; end if;
  insert into funds.mapping (fund, no, superior, decided)
  select new.id, coalesce(max(m.no), 0) + 1, new.superior, case when new.superior is not null then 'mapped' when new.local_only then 'local' else 'open' end
  from funds.mapping m where m.fund = new.id;
  return new;
end $$;
comment on function funds.remember_mapping is 'writes the history of a fund''s superior; the app may read it and never write it';
create trigger remember_mapping after insert or update on funds.fund for each row execute function funds.remember_mapping();

-- --- divisions that change (区划调整) ---------------------------------------------------------------------------------------

create table divisions.change (
  id              int         generated always as identity primary key,
  kind            text        not null check (kind in ('rename', 'recode', 'move', 'merge', 'split')),
  effective_on    date        not null,
  document_number text        not null check (document_number <> ''),
  document_title  text        not null check (document_title <> ''),
  document_dated  date        not null,
  note            text,
  request_key     text        unique,
  actor           bigint      not null default platform.actor(),
  recorded_at     timestamptz not null default clock_timestamp()
);
comment on table divisions.change is 'reference: an order by which divisions change (区划调整), with its document and day; append-only';
create table divisions.change_part (
  change   int  not null references divisions.change,
  division int  not null references divisions.division,
  role     text not null check (role in ('from', 'into')),
  primary key (change, division, role)
);
comment on table divisions.change_part is 'reference: whom a change takes from and whom it makes or enlarges; a renamed division is both';
alter table divisions.version add column change int references divisions.change;
create index version_change on divisions.version (change) where change is not null;

-- History is never rewritten: a version may be ended, once, and nothing else of it changes.
create function divisions.history_stands() returns trigger language plpgsql as $$
begin
  if not base.by_owner() and (tg_op = 'DELETE' or (old.division, lower(old.valid), old.code, old.name, old.level) is distinct from (new.division, lower(new.valid), new.code, new.name, new.level)
      or (old.administrative_parent, old.fiscal_parent, old.change, old.recorded_at) is distinct from (new.administrative_parent, new.fiscal_parent, new.change, new.recorded_at)
      or not upper_inf(old.valid)) then
    raise exception 'version % of division % is history', old.valid, old.division using errcode = 'FW006';
  end if;
  return coalesce(new, old);
end $$;
create trigger history_stands before update or delete on divisions.version for each row execute function divisions.history_stands();

create view divisions.published_version with (security_invoker) as
  select division, valid, code, name, level, administrative_parent, fiscal_parent, change from divisions.version;
comment on view divisions.published_version is 'every version of every division: join by division and valid @> day for the name of that day';
create view divisions.published_latest with (security_invoker) as
  select v.division, v.code, v.name, v.level, v.administrative_parent, v.fiscal_parent, d.go_live,
    case when v.valid @> platform.today() then null else upper(v.valid) end as ended_on
  from (select distinct on (division) * from divisions.version where lower(valid) <= platform.today() order by division, valid desc) v
  join divisions.division d on d.id = v.division
  -- The code of a division that ended may have been given to another.
  where v.valid @> platform.today() or not exists (select from divisions.version o where o.code = v.code and o.division <> v.division and o.valid @> platform.today());
comment on view divisions.published_latest is 'divisions as they are today, and those that ended as they last were';

-- The tree at a day: who lay below a division by either parent. Those that ended earlier in the year hang where they last hung, for the
-- year's money is in their books.
create function divisions.area(p_division int, p_day date)
  returns table (division int, code char(9), name text, level text, administrative_parent int, fiscal_parent int, ended_on date)
  language sql stable set search_path = pg_catalog, pg_temp as $$
  with recursive placed as (
    select distinct on (v.division) v.division, v.code, v.name, v.level, v.administrative_parent, v.fiscal_parent,
      case when v.valid @> p_day then null else upper(v.valid) end as ended_on
    from divisions.version v
    where lower(v.valid) <= p_day and (upper_inf(v.valid) or upper(v.valid) > date_trunc('year', p_day)::date)
    order by v.division, v.valid desc
  ), reach as (
    select p.division from placed p where p.division = p_division
    union
    select p.division from placed p join reach r on r.division in (p.administrative_parent, p.fiscal_parent)
  )
  select p.division, p.code, p.name, p.level, p.administrative_parent, p.fiscal_parent, p.ended_on from placed p join reach r on r.division = p.division
$$;
comment on function divisions.area is 'the tree at a day, with those that ended earlier in that year';

-- Who ended keeps its place in the scopes, and whoever took it over sees its books.
create or replace function divisions.rebuild_scopes() returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from divisions.scope_division;
  insert into divisions.scope_division
  with recursive latest as (
    select distinct on (division) division, valid, administrative_parent, fiscal_parent
    from divisions.version where lower(valid) <= platform.today() order by division, valid desc
  ), link as (
    select division as below, administrative_parent as above from latest where administrative_parent is not null
    union select division, fiscal_parent from latest where fiscal_parent is not null
    union select f.division, i.division from divisions.change c
      join divisions.change_part f on f.change = c.id and f.role = 'from'
      join divisions.change_part i on i.change = c.id and i.role = 'into' and i.division <> f.division
      join latest l on l.division = f.division and not l.valid @> platform.today()
      where c.kind in ('merge', 'split') and c.effective_on <= platform.today()
  ), reach(scope, division) as (
    select id, id from divisions.division
    union
    select reach.scope, link.below from reach join link on link.above = reach.division
  )
  select scope, division from reach
  union all select 0, id from divisions.division
  union all select 0, 0
$$;

-- --- balances that move with a division (划转) ------------------------------------------------------------------------------

-- A hand-over is a transfer: interlock, lineage and verify hold it as they hold a pass-down (docs/decisions/0020).
insert into ledger.form (code, name, english, interlock) values
  ('hand-over', '划转（转出）', 'hand over', 'sends'),
  ('take-over', '划转（转入）', 'take over', 'takes');
insert into ledger.order_line (form, first_year, step, last_year, debit, credit) values
  ('hand-over', 2015, 1, null, 500202, 5001),
  ('hand-over', 2015, 2, null, 500202, 1001),
  ('hand-over', 2015, 3, null, 500202, 500201),
  ('hand-over', 2015, 4, null, 500201, 5101),
  ('take-over', 2015, 1, null, 1001,   4001);

create table allotments.hand_over (
  division    int    not null,
  batch       bigint not null,
  to_division int    not null,
  to_batch    bigint not null,
  change      int    references divisions.change,
  primary key (division, batch),
  foreign key (division, batch) references ledger.batch
);
comment on table allotments.hand_over is 'the two batches of a hand-over (划转): what left one division''s book entered the other''s, under the order that changed the divisions';

-- Both books move or neither: at commit, what was handed over is taken over to the fen.
create function allotments.hand_over_is_whole() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare v record;
begin
  select coalesce(sum(t.sent_fen), 0) as sent, coalesce(sum(t.taken_fen), 0) as taken, min(t.division) as taker into v
    from ledger.transfer t where t.sender = new.division and t.sender_allotment = new.id;
  if v.sent <> new.amount_fen or v.taken <> v.sent or v.taker is distinct from new.to_division then
    raise exception 'line % hands over % fen, % were sent and % taken over', new.id, new.amount_fen, v.sent, v.taken using errcode = 'FW003';
  end if;
  return new;
end $$;
comment on function allotments.hand_over_is_whole is 'refuses, at commit, a hand-over that was not taken over whole (FW003)';
create constraint trigger hand_over_is_whole after insert on allotments.allotment deferrable initially deferred
  for each row when (new.form = 'hand-over') execute function allotments.hand_over_is_whole();

select platform.enclose(fact) from unnest(array['ledger.sub_account', 'allotments.hand_over']::regclass[]) fact;

grant select on all tables in schema base to fundwatch_app;
grant select on ledger.chart_line, ledger.chart_mapping, ledger.published_account, ledger.sub_account, funds.edition_fund, funds.published_edition_fund,
  funds.mapping, divisions.change, divisions.change_part, divisions.published_version, divisions.published_latest, allotments.hand_over to fundwatch_app;
grant select on ledger.published_account, ledger.chart_line, ledger.chart_mapping, divisions.published_version, divisions.published_latest to fundwatch_rules;
grant insert (issuer, kind, name, first_year, last_year, document_number, document_title, document_dated, lines, content) on base.edition to fundwatch_app;
grant insert on ledger.chart, ledger.chart_line, ledger.chart_mapping, ledger.order_line, ledger.sub_account, funds.edition_fund, divisions.change,
  divisions.change_part, allotments.hand_over to fundwatch_app;
grant update (last_year) on ledger.chart, ledger.order_line to fundwatch_app;
grant insert, delete on base.template, base.template_field to fundwatch_app;
revoke execute on function funds.remember_mapping, allotments.hand_over_is_whole from public;
