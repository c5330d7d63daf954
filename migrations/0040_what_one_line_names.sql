-- Most forms have one line: what it names is asked for by keys, in one plain question instead of eight over sets.

-- Several lines as before (decision 0036).
create or replace function allotments.names_what_exists() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_lines bigint;
  v_line allotments.allotment;
  v_field text;
begin
  select count(*) into v_lines from added;
  if v_lines = 1 then
    select * into v_line from added;
    v_field := case
      when not exists (select from funds.fund f where f.id = v_line.fund) then 'fund'
      when not exists (select from ledger.document d where d.division = v_line.division and d.id = v_line.document) then 'document'
      when v_line.source is not null and not exists (select from allotments.allotment s where s.division = v_line.division and s.id = v_line.source) then 'source'
      when v_line.transfer is not null and not exists (select from ledger.transfer t where t.division = v_line.division and t.id = v_line.transfer) then 'transfer'
      when v_line.carried_from is not null and not exists (select from allotments.allotment s where s.division = v_line.division and s.id = v_line.carried_from) then 'carried_from'
      when v_line.project is not null and not exists (select from projects.project p where p.division = v_line.division and p.id = v_line.project) then 'project'
      when v_line.agency is not null and not exists (select from divisions.agency g where g.division = v_line.division and g.id = v_line.agency) then 'agency'
      when v_line.office is not null and not exists (select from divisions.office o where o.division = v_line.division and o.id = v_line.office) then 'office'
      end;
  elsif v_lines > 1 then
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
  end if;
  if v_field is not null then
    raise exception 'a line names a % that does not exist', v_field
      using errcode = 'foreign_key_violation', constraint = 'allotment_' || v_field || '_fkey';
  end if;
  return null;
end $$;
