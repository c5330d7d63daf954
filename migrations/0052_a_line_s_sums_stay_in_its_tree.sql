-- A line's sums by state are those of its own tree: money that left the division and came back in the same year stands at the line by which it
-- came back, and was counted at the first line once more.
create or replace function allotments.standing(p_division int, p_year smallint, p_line bigint) returns table (account int, balance_fen bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform ledger.in_scope(p_division);
  -- By sources, which never leave a division and a year: received or registered, assigned, refined or passed on.
  return query
    with recursive made as (
      select p_line as id
      union all select a.id from made m join allotments.allotment a on a.source = m.id and a.division = p_division)
    select b.account, sum(case b.side when 'D' then b.debit_fen - b.credit_fen else b.credit_fen - b.debit_fen end)::bigint
    from made d join ledger.balance b on b.division = p_division and b.allotment = d.id group by b.account;
end $$;
comment on function allotments.standing is 'the balances of a line and of all lines made from it in its division and year, by account, in fen';
