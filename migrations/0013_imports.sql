-- Imports that can be watched and resumed in posting order; room for payments found under lock; totals of payments that stay quick.

alter table platform.import
  add column check_only boolean not null default false,
  add column figures    jsonb   not null default '{}',
  add column progress   jsonb;
comment on column platform.import.check_only is 'the file was only looked at: nothing of it was stored';
comment on column platform.import.posted_to is 'how many staged rows are posted; which slices of them, payments.posted_slice says';
create index import_latest on platform.import (division, kind, id);

-- Staged payments are posted by division, year and day of voucher, whatever the order of the file.
create index staged_order on payments.staged (import, division, fiscal_year, vouched_on);

-- Slices of different divisions are posted side by side: each writes down that it is done, with what it posted.
create unlogged table payments.posted_slice (
  import    bigint not null,
  slice_end bigint not null,
  primary key (import, slice_end)
);
comment on table payments.posted_slice is 'staging: slices of a staged import that are posted, by how many staged rows stand up to and with them; an import is resumed with the others';
grant select, insert, delete on payments.posted_slice to fundwatch_app;

-- Locks all balances of some allotments in key order, as ledger.post does, so that what is read afterwards stays true until the end
-- of the transaction. Reads and changes nothing.
create function ledger.lock_balances(p_division int, p_allotments bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform ledger.in_scope(p_division);
  perform from ledger.balance b where b.division = p_division and b.allotment = any (p_allotments)
    order by b.allotment, b.account for update;
end $$;
revoke execute on function ledger.lock_balances from public;
grant execute on function ledger.lock_balances to fundwatch_app;

-- The running sum of what fits: an amount that would go beyond the room is passed over, and later, smaller ones still fit.
create function payments.fit_next(used bigint, amount bigint, room bigint) returns bigint
  language sql immutable parallel safe return case when used + amount <= room then used + amount else used end;
create aggregate payments.fitted(amount bigint, room bigint) (sfunc = payments.fit_next, stype = bigint, initcond = '0');

create table payments.day_total (
  division    int      not null references divisions.division,
  fiscal_year smallint not null,
  vouched_on  date     not null,
  payments    bigint   not null,
  amount_fen  bigint   not null,
  primary key (division, fiscal_year, vouched_on)
);
comment on table payments.day_total is 'how many payment lines a day has and their sum in fen, kept with each posted batch, so that totals need not count millions of rows';
select platform.enclose('payments.day_total');
grant select, insert, update on payments.day_total to fundwatch_app;
grant select on payments.day_total to fundwatch_rules;
comment on function ledger.lock_balances is 'locks the balances of some allotments in key order, as ledger.post does, and changes nothing';
