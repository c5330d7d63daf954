-- Money that came by a hand-over between divisions (划转) stood in the books as a transfer from above: it has an origin of its own.
create or replace function books.origin_of(p_form text, p_transfer bigint, p_source_type text) returns text language sql immutable parallel safe
  return case p_form when 'receive-across' then 'horizontal' when 'take-over' then 'handed-over'
    else case when p_transfer is not null then 'superior' else p_source_type end end;

-- The monthly sums of divisions that took something over are made again from their seals.
do $$
declare
  v_divisions int[] := array(select distinct division from allotments.allotment where form = 'take-over');
begin
  delete from books.turnover where division = any (v_divisions);
  delete from books.known_batch where division = any (v_divisions);
  perform books.take_up(s.division, array_agg(n.batch order by n.position), s.sealed_at)
    from ledger.seal s join ledger.seal_batch n on n.division = s.division and n.no = s.no
    where s.division = any (v_divisions) group by s.division, s.no, s.sealed_at;
end $$;
