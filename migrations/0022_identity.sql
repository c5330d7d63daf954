-- Real names by application, posts in several divisions or over less than one, and the second factor.

-- A scope that is a set of divisions, each with all below it: someone with posts in several, or the ministry's local office, which stands
-- outside the tree. Made when first needed, found again by its parts, numbered below zero (-1 is nobody).
create table divisions.compound_scope (
  scope int   primary key check (scope < -1),
  parts int[] not null unique check (cardinality(parts) > 1)
);
comment on table divisions.compound_scope is 'reference: scopes that hold several divisions and what lies below each; parts are in order';
create sequence divisions.compound_scope_id as int increment -1 start -1000 minvalue -2147483648 maxvalue -1000;

-- Whatever rebuilds the scopes, the compound ones follow.
create function divisions.follow_parts() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if pg_trigger_depth() = 1 then
    insert into divisions.scope_division
    select distinct c.scope, s.division from divisions.compound_scope c cross join unnest(c.parts) as p(part)
      join divisions.scope_division s on s.scope = p.part
    on conflict do nothing;
  end if;
  return null;
end $$;
comment on function divisions.follow_parts is 'writes what compound scopes hold after the scopes of their parts were written';
revoke execute on function divisions.follow_parts from public;
create trigger follow_parts after insert on divisions.scope_division for each statement execute function divisions.follow_parts();

create function divisions.scope_of(roots int[]) returns int language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  wanted int[] := array(select distinct root from unnest(roots) root order by root);
  known int;
begin
  if cardinality(wanted) = 0 then return -1; end if;
  if 0 = any (wanted) then return 0; end if;
  if cardinality(wanted) = 1 then return wanted[1]; end if;
  select c.scope into known from divisions.compound_scope c where c.parts = wanted;
  if known is not null then return known; end if;
  perform pg_advisory_xact_lock(hashtext('divisions.compound_scope'));
  select c.scope into known from divisions.compound_scope c where c.parts = wanted;
  if known is not null then return known; end if;
  insert into divisions.compound_scope values (nextval('divisions.compound_scope_id'), wanted) returning scope into known;
  insert into divisions.scope_division select distinct known, s.division from divisions.scope_division s where s.scope = any (wanted);
  return known;
end $$;
comment on function divisions.scope_of is 'the scope that holds these divisions and all below each; makes it when it is new. Says nothing of who may use it: the app decides that by the posts';
revoke execute on function divisions.scope_of from public;
grant execute on function divisions.scope_of to fundwatch_app;
grant select on divisions.compound_scope to fundwatch_app;

-- Posts over less than a division. A transaction says which parts it stands on; one that stands on whole divisions says nothing.
create type platform.narrowing as (scope int, office int, fund int, agency int);
create function platform.narrowings() returns platform.narrowing[] language sql stable parallel safe
  return case when nullif(current_setting('fundwatch.narrowing', true), '') is not null then
    coalesce((select array_agg(row(n.scope, n.office, n.fund, n.agency)::platform.narrowing)
      from jsonb_to_recordset(current_setting('fundwatch.narrowing', true)::jsonb) as n(scope int, office int, fund int, agency int)), '{}') end;
comment on function platform.narrowings is 'what the transaction''s posts cover, where all of them together cover less than their divisions; null: whole divisions';

-- Holds a fact table to the narrowings as well: a row must belong to one of them in every respect that it names.
create function platform.narrow(fact regclass, office text, fund text, agency text) returns void language plpgsql as $$
begin
  execute format('create policy narrow on %s as restrictive using ((select platform.narrowings()) is null or exists (
    select from unnest((select platform.narrowings())) n join divisions.scope_division s on s.scope = n.scope and s.division = %1$s.division
    where (n.office is null or n.office = %s) and (n.fund is null or n.fund = %s) and (n.agency is null or n.agency = %s)))', fact, office, fund, agency);
end $$;
comment on function platform.narrow is 'office, fund and agency are expressions over the row; null::int where the fact knows none, so that who is held to one sees no such row';

create policy narrow on projects.project as restrictive using ((select platform.narrowings()) is null or exists (
  select from unnest((select platform.narrowings())) n join divisions.scope_division s on s.scope = n.scope and s.division = project.division
  where n.agency is null or n.agency = project.agency));
comment on policy narrow on projects.project is 'the library is one for all offices and funds of a division; an agency sees its own projects';
select platform.narrow('allotments.allotment', 'allotment.office', 'allotment.fund', 'allotment.agency');
select platform.narrow('payments.payment', '(select a.office from allotments.allotment a where a.division = payment.division and a.id = payment.allotment)',
  'payment.fund', 'payment.agency');
select platform.narrow('ledger.transfer', 'null::int', 'transfer.fund', 'null::int');

-- What hangs on a line, a payment, a project or a warning is seen by whoever sees that.
create policy narrow on ledger.balance as restrictive using ((select platform.narrowings()) is null or exists (
  select from allotments.allotment a where a.division = balance.division and a.id = balance.allotment));
create policy narrow on ledger.entry as restrictive using ((select platform.narrowings()) is null or exists (
  select from allotments.allotment a where a.division = entry.division and a.id in (entry.debit_allotment, entry.credit_allotment)));
create policy narrow on ledger.batch as restrictive using ((select platform.narrowings()) is null or exists (
  select from ledger.entry e where e.division = batch.division and e.batch = batch.id));
create policy narrow on ledger.document as restrictive using ((select platform.narrowings()) is null or actor = platform.actor() or exists (
  select from allotments.allotment a where a.division = document.division and a.document = document.id));
create policy narrow on payments.unposted as restrictive using ((select platform.narrowings()) is null or exists (
  select from payments.payment p where p.division = unposted.division and p.id = unposted.payment));
create policy narrow on warnings.warning as restrictive using ((select platform.narrowings()) is null or case subject_kind
  when 'allotment' then exists (select from allotments.allotment a where a.division = warning.division and a.id::text = warning.subject)
  when 'payment' then exists (select from payments.payment p where p.division = warning.division and p.id::text = warning.subject)
  when 'project' then exists (select from projects.project p where p.division = warning.division and p.id::text = warning.subject)
  when 'fund' then exists (select from unnest((select platform.narrowings())) n where n.fund::text = warning.subject and num_nonnulls(n.office, n.agency) = 0)
  when 'agency' then exists (select from unnest((select platform.narrowings())) n where n.agency::text = warning.subject and num_nonnulls(n.office, n.fund) = 0)
  else false end);
create policy narrow on warnings.event as restrictive using ((select platform.narrowings()) is null or exists (
  select from warnings.warning w where w.division = event.division and w.id = event.warning));

-- Who holds what is seen and changed within one's own divisions alone; sign-in itself sees all.
alter table identity.holding enable row level security;
create policy in_scope on identity.holding using (division in (select s.division from divisions.scope_division s where s.scope = platform.scope()));
revoke delete on identity.holding from fundwatch_app;

create function identity.holds_elsewhere(person_account bigint) returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp
  return exists (select from identity.holding h where h.account = person_account and h.ended_at is null and h.valid @> platform.today()
    and h.division not in (select s.division from divisions.scope_division s where s.scope = platform.scope()));
comment on function identity.holds_elsewhere is 'whether an account holds a post outside the transaction''s scope, and nothing more of it: who secures or closes an account must have all of it in view';
create function identity.holds_a_post(person_account bigint) returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp
  return exists (select from identity.holding h where h.account = person_account and h.ended_at is null and h.valid @> platform.today());
comment on function identity.holds_a_post is 'whether an account holds any post today, and nothing more of it: asked at the door, before anybody has a scope';
revoke execute on function identity.holds_elsewhere, identity.holds_a_post from public;
grant execute on function identity.holds_elsewhere, identity.holds_a_post to fundwatch_app;
grant update (valid, ended_at) on identity.holding to fundwatch_app;
-- Villages enter no data (不得要求村级填表报数): a post is held over a division that keeps books, and a village is none.
create function identity.post_has_its_place() returns trigger language plpgsql as $$
begin
  if new.division <> 0 and not exists (select from divisions.division d where d.id = new.division) then
    raise exception 'post_is_held_over_a_division' using errcode = 'check_violation';
  end if;
  if new.agency is not null and not exists (select from divisions.agency a where a.division = new.division and a.id = new.agency
      and a.name !~ '(村|社区)(民|居民)?(委员会|委会|委)$') then
    raise exception 'villages_have_no_post' using errcode = 'check_violation';
  end if;
  if new.office is not null and not exists (select from divisions.office o where o.division = new.division and o.id = new.office) then
    raise exception 'post_is_held_over_an_office_of_its_division' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger post_has_its_place before insert or update of division, office, agency on identity.holding for each row execute function identity.post_has_its_place();

-- A person is stored once; identity number and phone are closed by the vault and known by keyed digests.
create table identity.person (
  id          bigint      generated always as identity primary key,
  name        text        not null check (length(name) between 1 and 40),
  key_version smallint    not null,
  number_digest     bytea not null,
  number_ciphertext bytea not null,
  number_masked     text  not null,
  phone_digest      bytea,
  phone_ciphertext  bytea,
  phone_masked      text,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint person_once unique (number_digest, key_version)
);
comment on table identity.person is 'reference: someone who applied for a permission, by identity number (encrypted; digest HMAC-SM3 under key_version; masked is what may be shown), once in the installation';
alter table identity.account add constraint account_of_a_person foreign key (person) references identity.person;
create unique index one_open_account_a_person on identity.account (person) where closed_at is null;

create table identity.application (
  division      int         not null references divisions.division,
  id            bigint      generated always as identity,
  unit          text        not null check (unit <> ''),
  office        int,
  agency        int,
  applied_on    date        not null,
  state         text        not null check (state in ('filled', 'unit-agreed', 'department-agreed', 'executed', 'returned', 'withdrawn')),
  on_paper      boolean     not null default false,
  filled_by     bigint      not null references identity.account,
  unit_by       bigint      references identity.account,
  unit_opinion  text,
  unit_on       date,
  department_by bigint      references identity.account,
  department_opinion text,
  department_on date,
  executed_by   bigint      references identity.account,
  executed_on   date,
  request_key   text        not null,
  recorded_at   timestamptz not null default clock_timestamp(),
  primary key (division, id),
  constraint application_once unique (request_key, division),
  foreign key (division, office) references divisions.office,
  foreign key (division, agency) references divisions.agency,
  constraint application_state_has_its_signatures check (
    (state not in ('unit-agreed', 'department-agreed', 'executed') or unit_on is not null)
    and (state not in ('department-agreed', 'executed') or department_on is not null)
    and (state <> 'executed' or executed_by is not null)),
  constraint who_fills_in_does_not_agree check (unit_by <> filled_by and department_by <> filled_by),
  constraint who_executes_neither_filled_in_nor_agreed check (on_paper or (executed_by <> filled_by and executed_by <> unit_by and executed_by <> department_by)),
  constraint paper_has_no_signature_here check (not on_paper or (unit_by is null and department_by is null))
);
comment on table identity.application is 'a permission application (权限申请表, 附件3) of one unit: filled in, agreed by the unit, agreed by the department, executed by the information office; on_paper: the opinions were signed on paper, where an installation has nobody yet who could give them';
select platform.enclose('identity.application');
select platform.narrow('identity.application', 'application.office', 'null::int', 'application.agency');

create table identity.application_line (
  division      int      not null,
  application   bigint   not null,
  line          smallint not null check (line between 1 and 200),
  kind          text     not null check (kind in ('open', 'change', 'revoke')),
  office_name   text     not null,
  person        bigint   not null references identity.person,
  duty          text     not null,
  phone_ciphertext bytea,
  phone_masked  text,
  sign_in_name  text     not null,
  post          text     not null,
  at_division   int      not null,
  at_office     int,
  at_fund       int,
  at_agency     int,
  until         date,
  remark        text,
  primary key (division, application, line),
  foreign key (division, application) references identity.application
);
comment on table identity.application_line is 'one person of a permission application: what is to be opened, changed or revoked, over which division (0: the whole installation), office, fund, agency, and until when';
select platform.enclose('identity.application_line');
create policy narrow on identity.application_line as restrictive using ((select platform.narrowings()) is null or exists (
  select from identity.application a where a.division = application_line.division and a.id = application_line.application));

create table identity.application_event (
  division    int         not null,
  application bigint      not null,
  no          int         not null,
  step        text        not null,
  actor       bigint      not null default platform.actor(),
  opinion     text,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, application, no),
  foreign key (division, application) references identity.application
);
comment on table identity.application_event is 'append-only: every step of a permission application, with who took it and what they said';
select platform.enclose('identity.application_event');
create policy narrow on identity.application_event as restrictive using ((select platform.narrowings()) is null or exists (
  select from identity.application a where a.division = application_event.division and a.id = application_event.application));

create table identity.former_password (
  account bigint      not null references identity.account,
  set_at  timestamptz not null,
  hash    text        not null,
  primary key (account, set_at)
);
comment on table identity.former_password is 'reference: the last passwords of an account, hashed, that may not be taken again';
create table identity.recovery_code (
  account bigint not null references identity.account,
  digest  bytea  not null,
  used_at timestamptz,
  primary key (account, digest)
);
comment on table identity.recovery_code is 'reference: codes that stand in for a lost second factor, once each; digests';
create table identity.failed_attempt (
  address text        not null,
  at      timestamptz not null
);
comment on table identity.failed_attempt is 'reference: failed sign-ins by address, of the last day';
create index failed_attempt_address on identity.failed_attempt (address, at);
create table identity.outside_name (
  provider text   not null,
  subject  text   not null,
  account  bigint not null references identity.account,
  primary key (provider, subject)
);
comment on table identity.outside_name is 'reference: how a client certificate or an outside identity provider names an account';

create table identity.policy (
  one                 boolean  primary key default true check (one),
  password_length     smallint not null default 10 check (password_length between 8 and 64),
  password_kinds      smallint not null default 3 check (password_kinds between 2 and 4),
  password_days       smallint check (password_days between 7 and 730),
  former_passwords    smallint not null default 5 check (former_passwords between 1 and 24),
  failures_allowed    smallint not null default 5 check (failures_allowed between 3 and 10),
  lock_minutes        smallint not null default 30 check (lock_minutes between 5 and 1440),
  idle_minutes        smallint not null default 30 check (idle_minutes between 5 and 240),
  session_hours       smallint not null default 12 check (session_hours between 1 and 24),
  second_factor_posts text[]   not null default '{}'
);
comment on table identity.policy is 'reference: what is asked of passwords, sessions and second factors here; one row, set by the security administrator; password_days null: a password does not age';
insert into identity.policy default values;

grant select on all tables in schema identity to fundwatch_app;
grant usage on all sequences in schema identity to fundwatch_app;
grant insert on identity.person, identity.application_line, identity.application_event, identity.former_password, identity.recovery_code,
  identity.failed_attempt, identity.outside_name to fundwatch_app;
grant insert, update on identity.application to fundwatch_app;
grant update (phone_digest, phone_ciphertext, phone_masked) on identity.person to fundwatch_app;
grant delete on identity.application_line, identity.former_password, identity.recovery_code, identity.failed_attempt, identity.outside_name to fundwatch_app;
grant update (used_at) on identity.recovery_code to fundwatch_app;
grant update on identity.policy to fundwatch_app;

-- Who holds which post, on which days: what approvals, delegation and handover read.
create view identity.published_holding with (security_invoker) as
  select h.id, h.account, a.name, a.sign_in_name, h.division, h.post, h.office, h.fund, h.agency, h.valid, h.ended_at, h.kind
  from identity.holding h join identity.account a on a.id = h.account where a.closed_at is null;
grant select on identity.published_holding to fundwatch_app;
