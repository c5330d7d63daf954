-- Statistics of what an import has just staged: without them a file of a million rows is planned for as if it had a few. Only the owner
-- of a table may gather them.

create function payments.analyze_staged() returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  analyze payments.staged (import, division, fiscal_year, vouched_on, voucher_type, voucher_no, line_no);
  analyze payments.staged_party;
  analyze payments.staged_elements;
  analyze payments.staged_account;
end $$;
comment on function payments.analyze_staged is 'gathers statistics of staged payments; an import of more than a few thousand lines calls it before it compares them with what is known';
revoke execute on function payments.analyze_staged from public;
grant execute on function payments.analyze_staged to fundwatch_app;
