-- The audit becomes a sealed chain that its administrator alone reads and that is kept by kind; looks at personal data are counted;
-- secret funds are hidden and their detail refused below the program too; what leaves is frozen and countersigned.

-- What the posts behind a transaction may do, so that a wall below the program can ask. A connection that says nothing may do nothing.
create function platform.may(p_permission text) returns boolean language sql stable parallel safe
  return coalesce(string_to_array(current_setting('fundwatch.permissions', true), ',') && array['*', p_permission], false);

-- ---- audit ----

create table audit.retention (
  kind        text primary key,
  name        text not null,
  english     text not null,
  floor_months int check (floor_months > 0),
  keep_months int,
  basis       text not null,
  constraint kept_as_long_as_the_law_says check (keep_months is null or floor_months is not null and keep_months >= floor_months)
);
comment on table audit.retention is 'reference: how many months a kind of record is kept at least (the law) and here; null keeps it for ever, and where the law names no end nothing may set one';
insert into audit.retention values
  ('network',   '网络日志', 'network log',      6,    12,   '网络安全法第二十一条：网络日志留存不少于六个月'),
  ('operation', '操作日志', 'operations',       6,    60,   '等保三级：审计记录留存不少于六个月；按本单位要求保存五年'),
  ('personal',  '个人信息', 'personal data',    36,   60,   '个人信息保护法第五十六条：处理情况记录至少保存三年'),
  ('authority', '账号与配置', 'authority',      120,  360,  '会计档案管理办法：其他会计资料至少保存十年'),
  ('book',      '账簿凭证', 'books and vouchers', null, null, '会计档案管理办法：账簿、凭证保存三十年，年度报告永久；本系统不删除');

alter table audit.entry
  add column kind   text not null default 'operation' references audit.retention,
  add column before jsonb,
  add column after  jsonb,
  add column digest bytea;
comment on column audit.entry.kind is 'how long it is kept: audit.retention';
comment on column audit.entry.before is 'what stood there before a change; no personal data in the clear';
comment on column audit.entry.digest is 'SM3 over audit.entry_text: everything that the entry says';

create function audit.entry_text(e audit.entry) returns text language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_array('audit', e.division, e.id, (extract(epoch from e.recorded_at) * 1000000)::bigint, e.actor, e.actor_name, e.address,
    e.kind, e.action, e.subject, e.outcome, e.detail, e.before, e.after)::text $$;
comment on function audit.entry_text is 'what the digest of an entry is made over; src/audit/verify.ts writes it anew';
update audit.entry e set digest = public.digest(convert_to(audit.entry_text(e), 'UTF8'), 'sm3');
alter table audit.entry alter column digest set not null;

create table audit.unsealed (
  division int    not null,
  entry    bigint not null,
  primary key (division, entry)
);
comment on table audit.unsealed is 'entries that wait for the sealer';
insert into audit.unsealed select division, id from audit.entry;

create table audit.seal (
  division  int         not null,
  no        bigint      not null,
  previous  bytea       not null,
  digest    bytea       not null,
  sealed_at timestamptz not null,
  primary key (division, no)
);
comment on table audit.seal is 'a link of the chain: SM3 over the previous seal and, for each kind of record, the count and digest of its entries';

create table audit.seal_group (
  division   int         not null,
  no         bigint      not null,
  kind       text        not null references audit.retention,
  entries    int         not null,
  digest     bytea       not null,
  last_at    timestamptz not null,
  removed_by bigint,
  primary key (division, no, kind),
  foreign key (division, no) references audit.seal
);
comment on table audit.seal_group is 'the entries of one kind under one seal; once their time is over they are removed and this row stays as their stub: removed_by is the entry that says so';
create index seal_group_age on audit.seal_group (kind, last_at) where removed_by is null;

create table audit.seal_entry (
  division int    not null,
  no       bigint not null,
  position int    not null,
  entry    bigint not null,
  primary key (division, no, position),
  constraint audited_once unique (entry, division),
  foreign key (division, no) references audit.seal,
  foreign key (division, entry) references audit.entry
);
comment on table audit.seal_entry is 'which entries a seal covers, in order';

create index entry_latest on audit.entry (id);
create index entry_by on audit.entry (actor, id);
create index entry_action on audit.entry (action, id);

-- The only way in: the row, its digest and its place in the queue of the sealer, in the transaction of the act.
create function audit.record(p_division int, p_actor bigint, p_actor_name text, p_address text, p_kind text, p_action text, p_subject text,
  p_outcome text, p_detail jsonb, p_before jsonb, p_after jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  e audit.entry;
begin
  e.division := p_division;
  e.id := nextval(pg_get_serial_sequence('audit.entry', 'id'));
  e.recorded_at := clock_timestamp();
  e.actor := p_actor;
  e.actor_name := p_actor_name;
  e.address := p_address;
  e.kind := p_kind;
  e.action := p_action;
  e.subject := p_subject;
  e.outcome := p_outcome;
  e.detail := coalesce(p_detail, '{}');
  e.before := p_before;
  e.after := p_after;
  e.digest := public.digest(convert_to(audit.entry_text(e), 'UTF8'), 'sm3');
  insert into audit.entry (division, id, recorded_at, actor, actor_name, address, kind, action, subject, outcome, detail, before, after, digest)
    overriding system value values (e.division, e.id, e.recorded_at, e.actor, e.actor_name, e.address, e.kind, e.action, e.subject, e.outcome,
      e.detail, e.before, e.after, e.digest);
  insert into audit.unsealed values (e.division, e.id);
end $$;
comment on function audit.record is 'the only writer of audit entries; whoever acts is written down wherever they act';

create function audit.seal(p_division int) returns int language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_no bigint;
  v_previous bytea;
  v_entries bigint[];
begin
  perform pg_advisory_xact_lock(1635083369, p_division);
  select array_agg(entry order by entry) into v_entries from audit.unsealed where division = p_division;
  if v_entries is null then return 0; end if;
  select no, digest into v_no, v_previous from audit.seal where division = p_division order by no desc limit 1;
  v_no := coalesce(v_no, 0) + 1;
  v_previous := coalesce(v_previous, public.digest(convert_to('fundwatch audit of division ' || p_division, 'UTF8'), 'sm3'));
  insert into audit.seal
    select p_division, v_no, v_previous, public.digest(v_previous || convert_to(string_agg(format('%s:%s:%s', kind, n, encode(d, 'hex')), E'\n'
        order by kind collate "C"), 'UTF8'), 'sm3'), clock_timestamp()
    from (select kind, count(*) as n, public.digest(string_agg(digest, ''::bytea order by id), 'sm3') as d from audit.entry
      where division = p_division and id = any (v_entries) group by kind) g;
  insert into audit.seal_group
    select p_division, v_no, kind, count(*), public.digest(string_agg(digest, ''::bytea order by id), 'sm3'), max(recorded_at)
    from audit.entry where division = p_division and id = any (v_entries) group by kind;
  insert into audit.seal_entry select p_division, v_no, n, e from unnest(v_entries) with ordinality as u(e, n);
  delete from audit.unsealed where division = p_division and entry = any (v_entries);
  return cardinality(v_entries);
end $$;
comment on function audit.seal is 'chains the committed entries of a division that wait for their seal; returns how many';

-- Removes what is past its time by audit.retention, whole groups under a seal, never books; the count and digest of what went stay behind,
-- and an entry that is kept for ever says what went. The machine's own day counts, not one that a transaction claims.
create function audit.expire(p_division int) returns int language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_kind record;
  v_range record;
  v_entry bigint;
  v_gone bigint[];
  v_count int := 0;
begin
  perform pg_advisory_xact_lock(1635083369, p_division);
  for v_kind in select kind, keep_months from audit.retention where keep_months is not null and kind <> 'book' order by kind loop
    select array_agg(g.no order by g.no) as seals, sum(g.entries)::int as entries, min(g.no) as first_no, max(g.no) as last_no,
        encode(public.digest(string_agg(g.digest, ''::bytea order by g.no), 'sm3'), 'hex') as digest
      into v_range from audit.seal_group g
      where g.division = p_division and g.kind = v_kind.kind and g.removed_by is null and g.last_at < now() - make_interval(months => v_kind.keep_months);
    continue when v_range.seals is null;
    perform audit.record(p_division, 0, '系统', null, 'book', 'audit.expired', v_kind.kind, 'done',
      jsonb_build_object('entries', v_range.entries, 'seals', to_jsonb(v_range.seals), 'digest', v_range.digest, 'keepMonths', v_kind.keep_months), null, null);
    select max(id) into v_entry from audit.entry where division = p_division and action = 'audit.expired';
    select array_agg(s.entry) into v_gone from audit.seal_entry s join audit.entry e on e.division = s.division and e.id = s.entry
      where s.division = p_division and s.no = any (v_range.seals) and e.kind = v_kind.kind;
    delete from audit.seal_entry where division = p_division and entry = any (v_gone);
    delete from audit.entry where division = p_division and id = any (v_gone);
    update audit.seal_group set removed_by = v_entry where division = p_division and kind = v_kind.kind and no = any (v_range.seals);
    v_count := v_count + v_range.entries;
  end loop;
  return v_count;
end $$;
comment on function audit.expire is 'removes records past their time by kind, never books; leaves a stub with count and digest, and an entry; returns how many went';

-- Which divisions wait for the sealer, or have seals: no more than that is told.
create function audit.waiting() returns setof int language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select distinct division from audit.unsealed order by 1 $$;
comment on function audit.waiting is 'the divisions whose entries wait for their seal';

-- Two walls: the route's permission, and these. Nobody but the audit administrator (and the system itself) reads a row.
drop policy in_scope on audit.entry;
drop policy written on audit.entry;
revoke insert on audit.entry from fundwatch_app;
do $$
declare
  fact text;
begin
  foreach fact in array array['audit.entry', 'audit.unsealed', 'audit.seal', 'audit.seal_group', 'audit.seal_entry'] loop
    execute format('alter table %s enable row level security', fact);
    execute format('create policy read_by_the_auditor on %s for select using (division in (select s.division from divisions.scope_division s
      where s.scope = platform.scope()) and platform.may(''audit.read''))', fact);
  end loop;
end $$;
grant select on audit.unsealed, audit.seal, audit.seal_group, audit.seal_entry, audit.retention to fundwatch_app;
grant update (keep_months) on audit.retention to fundwatch_app;
revoke execute on function audit.record, audit.seal, audit.expire, audit.waiting from public;
grant execute on function audit.record, audit.seal, audit.expire, audit.waiting to fundwatch_app;

-- ---- personal data ----

create table platform.setting (
  name    text  primary key,
  value   jsonb not null,
  meaning text  not null
);
comment on table platform.setting is 'reference: what an administrator sets for the whole installation';
insert into platform.setting values ('looks-a-day', '20', 'unmasked looks at personal data that one person may take on one day');
grant select, update (value) on platform.setting to fundwatch_app;

create table platform.look_count (
  actor bigint not null,
  day   date   not null,
  looks int    not null,
  primary key (actor, day)
);
comment on table platform.look_count is 'reference: how many unmasked looks at personal data a person took on a day; what was looked at, and why, stands in the audit';
grant select, insert, update on platform.look_count to fundwatch_app;

alter table platform.file add column framed boolean not null default false;
comment on column platform.file.framed is 'its bytes are sealed piece by piece, so that a file of any size is written and read in little memory';

-- An account is known by any key version that the vault still holds; while keys are rotated it may stand under the old or the new one.
alter table payments.staged_account add column matches bytea[] not null;
comment on column payments.staged_account.digest is 'fingerprint of the number, by which rows of staging name it';
comment on column payments.staged_account.matches is 'its keyed digest under each version of the key, the newest first';
create index holder_account on payments.holder (account, division);

-- ---- secret funds ----

-- Whoever is not cleared does not see that a secret fund exists; the rules never do.
alter table funds.fund enable row level security;
create policy cleared on funds.fund using (not secret or platform.may('funds.secret') and current_user <> 'fundwatch_rules') with check (true);

-- So that detail is refused with its reason at every way in, whoever types it: where secret funds stand, and nothing more of them.
create function funds.secret_refs() returns table (id int, division int, code text, level text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select f.id, f.division, f.code, f.level from funds.fund f where f.secret $$;
comment on function funds.secret_refs is 'numbers and codes of secret funds, without their names: the program refuses detail of them with the reason, whoever types it';
revoke execute on function funds.secret_refs from public;
grant execute on function funds.secret_refs to fundwatch_app;

-- Below every way in, also those to come: no line, transfer, office or subject hangs on a secret fund.
create function funds.no_secret_detail() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from added a join funds.fund f on f.id = a.fund where f.secret) then
    raise exception 'detail of a secret fund may not be entered in this system' using errcode = 'check_violation', constraint = 'no_detail_of_secret_funds';
  end if;
  return null;
end $$;
comment on function funds.no_secret_detail is 'trigger: refuses rows that hang on a secret fund';
revoke execute on function funds.no_secret_detail from public;
do $$
declare
  fact text;
begin
  foreach fact in array array['allotments.allotment', 'ledger.transfer', 'funds.fund_office', 'funds.permitted_subject'] loop
    execute format('create trigger no_secret_detail after insert on %s referencing new table as added for each statement execute function funds.no_secret_detail()', fact);
  end loop;
end $$;

create table funds.declassified_total (
  division    int      not null references divisions.division,
  fund        int      not null references funds.fund,
  fiscal_year smallint not null,
  amount_fen  bigint   not null check (amount_fen >= 0),
  basis       text     not null check (basis <> ''),
  actor       bigint   not null default platform.actor(),
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, fund, fiscal_year)
);
comment on table funds.declassified_total is 'all that may be kept of a secret fund besides its name: the declassified total of a year in fen, and the paper that declassified it';
alter table funds.declassified_total enable row level security;
create policy cleared on funds.declassified_total using (division in (select s.division from divisions.scope_division s where s.scope = platform.scope())
  and platform.may('funds.secret'));
grant select, insert, update on funds.declassified_total to fundwatch_app;

-- ---- what leaves ----

create schema releases;
create table releases.release (
  division       int         not null,
  id             bigint      generated always as identity,
  kind           text        not null,
  parameters     jsonb       not null,
  series         text        not null,
  format         text        not null check (format in ('csv', 'xlsx')),
  personal       boolean     not null,
  recipient      text        not null check (recipient <> ''),
  purpose        text        not null check (length(purpose) >= 4),
  state          text        not null default 'asked' check (state in ('asked', 'released', 'refused')),
  asked_by       bigint      not null,
  asked_name     text        not null,
  asked_at       timestamptz not null default clock_timestamp(),
  decided_by     bigint,
  decided_name   text,
  decided_at     timestamptz,
  opinion        text,
  request_key    text,
  primary key (division, id),
  constraint asked_once unique (request_key, division),
  constraint maker_does_not_sign check (decided_by is null or decided_by <> asked_by),
  constraint decided_whole check ((state = 'asked') = (decided_by is null))
);
comment on table releases.release is 'a report or extract that is to go up or out: for whom, why, who made it, and what the lead office said to it (会签)';

create table releases.snapshot (
  division  int         not null,
  release   bigint      not null,
  file      uuid        not null,
  lines     uuid        not null,
  sm3       bytea       not null,
  rows      bigint      not null,
  totals    jsonb       not null,
  previous  bigint,
  frozen_at timestamptz not null default clock_timestamp(),
  primary key (division, release),
  foreign key (division, release) references releases.release,
  foreign key (division, previous) references releases.release,
  foreign key (division, file) references platform.file,
  foreign key (division, lines) references platform.file
);
comment on table releases.snapshot is 'what a release consists of, frozen when it was asked for: the file, its SM3, its lines for comparing (personal data masked), sums of money in fen, and the release of the same kind before it';
create index release_series on releases.release (series, division, id);

select platform.enclose(fact) from unnest(array['releases.release', 'releases.snapshot']::regclass[]) fact;
grant usage on schema releases to fundwatch_app;
grant select, insert on releases.release, releases.snapshot to fundwatch_app;
grant update (state, decided_by, decided_name, decided_at, opinion) on releases.release to fundwatch_app;
