-- Who is behind the accounts (账户信息监控), which enterprises are paid, by which contract and up to which settlement: what rules E05 to E19 look at.

-- Kinds of account -----------------------------------------------------------------------------------------------------------------------

-- From the name alone, in the order in which one word overrules another: a company's special account for its workers' wages is the company's.
create function payments.proposed_kind(name text) returns text language sql immutable parallel safe as $$
  select case
    when name is null or btrim(name) = '' then 'unknown'
    when name ~ '代发|一卡通|批量|待划转' then 'paying-agent'
    when name ~ '公司|合作社|合作联社|信用社|家庭农场|工厂|商行|商店|商贸|经营部|经销|门市|超市|酒店|宾馆|饭店|加油站|事务所|设计院|工程队|养殖场|种植场|农场|厂$|店$|银行$' then 'enterprise'
    when name ~ '零余额' then 'zero-balance'
    when name ~ '国库单一|单一账户|国家金库|国库存款' then 'treasury-single'
    when name ~ '专户|专账' then 'special'
    when name ~ '[镇乡](人民)?政府|[镇乡]财政所|街道办事处|(村民|居民)委员会|[村居]委会' then 'township'
    when name ~ '(局|委员会|办公室|中心|学校|小学|中学|幼儿园|医院|卫生院|政府|厅|处|站|所|院|馆|队|协会|联合会|大学|学院|财政)$' then 'unit'
    when name ~ '^[\u3400-\u9fff]{2,4}$|^[\u3400-\u9fff]+·[\u3400-\u9fff·]+$' then 'person'
    else 'unknown' end
$$;
comment on function payments.proposed_kind is 'what kind of account a name speaks for; a person settles it (payments.account_kind)';
-- Names as they are compared: brackets of one width, no spaces.
create function payments.plain_name(name text) returns text language sql immutable parallel safe as $$
  select translate(name, '() 　', '（）')
$$;
comment on function payments.plain_name is 'a name without spaces and with brackets of one width, for comparison';
revoke execute on function payments.proposed_kind, payments.plain_name from public;
grant execute on function payments.proposed_kind, payments.plain_name to fundwatch_app, fundwatch_rules;

-- Reckoned once for each name, not for each payment.
alter table payments.holder
  add column proposed_kind text not null generated always as (payments.proposed_kind(name)) stored,
  add column plain_name text not null generated always as (payments.plain_name(name)) stored;
comment on column payments.holder.proposed_kind is 'the kind of account that the name speaks for';
create index holder_named on payments.holder (plain_name, division);

create table payments.account_kind (
  division    int         not null,
  id          bigint      generated always as identity,
  account     bigint      not null,
  kind        text        not null constraint kind_known check (kind in
    ('zero-balance', 'treasury-single', 'special', 'unit', 'township', 'person', 'enterprise', 'paying-agent')),
  valid_from  date        not null,
  reason      text        not null check (btrim(reason) <> ''),
  request_key text        not null,
  actor       bigint      not null default platform.actor(),
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, id),
  constraint kind_once unique (request_key, division),
  foreign key (division, account) references payments.bank_account
);
comment on table payments.account_kind is 'what kind an account is from a day on, settled by a person; a later row of the same day overrules an earlier one';
create index account_kind_of on payments.account_kind (account, division);

create table payments.account_listing (
  division    int         not null,
  id          bigint      generated always as identity,
  account     bigint      not null,
  list        text        not null check (list in ('watch', 'white')),
  valid_from  date        not null,
  ends_on     date        not null,
  reason      text        not null check (btrim(reason) <> ''),
  request_key text        not null,
  actor       bigint      not null default platform.actor(),
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, id),
  constraint listing_once unique (request_key, division),
  constraint listing_days check (valid_from <= ends_on),
  foreign key (division, account) references payments.bank_account
);
comment on table payments.account_listing is 'an account on the watch list (every payment to it rings) or the white list (looked into and found in order), from one day to another, both included';
create index account_listing_of on payments.account_listing (account, division);

create table payments.account_listing_end (
  division    int         not null,
  listing     bigint      not null,
  ended_on    date        not null,
  reason      text        not null check (btrim(reason) <> ''),
  actor       bigint      not null default platform.actor(),
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, listing),
  foreign key (division, listing) references payments.account_listing
);
comment on table payments.account_listing_end is 'an account was taken off a list before its time: ended_on is the first day on which it no longer stands there';

-- What each account was used for ---------------------------------------------------------------------------------------------------------

create table payments.account_use (
  division    int      not null,
  holder      bigint   not null,
  side        text     not null check (side in ('payer', 'payee', 'paid-to')),
  fiscal_year smallint not null,
  payments    bigint   not null,
  amount_fen  bigint   not null,
  first_on    date     not null,
  last_on     date     not null,
  primary key (division, holder, side, fiscal_year),
  foreign key (division, holder) references payments.holder
);
comment on table payments.account_use is 'how often an account and name stood on vouchers of a year as payer or payee, or was paid by the bank where the voucher named another (paid-to), with the sum in fen and the first and last day; kept with each posted batch, proved by verify';

create view payments.reckoned_account_use with (security_invoker) as
  select p.division, s.holder, s.side, p.fiscal_year, count(*) as payments, sum(s.amount_fen)::bigint as amount_fen, min(s.day) as first_on, max(s.day) as last_on
  from payments.payment p left join payments.confirmation c on c.division = p.division and c.payment = p.id
  cross join lateral (values (p.payee, 'payee', p.vouched_on, p.amount_fen), (p.payer, 'payer', p.vouched_on, p.amount_fen),
    (case when c.payee is distinct from p.payee then c.payee end, 'paid-to', c.paid_on, c.paid_fen)) as s(holder, side, day, amount_fen)
  where s.holder is not null group by p.division, s.holder, s.side, p.fiscal_year;
comment on view payments.reckoned_account_use is 'what payments.account_use must hold, added up from all payments';
grant select on payments.reckoned_account_use to fundwatch_app;

-- Enterprises ----------------------------------------------------------------------------------------------------------------------------

create table payments.company_state (
  id          bigint      generated always as identity primary key,
  code        text,
  name        text        not null check (btrim(name) <> ''),
  plain_name  text        not null generated always as (payments.plain_name(name)) stored,
  state       text        not null check (state in ('normal', 'abnormal', 'suspended', 'revoked', 'deregistered')),
  since       date        not null,
  code_verdict text       not null check (code_verdict in ('ok', 'missing', 'form', 'check-digit')),
  import      bigint      not null,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint company_state_once unique nulls not distinct (name, since, code)
);
comment on table payments.company_state is 'reference: what the business register says of an enterprise from a day on, for the whole installation; code_verdict is the check of its unified social credit code (GB 32100), by which nothing is refused';
create index company_state_named on payments.company_state (plain_name);

-- Contracts and settlements --------------------------------------------------------------------------------------------------------------

create table projects.contract (
  division    int         not null,
  contract_no text        not null check (contract_no <> ''),
  supplement  smallint    not null default 0 check (supplement >= 0),
  project     bigint,
  contractor  text        not null,
  contractor_code text,
  amount_fen  bigint      not null check (amount_fen <> 0),
  signed_on   date        not null,
  import      bigint,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, contract_no, supplement),
  foreign key (division, project) references projects.project
);
comment on table projects.contract is 'a contract (supplement 0) and its supplements, which raise or lower it, in fen; several contractors stand side by side, with 、 between them';

create table projects.settlement (
  division      int         not null,
  project       bigint      not null,
  settled_on    date        not null,
  submitted_fen bigint      check (submitted_fen >= 0),
  settled_fen   bigint      not null check (settled_fen >= 0),
  document      text,
  import        bigint,
  recorded_at   timestamptz not null default clock_timestamp(),
  primary key (division, project, settled_on),
  foreign key (division, project) references projects.project
);
comment on table projects.settlement is 'what the review of a finished project found that it cost: submitted and settled, in fen; the latest day counts';

select platform.enclose(fact) from unnest(array['payments.account_kind', 'payments.account_listing', 'payments.account_listing_end', 'payments.account_use',
  'projects.contract', 'projects.settlement']::regclass[]) fact;
-- An account is one for a whole division: who is held to less sees none of it, and of contracts those of the projects that they see.
create policy narrow on payments.account_use as restrictive for select using ((select platform.narrowings()) is null);
create policy narrow on payments.account_kind as restrictive for select using ((select platform.narrowings()) is null);
create policy narrow on payments.account_listing as restrictive for select using ((select platform.narrowings()) is null);
create policy narrow on payments.account_listing_end as restrictive for select using ((select platform.narrowings()) is null);
create policy narrow on projects.contract as restrictive using ((select platform.narrowings()) is null or exists (
  select from projects.project p where p.division = contract.division and p.id = contract.project));
create policy narrow on projects.settlement as restrictive using ((select platform.narrowings()) is null or exists (
  select from projects.project p where p.division = settlement.division and p.id = settlement.project));
grant select, insert on payments.account_kind, payments.account_listing, payments.account_listing_end, payments.company_state, projects.contract, projects.settlement to fundwatch_app;
grant select, insert, update on payments.account_use to fundwatch_app;
grant select on payments.account_kind, payments.account_listing, payments.account_listing_end, payments.account_use, payments.company_state,
  projects.contract, projects.settlement to fundwatch_rules;

-- What others read -----------------------------------------------------------------------------------------------------------------------

create view payments.published_holder with (security_invoker) as
  select h.division, h.id, h.account, h.name, h.plain_name, h.bank, a.masked,
    case when h.proposed_kind = 'unknown' and a.masked like '62%' then 'person' else h.proposed_kind end as proposed_kind
  from payments.holder h left join payments.bank_account a on a.division = h.division and a.id = h.account;
comment on view payments.published_holder is 'a name with its account, masked, and the kind that the name, or else the number of a card, speaks for';

create view payments.published_account_kind with (security_invoker) as
  select k.division, k.account, k.kind, daterange(k.valid_from, lead(k.valid_from) over (partition by k.division, k.account order by k.valid_from)) as valid,
    k.reason, k.actor, k.recorded_at
  from payments.account_kind k
  where not exists (select from payments.account_kind n where n.division = k.division and n.account = k.account and n.valid_from = k.valid_from and n.id > k.id);
comment on view payments.published_account_kind is 'what kind an account was settled to be, and between which days';

create view payments.published_account_listing with (security_invoker) as
  select l.division, l.id, l.account, l.list, daterange(l.valid_from, greatest(l.valid_from, least(l.ends_on + 1, e.ended_on))) as valid, l.reason, l.actor, l.recorded_at
  from payments.account_listing l left join payments.account_listing_end e on e.division = l.division and e.listing = l.id;
comment on view payments.published_account_listing is 'which accounts stand on the watch list or the white list, and between which days';

create view payments.published_account_use with (security_invoker) as
  select u.division, u.holder, u.side, u.fiscal_year, u.payments, u.amount_fen, u.first_on, u.last_on, h.account, h.name, h.plain_name, h.masked, h.proposed_kind
  from payments.account_use u join payments.published_holder h on h.division = u.division and h.id = u.holder;

create view payments.published_company_state with (security_invoker) as
  select c.id, c.code, c.name, c.plain_name, c.state, c.since, c.code_verdict,
    daterange(c.since, lead(c.since) over (partition by coalesce(c.code, c.plain_name) order by c.since, c.id)) as valid
  from payments.company_state c;
comment on view payments.published_company_state is 'states of enterprises by the business register, and between which days each held';

create view payments.published_paid_line with (security_invoker) as
  select p.division, p.id, p.fiscal_year, p.voucher_type, p.voucher_no, p.line_no, p.vouched_on, coalesce(c.paid_on, p.paid_on) as paid_on,
    coalesce(c.paid_on, p.paid_on, p.vouched_on) as day, p.amount_fen, coalesce(c.paid_fen, p.amount_fen) as paid_fen, p.application, p.match, p.purpose,
    p.payer, p.payee, p.agency, p.project, p.allotment, p.fund, p.function_subject, p.economic_subject, p.settlement, p.pay_type, p.agency_code, p.allotment_ref,
    p.document_number, p.contract_no, u.reason as unposted_reason
  from payments.payment p
  left join payments.unposted u on u.division = p.division and u.payment = p.id
  left join payments.confirmation c on c.division = p.division and c.payment = p.id;
comment on view payments.published_paid_line is 'one line of a voucher with what the bank did, for rules that look at all of them: parties and lines by their keys only';

create view allotments.published_line_document with (security_invoker) as
  select a.division, a.id, d.dated from allotments.allotment a join ledger.document d on d.division = a.division and d.id = a.document;
comment on view allotments.published_line_document is 'the day of the document by which a line was arranged';

create view projects.published_contract with (security_invoker) as
  select division, contract_no, max(project) as project, max(contractor) filter (where supplement = 0) as contractor, min(signed_on) as signed_on,
    array_remove(string_to_array(translate(max(contractor) filter (where supplement = 0), '() 　；;,，', '（）、、、、'), '、'), '') as contractors,
    count(*)::int as parts, sum(amount_fen)::bigint as amount_fen
  from projects.contract group by division, contract_no;
comment on view projects.published_contract is 'a contract with its supplements: contractors by their plain names, the sum in fen';
create view projects.published_settlement with (security_invoker) as
  select distinct on (division, project) division, project, settled_on, submitted_fen, settled_fen, document
  from projects.settlement order by division, project, settled_on desc;
grant select on payments.published_holder, payments.published_account_kind, payments.published_account_listing, payments.published_account_use,
  payments.published_company_state, payments.published_paid_line, allotments.published_line_document, projects.published_contract,
  projects.published_settlement to fundwatch_app, fundwatch_rules;

-- What row rules look at ------------------------------------------------------------------------------------------------------------------

create or replace view rules.subject_payment with (security_invoker) as
  select p.division, p.fiscal_year, p.id::text as subject, concat(p.voucher_type, '-', p.voucher_no, '/', p.line_no) as label, p.fund, false as back_entry,
    p.voucher_no, p.vouched_on, p.paid_on, p.amount_fen, p.match, p.purpose, p.allotment, p.allotment_ref, p.document_number, p.unposted_reason,
    p.day, p.voucher_type, p.application, p.economic_subject, p.settlement, p.contract_no, h.name as payee_name, h.plain_name as payee_plain, h.masked as payee_account,
    coalesce(k.kind, h.proposed_kind, 'unknown') as payee_kind, k.kind is not null as kind_settled, coalesce(p.day <@ l.white, false) as white, d.dated as arranged_on,
    c.contractor, c.contractors
  from payments.published_paid_line p
  left join payments.published_holder h on h.division = p.division and h.id = p.payee
  left join payments.published_account_kind k on k.division = h.division and k.account = h.account and p.day <@ k.valid
  left join (select division, account, range_agg(valid) as white from payments.published_account_listing where list = 'white' group by 1, 2) l
    on l.division = h.division and l.account = h.account
  left join allotments.published_line_document d on d.division = p.division and d.id = p.allotment
  left join projects.published_contract c on c.division = p.division and c.contract_no = p.contract_no;
comment on view rules.subject_payment is 'one line of a payment voucher, with its payee, the kind of the payee''s account on the day of payment, its line''s document and its contract';

create or replace view rules.subject_project with (security_invoker) as
  select p.division, l.fiscal_year, p.id::text as subject, concat_ws(' ', p.code, nullif(p.name, '')) as label, l.fund, false as back_entry,
    p.code, p.name, p.name_verdict, l.arranged_fen, l.paid_fen, s.settled_on, s.settled_fen
  from projects.published_project p
  join (
    select l.division, l.project, max(l.fiscal_year) as fiscal_year, case when min(l.fund) = max(l.fund) then min(l.fund) end as fund,
      sum(b.arranged_fen)::bigint as arranged_fen, sum(b.paid_fen)::bigint as paid_fen
    from allotments.published_line l
    join (
      select b.division, b.allotment, sum(b.balance_fen) as arranged_fen, coalesce(sum(b.balance_fen) filter (where b.account = 5201), 0) as paid_fen
      from ledger.published_balance b
      where b.account in (500201, 5101, 5102, 5201) group by b.division, b.allotment having sum(b.balance_fen) > 0
    ) b on b.division = l.division and b.allotment = l.id
    where l.project is not null
    group by l.division, l.project
  ) l on l.division = p.division and l.project = p.id
  left join projects.published_settlement s on s.division = p.division and s.project = p.id;
comment on view rules.subject_project is 'a project that money is arranged for, what is paid of it and what was settled, in fen';
grant select on rules.subject_payment, rules.subject_project to fundwatch_app, fundwatch_rules;

-- A warning may be about a day of the treasury.
alter table warnings.warning drop constraint warning_subject_kind_check,
  add constraint warning_subject_kind_check check (subject_kind in ('allotment', 'transfer', 'payment', 'project', 'fund', 'agency', 'document', 'day'));
