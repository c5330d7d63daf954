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
  id            bigint      generated always as identity primary key,
  sign_in_name  text        not null unique check (sign_in_name ~ '^[a-z0-9][a-z0-9._-]{1,39}$'),
  name          text        not null check (length(name) between 1 and 40),
  office        text,
  password_hash text        not null,
  must_change   boolean     not null default true,
  failures      int         not null default 0,
  locked_until  timestamptz,
  demo          boolean     not null default false,
  closed_at     timestamptz,
  created_at    timestamptz not null default clock_timestamp()
);
comment on table identity.account is 'reference: one named person who may sign in; no default and no shared accounts';

create table identity.holding (
  account  bigint not null references identity.account,
  division int    not null,
  post     text   not null,
  primary key (account, division, post)
);
comment on table identity.holding is 'reference: a post (岗位) held by an account over a division and all below it; what a post may do is src/identity/posts.ts';

create table identity.session (
  token_digest bytea       primary key,
  account      bigint      not null references identity.account,
  scope        int         not null,
  csrf         text        not null,
  address      text,
  agent        text,
  created_at   timestamptz not null default clock_timestamp(),
  seen_at      timestamptz not null default clock_timestamp(),
  ends_at      timestamptz not null,
  revoked_at   timestamptz
);
comment on table identity.session is 'reference: one sign-in; only the digest of its token is kept';
create index session_account on identity.session (account);
