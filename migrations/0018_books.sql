-- Books (账簿): what reading the ledger by period and by what was known needs, and the record of reconciliations.
--
-- Posting writes nothing here. The sealer does, in its own transaction: a batch becomes known by its seal, and its sums are added to the
-- month in which it happened and the month in which it became known. A question about whole months reads sums alone; the months that
-- a period or a moment cuts through, and what is not sealed yet, are read from their entries (docs/decisions/0017).

create schema books;

create table books.known_batch (
  division     int         not null,
  batch        bigint      not null,
  fiscal_year  smallint    not null,
  effective_on date        not null,
  sealed_at    timestamptz not null,
  primary key (division, batch)
);
comment on table books.known_batch is 'derived by the sealer: both clocks of a sealed batch, when it happened and when it was known; verify compares it with the seals';
create index known_batch_effective on books.known_batch (division, fiscal_year, effective_on, batch);
create index known_batch_sealed on books.known_batch (division, fiscal_year, sealed_at);

create table books.turnover (
  division         int      not null,
  fiscal_year      smallint not null,
  month            date     not null,
  known_month      date     not null,
  account          int      not null,
  fund             int      not null,
  function_subject text     not null,
  origin           text     not null,
  source_level     text     not null,
  advance          boolean  not null,
  debit_fen        bigint   not null,
  credit_fen       bigint   not null,
  primary key (division, fiscal_year, month, known_month, account, fund, function_subject, origin, source_level, advance)
);
comment on table books.turnover is 'derived by the sealer: turnover of sealed batches in fen, by the month of the effective day and the month of the seal (first days, Beijing); verify compares it with the entries';
comment on column books.turnover.origin is 'where the line''s money came into its division: superior, horizontal, or the source type of own budget';

-- Where a line's money came into its division.
create function books.origin_of(p_form text, p_transfer bigint, p_source_type text) returns text language sql immutable parallel safe
  return case when p_form = 'receive-across' then 'horizontal' when p_transfer is not null then 'superior' else p_source_type end;

create function books.take_up(p_division int, p_batches bigint[], p_sealed_at timestamptz) returns void language sql set search_path = pg_catalog, pg_temp as $$
  insert into books.known_batch (division, batch, fiscal_year, effective_on, sealed_at)
    select division, id, fiscal_year, effective_on, p_sealed_at from ledger.batch where division = p_division and id = any (p_batches);
  insert into books.turnover as t (division, fiscal_year, month, known_month, account, fund, function_subject, origin, source_level, advance, debit_fen, credit_fen)
    select p_division, b.fiscal_year, date_trunc('month', b.effective_on)::date as month,
      date_trunc('month', p_sealed_at at time zone 'Asia/Shanghai')::date as known_month, s.account, a.fund, coalesce(a.function_subject, '') as function_subject,
      books.origin_of(a.form, a.transfer, a.source_type) as origin, a.source_level, a.advance, sum(s.debit)::bigint, sum(s.credit)::bigint
    from ledger.batch b join ledger.entry e on e.division = b.division and e.batch = b.id
    cross join lateral (values (e.debit_allotment, e.debit, e.amount_fen, 0::bigint), (e.credit_allotment, e.credit, 0::bigint, e.amount_fen)) s(allotment, account, debit, credit)
    join allotments.allotment a on a.division = e.division and a.id = s.allotment
    where b.division = p_division and b.id = any (p_batches)
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    on conflict (division, fiscal_year, month, known_month, account, fund, function_subject, origin, source_level, advance)
    do update set debit_fen = t.debit_fen + excluded.debit_fen, credit_fen = t.credit_fen + excluded.credit_fen
$$;

create function books.sealed() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform books.take_up(s.division, n.batches, s.sealed_at)
    from (select division, no, array_agg(batch) as batches from sealed group by division, no) n
    join ledger.seal s on s.division = n.division and s.no = n.no;
  return null;
end $$;
create trigger taken_up_by_the_books after insert on ledger.seal_batch
  referencing new table as sealed for each statement execute function books.sealed();

-- What was sealed before this migration.
select books.take_up(s.division, array_agg(b.batch), s.sealed_at)
from ledger.seal s join ledger.seal_batch b on b.division = s.division and b.no = s.no group by s.division, s.no, s.sealed_at;

-- Whether this transaction's posts cover less than whole divisions: sums of whole divisions are then not its to see, and its books are
-- made from the entries that it may.
create function books.narrowed() returns boolean language sql stable parallel safe
  return nullif(current_setting('fundwatch.narrowing', true), '') is not null;

-- The turnover of divisions in a year's books, split at the first day of the period ("before" is its opening), as known at a moment
-- (null: everything that is posted). Whole months come from the sums, the cut ones from their entries.
create function books.moved(p_divisions int[], p_year int, p_from date, p_to date, p_known timestamptz)
returns table (division int, month date, before boolean, account int, fund int, function_subject text, origin text, source_level text, advance boolean, debit_fen bigint, credit_fen bigint)
language sql stable as $$
  with cut as materialized (
    select array(select date_trunc('month', d)::date from unnest(array[
        case when p_from > date_trunc('month', p_from)::date then p_from end,
        case when p_to < (date_trunc('month', p_to) + interval '1 month - 1 day')::date then p_to end]) d where d is not null) as months,
      date_trunc('month', p_known at time zone 'Asia/Shanghai')::date as known_month
  ), read as (
    select k.division, k.batch, k.effective_on from books.known_batch k
      where (select books.narrowed()) and k.division = any (p_divisions) and k.fiscal_year = p_year and k.effective_on <= coalesce(p_to, 'infinity')
        and k.sealed_at <= coalesce(p_known, 'infinity')
    union
    select k.division, k.batch, k.effective_on from cut, unnest(cut.months) m, books.known_batch k
      where k.division = any (p_divisions) and k.fiscal_year = p_year and k.effective_on >= m and k.effective_on < (m + interval '1 month')::date
        and k.effective_on <= coalesce(p_to, 'infinity') and k.sealed_at <= coalesce(p_known, 'infinity')
    union
    select k.division, k.batch, k.effective_on from cut, books.known_batch k
      where p_known is not null and k.division = any (p_divisions) and k.fiscal_year = p_year and k.effective_on <= coalesce(p_to, 'infinity')
        and k.sealed_at >= (cut.known_month::timestamp at time zone 'Asia/Shanghai') and k.sealed_at <= p_known
    union
    select b.division, b.id, b.effective_on from ledger.unsealed u join ledger.batch b on b.division = u.division and b.id = u.batch
      where p_known is null and u.division = any (p_divisions) and b.fiscal_year = p_year and b.effective_on <= coalesce(p_to, 'infinity')
  )
  select t.division, t.month, t.month < coalesce(p_from, '-infinity'), t.account, t.fund, t.function_subject, t.origin, t.source_level, t.advance, t.debit_fen, t.credit_fen
    from cut, books.turnover t
    where not (select books.narrowed()) and t.division = any (p_divisions) and t.fiscal_year = p_year and t.month <= coalesce(p_to, 'infinity') and t.month <> all (cut.months)
      and (p_known is null or t.known_month < cut.known_month)
  union all
  select r.division, date_trunc('month', r.effective_on)::date, r.effective_on < coalesce(p_from, '-infinity'), s.account, a.fund, coalesce(a.function_subject, ''),
      books.origin_of(a.form, a.transfer, a.source_type), a.source_level, a.advance, s.debit, s.credit
    from read r join ledger.entry e on e.division = r.division and e.batch = r.batch
    cross join lateral (values (e.debit_allotment, e.debit, e.amount_fen, 0::bigint), (e.credit_allotment, e.credit, 0::bigint, e.amount_fen)) s(allotment, account, debit, credit)
    join allotments.allotment a on a.division = e.division and a.id = s.allotment
$$;
comment on function books.moved is 'turnover of a year''s books by period and by what was known; runs with the reader''s own rights';

-- The lines of a trace: those named, all their ancestors and all that was made from them, in every division that the reader may see.
-- With the owner's rights, because row-level security would keep the planner from the index over paths (their operators are not
-- leakproof); it holds the scope itself.
create function books.family(p_lines bigint[], p_below boolean, p_limit int) returns table (division int, id bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with mine as materialized (
    select s.division from divisions.scope_division s where s.scope = platform.scope()
  ), above as materialized (
    select a.division, a.id from allotments.allotment a where a.id = any (array(
      select distinct p.id from allotments.allotment l cross join unnest(l.path) p(id) where l.id = any (p_lines) and l.division in (select m.division from mine m)))
  ), below as materialized (
    -- By the paths alone: what lies in other scopes is left out afterwards, so that the index over paths is the only way in.
    select a.division, a.id from allotments.allotment a where p_below and a.path && p_lines
  )
  select x.division, x.id from above x where x.division in (select m.division from mine m)
  union
  (select x.division, x.id from below x where x.division in (select m.division from mine m) order by x.id limit p_limit)
$$;
comment on function books.family is 'the lines named, their ancestors and (up to a limit) all lines below them, within the scope of the transaction';

create index allotment_by_id on allotments.allotment (id);
create index allotment_by_document on allotments.allotment (document);
create index allotment_by_project on allotments.allotment (project) where project is not null;
create index allotment_by_agency on allotments.allotment (agency, division) where agency is not null;
create index transfer_sender on ledger.transfer (sender, fiscal_year) where sender is not null;

create view identity.published_person with (security_invoker) as select id, name from identity.account;
create view ledger.published_form with (security_invoker) as select code, name, english, interlock from ledger.form;

-- An entry, a batch or a line by itself, for reads that find the others by a way of their own.
create view ledger.published_entry_alone with (security_invoker) as
  select division, batch, line, debit_allotment, debit, credit_allotment, credit, amount_fen, corrects_batch, corrects_line, payment from ledger.entry;
create view ledger.published_batch with (security_invoker) as
  select division, id, form, fiscal_year, effective_on, document, entries, actor, recorded_at from ledger.batch;
create view ledger.published_unsealed with (security_invoker) as select division, batch from ledger.unsealed;
create view allotments.published_allotment with (security_invoker) as select * from allotments.allotment;

create sequence books.reconciliation_id;
create table books.reconciliation (
  division        int         not null,
  id              bigint      not null default nextval('books.reconciliation_id'),
  fiscal_year     smallint    not null,
  kind            text        not null check (kind in ('allotments', 'settlement', 'final-accounts')),
  file_name       text        not null,
  file_sm3        bytea       not null,
  unit            text        not null check (unit in ('元', '万元')),
  rows_read       int         not null,
  rows_agreeing   int         not null,
  difference_count int        not null,
  here_fen        bigint      not null,
  there_fen       bigint      not null,
  request_key     text,
  actor           bigint      not null default platform.actor(),
  recorded_at     timestamptz not null default clock_timestamp(),
  primary key (division, id),
  constraint reconciled_once unique (request_key, division)
);
comment on table books.reconciliation is 'append-only: one comparison of our books with a sheet from elsewhere; sums in fen of what was compared on each side';

create table books.reconciliation_difference (
  division       int    not null,
  reconciliation bigint not null,
  no             int    not null,
  reason         text   not null check (reason in ('missing-here', 'missing-there', 'amount-differs')),
  row_no         int,
  subject        text   not null,
  name           text,
  allotment      bigint,
  here_fen       bigint,
  there_fen      bigint,
  primary key (division, reconciliation, no),
  foreign key (division, reconciliation) references books.reconciliation,
  constraint differs_as_said check (case reason when 'missing-here' then here_fen is null when 'missing-there' then there_fen is null else here_fen <> there_fen end)
);
comment on table books.reconciliation_difference is 'append-only: one difference found; row_no is the row of the sheet, subject what was compared (line, document and fund, functional subject), amounts in fen';

select platform.enclose(fact) from unnest(array['books.known_batch', 'books.turnover', 'books.reconciliation', 'books.reconciliation_difference']::regclass[]) fact;
create policy narrow on books.turnover as restrictive using (not (select books.narrowed()));
create policy narrow on books.reconciliation as restrictive using (not (select books.narrowed()));
create policy narrow on books.reconciliation_difference as restrictive using (not (select books.narrowed()));
create policy narrow on books.known_batch as restrictive using (not (select books.narrowed())
  or exists (select from ledger.batch b where b.division = known_batch.division and b.id = known_batch.batch));
grant usage on schema books to fundwatch_app;
grant select on all tables in schema books to fundwatch_app;
grant usage on all sequences in schema books to fundwatch_app;
grant insert on books.reconciliation, books.reconciliation_difference to fundwatch_app;
grant select on identity.published_person, ledger.published_form, ledger.published_entry_alone, ledger.published_batch, ledger.published_unsealed,
  allotments.published_allotment to fundwatch_app;
revoke execute on function books.take_up, books.sealed, books.family from public;
grant execute on function books.family to fundwatch_app;
