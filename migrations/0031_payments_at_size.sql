-- A payment's line is proved by the statement, not row by row: the foreign key was a third of the insertion of ten thousands of payments.

alter table payments.payment drop constraint payment_division_allotment_fkey;

-- As a foreign key does, it sees lines that row-level security keeps from whoever writes; lines are never removed (no grant allows it).
create function payments.hold_lines() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_missing record;
begin
  select f.division, f.allotment into v_missing
  from (select distinct division, allotment from fresh where allotment is not null) f
  where not exists (select from allotments.allotment a where a.division = f.division and a.id = f.allotment)
  limit 1;
  if found then
    raise exception 'division % has no allotment %', v_missing.division, v_missing.allotment
      using errcode = 'foreign_key_violation', schema = 'payments', table = 'payment', constraint = 'payment_division_allotment_fkey';
  end if;
  return null;
end $$;
comment on function payments.hold_lines is 'refuses (23503) payments that name an allotment which is not there: once for each statement, whatever its rows (docs/decisions/0032)';
revoke execute on function payments.hold_lines from public;

create trigger lines_of_new after insert on payments.payment referencing new table as fresh
  for each statement execute function payments.hold_lines();
create trigger lines_of_changed after update on payments.payment referencing new table as fresh
  for each statement execute function payments.hold_lines();

-- What a division's payments come to, posted and waiting, is read from its days, however many payments wait.
alter table payments.day_total add column waiting bigint not null default 0, add column waiting_fen bigint not null default 0;
comment on column payments.day_total.waiting_fen is 'how much of amount_fen is not posted; kept by payments.count_waiting';

-- Functions say how they are planned: an import keeps the planner from loops over single rows, which here are few.
create function payments.count_waiting() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp
  set enable_nestloop = on as $$
declare
  v_sign int := case tg_op when 'INSERT' then 1 else -1 end;
begin
  perform from payments.day_total t where (t.division, t.fiscal_year, t.vouched_on) in (
      select p.division, p.fiscal_year, p.vouched_on from touched u join payments.payment p on p.division = u.division and p.id = u.payment)
    order by t.division, t.fiscal_year, t.vouched_on for no key update;
  update payments.day_total t set waiting = t.waiting + v_sign * s.lines, waiting_fen = t.waiting_fen + v_sign * s.fen
  from (select p.division, p.fiscal_year, p.vouched_on, count(*) as lines, sum(p.amount_fen)::bigint as fen
        from touched u join payments.payment p on p.division = u.division and p.id = u.payment group by 1, 2, 3) s
  where t.division = s.division and t.fiscal_year = s.fiscal_year and t.vouched_on = s.vouched_on;
  return null;
end $$;
comment on function payments.count_waiting is 'keeps the waiting payments of each day counted as they begin and end to wait';
revoke execute on function payments.count_waiting from public;
create trigger waiting_begins after insert on payments.unposted referencing new table as touched
  for each statement execute function payments.count_waiting();
create trigger waiting_ends after delete on payments.unposted referencing old table as touched
  for each statement execute function payments.count_waiting();

-- Those that match no line are few, and found by the project that they name.
create index payment_without_line on payments.payment (project) where allotment is null and project is not null;
