-- Reconciliation with the treasury down to the voucher; split vouchers in transit; re-issues that a person settles; rates of matching; refused rows.

-- What the treasury says it paid --------------------------------------------------------------------------------------------------------

create table payments.control_scope (
  voucher_type smallint primary key,
  covers       smallint[] not null check (cardinality(covers) > 0)
);
comment on table payments.control_scope is 'reference: the payment vouchers that a kind of control totals covers; a kind that is not listed covers all of them';
grant select on payments.control_scope to fundwatch_app, fundwatch_rules;

create table payments.treasury_voucher (
  division         int      not null,
  message          bigint   not null,
  line_no          int      not null,
  fiscal_year      smallint not null,
  day              date     not null,
  voucher_type     smallint,
  voucher_no       text     not null,
  function_subject text,
  agency_code      text,
  amount_fen       bigint   not null,
  primary key (division, message, line_no),
  foreign key (division, message) references payments.message
);
comment on table payments.treasury_voucher is 'a voucher that the treasury lists in its own table of what it paid on a day, in fen; what came back is negative';
create index treasury_voucher_day on payments.treasury_voucher (day, division, fiscal_year);

select platform.enclose('payments.treasury_voucher');
select platform.narrow('payments.treasury_voucher', 'null::int', 'null::int',
  '(select g.id from divisions.agency g where g.division = treasury_voucher.division and g.code = treasury_voucher.agency_code)');
grant select, insert on payments.treasury_voucher to fundwatch_app;
grant select on payments.treasury_voucher to fundwatch_rules;

-- A split voucher lies on 5102 with each of its parts ---------------------------------------------------------------------------------

alter table payments.in_transit drop constraint in_transit_pkey, add primary key (division, payment, allotment);
comment on table payments.in_transit is 'vouchers on 5102 and the account that they came from, one row for each line of a split one; a row goes when the bank has confirmed';

create or replace view payments.published_payment with (security_invoker) as
  select p.division, p.id, p.fiscal_year, p.voucher_type, p.voucher_no, p.line_no, p.import, p.vouched_on, coalesce(c.paid_on, p.paid_on) as paid_on,
    p.amount_fen, p.payee, h.name as payee_name, a.masked as payee_account, p.agency, p.project, p.allotment, p.fund, p.function_subject,
    p.economic_subject, p.purpose, p.settlement, p.pay_type, p.agency_code, p.project_code, p.document_number, p.allotment_ref, p.match,
    u.reason as unposted_reason, c.paid_fen as confirmed_fen, c.payee as confirmed_payee,
    exists (select from payments.in_transit t where t.division = p.division and t.payment = p.id) as in_transit, p.application
  from payments.payment p
  left join payments.holder h on h.division = p.division and h.id = p.payee
  left join payments.bank_account a on a.division = h.division and a.id = h.account
  left join payments.unposted u on u.division = p.division and u.payment = p.id
  left join payments.confirmation c on c.division = p.division and c.payment = p.id;

-- Re-issues: proposed by the program, settled by a person -------------------------------------------------------------------------------

create table payments.tie_settlement (
  division    int         not null,
  tie         bigint      not null,
  agreed      boolean     not null,
  reason      text        not null check (btrim(reason) <> ''),
  request_key text        not null,
  actor       bigint      not null default platform.actor(),
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, tie),
  constraint settlement_once unique (request_key, division),
  foreign key (division, tie) references payments.tie
);
comment on table payments.tie_settlement is 'a person agreed, or did not, that a payment issues again what came back; a tie that is not agreed stands no more';
select platform.enclose('payments.tie_settlement');
select platform.narrow_by('payments.tie_settlement', 'exists (select from payments.tie t where t.division = tie_settlement.division and t.id = tie_settlement.tie)');
grant select, insert on payments.tie_settlement to fundwatch_app;
grant select on payments.tie_settlement to fundwatch_rules;

create or replace view payments.published_tie with (security_invoker) as
  select t.division, t.id, t.kind, t.payment, t.message, t.original, t.found, t.proposed and s.tie is null as proposed, t.exceeds, p.amount_fen, p.vouched_on,
    p.voucher_type, p.voucher_no, o.amount_fen as original_fen, o.vouched_on as original_on, o.voucher_type as original_type, o.voucher_no as original_no
  from payments.tie t left join payments.payment p on p.division = t.division and p.id = t.payment
  join payments.payment o on o.division = t.division and o.id = t.original
  left join payments.tie_settlement s on s.division = t.division and s.tie = t.id
  where s.agreed is distinct from false;
comment on view payments.published_tie is 'ties that stand: agreed, found for certain, or proposed and not settled yet';

-- How payments find their lines, by the way that they came in and the month of their vouchers --------------------------------------------

grant select (division, id, source) on platform.import to fundwatch_rules;
create view payments.published_match_rate with (security_invoker) as
  select p.division, p.fiscal_year, date_trunc('month', p.vouched_on)::date as month, coalesce(i.source, 'unknown') as source, count(*) as payments,
    sum(p.amount_fen)::bigint as amount_fen, count(*) filter (where p.match = 'by-id') as by_id, count(*) filter (where p.match = 'by-elements') as by_elements,
    count(*) filter (where p.match = 'by-original') as by_original, count(*) filter (where p.match = 'by-habit') as by_habit,
    count(*) filter (where p.match = 'by-person') as by_person, count(*) filter (where p.match = 'ambiguous') as ambiguous,
    count(*) filter (where p.match = 'none') as unmatched,
    min(p.id) filter (where p.match in ('by-person', 'ambiguous', 'none')) as first_by_hand
  from payments.payment p left join platform.import i on i.id = p.import
  group by 1, 2, 3, 4;
comment on view payments.published_match_rate is 'how many payments of a month the program itself matched (by id, elements, original, habit) and how many it left to people, by the way in which they came: page, command, folder, interface; unknown where the import is recorded above';
grant select on payments.published_match_rate to fundwatch_app, fundwatch_rules;

-- Rows that were refused, to be corrected and sent again ---------------------------------------------------------------------------------

create table platform.import_refused (
  division   int   not null,
  import     bigint not null,
  row_no     int   not null,
  ciphertext bytea not null,
  primary key (division, import, row_no),
  foreign key (division, import) references platform.import on delete cascade
);
comment on table platform.import_refused is 'rows of a refused file that had faults, as they stood in it, encrypted; row 0 is the heading; gone after thirty days';
select platform.enclose('platform.import_refused');
grant select, insert, delete on platform.import_refused to fundwatch_app;
