-- The project library (项目库): one library of many years, one coding rule.

create schema projects;

create table projects.project (
  division       int      not null references divisions.division,
  id             bigint   generated always as identity,
  code           text     not null check (code <> ''),
  name           text     not null,
  name_verdict   text     not null check (name_verdict in ('ok', 'missing', 'digits', 'unrefined', 'fund-name', 'notice-title')),
  kind           text,
  agency         int,
  place          text,
  first_year     smallint not null,
  last_year      smallint not null,
  investment_fen bigint   not null default 0 check (investment_fen >= 0),
  import         bigint,
  recorded_at    timestamptz not null default clock_timestamp(),
  primary key (division, id),
  constraint project_code unique (code, division),
  constraint project_years check (first_year <= last_year),
  foreign key (division, agency) references divisions.agency
);
comment on table projects.project is 'a project that money is arranged for; name_verdict is the judgement of src/projects/project-name.ts when it was written';

create view projects.published_project with (security_invoker) as
  select division, id, code, name, name_verdict, kind, agency, place, first_year, last_year, investment_fen, recorded_at from projects.project;
