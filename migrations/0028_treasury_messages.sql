-- All messages of the treasury: refunds tied to their payments, adjustments, quotas, clearing receipts, control totals, and the people paid.

-- Refunds and adjustments ----------------------------------------------------------------------------------------------------------------

alter table payments.payment drop constraint payment_match_check,
  add constraint payment_match_check check (match in ('by-id', 'by-elements', 'by-original', 'ambiguous', 'none'));
alter table payments.unposted drop constraint unposted_reason_check,
  add constraint unposted_reason_check check (reason in ('no-allotment', 'ambiguous', 'beyond-available', 'not-paid', 'book-locked', 'book-provisional', 'refund-exceeds'));
-- What comes back is few among what goes out; to find it, nobody walks through the payments.
create index payment_refund on payments.payment (division, fiscal_year, id) where amount_fen < 0;

create unlogged table payments.staged_original (
  import       bigint not null,
  row_no       int    not null,
  division     int    not null,
  fiscal_year  smallint not null,
  voucher_type smallint not null,
  voucher_no   text   not null,
  line_no      int    not null,
  original_type smallint,
  original_no  text   not null,
  original_on  date,
  vouched_on   date   not null,
  primary key (import, row_no, line_no)
);
comment on table payments.staged_original is 'staging: which payment a refund of an import says that it takes back';

create table payments.stated_original (
  division      int    not null,
  payment       bigint not null,
  original_type smallint,
  original_no   text   not null,
  original_on   date,
  primary key (division, payment),
  foreign key (division, payment) references payments.payment
);
comment on table payments.stated_original is 'the payment that a refund message names as the one it takes back, as it states it';

create sequence payments.message_id;
create table payments.message (
  division     int         not null,
  id           bigint      not null default nextval('payments.message_id'),
  fiscal_year  smallint    not null,
  voucher_type smallint    not null,
  voucher_no   text        not null,
  vouched_on   date        not null,
  row_digest   bytea       not null,
  import       bigint      not null,
  recorded_at  timestamptz not null default clock_timestamp(),
  primary key (division, id),
  constraint message_once unique (voucher_no, division, fiscal_year, voucher_type)
);
comment on table payments.message is 'a treasury message that pays nothing by itself: quota notice, clearing receipt, adjustment, control totals; the same again is known by row_digest';

create table payments.adjustment (
  division         int      not null,
  message          bigint   not null,
  fiscal_year      smallint not null,
  original_type    smallint,
  original_no      text     not null,
  adjusted_on      date     not null,
  amount_fen       bigint   not null check (amount_fen > 0),
  agency_code      text,
  project_code     text,
  function_subject text,
  allotment_ref    text,
  document_number  text,
  reason           text,
  primary key (division, message),
  foreign key (division, message) references payments.message
);
comment on table payments.adjustment is 'an adjustment of a payment that was made (5253, 5351): to which agency, subject, project or line an amount of it belongs; the payment itself stays as it was';

create table payments.adjustment_waiting (
  division int    not null,
  message  bigint not null,
  reason   text   not null check (reason in ('new', 'no-original', 'original-unposted', 'exceeds-original', 'no-allotment', 'beyond-available', 'book-locked')),
  primary key (division, message),
  foreign key (division, message) references payments.adjustment
);
comment on table payments.adjustment_waiting is 'adjustments that are not posted yet, and why; a row goes when it is posted';

create sequence payments.tie_id;
create table payments.tie (
  division    int         not null,
  id          bigint      not null default nextval('payments.tie_id'),
  kind        text        not null check (kind in ('refund', 'adjustment', 'reissue')),
  payment     bigint,
  message     bigint,
  original    bigint      not null,
  found       text        not null check (found in ('stated', 'same-number', 'alike', 'by-hand')),
  proposed    boolean     not null default false,
  exceeds     boolean     not null default false,
  debit_allotment bigint,
  actor       bigint      not null default platform.actor(),
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, id),
  foreign key (division, payment) references payments.payment,
  foreign key (division, message) references payments.adjustment,
  foreign key (division, original) references payments.payment,
  constraint tie_names_one check ((payment is null) = (kind = 'adjustment') and (message is null) = (kind <> 'adjustment') and payment is distinct from original)
);
comment on table payments.tie is 'what belongs to an earlier payment: its refunds, its adjustments, and the payment issued again after a refund (original is then the refund); found says how, proposed that a person has yet to agree, exceeds that more would come back than was paid';
comment on column payments.tie.debit_allotment is 'the line to which an adjustment moved the amount';
create unique index tie_refund_once on payments.tie (payment, division, kind) where payment is not null and not proposed;
create unique index tie_adjustment_once on payments.tie (message, division) where message is not null;
create index tie_original on payments.tie (original, division);

insert into ledger.form (code, name, english, interlock) values ('adjust-payment', '支付调整', 'payment adjusted', 'none');
insert into ledger.order_line (form, first_year, step, last_year, debit, credit) values
  ('adjust-payment', 2015, 1, null, 5101,   5201),
  ('adjust-payment', 2015, 2, null, 500201, 5201),
  ('adjust-payment', 2015, 3, null, 5201,   5101),
  ('adjust-payment', 2015, 4, null, 5201,   500201);

-- Quotas, clearing, control totals ---------------------------------------------------------------------------------------------------------

create table payments.quota (
  division         int      not null,
  message          bigint   not null,
  line_no          int      not null,
  fiscal_year      smallint not null,
  voucher_type     smallint not null,
  month            smallint not null check (month between 1 and 12),
  agency_code      text     not null,
  function_subject text     not null,
  project_code     text,
  amount_fen       bigint   not null check (amount_fen <> 0),
  primary key (division, message, line_no),
  foreign key (division, message) references payments.message
);
comment on table payments.quota is 'how much an agency may pay for a subject from a month on, in fen: 5106 for authorised payment (8202), 5108 for direct payment (5201); a negative line takes quota back';
create index quota_year on payments.quota (fiscal_year, division, agency_code);

create table payments.clearing (
  division     int      not null,
  message      bigint   not null,
  fiscal_year  smallint not null,
  voucher_type smallint not null,
  cleared_on   date     not null,
  bank_code    text,
  bank_name    text,
  amount_fen   bigint   not null,
  primary key (division, message),
  foreign key (division, message) references payments.message
);
comment on table payments.clearing is 'a clearing receipt between agent bank and treasury (2301, 2302), in fen';
create table payments.clearing_voucher (
  division      int    not null,
  message       bigint not null,
  line_no       int    not null,
  original_type smallint,
  original_no   text   not null,
  amount_fen    bigint not null check (amount_fen <> 0),
  primary key (division, message, line_no),
  foreign key (division, message) references payments.clearing
);
comment on table payments.clearing_voucher is 'a payment voucher that a clearing receipt covers, with its amount in fen';
create index clearing_of on payments.clearing_voucher (original_no, division);

create table payments.control_total (
  division         int      not null,
  message          bigint   not null,
  line_no          int      not null,
  fiscal_year      smallint not null,
  voucher_type     smallint not null,
  day              date     not null,
  fund_code        text,
  function_subject text,
  agency_code      text,
  payments         bigint,
  amount_fen       bigint   not null,
  primary key (division, message, line_no),
  foreign key (division, message) references payments.message
);
comment on table payments.control_total is 'what the treasury says it paid on a day, by fund, subject and agency (3503 to 3513), in fen; null where the total is over all of them; payments is how many';
create index control_total_day on payments.control_total (fiscal_year, division, day);

select platform.enclose(fact) from unnest(array['payments.stated_original', 'payments.message', 'payments.adjustment', 'payments.adjustment_waiting', 'payments.tie',
  'payments.quota', 'payments.clearing', 'payments.clearing_voucher', 'payments.control_total']::regclass[]) fact;
grant select, insert, delete on payments.staged_original to fundwatch_app;
grant select, insert on payments.stated_original, payments.message, payments.adjustment, payments.tie, payments.quota, payments.clearing,
  payments.clearing_voucher, payments.control_total to fundwatch_app;
grant select, insert, update, delete on payments.adjustment_waiting to fundwatch_app;
grant usage on sequence payments.message_id, payments.tie_id to fundwatch_app;
grant select on payments.stated_original, payments.message, payments.adjustment, payments.adjustment_waiting, payments.tie, payments.quota, payments.clearing,
  payments.clearing_voucher, payments.control_total to fundwatch_rules;

create view payments.published_tie with (security_invoker) as
  select t.division, t.id, t.kind, t.payment, t.message, t.original, t.found, t.proposed, t.exceeds, p.amount_fen, p.vouched_on, p.voucher_type, p.voucher_no,
    o.amount_fen as original_fen, o.vouched_on as original_on, o.voucher_type as original_type, o.voucher_no as original_no
  from payments.tie t left join payments.payment p on p.division = t.division and p.id = t.payment
  join payments.payment o on o.division = t.division and o.id = t.original;
create view payments.published_quota with (security_invoker) as
  select q.division, q.fiscal_year, q.voucher_type, q.month, q.agency_code, q.function_subject, q.project_code, q.amount_fen, m.voucher_no, m.vouched_on
  from payments.quota q join payments.message m on m.division = q.division and m.id = q.message;
-- By agency and subject: what may be paid until the end of a month, what was, and what is left. 5106 stands against authorised payment
-- (8202), 5108 against direct payment (5201); what came back counts minus, by the payment that it took back.
create view payments.published_quota_balance with (security_invoker) as
  with paid as (
    select p.division, p.fiscal_year, case coalesce(o.voucher_type, p.voucher_type) when 8202 then 5106 when 5201 then 5108 end::smallint as voucher_type, p.agency_code, p.function_subject,
      extract(month from coalesce(c.paid_on, p.paid_on, p.vouched_on))::smallint as month, sum(coalesce(c.paid_fen, p.amount_fen)) as fen
    from payments.payment p
    left join payments.confirmation c on c.division = p.division and c.payment = p.id
    left join payments.tie t on t.payment = p.id and t.division = p.division and t.kind = 'refund' and not t.proposed
    left join payments.payment o on o.division = t.division and o.id = t.original
    where not p.application and exists (select from payments.quota k where k.division = p.division and k.fiscal_year = p.fiscal_year)
    group by 1, 2, 3, 4, 5, 6),
  quota as (
    select division, fiscal_year, voucher_type, agency_code, function_subject, month, sum(amount_fen) as fen from payments.quota group by 1, 2, 3, 4, 5, 6)
  select k.division, k.fiscal_year, k.voucher_type, k.agency_code, k.function_subject, m.month::smallint as month,
    coalesce(sum(q.fen) filter (where q.month <= m.month), 0)::bigint as quota_fen,
    coalesce((select sum(d.fen) from paid d where d.division = k.division and d.fiscal_year = k.fiscal_year and d.voucher_type = k.voucher_type
      and d.agency_code = k.agency_code and d.function_subject = k.function_subject and d.month <= m.month), 0)::bigint as paid_fen
  from (select distinct division, fiscal_year, voucher_type, agency_code, function_subject from quota) k
  cross join generate_series(1, 12) as m(month)
  join quota q on (q.division, q.fiscal_year, q.voucher_type, q.agency_code, q.function_subject) = (k.division, k.fiscal_year, k.voucher_type, k.agency_code, k.function_subject)
  group by k.division, k.fiscal_year, k.voucher_type, k.agency_code, k.function_subject, m.month;
create view payments.published_control_total with (security_invoker) as
  select c.division, c.fiscal_year, c.voucher_type, c.day, c.fund_code, c.function_subject, c.agency_code, c.payments, c.amount_fen, m.voucher_no, m.import
  from payments.control_total c join payments.message m on m.division = c.division and m.id = c.message;
create view payments.published_clearing with (security_invoker) as
  select c.division, c.message, c.fiscal_year, c.voucher_type, c.cleared_on, c.bank_name, v.line_no, v.original_type, v.original_no, v.amount_fen
  from payments.clearing c join payments.clearing_voucher v on v.division = c.division and v.message = c.message;

-- To whom: the person-level table -----------------------------------------------------------------------------------------------------------

create schema beneficiaries;

create table beneficiaries.person (
  division    int      not null,
  id          bigint   generated always as identity,
  key_version smallint,
  digest      bytea,
  ciphertext  bytea,
  masked      text,
  name        text     not null,
  primary key (division, id),
  constraint person_once unique nulls not distinct (digest, name, division, key_version),
  constraint identity_whole check ((digest is null) = (ciphertext is null) and (digest is null) = (key_version is null) and (digest is null) = (masked is null))
);
comment on table beneficiaries.person is 'somebody who was paid: name and identity number, encrypted; digest is keyed (HMAC-SM3), for matching; one number may show several names; without a number only the name is known';
create table beneficiaries.account (
  division    int      not null,
  id          bigint   generated always as identity,
  key_version smallint not null,
  digest      bytea    not null,
  ciphertext  bytea    not null,
  masked      text     not null,
  primary key (division, id),
  constraint account_once unique (digest, key_version, division)
);
comment on table beneficiaries.account is 'an account that people are paid to, encrypted; its digest is that of payments.bank_account for the same number';
create table beneficiaries.phone (
  division    int      not null,
  id          bigint   generated always as identity,
  key_version smallint not null,
  digest      bytea    not null,
  ciphertext  bytea    not null,
  masked      text     not null,
  primary key (division, id),
  constraint phone_once unique (digest, key_version, division)
);
comment on table beneficiaries.phone is 'a telephone number of somebody who was paid, encrypted';
create table beneficiaries.enterprise (
  division int    not null,
  id       bigint generated always as identity,
  code     text,
  name     text   not null,
  primary key (division, id),
  constraint enterprise_once unique nulls not distinct (code, name, division)
);
comment on table beneficiaries.enterprise is 'an enterprise that was paid, by unified social credit code and name';

create sequence beneficiaries.list_id;
create table beneficiaries.list (
  division     int         not null,
  id           bigint      not null default nextval('beneficiaries.list_id'),
  fiscal_year  smallint    not null,
  source       text        not null check (source in ('8207', 'table')),
  list_no      text        not null,
  voucher_type smallint,
  voucher_no   text        not null,
  rows         int         not null,
  sum_fen      bigint      not null,
  row_digest   bytea       not null,
  import       bigint      not null,
  recorded_at  timestamptz not null default clock_timestamp(),
  primary key (division, id),
  constraint list_once unique (list_no, division, fiscal_year, source)
);
comment on table beneficiaries.list is 'a list of who was paid by a voucher: a message 8207, or the rows of one voucher in a table; in fen';
create index list_voucher on beneficiaries.list (voucher_no, division, fiscal_year);
create table beneficiaries.list_payment (
  division  int    not null,
  list      bigint not null,
  payment   bigint not null,
  primary key (division, list),
  foreign key (division, list) references beneficiaries.list,
  foreign key (division, payment) references payments.payment
);
comment on table beneficiaries.list_payment is 'the payment that a list belongs to, once its voucher is there (the first line of it); a list without a row here waits';
create index list_of_payment on beneficiaries.list_payment (payment, division);

create sequence beneficiaries.disbursement_id;
create table beneficiaries.disbursement (
  division     int      not null,
  id           bigint   not null default nextval('beneficiaries.disbursement_id'),
  list         bigint   not null,
  line_no      int      not null,
  detail_id    text,
  tracking_id  text,
  person       bigint,
  enterprise   bigint,
  account      bigint,
  phone        bigint,
  month        smallint check (month between 0 and 12),
  due_fen      bigint   not null,
  amount_fen   bigint   not null check (amount_fen <> 0),
  by_household boolean,
  town_code    text,
  town         text,
  village_code text,
  village      text,
  bank         text,
  remark       text,
  primary key (division, id),
  foreign key (division, list) references beneficiaries.list,
  foreign key (division, person) references beneficiaries.person,
  foreign key (division, enterprise) references beneficiaries.enterprise,
  foreign key (division, account) references beneficiaries.account,
  foreign key (division, phone) references beneficiaries.phone,
  constraint paid_to_somebody check (person is not null or enterprise is not null)
);
comment on table beneficiaries.disbursement is 'what one person or enterprise was paid by a list: due and paid in fen, month (0 is the whole year), by household or by person; negative takes back';
create unique index disbursement_line on beneficiaries.disbursement (list, line_no, division);
create index disbursement_person on beneficiaries.disbursement (person, division);
create index disbursement_enterprise on beneficiaries.disbursement (enterprise, division) where enterprise is not null;
create index disbursement_account on beneficiaries.disbursement (account, division);

create table beneficiaries.bank_result (
  division     int         not null,
  disbursement bigint      not null,
  paid_on      date        not null,
  paid_fen     bigint      not null,
  agent_no     text,
  said         text,
  import       bigint      not null,
  recorded_at  timestamptz not null default clock_timestamp(),
  primary key (division, disbursement),
  foreign key (division, disbursement) references beneficiaries.disbursement
);
comment on table beneficiaries.bank_result is 'what the bank did with a row of a list: when and how much it paid (nothing where it failed), in fen, and what it said; a fact beside the row';

select platform.enclose(fact) from unnest(array['beneficiaries.person', 'beneficiaries.account', 'beneficiaries.phone', 'beneficiaries.enterprise', 'beneficiaries.list',
  'beneficiaries.list_payment', 'beneficiaries.disbursement', 'beneficiaries.bank_result']::regclass[]) fact;
grant usage on schema beneficiaries to fundwatch_app, fundwatch_rules;
grant select, insert on all tables in schema beneficiaries to fundwatch_app;
grant usage on all sequences in schema beneficiaries to fundwatch_app;
grant select on beneficiaries.enterprise, beneficiaries.list, beneficiaries.list_payment, beneficiaries.disbursement, beneficiaries.bank_result to fundwatch_rules;
-- The rules match by digests and show masks; what is encrypted they cannot read.
grant select (division, id, key_version, digest, masked, name) on beneficiaries.person to fundwatch_rules;
grant select (division, id, key_version, digest, masked) on beneficiaries.account, beneficiaries.phone to fundwatch_rules;

create view beneficiaries.published_disbursement with (security_invoker) as
  select d.division, d.id, l.id as list, l.fiscal_year, l.source, l.voucher_type, l.voucher_no, d.line_no, j.payment, p.allotment,
    d.person, s.name as person_name, s.masked as identity, d.enterprise, e.name as enterprise_name, e.code as enterprise_code,
    d.account, a.masked as account_masked, d.month, d.due_fen, d.amount_fen, d.by_household, d.town_code, d.town, d.village_code, d.village, d.remark,
    b.paid_on as bank_paid_on, b.paid_fen as bank_paid_fen, b.said as bank_said
  from beneficiaries.disbursement d
  join beneficiaries.list l on l.division = d.division and l.id = d.list
  left join beneficiaries.list_payment j on j.division = l.division and j.list = l.id
  left join payments.payment p on p.division = j.division and p.id = j.payment
  left join beneficiaries.person s on s.division = d.division and s.id = d.person
  left join beneficiaries.enterprise e on e.division = d.division and e.id = d.enterprise
  left join beneficiaries.account a on a.division = d.division and a.id = d.account
  left join beneficiaries.bank_result b on b.division = d.division and b.disbursement = d.id;
create view beneficiaries.published_list with (security_invoker) as
  select l.division, l.id, l.fiscal_year, l.source, l.list_no, l.voucher_type, l.voucher_no, l.rows, l.sum_fen, l.import, j.payment
  from beneficiaries.list l left join beneficiaries.list_payment j on j.division = l.division and j.list = l.id;
grant select on payments.published_tie, payments.published_quota, payments.published_quota_balance, payments.published_control_total, payments.published_clearing,
  beneficiaries.published_disbursement, beneficiaries.published_list to fundwatch_app, fundwatch_rules;
