-- Most forms have one line and come all day: they are posted by plain statements, and what they read comes in one answer.

-- One batch of one entry, for forms that move no transfer and correct nothing; ledger.post sends them here. The checks are those of
-- ledger.post_days; the guards of the tables (balance, request key, book, order) are the very same.
create function ledger.post_line(
  p_division int, p_form text, p_year int, p_effective date, p_document bigint, p_request_key text,
  p_debit_allotment bigint, p_debit int, p_credit_allotment bigint, p_credit int, p_amount bigint, p_batch bigint
) returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  b ledger.batch;
  v_debit_opened boolean := false;
  v_credit_opened boolean := false;
begin
  perform ledger.in_scope(p_division);
  select id into b.id from ledger.batch where request_key = p_request_key and division = p_division;
  if found then return b.id; end if;
  if not exists (select from ledger.book where division = p_division and fiscal_year = p_year) then
    insert into ledger.book (division, fiscal_year) values (p_division, p_year) on conflict do nothing;
  end if;

  b.division := p_division;
  b.id := coalesce(p_batch, nextval('ledger.batch_id'));
  b.form := p_form;
  b.fiscal_year := p_year;
  b.effective_on := p_effective;
  b.document := p_document;
  b.request_key := p_request_key;
  b.entries := 1;
  b.actor := platform.actor();
  b.recorded_at := clock_timestamp();
  b.digest := public.digest(convert_to(ledger.batch_head(b) || E'\n'
    || concat_ws('|', 1, p_debit_allotment, p_debit, p_credit_allotment, p_credit, p_amount, '-', '-', '-'), 'UTF8'), 'sm3');
  -- The table's trigger asks the book. A concurrent twin with the same key waits here, then finds the first one's batch.
  insert into ledger.batch values (b.*) on conflict on constraint request_once do nothing;
  if not found then
    select id into b.id from ledger.batch where request_key = p_request_key and division = p_division;
    return b.id;
  end if;
  if not exists (select from ledger.order_line o where o.form = p_form and o.debit = p_debit and o.credit = p_credit
      and p_year >= o.first_year and p_year <= coalesce(o.last_year, 9999)) then
    raise exception 'line 1: no order of form % in % debits % and credits %', p_form, p_year, p_debit, p_credit using errcode = 'FW002';
  end if;
  insert into ledger.entry (division, batch, line, debit_allotment, debit, credit_allotment, credit, amount_fen)
    values (p_division, b.id, 1, p_debit_allotment, p_debit, p_credit_allotment, p_credit, p_amount);

  -- As ledger.post_days does: accounts that are touched first are written with their sums, then the others are changed; both in key order.
  for v_side in 1..2 loop
    if ((p_debit_allotment, p_debit) < (p_credit_allotment, p_credit)) = (v_side = 1) then
      if not exists (select from ledger.balance where division = p_division and allotment = p_debit_allotment and account = p_debit) then
        insert into ledger.balance (division, allotment, account, side, debit_fen)
          select p_division, p_debit_allotment, p_debit, a.side, p_amount from ledger.account a where a.code = p_debit on conflict do nothing;
        v_debit_opened := found;
      end if;
    elsif not exists (select from ledger.balance where division = p_division and allotment = p_credit_allotment and account = p_credit) then
      insert into ledger.balance (division, allotment, account, side, credit_fen)
        select p_division, p_credit_allotment, p_credit, a.side, p_amount from ledger.account a where a.code = p_credit on conflict do nothing;
      v_credit_opened := found;
    end if;
  end loop;
  for v_side in 1..2 loop
    if ((p_debit_allotment, p_debit) < (p_credit_allotment, p_credit)) = (v_side = 1) then
      if not v_debit_opened then
        update ledger.balance set debit_fen = debit_fen + p_amount
          where division = p_division and allotment = p_debit_allotment and account = p_debit;
      end if;
    elsif not v_credit_opened then
      update ledger.balance set credit_fen = credit_fen + p_amount
        where division = p_division and allotment = p_credit_allotment and account = p_credit;
    end if;
  end loop;
  insert into ledger.unsealed values (p_division, b.id);
  return b.id;
end $$;
comment on function ledger.post_line is 'ledger.post for one line that moves no transfer and corrects nothing; raises what ledger.post_days raises';
revoke execute on function ledger.post_line from public;

create or replace function ledger.post(
  p_division int, p_form text, p_year int, p_effective date, p_document bigint, p_request_key text,
  p_debit_allotment bigint[], p_debit int[], p_credit_allotment bigint[], p_credit int[], p_amount bigint[],
  p_transfer_division int[] default '{}', p_transfer bigint[] default '{}', p_transfer_fen bigint[] default '{}',
  p_corrects_batch bigint[] default null, p_corrects_line int[] default null,
  p_other_division int default null, p_other_batch bigint default null, p_batch bigint default null
) returns bigint language sql security definer set search_path = pg_catalog, pg_temp as $$
  select case
    when cardinality(p_amount) = 1 and cardinality(p_transfer) = 0 and p_corrects_batch[1] is null and p_other_batch is null
        and p_form not in ('correct', 'cut') and p_debit[1] not in (500202, 500203) and p_credit[1] not in (500202, 500203)
        and (select f.interlock from ledger.form f where f.code = p_form) = 'none'
      then ledger.post_line(p_division, p_form, p_year, p_effective, p_document, p_request_key, p_debit_allotment[1], p_debit[1],
        p_credit_allotment[1], p_credit[1], p_amount[1], p_batch)
    else (ledger.post_days(p_division, p_form, p_year, array[p_effective], p_document, array[p_request_key],
      array_fill(1, array[coalesce(cardinality(p_amount), 0)]), p_debit_allotment, p_debit, p_credit_allotment, p_credit, p_amount,
      p_transfer_division, p_transfer, p_transfer_fen, p_corrects_batch, p_corrects_line, p_other_division, p_other_batch, p_batch => array[p_batch]))[1]
  end
$$;

-- A request key is held, kept and looked up in one call. Each statement in it sees what a twin has committed while this one waited.
create function ledger.begin_request(p_division int, p_request_key text, p_digest bytea)
returns table (digest bytea, batch bigint, document bigint, lines bigint[]) language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(p_request_key, p_division));
  insert into ledger.request as r (division, request_key, digest) values (p_division, p_request_key, p_digest) on conflict do nothing;
  return query select r.digest, b.id, b.document,
      array(select e.debit_allotment from ledger.entry e where e.division = b.division and e.batch = b.id order by e.line)
    from ledger.request r left join ledger.batch b on b.division = r.division and b.request_key = r.request_key
    where r.division = p_division and r.request_key = p_request_key;
end $$;
comment on function ledger.begin_request is 'begins what is asked under a request key: what was asked the first time, and what was posted for it, if anything was';

-- The lines that a form takes from, and what is left of them on the account that it takes. Whoever joins lines waits meanwhile (0020):
-- ancestors that are read here stay true.
create function allotments.origins(p_division int, p_ids bigint[], p_account int)
returns table (id bigint, form text, fund int, path bigint[], source_type text, source_level text, superior_number text, direct boolean,
  advance boolean, fund_nature text, function_subject text, economic_subject text, poverty text, office int, budget_origin smallint,
  use_fund int, available bigint) language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock_shared(1818848617);
  return query select a.id, a.form, a.fund, a.path, a.source_type, a.source_level, a.superior_number, a.direct, a.advance, a.fund_nature,
      a.function_subject, a.economic_subject, a.poverty, a.office, a.budget_origin, a.use_fund, coalesce(b.debit_fen - b.credit_fen, 0)::bigint
    from allotments.allotment a left join ledger.balance b on b.division = a.division and b.allotment = a.id and b.account = p_account
    where a.division = p_division and a.id = any (p_ids);
end $$;
comment on function allotments.origins is 'lines that a form takes from, with what is left of them in fen; holds their lineage until the end of the transaction';

comment on function ledger.post_days is 'the writer of entries and balances (ledger.post_line is its twin for one line): one form, a batch for each of its days, at once or not at all; raises 23514 balance_never_below_zero, transfer_taken_within_sent, corrections_within_original; FW001 book locked, FW002 no such order, FW003 interlock broken';
