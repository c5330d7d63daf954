-- A superior calls back money that was carried into a later year: from both sides in one act, in the new year's books (docs/decisions/0046).

insert into ledger.form (code, name, english, interlock) values
  ('recall-carried',  '收回下级结转资金', 'recall of carried money',               'none'),
  ('carried-recalled', '结转资金被收回',  'carried money recalled by the superior', 'none');

-- Above it comes in as what was recovered of earlier years; below it goes the way that the carry-over brought it, step by step.
insert into ledger.order_line (form, first_year, step, last_year, debit, credit) values
  ('recall-carried',   2015, 1, null, 1001,   4001),
  ('carried-recalled', 2015, 1, null, 500201, 5101),
  ('carried-recalled', 2015, 2, null, 5001,   500201),
  ('carried-recalled', 2015, 3, null, 1001,   5001),
  ('carried-recalled', 2015, 4, null, 4001,   1001);

-- Both sides or neither, to the fen: what came in above is what went out below, and the two batches name each other. Alone stands only what
-- a superior outside this installation called back.
create function ledger.carried_recall_is_whole() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_other ledger.batch;
  v_above bigint;
  v_below bigint;
begin
  if new.other_batch is null then
    if new.form = 'recall-carried' or exists (
        select from ledger.entry e join allotments.allotment a on a.division = e.division and a.id = e.debit_allotment
        join lateral (select x.transfer from allotments.allotment x where x.division = a.division and x.id = any (a.path) and x.transfer is not null
          order by array_position(a.path, x.id) desc limit 1) r on true
        join ledger.transfer t on t.division = a.division and t.id = r.transfer
        where e.division = new.division and e.batch = new.id and e.debit = 4001 and t.sender is not null) then
      raise exception 'batch % recalls carried money on one side alone', new.id using errcode = 'FW003';
    end if;
    return new;
  end if;
  select * into v_other from ledger.batch b where b.division = new.other_division and b.id = new.other_batch;
  select sum(e.amount_fen) filter (where (e.debit, e.credit) = (1001, 4001)), sum(e.amount_fen) filter (where (e.debit, e.credit) = (4001, 1001))
    into v_above, v_below from ledger.entry e
    where (e.division, e.batch) in ((new.division, new.id), (new.other_division, new.other_batch));
  if v_other.id is null or (v_other.other_division, v_other.other_batch) is distinct from (new.division, new.id)
      or array[new.form, v_other.form] not in (array['recall-carried', 'carried-recalled'], array['carried-recalled', 'recall-carried'])
      or v_above is distinct from v_below then
    raise exception 'batch % recalls carried money: % came in above, % went out below', new.id, v_above, v_below using errcode = 'FW003';
  end if;
  return new;
end $$;
comment on function ledger.carried_recall_is_whole is 'refuses, at commit, a recall of carried money whose two sides differ (FW003)';
create constraint trigger carried_recall_is_whole after insert on ledger.batch deferrable initially deferred
  for each row when (new.form in ('recall-carried', 'carried-recalled')) execute function ledger.carried_recall_is_whole();
revoke execute on function ledger.carried_recall_is_whole from public;

-- A red letter would undo one side of it; what should not have been called back is passed down again.
create function ledger.carried_recall_is_not_corrected() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from ledger.batch b where b.division = new.division and b.id = new.batch and b.form in ('recall-carried', 'carried-recalled')) then
    raise exception 'recall-carried-not-corrected' using errcode = 'FW004', detail = new.batch;
  end if;
  return new;
end $$;
create trigger carried_recall_is_not_corrected before insert on ledger.corrected for each row execute function ledger.carried_recall_is_not_corrected();
