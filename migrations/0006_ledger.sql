-- The ledger: one double-entry book of budget authority, in which the levels of government interlock (咬合).
-- Only ledger.post_days (and ledger.post, which calls it), ledger.open_transfers and ledger.seal write here; the app's role can insert, change or remove nothing.
--
-- Keys begin with the division; other indexes begin with their most selective column. Without statistics PostgreSQL takes any index
-- that begins with the division for as good as the key, and keeps that plan for its foreign-key checks (docs/decisions/0010).
-- Entries and batches name accounts, forms and books without foreign keys: every posting would share-lock the same few rows; ledger.post
-- holds them to the orders in force instead.

create schema ledger;

create table ledger.chart (
  id         smallint primary key,
  name       text     not null,
  first_year smallint not null,
  last_year  smallint,
  issued_by  int      references divisions.division
);
comment on table ledger.chart is 'reference: a chart of accounts in force for some years; null issuer is the ministry';

create table ledger.account (
  code       int      primary key,
  chart      smallint not null references ledger.chart,
  shown_code text     not null,
  name       text     not null,
  english    text     not null,
  side       char(1)  not null check (side in ('D', 'C')),
  constraint shown_once unique (chart, shown_code)
);
comment on table ledger.account is 'reference: an account; side says where its balance stands, D 借方 or C 贷方; code carries no year';

create table ledger.form (
  code      text primary key,
  name      text not null,
  english   text not null,
  interlock text not null check (interlock in ('none', 'sends', 'takes', 'calls-back', 'gives-back'))
);
comment on table ledger.form is 'reference: a business form (业务单); registering one makes the system run its transaction order by itself';

create table ledger.order_line (
  form       text     not null references ledger.form,
  first_year smallint not null,
  step       smallint not null,
  last_year  smallint,
  debit      int      not null references ledger.account,
  credit     int      not null references ledger.account,
  primary key (form, first_year, step)
);
comment on table ledger.order_line is 'reference: a line of a transaction order (交易令), versioned by fiscal year, issued at the top and locked below';

create table ledger.book (
  division       int      not null references divisions.division,
  fiscal_year    smallint not null,
  uses_plans     boolean  not null default false,
  locked_through date,
  closed_on      date,
  primary key (division, fiscal_year)
);
comment on table ledger.book is 'the year''s book of a division: whether it keeps payment plans, through which day it is locked, when it was closed';

create sequence ledger.document_id;
create table ledger.document (
  division    int      not null,
  id          bigint   not null default nextval('ledger.document_id'),
  number      text     not null,
  number_form text     not null check (number_form in ('valid', 'repaired', 'invalid')),
  number_read text,
  title       text     not null,
  dated       date     not null,
  issuer      text,
  scan        uuid,
  import      bigint,
  recorded_at timestamptz not null default clock_timestamp(),
  actor       bigint   not null default platform.actor(),
  primary key (division, id)
);
comment on table ledger.document is 'the official document behind postings; number_read is what was typed where the number was repaired';
create index document_number on ledger.document (number, division);

create sequence ledger.transfer_id;
create table ledger.transfer (
  division          int      not null,
  id                bigint   not null default nextval('ledger.transfer_id'),
  sender            int,
  sender_allotment  bigint,
  sender_name       text,
  across            boolean  not null default false,
  fiscal_year       smallint not null,
  document_number   text     not null,
  document_title    text     not null,
  document_dated    date     not null,
  fund              int      not null references funds.fund,
  source_level      text     not null check (source_level in ('central', 'province', 'city', 'county', 'township')),
  direct            boolean  not null default false,
  function_subject  text,
  fund_nature       text,
  note              text,
  external_id       text,
  path              bigint[] not null,
  stated_fen        bigint   not null default 0,
  sent_fen          bigint   not null default 0,
  taken_fen         bigint   not null default 0,
  recorded_at       timestamptz not null default clock_timestamp(),
  primary key (division, id),
  constraint transfer_taken_within_sent check (0 <= taken_fen and taken_fen <= sent_fen),
  constraint transfer_sender_whole check ((sender is null) = (sender_allotment is null)),
  constraint transfer_sender_here_or_outside check (sender is null or (sender_name is null and stated_fen = 0))
);
comment on table ledger.transfer is 'what a superior sent, or another region (across), one row in the receiver''s division, so that receiving is local; a sender outside this installation is null; amounts in fen';
comment on column ledger.transfer.across is 'false: passed down by a superior (500202); true: sent by another region (500203)';
comment on column ledger.transfer.sender_name is 'who sent it, where that is a region outside this installation';
comment on column ledger.transfer.stated_fen is 'what the document of a sender outside this installation stated; what it called back since is in ledger.sent_lowered';
create index transfer_from on ledger.transfer (sender_allotment);
create index transfer_document on ledger.transfer (document_number, division, fiscal_year);

create sequence ledger.batch_id;
create table ledger.batch (
  division       int         not null,
  id             bigint      not null,
  form           text        not null,
  fiscal_year    smallint    not null,
  effective_on   date        not null,
  document       bigint,
  request_key    text,
  other_division int,
  other_batch    bigint,
  entries        int         not null,
  actor          bigint      not null,
  recorded_at    timestamptz not null,
  digest         bytea       not null,
  primary key (division, id),
  constraint request_once unique (request_key, division),
  foreign key (division, document) references ledger.document
);
comment on table ledger.batch is 'one posting: all entries of one form, at once or not at all; digest is SM3 over the header and every entry';
create index batch_document on ledger.batch (document);

create table ledger.entry (
  division         int    not null,
  batch            bigint not null,
  line             int    not null,
  debit_allotment  bigint not null,
  debit            int    not null,
  credit_allotment bigint not null,
  credit           int    not null,
  amount_fen       bigint not null,
  corrects_batch   bigint,
  corrects_line    int,
  payment          bigint,
  primary key (division, batch, line),
  foreign key (division, corrects_batch, corrects_line) references ledger.entry,
  constraint red_letter_names_its_original check (amount_fen <> 0 and (amount_fen < 0) = (corrects_batch is not null) and (corrects_batch is null) = (corrects_line is null)),
  constraint two_sides_differ check ((debit_allotment, debit) <> (credit_allotment, credit))
);
comment on table ledger.entry is 'one line of double entry: an allotment and an account on each side, one amount in fen; negative only as a red-letter correction';
create index entry_debit on ledger.entry (debit_allotment);
create index entry_credit on ledger.entry (credit_allotment);
create index entry_payment on ledger.entry (payment) where payment is not null;
comment on column ledger.entry.payment is 'the payment line of the treasury (payments.payment) that the entry posts; a payment over several lines has an entry for each';

create table ledger.corrected (
  division      int    not null,
  batch         bigint not null,
  line          int    not null,
  limit_fen     bigint not null,
  corrected_fen bigint not null default 0,
  primary key (division, batch, line),
  foreign key (division, batch, line) references ledger.entry,
  constraint corrections_within_original check (corrected_fen between 0 and limit_fen)
);
comment on table ledger.corrected is 'how much of an entry has been corrected; two corrections may not exceed it together';

create table ledger.balance (
  division   int     not null,
  allotment  bigint  not null,
  account    int     not null,
  side       char(1) not null,
  debit_fen  bigint  not null default 0,
  credit_fen bigint  not null default 0,
  primary key (division, allotment, account),
  constraint balance_never_below_zero check (case side when 'D' then debit_fen - credit_fen else credit_fen - debit_fen end >= 0)
) with (fillfactor = 80);
comment on table ledger.balance is 'turnover of an account of an allotment, in fen; the guard that no interleaving can over-allocate';

create table ledger.unsealed (
  division int    not null,
  batch    bigint not null,
  primary key (division, batch)
);
comment on table ledger.unsealed is 'batches that are posted and wait for the sealer';

create table ledger.seal (
  division  int         not null,
  no        bigint      not null,
  previous  bytea       not null,
  digest    bytea       not null,
  sealed_at timestamptz not null,
  primary key (division, no)
);
comment on table ledger.seal is 'a link of the chain: SM3 over the previous seal and the digests of its batches; sealed_at is when we knew';

create table ledger.seal_batch (
  division int    not null,
  no       bigint not null,
  position int    not null,
  batch    bigint not null,
  primary key (division, no, position),
  constraint sealed_once unique (batch, division),
  foreign key (division, no) references ledger.seal,
  foreign key (division, batch) references ledger.batch
);
comment on table ledger.seal_batch is 'which batches a seal covers, in order';

-- The chart of the ministry's platform [seed 4], with 5102 and 5901 of ours (DOMAIN §1).
insert into ledger.chart values (1, '扶贫资金总台账科目', 2015, null, null);
insert into ledger.account (code, chart, shown_code, name, english, side) values
  (1001,   1, '1001',   '总指标',             'total authority',        'D'),
  (4001,   1, '4001',   '本年安排收入',       'revenue of the year',    'C'),
  (5001,   1, '5001',   '待分配指标',         'authority to refine',    'D'),
  (500201, 1, '500201', '本级支出指标',       'own spending',           'D'),
  (500202, 1, '500202', '对下级转移支付指标', 'passed down',            'D'),
  (500203, 1, '500203', '地区间横向转移支付指标', 'horizontal transfer', 'D'),
  (5101,   1, '5101',   '集中支付计划',       'payment plan',           'D'),
  (5102,   1, '5102',   '支付在途',           'payment in transit',     'D'),
  (5201,   1, '5201',   '本级实际支付',       'paid',                   'D'),
  (5901,   1, '5901',   '结转下年',           'carried to next year',   'D');

insert into ledger.form (code, name, english, interlock) values
  ('register',  '登记本级预算', 'register own budget',  'none'),
  ('receive',   '接收上级转移支付', 'receive superior transfer', 'takes'),
  ('assign',    '分配',         'assign',               'none'),
  ('refine',    '细化',         'refine',               'none'),
  ('pass-down', '下达下级',     'pass down',            'sends'),
  ('plan',      '用款计划',     'payment plan',         'none'),
  ('pay',       '支付',         'payment',              'none'),
  ('refund',    '退款',         'refund',               'none'),
  ('correct',   '红字更正',     'red-letter correction', 'none');

insert into ledger.order_line (form, first_year, step, last_year, debit, credit) values
  ('register',  2015, 1, null, 1001,   4001),
  ('receive',   2015, 1, null, 1001,   4001),
  ('assign',    2015, 1, null, 5001,   1001),
  ('refine',    2015, 1, null, 500201, 5001),
  ('pass-down', 2015, 1, null, 500202, 5001),
  ('plan',      2015, 1, null, 5101,   500201),
  ('pay',       2015, 1, null, 5201,   5101),
  ('pay',       2015, 2, null, 5201,   500201),
  ('pay',       2015, 3, null, 5201,   5102),
  ('refund',    2015, 1, null, 5101,   5201),
  ('refund',    2015, 2, null, 500201, 5201);

-- The first line of the text that a batch's digest is taken over; `verify` builds the same text from the tables by itself.
create function ledger.batch_head(b ledger.batch) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select concat_ws('|', 'batch', b.division, b.id, b.form, b.fiscal_year, b.effective_on, coalesce(b.document::text, '-'),
    coalesce(b.request_key, '-'), coalesce(b.other_division::text, '-'), coalesce(b.other_batch::text, '-'), b.entries, b.actor,
    (extract(epoch from b.recorded_at) * 1000000)::bigint)
$$;

create function ledger.in_scope(p_division int) returns void language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from divisions.scope_division where scope = platform.scope() and division = p_division) then
    raise exception 'division % is outside the scope of this transaction', p_division using errcode = 'insufficient_privilege';
  end if;
end $$;

-- Posts one form on several days, a batch for each. Days and lines are parallel arrays, `p_day` says to which day a line belongs, from 1;
-- transfers moved by the form (sent below, or taken from above; negative where it comes back) are named beside them. Each balance is
-- changed once, by the sum of all days. Two batches that name each other have their numbers drawn before (p_batch). Returns the batches
-- in the order of the days; a request key that was there returns the batch of its first time and posts nothing.
create function ledger.post_days(
  p_division int, p_form text, p_year int, p_effective date[], p_document bigint, p_request_key text[], p_day int[],
  p_debit_allotment bigint[], p_debit int[], p_credit_allotment bigint[], p_credit int[], p_amount bigint[],
  p_transfer_division int[] default '{}', p_transfer bigint[] default '{}', p_transfer_fen bigint[] default '{}',
  p_corrects_batch bigint[] default null, p_corrects_line int[] default null,
  p_other_division int default null, p_other_batch bigint default null, p_payment bigint[] default null, p_batch bigint[] default null
) returns bigint[] language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_days int := coalesce(cardinality(p_effective), 0);
  v_lines int := coalesce(cardinality(p_amount), 0);
  v_batches bigint[];
  v_ids bigint[];
  v_new bigint[];
  v_is_new boolean[];
  v_first date;
  v_locked date;
  v_closed date;
  v_interlock text;
  v_moved numeric;
  v_bad record;
  v_allotments bigint[];
  v_accounts int[];
  v_debits bigint[];
  v_credits bigint[];
begin
  perform ledger.in_scope(p_division);
  if v_lines = 0 or (select count(distinct d) from unnest(p_day) d) <> v_days then
    raise exception 'a form needs at least one line' using errcode = 'invalid_parameter_value';
  elsif cardinality(p_request_key) is distinct from v_days or cardinality(p_day) is distinct from v_lines
      or exists (select from unnest(p_day) d where d is null or d not between 1 and v_days) then
    raise exception 'days, keys and lines of a form do not go together' using errcode = 'invalid_parameter_value';
  end if;

  v_batches := array(select (select b.id from ledger.batch b where b.division = p_division and b.request_key = d.key)
    from unnest(p_request_key) with ordinality as d(key, n) order by n);
  if array_position(v_batches, null) is null then return v_batches; end if;

  insert into ledger.book (division, fiscal_year) values (p_division, p_year) on conflict do nothing;
  select locked_through, closed_on into v_locked, v_closed from ledger.book where division = p_division and fiscal_year = p_year;
  select min(effective) into v_first from unnest(p_effective, v_batches) as d(effective, batch) where batch is null;
  if v_closed is not null then
    raise exception 'the book of % is closed since %', p_year, v_closed using errcode = 'FW001';
  elsif v_locked >= v_first then
    raise exception 'the book of % is locked through %', p_year, v_locked using errcode = 'FW001';
  end if;

  select interlock into v_interlock from ledger.form where code = p_form;
  if not found then raise exception 'there is no form %', p_form using errcode = 'invalid_parameter_value'; end if;
  -- The sums below are taken over all days at once: for what interlocks or corrects, one form's batch must stand for itself.
  if v_days > 1 and (v_interlock <> 'none' or p_form = 'correct' or cardinality(p_transfer) > 0) then
    raise exception 'form % is posted one day at a time', p_form using errcode = 'invalid_parameter_value';
  end if;

  v_ids := array(select coalesce(batch, p_batch[n], nextval('ledger.batch_id')) from unnest(v_batches) with ordinality as d(batch, n) order by n);
  -- A concurrent twin with the same key waits here, then finds the first one's batch; in the order of keys, so that twins never deadlock.
  with counted as materialized (
    select day, count(*) as lines from unnest(p_day) day group by day
  ), made as (
    insert into ledger.batch
    select p_division, d.id, p_form, p_year, d.effective, p_document, d.key, p_other_division, p_other_batch, c.lines,
      platform.actor(), clock_timestamp(), ''::bytea
    from unnest(p_effective, p_request_key, v_batches, v_ids) with ordinality as d(effective, key, batch, id, n)
      join counted c on c.day = d.n
    where d.batch is null order by d.key, d.id
    on conflict on constraint request_once do nothing
    returning id
  )
  select array_agg(id) into v_new from made;
  v_is_new := array(select coalesce(id = any (v_new), false) from unnest(v_ids) with ordinality as d(id, n) order by n);
  v_batches := array(select case when v_is_new[n] then v_ids[n]
      else (select b.id from ledger.batch b where b.division = p_division and b.request_key = d.key) end
    from unnest(p_request_key) with ordinality as d(key, n) order by n);
  if v_new is null then return v_batches; end if;

  insert into ledger.entry (division, batch, line, debit_allotment, debit, credit_allotment, credit, amount_fen, corrects_batch, corrects_line, payment)
  select p_division, v_ids[day], row_number() over (partition by day order by n), da, d, ca, c, amount, cb, cl, pm
  from unnest(p_day, p_debit_allotment, p_debit, p_credit_allotment, p_credit, p_amount,
    coalesce(p_corrects_batch, array_fill(null::bigint, array[v_lines])), coalesce(p_corrects_line, array_fill(null::int, array[v_lines])),
    coalesce(p_payment, array_fill(null::bigint, array[v_lines])))
    with ordinality as l(day, da, d, ca, c, amount, cb, cl, pm, n)
  where day is null or v_is_new[day];

  if p_form = 'correct' then
    -- A red letter repeats its original's two sides; the tally keeps several from exceeding it together.
    select e.line into v_bad from ledger.entry e left join ledger.entry o
        on o.division = e.division and o.batch = e.corrects_batch and o.line = e.corrects_line
        and (o.debit_allotment, o.debit, o.credit_allotment, o.credit) = (e.debit_allotment, e.debit, e.credit_allotment, e.credit)
      where e.division = p_division and e.batch = any (v_new) and (o.batch is null or o.amount_fen < 0) limit 1;
    if found then raise exception 'line % of the correction does not repeat its original', v_bad.line using errcode = 'FW002'; end if;
    insert into ledger.corrected (division, batch, line, limit_fen)
      select distinct p_division, o.batch, o.line, o.amount_fen from ledger.entry e
        join ledger.entry o on o.division = e.division and o.batch = e.corrects_batch and o.line = e.corrects_line
      where e.division = p_division and e.batch = any (v_new) order by 2, 3
      on conflict do nothing;
    update ledger.corrected t set corrected_fen = corrected_fen + s.amount
      from (select corrects_batch, corrects_line, -sum(amount_fen)::bigint as amount from ledger.entry
            where division = p_division and batch = any (v_new) group by 1, 2) s
      where t.division = p_division and t.batch = s.corrects_batch and t.line = s.corrects_line;
  else
    select l.n as line, l.d as debit, l.c as credit into v_bad from (select min(n) as n, d, c from unnest(p_debit, p_credit) with ordinality as l(d, c, n) group by d, c) l
      where not exists (
        select from ledger.order_line o where o.form = p_form and o.debit = l.d and o.credit = l.c
          and p_year >= o.first_year and p_year <= coalesce(o.last_year, 9999)) limit 1;
    if found then
      raise exception 'line %: no order of form % in % debits % and credits %', v_bad.line, p_form, p_year, v_bad.debit, v_bad.credit using errcode = 'FW002';
    end if;
  end if;

  -- Only own budget is cut. What came from above is the superior's to recall, which lowers both sides; cut here alone, it would be
  -- gone while the superior's line still counted it as taken.
  if p_form = 'cut' then
    select e.line, e.debit_allotment into v_bad from ledger.entry e
      join allotments.allotment a on a.division = e.division and a.id = e.debit_allotment
      where e.division = p_division and e.batch = any (v_new) and e.debit = 4001 and (a.transfer is not null or a.source is not null) limit 1;
    if found then
      raise exception 'line %: allotment % is not own budget and cannot be cut', v_bad.line, v_bad.debit_allotment using errcode = 'FW002';
    end if;
  end if;

  -- What goes down, comes in or comes back by transfers equals what the entries say, to the fen; the rows are locked in key order.
  -- The two accounts of an entry say which way it goes, so that a red letter needs no words of its own. What is sent across to a
  -- region outside this installation has no transfer here.
  if v_interlock = 'none' and p_form <> 'correct' then
    select coalesce(sum(amount_fen) filter (where e.debit in (500202, 500203) or e.credit in (500202, 500203)), 0)
      into v_moved from ledger.entry e where e.division = p_division and e.batch = any (v_new);
  else
    select coalesce(sum(case
        when e.debit = 500202 or (e.debit = 500203 and a.to_outside is null) then e.amount_fen
        when e.debit = 5001 and e.credit = 500202 then -e.amount_fen
        when e.debit = 1001 and e.credit = 4001 and (v_interlock = 'takes' or a.transfer is not null) then e.amount_fen
        when e.debit = 4001 and e.credit = 1001 and (v_interlock = 'gives-back' or a.transfer is not null) then -e.amount_fen
        else 0 end), 0)
      into v_moved from ledger.entry e
      left join allotments.allotment a on a.division = e.division and a.id = e.debit_allotment
      where e.division = p_division and e.batch = any (v_new);
  end if;
  if v_moved <> coalesce((select sum(x) from unnest(p_transfer_fen) x), 0) then
    raise exception 'the transfers move % fen, the entries %', (select sum(x) from unnest(p_transfer_fen) x), v_moved using errcode = 'FW003';
  end if;
  if cardinality(p_transfer) > 0 then
    -- Not FOR UPDATE: a received line already holds a key share of its transfer, and two receivers would wait for each other.
    perform from ledger.transfer t join unnest(p_transfer_division, p_transfer) as m(d, i) on t.division = m.d and t.id = m.i
      order by t.division, t.id for no key update of t;
    update ledger.transfer t
      set sent_fen = sent_fen + case when t.division <> p_division then m.amount else 0 end,
          taken_fen = taken_fen + case when t.division = p_division then m.amount else 0 end
      from (select d, i, sum(a)::bigint as amount from unnest(p_transfer_division, p_transfer, p_transfer_fen) as x(d, i, a) group by 1, 2) m
      where t.division = m.d and t.id = m.i and (t.division = p_division or t.sender = p_division);
    if (select count(*) from (select distinct d, i from unnest(p_transfer_division, p_transfer) as x(d, i)) k)
       <> (select count(*) from ledger.transfer t join (select distinct d, i from unnest(p_transfer_division, p_transfer) as x(d, i)) k
             on t.division = k.d and t.id = k.i where t.division = p_division or t.sender = p_division) then
      raise exception 'a transfer named by the form is not of this division' using errcode = 'FW003';
    end if;
  end if;
  if v_interlock <> 'none' or p_form = 'correct' then
    -- The sum alone would let two lines of a form change places: each transfer moves by what the entries of its own line say.
    select coalesce(s.division, m.division) as division, coalesce(s.id, m.id) as id, coalesce(s.fen, 0) as said, coalesce(m.fen, 0) as moved into v_bad
      from (select division, id, sum(fen) as fen from (
              select e.division, a.transfer as id, case e.debit when 1001 then e.amount_fen else -e.amount_fen end as fen from ledger.entry e
                join allotments.allotment a on a.division = e.division and a.id = e.debit_allotment
                where e.division = p_division and e.batch = any (v_new) and a.transfer is not null and (e.debit, e.credit) in ((1001, 4001), (4001, 1001))
              union all
              select t.division, t.id, e.amount_fen from ledger.entry e
                join ledger.transfer t on t.sender = e.division and t.sender_allotment = e.debit_allotment and t.across = (e.debit = 500203)
                where e.division = p_division and e.batch = any (v_new) and e.debit in (500202, 500203)
              union all
              select t.division, t.id, -e.amount_fen from ledger.entry e
                join ledger.transfer t on t.sender = e.division and t.sender_allotment = e.credit_allotment and not t.across
                where e.division = p_division and e.batch = any (v_new) and e.debit = 5001 and e.credit = 500202) x group by 1, 2) s
      full join (select d as division, i as id, sum(a) as fen from unnest(p_transfer_division, p_transfer, p_transfer_fen) as x(d, i, a) group by 1, 2) m
        on m.division = s.division and m.id = s.id
      where coalesce(s.fen, 0) <> coalesce(m.fen, 0) limit 1;
    if found then
      raise exception 'transfer % of division % is moved by % fen, its entries say %', v_bad.id, v_bad.division, v_bad.moved, v_bad.said using errcode = 'FW003';
    end if;
  end if;
  if v_interlock = 'takes' then
    select t.id into v_bad from ledger.transfer t where t.division = p_division and t.id = any (p_transfer) and t.across <> (p_form = 'receive-across') limit 1;
    if found then raise exception 'transfer % did not come by the way that form % receives', v_bad.id, p_form using errcode = 'FW003'; end if;
  elsif v_interlock = 'gives-back' then
    -- Both sides or neither: what a superior of this installation takes back goes by a pair of batches, and this is its first.
    select t.id into v_bad from ledger.transfer t where t.division = p_division and t.id = any (p_transfer)
      and (t.across or (t.sender is not null and (p_other_batch is null or p_other_division is distinct from t.sender))) limit 1;
    if found then raise exception 'transfer % goes back without its sender''s side', v_bad.id using errcode = 'FW003'; end if;
  elsif v_interlock = 'calls-back' and p_other_batch is not null then
    if not exists (select from ledger.batch b where b.division = p_other_division and b.id = p_other_batch
        and b.other_division = p_division and b.other_batch = v_new[1]) then
      raise exception 'batch % of division % does not name this one', p_other_batch, p_other_division using errcode = 'FW003';
    end if;
  end if;

  -- Accounts that this form touches first are written with their sums; the others are locked in key order and changed by one
  -- aggregated update (an upsert would trip the guard on every decrease). Both passes go in key order, so that posts never deadlock.
  with moved as materialized (
    select m.allotment, m.account, a.side, sum(m.debit)::bigint as debit, sum(m.credit)::bigint as credit
    from (select debit_allotment as allotment, debit as account, amount_fen as debit, 0 as credit from ledger.entry
            where division = p_division and batch = any (v_new)
          union all select credit_allotment, credit, 0, amount_fen from ledger.entry
            where division = p_division and batch = any (v_new)) m
    join ledger.account a on a.code = m.account
    group by 1, 2, 3
  ), opened as (
    insert into ledger.balance (division, allotment, account, side, debit_fen, credit_fen)
    select p_division, m.allotment, m.account, m.side, m.debit, m.credit from moved m
    where not exists (select from ledger.balance b where b.division = p_division and b.allotment = m.allotment and b.account = m.account)
    order by m.allotment, m.account
    on conflict do nothing
    returning allotment, account
  )
  select array_agg(m.allotment order by m.allotment, m.account), array_agg(m.account order by m.allotment, m.account),
    array_agg(m.debit order by m.allotment, m.account), array_agg(m.credit order by m.allotment, m.account)
    into v_allotments, v_accounts, v_debits, v_credits
    -- Grouped, not joined: neither side has statistics, and a join of two such sets is planned as a loop in a loop.
    from (select allotment, account, sum(debit)::bigint as debit, sum(credit)::bigint as credit
          from (select allotment, account, debit, credit, false as opened from moved
                union all select allotment, account, 0, 0, true from opened) x
          group by allotment, account having not bool_or(opened)) m;
  if v_allotments is not null then
    perform from ledger.balance b join unnest(v_allotments, v_accounts) as k(allotment, account) on b.allotment = k.allotment and b.account = k.account
      where b.division = p_division order by b.allotment, b.account for no key update of b;
    update ledger.balance b set debit_fen = b.debit_fen + k.debit, credit_fen = b.credit_fen + k.credit
      from unnest(v_allotments, v_accounts, v_debits, v_credits) as k(allotment, account, debit, credit)
      where b.division = p_division and b.allotment = k.allotment and b.account = k.account;
  end if;

  update ledger.batch b
    set digest = public.digest(convert_to(ledger.batch_head(b) || E'\n' || l.lines, 'UTF8'), 'sm3')
    from (select e.batch, string_agg(concat_ws('|', e.line, e.debit_allotment, e.debit, e.credit_allotment, e.credit, e.amount_fen,
            coalesce(e.corrects_batch::text, '-'), coalesce(e.corrects_line::text, '-'), coalesce(e.payment::text, '-')), E'\n' order by e.line) as lines
          from ledger.entry e where e.division = p_division and e.batch = any (v_new) group by e.batch) l
    where b.division = p_division and b.id = l.batch;
  insert into ledger.unsealed select p_division, id from unnest(v_new) id;
  return v_batches;
end $$;
comment on function ledger.post_days is 'the only writer of entries and balances: one form, a batch for each of its days, at once or not at all; raises 23514 balance_never_below_zero, transfer_taken_within_sent, corrections_within_original; FW001 book locked, FW002 no such order, FW003 interlock broken';

-- Posts one form on one day. Returns the batch; the same request key again returns the batch of the first time and posts nothing.
create function ledger.post(
  p_division int, p_form text, p_year int, p_effective date, p_document bigint, p_request_key text,
  p_debit_allotment bigint[], p_debit int[], p_credit_allotment bigint[], p_credit int[], p_amount bigint[],
  p_transfer_division int[] default '{}', p_transfer bigint[] default '{}', p_transfer_fen bigint[] default '{}',
  p_corrects_batch bigint[] default null, p_corrects_line int[] default null,
  p_other_division int default null, p_other_batch bigint default null, p_batch bigint default null
) returns bigint language sql security definer set search_path = pg_catalog, pg_temp as $$
  select (ledger.post_days(p_division, p_form, p_year, array[p_effective], p_document, array[p_request_key],
    array_fill(1, array[coalesce(cardinality(p_amount), 0)]), p_debit_allotment, p_debit, p_credit_allotment, p_credit, p_amount,
    p_transfer_division, p_transfer, p_transfer_fen, p_corrects_batch, p_corrects_line, p_other_division, p_other_batch, p_batch => array[p_batch]))[1]
$$;
comment on function ledger.post is 'ledger.post_days for one day: one form, one batch; raises what that raises';

-- Opens transfers in the receivers' books. From a sender in this installation they start at nothing and ledger.post raises them;
-- from a superior outside it (no sender) they carry the amount that its document states.
create function ledger.open_transfers(
  p_sender int, p_year int, p_number text, p_title text, p_dated date,
  p_receiver int[], p_sender_allotment bigint[], p_fund int[], p_source_level text[], p_direct boolean[],
  p_function_subject text[], p_fund_nature text[], p_note text[], p_external_id text[], p_path text[], p_sent bigint[],
  p_across boolean default false, p_sender_name text default null
) returns setof bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare v_receiver int;
begin
  if p_sender is not null then
    perform ledger.in_scope(p_sender);
  else
    foreach v_receiver in array p_receiver loop perform ledger.in_scope(v_receiver); end loop;
  end if;
  return query insert into ledger.transfer (division, sender, sender_allotment, sender_name, across, fiscal_year, document_number, document_title, document_dated,
      fund, source_level, direct, function_subject, fund_nature, note, external_id, path, stated_fen, sent_fen)
    select r, p_sender, sa, p_sender_name, p_across, p_year, p_number, p_title, p_dated, f, sl, dr, fs, fn, nt, ex, coalesce(pa::bigint[], '{}'),
      case when p_sender is null then st else 0 end, case when p_sender is null then st else 0 end
    from unnest(p_receiver, p_sender_allotment, p_fund, p_source_level, p_direct, p_function_subject, p_fund_nature, p_note, p_external_id, p_path, p_sent)
      with ordinality as l(r, sa, f, sl, dr, fs, fn, nt, ex, pa, st, n) order by n
    returning id;
end $$;
comment on function ledger.open_transfers is 'the only maker of transfers; from a sender in this installation they start at nothing, and ledger.post raises them';

-- Chains what has been posted and committed. Returns how many batches the new seal covers (0: nothing to seal).
create function ledger.seal(p_division int) returns int language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_no bigint;
  v_previous bytea;
  v_batches bigint[];
  v_digest bytea;
begin
  perform pg_advisory_xact_lock(1936024940, p_division);
  select array_agg(batch order by batch) into v_batches from ledger.unsealed where division = p_division;
  if v_batches is null then return 0; end if;
  select no, digest into v_no, v_previous from ledger.seal where division = p_division order by no desc limit 1;
  v_no := coalesce(v_no, 0) + 1;
  v_previous := coalesce(v_previous, public.digest(convert_to('fundwatch chain of division ' || p_division, 'UTF8'), 'sm3'));
  select public.digest(v_previous || string_agg(b.digest, ''::bytea order by b.id), 'sm3') into v_digest
    from ledger.batch b where b.division = p_division and b.id = any (v_batches);
  insert into ledger.seal values (p_division, v_no, v_previous, v_digest, clock_timestamp());
  insert into ledger.seal_batch select p_division, v_no, n, b from unnest(v_batches) with ordinality as u(b, n);
  delete from ledger.unsealed where division = p_division and batch = any (v_batches);
  return cardinality(v_batches);
end $$;
comment on function ledger.seal is 'chains the committed batches of a division that wait for their seal; returns how many';

create view ledger.published_balance with (security_invoker) as
  select b.division, b.allotment, b.account, b.debit_fen, b.credit_fen,
    case b.side when 'D' then b.debit_fen - b.credit_fen else b.credit_fen - b.debit_fen end as balance_fen
  from ledger.balance b;
create view ledger.published_book with (security_invoker) as
  select division, fiscal_year, uses_plans, locked_through, closed_on from ledger.book;
create view ledger.published_document with (security_invoker) as
  select division, id, number, number_form, number_read, title, dated, issuer, scan, recorded_at from ledger.document;
create view ledger.published_transfer with (security_invoker) as
  select t.*, t.sent_fen - t.taken_fen as in_transit_fen from ledger.transfer t;
create view ledger.published_entry with (security_invoker) as
  select e.division, e.batch, e.line, b.form, b.fiscal_year, b.effective_on, b.document, e.debit_allotment, e.debit, e.credit_allotment, e.credit,
    e.amount_fen, e.corrects_batch, e.corrects_line, b.recorded_at, b.actor, e.payment
  from ledger.entry e join ledger.batch b on b.division = e.division and b.id = e.batch;
