-- Who may come in, under their real names, and the record of what they did.

create schema audit;
create table audit.entry (
  division   int         not null,
  id         bigint      generated always as identity,
  recorded_at timestamptz not null default clock_timestamp(),
  actor      bigint      not null,
  actor_name text        not null,
  address    text,
  action     text        not null,
  subject    text,
  outcome    text        not null check (outcome in ('done', 'refused', 'failed')),
  detail     jsonb       not null default '{}',
  primary key (division, id)
);
comment on table audit.entry is 'append-only record of every important act, refusals included; division 0 is an act of the installation itself';

create schema identity;
create table identity.account (
  id              bigint      generated always as identity primary key,
  sign_in_name    text        not null unique check (sign_in_name ~ '^[a-z0-9][a-z0-9._-]{1,39}$'),
  name            text        not null check (length(name) between 1 and 40),
  office          text,
  duty            text,
  person          bigint,
  password_hash   text,
  password_set_at timestamptz,
  must_change     boolean     not null default true,
  activation      bytea,
  activation_ends timestamptz,
  failures        int         not null default 0,
  locked_until    timestamptz,
  totp_secret     bytea,
  totp_since      timestamptz,
  totp_step       bigint,
  demo            boolean     not null default false,
  closed_at       timestamptz,
  created_at      timestamptz not null default clock_timestamp()
);
comment on table identity.account is 'reference: one named person who may sign in; no default and no shared accounts';
comment on column identity.account.activation is 'digest of the one-time code by which the person sets the first password, or a new one after a reset';
comment on column identity.account.totp_secret is 'secret of the second factor, encrypted; in force once totp_since is set; totp_step is the last time step that was used, so that a code works once';

-- Kinds of posts: the three administrators and the rest. A generated column, so that nobody can say otherwise.
create table identity.holding (
  id       bigint    generated always as identity primary key,
  account  bigint    not null references identity.account,
  division int       not null,
  post     text      not null check (post ~ '^[a-z]+(-[a-z]+)*$'),
  office   int,
  fund     int,
  agency   int,
  valid    daterange not null default '(,)' check (not isempty(valid)),
  kind     text      generated always as (case post when 'system-admin' then 'system' when 'security-admin' then 'security'
    when 'auditor' then 'audit' else 'business' end) stored,
  recorded_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  constraint administrators_exclude_each_other_and_business_posts exclude using gist (account with =, kind with <>, valid with &&) where (ended_at is null),
  constraint one_holding_at_a_time exclude using gist
    (account with =, division with =, post with =, coalesce(office, 0) with =, coalesce(fund, 0) with =, coalesce(agency, 0) with =, valid with &&) where (ended_at is null),
  constraint administrators_hold_whole_divisions check (post not in ('system-admin', 'security-admin', 'auditor') or num_nonnulls(office, fund, agency) = 0)
);
comment on table identity.holding is 'reference: a post (岗位) held by an account between two days, over a division and all below it, or over less: an office, a fund, an agency of it; what a post may do is src/identity/posts.ts; division 0 is the whole installation; ended_at: revoked before its last day, valid then ends that day';
create index holding_account on identity.holding (account);

create table identity.session (
  token_digest bytea       primary key,
  id           bigint      generated always as identity unique,
  account      bigint      not null references identity.account,
  csrf         text        not null,
  address      text,
  agent        text,
  way          text        not null default 'password' check (way in ('password', 'second-factor', 'outside')),
  created_at   timestamptz not null default clock_timestamp(),
  seen_at      timestamptz not null default clock_timestamp(),
  ends_at      timestamptz not null,
  revoked_at   timestamptz
);
comment on table identity.session is 'reference: one sign-in; only the digest of its token is kept; way says how the person was known';
create index session_account on identity.session (account);
