-- Which vouchers a kind of the treasury's control totals covers is settled by people, for each division, and read alike by page and rule E18.

alter table payments.control_scope rename to control_scope_before;
create table payments.control_scope (
  id           bigint      generated always as identity primary key,
  division     int         not null references divisions.division,
  voucher_type smallint    not null,
  covers       smallint[],
  reason       text        not null,
  actor        bigint      not null default platform.actor(),
  recorded_at  timestamptz not null default clock_timestamp(),
  constraint control_totals_only check (voucher_type between 3503 and 3513 or voucher_type = 9002),
  constraint payment_vouchers_only check (cardinality(covers) > 0 and covers <@ array[5201, 8202, 5207, 9001, 2203, 2252, 3208]::smallint[]),
  constraint reason_is_given check (btrim(reason) <> '')
);
comment on table payments.control_scope is 'reference: which payment vouchers a kind of control totals covers in a division and, unless settled there, below it; null is all of them; the last word holds, the earlier ones stay';
comment on column payments.control_scope.covers is 'voucher types of payments and refunds; null is all of them';
create index control_scope_latest on payments.control_scope (division, voucher_type, id);

-- A county reads what the province settled; nobody settles for others.
alter table payments.control_scope enable row level security;
create policy everybody_reads on payments.control_scope for select using (true);
create policy in_scope on payments.control_scope for insert
  with check (division in (select s.division from divisions.scope_division s where s.scope = platform.scope()));
grant select, insert on payments.control_scope to fundwatch_app;
grant select on payments.control_scope to fundwatch_rules;

-- What was set for all divisions before.
insert into payments.control_scope (division, voucher_type, covers, reason, actor)
  select d.id, b.voucher_type, b.covers, '此前为全部区划设定 (was set for all divisions before)', 0
  from payments.control_scope_before b, divisions.division d where not exists (
    select from divisions.scope_division s where s.division = d.id and s.scope not in (0, d.id));
drop table payments.control_scope_before;

create view payments.published_control_scope with (security_invoker) as
  select distinct on (w.division, s.voucher_type) w.division, s.voucher_type, s.covers, s.division as settled_by
  from payments.control_scope s join divisions.scope_division w on w.scope = s.division
  -- The nearest of those above has the fewest below it.
  order by w.division, s.voucher_type, (select count(*) from divisions.scope_division b where b.scope = s.division), s.id desc;
comment on view payments.published_control_scope is 'what a kind of control totals covers in a division: its own last word, else that of the nearest superior that settled it; kinds without a row cover all';
grant select on payments.published_control_scope to fundwatch_app, fundwatch_rules;

create view payments.published_told_total with (security_invoker) as
  select t.division, t.fiscal_year, t.voucher_type, t.day, t.fund_code, t.function_subject, t.agency_code, sum(t.payments)::bigint as payments,
    sum(t.amount_fen)::bigint as amount_fen, s.covers
  from (select c.*, dense_rank() over (partition by c.division, c.fiscal_year, c.voucher_type, c.day, c.fund_code, c.function_subject, c.agency_code
          order by c.message desc) as place from payments.control_total c) t
    left join payments.published_control_scope s on s.division = t.division and s.voucher_type = t.voucher_type
  where t.place = 1 group by t.division, t.fiscal_year, t.voucher_type, t.day, t.fund_code, t.function_subject, t.agency_code, s.covers;
comment on view payments.published_told_total is 'what the treasury says it paid, in fen: of several messages about the same day, fund, subject and agency the latest; covers are the voucher types that it speaks of, null all';
grant select on payments.published_told_total to fundwatch_app, fundwatch_rules;

-- The fund and the nature of money of a line, for rule E18.
grant select on allotments.published_allotment to fundwatch_rules;
