-- News and work are queued in the transaction that causes them; the queue itself is graphile-worker's.

create function platform.enqueue(p_task text, p_payload json, p_key text default null) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform graphile_worker.add_job(p_task, p_payload, job_key := p_key, max_attempts := 10);
end $$;
comment on function platform.enqueue is 'the app''s role may add work, and cannot read or change what is queued';
revoke execute on function platform.enqueue from public;
grant execute on function platform.enqueue to fundwatch_app;
