-- News is added without a NOTIFY: a commit that notifies holds a lock of the whole server while it is written out, one after another.

drop function platform.enqueue(text, json, text);
create function platform.enqueue(p_task text, p_payload json) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
  v_task int;
begin
  -- What graphile_worker.add_job does for a job without a key, but for waking the workers: src/platform/jobs/wake.ts does, after the commit.
  select t.id into v_task from graphile_worker._private_tasks t where t.identifier = p_task;
  if not found then
    insert into graphile_worker._private_tasks (identifier) values (p_task) on conflict do nothing;
    select t.id into v_task from graphile_worker._private_tasks t where t.identifier = p_task;
  end if;
  insert into graphile_worker._private_jobs (task_id, payload, max_attempts) values (v_task, p_payload, 10);
end $$;
comment on function platform.enqueue is 'the app''s role may add work, and cannot read or change what is queued; the workers are woken after the commit';
revoke execute on function platform.enqueue from public;
grant execute on function platform.enqueue to fundwatch_app;
