-- How things come in, so that nothing is keyed twice: drop folder, interface with receipts, remembered columns, retried requests, recognition, joining.

alter table platform.import
  add column source text not null default 'page' constraint import_source check (source in ('page', 'command', 'folder', 'interface')),
  add column mapping text,
  add column request_key text;
comment on column platform.import.source is 'how the file came: uploaded on the page, by command, from the drop folder, pushed by another system';
comment on column platform.import.mapping is 'the remembered columns (platform.column_mapping) that the file was read by';
comment on column platform.import.request_key is 'the Idempotency-Key of a pushed file: its receipt is asked for by it';
-- A second push under one key waits here for the first, and then finds its record.
create unique index import_request on platform.import (request_key, division, actor) where request_key is not null;
create index import_digest on platform.import (file_sm3, division, kind);

create table identity.interface_key (
  id           bigint      generated always as identity primary key,
  name         text        not null check (length(name) between 1 and 60),
  digest       bytea       not null unique,
  shown        text        not null,
  account      bigint      not null references identity.account,
  division     int         not null references divisions.division,
  post         text        not null,
  ends_at      timestamptz not null,
  created_by   bigint      not null,
  created_at   timestamptz not null default clock_timestamp(),
  revoked_at   timestamptz,
  revoked_by   bigint,
  used_at      timestamptz,
  used_from    text
);
comment on table identity.interface_key is 'reference: a key by which another system acts for an account in one of its posts over one division; only the digest (SM3) is kept, shown holds its first characters';
create index interface_key_account on identity.interface_key (account);
grant select, insert on identity.interface_key to fundwatch_app;
grant update (revoked_at, revoked_by, used_at, used_from) on identity.interface_key to fundwatch_app;
grant usage on all sequences in schema identity to fundwatch_app;

create table platform.request (
  actor       bigint      not null,
  key         text        not null,
  route       text        not null,
  digest      bytea       not null,
  answer      bytea,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (actor, key)
);
comment on table platform.request is 'staging: requests that changed something under an Idempotency-Key, with the digest (SM3) of what was asked and the answer (encrypted), written in the same transaction and kept for some days; the same actor alone is given the answer again';
create index request_age on platform.request (recorded_at);
grant select, insert, update, delete on platform.request to fundwatch_app;

create table platform.column_mapping (
  division    int         not null references divisions.division,
  id          bigint      generated always as identity,
  kind        text        not null,
  name        text        not null check (length(name) between 1 and 60),
  signature   bytea       not null,
  headings    text[]      not null,
  columns     jsonb       not null,
  actor       bigint      not null default platform.actor(),
  recorded_at timestamptz not null default clock_timestamp(),
  retired_at  timestamptz,
  primary key (division, id)
);
comment on table platform.column_mapping is 'which column of a bureau''s own spreadsheet is which field, with units, date forms and fixed values; found again by the signature (SM3) of its headings; a change retires the row and adds another';
create unique index mapping_name on platform.column_mapping (name, kind, division) where retired_at is null;
create index mapping_signature on platform.column_mapping (signature, division, kind) where retired_at is null;
select platform.enclose('platform.column_mapping');
grant select, insert on platform.column_mapping to fundwatch_app;
grant update (retired_at) on platform.column_mapping to fundwatch_app;
grant usage on all sequences in schema platform to fundwatch_app;

create table allotments.recognition (
  division      int         not null,
  id            bigint      generated always as identity,
  transfer      bigint      not null,
  verdict       text        not null check (verdict in ('whole', 'part', 'none')),
  monitored_fen bigint      not null check (monitored_fen >= 0),
  reason        text        not null check (length(btrim(reason)) between 1 and 500),
  document      text,
  supersedes    bigint,
  actor         bigint      not null default platform.actor(),
  recorded_at   timestamptz not null default clock_timestamp(),
  primary key (division, id),
  foreign key (division, transfer) references ledger.transfer,
  foreign key (division, supersedes) references allotments.recognition,
  constraint recognition_amount check (case verdict when 'none' then monitored_fen = 0 else monitored_fen > 0 end)
);
comment on table allotments.recognition is 'whether a transfer from above lies within the monitored scope, partly, or not (非扶贫资金识别): decided by a person, never changed, only superseded by a later decision; amounts in fen';
-- Decisions of a transfer are one chain: two that would both be the next wait for each other, and the second is refused.
create unique index recognition_first on allotments.recognition (transfer, division) where supersedes is null;
create unique index recognition_next on allotments.recognition (supersedes, division) where supersedes is not null;
create index recognition_transfer on allotments.recognition (transfer);
select platform.enclose('allotments.recognition');
-- Who stands on less than a division sees what hangs on what they see; the rows above decide that, under policies of their own.
create policy narrow on allotments.recognition as restrictive using (nullif(current_setting('fundwatch.narrowing', true), '') is null or exists (
  select from ledger.transfer t where t.division = recognition.division and t.id = recognition.transfer));
grant select, insert on allotments.recognition to fundwatch_app;
grant select on allotments.recognition to fundwatch_rules;

create view allotments.published_recognition with (security_invoker) as
  select r.* from allotments.recognition r
  where not exists (select from allotments.recognition n where n.supersedes = r.id and n.division = r.division);
grant select on allotments.published_recognition to fundwatch_app, fundwatch_rules;

create table allotments.joining (
  division          int         not null,
  id                bigint      generated always as identity,
  kind              text        not null check (kind in ('transfer', 'row')),
  hand_transfer     bigint,
  superior_transfer bigint,
  allotments        bigint[]    not null,
  sent_fen          bigint      not null,
  taken_fen         bigint      not null,
  external_id       text,
  manner            text        not null check (manner in ('person', 'automatic')),
  reason            text        not null,
  actor             bigint      not null default platform.actor(),
  recorded_at       timestamptz not null default clock_timestamp(),
  undone_at         timestamptz,
  undone_by         bigint,
  undone_reason     text,
  primary key (division, id),
  foreign key (division, hand_transfer) references ledger.transfer,
  foreign key (division, superior_transfer) references ledger.transfer,
  constraint joining_whole check (case kind when 'transfer' then hand_transfer is not null and superior_transfer is not null else external_id is not null end),
  constraint undone_whole check ((undone_at is null) = (undone_by is null) and (undone_at is null) = (undone_reason is null))
);
comment on table allotments.joining is 'a line entered by hand joined with the superior''s own that arrived later (挂接): its transfer, or its row in a file; sent_fen and taken_fen are what the hand-opened transfer held before, in fen';
create unique index joined_once on allotments.joining (hand_transfer, division) where undone_at is null and kind = 'transfer';
create index joining_superior on allotments.joining (superior_transfer) where superior_transfer is not null;
select platform.enclose('allotments.joining');
create policy narrow on allotments.joining as restrictive using (nullif(current_setting('fundwatch.narrowing', true), '') is null or exists (
  select from allotments.allotment a where a.division = joining.division and a.id = any (joining.allotments)));
grant select on allotments.joining to fundwatch_app;
grant select on allotments.joining to fundwatch_rules;
grant usage on all sequences in schema allotments to fundwatch_app;

-- Lines are made while this lock is shared (src/allotments/store.ts); whoever changes the ancestors of lines holds it alone, so that
-- no line is made under ancestors that are just being changed. Nobody waits for it: who cannot have it now is asked to try again.
create function allotments.lineage_alone() returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not pg_try_advisory_xact_lock(1818848617) then
    raise exception 'lines are being made just now' using errcode = 'FW007';
  end if;
end $$;

-- Gives lines that were received through one transfer another one, and all that was made of them, in whatever division, other
-- ancestors: p_old leading ones are taken off, p_new put before. Entries are not touched: they name lines, not ancestors.
create function allotments.move_lines(p_division int, p_lines bigint[], p_transfer bigint, p_old int, p_new bigint[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update allotments.allotment set transfer = p_transfer where division = p_division and id = any (p_lines);
  update ledger.transfer set path = p_new || path[p_old + 1:] where path && p_lines;
  update allotments.allotment set path = p_new || path[p_old + 1:] where path && p_lines;
end $$;

create function allotments.join_transfer(p_division int, p_hand bigint, p_superior bigint, p_manner text, p_reason text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  h ledger.transfer;
  s ledger.transfer;
  v_lines bigint[];
  v_id bigint;
begin
  perform ledger.in_scope(p_division);
  perform allotments.lineage_alone();
  perform from ledger.transfer t where t.division = p_division and t.id in (p_hand, p_superior) order by t.id for no key update of t;
  select * into h from ledger.transfer where division = p_division and id = p_hand;
  select * into s from ledger.transfer where division = p_division and id = p_superior;
  if h.id is null or s.id is null then
    raise exception 'no such transfer' using errcode = 'FW008';
  elsif h.sender is not null or s.sender is null or h.fiscal_year <> s.fiscal_year then
    raise exception 'transfer % was not entered by hand, or % is not the superior''s own', p_hand, p_superior using errcode = 'FW008';
  elsif h.taken_fen = 0 then
    raise exception 'nothing was received through transfer %', p_hand using errcode = 'FW008';
  elsif s.sent_fen - s.taken_fen < h.taken_fen then
    raise exception 'transfer % has % fen left, % were received by hand', p_superior, s.sent_fen - s.taken_fen, h.taken_fen using errcode = 'FW008';
  end if;
  v_lines := array(select a.id from allotments.allotment a where a.division = p_division and a.transfer = p_hand order by a.id);
  -- A line that passed money down cannot have come from what was made of it.
  if s.path && v_lines then
    raise exception 'transfer % was made of the lines that it is joined with', p_superior using errcode = 'FW008';
  end if;
  insert into allotments.joining (division, kind, hand_transfer, superior_transfer, allotments, sent_fen, taken_fen, manner, reason)
    values (p_division, 'transfer', p_hand, p_superior, v_lines, h.sent_fen, h.taken_fen, p_manner, p_reason) returning id into v_id;
  update ledger.transfer set taken_fen = taken_fen + h.taken_fen where division = p_division and id = p_superior;
  update ledger.transfer set sent_fen = 0, taken_fen = 0 where division = p_division and id = p_hand;
  perform allotments.move_lines(p_division, v_lines, p_superior, 0, s.path);
  return v_id;
end $$;
comment on function allotments.join_transfer is 'joins lines received through a transfer opened by hand with the superior''s own transfer: the received amount moves over, the lines and all made of them take its ancestors; raises FW007 busy, FW008 does not fit';

create function allotments.undo_joining(p_division int, p_joining bigint, p_reason text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  j allotments.joining;
  s ledger.transfer;
  v_taken bigint;
begin
  perform ledger.in_scope(p_division);
  perform allotments.lineage_alone();
  select * into j from allotments.joining where division = p_division and id = p_joining for update;
  if j.id is null or j.undone_at is not null then
    raise exception 'there is no joining % that stands', p_joining using errcode = 'FW008';
  end if;
  update allotments.joining set undone_at = clock_timestamp(), undone_by = platform.actor(), undone_reason = p_reason
    where division = p_division and id = p_joining;
  if j.kind = 'row' then
    update allotments.allotment set external_id = null where division = p_division and id = any (j.allotments) and external_id = j.external_id;
    return;
  end if;
  perform from ledger.transfer t where t.division = p_division and t.id in (j.hand_transfer, j.superior_transfer) order by t.id for no key update of t;
  select * into s from ledger.transfer where division = p_division and id = j.superior_transfer;
  -- Red letters and recalls may have lowered what was received since: the balances say what stands now.
  select coalesce(sum(b.credit_fen - b.debit_fen), 0) into v_taken from ledger.balance b
    where b.division = p_division and b.account = 4001 and b.allotment = any (j.allotments);
  if v_taken <> j.taken_fen then
    raise exception 'what was joined has changed since, from % to % fen', j.taken_fen, v_taken using errcode = 'FW008';
  end if;
  update ledger.transfer set taken_fen = taken_fen - j.taken_fen where division = p_division and id = j.superior_transfer;
  update ledger.transfer set sent_fen = j.sent_fen, taken_fen = j.taken_fen where division = p_division and id = j.hand_transfer;
  perform allotments.move_lines(p_division, j.allotments, j.hand_transfer, cardinality(s.path), '{}');
end $$;
comment on function allotments.undo_joining is 'takes a joining back: the lines return to their hand-opened transfer and lose the superior''s ancestors; raises FW007 busy, FW008 gone or changed since';

create function allotments.join_row(p_division int, p_allotment bigint, p_external_id text, p_reason text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  a allotments.allotment;
  v_id bigint;
begin
  perform ledger.in_scope(p_division);
  update allotments.allotment set external_id = p_external_id
    where division = p_division and id = p_allotment and form = 'receive' and external_id is null returning * into a;
  if a.id is null then
    raise exception 'allotment % was not received by hand', p_allotment using errcode = 'FW008';
  end if;
  insert into allotments.joining (division, kind, hand_transfer, allotments, sent_fen, taken_fen, external_id, manner, reason)
    values (p_division, 'row', a.transfer, array[p_allotment], a.amount_fen, a.amount_fen, p_external_id, 'automatic', p_reason) returning id into v_id;
  return v_id;
end $$;
comment on function allotments.join_row is 'gives a line that was received by hand the key of the row that arrived later in a file; raises FW008 where the line has one';

revoke execute on function allotments.lineage_alone, allotments.move_lines, allotments.join_transfer, allotments.undo_joining, allotments.join_row from public;
grant execute on function allotments.join_transfer, allotments.undo_joining, allotments.join_row to fundwatch_app;
