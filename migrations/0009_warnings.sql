-- Rules' dated parameters and runs, and the warnings they raise: each driven to a documented end, its status a log of events.

create schema rules;
create table rules.setting (
  division   int         not null,
  rule       text        not null,
  valid_from date        not null,
  parameters jsonb       not null,
  active     boolean     not null default true,
  actor      bigint      not null default platform.actor(),
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, rule, valid_from)
);
comment on table rules.setting is 'a division''s own parameters of a rule from a day on; what is not set comes from the catalogue';

create table rules.run (
  division    int         not null,
  id          bigint      generated always as identity,
  as_of       date        not null,
  started_at  timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  outcome     jsonb       not null default '{}',
  primary key (division, id)
);
comment on table rules.run is 'one check of all active rules; division 0 is the whole installation; outcome counts by rule and names what was suspended';

create table rules.suspension (
  division     int         not null,
  rule         text        not null,
  reason       text        not null,
  suspended_at timestamptz not null default clock_timestamp(),
  primary key (division, rule)
);
comment on table rules.suspension is 'a rule that failed or ran too long, switched off and said aloud until someone mends it';

create schema warnings;
create sequence warnings.warning_id;
create table warnings.warning (
  division     int         not null references divisions.division,
  id           bigint      not null default nextval('warnings.warning_id'),
  rule         text        not null,
  cause        text        not null,
  episode      int         not null default 1 check (episode >= 1),
  fiscal_year  smallint    not null,
  level        text        not null check (level in ('bell', 'yellow', 'red')),
  status       text        not null check (status in ('open', 'out', 'normal', 'violation', 'corrected')),
  subject_kind text        not null check (subject_kind in ('allotment', 'transfer', 'payment', 'project', 'fund', 'agency', 'document')),
  subject      text        not null,
  fund         int,
  amount_fen   bigint,
  evidence     jsonb       not null,
  raised_on    date        not null,
  ended_on     date,
  primary key (division, id),
  constraint warning_once unique (cause, rule, division, episode)
);
comment on table warnings.warning is 'a suspicion: rule, cause and episode name it, so that a bell can go out and ring again; its history is warnings.event';
create index warning_open on warnings.warning (fiscal_year, division, level) where status in ('open', 'violation');

create table warnings.event (
  division    int         not null,
  warning     bigint      not null,
  no          int         not null,
  kind        text        not null check (kind in ('raised', 'level', 'evidence', 'out', 'normal', 'violation', 'corrected', 'note')),
  level       text,
  note        text,
  actor       bigint      not null default platform.actor(),
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, warning, no),
  foreign key (division, warning) references warnings.warning
);
comment on table warnings.event is 'append-only: everything that happened to a warning';

-- What a run found, before it is compared with what is known.
create unlogged table warnings.finding (
  run          bigint   not null,
  division     int      not null,
  rule         text     not null,
  cause        text     not null,
  fiscal_year  smallint not null,
  level        text     not null,
  subject_kind text     not null,
  subject      text     not null,
  fund         int,
  amount_fen   bigint,
  evidence     jsonb    not null
);
comment on table warnings.finding is 'staging: the findings of one run';
create index finding_run on warnings.finding (run, division, rule, cause);

create view warnings.published_warning with (security_invoker) as
  select division, id, rule, cause, episode, fiscal_year, level, status, subject_kind, subject, fund, amount_fen, raised_on, ended_on from warnings.warning;
