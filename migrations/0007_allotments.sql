-- Allotments (预算指标): budget authority over an amount, line by line, from the document that arranged it down to its use.

create schema allotments;

-- Unique in the whole installation, so that a path across divisions needs no second key.
create sequence allotments.allotment_id;

create table allotments.allotment (
  division           int      not null,
  id                 bigint   not null default nextval('allotments.allotment_id'),
  fiscal_year        smallint not null,
  form               text     not null,
  document           bigint   not null,
  fund               int      not null references funds.fund,
  amount_fen         bigint   not null check (amount_fen > 0),
  source             bigint,
  transfer           bigint,
  carried_from       bigint,
  path               bigint[] not null,
  bundle             bigint,
  source_type        text     not null default 'own',
  source_level       text     not null check (source_level in ('central', 'province', 'city', 'county', 'township')),
  superior_number    text,
  direct             boolean  not null default false,
  advance            boolean  not null default false,
  fund_nature        text,
  function_subject   text,
  economic_subject   text,
  department_subject text,
  transfer_subject   text,
  poverty            text     not null check (poverty in ('whole', 'part', 'none')),
  monitored_fen      bigint   not null check (monitored_fen between 0 and amount_fen),
  office             int,
  agency             int,
  project            bigint,
  below_project_code text,
  to_division        int,
  note               text,
  external_id        text,
  back_entered       boolean  not null default false,
  primary key (division, id),
  constraint allotment_has_one_source check (num_nonnulls(source, transfer, carried_from) <= 1),
  constraint allotment_ends_its_path check (path[cardinality(path)] = id),
  constraint allotment_poverty_amount check (case poverty when 'whole' then monitored_fen = amount_fen when 'none' then monitored_fen = 0 else true end),
  foreign key (division, document) references ledger.document,
  foreign key (division, source) references allotments.allotment,
  foreign key (division, transfer) references ledger.transfer,
  foreign key (division, carried_from) references allotments.allotment,
  foreign key (division, project) references projects.project,
  foreign key (division, agency) references divisions.agency,
  foreign key (division, office) references divisions.office
);
comment on table allotments.allotment is 'a line of budget authority, as it was issued; amounts in fen; path holds all ancestors across divisions and itself; never changed, only corrected in the ledger';
create index allotment_path on allotments.allotment using gin (path);
create index allotment_year on allotments.allotment (fiscal_year, division, form);
create index allotment_source on allotments.allotment (source) where source is not null;
create index allotment_transfer on allotments.allotment (transfer) where transfer is not null;
create unique index allotment_external on allotments.allotment (external_id, division, fiscal_year) where external_id is not null;

alter table ledger.balance add constraint balance_of_an_allotment foreign key (division, allotment) references allotments.allotment;

-- One line with what stands where, in fen: the subject that pages, rules and other parts read.
create view allotments.published_line with (security_invoker) as
  select a.*, d.number as document_number, d.number_form as document_form, d.title as document_title, d.dated as document_dated, d.scan as document_scan,
    d.recorded_at,
    b.total_fen, b.to_refine_fen, b.own_fen, b.passed_fen, b.plan_fen, b.transit_fen, b.paid_fen, b.revenue_fen
  from allotments.allotment a
  join ledger.document d on d.division = a.division and d.id = a.document
  left join lateral (
    select coalesce(sum(debit_fen - credit_fen) filter (where account = 1001), 0)::bigint as total_fen,
      coalesce(sum(debit_fen - credit_fen) filter (where account = 5001), 0)::bigint as to_refine_fen,
      coalesce(sum(debit_fen - credit_fen) filter (where account = 500201), 0)::bigint as own_fen,
      coalesce(sum(debit_fen - credit_fen) filter (where account = 500202), 0)::bigint as passed_fen,
      coalesce(sum(debit_fen - credit_fen) filter (where account = 5101), 0)::bigint as plan_fen,
      coalesce(sum(debit_fen - credit_fen) filter (where account = 5102), 0)::bigint as transit_fen,
      coalesce(sum(debit_fen - credit_fen) filter (where account = 5201), 0)::bigint as paid_fen,
      coalesce(sum(credit_fen - debit_fen) filter (where account = 4001), 0)::bigint as revenue_fen
    from ledger.balance b where b.division = a.division and b.allotment = a.id
  ) b on true;
