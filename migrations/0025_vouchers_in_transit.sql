-- A voucher that the bank has not confirmed yet is on its way: it lies on 5102 until the bank says when it paid, how much, and to whom.

insert into ledger.form (code, name, english, interlock) values
  ('send',    '凭证送出',       'voucher sent',              'none'),
  ('release', '凭证未付退回',   'unpaid voucher given back', 'none');
insert into ledger.order_line (form, first_year, step, last_year, debit, credit) values
  ('send',    2015, 1, null, 5102,   5101),
  ('send',    2015, 2, null, 5102,   500201),
  ('release', 2015, 1, null, 5101,   5102),
  ('release', 2015, 2, null, 500201, 5102);

alter table payments.payment add column application boolean not null default false;
comment on column payments.payment.application is 'an application that no voucher has followed yet: it waits, and lies on no account';

create table payments.confirmation (
  division    int         not null,
  payment     bigint      not null,
  paid_on     date        not null,
  paid_fen    bigint      not null check (paid_fen <> 0),
  payee       bigint,
  agent_no    text,
  import      bigint      not null,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, payment),
  foreign key (division, payment) references payments.payment
);
comment on table payments.confirmation is 'what the bank filled in later: when it paid a voucher, how much in fen, to whom; a fact beside the voucher, which is never overwritten';

create table payments.in_transit (
  division  int    not null,
  payment   bigint not null,
  allotment bigint not null,
  account   int    not null,
  primary key (division, payment),
  foreign key (division, payment) references payments.payment
);
comment on table payments.in_transit is 'vouchers on 5102 and the account that they came from; a row goes when the bank has confirmed';

select platform.enclose(fact) from unnest(array['payments.confirmation', 'payments.in_transit']::regclass[]) fact;
grant select, insert on payments.confirmation to fundwatch_app;
grant select, insert, delete on payments.in_transit to fundwatch_app;
grant select on payments.confirmation, payments.in_transit to fundwatch_rules;

create or replace view payments.published_payment with (security_invoker) as
  select p.division, p.id, p.fiscal_year, p.voucher_type, p.voucher_no, p.line_no, p.import, p.vouched_on, coalesce(c.paid_on, p.paid_on) as paid_on,
    p.amount_fen, p.payee, h.name as payee_name, a.masked as payee_account, p.agency, p.project, p.allotment, p.fund, p.function_subject,
    p.economic_subject, p.purpose, p.settlement, p.pay_type, p.agency_code, p.project_code, p.document_number, p.allotment_ref, p.match,
    u.reason as unposted_reason, c.paid_fen as confirmed_fen, c.payee as confirmed_payee, t.payment is not null as in_transit, p.application
  from payments.payment p
  left join payments.holder h on h.division = p.division and h.id = p.payee
  left join payments.bank_account a on a.division = h.division and a.id = h.account
  left join payments.unposted u on u.division = p.division and u.payment = p.id
  left join payments.confirmation c on c.division = p.division and c.payment = p.id
  left join payments.in_transit t on t.division = p.division and t.payment = p.id;
