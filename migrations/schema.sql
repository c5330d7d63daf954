-- The schema after all migrations, made by `node bin/schema.mjs` from the catalogue: for reading and for test/schema.test.ts, not for running.

create schema allotments;
grant usage on schema allotments to fundwatch_app;
grant usage on schema allotments to fundwatch_rules;

create schema audit;
grant usage on schema audit to fundwatch_app;

create schema divisions;
grant usage on schema divisions to fundwatch_app;
grant usage on schema divisions to fundwatch_rules;

create schema funds;
grant usage on schema funds to fundwatch_app;
grant usage on schema funds to fundwatch_rules;

create schema identity;
grant usage on schema identity to fundwatch_app;

create schema ledger;
grant usage on schema ledger to fundwatch_app;
grant usage on schema ledger to fundwatch_rules;

create schema payments;
grant usage on schema payments to fundwatch_app;
grant usage on schema payments to fundwatch_rules;

create schema platform;
grant usage on schema platform to fundwatch_app;
grant usage on schema platform to fundwatch_rules;

create schema projects;
grant usage on schema projects to fundwatch_app;
grant usage on schema projects to fundwatch_rules;

create schema public;
grant usage on schema public to public;

create schema rules;
grant usage on schema rules to fundwatch_app;
grant usage on schema rules to fundwatch_rules;

create schema warnings;
grant usage on schema warnings to fundwatch_app;

create sequence allotments.allotment_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence allotments.allotment_id to fundwatch_app;

create sequence ledger.batch_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence ledger.batch_id to fundwatch_app;

create sequence ledger.document_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence ledger.document_id to fundwatch_app;

create sequence ledger.transfer_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence ledger.transfer_id to fundwatch_app;

create sequence payments.payment_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence payments.payment_id to fundwatch_app;

create sequence warnings.warning_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence warnings.warning_id to fundwatch_app;

create table allotments.allotment (
  division integer not null,
  id bigint default nextval('allotments.allotment_id'::regclass) not null,
  fiscal_year smallint not null,
  form text not null,
  document bigint not null,
  fund integer not null,
  amount_fen bigint not null,
  source bigint,
  transfer bigint,
  carried_from bigint,
  path bigint[] not null,
  bundle bigint,
  source_type text default 'own'::text not null,
  source_level text not null,
  superior_number text,
  direct boolean default false not null,
  advance boolean default false not null,
  fund_nature text,
  function_subject text,
  economic_subject text,
  department_subject text,
  transfer_subject text,
  poverty text not null,
  monitored_fen bigint not null,
  office integer,
  agency integer,
  project bigint,
  below_project_code text,
  to_division integer,
  note text,
  external_id text,
  back_entered boolean default false not null,
  budget_origin smallint default 1 not null,
  constraint allotment_pkey PRIMARY KEY (division, id),
  constraint allotment_amount_fen_check CHECK ((amount_fen > 0)),
  constraint allotment_budget_origin CHECK ((budget_origin = ANY (ARRAY[1, 2, 3]))),
  constraint allotment_check CHECK (((monitored_fen >= 0) AND (monitored_fen <= amount_fen))),
  constraint allotment_division_agency_fkey FOREIGN KEY (division, agency) REFERENCES divisions.agency(division, id),
  constraint allotment_division_carried_from_fkey FOREIGN KEY (division, carried_from) REFERENCES allotments.allotment(division, id),
  constraint allotment_division_document_fkey FOREIGN KEY (division, document) REFERENCES ledger.document(division, id),
  constraint allotment_division_office_fkey FOREIGN KEY (division, office) REFERENCES divisions.office(division, id),
  constraint allotment_division_project_fkey FOREIGN KEY (division, project) REFERENCES projects.project(division, id),
  constraint allotment_division_source_fkey FOREIGN KEY (division, source) REFERENCES allotments.allotment(division, id),
  constraint allotment_division_transfer_fkey FOREIGN KEY (division, transfer) REFERENCES ledger.transfer(division, id),
  constraint allotment_ends_its_path CHECK ((path[cardinality(path)] = id)),
  constraint allotment_fund_fkey FOREIGN KEY (fund) REFERENCES funds.fund(id),
  constraint allotment_has_one_source CHECK ((num_nonnulls(source, transfer, carried_from) <= 1)),
  constraint allotment_poverty_amount CHECK (
CASE poverty
    WHEN 'whole'::text THEN (monitored_fen = amount_fen)
    WHEN 'none'::text THEN (monitored_fen = 0)
    ELSE true
END),
  constraint allotment_poverty_check CHECK ((poverty = ANY (ARRAY['whole'::text, 'part'::text, 'none'::text]))),
  constraint allotment_source_level_check CHECK ((source_level = ANY (ARRAY['central'::text, 'province'::text, 'city'::text, 'county'::text, 'township'::text])))
);
CREATE UNIQUE INDEX allotment_external ON allotments.allotment USING btree (external_id, division, fiscal_year) WHERE (external_id IS NOT NULL);
CREATE INDEX allotment_path ON allotments.allotment USING gin (path);
CREATE INDEX allotment_source ON allotments.allotment USING btree (source) WHERE (source IS NOT NULL);
CREATE INDEX allotment_transfer ON allotments.allotment USING btree (transfer) WHERE (transfer IS NOT NULL);
CREATE INDEX allotment_year ON allotments.allotment USING btree (fiscal_year, division, form);
alter table allotments.allotment enable row level security;
create policy in_scope on allotments.allotment as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table allotments.allotment to fundwatch_app;
grant select on table allotments.allotment to fundwatch_rules;
comment on table allotments.allotment is 'a line of budget authority, as it was issued; amounts in fen; path holds all ancestors across divisions and itself; never changed, only corrected in the ledger';
comment on column allotments.allotment.budget_origin is 'how the line came into the budget: 1 the initial budget, 2 an adjustment in the year (追加), 3 a virement (调剂)';

create table audit.entry (
  division integer not null,
  id bigint generated always as identity not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  actor bigint not null,
  actor_name text not null,
  address text,
  action text not null,
  subject text,
  outcome text not null,
  detail jsonb default '{}'::jsonb not null,
  constraint entry_pkey PRIMARY KEY (division, id),
  constraint entry_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text, 'failed'::text])))
);
alter table audit.entry enable row level security;
create policy in_scope on audit.entry as permissive for select using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy written on audit.entry as permissive for insert with check (true);
grant insert, select on table audit.entry to fundwatch_app;
comment on table audit.entry is 'append-only record of every important act, refusals included; division 0 is an act of the installation itself';

create table divisions.agency (
  division integer not null,
  id integer generated always as identity not null,
  code text not null,
  name text not null,
  constraint agency_pkey PRIMARY KEY (division, id),
  constraint agency_code UNIQUE (code, division),
  constraint agency_code_check CHECK ((code <> ''::text)),
  constraint agency_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint agency_name_check CHECK ((name <> ''::text))
);
alter table divisions.agency enable row level security;
create policy in_scope on divisions.agency as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select, update on table divisions.agency to fundwatch_app;
grant select on table divisions.agency to fundwatch_rules;
comment on table divisions.agency is 'a budget unit (预算单位)';

create table divisions.division (
  id integer not null,
  go_live date,
  constraint division_pkey PRIMARY KEY (id),
  constraint division_id_check CHECK ((id > 0))
);
grant insert, select, update on table divisions.division to fundwatch_app;
grant select on table divisions.division to fundwatch_rules;
comment on table divisions.division is 'reference: a government with a budget of its own, or a township; go_live is the day it began to use this system (documents before it are back-entries 补录)';

create table divisions.office (
  division integer not null,
  id integer generated always as identity not null,
  code text not null,
  name text not null,
  constraint office_pkey PRIMARY KEY (division, id),
  constraint office_code UNIQUE (code, division),
  constraint office_code_check CHECK ((code <> ''::text)),
  constraint office_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint office_name_check CHECK ((name <> ''::text))
);
alter table divisions.office enable row level security;
create policy in_scope on divisions.office as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select, update on table divisions.office to fundwatch_app;
grant select on table divisions.office to fundwatch_rules;
comment on table divisions.office is 'an office of the finance bureau (处室, 股室)';

create table divisions.scope_division (
  scope integer not null,
  division integer not null,
  constraint scope_division_pkey PRIMARY KEY (scope, division)
);
grant select on table divisions.scope_division to fundwatch_app;
grant select on table divisions.scope_division to fundwatch_rules;
comment on table divisions.scope_division is 'reference: which divisions a scope holds; row-level security is a semi-join to this table';

create table divisions.version (
  division integer not null,
  valid daterange not null,
  code character(9) not null,
  name text not null,
  level text not null,
  administrative_parent integer,
  fiscal_parent integer,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint version_pkey PRIMARY KEY (division, valid),
  constraint one_division_a_code_a_day EXCLUDE USING gist (code WITH =, valid WITH &&),
  constraint one_version_a_day EXCLUDE USING gist (division WITH =, valid WITH &&),
  constraint version_administrative_parent_fkey FOREIGN KEY (administrative_parent) REFERENCES divisions.division(id),
  constraint version_check CHECK ((administrative_parent <> division)),
  constraint version_check1 CHECK ((fiscal_parent <> division)),
  constraint version_code_check CHECK ((code ~ '^\d{9}$'::text)),
  constraint version_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint version_fiscal_parent_fkey FOREIGN KEY (fiscal_parent) REFERENCES divisions.division(id),
  constraint version_level_check CHECK ((level = ANY (ARRAY['central'::text, 'province'::text, 'city'::text, 'county'::text, 'township'::text]))),
  constraint version_name_check CHECK ((name <> ''::text)),
  constraint version_valid_check CHECK ((NOT isempty(valid)))
);
grant insert, select, update on table divisions.version to fundwatch_app;
grant select on table divisions.version to fundwatch_rules;
comment on table divisions.version is 'reference: how a division was called, coded and placed between two dates; no parent is derived from the digits of a code';

create table funds.catalogue (
  id integer generated always as identity not null,
  division integer not null,
  name text not null,
  source text,
  constraint catalogue_pkey PRIMARY KEY (id),
  constraint catalogue_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint catalogue_name UNIQUE (division, name)
);
grant insert, select, update on table funds.catalogue to fundwatch_app;
grant select on table funds.catalogue to fundwatch_rules;
comment on table funds.catalogue is 'reference: the list (资金清单) in which a division names the funds that it has monitored; division is the owner';

create table funds.fund (
  id integer generated always as identity not null,
  catalogue integer not null,
  division integer not null,
  code text not null,
  name text not null,
  parent integer,
  superior integer,
  level text not null,
  owner_office text,
  poverty text default 'whole'::text not null,
  secret boolean default false not null,
  included text,
  excepted text,
  constraint fund_pkey PRIMARY KEY (id),
  constraint fund_catalogue_fkey FOREIGN KEY (catalogue) REFERENCES funds.catalogue(id),
  constraint fund_check CHECK ((superior <> id)),
  constraint fund_code UNIQUE (division, code),
  constraint fund_code_check CHECK ((code <> ''::text)),
  constraint fund_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint fund_level_check CHECK ((level = ANY (ARRAY['central'::text, 'province'::text, 'city'::text, 'county'::text, 'township'::text]))),
  constraint fund_name_check CHECK ((name <> ''::text)),
  constraint fund_parent_fkey FOREIGN KEY (parent) REFERENCES funds.fund(id),
  constraint fund_poverty_check CHECK ((poverty = ANY (ARRAY['whole'::text, 'part'::text, 'none'::text]))),
  constraint fund_superior_fkey FOREIGN KEY (superior) REFERENCES funds.fund(id)
);
CREATE INDEX fund_superior ON funds.fund USING btree (superior);
grant insert, select, update on table funds.fund to fundwatch_app;
grant select on table funds.fund to fundwatch_rules;
comment on table funds.fund is 'reference: an earmarked fund; it names at most one superior fund (指定关联), many may name the same one';

create table funds.fund_office (
  division integer not null,
  fund integer not null,
  office integer not null,
  valid daterange not null,
  constraint fund_office_pkey PRIMARY KEY (division, fund, valid),
  constraint fund_office_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint fund_office_division_office_fkey FOREIGN KEY (division, office) REFERENCES divisions.office(division, id),
  constraint fund_office_fund_fkey FOREIGN KEY (fund) REFERENCES funds.fund(id),
  constraint fund_office_valid_check CHECK ((NOT isempty(valid))),
  constraint one_office_a_day EXCLUDE USING gist (division WITH =, fund WITH =, valid WITH &&)
);
alter table funds.fund_office enable row level security;
create policy in_scope on funds.fund_office as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant delete, insert, select on table funds.fund_office to fundwatch_app;
grant select on table funds.fund_office to fundwatch_rules;
comment on table funds.fund_office is 'the own office (归口股室) that answers for a fund in a division, dated';

create table funds.permitted_subject (
  fund integer not null,
  code text not null,
  constraint permitted_subject_pkey PRIMARY KEY (fund, code),
  constraint permitted_subject_fund_fkey FOREIGN KEY (fund) REFERENCES funds.fund(id)
);
grant delete, insert, select on table funds.permitted_subject to fundwatch_app;
grant select on table funds.permitted_subject to fundwatch_rules;
comment on table funds.permitted_subject is 'reference: functional subjects (or their leading digits) that may be used; none listed means all';

create table funds.subject (
  kind text not null,
  fiscal_year smallint not null,
  code text not null,
  name text not null,
  constraint subject_pkey PRIMARY KEY (kind, fiscal_year, code),
  constraint subject_code_check CHECK ((code ~ '^\d{3,7}$'::text)),
  constraint subject_kind_check CHECK ((kind = ANY (ARRAY['function'::text, 'government-economic'::text, 'department-economic'::text])))
);
grant insert, select, update on table funds.subject to fundwatch_app;
grant select on table funds.subject to fundwatch_rules;
comment on table funds.subject is 'reference: a budget subject (支出功能分类, 政府支出经济分类, 部门支出经济分类); titles change by year';

create table identity.account (
  id bigint generated always as identity not null,
  sign_in_name text not null,
  name text not null,
  office text,
  password_hash text not null,
  must_change boolean default true not null,
  failures integer default 0 not null,
  locked_until timestamp with time zone,
  demo boolean default false not null,
  closed_at timestamp with time zone,
  created_at timestamp with time zone default clock_timestamp() not null,
  constraint account_pkey PRIMARY KEY (id),
  constraint account_name_check CHECK (((length(name) >= 1) AND (length(name) <= 40))),
  constraint account_sign_in_name_check CHECK ((sign_in_name ~ '^[a-z0-9][a-z0-9._-]{1,39}$'::text)),
  constraint account_sign_in_name_key UNIQUE (sign_in_name)
);
grant insert, select, update on table identity.account to fundwatch_app;
comment on table identity.account is 'reference: one named person who may sign in; no default and no shared accounts';

create table identity.holding (
  account bigint not null,
  division integer not null,
  post text not null,
  constraint holding_pkey PRIMARY KEY (account, division, post),
  constraint holding_account_fkey FOREIGN KEY (account) REFERENCES identity.account(id)
);
grant delete, insert, select on table identity.holding to fundwatch_app;
comment on table identity.holding is 'reference: a post (岗位) held by an account over a division and all below it; what a post may do is src/identity/posts.ts';

create table identity.session (
  token_digest bytea not null,
  account bigint not null,
  scope integer not null,
  csrf text not null,
  address text,
  agent text,
  created_at timestamp with time zone default clock_timestamp() not null,
  seen_at timestamp with time zone default clock_timestamp() not null,
  ends_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint session_pkey PRIMARY KEY (token_digest),
  constraint session_account_fkey FOREIGN KEY (account) REFERENCES identity.account(id)
);
CREATE INDEX session_account ON identity.session USING btree (account);
grant delete, insert, select, update on table identity.session to fundwatch_app;
comment on table identity.session is 'reference: one sign-in; only the digest of its token is kept';

create table ledger.account (
  code integer not null,
  chart smallint not null,
  shown_code text not null,
  name text not null,
  english text not null,
  side character(1) not null,
  constraint account_pkey PRIMARY KEY (code),
  constraint account_chart_fkey FOREIGN KEY (chart) REFERENCES ledger.chart(id),
  constraint account_side_check CHECK ((side = ANY (ARRAY['D'::bpchar, 'C'::bpchar]))),
  constraint shown_once UNIQUE (chart, shown_code)
);
grant select on table ledger.account to fundwatch_app;
grant select on table ledger.account to fundwatch_rules;
comment on table ledger.account is 'reference: an account; side says where its balance stands, D 借方 or C 贷方; code carries no year';

create table ledger.balance (
  division integer not null,
  allotment bigint not null,
  account integer not null,
  side character(1) not null,
  debit_fen bigint default 0 not null,
  credit_fen bigint default 0 not null,
  constraint balance_pkey PRIMARY KEY (division, allotment, account),
  constraint balance_never_below_zero CHECK ((
CASE side
    WHEN 'D'::bpchar THEN (debit_fen - credit_fen)
    ELSE (credit_fen - debit_fen)
END >= 0)),
  constraint balance_of_an_allotment FOREIGN KEY (division, allotment) REFERENCES allotments.allotment(division, id)
) with (fillfactor=80);
alter table ledger.balance enable row level security;
create policy in_scope on ledger.balance as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant select on table ledger.balance to fundwatch_app;
grant select on table ledger.balance to fundwatch_rules;
comment on table ledger.balance is 'turnover of an account of an allotment, in fen; the guard that no interleaving can over-allocate';

create table ledger.batch (
  division integer not null,
  id bigint not null,
  form text not null,
  fiscal_year smallint not null,
  effective_on date not null,
  document bigint,
  request_key text,
  other_division integer,
  other_batch bigint,
  entries integer not null,
  actor bigint not null,
  recorded_at timestamp with time zone not null,
  digest bytea not null,
  constraint batch_pkey PRIMARY KEY (division, id),
  constraint batch_division_document_fkey FOREIGN KEY (division, document) REFERENCES ledger.document(division, id),
  constraint request_once UNIQUE (request_key, division)
);
CREATE INDEX batch_document ON ledger.batch USING btree (document);
alter table ledger.batch enable row level security;
create policy in_scope on ledger.batch as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant select on table ledger.batch to fundwatch_app;
grant select on table ledger.batch to fundwatch_rules;
comment on table ledger.batch is 'one posting: all entries of one form, at once or not at all; digest is SM3 over the header and every entry';

create table ledger.book (
  division integer not null,
  fiscal_year smallint not null,
  uses_plans boolean default false not null,
  locked_through date,
  closed_on date,
  constraint book_pkey PRIMARY KEY (division, fiscal_year),
  constraint book_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id)
);
alter table ledger.book enable row level security;
create policy in_scope on ledger.book as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant select on table ledger.book to fundwatch_app;
grant select on table ledger.book to fundwatch_rules;
comment on table ledger.book is 'the year''s book of a division: whether it keeps payment plans, through which day it is locked, when it was closed';

create table ledger.chart (
  id smallint not null,
  name text not null,
  first_year smallint not null,
  last_year smallint,
  issued_by integer,
  constraint chart_pkey PRIMARY KEY (id),
  constraint chart_issued_by_fkey FOREIGN KEY (issued_by) REFERENCES divisions.division(id)
);
grant select on table ledger.chart to fundwatch_app;
grant select on table ledger.chart to fundwatch_rules;
comment on table ledger.chart is 'reference: a chart of accounts in force for some years; null issuer is the ministry';

create table ledger.corrected (
  division integer not null,
  batch bigint not null,
  line integer not null,
  limit_fen bigint not null,
  corrected_fen bigint default 0 not null,
  constraint corrected_pkey PRIMARY KEY (division, batch, line),
  constraint corrected_division_batch_line_fkey FOREIGN KEY (division, batch, line) REFERENCES ledger.entry(division, batch, line),
  constraint corrections_within_original CHECK (((corrected_fen >= 0) AND (corrected_fen <= limit_fen)))
);
alter table ledger.corrected enable row level security;
create policy in_scope on ledger.corrected as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant select on table ledger.corrected to fundwatch_app;
grant select on table ledger.corrected to fundwatch_rules;
comment on table ledger.corrected is 'how much of an entry has been corrected; two corrections may not exceed it together';

create table ledger.document (
  division integer not null,
  id bigint default nextval('ledger.document_id'::regclass) not null,
  number text not null,
  number_form text not null,
  number_read text,
  title text not null,
  dated date not null,
  issuer text,
  scan uuid,
  import bigint,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  actor bigint default platform.actor() not null,
  constraint document_pkey PRIMARY KEY (division, id),
  constraint document_number_form_check CHECK ((number_form = ANY (ARRAY['valid'::text, 'repaired'::text, 'invalid'::text])))
);
CREATE INDEX document_number ON ledger.document USING btree (number, division);
alter table ledger.document enable row level security;
create policy in_scope on ledger.document as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table ledger.document to fundwatch_app;
grant select on table ledger.document to fundwatch_rules;
grant update (scan) on table ledger.document to fundwatch_app;
comment on table ledger.document is 'the official document behind postings; number_read is what was typed where the number was repaired';

create table ledger.entry (
  division integer not null,
  batch bigint not null,
  line integer not null,
  debit_allotment bigint not null,
  debit integer not null,
  credit_allotment bigint not null,
  credit integer not null,
  amount_fen bigint not null,
  corrects_batch bigint,
  corrects_line integer,
  constraint entry_pkey PRIMARY KEY (division, batch, line),
  constraint entry_division_corrects_batch_corrects_line_fkey FOREIGN KEY (division, corrects_batch, corrects_line) REFERENCES ledger.entry(division, batch, line),
  constraint red_letter_names_its_original CHECK (((amount_fen <> 0) AND ((amount_fen < 0) = (corrects_batch IS NOT NULL)) AND ((corrects_batch IS NULL) = (corrects_line IS NULL)))),
  constraint two_sides_differ CHECK (((debit_allotment <> credit_allotment) OR (debit <> credit)))
);
CREATE INDEX entry_credit ON ledger.entry USING btree (credit_allotment);
CREATE INDEX entry_debit ON ledger.entry USING btree (debit_allotment);
alter table ledger.entry enable row level security;
create policy in_scope on ledger.entry as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant select on table ledger.entry to fundwatch_app;
grant select on table ledger.entry to fundwatch_rules;
comment on table ledger.entry is 'one line of double entry: an allotment and an account on each side, one amount in fen; negative only as a red-letter correction';

create table ledger.form (
  code text not null,
  name text not null,
  english text not null,
  interlock text not null,
  constraint form_pkey PRIMARY KEY (code),
  constraint form_interlock_check CHECK ((interlock = ANY (ARRAY['none'::text, 'sends'::text, 'takes'::text])))
);
grant select on table ledger.form to fundwatch_app;
grant select on table ledger.form to fundwatch_rules;
comment on table ledger.form is 'reference: a business form (业务单); registering one makes the system run its transaction order by itself';

create table ledger.order_line (
  form text not null,
  first_year smallint not null,
  step smallint not null,
  last_year smallint,
  debit integer not null,
  credit integer not null,
  constraint order_line_pkey PRIMARY KEY (form, first_year, step),
  constraint order_line_credit_fkey FOREIGN KEY (credit) REFERENCES ledger.account(code),
  constraint order_line_debit_fkey FOREIGN KEY (debit) REFERENCES ledger.account(code),
  constraint order_line_form_fkey FOREIGN KEY (form) REFERENCES ledger.form(code)
);
grant select on table ledger.order_line to fundwatch_app;
grant select on table ledger.order_line to fundwatch_rules;
comment on table ledger.order_line is 'reference: a line of a transaction order (交易令), versioned by fiscal year, issued at the top and locked below';

create table ledger.seal (
  division integer not null,
  no bigint not null,
  previous bytea not null,
  digest bytea not null,
  sealed_at timestamp with time zone not null,
  constraint seal_pkey PRIMARY KEY (division, no)
);
alter table ledger.seal enable row level security;
create policy in_scope on ledger.seal as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant select on table ledger.seal to fundwatch_app;
grant select on table ledger.seal to fundwatch_rules;
comment on table ledger.seal is 'a link of the chain: SM3 over the previous seal and the digests of its batches; sealed_at is when we knew';

create table ledger.seal_batch (
  division integer not null,
  no bigint not null,
  "position" integer not null,
  batch bigint not null,
  constraint seal_batch_pkey PRIMARY KEY (division, no, "position"),
  constraint seal_batch_division_batch_fkey FOREIGN KEY (division, batch) REFERENCES ledger.batch(division, id),
  constraint seal_batch_division_no_fkey FOREIGN KEY (division, no) REFERENCES ledger.seal(division, no),
  constraint sealed_once UNIQUE (batch, division)
);
alter table ledger.seal_batch enable row level security;
create policy in_scope on ledger.seal_batch as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant select on table ledger.seal_batch to fundwatch_app;
grant select on table ledger.seal_batch to fundwatch_rules;
comment on table ledger.seal_batch is 'which batches a seal covers, in order';

create table ledger.transfer (
  division integer not null,
  id bigint default nextval('ledger.transfer_id'::regclass) not null,
  sender integer,
  sender_allotment bigint,
  fiscal_year smallint not null,
  document_number text not null,
  document_title text not null,
  document_dated date not null,
  fund integer not null,
  source_level text not null,
  direct boolean default false not null,
  function_subject text,
  fund_nature text,
  note text,
  external_id text,
  path bigint[] not null,
  sent_fen bigint default 0 not null,
  taken_fen bigint default 0 not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint transfer_pkey PRIMARY KEY (division, id),
  constraint transfer_fund_fkey FOREIGN KEY (fund) REFERENCES funds.fund(id),
  constraint transfer_sender_whole CHECK (((sender IS NULL) = (sender_allotment IS NULL))),
  constraint transfer_source_level_check CHECK ((source_level = ANY (ARRAY['central'::text, 'province'::text, 'city'::text, 'county'::text, 'township'::text]))),
  constraint transfer_taken_within_sent CHECK (((0 <= taken_fen) AND (taken_fen <= sent_fen)))
);
CREATE INDEX transfer_document ON ledger.transfer USING btree (document_number, division, fiscal_year);
CREATE INDEX transfer_from ON ledger.transfer USING btree (sender_allotment);
alter table ledger.transfer enable row level security;
create policy in_scope on ledger.transfer as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant select on table ledger.transfer to fundwatch_app;
grant select on table ledger.transfer to fundwatch_rules;
comment on table ledger.transfer is 'what a superior sent, one row in the receiver''s division, so that receiving is local; a superior outside this installation has no sender; amounts in fen';

create table ledger.unsealed (
  division integer not null,
  batch bigint not null,
  constraint unsealed_pkey PRIMARY KEY (division, batch)
);
alter table ledger.unsealed enable row level security;
create policy in_scope on ledger.unsealed as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant select on table ledger.unsealed to fundwatch_app;
grant select on table ledger.unsealed to fundwatch_rules;
comment on table ledger.unsealed is 'batches that are posted and wait for the sealer';

create table payments.bank_account (
  division integer not null,
  id bigint generated always as identity not null,
  key_version smallint not null,
  digest bytea not null,
  ciphertext bytea not null,
  masked text not null,
  constraint bank_account_pkey PRIMARY KEY (division, id),
  constraint account_once UNIQUE (digest, key_version, division)
);
alter table payments.bank_account enable row level security;
create policy in_scope on payments.bank_account as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table payments.bank_account to fundwatch_app;
grant select (division, id, masked) on table payments.bank_account to fundwatch_rules;
comment on table payments.bank_account is 'an account number, encrypted; digest is keyed (HMAC-SM3), for matching; masked is what may be shown';

create table payments.day_total (
  division integer not null,
  fiscal_year smallint not null,
  vouched_on date not null,
  payments bigint not null,
  amount_fen bigint not null,
  constraint day_total_pkey PRIMARY KEY (division, fiscal_year, vouched_on),
  constraint day_total_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id)
);
alter table payments.day_total enable row level security;
create policy in_scope on payments.day_total as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select, update on table payments.day_total to fundwatch_app;
grant select on table payments.day_total to fundwatch_rules;
comment on table payments.day_total is 'how many payment lines a day has and their sum in fen, kept with each posted batch, so that totals need not count millions of rows';

create table payments.holder (
  division integer not null,
  id bigint generated always as identity not null,
  account bigint,
  name text not null,
  bank text,
  constraint holder_pkey PRIMARY KEY (division, id),
  constraint holder_division_account_fkey FOREIGN KEY (division, account) REFERENCES payments.bank_account(division, id),
  constraint holder_once UNIQUE NULLS NOT DISTINCT (account, name, bank, division)
);
alter table payments.holder enable row level security;
create policy in_scope on payments.holder as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table payments.holder to fundwatch_app;
grant select on table payments.holder to fundwatch_rules;
comment on table payments.holder is 'who stands behind an account on a voucher: name, account, bank; one account may show several names';

create table payments.payment (
  division integer not null,
  id bigint default nextval('payments.payment_id'::regclass) not null,
  fiscal_year smallint not null,
  voucher_type smallint not null,
  voucher_no text not null,
  line_no integer not null,
  row_digest bytea not null,
  import bigint not null,
  vouched_on date not null,
  paid_on date,
  amount_fen bigint not null,
  payer bigint,
  payee bigint,
  agency integer,
  project bigint,
  allotment bigint,
  fund integer,
  function_subject text,
  economic_subject text,
  settlement text,
  pay_type text,
  purpose text,
  contract_no text,
  allotment_ref text,
  agency_code text,
  project_code text,
  document_number text,
  match text not null,
  constraint payment_pkey PRIMARY KEY (division, id),
  constraint payment_amount_fen_check CHECK ((amount_fen <> 0)),
  constraint payment_division_allotment_fkey FOREIGN KEY (division, allotment) REFERENCES allotments.allotment(division, id),
  constraint payment_match_check CHECK ((match = ANY (ARRAY['by-id'::text, 'by-elements'::text, 'ambiguous'::text, 'none'::text]))),
  constraint voucher_once UNIQUE (voucher_no, division, fiscal_year, voucher_type, line_no)
);
CREATE INDEX payment_allotment ON payments.payment USING btree (allotment);
CREATE INDEX payment_day ON payments.payment USING btree (fiscal_year, division, vouched_on, id);
CREATE INDEX payment_payee ON payments.payment USING btree (payee, vouched_on);
alter table payments.payment enable row level security;
create policy in_scope on payments.payment as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table payments.payment to fundwatch_app;
grant select on table payments.payment to fundwatch_rules;
grant update (project, allotment, fund, match) on table payments.payment to fundwatch_app;
comment on table payments.payment is 'one line of a payment voucher, as the treasury and the bank state it, in fen; allotment is null while it matches none';

create table payments.posting (
  division integer not null,
  payment bigint not null,
  batch bigint not null,
  line integer not null,
  allotment bigint not null,
  constraint posting_pkey PRIMARY KEY (division, payment, batch, line),
  constraint posting_division_batch_line_fkey FOREIGN KEY (division, batch, line) REFERENCES ledger.entry(division, batch, line),
  constraint posting_division_payment_fkey FOREIGN KEY (division, payment) REFERENCES payments.payment(division, id),
  constraint posting_once UNIQUE (batch, line, division)
);
alter table payments.posting enable row level security;
create policy in_scope on payments.posting as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table payments.posting to fundwatch_app;
grant select on table payments.posting to fundwatch_rules;
comment on table payments.posting is 'which ledger entries a payment made; a bundle is split over several allotments here';

create unlogged table payments.staged (
  import bigint not null,
  row_no integer not null,
  division integer not null,
  fiscal_year smallint not null,
  voucher_type smallint not null,
  voucher_no text not null,
  line_no integer not null,
  row_digest bytea not null,
  vouched_on date not null,
  paid_on date,
  amount_fen bigint not null,
  payer_digest bytea,
  payer_name text,
  payer_bank text,
  payee_digest bytea,
  payee_name text,
  payee_bank text,
  agency_code text,
  project_code text,
  allotment_ref text,
  document_number text,
  function_subject text,
  economic_subject text,
  settlement text,
  pay_type text,
  purpose text,
  contract_no text
);
CREATE INDEX staged_order ON payments.staged USING btree (import, division, fiscal_year, vouched_on);
grant delete, insert, select on table payments.staged to fundwatch_app;
comment on table payments.staged is 'staging: rows of an import between reading and posting';

create unlogged table payments.staged_account (
  import bigint not null,
  digest bytea not null,
  ciphertext bytea not null,
  masked text not null,
  constraint staged_account_pkey PRIMARY KEY (import, digest)
);
grant delete, insert, select on table payments.staged_account to fundwatch_app;
comment on table payments.staged_account is 'staging: account numbers of an import, already encrypted';

create table payments.unposted (
  division integer not null,
  payment bigint not null,
  reason text not null,
  constraint unposted_pkey PRIMARY KEY (division, payment),
  constraint unposted_division_payment_fkey FOREIGN KEY (division, payment) REFERENCES payments.payment(division, id),
  constraint unposted_reason_check CHECK ((reason = ANY (ARRAY['no-allotment'::text, 'ambiguous'::text, 'beyond-available'::text, 'not-paid'::text, 'book-locked'::text])))
);
alter table payments.unposted enable row level security;
create policy in_scope on payments.unposted as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant delete, insert, select, update on table payments.unposted to fundwatch_app;
grant select on table payments.unposted to fundwatch_rules;
comment on table payments.unposted is 'payments that wait for a form to make room or for a person to match them; a row goes when it is posted';

create table platform.file (
  division integer not null,
  id uuid default gen_random_uuid() not null,
  name text not null,
  media_type text not null,
  bytes bigint not null,
  sm3 bytea not null,
  key_version smallint not null,
  actor bigint not null,
  stored_at timestamp with time zone default clock_timestamp() not null,
  constraint file_pkey PRIMARY KEY (division, id),
  constraint file_bytes_check CHECK ((bytes >= 0))
);
alter table platform.file enable row level security;
create policy in_scope on platform.file as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table platform.file to fundwatch_app;
comment on table platform.file is 'an attachment; its encrypted bytes lie under the data folder, named by id';

create table platform.import (
  division integer not null,
  id bigint generated always as identity not null,
  kind text not null,
  file_name text not null,
  file_sm3 bytea not null,
  bytes bigint not null,
  state text not null,
  rows_read bigint default 0 not null,
  rows_taken bigint default 0 not null,
  rows_repeated bigint default 0 not null,
  faults jsonb default '[]'::jsonb not null,
  fault_count bigint default 0 not null,
  repairs jsonb default '[]'::jsonb not null,
  repair_count bigint default 0 not null,
  posted_to bigint default 0 not null,
  actor bigint not null,
  started_at timestamp with time zone default clock_timestamp() not null,
  finished_at timestamp with time zone,
  check_only boolean default false not null,
  figures jsonb default '{}'::jsonb not null,
  progress jsonb,
  constraint import_pkey PRIMARY KEY (division, id),
  constraint import_state_check CHECK ((state = ANY (ARRAY['reading'::text, 'refused'::text, 'posting'::text, 'done'::text, 'broken'::text])))
);
CREATE INDEX import_latest ON platform.import USING btree (division, kind, id);
alter table platform.import enable row level security;
create policy in_scope on platform.import as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select, update on table platform.import to fundwatch_app;
comment on table platform.import is 'one file taken in: what it held, what was refused, how far its posting has come (posted_to is the last staged row that is posted, so that an import can be resumed)';
comment on column platform.import.posted_to is 'how many staged rows, in voucher order, are posted; an import is resumed behind them';
comment on column platform.import.check_only is 'the file was only looked at: nothing of it was stored';

create table projects.project (
  division integer not null,
  id bigint generated always as identity not null,
  code text not null,
  name text not null,
  name_verdict text not null,
  kind text,
  agency integer,
  place text,
  first_year smallint not null,
  last_year smallint not null,
  investment_fen bigint default 0 not null,
  import bigint,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint project_pkey PRIMARY KEY (division, id),
  constraint project_code UNIQUE (code, division),
  constraint project_code_check CHECK ((code <> ''::text)),
  constraint project_division_agency_fkey FOREIGN KEY (division, agency) REFERENCES divisions.agency(division, id),
  constraint project_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint project_investment_fen_check CHECK ((investment_fen >= 0)),
  constraint project_name_verdict_check CHECK ((name_verdict = ANY (ARRAY['ok'::text, 'missing'::text, 'digits'::text, 'unrefined'::text, 'fund-name'::text, 'notice-title'::text]))),
  constraint project_years CHECK ((first_year <= last_year))
);
alter table projects.project enable row level security;
create policy in_scope on projects.project as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select, update on table projects.project to fundwatch_app;
grant select on table projects.project to fundwatch_rules;
comment on table projects.project is 'a project that money is arranged for; name_verdict is the judgement of src/projects/project-name.ts when it was written';

create table public.migration (
  name text not null,
  digest text not null,
  applied_at timestamp with time zone default clock_timestamp() not null,
  constraint migration_pkey PRIMARY KEY (name)
);

create table rules.run (
  division integer not null,
  id bigint generated always as identity not null,
  as_of date not null,
  started_at timestamp with time zone default clock_timestamp() not null,
  finished_at timestamp with time zone,
  outcome jsonb default '{}'::jsonb not null,
  constraint run_pkey PRIMARY KEY (division, id)
);
alter table rules.run enable row level security;
create policy in_scope on rules.run as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy of_the_installation on rules.run as permissive for select using ((division = 0));
grant insert, select, update on table rules.run to fundwatch_app;
comment on table rules.run is 'one check of all active rules; division 0 is the whole installation; outcome counts by rule and names what was suspended';

create table rules.setting (
  division integer not null,
  rule text not null,
  valid_from date not null,
  parameters jsonb not null,
  active boolean default true not null,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint setting_pkey PRIMARY KEY (division, rule, valid_from)
);
alter table rules.setting enable row level security;
create policy in_scope on rules.setting as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy of_the_installation on rules.setting as permissive for select using ((division = 0));
grant insert, select, update on table rules.setting to fundwatch_app;
comment on table rules.setting is 'a division''s own parameters of a rule from a day on; what is not set comes from the catalogue';

create table rules.suspension (
  division integer not null,
  rule text not null,
  reason text not null,
  suspended_at timestamp with time zone default clock_timestamp() not null,
  constraint suspension_pkey PRIMARY KEY (division, rule)
);
alter table rules.suspension enable row level security;
create policy in_scope on rules.suspension as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy of_the_installation on rules.suspension as permissive for select using ((division = 0));
grant delete, insert, select, update on table rules.suspension to fundwatch_app;
comment on table rules.suspension is 'a rule that failed or ran too long, switched off and said aloud until someone mends it';

create table warnings.event (
  division integer not null,
  warning bigint not null,
  no integer not null,
  kind text not null,
  level text,
  note text,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  evidence jsonb,
  constraint event_pkey PRIMARY KEY (division, warning, no),
  constraint event_division_warning_fkey FOREIGN KEY (division, warning) REFERENCES warnings.warning(division, id),
  constraint event_kind_check CHECK ((kind = ANY (ARRAY['raised'::text, 'level'::text, 'evidence'::text, 'cause-gone'::text, 'cause-back'::text, 'out'::text, 'normal'::text, 'violation'::text, 'corrected'::text, 'note'::text])))
);
alter table warnings.event enable row level security;
create policy in_scope on warnings.event as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table warnings.event to fundwatch_app;
comment on table warnings.event is 'append-only: everything that happened to a warning';

create unlogged table warnings.finding (
  run bigint not null,
  division integer not null,
  rule text not null,
  cause text not null,
  fiscal_year smallint not null,
  level text not null,
  subject_kind text not null,
  subject text not null,
  fund integer,
  amount_fen bigint,
  evidence jsonb not null,
  label text not null
);
CREATE INDEX finding_run ON warnings.finding USING btree (run, division, rule, cause);
grant delete, insert, select on table warnings.finding to fundwatch_app;
comment on table warnings.finding is 'staging: the findings of one run';

create table warnings.warning (
  division integer not null,
  id bigint default nextval('warnings.warning_id'::regclass) not null,
  rule text not null,
  cause text not null,
  episode integer default 1 not null,
  fiscal_year smallint not null,
  level text not null,
  status text not null,
  subject_kind text not null,
  subject text not null,
  fund integer,
  amount_fen bigint,
  evidence jsonb not null,
  raised_on date not null,
  ended_on date,
  label text not null,
  gone_on date,
  constraint warning_pkey PRIMARY KEY (division, id),
  constraint warning_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint warning_episode_check CHECK ((episode >= 1)),
  constraint warning_level_check CHECK ((level = ANY (ARRAY['bell'::text, 'yellow'::text, 'red'::text]))),
  constraint warning_once UNIQUE (cause, rule, division, episode),
  constraint warning_status_check CHECK ((status = ANY (ARRAY['open'::text, 'out'::text, 'normal'::text, 'violation'::text, 'corrected'::text]))),
  constraint warning_subject_kind_check CHECK ((subject_kind = ANY (ARRAY['allotment'::text, 'transfer'::text, 'payment'::text, 'project'::text, 'fund'::text, 'agency'::text, 'document'::text])))
);
CREATE INDEX warning_caused ON warnings.warning USING btree (rule, division, cause) WHERE (gone_on IS NULL);
CREATE INDEX warning_open ON warnings.warning USING btree (fiscal_year, division, level) WHERE (status = ANY (ARRAY['open'::text, 'violation'::text]));
alter table warnings.warning enable row level security;
create policy in_scope on warnings.warning as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select, update on table warnings.warning to fundwatch_app;
comment on table warnings.warning is 'a suspicion: rule, cause and episode name it, so that a bell can go out and ring again; its history is warnings.event';
comment on column warnings.warning.gone_on is 'the day a check no longer found the cause; null while it is there. A yellow or red lamp stays lit until a person handles it, cause or no cause';

create view allotments.published_line with (security_invoker=true) as
 SELECT a.division,
    a.id,
    a.fiscal_year,
    a.form,
    a.document,
    a.fund,
    a.amount_fen,
    a.source,
    a.transfer,
    a.carried_from,
    a.path,
    a.bundle,
    a.source_type,
    a.source_level,
    a.superior_number,
    a.direct,
    a.advance,
    a.fund_nature,
    a.function_subject,
    a.economic_subject,
    a.department_subject,
    a.transfer_subject,
    a.poverty,
    a.monitored_fen,
    a.office,
    a.agency,
    a.project,
    a.below_project_code,
    a.to_division,
    a.note,
    a.external_id,
    a.back_entered,
    d.number AS document_number,
    d.number_form AS document_form,
    d.title AS document_title,
    d.dated AS document_dated,
    d.scan AS document_scan,
    d.recorded_at,
    b.total_fen,
    b.to_refine_fen,
    b.own_fen,
    b.passed_fen,
    b.plan_fen,
    b.transit_fen,
    b.paid_fen,
    b.revenue_fen,
    a.budget_origin
   FROM allotments.allotment a
     JOIN ledger.document d ON d.division = a.division AND d.id = a.document
     LEFT JOIN LATERAL ( SELECT COALESCE(sum(b_1.debit_fen - b_1.credit_fen) FILTER (WHERE b_1.account = 1001), 0::numeric)::bigint AS total_fen,
            COALESCE(sum(b_1.debit_fen - b_1.credit_fen) FILTER (WHERE b_1.account = 5001), 0::numeric)::bigint AS to_refine_fen,
            COALESCE(sum(b_1.debit_fen - b_1.credit_fen) FILTER (WHERE b_1.account = 500201), 0::numeric)::bigint AS own_fen,
            COALESCE(sum(b_1.debit_fen - b_1.credit_fen) FILTER (WHERE b_1.account = 500202), 0::numeric)::bigint AS passed_fen,
            COALESCE(sum(b_1.debit_fen - b_1.credit_fen) FILTER (WHERE b_1.account = 5101), 0::numeric)::bigint AS plan_fen,
            COALESCE(sum(b_1.debit_fen - b_1.credit_fen) FILTER (WHERE b_1.account = 5102), 0::numeric)::bigint AS transit_fen,
            COALESCE(sum(b_1.debit_fen - b_1.credit_fen) FILTER (WHERE b_1.account = 5201), 0::numeric)::bigint AS paid_fen,
            COALESCE(sum(b_1.credit_fen - b_1.debit_fen) FILTER (WHERE b_1.account = 4001), 0::numeric)::bigint AS revenue_fen
           FROM ledger.balance b_1
          WHERE b_1.division = a.division AND b_1.allotment = a.id) b ON true;
grant select on table allotments.published_line to fundwatch_app;
grant select on table allotments.published_line to fundwatch_rules;

create view divisions.published_agency with (security_invoker=true) as
 SELECT division,
    id,
    code,
    name
   FROM divisions.agency;
grant select on table divisions.published_agency to fundwatch_app;
grant select on table divisions.published_agency to fundwatch_rules;

create view divisions.published_division with (security_invoker=true) as
 SELECT v.division,
    v.code,
    v.name,
    v.level,
    v.administrative_parent,
    v.fiscal_parent,
    d.go_live
   FROM divisions.version v
     JOIN divisions.division d ON d.id = v.division
  WHERE v.valid @> platform.today();
grant select on table divisions.published_division to fundwatch_app;
grant select on table divisions.published_division to fundwatch_rules;

create view divisions.published_office with (security_invoker=true) as
 SELECT division,
    id,
    code,
    name
   FROM divisions.office;
grant select on table divisions.published_office to fundwatch_app;
grant select on table divisions.published_office to fundwatch_rules;

create view funds.published_fund with (security_invoker=true) as
 SELECT id,
    division,
    code,
    name,
    level,
    poverty,
    secret,
    parent,
    superior,
    owner_office
   FROM funds.fund f;
grant select on table funds.published_fund to fundwatch_app;
grant select on table funds.published_fund to fundwatch_rules;

create view funds.published_subject with (security_invoker=true) as
 SELECT kind,
    fiscal_year,
    code,
    name
   FROM funds.subject;
grant select on table funds.published_subject to fundwatch_app;
grant select on table funds.published_subject to fundwatch_rules;

create view ledger.published_balance with (security_invoker=true) as
 SELECT division,
    allotment,
    account,
    debit_fen,
    credit_fen,
        CASE side
            WHEN 'D'::bpchar THEN debit_fen - credit_fen
            ELSE credit_fen - debit_fen
        END AS balance_fen
   FROM ledger.balance b;
grant select on table ledger.published_balance to fundwatch_app;
grant select on table ledger.published_balance to fundwatch_rules;

create view ledger.published_book with (security_invoker=true) as
 SELECT division,
    fiscal_year,
    uses_plans,
    locked_through,
    closed_on
   FROM ledger.book;
grant select on table ledger.published_book to fundwatch_app;
grant select on table ledger.published_book to fundwatch_rules;

create view ledger.published_document with (security_invoker=true) as
 SELECT division,
    id,
    number,
    number_form,
    number_read,
    title,
    dated,
    issuer,
    scan,
    recorded_at
   FROM ledger.document;
grant select on table ledger.published_document to fundwatch_app;
grant select on table ledger.published_document to fundwatch_rules;

create view ledger.published_entry with (security_invoker=true) as
 SELECT e.division,
    e.batch,
    e.line,
    b.form,
    b.fiscal_year,
    b.effective_on,
    b.document,
    e.debit_allotment,
    e.debit,
    e.credit_allotment,
    e.credit,
    e.amount_fen,
    e.corrects_batch,
    e.corrects_line,
    b.recorded_at,
    b.actor
   FROM ledger.entry e
     JOIN ledger.batch b ON b.division = e.division AND b.id = e.batch;
grant select on table ledger.published_entry to fundwatch_app;
grant select on table ledger.published_entry to fundwatch_rules;

create view ledger.published_transfer with (security_invoker=true) as
 SELECT division,
    id,
    sender,
    sender_allotment,
    fiscal_year,
    document_number,
    document_title,
    document_dated,
    fund,
    source_level,
    direct,
    function_subject,
    fund_nature,
    note,
    external_id,
    path,
    sent_fen,
    taken_fen,
    recorded_at,
    sent_fen - taken_fen AS in_transit_fen
   FROM ledger.transfer t;
grant select on table ledger.published_transfer to fundwatch_app;
grant select on table ledger.published_transfer to fundwatch_rules;

create view payments.published_payment with (security_invoker=true) as
 SELECT p.division,
    p.id,
    p.fiscal_year,
    p.voucher_type,
    p.voucher_no,
    p.line_no,
    p.import,
    p.vouched_on,
    p.paid_on,
    p.amount_fen,
    p.payee,
    h.name AS payee_name,
    a.masked AS payee_account,
    p.agency,
    p.project,
    p.allotment,
    p.fund,
    p.function_subject,
    p.economic_subject,
    p.purpose,
    p.settlement,
    p.pay_type,
    p.agency_code,
    p.project_code,
    p.document_number,
    p.allotment_ref,
    p.match,
    u.reason AS unposted_reason
   FROM payments.payment p
     LEFT JOIN payments.holder h ON h.division = p.division AND h.id = p.payee
     LEFT JOIN payments.bank_account a ON a.division = h.division AND a.id = h.account
     LEFT JOIN payments.unposted u ON u.division = p.division AND u.payment = p.id;
grant select on table payments.published_payment to fundwatch_app;
grant select on table payments.published_payment to fundwatch_rules;

create view projects.published_project with (security_invoker=true) as
 SELECT division,
    id,
    code,
    name,
    name_verdict,
    kind,
    agency,
    place,
    first_year,
    last_year,
    investment_fen,
    recorded_at
   FROM projects.project;
grant select on table projects.published_project to fundwatch_app;
grant select on table projects.published_project to fundwatch_rules;

create view rules.subject_document with (security_invoker=true) as
 SELECT d.division,
    l.fiscal_year,
    d.id::text AS subject,
    concat_ws(' '::text, NULLIF(d.number, ''::text), d.title) AS label,
    l.fund,
    COALESCE(d.dated < v.go_live, false) OR l.back_entered AS back_entry,
    d.number,
    d.number_form,
    d.title,
    d.dated,
    d.scan,
    v.level AS division_level,
    l.lines,
    l.amount_fen,
    l.superior_numbers,
    COALESCE(( SELECT min(e.effective_on) AS min
           FROM ledger.published_entry e
          WHERE e.division = d.division AND e.document = d.id AND e.line = 1), d.dated) AS registered_on,
    (EXISTS ( SELECT
           FROM ledger.published_transfer t
          WHERE t.division = d.division AND t.document_number = d.number)) AS arrived_under_this_number
   FROM ledger.published_document d
     JOIN ( SELECT l_1.division,
            l_1.document,
            max(l_1.fiscal_year) AS fiscal_year,
                CASE
                    WHEN min(l_1.fund) = max(l_1.fund) THEN min(l_1.fund)
                    ELSE NULL::integer
                END AS fund,
            bool_and(l_1.back_entered) AS back_entered,
            count(*) AS lines,
            COALESCE(sum(l_1.amount_fen) FILTER (WHERE s.document IS DISTINCT FROM l_1.document), 0::numeric)::bigint AS amount_fen,
            COALESCE(array_agg(DISTINCT l_1.superior_number) FILTER (WHERE l_1.superior_number IS NOT NULL), '{}'::text[]) AS superior_numbers
           FROM allotments.published_line l_1
             JOIN ( SELECT b.division,
                    b.allotment
                   FROM ledger.published_balance b
                  GROUP BY b.division, b.allotment
                 HAVING sum(b.debit_fen) > 0::numeric) live ON live.division = l_1.division AND live.allotment = l_1.id
             LEFT JOIN allotments.published_line s ON s.division = l_1.division AND s.id = l_1.source
          GROUP BY l_1.division, l_1.document) l ON l.division = d.division AND l.document = d.id
     LEFT JOIN divisions.published_division v ON v.division = d.division;
grant select on table rules.subject_document to fundwatch_app;
grant select on table rules.subject_document to fundwatch_rules;
comment on view rules.subject_document is 'a document with live lines: its number, scan, and what was arranged by it, in fen; registered_on is the first effective day of its postings';

create view rules.subject_payment with (security_invoker=true) as
 SELECT division,
    fiscal_year,
    id::text AS subject,
    concat(voucher_type, '-', voucher_no, '/', line_no) AS label,
    fund,
    false AS back_entry,
    voucher_no,
    vouched_on,
    paid_on,
    amount_fen,
    match,
    purpose,
    allotment,
    allotment_ref,
    document_number,
    unposted_reason
   FROM payments.published_payment p;
grant select on table rules.subject_payment to fundwatch_app;
grant select on table rules.subject_payment to fundwatch_rules;
comment on view rules.subject_payment is 'one line of a payment voucher';

create view rules.subject_project with (security_invoker=true) as
 SELECT p.division,
    l.fiscal_year,
    p.id::text AS subject,
    concat_ws(' '::text, p.code, NULLIF(p.name, ''::text)) AS label,
    l.fund,
    false AS back_entry,
    p.code,
    p.name,
    p.name_verdict,
    l.arranged_fen
   FROM projects.published_project p
     JOIN ( SELECT l_1.division,
            l_1.project,
            max(l_1.fiscal_year) AS fiscal_year,
                CASE
                    WHEN min(l_1.fund) = max(l_1.fund) THEN min(l_1.fund)
                    ELSE NULL::integer
                END AS fund,
            sum(b.arranged_fen)::bigint AS arranged_fen
           FROM allotments.published_line l_1
             JOIN ( SELECT b_1.division,
                    b_1.allotment,
                    sum(b_1.balance_fen) AS arranged_fen
                   FROM ledger.published_balance b_1
                  WHERE b_1.account = ANY (ARRAY[500201, 5101, 5102, 5201])
                  GROUP BY b_1.division, b_1.allotment
                 HAVING sum(b_1.balance_fen) > 0::numeric) b ON b.division = l_1.division AND b.allotment = l_1.id
          WHERE l_1.project IS NOT NULL
          GROUP BY l_1.division, l_1.project) l ON l.division = p.division AND l.project = p.id;
grant select on table rules.subject_project to fundwatch_app;
grant select on table rules.subject_project to fundwatch_rules;
comment on view rules.subject_project is 'a project that money is arranged for, in fen';

create view rules.subject_receipt with (security_invoker=true) as
 SELECT r.division,
    r.fiscal_year,
    r.id::text AS subject,
    concat_ws(' · '::text, NULLIF(COALESCE(r.superior_number, r.document_number), ''::text), f.name) AS label,
    r.fund,
    COALESCE(r.document_dated < v.go_live, false) OR r.back_entered AS back_entry,
    r.document_number,
    r.superior_number,
    r.source_level,
    r.direct,
    v.level AS division_level,
    r.amount_fen,
    rest.rest_fen,
    COALESCE(( SELECT min(e.effective_on) AS min
           FROM ledger.published_entry e
          WHERE e.division = r.division AND e.debit_allotment = r.id AND e.debit = 1001 AND e.amount_fen > 0), r.document_dated) AS received_on
   FROM ( SELECT l.division,
            ancestor.ancestor,
            sum(b.balance_fen)::bigint AS rest_fen
           FROM ledger.published_balance b
             JOIN allotments.published_line l ON l.division = b.division AND l.id = b.allotment
             CROSS JOIN LATERAL unnest(l.path) ancestor(ancestor)
          WHERE (b.account = ANY (ARRAY[1001, 5001])) AND b.balance_fen > 0
          GROUP BY l.division, ancestor.ancestor) rest
     JOIN allotments.published_line r ON r.division = rest.division AND r.id = rest.ancestor AND r.form = 'receive'::text
     LEFT JOIN divisions.published_division v ON v.division = r.division
     LEFT JOIN funds.published_fund f ON f.id = r.fund;
grant select on table rules.subject_receipt to fundwatch_app;
grant select on table rules.subject_receipt to fundwatch_rules;
comment on view rules.subject_receipt is 'a line received from a superior with money left to assign or refine; rest_fen in fen';

create view rules.subject_unpaid_line with (security_invoker=true) as
 SELECT l.division,
    l.fiscal_year,
    l.id::text AS subject,
    concat_ws(' · '::text, NULLIF(l.document_number, ''::text), f.name) AS label,
    l.fund,
    COALESCE(l.document_dated < v.go_live, false) OR l.back_entered AS back_entry,
    l.document_number,
    l.agency,
    l.project,
    l.amount_fen,
    b.unpaid_fen,
    COALESCE(e.arranged_on, l.document_dated) AS arranged_on,
    e.last_paid_on,
    COALESCE(e.last_paid_on, e.arranged_on, l.document_dated) AS still_since
   FROM ( SELECT b_1.division,
            b_1.allotment,
            sum(b_1.balance_fen)::bigint AS unpaid_fen
           FROM ledger.published_balance b_1
          WHERE (b_1.account = ANY (ARRAY[500201, 5101])) AND b_1.balance_fen > 0
          GROUP BY b_1.division, b_1.allotment) b
     JOIN allotments.published_line l ON l.division = b.division AND l.id = b.allotment
     LEFT JOIN LATERAL ( SELECT min(e_1.effective_on) FILTER (WHERE e_1.debit = 500201) AS arranged_on,
            max(e_1.effective_on) FILTER (WHERE e_1.debit = 5201) AS last_paid_on
           FROM ledger.published_entry e_1
          WHERE e_1.division = l.division AND e_1.debit_allotment = l.id AND e_1.amount_fen > 0 AND e_1.form <> 'refund'::text) e ON true
     LEFT JOIN divisions.published_division v ON v.division = l.division
     LEFT JOIN funds.published_fund f ON f.id = l.fund;
grant select on table rules.subject_unpaid_line to fundwatch_app;
grant select on table rules.subject_unpaid_line to fundwatch_rules;
comment on view rules.subject_unpaid_line is 'own spending that is not paid yet: how much, in fen, and since when nothing moved';

create view rules.subject_unposted_payment with (security_invoker=true) as
 SELECT p.division,
    p.fiscal_year,
    p.id::text AS subject,
    concat(p.voucher_type, '-', p.voucher_no, '/', p.line_no) AS label,
    COALESCE(p.fund, l.fund) AS fund,
    false AS back_entry,
    p.voucher_no,
    p.vouched_on,
    p.amount_fen,
    p.unposted_reason,
    l.document_number,
    l.plan_fen,
    l.own_fen,
    l.own_fen + l.plan_fen AS available_fen
   FROM payments.published_payment p
     LEFT JOIN allotments.published_line l ON l.division = p.division AND l.id = p.allotment
  WHERE p.unposted_reason IS NOT NULL;
grant select on table rules.subject_unposted_payment to fundwatch_app;
grant select on table rules.subject_unposted_payment to fundwatch_rules;
comment on view rules.subject_unposted_payment is 'a payment that waits outside the book, and what its line has available, in fen';

create view warnings.published_warning with (security_invoker=true) as
 SELECT division,
    id,
    rule,
    cause,
    episode,
    fiscal_year,
    level,
    status,
    subject_kind,
    subject,
    fund,
    amount_fen,
    raised_on,
    ended_on,
    label,
    gone_on
   FROM warnings.warning;
grant select on table warnings.published_warning to fundwatch_app;

CREATE OR REPLACE FUNCTION divisions.rebuild_scopes()
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  delete from divisions.scope_division;
  insert into divisions.scope_division
  with recursive link as (
    select division as below, administrative_parent as above from divisions.version where valid @> platform.today() and administrative_parent is not null
    union select division, fiscal_parent from divisions.version where valid @> platform.today() and fiscal_parent is not null
  ), reach(scope, division) as (
    select id, id from divisions.division
    union
    select reach.scope, link.below from reach join link on link.above = reach.division
  )
  select scope, division from reach
  union all select 0, id from divisions.division
  union all select 0, 0
$function$;
grant execute on function divisions.rebuild_scopes() to fundwatch_app;
comment on function divisions.rebuild_scopes() is 'run after divisions change: a superior sees what lies below it by either parent';

CREATE OR REPLACE FUNCTION ledger.batch_head(b ledger.batch)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select concat_ws('|', 'batch', b.division, b.id, b.form, b.fiscal_year, b.effective_on, coalesce(b.document::text, '-'),
    coalesce(b.request_key, '-'), coalesce(b.other_division::text, '-'), coalesce(b.other_batch::text, '-'), b.entries, b.actor,
    (extract(epoch from b.recorded_at) * 1000000)::bigint)
$function$;
grant execute on function ledger.batch_head(ledger.batch) to public;

CREATE OR REPLACE FUNCTION ledger.in_scope(p_division integer)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if not exists (select from divisions.scope_division where scope = platform.scope() and division = p_division) then
    raise exception 'division % is outside the scope of this transaction', p_division using errcode = 'insufficient_privilege';
  end if;
end $function$;
grant execute on function ledger.in_scope(integer) to public;

CREATE OR REPLACE FUNCTION ledger.lock_balances(p_division integer, p_allotments bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform ledger.in_scope(p_division);
  perform from ledger.balance b where b.division = p_division and b.allotment = any (p_allotments)
    order by b.allotment, b.account for update;
end $function$;
grant execute on function ledger.lock_balances(integer,bigint[]) to fundwatch_app;
comment on function ledger.lock_balances(integer,bigint[]) is 'locks the balances of some allotments in key order, as ledger.post does, and changes nothing';

CREATE OR REPLACE FUNCTION ledger.open_transfers(p_sender integer, p_year integer, p_number text, p_title text, p_dated date, p_receiver integer[], p_sender_allotment bigint[], p_fund integer[], p_source_level text[], p_direct boolean[], p_function_subject text[], p_fund_nature text[], p_note text[], p_external_id text[], p_path text[], p_sent bigint[])
 RETURNS SETOF bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare v_receiver int;
begin
  if p_sender is not null then
    perform ledger.in_scope(p_sender);
  else
    foreach v_receiver in array p_receiver loop perform ledger.in_scope(v_receiver); end loop;
  end if;
  return query insert into ledger.transfer (division, sender, sender_allotment, fiscal_year, document_number, document_title, document_dated,
      fund, source_level, direct, function_subject, fund_nature, note, external_id, path, sent_fen)
    select r, p_sender, sa, p_year, p_number, p_title, p_dated, f, sl, dr, fs, fn, nt, ex, coalesce(pa::bigint[], '{}'),
      case when p_sender is null then st else 0 end
    from unnest(p_receiver, p_sender_allotment, p_fund, p_source_level, p_direct, p_function_subject, p_fund_nature, p_note, p_external_id, p_path, p_sent)
      with ordinality as l(r, sa, f, sl, dr, fs, fn, nt, ex, pa, st, n) order by n
    returning id;
end $function$;
grant execute on function ledger.open_transfers(integer,integer,text,text,date,integer[],bigint[],integer[],text[],boolean[],text[],text[],text[],text[],text[],bigint[]) to fundwatch_app;
comment on function ledger.open_transfers(integer,integer,text,text,date,integer[],bigint[],integer[],text[],boolean[],text[],text[],text[],text[],text[],bigint[]) is 'the only maker of transfers; from a sender in this installation they start at nothing, and ledger.post raises them';

CREATE OR REPLACE FUNCTION ledger.post_days(p_division integer, p_form text, p_year integer, p_effective date[], p_document bigint, p_request_key text[], p_day integer[], p_debit_allotment bigint[], p_debit integer[], p_credit_allotment bigint[], p_credit integer[], p_amount bigint[], p_transfer_division integer[] DEFAULT '{}'::integer[], p_transfer bigint[] DEFAULT '{}'::bigint[], p_transfer_fen bigint[] DEFAULT '{}'::bigint[], p_corrects_batch bigint[] DEFAULT NULL::bigint[], p_corrects_line integer[] DEFAULT NULL::integer[], p_other_division integer DEFAULT NULL::integer, p_other_batch bigint DEFAULT NULL::bigint)
 RETURNS bigint[]
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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

  v_ids := array(select coalesce(batch, nextval('ledger.batch_id')) from unnest(v_batches) with ordinality as d(batch, n) order by n);
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

  insert into ledger.entry (division, batch, line, debit_allotment, debit, credit_allotment, credit, amount_fen, corrects_batch, corrects_line)
  select p_division, v_ids[day], row_number() over (partition by day order by n), da, d, ca, c, amount, cb, cl
  from unnest(p_day, p_debit_allotment, p_debit, p_credit_allotment, p_credit, p_amount,
    coalesce(p_corrects_batch, array_fill(null::bigint, array[v_lines])), coalesce(p_corrects_line, array_fill(null::int, array[v_lines])))
    with ordinality as l(day, da, d, ca, c, amount, cb, cl, n)
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
    select e.line, e.debit, e.credit into v_bad from ledger.entry e
      where e.division = p_division and e.batch = any (v_new) and not exists (
        select from ledger.order_line o where o.form = p_form and o.debit = e.debit and o.credit = e.credit
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

  -- What goes down or comes in by transfers equals what the entries say, to the fen; the rows are locked in key order.
  select coalesce(sum(amount_fen) filter (where e.debit = 500202), 0)
       + coalesce(sum(amount_fen) filter (where e.debit = 1001 and (v_interlock = 'takes' or (p_form = 'correct' and cardinality(p_transfer) > 0))), 0)
    into v_moved from ledger.entry e where e.division = p_division and e.batch = any (v_new);
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
              select e.division, a.transfer as id, e.amount_fen as fen from ledger.entry e
                join allotments.allotment a on a.division = e.division and a.id = e.debit_allotment
                where e.division = p_division and e.batch = any (v_new) and e.debit = 1001 and e.credit = 4001 and a.transfer is not null
              union all
              select t.division, t.id, e.amount_fen from ledger.entry e
                join ledger.transfer t on t.sender = e.division and t.sender_allotment = e.debit_allotment
                where e.division = p_division and e.batch = any (v_new) and e.debit = 500202) x group by 1, 2) s
      full join (select d as division, i as id, sum(a) as fen from unnest(p_transfer_division, p_transfer, p_transfer_fen) as x(d, i, a) group by 1, 2) m
        on m.division = s.division and m.id = s.id
      where coalesce(s.fen, 0) <> coalesce(m.fen, 0) limit 1;
    if found then
      raise exception 'transfer % of division % is moved by % fen, its entries say %', v_bad.id, v_bad.division, v_bad.moved, v_bad.said using errcode = 'FW003';
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
    from moved m where not exists (select from opened o where o.allotment = m.allotment and o.account = m.account);
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
            coalesce(e.corrects_batch::text, '-'), coalesce(e.corrects_line::text, '-')), E'\n' order by e.line) as lines
          from ledger.entry e where e.division = p_division and e.batch = any (v_new) group by e.batch) l
    where b.division = p_division and b.id = l.batch;
  insert into ledger.unsealed select p_division, id from unnest(v_new) id;
  return v_batches;
end $function$;
grant execute on function ledger.post_days(integer,text,integer,date[],bigint,text[],integer[],bigint[],integer[],bigint[],integer[],bigint[],integer[],bigint[],bigint[],bigint[],integer[],integer,bigint) to fundwatch_app;
comment on function ledger.post_days(integer,text,integer,date[],bigint,text[],integer[],bigint[],integer[],bigint[],integer[],bigint[],integer[],bigint[],bigint[],bigint[],integer[],integer,bigint) is 'the only writer of entries and balances: one form, a batch for each of its days, at once or not at all; raises 23514 balance_never_below_zero, transfer_taken_within_sent, corrections_within_original; FW001 book locked, FW002 no such order, FW003 interlock broken';

CREATE OR REPLACE FUNCTION ledger.post(p_division integer, p_form text, p_year integer, p_effective date, p_document bigint, p_request_key text, p_debit_allotment bigint[], p_debit integer[], p_credit_allotment bigint[], p_credit integer[], p_amount bigint[], p_transfer_division integer[] DEFAULT '{}'::integer[], p_transfer bigint[] DEFAULT '{}'::bigint[], p_transfer_fen bigint[] DEFAULT '{}'::bigint[], p_corrects_batch bigint[] DEFAULT NULL::bigint[], p_corrects_line integer[] DEFAULT NULL::integer[], p_other_division integer DEFAULT NULL::integer, p_other_batch bigint DEFAULT NULL::bigint)
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select (ledger.post_days(p_division, p_form, p_year, array[p_effective], p_document, array[p_request_key],
    array_fill(1, array[coalesce(cardinality(p_amount), 0)]), p_debit_allotment, p_debit, p_credit_allotment, p_credit, p_amount,
    p_transfer_division, p_transfer, p_transfer_fen, p_corrects_batch, p_corrects_line, p_other_division, p_other_batch))[1]
$function$;
grant execute on function ledger.post(integer,text,integer,date,bigint,text,bigint[],integer[],bigint[],integer[],bigint[],integer[],bigint[],bigint[],bigint[],integer[],integer,bigint) to fundwatch_app;
comment on function ledger.post(integer,text,integer,date,bigint,text,bigint[],integer[],bigint[],integer[],bigint[],integer[],bigint[],bigint[],bigint[],integer[],integer,bigint) is 'ledger.post_days for one day: one form, one batch; raises what that raises';

CREATE OR REPLACE FUNCTION ledger.seal(p_division integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
grant execute on function ledger.seal(integer) to fundwatch_app;
comment on function ledger.seal(integer) is 'chains the committed batches of a division that wait for their seal; returns how many';

CREATE OR REPLACE FUNCTION payments.analyze_staged()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  analyze payments.staged (import, division, fiscal_year, vouched_on, voucher_type, voucher_no, line_no);
end $function$;
grant execute on function payments.analyze_staged() to fundwatch_app;
comment on function payments.analyze_staged() is 'gathers statistics of staged payments; an import of more than a few thousand lines calls it before it compares them with what is known';

CREATE OR REPLACE FUNCTION payments.fit_next(used bigint, amount bigint, room bigint)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN ((used + amount) <= room) THEN (used + amount) ELSE used END;
grant execute on function payments.fit_next(bigint,bigint,bigint) to public;

CREATE OR REPLACE FUNCTION platform.actor()
 RETURNS bigint
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN COALESCE((NULLIF(current_setting('fundwatch.actor'::text, true), ''::text))::bigint, (0)::bigint);
grant execute on function platform.actor() to public;

CREATE OR REPLACE FUNCTION platform.enclose(fact regclass)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  execute format('alter table %s enable row level security', fact);
  execute format('create policy in_scope on %s using (division in (select s.division from divisions.scope_division s where s.scope = platform.scope()))', fact);
end $function$;
grant execute on function platform.enclose(regclass) to public;
comment on function platform.enclose(regclass) is 'every migration that makes a fact table calls it; test/schema.test.ts finds those that did not';

CREATE OR REPLACE FUNCTION platform.enqueue(p_task text, p_payload json, p_key text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform graphile_worker.add_job(p_task, p_payload, job_key := p_key, max_attempts := 10);
end $function$;
grant execute on function platform.enqueue(text,json,text) to fundwatch_app;
comment on function platform.enqueue(text,json,text) is 'the app''s role may add work, and cannot read or change what is queued';

CREATE OR REPLACE FUNCTION platform.scope()
 RETURNS integer
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('fundwatch.scope'::text, true), ''::text))::integer;
grant execute on function platform.scope() to public;

CREATE OR REPLACE FUNCTION platform.today()
 RETURNS date
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN COALESCE((NULLIF(current_setting('fundwatch.today'::text, true), ''::text))::date, ((now() AT TIME ZONE 'Asia/Shanghai'::text))::date);
grant execute on function platform.today() to public;

create aggregate payments.fitted(bigint,bigint) (sfunc = payments.fit_next, stype = bigint, initcond = '0');
