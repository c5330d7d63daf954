-- The ground under every part: extensions, the record of imports, stored files, and the context that each transaction carries.

create extension if not exists pgcrypto with schema public;    -- digest(…, 'sm3')
create extension if not exists btree_gist with schema public;  -- no two versions of one thing on one day

create schema platform;

-- What a transaction says of itself: set_config('fundwatch.scope' | 'fundwatch.actor' | 'fundwatch.today', …, true).
-- A connection that says nothing sees nothing.
create function platform.scope() returns int language sql stable parallel safe
  return nullif(current_setting('fundwatch.scope', true), '')::int;
create function platform.actor() returns bigint language sql stable parallel safe
  return coalesce(nullif(current_setting('fundwatch.actor', true), '')::bigint, 0);
-- Today in Beijing, by the one clock; tests and `check --as-of` set it.
create function platform.today() returns date language sql stable parallel safe
  return coalesce(nullif(current_setting('fundwatch.today', true), '')::date, (now() at time zone 'Asia/Shanghai')::date);

create table platform.import (
  division     int         not null,
  id           bigint      generated always as identity,
  kind         text        not null,
  file_name    text        not null,
  file_sm3     bytea       not null,
  bytes        bigint      not null,
  state        text        not null check (state in ('reading', 'refused', 'posting', 'done', 'broken')),
  rows_read    bigint      not null default 0,
  rows_taken   bigint      not null default 0,
  rows_repeated bigint     not null default 0,
  faults       jsonb       not null default '[]',
  fault_count  bigint      not null default 0,
  repairs      jsonb       not null default '[]',
  repair_count bigint      not null default 0,
  posted_to    bigint      not null default 0,
  actor        bigint      not null,
  started_at   timestamptz not null default clock_timestamp(),
  finished_at  timestamptz,
  primary key (division, id)
);
comment on table platform.import is 'one file taken in: what it held, what was refused, how far its posting has come';

create table platform.file (
  division   int         not null,
  id         uuid        not null default gen_random_uuid(),
  name       text        not null,
  media_type text        not null,
  bytes      bigint      not null check (bytes >= 0),
  sm3        bytea       not null,
  key_version smallint   not null,
  actor      bigint      not null,
  stored_at  timestamptz not null default clock_timestamp(),
  primary key (division, id)
);
comment on table platform.file is 'an attachment; its encrypted bytes lie under the data folder, named by id';
