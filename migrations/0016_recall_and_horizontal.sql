-- Money that goes back between levels (收回下级, 清算扣回) or sideways (横向转移), and the claim on what was gone when it was called back.

insert into ledger.form (code, name, english, interlock) values
  ('recall',         '收回下级',   'recall',                   'calls-back'),
  ('settle',         '清算扣回',   'settlement deduction',     'calls-back'),
  ('recalled',       '被上级收回', 'recalled by the superior', 'gives-back'),
  ('settled',        '被清算扣回', 'deducted in settlement',   'gives-back'),
  ('send-across',    '横向转出',   'send across',              'sends'),
  ('receive-across', '横向转入',   'receive across',           'takes');

-- What is called back goes the way that it came, step by step in one batch: out of the plan and own spending, back to the line that it was
-- refined from, to the received line, and out of the division's revenue.
insert into ledger.order_line (form, first_year, step, last_year, debit, credit) values
  ('recall',         2015, 1, null, 5001,   500202),
  ('settle',         2015, 1, null, 5001,   500202),
  ('recalled',       2015, 1, null, 500201, 5101),
  ('recalled',       2015, 2, null, 5001,   500201),
  ('recalled',       2015, 3, null, 1001,   5001),
  ('recalled',       2015, 4, null, 4001,   1001),
  ('settled',        2015, 1, null, 500201, 5101),
  ('settled',        2015, 2, null, 5001,   500201),
  ('settled',        2015, 3, null, 1001,   5001),
  ('settled',        2015, 4, null, 4001,   1001),
  ('send-across',    2015, 1, null, 500203, 5001),
  ('receive-across', 2015, 1, null, 1001,   4001);

alter table allotments.allotment add column to_outside text,
  add constraint receiver_here_or_outside check (num_nonnulls(to_division, to_outside) <= 1);
comment on column allotments.allotment.to_outside is 'the region that a line was sent across to, where that is outside this installation';

create sequence ledger.sent_lowered_id;
create table ledger.sent_lowered (
  division     int    not null,
  id           bigint not null default nextval('ledger.sent_lowered_id'),
  transfer     bigint not null,
  document     bigint not null,
  effective_on date   not null,
  amount_fen   bigint not null check (amount_fen <> 0),
  recorded_at  timestamptz not null default clock_timestamp(),
  actor        bigint not null default platform.actor(),
  primary key (division, id),
  foreign key (division, transfer) references ledger.transfer,
  foreign key (division, document) references ledger.document
);
comment on table ledger.sent_lowered is 'what a superior outside this installation called back of what it had sent, in fen, dated; negative where that was an error';
create index sent_lowered_transfer on ledger.sent_lowered (transfer);
select platform.enclose('ledger.sent_lowered');

-- The superior's half of a recall, where the superior is not in this installation: its document lowers what it sent.
create function ledger.lower_sent(p_division int, p_document bigint, p_effective date, p_transfer bigint[], p_fen bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform ledger.in_scope(p_division);
  perform from ledger.transfer t where t.division = p_division and t.id = any (p_transfer) order by t.id for no key update;
  if exists (select from unnest(p_transfer) i where not exists (
      select from ledger.transfer t where t.division = p_division and t.id = i and t.sender is null and not t.across)) then
    raise exception 'a transfer named is not from a superior outside this installation' using errcode = 'FW003';
  end if;
  insert into ledger.sent_lowered (division, transfer, document, effective_on, amount_fen)
    select p_division, i, p_document, p_effective, f from unnest(p_transfer, p_fen) as x(i, f);
  update ledger.transfer t set sent_fen = t.sent_fen - m.fen
    from (select i, sum(f)::bigint as fen from unnest(p_transfer, p_fen) as x(i, f) group by 1) m where t.division = p_division and t.id = m.i;
end $$;
comment on function ledger.lower_sent is 'the only way to lower what a superior outside this installation sent; raises 23514 transfer_taken_within_sent, FW003';

-- A sender sees what it sent, wherever it went: a region that money is sent across to lies outside its scope.
create function ledger.sent_by(p_sender int, p_allotments bigint[])
returns table (division int, id bigint, sender_allotment bigint, sent_fen bigint, taken_fen bigint, across boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform ledger.in_scope(p_sender);
  return query select t.division, t.id, t.sender_allotment, t.sent_fen, t.taken_fen, t.across from ledger.transfer t
    where t.sender = p_sender and t.sender_allotment = any (p_allotments) order by t.division, t.id;
end $$;
comment on function ledger.sent_by is 'the transfers that lines of a division opened, with what was sent and taken';

create function ledger.lock_transfers(p_division int, p_transfer_division int[], p_transfer bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform ledger.in_scope(p_division);
  perform from ledger.transfer t join unnest(p_transfer_division, p_transfer) as m(d, i) on t.division = m.d and t.id = m.i
    where p_division in (t.division, t.sender) order by t.division, t.id for no key update of t;
end $$;
comment on function ledger.lock_transfers is 'locks transfers of which a division is one end, in key order, as ledger.post does, and changes nothing';

create function ledger.lock_balances_across(p_division int[], p_allotment bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare v_division int;
begin
  foreach v_division in array (select coalesce(array_agg(distinct d), '{}') from unnest(p_division) d) loop perform ledger.in_scope(v_division); end loop;
  perform from ledger.balance b join unnest(p_division, p_allotment) as k(d, a) on b.division = k.d and b.allotment = k.a
    order by b.division, b.allotment, b.account for update of b;
end $$;
comment on function ledger.lock_balances_across is 'ledger.lock_balances for the lines of several divisions, in the order of all keys';

create sequence allotments.recall_id;
create table allotments.recall (
  division     int      not null,
  id           bigint   not null default nextval('allotments.recall_id'),
  form         text     not null check (form in ('recall', 'settle', 'recalled', 'settled')),
  fiscal_year  smallint not null,
  document     bigint   not null,
  effective_on date     not null,
  request_key  text,
  asked_fen    bigint   not null check (asked_fen > 0),
  recorded_at  timestamptz not null default clock_timestamp(),
  actor        bigint   not null default platform.actor(),
  primary key (division, id),
  constraint recall_once unique (request_key, division),
  foreign key (division, document) references ledger.document
);
comment on table allotments.recall is 'one act of calling money back, by the division that calls (recall, settle) or, for a superior outside this installation, by the one that gives (recalled, settled); amounts in fen';
create index recall_document on allotments.recall (document);

create table allotments.recall_part (
  division          int    not null,
  recall            bigint not null,
  no                int    not null,
  transfer_division int    not null,
  transfer          bigint not null,
  line              bigint,
  in_transit_fen    bigint not null check (in_transit_fen >= 0),
  taken_fen         bigint not null check (taken_fen >= 0),
  gone_fen          bigint not null check (gone_fen >= 0),
  batch             bigint,
  below_batch       bigint,
  primary key (division, recall, no),
  foreign key (division, recall) references allotments.recall,
  foreign key (division, line) references allotments.allotment,
  constraint recall_part_of_something check (in_transit_fen + taken_fen + gone_fen > 0)
);
comment on table allotments.recall_part is 'what a recall got of one transfer: still in transit, unspent below, and gone; with the batch of each side; line is the line that was passed down';
create index recall_part_transfer on allotments.recall_part (transfer);

create sequence allotments.recoverable_id;
create table allotments.recoverable (
  division          int    not null,
  id                bigint not null default nextval('allotments.recoverable_id'),
  recall            bigint not null,
  no                int    not null,
  transfer_division int    not null,
  transfer          bigint not null,
  amount_fen        bigint not null check (amount_fen > 0),
  primary key (division, id),
  foreign key (division, recall, no) references allotments.recall_part,
  constraint one_claim_a_part unique (recall, no, division)
);
comment on table allotments.recoverable is 'to be recovered (待追回): called back when it was already gone; of a superior outside this installation, to be returned to it; in fen; what came in for it is in allotments.recovered';
create index recoverable_transfer on allotments.recoverable (transfer);

create sequence allotments.recovered_id;
create table allotments.recovered (
  division    int    not null,
  id          bigint not null default nextval('allotments.recovered_id'),
  recoverable bigint not null,
  amount_fen  bigint not null check (amount_fen > 0),
  received_on date   not null,
  document    bigint not null,
  recall      bigint,
  note        text,
  request_key text,
  recorded_at timestamptz not null default clock_timestamp(),
  actor       bigint not null default platform.actor(),
  primary key (division, id),
  constraint recovered_once unique (request_key, division),
  foreign key (division, recoverable) references allotments.recoverable,
  foreign key (division, document) references ledger.document,
  foreign key (division, recall) references allotments.recall
);
comment on table allotments.recovered is 'what came in for a claim, in fen: through a recall of what had come back below (recall), or in another way by its document';
create index recovered_recoverable on allotments.recovered (recoverable);

-- The only writer of what came in: two clerks at once cannot bring in more than the claim.
create function allotments.recover(
  p_division int, p_recoverable bigint, p_fen bigint, p_received date, p_document bigint, p_recall bigint, p_note text, p_request_key text
) returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_amount bigint;
  v_before bigint;
  v_id bigint;
begin
  perform ledger.in_scope(p_division);
  select amount_fen into v_amount from allotments.recoverable where division = p_division and id = p_recoverable for update;
  if not found then raise exception 'there is no claim % in division %', p_recoverable, p_division using errcode = 'FW005'; end if;
  select coalesce(sum(amount_fen), 0) into v_before from allotments.recovered where division = p_division and recoverable = p_recoverable;
  if v_before + p_fen > v_amount then
    raise exception '% fen are open, % would come in', v_amount - v_before, p_fen using errcode = 'FW005';
  end if;
  insert into allotments.recovered (division, recoverable, amount_fen, received_on, document, recall, note, request_key)
    values (p_division, p_recoverable, p_fen, p_received, p_document, p_recall, p_note, p_request_key) returning id into v_id;
  return v_id;
end $$;
comment on function allotments.recover is 'registers what came in for a claim; raises FW005 where it exceeds what is open';

select platform.enclose(fact) from unnest(array['allotments.recall', 'allotments.recall_part', 'allotments.recoverable', 'allotments.recovered']::regclass[]) fact;

create view allotments.published_recoverable with (security_invoker) as
  select r.division, r.id, r.recall, c.form, c.fiscal_year, c.effective_on, d.number as document_number, d.title as document_title,
    r.transfer_division, r.transfer, p.line, t.document_number as transfer_number, t.fund, t.path, r.amount_fen,
    coalesce(v.recovered_fen, 0)::bigint as recovered_fen, (r.amount_fen - coalesce(v.recovered_fen, 0))::bigint as open_fen,
    coalesce(v.by_recall_fen, 0)::bigint as by_recall_fen, v.last_on
  from allotments.recoverable r
  join allotments.recall_part p on p.division = r.division and p.recall = r.recall and p.no = r.no
  join allotments.recall c on c.division = r.division and c.id = r.recall
  join ledger.document d on d.division = c.division and d.id = c.document
  left join ledger.transfer t on t.division = r.transfer_division and t.id = r.transfer
  left join lateral (
    select sum(x.amount_fen) as recovered_fen, sum(x.amount_fen) filter (where x.recall is not null) as by_recall_fen, max(x.received_on) as last_on
    from allotments.recovered x where x.division = r.division and x.recoverable = r.id
  ) v on true;

grant select on ledger.sent_lowered, allotments.recall, allotments.recall_part, allotments.recoverable, allotments.recovered, allotments.published_recoverable
  to fundwatch_app, fundwatch_rules;
grant insert on allotments.recall, allotments.recall_part, allotments.recoverable to fundwatch_app;
grant usage on sequence allotments.recall_id, allotments.recoverable_id, ledger.batch_id to fundwatch_app;
revoke execute on function ledger.lower_sent, ledger.sent_by, ledger.lock_transfers, ledger.lock_balances_across, allotments.recover from public;
grant execute on function ledger.lower_sent, ledger.sent_by, ledger.lock_transfers, ledger.lock_balances_across, allotments.recover to fundwatch_app;
