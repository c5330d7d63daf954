-- Divisions are surrogates that never change; their codes, names and both parents are dated versions.

create schema divisions;

create table divisions.division (
  id      int  primary key check (id > 0),
  go_live date
);
comment on table divisions.division is 'reference: a government with a budget of its own, or a township; go_live is the day it began to use this system (documents before it are back-entries 补录)';

create table divisions.version (
  division              int       not null references divisions.division,
  valid                 daterange not null check (not isempty(valid)),
  code                  char(9)   not null check (code ~ '^\d{9}$'),
  name                  text      not null check (name <> ''),
  level                 text      not null check (level in ('central', 'province', 'city', 'county', 'township')),
  administrative_parent int       references divisions.division check (administrative_parent <> division),
  fiscal_parent         int       references divisions.division check (fiscal_parent <> division),
  recorded_at           timestamptz not null default clock_timestamp(),
  primary key (division, valid),
  constraint one_version_a_day exclude using gist (division with =, valid with &&),
  constraint one_division_a_code_a_day exclude using gist (code with =, valid with &&)
);
comment on table divisions.version is 'reference: how a division was called, coded and placed between two dates; no parent is derived from the digits of a code';

create view divisions.published_division with (security_invoker) as
  select v.division, v.code, v.name, v.level, v.administrative_parent, v.fiscal_parent, d.go_live
  from divisions.version v join divisions.division d on d.id = v.division
  where v.valid @> platform.today();

-- A scope is a set of divisions; scope n is division n and all below it, scope 0 the whole installation.
create table divisions.scope_division (
  scope    int not null,
  division int not null,
  primary key (scope, division)
);
comment on table divisions.scope_division is 'reference: which divisions a scope holds; row-level security is a semi-join to this table';

insert into divisions.scope_division values (0, 0);

create function divisions.rebuild_scopes() returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from divisions.scope_division;
  insert into divisions.scope_division
  with recursive link as (
    select division as below, administrative_parent as above from divisions.version where valid @> platform.today() and administrative_parent is not null
    union select division, fiscal_parent from divisions.version where valid @> platform.today() and fiscal_parent is not null
  ), reach(scope, division) as (
    select id, id from divisions.division
    union
    select reach.scope, link.below from reach join link on link.above = reach.division
  )
  select scope, division from reach
  union all select 0, id from divisions.division
  union all select 0, 0
$$;
comment on function divisions.rebuild_scopes is 'run after divisions change: a superior sees what lies below it by either parent';

create table divisions.agency (
  division int  not null references divisions.division,
  id       int  generated always as identity,
  code     text not null check (code <> ''),
  name     text not null check (name <> ''),
  primary key (division, id),
  constraint agency_code unique (code, division)
);
comment on table divisions.agency is 'a budget unit (预算单位)';

create table divisions.office (
  division int  not null references divisions.division,
  id       int  generated always as identity,
  code     text not null check (code <> ''),
  name     text not null check (name <> ''),
  primary key (division, id),
  constraint office_code unique (code, division)
);
comment on table divisions.office is 'an office of the finance bureau (处室, 股室)';

create view divisions.published_agency with (security_invoker) as select division, id, code, name from divisions.agency;
create view divisions.published_office with (security_invoker) as select division, id, code, name from divisions.office;
