-- The catalogues of earmarked funds, which own fund answers to which superior one, and the budget subjects.

create schema funds;

create table funds.subject (
  kind        text     not null check (kind in ('function', 'government-economic', 'department-economic')),
  fiscal_year smallint not null,
  code        text     not null check (code ~ '^\d{3,7}$'),
  name        text     not null,
  primary key (kind, fiscal_year, code)
);
comment on table funds.subject is 'reference: a budget subject (支出功能分类, 政府支出经济分类, 部门支出经济分类); titles change by year';

create table funds.catalogue (
  id       int  generated always as identity primary key,
  division int  not null references divisions.division,
  name     text not null,
  source   text,
  constraint catalogue_name unique (division, name)
);
comment on table funds.catalogue is 'reference: the list (资金清单) in which a division names the funds that it has monitored; division is the owner';

create table funds.fund (
  id           int     generated always as identity primary key,
  catalogue    int     not null references funds.catalogue,
  division     int     not null references divisions.division,
  code         text    not null check (code <> ''),
  name         text    not null check (name <> ''),
  parent       int     references funds.fund,
  superior     int     references funds.fund check (superior <> id),
  level        text    not null check (level in ('central', 'province', 'city', 'county', 'township')),
  owner_office text,
  poverty      text    not null default 'whole' check (poverty in ('whole', 'part', 'none')),
  secret       boolean not null default false,
  included     text,
  excepted     text,
  constraint fund_code unique (division, code)
);
comment on table funds.fund is 'reference: an earmarked fund; it names at most one superior fund (指定关联), many may name the same one';
create index fund_superior on funds.fund (superior);

create table funds.permitted_subject (
  fund int  not null references funds.fund,
  code text not null,
  primary key (fund, code)
);
comment on table funds.permitted_subject is 'reference: functional subjects (or their leading digits) that may be used; none listed means all';

create table funds.fund_office (
  division int       not null references divisions.division,
  fund     int       not null references funds.fund,
  office   int       not null,
  valid    daterange not null check (not isempty(valid)),
  primary key (division, fund, valid),
  foreign key (division, office) references divisions.office,
  constraint one_office_a_day exclude using gist (division with =, fund with =, valid with &&)
);
comment on table funds.fund_office is 'the own office (归口股室) that answers for a fund in a division, dated';

create view funds.published_fund with (security_invoker) as
  select f.id, f.division, f.code, f.name, f.level, f.poverty, f.secret, f.parent, f.superior, f.owner_office from funds.fund f;
create view funds.published_subject with (security_invoker) as select kind, fiscal_year, code, name from funds.subject;
