-- Treasury payments (国库集中支付): facts, never refused for lack of balance; accounts stored once and encrypted.

create schema payments;

create table payments.bank_account (
  division    int      not null,
  id          bigint   generated always as identity,
  key_version smallint not null,
  digest      bytea    not null,
  ciphertext  bytea    not null,
  masked      text     not null,
  primary key (division, id),
  constraint account_once unique (digest, key_version, division)
);
comment on table payments.bank_account is 'an account number, encrypted; digest is keyed (HMAC-SM3), for matching; masked is what may be shown';

create table payments.holder (
  division int    not null,
  id       bigint generated always as identity,
  account  bigint,
  name     text   not null,
  bank     text,
  primary key (division, id),
  constraint holder_once unique nulls not distinct (account, name, bank, division),
  foreign key (division, account) references payments.bank_account
);
comment on table payments.holder is 'who stands behind an account on a voucher: name, account, bank; one account may show several names';

-- Parties, agency and project have no foreign keys: the one statement that makes payments takes them from the rows that it joins, nothing
-- removes those, and `verify` proves it; row-level security holds the division (docs/decisions/0012).
create sequence payments.payment_id;
create table payments.payment (
  division         int      not null,
  id               bigint   not null default nextval('payments.payment_id'),
  fiscal_year      smallint not null,
  voucher_type     smallint not null,
  voucher_no       text     not null,
  line_no          int      not null,
  row_digest       bytea    not null,
  import           bigint   not null,
  vouched_on       date     not null,
  paid_on          date,
  amount_fen       bigint   not null check (amount_fen <> 0),
  payer            bigint,
  payee            bigint,
  agency           int,
  project          bigint,
  allotment        bigint,
  fund             int,
  function_subject text,
  economic_subject text,
  settlement       text,
  pay_type         text,
  purpose          text,
  contract_no      text,
  allotment_ref    text,
  agency_code      text,
  project_code     text,
  document_number  text,
  match            text     not null check (match in ('by-id', 'by-elements', 'ambiguous', 'none')),
  primary key (division, id),
  constraint voucher_once unique (voucher_no, division, fiscal_year, voucher_type, line_no),
  foreign key (division, allotment) references allotments.allotment
);
comment on table payments.payment is 'one line of a payment voucher, as the treasury and the bank state it, in fen; allotment is null while it matches none';
create index payment_allotment on payments.payment (allotment);
create index payment_day on payments.payment (fiscal_year, division, vouched_on, id);
create index payment_payee on payments.payment (payee, vouched_on);

-- Which entries a payment made, the ledger itself says: the entry names it, and the batch's digest covers the name.
create view payments.posting with (security_invoker) as
  select division, payment, batch, line, debit_allotment as allotment from ledger.entry where payment is not null;
comment on view payments.posting is 'which ledger entries a payment made; one that is split over several allotments has an entry for each';

create table payments.unposted (
  division  int    not null,
  payment   bigint not null,
  reason    text   not null check (reason in ('no-allotment', 'ambiguous', 'beyond-available', 'not-paid', 'book-locked')),
  primary key (division, payment),
  foreign key (division, payment) references payments.payment
);
comment on table payments.unposted is 'payments that wait for a form to make room or for a person to match them; a row goes when it is posted';

-- Staging lies outside row-level security and holds no personal data in the clear. Who is paid, and what a payment is matched by, are
-- told apart while the file is read and stand there once each: a million lines name a few thousand of them.
create unlogged table payments.staged (
  import           bigint   not null,
  row_no           int      not null,
  division         int      not null,
  fiscal_year      smallint not null,
  voucher_type     smallint not null,
  voucher_no       text     not null,
  line_no          int      not null,
  row_digest       bytea    not null,
  vouched_on       date     not null,
  paid_on          date,
  amount_fen       bigint   not null,
  paid_fen         bigint,
  payer            int,
  payee            int,
  paid_to          int,
  agent_no         text,
  application      boolean  not null default false,
  confirms         bigint,
  elements         int      not null,
  economic_subject text,
  settlement       text,
  pay_type         text,
  purpose          text,
  contract_no      text
);
comment on table payments.staged is 'staging: rows of an import between reading and posting; payer, payee and paid_to are numbers of payments.staged_party, elements one of payments.staged_elements; confirms is the known payment of which the row says only what the bank did';
create unlogged table payments.staged_party (
  import   bigint not null,
  no       int    not null,
  division int    not null,
  digest   bytea,
  name     text   not null,
  bank     text   not null,
  holder   bigint,
  primary key (import, no)
);
comment on table payments.staged_party is 'staging: whom the rows of an import name as payer or payee; holder once it is stored';
create unlogged table payments.staged_elements (
  import           bigint   not null,
  no               int      not null,
  division         int      not null,
  fiscal_year      smallint not null,
  agency_code      text,
  project_code     text,
  allotment_ref    text,
  document_number  text,
  function_subject text,
  agency           int,
  project          bigint,
  allotment        bigint,
  fund             int,
  match            text     not null default 'none',
  primary key (import, no)
);
comment on table payments.staged_elements is 'staging: what the rows of an import are matched by, and the allotment found for it';
create unlogged table payments.staged_account (
  import     bigint   not null,
  digest     bytea    not null,
  ciphertext bytea    not null,
  masked     text     not null,
  primary key (import, digest)
);
comment on table payments.staged_account is 'staging: account numbers of an import, already encrypted';

create view payments.published_payment with (security_invoker) as
  select p.division, p.id, p.fiscal_year, p.voucher_type, p.voucher_no, p.line_no, p.import, p.vouched_on, p.paid_on, p.amount_fen,
    p.payee, h.name as payee_name, a.masked as payee_account, p.agency, p.project, p.allotment, p.fund, p.function_subject, p.economic_subject,
    p.purpose, p.settlement, p.pay_type, p.agency_code, p.project_code, p.document_number, p.allotment_ref, p.match, u.reason as unposted_reason
  from payments.payment p
  left join payments.holder h on h.division = p.division and h.id = p.payee
  left join payments.bank_account a on a.division = h.division and a.id = h.account
  left join payments.unposted u on u.division = p.division and u.payment = p.id;
