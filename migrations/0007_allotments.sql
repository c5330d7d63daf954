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
  fund               int      not null,
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
  budget_origin      smallint not null default 1 constraint allotment_budget_origin check (budget_origin in (1, 2, 3)),
  primary key (division, id),
  constraint allotment_has_one_source check (num_nonnulls(source, transfer, carried_from) <= 1),
  constraint allotment_ends_its_path check (path[cardinality(path)] = id),
  constraint allotment_poverty_amount check (case poverty when 'whole' then monitored_fen = amount_fen when 'none' then monitored_fen = 0 else true end)
);
comment on table allotments.allotment is 'a line of budget authority, as it was issued; amounts in fen; path holds all ancestors across divisions and itself; never changed, only corrected in the ledger';
comment on column allotments.allotment.budget_origin is 'how the line came into the budget: 1 the initial budget, 2 an adjustment in the year (追加), 3 a virement (调剂)';
create index allotment_path on allotments.allotment using gin (path);
create index allotment_year on allotments.allotment (fiscal_year, division, id);
create index allotment_source on allotments.allotment (source) where source is not null;
create index allotment_transfer on allotments.allotment (transfer) where transfer is not null;
create unique index allotment_external on allotments.allotment (external_id, division, fiscal_year) where external_id is not null;

-- What lines and balances name is looked up a statement at a time: as nine foreign keys, row by row, it took longer than storing the rows
-- (decision 0036). Nothing that is named can be removed: no role of the app may delete a fact.
create function allotments.names_what_exists() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp
  -- A plan made while a table was empty is kept for a connection's life: each thing named is found by its key, whatever is believed of sizes.
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_field text;
begin
  select field into v_field from (
    select 'fund' as field from (select distinct fund from added) a where not exists (select from funds.fund f where f.id = a.fund)
    union all select 'document' from (select distinct division, document as id from added) a
      where not exists (select from ledger.document d where d.division = a.division and d.id = a.id)
    union all select 'source' from (select distinct division, source as id from added where source is not null) a
      where not exists (select from allotments.allotment l where l.division = a.division and l.id = a.id)
    union all select 'transfer' from (select distinct division, transfer as id from added where transfer is not null) a
      where not exists (select from ledger.transfer t where t.division = a.division and t.id = a.id)
    union all select 'carried_from' from (select distinct division, carried_from as id from added where carried_from is not null) a
      where not exists (select from allotments.allotment l where l.division = a.division and l.id = a.id)
    union all select 'project' from (select distinct division, project as id from added where project is not null) a
      where not exists (select from projects.project p where p.division = a.division and p.id = a.id)
    union all select 'agency' from (select distinct division, agency as id from added where agency is not null) a
      where not exists (select from divisions.agency g where g.division = a.division and g.id = a.id)
    union all select 'office' from (select distinct division, office as id from added where office is not null) a
      where not exists (select from divisions.office o where o.division = a.division and o.id = a.id)
  ) missing limit 1;
  if found then
    raise exception 'a line names a % that does not exist', v_field
      using errcode = 'foreign_key_violation', constraint = 'allotment_' || v_field || '_fkey';
  end if;
  return null;
end $$;
comment on function allotments.names_what_exists is 'trigger: refuses lines whose fund, document, source, transfer, carried line, project, agency or office is not there; raises 23503';
revoke execute on function allotments.names_what_exists from public;
create trigger names_what_exists after insert on allotments.allotment referencing new table as added
  for each statement execute function allotments.names_what_exists();
create trigger names_what_exists_changed after update on allotments.allotment referencing new table as added
  for each statement execute function allotments.names_what_exists();

create function allotments.balances_a_line() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  if exists (select from (select distinct division, allotment from added) b
      where not exists (select from allotments.allotment a where a.division = b.division and a.id = b.allotment)) then
    raise exception 'a balance names an allotment that does not exist'
      using errcode = 'foreign_key_violation', constraint = 'balance_of_an_allotment';
  end if;
  return null;
end $$;
comment on function allotments.balances_a_line is 'trigger: refuses a balance of a line that is not there; raises 23503';
revoke execute on function allotments.balances_a_line from public;
create trigger balances_a_line after insert on ledger.balance referencing new table as added
  for each statement execute function allotments.balances_a_line();

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
      coalesce(sum(debit_fen - credit_fen) filter (where account in (500202, 500203)), 0)::bigint as passed_fen,
      coalesce(sum(debit_fen - credit_fen) filter (where account = 5101), 0)::bigint as plan_fen,
      coalesce(sum(debit_fen - credit_fen) filter (where account = 5102), 0)::bigint as transit_fen,
      coalesce(sum(debit_fen - credit_fen) filter (where account = 5201), 0)::bigint as paid_fen,
      coalesce(sum(credit_fen - debit_fen) filter (where account = 4001), 0)::bigint as revenue_fen
    from ledger.balance b where b.division = a.division and b.allotment = a.id
  ) b on true;

-- What stands of a line and of all that was made from it in its division and year. With the owner's rights, because row-level security would
-- keep the planner from the index over paths (their operators are not leakproof) and look through the whole division for each line; it
-- holds the scope itself.
create function allotments.standing(p_division int, p_year smallint, p_line bigint) returns table (account int, balance_fen bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform ledger.in_scope(p_division);
  return query
    select b.account, sum(case b.side when 'D' then b.debit_fen - b.credit_fen else b.credit_fen - b.debit_fen end)::bigint
    from allotments.allotment d join ledger.balance b on b.division = d.division and b.allotment = d.id
    where d.path @> array[p_line] and d.division = p_division and d.fiscal_year = p_year group by b.account;
end $$;
comment on function allotments.standing is 'the balances of a line and of all lines made from it in its division and year, by account, in fen';

-- For the same reason: all lines that were made of some lines, themselves included, in every division of the transaction's scope.
create function allotments.made_of(p_lines bigint[]) returns table (line bigint, division int, id bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select l, a.division, a.id from unnest(p_lines) l join allotments.allotment a on a.path @> array[l]
    where a.division in (select s.division from divisions.scope_division s where s.scope = platform.scope());
end $$;
comment on function allotments.made_of is 'the lines that were made of some lines, across divisions, within the scope of the transaction';
revoke execute on function allotments.standing, allotments.made_of from public;
