-- The schema after all migrations, made by `node bin/schema.mjs` from the catalogue: for reading and for test/schema.test.ts, not for running.

create schema allotments;
grant usage on schema allotments to fundwatch_app;
grant usage on schema allotments to fundwatch_rules;

create schema approvals;
grant usage on schema approvals to fundwatch_app;

create schema audit;
grant usage on schema audit to fundwatch_app;

create schema base;
grant usage on schema base to fundwatch_app;
grant usage on schema base to fundwatch_rules;

create schema beneficiaries;
grant usage on schema beneficiaries to fundwatch_app;
grant usage on schema beneficiaries to fundwatch_rules;

create schema books;
grant usage on schema books to fundwatch_app;

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

create schema releases;
grant usage on schema releases to fundwatch_app;

create schema rules;
grant usage on schema rules to fundwatch_app;
grant usage on schema rules to fundwatch_rules;

create schema warnings;
grant usage on schema warnings to fundwatch_app;

create sequence allotments.allotment_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence allotments.allotment_id to fundwatch_app;

create sequence allotments.recall_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence allotments.recall_id to fundwatch_app;

create sequence allotments.recoverable_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence allotments.recoverable_id to fundwatch_app;

create sequence allotments.recovered_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence allotments.recovered_id to fundwatch_app;

create sequence beneficiaries.disbursement_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence beneficiaries.disbursement_id to fundwatch_app;

create sequence beneficiaries.list_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence beneficiaries.list_id to fundwatch_app;

create sequence books.reconciliation_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence books.reconciliation_id to fundwatch_app;

create sequence divisions.compound_scope_id as integer start -1000 increment -1 minimum -2147483648 maximum -1000 cache 1;

create sequence ledger.batch_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence ledger.batch_id to fundwatch_app;

create sequence ledger.document_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence ledger.document_id to fundwatch_app;

create sequence ledger.sent_lowered_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;

create sequence ledger.transfer_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence ledger.transfer_id to fundwatch_app;

create sequence payments.message_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence payments.message_id to fundwatch_app;

create sequence payments.payment_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence payments.payment_id to fundwatch_app;

create sequence payments.tie_id as bigint start 1 increment 1 minimum 1 maximum 9223372036854775807 cache 1;
grant usage on sequence payments.tie_id to fundwatch_app;

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
  to_outside text,
  use_fund integer,
  constraint allotment_pkey PRIMARY KEY (division, id),
  constraint allotment_amount_fen_check CHECK ((amount_fen > 0)),
  constraint allotment_budget_origin CHECK ((budget_origin = ANY (ARRAY[1, 2, 3]))),
  constraint allotment_check CHECK (((monitored_fen >= 0) AND (monitored_fen <= amount_fen))),
  constraint allotment_ends_its_path CHECK ((path[cardinality(path)] = id)),
  constraint allotment_has_one_source CHECK (((num_nonnulls(source, transfer) <= 1) AND (num_nonnulls(transfer, carried_from) <= 1))),
  constraint allotment_poverty_amount CHECK (
CASE poverty
    WHEN 'whole'::text THEN (monitored_fen = amount_fen)
    WHEN 'none'::text THEN (monitored_fen = 0)
    ELSE true
END),
  constraint allotment_poverty_check CHECK ((poverty = ANY (ARRAY['whole'::text, 'part'::text, 'none'::text]))),
  constraint allotment_source_level_check CHECK ((source_level = ANY (ARRAY['central'::text, 'province'::text, 'city'::text, 'county'::text, 'township'::text]))),
  constraint allotment_use_fund_fkey FOREIGN KEY (use_fund) REFERENCES funds.fund(id),
  constraint receiver_here_or_outside CHECK ((num_nonnulls(to_division, to_outside) <= 1))
);
CREATE INDEX allotment_by_agency ON allotments.allotment USING btree (agency, division) WHERE (agency IS NOT NULL);
CREATE INDEX allotment_by_document ON allotments.allotment USING btree (document);
CREATE INDEX allotment_by_id ON allotments.allotment USING btree (id);
CREATE INDEX allotment_by_project ON allotments.allotment USING btree (project) WHERE (project IS NOT NULL);
CREATE INDEX allotment_carried ON allotments.allotment USING btree (carried_from) WHERE (carried_from IS NOT NULL);
CREATE UNIQUE INDEX allotment_external ON allotments.allotment USING btree (external_id, division, fiscal_year) WHERE (external_id IS NOT NULL);
CREATE INDEX allotment_path ON allotments.allotment USING gin (path);
CREATE INDEX allotment_source ON allotments.allotment USING btree (source) WHERE (source IS NOT NULL);
CREATE INDEX allotment_transfer ON allotments.allotment USING btree (transfer) WHERE (transfer IS NOT NULL);
CREATE INDEX allotment_year ON allotments.allotment USING btree (fiscal_year, division, id);
CREATE CONSTRAINT TRIGGER hand_over_is_whole AFTER INSERT ON allotments.allotment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.form = 'hand-over'::text)) EXECUTE FUNCTION allotments.hand_over_is_whole();
CREATE TRIGGER names_what_exists AFTER INSERT ON allotments.allotment REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION allotments.names_what_exists();
CREATE TRIGGER names_what_exists_changed AFTER UPDATE ON allotments.allotment REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION allotments.names_what_exists();
CREATE TRIGGER no_secret_detail AFTER INSERT ON allotments.allotment REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION funds.no_secret_detail();
alter table allotments.allotment enable row level security;
create policy in_scope on allotments.allotment as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on allotments.allotment as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM (unnest(( SELECT platform.narrowings() AS narrowings)) n(scope, office, fund, agency)
     JOIN divisions.scope_division s ON (((s.scope = n.scope) AND (s.division = allotment.division))))
  WHERE (((n.office IS NULL) OR (n.office = allotment.office)) AND ((n.fund IS NULL) OR (n.fund = allotment.fund)) AND ((n.agency IS NULL) OR (n.agency = allotment.agency)))))));
grant insert, select on table allotments.allotment to fundwatch_app;
grant select on table allotments.allotment to fundwatch_rules;
comment on table allotments.allotment is 'a line of budget authority, as it was issued; amounts in fen; path holds all ancestors across divisions and itself; never changed, only corrected in the ledger';
comment on column allotments.allotment.carried_from is 'the line of an earlier year whose rest this is, or whose payment came back (form recover); a carried tree mirrors the old one, so it may have a source too';
comment on column allotments.allotment.budget_origin is 'how the line came into the budget: 1 the initial budget, 2 an adjustment in the year (追加), 3 a virement (调剂)';
comment on column allotments.allotment.to_outside is 'the region that a line was sent across to, where that is outside this installation';
comment on column allotments.allotment.use_fund is 'the fund that integrated money is actually used as; its legal source stays in fund and function_subject';

create table allotments.carry_limit (
  first_year smallint not null,
  years smallint not null,
  document_number text,
  document_dated date,
  actor bigint,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint carry_limit_pkey PRIMARY KEY (first_year),
  constraint carry_limit_named CHECK (((document_number IS NULL) OR (btrim(document_number) <> ''::text))),
  constraint carry_limit_years_check CHECK ((years > 0))
);
grant select on table allotments.carry_limit to fundwatch_app;
grant select on table allotments.carry_limit to fundwatch_rules;
comment on table allotments.carry_limit is 'reference: after how many years an unspent balance is to be recovered by the treasury (结余), from a fiscal year on; shown as a hint at the closing';
comment on column allotments.carry_limit.document_number is 'the document that set it; null for the limit that came with the program';

create table allotments.closing (
  division integer not null,
  fiscal_year smallint not null,
  no integer not null,
  kind text not null,
  request_key text,
  document bigint not null,
  batch bigint,
  carry_batch bigint,
  carried_lines integer not null,
  carried_fen bigint not null,
  lapsed_lines integer not null,
  lapsed_fen bigint not null,
  reason text,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint closing_pkey PRIMARY KEY (division, fiscal_year, no),
  constraint closing_division_batch_fkey FOREIGN KEY (division, batch) REFERENCES ledger.batch(division, id),
  constraint closing_division_carry_batch_fkey FOREIGN KEY (division, carry_batch) REFERENCES ledger.batch(division, id),
  constraint closing_division_document_fkey FOREIGN KEY (division, document) REFERENCES ledger.document(division, id),
  constraint closing_kind_check CHECK ((kind = ANY (ARRAY['close'::text, 'take-back'::text]))),
  constraint closing_once UNIQUE (request_key, division)
);
alter table allotments.closing enable row level security;
create policy in_scope on allotments.closing as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table allotments.closing to fundwatch_app;
grant select on table allotments.closing to fundwatch_rules;
comment on table allotments.closing is 'a year-end closing, or one taken back: its batches in the old and in the new year, and how much was carried and how much lapsed, in fen';

create table allotments.hand_over (
  division integer not null,
  batch bigint not null,
  to_division integer not null,
  to_batch bigint not null,
  change integer,
  constraint hand_over_pkey PRIMARY KEY (division, batch),
  constraint hand_over_change_fkey FOREIGN KEY (change) REFERENCES divisions.change(id),
  constraint hand_over_division_batch_fkey FOREIGN KEY (division, batch) REFERENCES ledger.batch(division, id)
);
alter table allotments.hand_over enable row level security;
create policy in_scope on allotments.hand_over as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on allotments.hand_over as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM ledger.batch b
  WHERE ((b.division = hand_over.division) AND (b.id = hand_over.batch))))));
grant insert, select on table allotments.hand_over to fundwatch_app;
comment on table allotments.hand_over is 'the two batches of a hand-over (划转): what left one division''s book entered the other''s, under the order that changed the divisions';

create table allotments.joining (
  division integer not null,
  id bigint generated always as identity not null,
  kind text not null,
  hand_transfer bigint,
  superior_transfer bigint,
  allotments bigint[] not null,
  sent_fen bigint not null,
  taken_fen bigint not null,
  external_id text,
  manner text not null,
  reason text not null,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  undone_at timestamp with time zone,
  undone_by bigint,
  undone_reason text,
  constraint joining_pkey PRIMARY KEY (division, id),
  constraint joining_division_hand_transfer_fkey FOREIGN KEY (division, hand_transfer) REFERENCES ledger.transfer(division, id),
  constraint joining_division_superior_transfer_fkey FOREIGN KEY (division, superior_transfer) REFERENCES ledger.transfer(division, id),
  constraint joining_kind_check CHECK ((kind = ANY (ARRAY['transfer'::text, 'row'::text]))),
  constraint joining_manner_check CHECK ((manner = ANY (ARRAY['person'::text, 'automatic'::text]))),
  constraint joining_whole CHECK (
CASE kind
    WHEN 'transfer'::text THEN ((hand_transfer IS NOT NULL) AND (superior_transfer IS NOT NULL))
    ELSE (external_id IS NOT NULL)
END),
  constraint undone_whole CHECK ((((undone_at IS NULL) = (undone_by IS NULL)) AND ((undone_at IS NULL) = (undone_reason IS NULL))))
);
CREATE UNIQUE INDEX joined_once ON allotments.joining USING btree (hand_transfer, division) WHERE ((undone_at IS NULL) AND (kind = 'transfer'::text));
CREATE INDEX joining_superior ON allotments.joining USING btree (superior_transfer) WHERE (superior_transfer IS NOT NULL);
alter table allotments.joining enable row level security;
create policy in_scope on allotments.joining as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on allotments.joining as restrictive for all using (((NULLIF(current_setting('fundwatch.narrowing'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM allotments.allotment a
  WHERE ((a.division = joining.division) AND (a.id = ANY (joining.allotments)))))));
grant select on table allotments.joining to fundwatch_app;
grant select on table allotments.joining to fundwatch_rules;
comment on table allotments.joining is 'a line entered by hand joined with the superior''s own that arrived later (挂接): its transfer, or its row in a file; sent_fen and taken_fen are what the hand-opened transfer held before, in fen';

create table allotments.recall (
  division integer not null,
  id bigint default nextval('allotments.recall_id'::regclass) not null,
  form text not null,
  fiscal_year smallint not null,
  document bigint not null,
  effective_on date not null,
  request_key text,
  asked_fen bigint not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  actor bigint default platform.actor() not null,
  constraint recall_pkey PRIMARY KEY (division, id),
  constraint recall_asked_fen_check CHECK ((asked_fen > 0)),
  constraint recall_division_document_fkey FOREIGN KEY (division, document) REFERENCES ledger.document(division, id),
  constraint recall_form_check CHECK ((form = ANY (ARRAY['recall'::text, 'settle'::text, 'recalled'::text, 'settled'::text]))),
  constraint recall_once UNIQUE (request_key, division)
);
CREATE INDEX recall_document ON allotments.recall USING btree (document);
alter table allotments.recall enable row level security;
create policy in_scope on allotments.recall as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on allotments.recall as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR ((actor = platform.actor()) OR (EXISTS ( SELECT
   FROM allotments.recall_part p
  WHERE ((p.division = recall.division) AND (p.recall = recall.id)))))));
grant insert, select on table allotments.recall to fundwatch_app;
grant select on table allotments.recall to fundwatch_rules;
comment on table allotments.recall is 'one act of calling money back, by the division that calls (recall, settle) or, for a superior outside this installation, by the one that gives (recalled, settled); amounts in fen';

create table allotments.recall_part (
  division integer not null,
  recall bigint not null,
  no integer not null,
  transfer_division integer not null,
  transfer bigint not null,
  line bigint,
  in_transit_fen bigint not null,
  taken_fen bigint not null,
  gone_fen bigint not null,
  batch bigint,
  below_batch bigint,
  constraint recall_part_pkey PRIMARY KEY (division, recall, no),
  constraint recall_part_division_line_fkey FOREIGN KEY (division, line) REFERENCES allotments.allotment(division, id),
  constraint recall_part_division_recall_fkey FOREIGN KEY (division, recall) REFERENCES allotments.recall(division, id),
  constraint recall_part_gone_fen_check CHECK ((gone_fen >= 0)),
  constraint recall_part_in_transit_fen_check CHECK ((in_transit_fen >= 0)),
  constraint recall_part_of_something CHECK ((((in_transit_fen + taken_fen) + gone_fen) > 0)),
  constraint recall_part_taken_fen_check CHECK ((taken_fen >= 0))
);
CREATE INDEX recall_part_transfer ON allotments.recall_part USING btree (transfer);
alter table allotments.recall_part enable row level security;
create policy in_scope on allotments.recall_part as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on allotments.recall_part as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR ((EXISTS ( SELECT
   FROM allotments.allotment a
  WHERE ((a.division = recall_part.division) AND (a.id = recall_part.line)))) OR (EXISTS ( SELECT
   FROM ledger.transfer t
  WHERE ((t.division = recall_part.transfer_division) AND (t.id = recall_part.transfer)))))));
grant insert, select on table allotments.recall_part to fundwatch_app;
grant select on table allotments.recall_part to fundwatch_rules;
comment on table allotments.recall_part is 'what a recall got of one transfer: still in transit, unspent below, and gone; with the batch of each side; line is the line that was passed down';

create table allotments.recognition (
  division integer not null,
  id bigint generated always as identity not null,
  transfer bigint not null,
  verdict text not null,
  monitored_fen bigint not null,
  reason text not null,
  document text,
  supersedes bigint,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint recognition_pkey PRIMARY KEY (division, id),
  constraint recognition_amount CHECK (
CASE verdict
    WHEN 'none'::text THEN (monitored_fen = 0)
    ELSE (monitored_fen > 0)
END),
  constraint recognition_division_supersedes_fkey FOREIGN KEY (division, supersedes) REFERENCES allotments.recognition(division, id),
  constraint recognition_division_transfer_fkey FOREIGN KEY (division, transfer) REFERENCES ledger.transfer(division, id),
  constraint recognition_monitored_fen_check CHECK ((monitored_fen >= 0)),
  constraint recognition_reason_check CHECK (((length(btrim(reason)) >= 1) AND (length(btrim(reason)) <= 500))),
  constraint recognition_verdict_check CHECK ((verdict = ANY (ARRAY['whole'::text, 'part'::text, 'none'::text])))
);
CREATE UNIQUE INDEX recognition_first ON allotments.recognition USING btree (transfer, division) WHERE (supersedes IS NULL);
CREATE UNIQUE INDEX recognition_next ON allotments.recognition USING btree (supersedes, division) WHERE (supersedes IS NOT NULL);
CREATE INDEX recognition_transfer ON allotments.recognition USING btree (transfer);
alter table allotments.recognition enable row level security;
create policy in_scope on allotments.recognition as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on allotments.recognition as restrictive for all using (((NULLIF(current_setting('fundwatch.narrowing'::text, true), ''::text) IS NULL) OR (EXISTS ( SELECT
   FROM ledger.transfer t
  WHERE ((t.division = recognition.division) AND (t.id = recognition.transfer))))));
grant insert, select on table allotments.recognition to fundwatch_app;
grant select on table allotments.recognition to fundwatch_rules;
comment on table allotments.recognition is 'whether a transfer from above lies within the monitored scope, partly, or not (非扶贫资金识别): decided by a person, never changed, only superseded by a later decision; amounts in fen';

create table allotments.recoverable (
  division integer not null,
  id bigint default nextval('allotments.recoverable_id'::regclass) not null,
  recall bigint not null,
  no integer not null,
  transfer_division integer not null,
  transfer bigint not null,
  amount_fen bigint not null,
  constraint recoverable_pkey PRIMARY KEY (division, id),
  constraint one_claim_a_part UNIQUE (recall, no, division),
  constraint recoverable_amount_fen_check CHECK ((amount_fen > 0)),
  constraint recoverable_division_recall_no_fkey FOREIGN KEY (division, recall, no) REFERENCES allotments.recall_part(division, recall, no)
);
CREATE INDEX recoverable_transfer ON allotments.recoverable USING btree (transfer);
alter table allotments.recoverable enable row level security;
create policy in_scope on allotments.recoverable as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on allotments.recoverable as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR ((EXISTS ( SELECT
   FROM allotments.recall_part p
  WHERE ((p.division = recoverable.division) AND (p.recall = recoverable.recall)))) OR (EXISTS ( SELECT
   FROM ledger.transfer t
  WHERE ((t.division = recoverable.transfer_division) AND (t.id = recoverable.transfer)))))));
grant insert, select on table allotments.recoverable to fundwatch_app;
grant select on table allotments.recoverable to fundwatch_rules;
comment on table allotments.recoverable is 'to be recovered (待追回): called back when it was already gone; of a superior outside this installation, to be returned to it; in fen; what came in for it is in allotments.recovered';

create table allotments.recovered (
  division integer not null,
  id bigint default nextval('allotments.recovered_id'::regclass) not null,
  recoverable bigint not null,
  amount_fen bigint not null,
  received_on date not null,
  document bigint not null,
  recall bigint,
  note text,
  request_key text,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  actor bigint default platform.actor() not null,
  constraint recovered_pkey PRIMARY KEY (division, id),
  constraint recovered_amount_fen_check CHECK ((amount_fen > 0)),
  constraint recovered_division_document_fkey FOREIGN KEY (division, document) REFERENCES ledger.document(division, id),
  constraint recovered_division_recall_fkey FOREIGN KEY (division, recall) REFERENCES allotments.recall(division, id),
  constraint recovered_division_recoverable_fkey FOREIGN KEY (division, recoverable) REFERENCES allotments.recoverable(division, id),
  constraint recovered_once UNIQUE (request_key, division)
);
CREATE INDEX recovered_recoverable ON allotments.recovered USING btree (recoverable);
alter table allotments.recovered enable row level security;
create policy in_scope on allotments.recovered as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on allotments.recovered as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR ((actor = platform.actor()) OR (EXISTS ( SELECT
   FROM allotments.recoverable r
  WHERE ((r.division = recovered.division) AND (r.id = recovered.recoverable)))))));
grant select on table allotments.recovered to fundwatch_app;
grant select on table allotments.recovered to fundwatch_rules;
comment on table allotments.recovered is 'what came in for a claim, in fen: through a recall of what had come back below (recall), or in another way by its document';

create table approvals.chain (
  division integer not null,
  id bigint generated always as identity not null,
  form text not null,
  from_fen bigint default 0 not null,
  valid daterange not null,
  reason text not null,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint chain_pkey PRIMARY KEY (division, id),
  constraint chain_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint chain_form_check CHECK ((form ~ '^[a-z]+[a-z.-]*$'::text)),
  constraint chain_from_fen_check CHECK ((from_fen >= 0)),
  constraint chain_reason_check CHECK ((reason <> ''::text)),
  constraint chain_valid_check CHECK (((NOT isempty(valid)) AND (lower(valid) IS NOT NULL))),
  constraint one_chain_for_an_amount_at_a_time EXCLUDE USING gist (form WITH =, from_fen WITH =, valid WITH &&, division WITH =)
);
alter table approvals.chain enable row level security;
create policy in_scope on approvals.chain as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant delete, insert, select on table approvals.chain to fundwatch_app;
grant update (valid) on table approvals.chain to fundwatch_app;
comment on table approvals.chain is 'who signs a form (审批链) in a division, from an amount on (fen) and between two days; a form without one in force needs no signature';

create table approvals.chain_step (
  division integer not null,
  chain bigint not null,
  step smallint not null,
  title text not null,
  posts text[] not null,
  constraint chain_step_pkey PRIMARY KEY (division, chain, step),
  constraint chain_step_division_chain_fkey FOREIGN KEY (division, chain) REFERENCES approvals.chain(division, id),
  constraint chain_step_posts_check CHECK ((cardinality(posts) > 0)),
  constraint chain_step_step_check CHECK (((step >= 1) AND (step <= 9))),
  constraint chain_step_title_check CHECK ((title <> ''::text))
);
alter table approvals.chain_step enable row level security;
create policy in_scope on approvals.chain_step as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant delete, insert, select on table approvals.chain_step to fundwatch_app;
comment on table approvals.chain_step is 'one signature of a chain: its title as the office says it (股长, 分管局长), and the posts whose holders may give it';

create table approvals.delegation (
  division integer not null,
  id bigint generated always as identity not null,
  holding bigint not null,
  holder bigint not null,
  delegate bigint not null,
  valid daterange not null,
  reason text not null,
  arranged_by bigint default platform.actor() not null,
  ended_at timestamp with time zone,
  ended_by bigint,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint delegation_pkey PRIMARY KEY (division, id),
  constraint delegation_delegate_fkey FOREIGN KEY (delegate) REFERENCES identity.account(id),
  constraint delegation_holder_fkey FOREIGN KEY (holder) REFERENCES identity.account(id),
  constraint delegation_holding_fkey FOREIGN KEY (holding) REFERENCES identity.holding(id),
  constraint delegation_reason_check CHECK ((reason <> ''::text)),
  constraint delegation_valid_check CHECK (((NOT isempty(valid)) AND (lower(valid) IS NOT NULL) AND (upper(valid) IS NOT NULL))),
  constraint nobody_stands_in_for_oneself CHECK ((holder <> delegate)),
  constraint one_delegate_at_a_time EXCLUDE USING gist (holding WITH =, valid WITH &&, division WITH =) WHERE ((ended_at IS NULL))
);
alter table approvals.delegation enable row level security;
create policy in_scope on approvals.delegation as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table approvals.delegation to fundwatch_app;
grant update (ended_at, ended_by) on table approvals.delegation to fundwatch_app;
comment on table approvals.delegation is 'a post stood in for (代岗) between two days; it ends by itself, with the holding, or when ended; the delegate acts under their own name for the holder';

create table approvals.event (
  division integer not null,
  submission bigint not null,
  no integer not null,
  kind text not null,
  actor bigint default platform.actor() not null,
  stands_for bigint,
  digest bytea,
  note text,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint event_pkey PRIMARY KEY (division, submission, no),
  constraint event_division_submission_fkey FOREIGN KEY (division, submission) REFERENCES approvals.submission(division, id),
  constraint event_kind_check CHECK ((kind = ANY (ARRAY['submitted'::text, 'signed'::text, 'returned'::text, 'refused'::text, 'mended'::text, 'withdrawn'::text, 'carried-out'::text, 'handed-over'::text])))
);
alter table approvals.event enable row level security;
create policy in_scope on approvals.event as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on approvals.event as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM approvals.submission s
  WHERE ((s.division = event.division) AND (s.id = event.submission))))));
grant insert, select on table approvals.event to fundwatch_app;
comment on table approvals.event is 'append-only: what happened to a submission, by whom, for whom';

create table approvals.handover (
  division integer not null,
  id bigint generated always as identity not null,
  giver bigint not null,
  taker bigint not null,
  witness bigint not null,
  holdings bigint[] not null,
  reason text not null,
  items jsonb not null,
  digest bytea not null,
  state text default 'open'::text not null,
  request_key text not null,
  actor bigint default platform.actor() not null,
  made_on date default platform.today() not null,
  done_on date,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint handover_pkey PRIMARY KEY (division, id),
  constraint handover_giver_fkey FOREIGN KEY (giver) REFERENCES identity.account(id),
  constraint handover_holdings_check CHECK ((cardinality(holdings) > 0)),
  constraint handover_once UNIQUE (request_key, division),
  constraint handover_reason_check CHECK ((reason <> ''::text)),
  constraint handover_state_check CHECK ((state = ANY (ARRAY['open'::text, 'done'::text, 'dropped'::text]))),
  constraint handover_taker_fkey FOREIGN KEY (taker) REFERENCES identity.account(id),
  constraint handover_witness_fkey FOREIGN KEY (witness) REFERENCES identity.account(id),
  constraint three_different_people CHECK (((giver <> taker) AND (giver <> witness) AND (taker <> witness)))
);
CREATE TRIGGER handover_in_order BEFORE UPDATE ON approvals.handover FOR EACH ROW EXECUTE FUNCTION approvals.handover_in_order();
alter table approvals.handover enable row level security;
create policy in_scope on approvals.handover as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table approvals.handover to fundwatch_app;
grant update (state, done_on) on table approvals.handover to fundwatch_app;
comment on table approvals.handover is 'a handover of posts (交接): the list of open items as it was made, digest SM3 over it; posts move at the last of three signatures';

create table approvals.handover_signature (
  division integer not null,
  handover bigint not null,
  role text not null,
  signer bigint not null,
  digest bytea not null,
  signed_on date default platform.today() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint handover_signature_pkey PRIMARY KEY (division, handover, role),
  constraint handover_signature_division_handover_fkey FOREIGN KEY (division, handover) REFERENCES approvals.handover(division, id),
  constraint handover_signature_role_check CHECK ((role = ANY (ARRAY['giver'::text, 'taker'::text, 'witness'::text]))),
  constraint handover_signature_signer_fkey FOREIGN KEY (signer) REFERENCES identity.account(id),
  constraint one_role_a_person UNIQUE (division, handover, signer)
);
alter table approvals.handover_signature enable row level security;
create policy in_scope on approvals.handover_signature as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table approvals.handover_signature to fundwatch_app;
comment on table approvals.handover_signature is 'append-only: giver, taker and witness (监交人) of a handover, each over the list''s digest';

create table approvals.signature (
  division integer not null,
  submission bigint not null,
  round integer not null,
  step smallint not null,
  maker bigint not null,
  maker_for bigint not null,
  signer bigint not null,
  signs_for bigint not null,
  agreed boolean not null,
  opinion text not null,
  digest bytea not null,
  signed_on date default platform.today() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint signature_pkey PRIMARY KEY (division, submission, round, step),
  constraint maker_and_checker_differ CHECK (((signer <> maker) AND (signer <> maker_for) AND (signs_for <> maker) AND (signs_for <> maker_for))),
  constraint one_signature_a_person UNIQUE (division, submission, round, signer),
  constraint one_signature_for_a_person UNIQUE (division, submission, round, signs_for),
  constraint signature_division_submission_maker_maker_for_fkey FOREIGN KEY (division, submission, maker, maker_for) REFERENCES approvals.submission(division, id, maker, maker_for) ON UPDATE CASCADE,
  constraint signature_signer_fkey FOREIGN KEY (signer) REFERENCES identity.account(id),
  constraint signature_signs_for_fkey FOREIGN KEY (signs_for) REFERENCES identity.account(id)
);
alter table approvals.signature enable row level security;
create policy in_scope on approvals.signature as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on approvals.signature as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM approvals.submission s
  WHERE ((s.division = signature.division) AND (s.id = signature.submission))))));
grant insert, select on table approvals.signature to fundwatch_app;
comment on table approvals.signature is 'append-only: who signed which step of a submission in which round, over which digest; signs_for: whom the signer stood in for, else the signer. maker and maker_for follow the submission, so that maker and checker differ whoever writes';

create table approvals.submission (
  division integer not null,
  id bigint generated always as identity not null,
  form text not null,
  route text not null,
  path text not null,
  content text not null,
  digest bytea not null,
  file uuid,
  file_name text,
  amount_fen bigint,
  chain bigint not null,
  maker bigint not null,
  maker_for bigint not null,
  office integer,
  fund integer,
  agency integer,
  request_key text not null,
  state text default 'waiting'::text not null,
  round integer default 1 not null,
  step smallint default 1 not null,
  look jsonb default '{}'::jsonb not null,
  faults jsonb default '[]'::jsonb not null,
  answer jsonb,
  batch bigint,
  document bigint,
  made_on date default platform.today() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint submission_pkey PRIMARY KEY (division, id),
  constraint submission_division_batch_fkey FOREIGN KEY (division, batch) REFERENCES ledger.batch(division, id),
  constraint submission_division_chain_fkey FOREIGN KEY (division, chain) REFERENCES approvals.chain(division, id),
  constraint submission_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint submission_hands UNIQUE (division, id, maker, maker_for),
  constraint submission_maker_fkey FOREIGN KEY (maker) REFERENCES identity.account(id),
  constraint submission_maker_for_fkey FOREIGN KEY (maker_for) REFERENCES identity.account(id),
  constraint submission_once UNIQUE (request_key, division),
  constraint submission_round_check CHECK ((round > 0)),
  constraint submission_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'returned'::text, 'withdrawn'::text, 'carried-out'::text]))),
  constraint submission_step_check CHECK ((step > 0))
);
CREATE INDEX submission_document ON approvals.submission USING btree (document, division) WHERE (document IS NOT NULL);
CREATE INDEX submission_maker ON approvals.submission USING btree (maker, division) WHERE (state = ANY (ARRAY['waiting'::text, 'returned'::text]));
CREATE TRIGGER all_have_signed BEFORE UPDATE ON approvals.submission FOR EACH ROW EXECUTE FUNCTION approvals.all_have_signed();
alter table approvals.submission enable row level security;
create policy in_scope on approvals.submission as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on approvals.submission as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (maker = platform.actor()) OR (EXISTS ( SELECT
   FROM (unnest(( SELECT platform.narrowings() AS narrowings)) n(scope, office, fund, agency)
     JOIN divisions.scope_division s ON (((s.scope = n.scope) AND (s.division = submission.division))))
  WHERE (((n.office IS NULL) OR (n.office = submission.office)) AND ((n.fund IS NULL) OR (n.fund = submission.fund)) AND ((n.agency IS NULL) OR (n.agency = submission.agency)))))));
grant insert, select on table approvals.submission to fundwatch_app;
grant update (path, content, digest, file, file_name, amount_fen, chain, maker, maker_for, office, fund, agency, request_key, state, round, step, look, faults, answer, batch, document) on table approvals.submission to fundwatch_app;
comment on table approvals.submission is 'a request that waits for its signatures (送审): route and content (JSON) exactly as they came, digest SM3 over both and the file; maker_for: whom the maker stood in for, else the maker; round: how often it was handed in; look: what it would have done when handed in';

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
  kind text default 'operation'::text not null,
  before jsonb,
  after jsonb,
  digest bytea not null,
  constraint entry_pkey PRIMARY KEY (division, id),
  constraint entry_kind_fkey FOREIGN KEY (kind) REFERENCES audit.retention(kind),
  constraint entry_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text, 'failed'::text])))
);
CREATE INDEX entry_action ON audit.entry USING btree (action, id);
CREATE INDEX entry_by ON audit.entry USING btree (actor, id);
CREATE INDEX entry_latest ON audit.entry USING btree (id);
alter table audit.entry enable row level security;
create policy read_by_the_auditor on audit.entry as permissive for select using (((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))) AND platform.may('audit.read'::text)));
grant select on table audit.entry to fundwatch_app;
comment on table audit.entry is 'append-only record of every important act, refusals included; division 0 is an act of the installation itself';
comment on column audit.entry.kind is 'how long it is kept: audit.retention';
comment on column audit.entry.before is 'what stood there before a change; no personal data in the clear';
comment on column audit.entry.digest is 'SM3 over audit.entry_text: everything that the entry says';

create table audit.retention (
  kind text not null,
  name text not null,
  english text not null,
  floor_months integer,
  keep_months integer,
  basis text not null,
  basis_english text not null,
  constraint retention_pkey PRIMARY KEY (kind),
  constraint kept_as_long_as_the_law_says CHECK (((keep_months IS NULL) OR ((floor_months IS NOT NULL) AND (keep_months >= floor_months)))),
  constraint retention_floor_months_check CHECK ((floor_months > 0))
);
alter table audit.retention enable row level security;
create policy changed_by_who_may on audit.retention as permissive for update using (platform.may('security.configure'::text));
create policy seen on audit.retention as permissive for select using (true);
grant select on table audit.retention to fundwatch_app;
grant update (keep_months) on table audit.retention to fundwatch_app;
comment on table audit.retention is 'reference: how many months a kind of record is kept at least (the law) and here; null keeps it for ever, and where the law names no end nothing may set one';

create table audit.seal (
  division integer not null,
  no bigint not null,
  previous bytea not null,
  digest bytea not null,
  sealed_at timestamp with time zone not null,
  constraint seal_pkey PRIMARY KEY (division, no)
);
alter table audit.seal enable row level security;
create policy read_by_the_auditor on audit.seal as permissive for select using (((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))) AND platform.may('audit.read'::text)));
grant select on table audit.seal to fundwatch_app;
comment on table audit.seal is 'a link of the chain: SM3 over the previous seal and, for each kind of record, the count and digest of its entries';

create table audit.seal_entry (
  division integer not null,
  no bigint not null,
  "position" integer not null,
  entry bigint not null,
  constraint seal_entry_pkey PRIMARY KEY (division, no, "position"),
  constraint audited_once UNIQUE (entry, division),
  constraint seal_entry_division_entry_fkey FOREIGN KEY (division, entry) REFERENCES audit.entry(division, id),
  constraint seal_entry_division_no_fkey FOREIGN KEY (division, no) REFERENCES audit.seal(division, no)
);
alter table audit.seal_entry enable row level security;
create policy read_by_the_auditor on audit.seal_entry as permissive for select using (((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))) AND platform.may('audit.read'::text)));
grant select on table audit.seal_entry to fundwatch_app;
comment on table audit.seal_entry is 'which entries a seal covers, in order';

create table audit.seal_group (
  division integer not null,
  no bigint not null,
  kind text not null,
  entries integer not null,
  digest bytea not null,
  last_at timestamp with time zone not null,
  removed_by bigint,
  constraint seal_group_pkey PRIMARY KEY (division, no, kind),
  constraint seal_group_division_no_fkey FOREIGN KEY (division, no) REFERENCES audit.seal(division, no),
  constraint seal_group_kind_fkey FOREIGN KEY (kind) REFERENCES audit.retention(kind)
);
CREATE INDEX seal_group_age ON audit.seal_group USING btree (kind, last_at) WHERE (removed_by IS NULL);
alter table audit.seal_group enable row level security;
create policy read_by_the_auditor on audit.seal_group as permissive for select using (((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))) AND platform.may('audit.read'::text)));
grant select on table audit.seal_group to fundwatch_app;
comment on table audit.seal_group is 'the entries of one kind under one seal; once their time is over they are removed and this row stays as their stub: removed_by is the entry that says so';

create table audit.unsealed (
  division integer not null,
  entry bigint not null,
  constraint unsealed_pkey PRIMARY KEY (division, entry)
);
alter table audit.unsealed enable row level security;
create policy read_by_the_auditor on audit.unsealed as permissive for select using (((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))) AND platform.may('audit.read'::text)));
grant select on table audit.unsealed to fundwatch_app;
comment on table audit.unsealed is 'entries that wait for the sealer';

create table base.edition (
  id integer generated always as identity not null,
  issuer integer,
  kind text not null,
  name text not null,
  first_year smallint not null,
  last_year smallint,
  document_number text not null,
  document_title text not null,
  document_dated date not null,
  lines integer not null,
  content bytea not null,
  issued_at timestamp with time zone default clock_timestamp() not null,
  actor bigint default platform.actor() not null,
  made_in xid8 default pg_current_xact_id() not null,
  constraint edition_pkey PRIMARY KEY (id),
  constraint edition_document_number_check CHECK ((document_number <> ''::text)),
  constraint edition_document_title_check CHECK ((document_title <> ''::text)),
  constraint edition_issuer_fkey FOREIGN KEY (issuer) REFERENCES divisions.division(id),
  constraint edition_kind_check CHECK ((kind = ANY (ARRAY['chart'::text, 'orders'::text, 'templates'::text, 'catalogue'::text, 'subjects'::text]))),
  constraint edition_lines_check CHECK ((lines > 0)),
  constraint edition_name_check CHECK ((name <> ''::text)),
  constraint edition_years CHECK (((last_year IS NULL) OR (last_year >= first_year)))
);
CREATE TRIGGER edition_is_yours BEFORE INSERT ON base.edition FOR EACH ROW EXECUTE FUNCTION base.edition_is_yours();
grant select on table base.edition to fundwatch_app;
grant insert (issuer, kind, name, first_year, last_year, document_number, document_title, document_dated, lines, content) on table base.edition to fundwatch_app;
comment on table base.edition is 'reference: base data as a superior issued it (下发) for fiscal years, with its document; null issuer is the ministry; content is SM3 over its lines; made_in is the transaction in which alone it may be filled';

create table base.template (
  id integer generated always as identity not null,
  division integer,
  code text not null,
  name text not null,
  first_year smallint not null,
  last_year smallint,
  edition integer,
  constraint template_pkey PRIMARY KEY (id),
  constraint template_code_check CHECK ((code <> ''::text)),
  constraint template_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint template_edition_fkey FOREIGN KEY (edition) REFERENCES base.edition(id),
  constraint template_name_check CHECK ((name <> ''::text))
);
CREATE UNIQUE INDEX template_code ON base.template USING btree (code, COALESCE(division, 0), first_year);
CREATE TRIGGER template_is_yours BEFORE INSERT OR DELETE OR UPDATE ON base.template FOR EACH ROW EXECUTE FUNCTION base.template_is_yours();
grant delete, insert, select on table base.template to fundwatch_app;
comment on table base.template is 'reference: a ledger template (台账模板) for fiscal years; with an edition it is issued and locked, without one it is the division''s own';

create table base.template_field (
  template integer not null,
  "position" smallint not null,
  element text not null,
  title text not null,
  required boolean default false not null,
  constraint template_field_pkey PRIMARY KEY (template, "position"),
  constraint template_field_template_fkey FOREIGN KEY (template) REFERENCES base.template(id) ON DELETE CASCADE,
  constraint template_field_title_check CHECK ((title <> ''::text))
);
CREATE TRIGGER template_field_is_yours BEFORE INSERT OR DELETE OR UPDATE ON base.template_field FOR EACH ROW EXECUTE FUNCTION base.template_field_is_yours();
grant delete, insert, select on table base.template_field to fundwatch_app;
comment on table base.template_field is 'reference: a column of a ledger template: an element of a line, under the template''s own title';

create table beneficiaries.account (
  division integer not null,
  id bigint generated always as identity not null,
  key_version smallint not null,
  digest bytea not null,
  ciphertext bytea not null,
  masked text not null,
  constraint account_pkey PRIMARY KEY (division, id),
  constraint account_once UNIQUE (digest, key_version, division)
);
alter table beneficiaries.account enable row level security;
create policy in_scope on beneficiaries.account as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table beneficiaries.account to fundwatch_app;
grant select (division, id, key_version, digest, masked) on table beneficiaries.account to fundwatch_rules;
comment on table beneficiaries.account is 'an account that people are paid to, encrypted; its digest is that of payments.bank_account for the same number';

create table beneficiaries.bank_result (
  division integer not null,
  disbursement bigint not null,
  paid_on date not null,
  paid_fen bigint not null,
  agent_no text,
  said text,
  import bigint not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint bank_result_pkey PRIMARY KEY (division, disbursement),
  constraint bank_result_division_disbursement_fkey FOREIGN KEY (division, disbursement) REFERENCES beneficiaries.disbursement(division, id)
);
alter table beneficiaries.bank_result enable row level security;
create policy in_scope on beneficiaries.bank_result as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on beneficiaries.bank_result as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM beneficiaries.disbursement d
  WHERE ((d.division = bank_result.division) AND (d.id = bank_result.disbursement))))));
grant insert, select on table beneficiaries.bank_result to fundwatch_app;
grant select on table beneficiaries.bank_result to fundwatch_rules;
comment on table beneficiaries.bank_result is 'what the bank did with a row of a list: when and how much it paid (nothing where it failed), in fen, and what it said; a fact beside the row';

create table beneficiaries.disbursement (
  division integer not null,
  id bigint default nextval('beneficiaries.disbursement_id'::regclass) not null,
  list bigint not null,
  line_no integer not null,
  detail_id text,
  tracking_id text,
  person bigint,
  enterprise bigint,
  account bigint,
  phone bigint,
  month smallint,
  due_fen bigint not null,
  amount_fen bigint not null,
  by_household boolean,
  town_code text,
  town text,
  village_code text,
  village text,
  bank text,
  remark text,
  constraint disbursement_pkey PRIMARY KEY (division, id),
  constraint disbursement_amount_fen_check CHECK ((amount_fen <> 0)),
  constraint disbursement_division_account_fkey FOREIGN KEY (division, account) REFERENCES beneficiaries.account(division, id),
  constraint disbursement_division_enterprise_fkey FOREIGN KEY (division, enterprise) REFERENCES beneficiaries.enterprise(division, id),
  constraint disbursement_division_list_fkey FOREIGN KEY (division, list) REFERENCES beneficiaries.list(division, id),
  constraint disbursement_division_person_fkey FOREIGN KEY (division, person) REFERENCES beneficiaries.person(division, id),
  constraint disbursement_division_phone_fkey FOREIGN KEY (division, phone) REFERENCES beneficiaries.phone(division, id),
  constraint disbursement_month_check CHECK (((month >= 0) AND (month <= 12))),
  constraint paid_to_somebody CHECK (((person IS NOT NULL) OR (enterprise IS NOT NULL)))
);
CREATE INDEX disbursement_account ON beneficiaries.disbursement USING btree (account, division);
CREATE INDEX disbursement_enterprise ON beneficiaries.disbursement USING btree (enterprise, division) WHERE (enterprise IS NOT NULL);
CREATE UNIQUE INDEX disbursement_line ON beneficiaries.disbursement USING btree (list, line_no, division);
CREATE INDEX disbursement_person ON beneficiaries.disbursement USING btree (person, division);
alter table beneficiaries.disbursement enable row level security;
create policy in_scope on beneficiaries.disbursement as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on beneficiaries.disbursement as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM beneficiaries.list l
  WHERE ((l.division = disbursement.division) AND (l.id = disbursement.list))))));
grant insert, select on table beneficiaries.disbursement to fundwatch_app;
grant select on table beneficiaries.disbursement to fundwatch_rules;
comment on table beneficiaries.disbursement is 'what one person or enterprise was paid by a list: due and paid in fen, month (0 is the whole year), by household or by person; negative takes back';

create table beneficiaries.enterprise (
  division integer not null,
  id bigint generated always as identity not null,
  code text,
  name text not null,
  constraint enterprise_pkey PRIMARY KEY (division, id),
  constraint enterprise_once UNIQUE NULLS NOT DISTINCT (code, name, division)
);
alter table beneficiaries.enterprise enable row level security;
create policy in_scope on beneficiaries.enterprise as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table beneficiaries.enterprise to fundwatch_app;
grant select on table beneficiaries.enterprise to fundwatch_rules;
comment on table beneficiaries.enterprise is 'an enterprise that was paid, by unified social credit code and name';

create table beneficiaries.list (
  division integer not null,
  id bigint default nextval('beneficiaries.list_id'::regclass) not null,
  fiscal_year smallint not null,
  source text not null,
  list_no text not null,
  voucher_type smallint,
  voucher_no text not null,
  rows integer not null,
  sum_fen bigint not null,
  row_digest bytea not null,
  import bigint not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint list_pkey PRIMARY KEY (division, id),
  constraint list_once UNIQUE (list_no, division, fiscal_year, source),
  constraint list_source_check CHECK ((source = ANY (ARRAY['8207'::text, 'table'::text])))
);
CREATE INDEX list_voucher ON beneficiaries.list USING btree (voucher_no, division, fiscal_year);
alter table beneficiaries.list enable row level security;
create policy in_scope on beneficiaries.list as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on beneficiaries.list as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR ((EXISTS ( SELECT
   FROM beneficiaries.list_payment x
  WHERE ((x.division = list.division) AND (x.list = list.id)))) OR (EXISTS ( SELECT
   FROM platform.import i
  WHERE ((i.division = list.division) AND (i.id = list.import) AND (i.actor = platform.actor())))))));
grant insert, select on table beneficiaries.list to fundwatch_app;
grant select on table beneficiaries.list to fundwatch_rules;
comment on table beneficiaries.list is 'a list of who was paid by a voucher: a message 8207, or the rows of one voucher in a table; in fen';

create table beneficiaries.list_payment (
  division integer not null,
  list bigint not null,
  payment bigint not null,
  constraint list_payment_pkey PRIMARY KEY (division, list),
  constraint list_payment_division_list_fkey FOREIGN KEY (division, list) REFERENCES beneficiaries.list(division, id),
  constraint list_payment_division_payment_fkey FOREIGN KEY (division, payment) REFERENCES payments.payment(division, id)
);
CREATE INDEX list_of_payment ON beneficiaries.list_payment USING btree (payment, division);
alter table beneficiaries.list_payment enable row level security;
create policy in_scope on beneficiaries.list_payment as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on beneficiaries.list_payment as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM payments.payment p
  WHERE ((p.division = list_payment.division) AND (p.id = list_payment.payment))))));
grant insert, select on table beneficiaries.list_payment to fundwatch_app;
grant select on table beneficiaries.list_payment to fundwatch_rules;
comment on table beneficiaries.list_payment is 'the payment that a list belongs to, once its voucher is there (the first line of it); a list without a row here waits';

create table beneficiaries.person (
  division integer not null,
  id bigint generated always as identity not null,
  key_version smallint,
  digest bytea,
  ciphertext bytea,
  masked text,
  name text not null,
  constraint person_pkey PRIMARY KEY (division, id),
  constraint identity_whole CHECK ((((digest IS NULL) = (ciphertext IS NULL)) AND ((digest IS NULL) = (key_version IS NULL)) AND ((digest IS NULL) = (masked IS NULL)))),
  constraint person_once UNIQUE NULLS NOT DISTINCT (digest, name, division, key_version)
);
alter table beneficiaries.person enable row level security;
create policy in_scope on beneficiaries.person as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table beneficiaries.person to fundwatch_app;
grant select (division, id, key_version, digest, masked, name) on table beneficiaries.person to fundwatch_rules;
comment on table beneficiaries.person is 'somebody who was paid: name and identity number, encrypted; digest is keyed (HMAC-SM3), for matching; one number may show several names; without a number only the name is known';

create table beneficiaries.phone (
  division integer not null,
  id bigint generated always as identity not null,
  key_version smallint not null,
  digest bytea not null,
  ciphertext bytea not null,
  masked text not null,
  constraint phone_pkey PRIMARY KEY (division, id),
  constraint phone_once UNIQUE (digest, key_version, division)
);
alter table beneficiaries.phone enable row level security;
create policy in_scope on beneficiaries.phone as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table beneficiaries.phone to fundwatch_app;
grant select (division, id, key_version, digest, masked) on table beneficiaries.phone to fundwatch_rules;
comment on table beneficiaries.phone is 'a telephone number of somebody who was paid, encrypted';

create table books.known_batch (
  division integer not null,
  batch bigint not null,
  fiscal_year smallint not null,
  effective_on date not null,
  sealed_at timestamp with time zone not null,
  constraint known_batch_pkey PRIMARY KEY (division, batch)
);
CREATE INDEX known_batch_effective ON books.known_batch USING btree (division, fiscal_year, effective_on, batch);
CREATE INDEX known_batch_sealed ON books.known_batch USING btree (division, fiscal_year, sealed_at);
alter table books.known_batch enable row level security;
create policy in_scope on books.known_batch as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on books.known_batch as restrictive for all using (((NOT ( SELECT books.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM ledger.batch b
  WHERE ((b.division = known_batch.division) AND (b.id = known_batch.batch))))));
grant select on table books.known_batch to fundwatch_app;
comment on table books.known_batch is 'derived by the sealer: both clocks of a sealed batch, when it happened and when it was known; verify compares it with the seals';

create table books.reconciliation (
  division integer not null,
  id bigint default nextval('books.reconciliation_id'::regclass) not null,
  fiscal_year smallint not null,
  kind text not null,
  file_name text not null,
  file_sm3 bytea not null,
  unit text not null,
  rows_read integer not null,
  rows_agreeing integer not null,
  difference_count integer not null,
  here_fen bigint not null,
  there_fen bigint not null,
  request_key text,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint reconciliation_pkey PRIMARY KEY (division, id),
  constraint reconciled_once UNIQUE (request_key, division),
  constraint reconciliation_kind_check CHECK ((kind = ANY (ARRAY['allotments'::text, 'settlement'::text, 'final-accounts'::text]))),
  constraint reconciliation_unit_check CHECK ((unit = ANY (ARRAY['元'::text, '万元'::text])))
);
alter table books.reconciliation enable row level security;
create policy in_scope on books.reconciliation as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on books.reconciliation as restrictive for all using ((NOT ( SELECT books.narrowed() AS narrowed)));
grant insert, select on table books.reconciliation to fundwatch_app;
comment on table books.reconciliation is 'append-only: one comparison of our books with a sheet from elsewhere; sums in fen of what was compared on each side';

create table books.reconciliation_difference (
  division integer not null,
  reconciliation bigint not null,
  no integer not null,
  reason text not null,
  row_no integer,
  subject text not null,
  name text,
  allotment bigint,
  here_fen bigint,
  there_fen bigint,
  constraint reconciliation_difference_pkey PRIMARY KEY (division, reconciliation, no),
  constraint differs_as_said CHECK (
CASE reason
    WHEN 'missing-here'::text THEN (here_fen IS NULL)
    WHEN 'missing-there'::text THEN (there_fen IS NULL)
    ELSE (here_fen <> there_fen)
END),
  constraint reconciliation_difference_division_reconciliation_fkey FOREIGN KEY (division, reconciliation) REFERENCES books.reconciliation(division, id),
  constraint reconciliation_difference_reason_check CHECK ((reason = ANY (ARRAY['missing-here'::text, 'missing-there'::text, 'amount-differs'::text])))
);
alter table books.reconciliation_difference enable row level security;
create policy in_scope on books.reconciliation_difference as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on books.reconciliation_difference as restrictive for all using ((NOT ( SELECT books.narrowed() AS narrowed)));
grant insert, select on table books.reconciliation_difference to fundwatch_app;
comment on table books.reconciliation_difference is 'append-only: one difference found; row_no is the row of the sheet, subject what was compared (line, document and fund, functional subject), amounts in fen';

create table books.turnover (
  division integer not null,
  fiscal_year smallint not null,
  month date not null,
  known_month date not null,
  account integer not null,
  fund integer not null,
  function_subject text not null,
  origin text not null,
  source_level text not null,
  advance boolean not null,
  debit_fen bigint not null,
  credit_fen bigint not null,
  constraint turnover_pkey PRIMARY KEY (division, fiscal_year, month, known_month, account, fund, function_subject, origin, source_level, advance)
);
alter table books.turnover enable row level security;
create policy in_scope on books.turnover as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on books.turnover as restrictive for all using ((NOT ( SELECT books.narrowed() AS narrowed)));
grant select on table books.turnover to fundwatch_app;
comment on table books.turnover is 'derived by the sealer: turnover of sealed batches in fen, by the month of the effective day and the month of the seal (first days, Beijing); verify compares it with the entries';
comment on column books.turnover.origin is 'where the line''s money came into its division: superior, horizontal, or the source type of own budget';

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

create table divisions.change (
  id integer generated always as identity not null,
  kind text not null,
  effective_on date not null,
  document_number text not null,
  document_title text not null,
  document_dated date not null,
  note text,
  request_key text,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint change_pkey PRIMARY KEY (id),
  constraint change_document_number_check CHECK ((document_number <> ''::text)),
  constraint change_document_title_check CHECK ((document_title <> ''::text)),
  constraint change_kind_check CHECK ((kind = ANY (ARRAY['rename'::text, 'recode'::text, 'move'::text, 'merge'::text, 'split'::text]))),
  constraint change_request_key_key UNIQUE (request_key)
);
grant insert, select on table divisions.change to fundwatch_app;
comment on table divisions.change is 'reference: an order by which divisions change (区划调整), with its document and day; append-only';

create table divisions.change_part (
  change integer not null,
  division integer not null,
  role text not null,
  constraint change_part_pkey PRIMARY KEY (change, division, role),
  constraint change_part_change_fkey FOREIGN KEY (change) REFERENCES divisions.change(id),
  constraint change_part_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint change_part_role_check CHECK ((role = ANY (ARRAY['from'::text, 'into'::text])))
);
grant insert, select on table divisions.change_part to fundwatch_app;
comment on table divisions.change_part is 'reference: whom a change takes from and whom it makes or enlarges; a renamed division is both';

create table divisions.compound_scope (
  scope integer not null,
  parts integer[] not null,
  constraint compound_scope_pkey PRIMARY KEY (scope),
  constraint compound_scope_parts_check CHECK ((cardinality(parts) > 1)),
  constraint compound_scope_parts_key UNIQUE (parts),
  constraint compound_scope_scope_check CHECK ((scope < '-1'::integer))
);
grant select on table divisions.compound_scope to fundwatch_app;
comment on table divisions.compound_scope is 'reference: scopes that hold several divisions and what lies below each; parts are in order';

create table divisions.declaration (
  division integer not null,
  id bigint generated always as identity not null,
  kind text not null,
  day date not null,
  document_number text not null,
  reason text,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint declaration_pkey PRIMARY KEY (division, id),
  constraint declaration_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint declaration_document_number_check CHECK ((btrim(document_number) <> ''::text)),
  constraint declaration_kind_check CHECK ((kind = ANY (ARRAY['go-live'::text, 'integrating'::text, 'not-integrating'::text])))
);
alter table divisions.declaration enable row level security;
create policy in_scope on divisions.declaration as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table divisions.declaration to fundwatch_app;
grant select on table divisions.declaration to fundwatch_rules;
comment on table divisions.declaration is 'what a division declared by a document: its go-live date (补录的分界), or from which day it is, or is no longer, a county that integrates agriculture-related funds (统筹整合)';

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
CREATE TRIGGER follow_parts AFTER INSERT ON divisions.scope_division FOR EACH STATEMENT EXECUTE FUNCTION divisions.follow_parts();
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
  change integer,
  constraint version_pkey PRIMARY KEY (division, valid),
  constraint one_division_a_code_a_day EXCLUDE USING gist (code WITH =, valid WITH &&),
  constraint one_version_a_day EXCLUDE USING gist (division WITH =, valid WITH &&),
  constraint version_administrative_parent_fkey FOREIGN KEY (administrative_parent) REFERENCES divisions.division(id),
  constraint version_change_fkey FOREIGN KEY (change) REFERENCES divisions.change(id),
  constraint version_check CHECK ((administrative_parent <> division)),
  constraint version_check1 CHECK ((fiscal_parent <> division)),
  constraint version_code_check CHECK ((code ~ '^\d{9}$'::text)),
  constraint version_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint version_fiscal_parent_fkey FOREIGN KEY (fiscal_parent) REFERENCES divisions.division(id),
  constraint version_level_check CHECK ((level = ANY (ARRAY['central'::text, 'province'::text, 'city'::text, 'county'::text, 'township'::text]))),
  constraint version_name_check CHECK ((name <> ''::text)),
  constraint version_valid_check CHECK ((NOT isempty(valid)))
);
CREATE INDEX version_change ON divisions.version USING btree (change) WHERE (change IS NOT NULL);
CREATE TRIGGER history_stands BEFORE DELETE OR UPDATE ON divisions.version FOR EACH ROW EXECUTE FUNCTION divisions.history_stands();
grant insert, select, update on table divisions.version to fundwatch_app;
grant select on table divisions.version to fundwatch_rules;
comment on table divisions.version is 'reference: how a division was called, coded and placed between two dates; no parent is derived from the digits of a code';

create table funds.catalogue (
  id integer generated always as identity not null,
  division integer not null,
  name text not null,
  source text,
  edition integer,
  constraint catalogue_pkey PRIMARY KEY (id),
  constraint catalogue_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint catalogue_edition_fkey FOREIGN KEY (edition) REFERENCES base.edition(id),
  constraint catalogue_name UNIQUE (division, name)
);
CREATE TRIGGER catalogue_is_yours BEFORE INSERT OR DELETE OR UPDATE ON funds.catalogue FOR EACH ROW EXECUTE FUNCTION funds.catalogue_is_yours();
grant insert, select, update on table funds.catalogue to fundwatch_app;
grant select on table funds.catalogue to fundwatch_rules;
comment on table funds.catalogue is 'reference: the list (资金清单) in which a division names the funds that it has monitored; division is the owner';

create table funds.declassified_total (
  division integer not null,
  fund integer not null,
  fiscal_year smallint not null,
  amount_fen bigint not null,
  basis text not null,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint declassified_total_pkey PRIMARY KEY (division, fund, fiscal_year),
  constraint declassified_total_amount_fen_check CHECK ((amount_fen >= 0)),
  constraint declassified_total_basis_check CHECK ((basis <> ''::text)),
  constraint declassified_total_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint declassified_total_fund_fkey FOREIGN KEY (fund) REFERENCES funds.fund(id)
);
alter table funds.declassified_total enable row level security;
create policy cleared on funds.declassified_total as permissive for all using (((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))) AND platform.may('funds.secret'::text)));
grant insert, select, update on table funds.declassified_total to fundwatch_app;
comment on table funds.declassified_total is 'all that may be kept of a secret fund besides its name: the declassified total of a year in fen, and the paper that declassified it';

create table funds.edition_fund (
  edition integer not null,
  fund integer not null,
  code text not null,
  name text not null,
  level text not null,
  owner_office text,
  poverty text not null,
  included text,
  excepted text,
  constraint edition_fund_pkey PRIMARY KEY (edition, fund),
  constraint edition_fund_edition_fkey FOREIGN KEY (edition) REFERENCES base.edition(id),
  constraint edition_fund_fund_fkey FOREIGN KEY (fund) REFERENCES funds.fund(id)
);
CREATE TRIGGER edition_fund_is_yours BEFORE INSERT OR UPDATE ON funds.edition_fund FOR EACH ROW EXECUTE FUNCTION funds.edition_fund_is_yours();
grant insert, select on table funds.edition_fund to fundwatch_app;
comment on table funds.edition_fund is 'reference: a fund as an edition of its catalogue issued it: what was in force in those fiscal years stands, whatever the fund is called later';

create table funds.edition_subject (
  edition integer not null,
  kind text not null,
  fiscal_year smallint not null,
  code text not null,
  name text not null,
  constraint edition_subject_pkey PRIMARY KEY (edition, kind, fiscal_year, code),
  constraint edition_subject_edition_fkey FOREIGN KEY (edition) REFERENCES base.edition(id)
);
CREATE TRIGGER edition_subject_is_yours BEFORE INSERT OR UPDATE ON funds.edition_subject FOR EACH ROW EXECUTE FUNCTION funds.edition_subject_is_yours();
grant insert, select on table funds.edition_subject to fundwatch_app;
comment on table funds.edition_subject is 'reference: a budget subject as an edition issued it, whatever its title became';

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
  local_only boolean default false not null,
  ended_from smallint,
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
  constraint fund_superior_fkey FOREIGN KEY (superior) REFERENCES funds.fund(id),
  constraint local_only_has_no_superior CHECK ((NOT (local_only AND (superior IS NOT NULL))))
);
CREATE INDEX fund_superior ON funds.fund USING btree (superior);
CREATE TRIGGER fund_is_yours BEFORE INSERT OR DELETE OR UPDATE ON funds.fund FOR EACH ROW EXECUTE FUNCTION funds.fund_is_yours();
CREATE TRIGGER remember_mapping AFTER INSERT OR UPDATE ON funds.fund FOR EACH ROW EXECUTE FUNCTION funds.remember_mapping();
alter table funds.fund enable row level security;
create policy cleared on funds.fund as permissive for all using (((NOT secret) OR (platform.may('funds.secret'::text) AND (CURRENT_USER <> 'fundwatch_rules'::name)))) with check (true);
grant insert, select, update on table funds.fund to fundwatch_app;
grant select on table funds.fund to fundwatch_rules;
comment on table funds.fund is 'reference: an earmarked fund; it names at most one superior fund (指定关联), many may name the same one';
comment on column funds.fund.local_only is 'decided: this fund answers to no superior fund, and waits for none';
comment on column funds.fund.ended_from is 'the fiscal year from which an edition of its catalogue holds it no more; lines of before stay, and no budget is registered under it from then on';

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
CREATE TRIGGER no_secret_detail AFTER INSERT ON funds.fund_office REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION funds.no_secret_detail();
alter table funds.fund_office enable row level security;
create policy in_scope on funds.fund_office as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant delete, insert, select on table funds.fund_office to fundwatch_app;
grant select on table funds.fund_office to fundwatch_rules;
comment on table funds.fund_office is 'the own office (归口股室) that answers for a fund in a division, dated';

create table funds.mapping (
  fund integer not null,
  no integer not null,
  superior integer,
  decided text not null,
  since date default platform.today() not null,
  actor bigint default platform.actor() not null,
  at timestamp with time zone default clock_timestamp() not null,
  constraint mapping_pkey PRIMARY KEY (fund, no),
  constraint mapping_decided_check CHECK ((decided = ANY (ARRAY['mapped'::text, 'local'::text, 'open'::text]))),
  constraint mapping_fund_fkey FOREIGN KEY (fund) REFERENCES funds.fund(id),
  constraint mapping_superior_fkey FOREIGN KEY (superior) REFERENCES funds.fund(id)
);
grant select on table funds.mapping to fundwatch_app;
comment on table funds.mapping is 'reference: the history of 指定关联: mapped to a superior, decided local (answers to none), or open again; append-only';

create table funds.permitted_subject (
  fund integer not null,
  code text not null,
  constraint permitted_subject_pkey PRIMARY KEY (fund, code),
  constraint permitted_subject_fund_fkey FOREIGN KEY (fund) REFERENCES funds.fund(id)
);
CREATE TRIGGER no_secret_detail AFTER INSERT ON funds.permitted_subject REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION funds.no_secret_detail();
CREATE TRIGGER permitted_subject_is_yours BEFORE INSERT OR DELETE OR UPDATE ON funds.permitted_subject FOR EACH ROW EXECUTE FUNCTION funds.permitted_subject_is_yours();
grant delete, insert, select on table funds.permitted_subject to fundwatch_app;
grant select on table funds.permitted_subject to fundwatch_rules;
comment on table funds.permitted_subject is 'reference: functional subjects (or their leading digits) that may be used; none listed means all';

create table funds.subject (
  kind text not null,
  fiscal_year smallint not null,
  code text not null,
  name text not null,
  edition integer,
  constraint subject_pkey PRIMARY KEY (kind, fiscal_year, code),
  constraint subject_code_check CHECK ((code ~ '^\d{3,7}$'::text)),
  constraint subject_edition_fkey FOREIGN KEY (edition) REFERENCES base.edition(id),
  constraint subject_kind_check CHECK ((kind = ANY (ARRAY['function'::text, 'government-economic'::text, 'department-economic'::text])))
);
CREATE TRIGGER subject_is_yours BEFORE INSERT OR DELETE OR UPDATE ON funds.subject FOR EACH ROW EXECUTE FUNCTION funds.subject_is_yours();
grant insert, select, update on table funds.subject to fundwatch_app;
grant select on table funds.subject to fundwatch_rules;
comment on table funds.subject is 'reference: a budget subject (支出功能分类, 政府支出经济分类, 部门支出经济分类); titles change by year';

create table identity.account (
  id bigint generated always as identity not null,
  sign_in_name text not null,
  name text not null,
  office text,
  duty text,
  person bigint,
  password_hash text,
  password_set_at timestamp with time zone,
  must_change boolean default true not null,
  activation bytea,
  activation_ends timestamp with time zone,
  failures integer default 0 not null,
  locked_until timestamp with time zone,
  totp_secret bytea,
  totp_since timestamp with time zone,
  totp_step bigint,
  demo boolean default false not null,
  closed_at timestamp with time zone,
  created_at timestamp with time zone default clock_timestamp() not null,
  constraint account_pkey PRIMARY KEY (id),
  constraint account_name_check CHECK (((length(name) >= 1) AND (length(name) <= 40))),
  constraint account_of_a_person FOREIGN KEY (person) REFERENCES identity.person(id),
  constraint account_sign_in_name_check CHECK ((sign_in_name ~ '^[a-z0-9][a-z0-9._-]{1,39}$'::text)),
  constraint account_sign_in_name_key UNIQUE (sign_in_name)
);
CREATE UNIQUE INDEX one_open_account_a_person ON identity.account USING btree (person) WHERE (closed_at IS NULL);
grant insert, select, update on table identity.account to fundwatch_app;
comment on table identity.account is 'reference: one named person who may sign in; no default and no shared accounts';
comment on column identity.account.activation is 'digest of the one-time code by which the person sets the first password, or a new one after a reset';
comment on column identity.account.totp_secret is 'secret of the second factor, encrypted; in force once totp_since is set; totp_step is the last time step that was used, so that a code works once';

create table identity.application (
  division integer not null,
  id bigint generated always as identity not null,
  unit text not null,
  office integer,
  agency integer,
  applied_on date not null,
  state text not null,
  on_paper boolean default false not null,
  filled_by bigint not null,
  unit_by bigint,
  unit_opinion text,
  unit_on date,
  department_by bigint,
  department_opinion text,
  department_on date,
  executed_by bigint,
  executed_on date,
  request_key text not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint application_pkey PRIMARY KEY (division, id),
  constraint application_department_by_fkey FOREIGN KEY (department_by) REFERENCES identity.account(id),
  constraint application_division_agency_fkey FOREIGN KEY (division, agency) REFERENCES divisions.agency(division, id),
  constraint application_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint application_division_office_fkey FOREIGN KEY (division, office) REFERENCES divisions.office(division, id),
  constraint application_executed_by_fkey FOREIGN KEY (executed_by) REFERENCES identity.account(id),
  constraint application_filled_by_fkey FOREIGN KEY (filled_by) REFERENCES identity.account(id),
  constraint application_once UNIQUE (request_key, division),
  constraint application_state_check CHECK ((state = ANY (ARRAY['filled'::text, 'unit-agreed'::text, 'department-agreed'::text, 'executed'::text, 'returned'::text, 'withdrawn'::text]))),
  constraint application_state_has_its_signatures CHECK ((((state <> ALL (ARRAY['unit-agreed'::text, 'department-agreed'::text, 'executed'::text])) OR (unit_on IS NOT NULL)) AND ((state <> ALL (ARRAY['department-agreed'::text, 'executed'::text])) OR (department_on IS NOT NULL)) AND ((state <> 'executed'::text) OR (executed_by IS NOT NULL)))),
  constraint application_unit_by_fkey FOREIGN KEY (unit_by) REFERENCES identity.account(id),
  constraint application_unit_check CHECK ((unit <> ''::text)),
  constraint paper_has_no_signature_here CHECK (((NOT on_paper) OR ((unit_by IS NULL) AND (department_by IS NULL)))),
  constraint who_executes_neither_filled_in_nor_agreed CHECK ((on_paper OR ((executed_by <> filled_by) AND (executed_by <> unit_by) AND (executed_by <> department_by)))),
  constraint who_fills_in_does_not_agree CHECK (((unit_by <> filled_by) AND (department_by <> filled_by)))
);
alter table identity.application enable row level security;
create policy in_scope on identity.application as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on identity.application as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM (unnest(( SELECT platform.narrowings() AS narrowings)) n(scope, office, fund, agency)
     JOIN divisions.scope_division s ON (((s.scope = n.scope) AND (s.division = application.division))))
  WHERE (((n.office IS NULL) OR (n.office = application.office)) AND ((n.fund IS NULL) OR (n.fund = NULL::integer)) AND ((n.agency IS NULL) OR (n.agency = application.agency)))))));
grant insert, select, update on table identity.application to fundwatch_app;
comment on table identity.application is 'a permission application (权限申请表, 附件3) of one unit: filled in, agreed by the unit, agreed by the department, executed by the information office; on_paper: the opinions were signed on paper, where an installation has nobody yet who could give them';

create table identity.application_event (
  division integer not null,
  application bigint not null,
  no integer not null,
  step text not null,
  actor bigint default platform.actor() not null,
  opinion text,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint application_event_pkey PRIMARY KEY (division, application, no),
  constraint application_event_division_application_fkey FOREIGN KEY (division, application) REFERENCES identity.application(division, id)
);
alter table identity.application_event enable row level security;
create policy in_scope on identity.application_event as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on identity.application_event as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM identity.application a
  WHERE ((a.division = application_event.division) AND (a.id = application_event.application))))));
grant insert, select on table identity.application_event to fundwatch_app;
comment on table identity.application_event is 'append-only: every step of a permission application, with who took it and what they said';

create table identity.application_line (
  division integer not null,
  application bigint not null,
  line smallint not null,
  kind text not null,
  office_name text not null,
  person bigint not null,
  duty text not null,
  phone_ciphertext bytea,
  phone_masked text,
  sign_in_name text not null,
  post text not null,
  at_division integer not null,
  at_office integer,
  at_fund integer,
  at_agency integer,
  until date,
  remark text,
  constraint application_line_pkey PRIMARY KEY (division, application, line),
  constraint application_line_division_application_fkey FOREIGN KEY (division, application) REFERENCES identity.application(division, id),
  constraint application_line_kind_check CHECK ((kind = ANY (ARRAY['open'::text, 'change'::text, 'revoke'::text]))),
  constraint application_line_line_check CHECK (((line >= 1) AND (line <= 200))),
  constraint application_line_person_fkey FOREIGN KEY (person) REFERENCES identity.person(id)
);
alter table identity.application_line enable row level security;
create policy in_scope on identity.application_line as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on identity.application_line as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM identity.application a
  WHERE ((a.division = application_line.division) AND (a.id = application_line.application))))));
grant delete, insert, select on table identity.application_line to fundwatch_app;
comment on table identity.application_line is 'one person of a permission application: what is to be opened, changed or revoked, over which division (0: the whole installation), office, fund, agency, and until when';

create table identity.failed_attempt (
  address text not null,
  at timestamp with time zone not null
);
CREATE INDEX failed_attempt_address ON identity.failed_attempt USING btree (address, at);
grant delete, insert, select on table identity.failed_attempt to fundwatch_app;
comment on table identity.failed_attempt is 'reference: failed sign-ins by address, of the last day';

create table identity.former_password (
  account bigint not null,
  set_at timestamp with time zone not null,
  hash text not null,
  constraint former_password_pkey PRIMARY KEY (account, set_at),
  constraint former_password_account_fkey FOREIGN KEY (account) REFERENCES identity.account(id)
);
grant delete, insert, select on table identity.former_password to fundwatch_app;
comment on table identity.former_password is 'reference: the last passwords of an account, hashed, that may not be taken again';

create table identity.holding (
  id bigint generated always as identity not null,
  account bigint not null,
  division integer not null,
  post text not null,
  office integer,
  fund integer,
  agency integer,
  valid daterange default '(,)'::daterange not null,
  kind text generated always as (
CASE post
    WHEN 'system-admin'::text THEN 'system'::text
    WHEN 'security-admin'::text THEN 'security'::text
    WHEN 'auditor'::text THEN 'audit'::text
    ELSE 'business'::text
END) stored,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  ended_at timestamp with time zone,
  constraint holding_pkey PRIMARY KEY (id),
  constraint administrators_exclude_each_other_and_business_posts EXCLUDE USING gist (account WITH =, kind WITH <>, valid WITH &&) WHERE ((ended_at IS NULL)),
  constraint administrators_hold_whole_divisions CHECK (((post <> ALL (ARRAY['system-admin'::text, 'security-admin'::text, 'auditor'::text])) OR (num_nonnulls(office, fund, agency) = 0))),
  constraint holding_account_fkey FOREIGN KEY (account) REFERENCES identity.account(id),
  constraint holding_post_check CHECK ((post ~ '^[a-z]+(-[a-z]+)*$'::text)),
  constraint holding_valid_check CHECK ((NOT isempty(valid))),
  constraint one_holding_at_a_time EXCLUDE USING gist (account WITH =, division WITH =, post WITH =, COALESCE(office, 0) WITH =, COALESCE(fund, 0) WITH =, COALESCE(agency, 0) WITH =, valid WITH &&) WHERE ((ended_at IS NULL))
);
CREATE INDEX holding_account ON identity.holding USING btree (account);
CREATE TRIGGER post_has_its_place BEFORE INSERT OR UPDATE OF division, office, agency ON identity.holding FOR EACH ROW EXECUTE FUNCTION identity.post_has_its_place();
alter table identity.holding enable row level security;
create policy in_scope on identity.holding as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table identity.holding to fundwatch_app;
grant update (valid, ended_at) on table identity.holding to fundwatch_app;
comment on table identity.holding is 'reference: a post (岗位) held by an account between two days, over a division and all below it, or over less: an office, a fund, an agency of it; what a post may do is src/identity/posts.ts; division 0 is the whole installation; ended_at: revoked before its last day, valid then ends that day';

create table identity.interface_key (
  id bigint generated always as identity not null,
  name text not null,
  digest bytea not null,
  shown text not null,
  account bigint not null,
  division integer not null,
  post text not null,
  ends_at timestamp with time zone not null,
  created_by bigint not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  revoked_at timestamp with time zone,
  revoked_by bigint,
  used_at timestamp with time zone,
  used_from text,
  constraint interface_key_pkey PRIMARY KEY (id),
  constraint interface_key_account_fkey FOREIGN KEY (account) REFERENCES identity.account(id),
  constraint interface_key_digest_key UNIQUE (digest),
  constraint interface_key_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint interface_key_name_check CHECK (((length(name) >= 1) AND (length(name) <= 60)))
);
CREATE INDEX interface_key_account ON identity.interface_key USING btree (account);
grant insert, select on table identity.interface_key to fundwatch_app;
grant update (revoked_at, revoked_by, used_at, used_from) on table identity.interface_key to fundwatch_app;
comment on table identity.interface_key is 'reference: a key by which another system acts for an account in one of its posts over one division; only the digest (SM3) is kept, shown holds its first characters';

create table identity.outside_name (
  provider text not null,
  subject text not null,
  account bigint not null,
  constraint outside_name_pkey PRIMARY KEY (provider, subject),
  constraint outside_name_account_fkey FOREIGN KEY (account) REFERENCES identity.account(id)
);
grant delete, insert, select on table identity.outside_name to fundwatch_app;
comment on table identity.outside_name is 'reference: how a client certificate or an outside identity provider names an account';

create table identity.person (
  id bigint generated always as identity not null,
  name text not null,
  key_version smallint not null,
  number_digest bytea not null,
  number_ciphertext bytea not null,
  number_masked text not null,
  phone_digest bytea,
  phone_ciphertext bytea,
  phone_masked text,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint person_pkey PRIMARY KEY (id),
  constraint person_name_check CHECK (((length(name) >= 1) AND (length(name) <= 40))),
  constraint person_once UNIQUE (number_digest, key_version)
);
grant insert, select on table identity.person to fundwatch_app;
grant update (phone_digest, phone_ciphertext, phone_masked) on table identity.person to fundwatch_app;
comment on table identity.person is 'reference: someone who applied for a permission, by identity number (encrypted; digest HMAC-SM3 under key_version; masked is what may be shown), once in the installation';

create table identity.policy (
  one boolean default true not null,
  password_length smallint default 10 not null,
  password_kinds smallint default 3 not null,
  password_days smallint,
  former_passwords smallint default 5 not null,
  failures_allowed smallint default 5 not null,
  lock_minutes smallint default 30 not null,
  idle_minutes smallint default 30 not null,
  session_hours smallint default 12 not null,
  second_factor_posts text[] default '{}'::text[] not null,
  constraint policy_pkey PRIMARY KEY (one),
  constraint policy_failures_allowed_check CHECK (((failures_allowed >= 3) AND (failures_allowed <= 10))),
  constraint policy_former_passwords_check CHECK (((former_passwords >= 1) AND (former_passwords <= 24))),
  constraint policy_idle_minutes_check CHECK (((idle_minutes >= 5) AND (idle_minutes <= 240))),
  constraint policy_lock_minutes_check CHECK (((lock_minutes >= 5) AND (lock_minutes <= 1440))),
  constraint policy_one_check CHECK (one),
  constraint policy_password_days_check CHECK (((password_days >= 7) AND (password_days <= 730))),
  constraint policy_password_kinds_check CHECK (((password_kinds >= 2) AND (password_kinds <= 4))),
  constraint policy_password_length_check CHECK (((password_length >= 8) AND (password_length <= 64))),
  constraint policy_session_hours_check CHECK (((session_hours >= 1) AND (session_hours <= 24)))
);
grant select, update on table identity.policy to fundwatch_app;
comment on table identity.policy is 'reference: what is asked of passwords, sessions and second factors here; one row, set by the security administrator; password_days null: a password does not age';

create table identity.recovery_code (
  account bigint not null,
  digest bytea not null,
  used_at timestamp with time zone,
  constraint recovery_code_pkey PRIMARY KEY (account, digest),
  constraint recovery_code_account_fkey FOREIGN KEY (account) REFERENCES identity.account(id)
);
grant delete, insert, select on table identity.recovery_code to fundwatch_app;
grant update (used_at) on table identity.recovery_code to fundwatch_app;
comment on table identity.recovery_code is 'reference: codes that stand in for a lost second factor, once each; digests';

create table identity.session (
  token_digest bytea not null,
  id bigint generated always as identity not null,
  account bigint not null,
  csrf text not null,
  address text,
  agent text,
  way text default 'password'::text not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  seen_at timestamp with time zone default clock_timestamp() not null,
  ends_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint session_pkey PRIMARY KEY (token_digest),
  constraint session_account_fkey FOREIGN KEY (account) REFERENCES identity.account(id),
  constraint session_id_key UNIQUE (id),
  constraint session_way_check CHECK ((way = ANY (ARRAY['password'::text, 'second-factor'::text, 'outside'::text])))
);
CREATE INDEX session_account ON identity.session USING btree (account);
grant delete, insert, select, update on table identity.session to fundwatch_app;
comment on table identity.session is 'reference: one sign-in; only the digest of its token is kept; way says how the person was known';

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
END >= 0))
) with (fillfactor=80);
CREATE TRIGGER balances_a_line AFTER INSERT ON ledger.balance REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION allotments.balances_a_line();
alter table ledger.balance enable row level security;
create policy in_scope on ledger.balance as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on ledger.balance as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM allotments.allotment a
  WHERE ((a.division = balance.division) AND (a.id = balance.allotment))))));
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
CREATE TRIGGER batch_enters_book BEFORE INSERT ON ledger.batch FOR EACH ROW EXECUTE FUNCTION ledger.batch_enters_book();
CREATE CONSTRAINT TRIGGER carried_recall_is_whole AFTER INSERT ON ledger.batch DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.form = ANY (ARRAY['recall-carried'::text, 'carried-recalled'::text]))) EXECUTE FUNCTION ledger.carried_recall_is_whole();
alter table ledger.batch enable row level security;
create policy in_scope on ledger.batch as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on ledger.batch as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM ledger.entry e
  WHERE ((e.division = batch.division) AND (e.batch = batch.id))))));
grant select on table ledger.batch to fundwatch_app;
grant select on table ledger.batch to fundwatch_rules;
comment on table ledger.batch is 'one posting: all entries of one form, at once or not at all; digest is SM3 over the header and every entry';

create table ledger.book (
  division integer not null,
  fiscal_year smallint not null,
  uses_plans boolean default false not null,
  locked_through date,
  closed_on date,
  provisional_since date,
  opened_on date,
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
comment on column ledger.book.provisional_since is 'the day on which an advance notice opened the book before its year; nothing is spent from it until opened_on';

create table ledger.book_event (
  division integer not null,
  fiscal_year smallint not null,
  no integer not null,
  kind text not null,
  day date not null,
  reason text,
  document bigint,
  findings jsonb,
  request_key text,
  actor bigint not null,
  recorded_at timestamp with time zone not null,
  constraint book_event_pkey PRIMARY KEY (division, fiscal_year, no),
  constraint book_event_division_document_fkey FOREIGN KEY (division, document) REFERENCES ledger.document(division, id),
  constraint book_event_division_fiscal_year_fkey FOREIGN KEY (division, fiscal_year) REFERENCES ledger.book(division, fiscal_year),
  constraint book_event_kind_check CHECK ((kind = ANY (ARRAY['lock'::text, 'unlock'::text, 'provisional'::text, 'open'::text, 'close'::text, 'reopen'::text, 'plans-on'::text, 'plans-off'::text]))),
  constraint book_request_once UNIQUE (request_key, division)
);
alter table ledger.book_event enable row level security;
create policy in_scope on ledger.book_event as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant select on table ledger.book_event to fundwatch_app;
grant select on table ledger.book_event to fundwatch_rules;
comment on table ledger.book_event is 'what was done to a year''s book, in order: locked through a day, unlocked and why, opened, closed; findings is what still stood open then';

create table ledger.chart (
  id smallint not null,
  name text not null,
  first_year smallint not null,
  last_year smallint,
  issued_by integer,
  edition integer,
  constraint chart_pkey PRIMARY KEY (id),
  constraint chart_edition_fkey FOREIGN KEY (edition) REFERENCES base.edition(id),
  constraint chart_issued_by_fkey FOREIGN KEY (issued_by) REFERENCES divisions.division(id)
);
CREATE TRIGGER only_by_edition BEFORE INSERT OR DELETE OR UPDATE ON ledger.chart FOR EACH ROW EXECUTE FUNCTION base.only_by_edition('chart');
grant insert, select on table ledger.chart to fundwatch_app;
grant select on table ledger.chart to fundwatch_rules;
grant update (last_year) on table ledger.chart to fundwatch_app;
comment on table ledger.chart is 'reference: a chart of accounts in force for some years; null issuer is the ministry';

create table ledger.chart_line (
  chart smallint not null,
  shown_code text not null,
  name text not null,
  english text not null,
  side character(1) not null,
  constraint chart_line_pkey PRIMARY KEY (chart, shown_code),
  constraint chart_line_chart_fkey FOREIGN KEY (chart) REFERENCES ledger.chart(id),
  constraint chart_line_name_check CHECK ((name <> ''::text)),
  constraint chart_line_shown_code_check CHECK ((shown_code ~ '^\d{1,12}$'::text)),
  constraint chart_line_side_check CHECK ((side = ANY (ARRAY['D'::bpchar, 'C'::bpchar])))
);
CREATE TRIGGER only_by_edition BEFORE INSERT OR DELETE OR UPDATE ON ledger.chart_line FOR EACH ROW EXECUTE FUNCTION base.only_by_edition('chart');
grant insert, select on table ledger.chart_line to fundwatch_app;
grant select on table ledger.chart_line to fundwatch_rules;
comment on table ledger.chart_line is 'reference: an account as a further chart prints it; entries keep the accounts of ledger.account and are shown by ledger.chart_mapping';

create table ledger.chart_mapping (
  chart smallint not null,
  account integer not null,
  shown_code text not null,
  constraint chart_mapping_pkey PRIMARY KEY (chart, account),
  constraint chart_mapping_account_fkey FOREIGN KEY (account) REFERENCES ledger.account(code),
  constraint chart_mapping_chart_fkey FOREIGN KEY (chart) REFERENCES ledger.chart(id),
  constraint chart_mapping_chart_shown_code_fkey FOREIGN KEY (chart, shown_code) REFERENCES ledger.chart_line(chart, shown_code)
);
CREATE TRIGGER only_by_edition BEFORE INSERT OR DELETE OR UPDATE ON ledger.chart_mapping FOR EACH ROW EXECUTE FUNCTION base.only_by_edition('chart');
grant insert, select on table ledger.chart_mapping to fundwatch_app;
grant select on table ledger.chart_mapping to fundwatch_rules;
comment on table ledger.chart_mapping is 'reference: as which account of a further chart an account of ours is shown; several of ours may be shown as one';

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
CREATE TRIGGER carried_recall_is_not_corrected BEFORE INSERT ON ledger.corrected FOR EACH ROW EXECUTE FUNCTION ledger.carried_recall_is_not_corrected();
CREATE TRIGGER year_end_is_not_corrected BEFORE INSERT ON ledger.corrected FOR EACH ROW EXECUTE FUNCTION ledger.year_end_is_not_corrected();
alter table ledger.corrected enable row level security;
create policy in_scope on ledger.corrected as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on ledger.corrected as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM ledger.entry e
  WHERE ((e.division = corrected.division) AND (e.batch = corrected.batch) AND (e.line = corrected.line))))));
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
create policy narrow on ledger.document as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (actor = platform.actor()) OR (EXISTS ( SELECT
   FROM allotments.allotment a
  WHERE ((a.division = document.division) AND (a.document = document.id))))));
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
  payment bigint,
  constraint entry_pkey PRIMARY KEY (division, batch, line),
  constraint entry_division_corrects_batch_corrects_line_fkey FOREIGN KEY (division, corrects_batch, corrects_line) REFERENCES ledger.entry(division, batch, line),
  constraint red_letter_names_its_original CHECK (((amount_fen <> 0) AND ((amount_fen < 0) = (corrects_batch IS NOT NULL)) AND ((corrects_batch IS NULL) = (corrects_line IS NULL)))),
  constraint two_sides_differ CHECK (((debit_allotment <> credit_allotment) OR (debit <> credit)))
);
CREATE INDEX entry_credit ON ledger.entry USING btree (credit_allotment);
CREATE INDEX entry_debit ON ledger.entry USING btree (debit_allotment);
CREATE INDEX entry_payment ON ledger.entry USING btree (payment) WHERE (payment IS NOT NULL);
alter table ledger.entry enable row level security;
create policy in_scope on ledger.entry as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on ledger.entry as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM allotments.allotment a
  WHERE ((a.division = entry.division) AND (a.id = ANY (ARRAY[entry.debit_allotment, entry.credit_allotment])))))));
grant select on table ledger.entry to fundwatch_app;
grant select on table ledger.entry to fundwatch_rules;
comment on table ledger.entry is 'one line of double entry: an allotment and an account on each side, one amount in fen; negative only as a red-letter correction';
comment on column ledger.entry.payment is 'the payment line of the treasury (payments.payment) that the entry posts; a payment over several lines has an entry for each';

create table ledger.form (
  code text not null,
  name text not null,
  english text not null,
  interlock text not null,
  constraint form_pkey PRIMARY KEY (code),
  constraint form_interlock_check CHECK ((interlock = ANY (ARRAY['none'::text, 'sends'::text, 'takes'::text, 'calls-back'::text, 'gives-back'::text])))
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
  edition integer,
  constraint order_line_pkey PRIMARY KEY (form, first_year, step),
  constraint order_line_credit_fkey FOREIGN KEY (credit) REFERENCES ledger.account(code),
  constraint order_line_debit_fkey FOREIGN KEY (debit) REFERENCES ledger.account(code),
  constraint order_line_edition_fkey FOREIGN KEY (edition) REFERENCES base.edition(id),
  constraint order_line_form_fkey FOREIGN KEY (form) REFERENCES ledger.form(code)
);
CREATE TRIGGER only_by_edition BEFORE INSERT OR DELETE OR UPDATE ON ledger.order_line FOR EACH ROW EXECUTE FUNCTION base.only_by_edition('orders');
grant insert, select on table ledger.order_line to fundwatch_app;
grant select on table ledger.order_line to fundwatch_rules;
grant update (last_year) on table ledger.order_line to fundwatch_app;
comment on table ledger.order_line is 'reference: a line of a transaction order (交易令), versioned by fiscal year, issued at the top and locked below';

create table ledger.request (
  division integer not null,
  request_key text not null,
  digest bytea not null,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint request_pkey PRIMARY KEY (division, request_key)
);
alter table ledger.request enable row level security;
create policy in_scope on ledger.request as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table ledger.request to fundwatch_app;
comment on table ledger.request is 'the digest (SM3) of what a form asked under its request key, written in the form''s own transaction: the same again answers what was posted, anything else is refused';

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
CREATE TRIGGER taken_up_by_the_books AFTER INSERT ON ledger.seal_batch REFERENCING NEW TABLE AS sealed FOR EACH STATEMENT EXECUTE FUNCTION books.sealed();
alter table ledger.seal_batch enable row level security;
create policy in_scope on ledger.seal_batch as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant select on table ledger.seal_batch to fundwatch_app;
grant select on table ledger.seal_batch to fundwatch_rules;
comment on table ledger.seal_batch is 'which batches a seal covers, in order';

create table ledger.sent_lowered (
  division integer not null,
  id bigint default nextval('ledger.sent_lowered_id'::regclass) not null,
  transfer bigint not null,
  document bigint not null,
  effective_on date not null,
  amount_fen bigint not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  actor bigint default platform.actor() not null,
  constraint sent_lowered_pkey PRIMARY KEY (division, id),
  constraint sent_lowered_amount_fen_check CHECK ((amount_fen <> 0)),
  constraint sent_lowered_division_document_fkey FOREIGN KEY (division, document) REFERENCES ledger.document(division, id),
  constraint sent_lowered_division_transfer_fkey FOREIGN KEY (division, transfer) REFERENCES ledger.transfer(division, id)
);
CREATE INDEX sent_lowered_transfer ON ledger.sent_lowered USING btree (transfer);
alter table ledger.sent_lowered enable row level security;
create policy in_scope on ledger.sent_lowered as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on ledger.sent_lowered as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR ((actor = platform.actor()) OR (EXISTS ( SELECT
   FROM ledger.transfer t
  WHERE ((t.division = sent_lowered.division) AND (t.id = sent_lowered.transfer)))))));
grant select on table ledger.sent_lowered to fundwatch_app;
grant select on table ledger.sent_lowered to fundwatch_rules;
comment on table ledger.sent_lowered is 'what a sender outside this installation called back of what it had sent, or what was typed too high off its paper, in fen, dated; negative where that was an error';

create table ledger.sub_account (
  division integer not null,
  account integer not null,
  code text not null,
  name text not null,
  element text not null,
  value text not null,
  first_year smallint not null,
  last_year smallint,
  actor bigint default platform.actor() not null,
  constraint sub_account_pkey PRIMARY KEY (division, account, code, first_year),
  constraint sub_account_account_fkey FOREIGN KEY (account) REFERENCES ledger.account(code),
  constraint sub_account_code_check CHECK ((code ~ '^\d{2,6}$'::text)),
  constraint sub_account_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint sub_account_element_check CHECK ((element = ANY (ARRAY['fund'::text, 'agency'::text, 'office'::text, 'fund-nature'::text, 'function-subject'::text]))),
  constraint sub_account_name_check CHECK ((name <> ''::text)),
  constraint sub_account_value_check CHECK ((value <> ''::text))
);
CREATE TRIGGER sub_account_is_free BEFORE INSERT ON ledger.sub_account FOR EACH ROW EXECUTE FUNCTION ledger.sub_account_is_free();
alter table ledger.sub_account enable row level security;
create policy in_scope on ledger.sub_account as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table ledger.sub_account to fundwatch_app;
comment on table ledger.sub_account is 'an account of a division''s own (明细科目) below an issued one: the lines whose element has this value; the issued account stays as it is';

create table ledger.transfer (
  division integer not null,
  id bigint default nextval('ledger.transfer_id'::regclass) not null,
  sender integer,
  sender_allotment bigint,
  sender_name text,
  across boolean default false not null,
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
  stated_fen bigint default 0 not null,
  sent_fen bigint default 0 not null,
  taken_fen bigint default 0 not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  paper text,
  paper_stands boolean default false not null,
  constraint transfer_pkey PRIMARY KEY (division, id),
  constraint transfer_fund_fkey FOREIGN KEY (fund) REFERENCES funds.fund(id),
  constraint transfer_sender_here_or_outside CHECK (((sender IS NULL) OR ((sender_name IS NULL) AND (stated_fen = 0)))),
  constraint transfer_sender_whole CHECK (((sender IS NULL) = (sender_allotment IS NULL))),
  constraint transfer_source_level_check CHECK ((source_level = ANY (ARRAY['central'::text, 'province'::text, 'city'::text, 'county'::text, 'township'::text]))),
  constraint transfer_taken_within_sent CHECK (((0 <= taken_fen) AND (taken_fen <= sent_fen)))
);
CREATE INDEX transfer_document ON ledger.transfer USING btree (document_number, division, fiscal_year);
CREATE INDEX transfer_from ON ledger.transfer USING btree (sender_allotment);
CREATE UNIQUE INDEX transfer_paper_once ON ledger.transfer USING btree (paper, division, fiscal_year) WHERE paper_stands;
CREATE INDEX transfer_sender ON ledger.transfer USING btree (sender, fiscal_year) WHERE (sender IS NOT NULL);
CREATE TRIGGER no_secret_detail AFTER INSERT ON ledger.transfer REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION funds.no_secret_detail();
alter table ledger.transfer enable row level security;
create policy in_scope on ledger.transfer as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on ledger.transfer as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM (unnest(( SELECT platform.narrowings() AS narrowings)) n(scope, office, fund, agency)
     JOIN divisions.scope_division s ON (((s.scope = n.scope) AND (s.division = transfer.division))))
  WHERE (((n.office IS NULL) OR (n.office = NULL::integer)) AND ((n.fund IS NULL) OR (n.fund = transfer.fund)) AND ((n.agency IS NULL) OR (n.agency = NULL::integer)))))));
grant select on table ledger.transfer to fundwatch_app;
grant select on table ledger.transfer to fundwatch_rules;
comment on table ledger.transfer is 'what a superior sent, or another region (across), one row in the receiver''s division, so that receiving is local; a sender outside this installation is null; amounts in fen';
comment on column ledger.transfer.sender_name is 'who sent it, where that is a region outside this installation';
comment on column ledger.transfer.across is 'false: passed down by a superior (500202); true: sent by another region (500203)';
comment on column ledger.transfer.stated_fen is 'what the document of a sender outside this installation stated; what it called back since is in ledger.sent_lowered';
comment on column ledger.transfer.paper is 'what identifies the paper of a sender outside this installation, where a clerk typed the transfer off it: the way, the sender, the number, the fund of a superior''s line, and which line of it; null for what came through a file or from a sender here';
comment on column ledger.transfer.paper_stands is 'false once all of it was taken back in red letters or called back: the paper may then be registered anew';

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

create table payments.account_kind (
  division integer not null,
  id bigint generated always as identity not null,
  account bigint not null,
  kind text not null,
  valid_from date not null,
  reason text not null,
  request_key text not null,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint account_kind_pkey PRIMARY KEY (division, id),
  constraint account_kind_division_account_fkey FOREIGN KEY (division, account) REFERENCES payments.bank_account(division, id),
  constraint account_kind_reason_check CHECK ((btrim(reason) <> ''::text)),
  constraint kind_known CHECK ((kind = ANY (ARRAY['zero-balance'::text, 'treasury-single'::text, 'special'::text, 'unit'::text, 'township'::text, 'person'::text, 'enterprise'::text, 'paying-agent'::text]))),
  constraint kind_once UNIQUE (request_key, division)
);
CREATE INDEX account_kind_of ON payments.account_kind USING btree (account, division);
alter table payments.account_kind enable row level security;
create policy in_scope on payments.account_kind as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.account_kind as restrictive for select using ((( SELECT platform.narrowings() AS narrowings) IS NULL));
grant insert, select on table payments.account_kind to fundwatch_app;
grant select on table payments.account_kind to fundwatch_rules;
comment on table payments.account_kind is 'what kind an account is from a day on, settled by a person; a later row of the same day overrules an earlier one';

create table payments.account_listing (
  division integer not null,
  id bigint generated always as identity not null,
  account bigint not null,
  list text not null,
  valid_from date not null,
  ends_on date not null,
  reason text not null,
  request_key text not null,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint account_listing_pkey PRIMARY KEY (division, id),
  constraint account_listing_division_account_fkey FOREIGN KEY (division, account) REFERENCES payments.bank_account(division, id),
  constraint account_listing_list_check CHECK ((list = ANY (ARRAY['watch'::text, 'white'::text]))),
  constraint account_listing_reason_check CHECK ((btrim(reason) <> ''::text)),
  constraint listing_days CHECK ((valid_from <= ends_on)),
  constraint listing_once UNIQUE (request_key, division)
);
CREATE INDEX account_listing_of ON payments.account_listing USING btree (account, division);
alter table payments.account_listing enable row level security;
create policy in_scope on payments.account_listing as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.account_listing as restrictive for select using ((( SELECT platform.narrowings() AS narrowings) IS NULL));
grant insert, select on table payments.account_listing to fundwatch_app;
grant select on table payments.account_listing to fundwatch_rules;
comment on table payments.account_listing is 'an account on the watch list (every payment to it rings) or the white list (looked into and found in order), from one day to another, both included';

create table payments.account_listing_end (
  division integer not null,
  listing bigint not null,
  ended_on date not null,
  reason text not null,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint account_listing_end_pkey PRIMARY KEY (division, listing),
  constraint account_listing_end_division_listing_fkey FOREIGN KEY (division, listing) REFERENCES payments.account_listing(division, id),
  constraint account_listing_end_reason_check CHECK ((btrim(reason) <> ''::text))
);
alter table payments.account_listing_end enable row level security;
create policy in_scope on payments.account_listing_end as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.account_listing_end as restrictive for select using ((( SELECT platform.narrowings() AS narrowings) IS NULL));
grant insert, select on table payments.account_listing_end to fundwatch_app;
grant select on table payments.account_listing_end to fundwatch_rules;
comment on table payments.account_listing_end is 'an account was taken off a list before its time: ended_on is the first day on which it no longer stands there';

create table payments.account_use (
  division integer not null,
  holder bigint not null,
  side text not null,
  fiscal_year smallint not null,
  payments bigint not null,
  amount_fen bigint not null,
  first_on date not null,
  last_on date not null,
  constraint account_use_pkey PRIMARY KEY (division, holder, side, fiscal_year),
  constraint account_use_division_holder_fkey FOREIGN KEY (division, holder) REFERENCES payments.holder(division, id),
  constraint account_use_side_check CHECK ((side = ANY (ARRAY['payer'::text, 'payee'::text, 'paid-to'::text])))
);
alter table payments.account_use enable row level security;
create policy in_scope on payments.account_use as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.account_use as restrictive for select using ((( SELECT platform.narrowings() AS narrowings) IS NULL));
grant insert, select, update on table payments.account_use to fundwatch_app;
grant select on table payments.account_use to fundwatch_rules;
comment on table payments.account_use is 'how often an account and name stood on vouchers of a year as payer or payee, or was paid by the bank where the voucher named another (paid-to), with the sum in fen and the first and last day; kept with each posted batch, proved by verify';

create table payments.adjustment (
  division integer not null,
  message bigint not null,
  fiscal_year smallint not null,
  original_type smallint,
  original_no text not null,
  adjusted_on date not null,
  amount_fen bigint not null,
  agency_code text,
  project_code text,
  function_subject text,
  allotment_ref text,
  document_number text,
  reason text,
  constraint adjustment_pkey PRIMARY KEY (division, message),
  constraint adjustment_amount_fen_check CHECK ((amount_fen > 0)),
  constraint adjustment_division_message_fkey FOREIGN KEY (division, message) REFERENCES payments.message(division, id)
);
alter table payments.adjustment enable row level security;
create policy in_scope on payments.adjustment as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.adjustment as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM (unnest(( SELECT platform.narrowings() AS narrowings)) n(scope, office, fund, agency)
     JOIN divisions.scope_division s ON (((s.scope = n.scope) AND (s.division = adjustment.division))))
  WHERE (((n.office IS NULL) OR (n.office = NULL::integer)) AND ((n.fund IS NULL) OR (n.fund = NULL::integer)) AND ((n.agency IS NULL) OR (n.agency = ( SELECT g.id
           FROM divisions.agency g
          WHERE ((g.division = adjustment.division) AND (g.code = adjustment.agency_code))))))))));
grant insert, select on table payments.adjustment to fundwatch_app;
grant select on table payments.adjustment to fundwatch_rules;
comment on table payments.adjustment is 'an adjustment of a payment that was made (5253, 5351): to which agency, subject, project or line an amount of it belongs; the payment itself stays as it was';

create table payments.adjustment_waiting (
  division integer not null,
  message bigint not null,
  reason text not null,
  constraint adjustment_waiting_pkey PRIMARY KEY (division, message),
  constraint adjustment_waiting_division_message_fkey FOREIGN KEY (division, message) REFERENCES payments.adjustment(division, message),
  constraint adjustment_waiting_reason_check CHECK ((reason = ANY (ARRAY['new'::text, 'no-original'::text, 'original-unposted'::text, 'exceeds-original'::text, 'no-allotment'::text, 'beyond-available'::text, 'book-locked'::text])))
);
alter table payments.adjustment_waiting enable row level security;
create policy in_scope on payments.adjustment_waiting as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.adjustment_waiting as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM payments.adjustment x
  WHERE ((x.division = adjustment_waiting.division) AND (x.message = adjustment_waiting.message))))));
grant delete, insert, select, update on table payments.adjustment_waiting to fundwatch_app;
grant select on table payments.adjustment_waiting to fundwatch_rules;
comment on table payments.adjustment_waiting is 'adjustments that are not posted yet, and why; a row goes when it is posted';

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

create table payments.clearing (
  division integer not null,
  message bigint not null,
  fiscal_year smallint not null,
  voucher_type smallint not null,
  cleared_on date not null,
  bank_code text,
  bank_name text,
  amount_fen bigint not null,
  constraint clearing_pkey PRIMARY KEY (division, message),
  constraint clearing_division_message_fkey FOREIGN KEY (division, message) REFERENCES payments.message(division, id)
);
alter table payments.clearing enable row level security;
create policy in_scope on payments.clearing as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table payments.clearing to fundwatch_app;
grant select on table payments.clearing to fundwatch_rules;
comment on table payments.clearing is 'a clearing receipt between agent bank and treasury (2301, 2302), in fen';

create table payments.clearing_voucher (
  division integer not null,
  message bigint not null,
  line_no integer not null,
  original_type smallint,
  original_no text not null,
  amount_fen bigint not null,
  constraint clearing_voucher_pkey PRIMARY KEY (division, message, line_no),
  constraint clearing_voucher_amount_fen_check CHECK ((amount_fen <> 0)),
  constraint clearing_voucher_division_message_fkey FOREIGN KEY (division, message) REFERENCES payments.clearing(division, message)
);
CREATE INDEX clearing_of ON payments.clearing_voucher USING btree (original_no, division);
alter table payments.clearing_voucher enable row level security;
create policy in_scope on payments.clearing_voucher as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table payments.clearing_voucher to fundwatch_app;
grant select on table payments.clearing_voucher to fundwatch_rules;
comment on table payments.clearing_voucher is 'a payment voucher that a clearing receipt covers, with its amount in fen';

create table payments.company_state (
  id bigint generated always as identity not null,
  code text,
  name text not null,
  plain_name text generated always as (payments.plain_name(name)) stored not null,
  state text not null,
  since date not null,
  code_verdict text not null,
  import bigint not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint company_state_pkey PRIMARY KEY (id),
  constraint company_state_code_verdict_check CHECK ((code_verdict = ANY (ARRAY['ok'::text, 'missing'::text, 'form'::text, 'check-digit'::text]))),
  constraint company_state_name_check CHECK ((btrim(name) <> ''::text)),
  constraint company_state_once UNIQUE NULLS NOT DISTINCT (name, since, code),
  constraint company_state_state_check CHECK ((state = ANY (ARRAY['normal'::text, 'abnormal'::text, 'suspended'::text, 'revoked'::text, 'deregistered'::text])))
);
CREATE INDEX company_state_named ON payments.company_state USING btree (plain_name);
grant insert, select on table payments.company_state to fundwatch_app;
grant select on table payments.company_state to fundwatch_rules;
comment on table payments.company_state is 'reference: what the business register says of an enterprise from a day on, for the whole installation; code_verdict is the check of its unified social credit code (GB 32100), by which nothing is refused';

create table payments.confirmation (
  division integer not null,
  payment bigint not null,
  paid_on date not null,
  paid_fen bigint not null,
  payee bigint,
  agent_no text,
  import bigint not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint confirmation_pkey PRIMARY KEY (division, payment),
  constraint confirmation_division_payment_fkey FOREIGN KEY (division, payment) REFERENCES payments.payment(division, id),
  constraint confirmation_paid_fen_check CHECK ((paid_fen <> 0))
);
alter table payments.confirmation enable row level security;
create policy in_scope on payments.confirmation as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.confirmation as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM payments.payment p
  WHERE ((p.division = confirmation.division) AND (p.id = confirmation.payment))))));
grant insert, select on table payments.confirmation to fundwatch_app;
grant select on table payments.confirmation to fundwatch_rules;
comment on table payments.confirmation is 'what the bank filled in later: when it paid a voucher, how much in fen, to whom; a fact beside the voucher, which is never overwritten';

create table payments.control_scope (
  id bigint generated always as identity not null,
  division integer not null,
  voucher_type smallint not null,
  covers smallint[],
  reason text not null,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint control_scope_pkey1 PRIMARY KEY (id),
  constraint control_scope_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint control_totals_only CHECK ((((voucher_type >= 3503) AND (voucher_type <= 3513)) OR (voucher_type = 9002))),
  constraint payment_vouchers_only CHECK (((cardinality(covers) > 0) AND (covers <@ ARRAY[(5201)::smallint, (8202)::smallint, (5207)::smallint, (9001)::smallint, (2203)::smallint, (2252)::smallint, (3208)::smallint]))),
  constraint reason_is_given CHECK ((btrim(reason) <> ''::text))
);
CREATE INDEX control_scope_latest ON payments.control_scope USING btree (division, voucher_type, id);
alter table payments.control_scope enable row level security;
create policy everybody_reads on payments.control_scope as permissive for select using (true);
create policy in_scope on payments.control_scope as permissive for insert with check ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table payments.control_scope to fundwatch_app;
grant select on table payments.control_scope to fundwatch_rules;
comment on table payments.control_scope is 'reference: which payment vouchers a kind of control totals covers in a division and, unless settled there, below it; null is all of them; the last word holds, the earlier ones stay';
comment on column payments.control_scope.covers is 'voucher types of payments and refunds; null is all of them';

create table payments.control_total (
  division integer not null,
  message bigint not null,
  line_no integer not null,
  fiscal_year smallint not null,
  voucher_type smallint not null,
  day date not null,
  fund_code text,
  function_subject text,
  agency_code text,
  payments bigint,
  amount_fen bigint not null,
  constraint control_total_pkey PRIMARY KEY (division, message, line_no),
  constraint control_total_division_message_fkey FOREIGN KEY (division, message) REFERENCES payments.message(division, id)
);
CREATE INDEX control_total_day ON payments.control_total USING btree (fiscal_year, division, day);
alter table payments.control_total enable row level security;
create policy in_scope on payments.control_total as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.control_total as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM (unnest(( SELECT platform.narrowings() AS narrowings)) n(scope, office, fund, agency)
     JOIN divisions.scope_division s ON (((s.scope = n.scope) AND (s.division = control_total.division))))
  WHERE (((n.office IS NULL) OR (n.office = NULL::integer)) AND ((n.fund IS NULL) OR (n.fund = NULL::integer)) AND ((n.agency IS NULL) OR (n.agency = ( SELECT g.id
           FROM divisions.agency g
          WHERE ((g.division = control_total.division) AND (g.code = control_total.agency_code))))))))));
grant insert, select on table payments.control_total to fundwatch_app;
grant select on table payments.control_total to fundwatch_rules;
comment on table payments.control_total is 'what the treasury says it paid on a day, by fund, subject and agency (3503 to 3513), in fen; null where the total is over all of them; payments is how many';

create table payments.day_total (
  division integer not null,
  fiscal_year smallint not null,
  vouched_on date not null,
  payments bigint not null,
  amount_fen bigint not null,
  waiting bigint default 0 not null,
  waiting_fen bigint default 0 not null,
  constraint day_total_pkey PRIMARY KEY (division, fiscal_year, vouched_on),
  constraint day_total_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id)
);
alter table payments.day_total enable row level security;
create policy in_scope on payments.day_total as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.day_total as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR false));
grant insert, select, update on table payments.day_total to fundwatch_app;
grant select on table payments.day_total to fundwatch_rules;
comment on table payments.day_total is 'how many payment lines a day has and their sum in fen, kept with each posted batch, so that totals need not count millions of rows';
comment on column payments.day_total.waiting_fen is 'how much of amount_fen is not posted; kept by payments.count_waiting';

create table payments.decision (
  division integer not null,
  id bigint generated always as identity not null,
  request_key text not null,
  reason text not null,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint decision_pkey PRIMARY KEY (division, id),
  constraint decision_once UNIQUE (request_key, division),
  constraint decision_reason_check CHECK ((btrim(reason) <> ''::text))
);
alter table payments.decision enable row level security;
create policy in_scope on payments.decision as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.decision as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR ((actor = platform.actor()) OR (EXISTS ( SELECT
   FROM payments.decision_part x
  WHERE ((x.division = decision.division) AND (x.decision = decision.id)))))));
grant insert, select on table payments.decision to fundwatch_app;
grant select on table payments.decision to fundwatch_rules;
comment on table payments.decision is 'a person decided to which lines payments belong, and why';

create table payments.decision_part (
  division integer not null,
  decision bigint not null,
  payment bigint not null,
  allotment bigint not null,
  amount_fen bigint not null,
  constraint decision_part_pkey PRIMARY KEY (division, decision, payment, allotment),
  constraint decision_part_amount_fen_check CHECK ((amount_fen > 0)),
  constraint decision_part_division_allotment_fkey FOREIGN KEY (division, allotment) REFERENCES allotments.allotment(division, id),
  constraint decision_part_division_decision_fkey FOREIGN KEY (division, decision) REFERENCES payments.decision(division, id),
  constraint decision_part_division_payment_fkey FOREIGN KEY (division, payment) REFERENCES payments.payment(division, id)
);
CREATE INDEX decision_part_payment ON payments.decision_part USING btree (payment);
alter table payments.decision_part enable row level security;
create policy in_scope on payments.decision_part as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.decision_part as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM payments.payment p
  WHERE ((p.division = decision_part.division) AND (p.id = decision_part.payment))))));
grant insert, select on table payments.decision_part to fundwatch_app;
grant select on table payments.decision_part to fundwatch_rules;
comment on table payments.decision_part is 'what was decided: how much of a payment, in fen and without its sign, belongs to a line; kept when the decision is taken back';

create table payments.habit (
  division integer not null,
  id bigint generated always as identity not null,
  decision bigint not null,
  fiscal_year smallint not null,
  agency_code text not null,
  project_code text not null,
  function_subject text not null,
  document_number text not null,
  allotment bigint not null,
  ended_at timestamp with time zone,
  ended_by bigint,
  ended_why text,
  constraint habit_pkey PRIMARY KEY (division, id),
  constraint habit_division_allotment_fkey FOREIGN KEY (division, allotment) REFERENCES allotments.allotment(division, id),
  constraint habit_division_decision_fkey FOREIGN KEY (division, decision) REFERENCES payments.decision(division, id),
  constraint habit_ends_whole CHECK ((num_nonnulls(ended_at, ended_by, ended_why) = ANY (ARRAY[0, 3])))
);
CREATE UNIQUE INDEX habit_once ON payments.habit USING btree (document_number, project_code, agency_code, function_subject, fiscal_year, division) WHERE (ended_at IS NULL);
alter table payments.habit enable row level security;
create policy in_scope on payments.habit as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.habit as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM allotments.allotment a
  WHERE ((a.division = habit.division) AND (a.id = habit.allotment))))));
grant insert, select on table payments.habit to fundwatch_app;
grant select on table payments.habit to fundwatch_rules;
grant update (ended_at, ended_by, ended_why) on table payments.habit to fundwatch_app;
comment on table payments.habit is 'a rule of thumb that a person set: payments that state just these elements (empty: not stated) belong to this line, until it is ended';

create table payments.holder (
  division integer not null,
  id bigint generated always as identity not null,
  account bigint,
  name text not null,
  bank text,
  proposed_kind text generated always as (payments.proposed_kind(name)) stored not null,
  plain_name text generated always as (payments.plain_name(name)) stored not null,
  constraint holder_pkey PRIMARY KEY (division, id),
  constraint holder_division_account_fkey FOREIGN KEY (division, account) REFERENCES payments.bank_account(division, id),
  constraint holder_once UNIQUE NULLS NOT DISTINCT (account, name, bank, division)
);
CREATE INDEX holder_account ON payments.holder USING btree (account, division);
CREATE INDEX holder_named ON payments.holder USING btree (plain_name, division);
alter table payments.holder enable row level security;
create policy in_scope on payments.holder as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table payments.holder to fundwatch_app;
grant select on table payments.holder to fundwatch_rules;
comment on table payments.holder is 'who stands behind an account on a voucher: name, account, bank; one account may show several names';
comment on column payments.holder.proposed_kind is 'the kind of account that the name speaks for';

create table payments.in_transit (
  division integer not null,
  payment bigint not null,
  allotment bigint not null,
  account integer not null,
  constraint in_transit_pkey PRIMARY KEY (division, payment, allotment),
  constraint in_transit_division_payment_fkey FOREIGN KEY (division, payment) REFERENCES payments.payment(division, id)
);
alter table payments.in_transit enable row level security;
create policy in_scope on payments.in_transit as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.in_transit as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM payments.payment p
  WHERE ((p.division = in_transit.division) AND (p.id = in_transit.payment))))));
grant delete, insert, select on table payments.in_transit to fundwatch_app;
grant select on table payments.in_transit to fundwatch_rules;
comment on table payments.in_transit is 'vouchers on 5102 and the account that they came from, one row for each line of a split one; a row goes when the bank has confirmed';

create table payments.match_weight (
  first_year smallint not null,
  agency smallint not null,
  project smallint not null,
  function_subject smallint not null,
  document smallint not null,
  threshold smallint not null,
  "least" smallint not null,
  constraint match_weight_pkey PRIMARY KEY (first_year),
  constraint match_weight_agency_check CHECK ((agency >= 0)),
  constraint match_weight_document_check CHECK ((document >= 0)),
  constraint match_weight_function_subject_check CHECK ((function_subject >= 0)),
  constraint match_weight_least_check CHECK (("least" > 0)),
  constraint match_weight_project_check CHECK ((project >= 0)),
  constraint match_weight_threshold_check CHECK (((threshold >= 1) AND (threshold <= 100)))
);
grant select on table payments.match_weight to fundwatch_app;
grant select on table payments.match_weight to fundwatch_rules;
comment on table payments.match_weight is 'reference: from a fiscal year on, what each element weighs when a payment looks for its line; threshold is the score of 100 from which the only best line is taken, least how much of the weights a payment must state';

create table payments.message (
  division integer not null,
  id bigint default nextval('payments.message_id'::regclass) not null,
  fiscal_year smallint not null,
  voucher_type smallint not null,
  voucher_no text not null,
  vouched_on date not null,
  row_digest bytea not null,
  import bigint not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint message_pkey PRIMARY KEY (division, id),
  constraint message_once UNIQUE (voucher_no, division, fiscal_year, voucher_type)
);
alter table payments.message enable row level security;
create policy in_scope on payments.message as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table payments.message to fundwatch_app;
grant select on table payments.message to fundwatch_rules;
comment on table payments.message is 'a treasury message that pays nothing by itself: quota notice, clearing receipt, adjustment, control totals; the same again is known by row_digest';

create table payments.part (
  division integer not null,
  payment bigint not null,
  allotment bigint not null,
  amount_fen bigint not null,
  constraint part_pkey PRIMARY KEY (division, payment, allotment),
  constraint part_amount_fen_check CHECK ((amount_fen > 0)),
  constraint part_division_allotment_fkey FOREIGN KEY (division, allotment) REFERENCES allotments.allotment(division, id),
  constraint part_division_payment_fkey FOREIGN KEY (division, payment) REFERENCES payments.standing_decision(division, payment)
);
CREATE INDEX part_allotment ON payments.part USING btree (allotment);
alter table payments.part enable row level security;
create policy in_scope on payments.part as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.part as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM payments.payment p
  WHERE ((p.division = part.division) AND (p.id = part.payment))))));
grant delete, insert, select on table payments.part to fundwatch_app;
grant select on table payments.part to fundwatch_rules;
comment on table payments.part is 'a payment over several lines: how much belongs to each, in fen and without its sign; goes with the decision';

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
  application boolean default false not null,
  match_score smallint,
  match_differs text,
  constraint payment_pkey PRIMARY KEY (division, id),
  constraint payment_amount_fen_check CHECK ((amount_fen <> 0)),
  constraint payment_match_check CHECK ((match = ANY (ARRAY['by-id'::text, 'by-elements'::text, 'by-original'::text, 'by-person'::text, 'by-habit'::text, 'ambiguous'::text, 'none'::text]))),
  constraint voucher_once UNIQUE (voucher_no, division, fiscal_year, voucher_type, line_no)
);
CREATE INDEX payment_allotment ON payments.payment USING btree (allotment);
CREATE INDEX payment_day ON payments.payment USING btree (fiscal_year, division, vouched_on, id);
CREATE INDEX payment_payee ON payments.payment USING btree (payee, vouched_on);
CREATE INDEX payment_refund ON payments.payment USING btree (division, fiscal_year, id) WHERE (amount_fen < 0);
CREATE INDEX payment_without_line ON payments.payment USING btree (project) WHERE ((allotment IS NULL) AND (project IS NOT NULL));
CREATE TRIGGER lines_of_changed AFTER UPDATE ON payments.payment REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION payments.hold_lines();
CREATE TRIGGER lines_of_new AFTER INSERT ON payments.payment REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION payments.hold_lines();
alter table payments.payment enable row level security;
create policy in_scope on payments.payment as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.payment as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM (unnest(( SELECT platform.narrowings() AS narrowings)) n(scope, office, fund, agency)
     JOIN divisions.scope_division s ON (((s.scope = n.scope) AND (s.division = payment.division))))
  WHERE (((n.office IS NULL) OR (n.office = ( SELECT a.office
           FROM allotments.allotment a
          WHERE ((a.division = payment.division) AND (a.id = payment.allotment))))) AND ((n.fund IS NULL) OR (n.fund = payment.fund)) AND ((n.agency IS NULL) OR (n.agency = payment.agency)))))));
grant insert, select on table payments.payment to fundwatch_app;
grant select on table payments.payment to fundwatch_rules;
grant update (project, allotment, fund, match, match_score, match_differs) on table payments.payment to fundwatch_app;
comment on table payments.payment is 'one line of a payment voucher, as the treasury and the bank state it, in fen; allotment is null while it matches none';
comment on column payments.payment.allotment is 'the line that the payment was matched to, the largest of them where it was split (payments.part); null while it matches none';
comment on column payments.payment.application is 'an application that no voucher has followed yet: it waits, and lies on no account';
comment on column payments.payment.match_score is 'how well the line agrees, of 100; only of a match by elements';
comment on column payments.payment.match_differs is 'the elements in which the line differs all the same, the reason for less than 100';

create unlogged table payments.posted_slice (
  import bigint not null,
  slice_end bigint not null,
  constraint posted_slice_pkey PRIMARY KEY (import, slice_end)
);
grant delete, insert, select on table payments.posted_slice to fundwatch_app;
comment on table payments.posted_slice is 'staging: slices of a staged import that are posted, by how many staged rows stand up to and with them; an import is resumed with the others';

create table payments.quota (
  division integer not null,
  message bigint not null,
  line_no integer not null,
  fiscal_year smallint not null,
  voucher_type smallint not null,
  month smallint not null,
  agency_code text not null,
  function_subject text not null,
  project_code text,
  amount_fen bigint not null,
  constraint quota_pkey PRIMARY KEY (division, message, line_no),
  constraint quota_amount_fen_check CHECK ((amount_fen <> 0)),
  constraint quota_division_message_fkey FOREIGN KEY (division, message) REFERENCES payments.message(division, id),
  constraint quota_month_check CHECK (((month >= 1) AND (month <= 12)))
);
CREATE INDEX quota_year ON payments.quota USING btree (fiscal_year, division, agency_code);
alter table payments.quota enable row level security;
create policy in_scope on payments.quota as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.quota as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM (unnest(( SELECT platform.narrowings() AS narrowings)) n(scope, office, fund, agency)
     JOIN divisions.scope_division s ON (((s.scope = n.scope) AND (s.division = quota.division))))
  WHERE (((n.office IS NULL) OR (n.office = NULL::integer)) AND ((n.fund IS NULL) OR (n.fund = NULL::integer)) AND ((n.agency IS NULL) OR (n.agency = ( SELECT g.id
           FROM divisions.agency g
          WHERE ((g.division = quota.division) AND (g.code = quota.agency_code))))))))));
grant insert, select on table payments.quota to fundwatch_app;
grant select on table payments.quota to fundwatch_rules;
comment on table payments.quota is 'how much an agency may pay for a subject from a month on, in fen: 5106 for authorised payment (8202), 5108 for direct payment (5201); a negative line takes quota back';

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
  paid_fen bigint,
  payer integer,
  payee integer,
  paid_to integer,
  agent_no text,
  application boolean default false not null,
  confirms bigint,
  elements integer not null,
  economic_subject text,
  settlement text,
  pay_type text,
  purpose text,
  contract_no text
);
CREATE INDEX staged_order ON payments.staged USING btree (import, division, fiscal_year, vouched_on);
grant delete, insert, select, update on table payments.staged to fundwatch_app;
comment on table payments.staged is 'staging: rows of an import between reading and posting; payer, payee and paid_to are numbers of payments.staged_party, elements one of payments.staged_elements; confirms is the known payment of which the row says only what the bank did';

create unlogged table payments.staged_account (
  import bigint not null,
  digest bytea not null,
  ciphertext bytea not null,
  masked text not null,
  matches bytea[] not null,
  constraint staged_account_pkey PRIMARY KEY (import, digest)
);
grant delete, insert, select on table payments.staged_account to fundwatch_app;
comment on table payments.staged_account is 'staging: account numbers of an import, already encrypted';
comment on column payments.staged_account.digest is 'fingerprint of the number, by which rows of staging name it';
comment on column payments.staged_account.matches is 'its keyed digest under each version of the key, the newest first';

create unlogged table payments.staged_elements (
  import bigint not null,
  no integer not null,
  division integer not null,
  fiscal_year smallint not null,
  agency_code text,
  project_code text,
  allotment_ref text,
  document_number text,
  function_subject text,
  agency integer,
  project bigint,
  allotment bigint,
  fund integer,
  match text default 'none'::text not null,
  match_score smallint,
  match_differs text,
  constraint staged_elements_pkey PRIMARY KEY (import, no)
);
grant delete, insert, select, update on table payments.staged_elements to fundwatch_app;
comment on table payments.staged_elements is 'staging: what the rows of an import are matched by, and the allotment found for it';

create unlogged table payments.staged_original (
  import bigint not null,
  row_no integer not null,
  division integer not null,
  fiscal_year smallint not null,
  voucher_type smallint not null,
  voucher_no text not null,
  line_no integer not null,
  original_type smallint,
  original_no text not null,
  original_on date,
  vouched_on date not null,
  constraint staged_original_pkey PRIMARY KEY (import, row_no, line_no)
);
grant delete, insert, select on table payments.staged_original to fundwatch_app;
comment on table payments.staged_original is 'staging: which payment a refund of an import says that it takes back';

create unlogged table payments.staged_party (
  import bigint not null,
  no integer not null,
  division integer not null,
  digest bytea,
  name text not null,
  bank text not null,
  holder bigint,
  constraint staged_party_pkey PRIMARY KEY (import, no)
);
grant delete, insert, select, update on table payments.staged_party to fundwatch_app;
comment on table payments.staged_party is 'staging: whom the rows of an import name as payer or payee; holder once it is stored';

create table payments.standing_decision (
  division integer not null,
  payment bigint not null,
  decision bigint not null,
  constraint standing_decision_pkey PRIMARY KEY (division, payment),
  constraint standing_decision_division_decision_fkey FOREIGN KEY (division, decision) REFERENCES payments.decision(division, id),
  constraint standing_decision_division_payment_fkey FOREIGN KEY (division, payment) REFERENCES payments.payment(division, id)
);
alter table payments.standing_decision enable row level security;
create policy in_scope on payments.standing_decision as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.standing_decision as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM payments.payment p
  WHERE ((p.division = standing_decision.division) AND (p.id = standing_decision.payment))))));
grant delete, insert, select on table payments.standing_decision to fundwatch_app;
grant select on table payments.standing_decision to fundwatch_rules;
comment on table payments.standing_decision is 'the one decision that stands for a payment; the row goes when it is taken back';

create table payments.stated_original (
  division integer not null,
  payment bigint not null,
  original_type smallint,
  original_no text not null,
  original_on date,
  constraint stated_original_pkey PRIMARY KEY (division, payment),
  constraint stated_original_division_payment_fkey FOREIGN KEY (division, payment) REFERENCES payments.payment(division, id)
);
alter table payments.stated_original enable row level security;
create policy in_scope on payments.stated_original as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.stated_original as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM payments.payment p
  WHERE ((p.division = stated_original.division) AND (p.id = stated_original.payment))))));
grant insert, select on table payments.stated_original to fundwatch_app;
grant select on table payments.stated_original to fundwatch_rules;
comment on table payments.stated_original is 'the payment that a refund message names as the one it takes back, as it states it';

create table payments.tie (
  division integer not null,
  id bigint default nextval('payments.tie_id'::regclass) not null,
  kind text not null,
  payment bigint,
  message bigint,
  original bigint not null,
  found text not null,
  proposed boolean default false not null,
  exceeds boolean default false not null,
  debit_allotment bigint,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint tie_pkey PRIMARY KEY (division, id),
  constraint tie_division_message_fkey FOREIGN KEY (division, message) REFERENCES payments.adjustment(division, message),
  constraint tie_division_original_fkey FOREIGN KEY (division, original) REFERENCES payments.payment(division, id),
  constraint tie_division_payment_fkey FOREIGN KEY (division, payment) REFERENCES payments.payment(division, id),
  constraint tie_found_check CHECK ((found = ANY (ARRAY['stated'::text, 'same-number'::text, 'alike'::text, 'by-hand'::text]))),
  constraint tie_kind_check CHECK ((kind = ANY (ARRAY['refund'::text, 'adjustment'::text, 'reissue'::text]))),
  constraint tie_names_one CHECK ((((payment IS NULL) = (kind = 'adjustment'::text)) AND ((message IS NULL) = (kind <> 'adjustment'::text)) AND (payment IS DISTINCT FROM original)))
);
CREATE UNIQUE INDEX tie_adjustment_once ON payments.tie USING btree (message, division) WHERE (message IS NOT NULL);
CREATE INDEX tie_original ON payments.tie USING btree (original, division);
CREATE UNIQUE INDEX tie_refund_once ON payments.tie USING btree (payment, division, kind) WHERE ((payment IS NOT NULL) AND (NOT proposed));
alter table payments.tie enable row level security;
create policy in_scope on payments.tie as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.tie as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR ((EXISTS ( SELECT
   FROM payments.payment p
  WHERE ((p.division = tie.division) AND (p.id = ANY (ARRAY[tie.payment, tie.original]))))) OR (EXISTS ( SELECT
   FROM payments.adjustment x
  WHERE ((x.division = tie.division) AND (x.message = tie.message)))))));
grant insert, select on table payments.tie to fundwatch_app;
grant select on table payments.tie to fundwatch_rules;
comment on table payments.tie is 'what belongs to an earlier payment: its refunds, its adjustments, and the payment issued again after a refund (original is then the refund); found says how, proposed that a person has yet to agree, exceeds that more would come back than was paid';
comment on column payments.tie.debit_allotment is 'the line to which an adjustment moved the amount';

create table payments.tie_settlement (
  division integer not null,
  tie bigint not null,
  agreed boolean not null,
  reason text not null,
  request_key text not null,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint tie_settlement_pkey PRIMARY KEY (division, tie),
  constraint settlement_once UNIQUE (request_key, division),
  constraint tie_settlement_division_tie_fkey FOREIGN KEY (division, tie) REFERENCES payments.tie(division, id),
  constraint tie_settlement_reason_check CHECK ((btrim(reason) <> ''::text))
);
alter table payments.tie_settlement enable row level security;
create policy in_scope on payments.tie_settlement as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.tie_settlement as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM payments.tie t
  WHERE ((t.division = tie_settlement.division) AND (t.id = tie_settlement.tie))))));
grant insert, select on table payments.tie_settlement to fundwatch_app;
grant select on table payments.tie_settlement to fundwatch_rules;
comment on table payments.tie_settlement is 'a person agreed, or did not, that a payment issues again what came back; a tie that is not agreed stands no more';

create table payments.treasury_voucher (
  division integer not null,
  message bigint not null,
  line_no integer not null,
  fiscal_year smallint not null,
  day date not null,
  voucher_type smallint,
  voucher_no text not null,
  function_subject text,
  agency_code text,
  amount_fen bigint not null,
  constraint treasury_voucher_pkey PRIMARY KEY (division, message, line_no),
  constraint treasury_voucher_division_message_fkey FOREIGN KEY (division, message) REFERENCES payments.message(division, id)
);
CREATE INDEX treasury_voucher_day ON payments.treasury_voucher USING btree (day, division, fiscal_year);
alter table payments.treasury_voucher enable row level security;
create policy in_scope on payments.treasury_voucher as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.treasury_voucher as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM (unnest(( SELECT platform.narrowings() AS narrowings)) n(scope, office, fund, agency)
     JOIN divisions.scope_division s ON (((s.scope = n.scope) AND (s.division = treasury_voucher.division))))
  WHERE (((n.office IS NULL) OR (n.office = NULL::integer)) AND ((n.fund IS NULL) OR (n.fund = NULL::integer)) AND ((n.agency IS NULL) OR (n.agency = ( SELECT g.id
           FROM divisions.agency g
          WHERE ((g.division = treasury_voucher.division) AND (g.code = treasury_voucher.agency_code))))))))));
grant insert, select on table payments.treasury_voucher to fundwatch_app;
grant select on table payments.treasury_voucher to fundwatch_rules;
comment on table payments.treasury_voucher is 'a voucher that the treasury lists in its own table of what it paid on a day, in fen; what came back is negative';

create table payments.undoing (
  division integer not null,
  id bigint generated always as identity not null,
  payment bigint not null,
  decision bigint,
  request_key text not null,
  was text not null,
  batch bigint,
  reason text not null,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint undoing_pkey PRIMARY KEY (division, id),
  constraint undoing_division_batch_fkey FOREIGN KEY (division, batch) REFERENCES ledger.batch(division, id),
  constraint undoing_division_decision_fkey FOREIGN KEY (division, decision) REFERENCES payments.decision(division, id),
  constraint undoing_division_payment_fkey FOREIGN KEY (division, payment) REFERENCES payments.payment(division, id),
  constraint undoing_once UNIQUE (request_key, division),
  constraint undoing_reason_check CHECK ((btrim(reason) <> ''::text))
);
CREATE INDEX undoing_payment ON payments.undoing USING btree (payment);
alter table payments.undoing enable row level security;
create policy in_scope on payments.undoing as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.undoing as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM payments.payment p
  WHERE ((p.division = undoing.division) AND (p.id = undoing.payment))))));
grant insert, select on table payments.undoing to fundwatch_app;
grant select on table payments.undoing to fundwatch_rules;
comment on table payments.undoing is 'a match was taken back, and by which red-letter batch; was is how it had been matched; from then on only a person matches the payment';

create table payments.unposted (
  division integer not null,
  payment bigint not null,
  reason text not null,
  constraint unposted_pkey PRIMARY KEY (division, payment),
  constraint unposted_division_payment_fkey FOREIGN KEY (division, payment) REFERENCES payments.payment(division, id),
  constraint unposted_reason_check CHECK ((reason = ANY (ARRAY['no-allotment'::text, 'ambiguous'::text, 'beyond-available'::text, 'not-paid'::text, 'book-locked'::text, 'book-provisional'::text, 'refund-exceeds'::text])))
);
CREATE TRIGGER waiting_begins AFTER INSERT ON payments.unposted REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION payments.count_waiting();
CREATE TRIGGER waiting_ends AFTER DELETE ON payments.unposted REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION payments.count_waiting();
alter table payments.unposted enable row level security;
create policy in_scope on payments.unposted as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on payments.unposted as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM payments.payment p
  WHERE ((p.division = unposted.division) AND (p.id = unposted.payment))))));
grant delete, insert, select, update on table payments.unposted to fundwatch_app;
grant select on table payments.unposted to fundwatch_rules;
comment on table payments.unposted is 'payments that wait for a form to make room or for a person to match them; a row goes when it is posted';

create table platform.column_mapping (
  division integer not null,
  id bigint generated always as identity not null,
  kind text not null,
  name text not null,
  signature bytea not null,
  headings text[] not null,
  columns jsonb not null,
  actor bigint default platform.actor() not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  retired_at timestamp with time zone,
  constraint column_mapping_pkey PRIMARY KEY (division, id),
  constraint column_mapping_division_fkey FOREIGN KEY (division) REFERENCES divisions.division(id),
  constraint column_mapping_name_check CHECK (((length(name) >= 1) AND (length(name) <= 60)))
);
CREATE UNIQUE INDEX mapping_name ON platform.column_mapping USING btree (name, kind, division) WHERE (retired_at IS NULL);
CREATE INDEX mapping_signature ON platform.column_mapping USING btree (signature, division, kind) WHERE (retired_at IS NULL);
alter table platform.column_mapping enable row level security;
create policy in_scope on platform.column_mapping as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table platform.column_mapping to fundwatch_app;
grant update (retired_at) on table platform.column_mapping to fundwatch_app;
comment on table platform.column_mapping is 'which column of a bureau''s own spreadsheet is which field, with units, date forms and fixed values; found again by the signature (SM3) of its headings; a change retires the row and adds another';

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
  framed boolean default false not null,
  constraint file_pkey PRIMARY KEY (division, id),
  constraint file_bytes_check CHECK ((bytes >= 0))
);
alter table platform.file enable row level security;
create policy in_scope on platform.file as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select on table platform.file to fundwatch_app;
comment on table platform.file is 'an attachment; its encrypted bytes lie under the data folder, named by id';
comment on column platform.file.framed is 'its bytes are sealed piece by piece, so that a file of any size is written and read in little memory';

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
  source text default 'page'::text not null,
  mapping text,
  request_key text,
  constraint import_pkey PRIMARY KEY (division, id),
  constraint import_source CHECK ((source = ANY (ARRAY['page'::text, 'command'::text, 'folder'::text, 'interface'::text]))),
  constraint import_state_check CHECK ((state = ANY (ARRAY['reading'::text, 'refused'::text, 'posting'::text, 'done'::text, 'broken'::text])))
);
CREATE INDEX import_digest ON platform.import USING btree (file_sm3, division, kind);
CREATE INDEX import_latest ON platform.import USING btree (division, kind, id);
CREATE UNIQUE INDEX import_request ON platform.import USING btree (request_key, division, actor) WHERE (request_key IS NOT NULL);
alter table platform.import enable row level security;
create policy in_scope on platform.import as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant insert, select, update on table platform.import to fundwatch_app;
grant select (division, id, actor, source) on table platform.import to fundwatch_rules;
comment on table platform.import is 'one file taken in: what it held, what was refused, how far its posting has come';
comment on column platform.import.posted_to is 'how many staged rows are posted; which slices of them, payments.posted_slice says';
comment on column platform.import.check_only is 'the file was only looked at: nothing of it was stored';
comment on column platform.import.source is 'how the file came: uploaded on the page, by command, from the drop folder, pushed by another system';
comment on column platform.import.mapping is 'the remembered columns (platform.column_mapping) that the file was read by';
comment on column platform.import.request_key is 'the Idempotency-Key of a pushed file: its receipt is asked for by it';

create table platform.import_refused (
  division integer not null,
  import bigint not null,
  row_no integer not null,
  ciphertext bytea not null,
  constraint import_refused_pkey PRIMARY KEY (division, import, row_no),
  constraint import_refused_division_import_fkey FOREIGN KEY (division, import) REFERENCES platform.import(division, id) ON DELETE CASCADE
);
alter table platform.import_refused enable row level security;
create policy in_scope on platform.import_refused as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
grant delete, insert, select on table platform.import_refused to fundwatch_app;
comment on table platform.import_refused is 'rows of a refused file that had faults, as they stood in it, encrypted; row 0 is the heading; gone after thirty days';

create table platform.look_count (
  actor bigint not null,
  day date not null,
  looks integer not null,
  constraint look_count_pkey PRIMARY KEY (actor, day)
);
grant insert, select, update on table platform.look_count to fundwatch_app;
comment on table platform.look_count is 'reference: how many unmasked looks at personal data a person took on a day; what was looked at, and why, stands in the audit';

create table platform.request (
  actor bigint not null,
  key text not null,
  route text not null,
  digest bytea not null,
  answer bytea,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint request_pkey PRIMARY KEY (actor, key)
);
CREATE INDEX request_age ON platform.request USING btree (recorded_at);
grant delete, insert, select, update on table platform.request to fundwatch_app;
comment on table platform.request is 'staging: requests that changed something under an Idempotency-Key, with the digest (SM3) of what was asked and the answer (encrypted), written in the same transaction and kept for some days; the same actor alone is given the answer again';

create table platform.setting (
  name text not null,
  value jsonb not null,
  meaning text not null,
  constraint setting_pkey PRIMARY KEY (name)
);
grant select on table platform.setting to fundwatch_app;
grant update (value) on table platform.setting to fundwatch_app;
comment on table platform.setting is 'reference: what an administrator sets for the whole installation';

create table projects.contract (
  division integer not null,
  contract_no text not null,
  supplement smallint default 0 not null,
  project bigint,
  contractor text not null,
  contractor_code text,
  amount_fen bigint not null,
  signed_on date not null,
  import bigint,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint contract_pkey PRIMARY KEY (division, contract_no, supplement),
  constraint contract_amount_fen_check CHECK ((amount_fen <> 0)),
  constraint contract_contract_no_check CHECK ((contract_no <> ''::text)),
  constraint contract_division_project_fkey FOREIGN KEY (division, project) REFERENCES projects.project(division, id),
  constraint contract_supplement_check CHECK ((supplement >= 0))
);
alter table projects.contract enable row level security;
create policy in_scope on projects.contract as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on projects.contract as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM projects.project p
  WHERE ((p.division = contract.division) AND (p.id = contract.project))))));
grant insert, select on table projects.contract to fundwatch_app;
grant select on table projects.contract to fundwatch_rules;
comment on table projects.contract is 'a contract (supplement 0) and its supplements, which raise or lower it, in fen; several contractors stand side by side, with 、 between them';

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
create policy narrow on projects.project as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM (unnest(( SELECT platform.narrowings() AS narrowings)) n(scope, office, fund, agency)
     JOIN divisions.scope_division s ON (((s.scope = n.scope) AND (s.division = project.division))))
  WHERE ((n.agency IS NULL) OR (n.agency = project.agency))))));
grant insert, select, update on table projects.project to fundwatch_app;
grant select on table projects.project to fundwatch_rules;
comment on table projects.project is 'a project that money is arranged for; name_verdict is the judgement of src/projects/project-name.ts when it was written';

create table projects.settlement (
  division integer not null,
  project bigint not null,
  settled_on date not null,
  submitted_fen bigint,
  settled_fen bigint not null,
  document text,
  import bigint,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  constraint settlement_pkey PRIMARY KEY (division, project, settled_on),
  constraint settlement_division_project_fkey FOREIGN KEY (division, project) REFERENCES projects.project(division, id),
  constraint settlement_settled_fen_check CHECK ((settled_fen >= 0)),
  constraint settlement_submitted_fen_check CHECK ((submitted_fen >= 0))
);
alter table projects.settlement enable row level security;
create policy in_scope on projects.settlement as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on projects.settlement as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM projects.project p
  WHERE ((p.division = settlement.division) AND (p.id = settlement.project))))));
grant insert, select on table projects.settlement to fundwatch_app;
grant select on table projects.settlement to fundwatch_rules;
comment on table projects.settlement is 'what the review of a finished project found that it cost: submitted and settled, in fen; the latest day counts';

create table public.migration (
  name text not null,
  digest text not null,
  applied_at timestamp with time zone default clock_timestamp() not null,
  constraint migration_pkey PRIMARY KEY (name)
);

create table releases.release (
  division integer not null,
  id bigint generated always as identity not null,
  kind text not null,
  parameters jsonb not null,
  series text not null,
  format text not null,
  personal boolean not null,
  recipient text not null,
  purpose text not null,
  state text default 'asked'::text not null,
  asked_by bigint not null,
  asked_name text not null,
  asked_at timestamp with time zone default clock_timestamp() not null,
  decided_by bigint,
  decided_name text,
  decided_at timestamp with time zone,
  opinion text,
  request_key text,
  constraint release_pkey PRIMARY KEY (division, id),
  constraint asked_once UNIQUE (request_key, division),
  constraint decided_whole CHECK (((state = 'asked'::text) = (decided_by IS NULL))),
  constraint maker_does_not_sign CHECK (((decided_by IS NULL) OR (decided_by <> asked_by))),
  constraint release_format_check CHECK ((format = ANY (ARRAY['csv'::text, 'xlsx'::text, 'zip'::text]))),
  constraint release_purpose_check CHECK ((length(purpose) >= 4)),
  constraint release_recipient_check CHECK ((recipient <> ''::text)),
  constraint release_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'released'::text, 'refused'::text])))
);
CREATE INDEX release_series ON releases.release USING btree (series, division, id);
alter table releases.release enable row level security;
create policy in_scope on releases.release as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on releases.release as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (asked_by = platform.actor())));
grant insert, select on table releases.release to fundwatch_app;
grant update (state, decided_by, decided_name, decided_at, opinion) on table releases.release to fundwatch_app;
comment on table releases.release is 'a report or extract that is to go up or out: for whom, why, who made it, and what the lead office said to it (会签)';

create table releases.snapshot (
  division integer not null,
  release bigint not null,
  file uuid not null,
  lines uuid not null,
  sm3 bytea not null,
  rows bigint not null,
  totals jsonb not null,
  previous bigint,
  frozen_at timestamp with time zone default clock_timestamp() not null,
  constraint snapshot_pkey PRIMARY KEY (division, release),
  constraint snapshot_division_file_fkey FOREIGN KEY (division, file) REFERENCES platform.file(division, id),
  constraint snapshot_division_lines_fkey FOREIGN KEY (division, lines) REFERENCES platform.file(division, id),
  constraint snapshot_division_previous_fkey FOREIGN KEY (division, previous) REFERENCES releases.release(division, id),
  constraint snapshot_division_release_fkey FOREIGN KEY (division, release) REFERENCES releases.release(division, id)
);
alter table releases.snapshot enable row level security;
create policy in_scope on releases.snapshot as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on releases.snapshot as restrictive for all using (((NOT ( SELECT platform.narrowed() AS narrowed)) OR (EXISTS ( SELECT
   FROM releases.release r
  WHERE ((r.division = snapshot.division) AND (r.id = snapshot.release))))));
grant insert, select on table releases.snapshot to fundwatch_app;
comment on table releases.snapshot is 'what a release consists of, frozen when it was asked for: the file, its SM3, its lines for comparing (personal data masked), sums of money in fen, and the release of the same kind before it';

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
create policy narrow on warnings.event as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR (EXISTS ( SELECT
   FROM warnings.warning w
  WHERE ((w.division = event.division) AND (w.id = event.warning))))));
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
  constraint warning_subject_kind_check CHECK ((subject_kind = ANY (ARRAY['allotment'::text, 'transfer'::text, 'payment'::text, 'project'::text, 'fund'::text, 'agency'::text, 'document'::text, 'day'::text])))
);
CREATE INDEX warning_caused ON warnings.warning USING btree (rule, division, cause) WHERE (gone_on IS NULL);
CREATE INDEX warning_open ON warnings.warning USING btree (fiscal_year, division, level) WHERE (status = ANY (ARRAY['open'::text, 'violation'::text]));
alter table warnings.warning enable row level security;
create policy in_scope on warnings.warning as permissive for all using ((division IN ( SELECT s.division
   FROM divisions.scope_division s
  WHERE (s.scope = platform.scope()))));
create policy narrow on warnings.warning as restrictive for all using (((( SELECT platform.narrowings() AS narrowings) IS NULL) OR
CASE subject_kind
    WHEN 'allotment'::text THEN (EXISTS ( SELECT
       FROM allotments.allotment a
      WHERE ((a.division = warning.division) AND ((a.id)::text = warning.subject))))
    WHEN 'payment'::text THEN (EXISTS ( SELECT
       FROM payments.payment p
      WHERE ((p.division = warning.division) AND ((p.id)::text = warning.subject))))
    WHEN 'project'::text THEN (EXISTS ( SELECT
       FROM projects.project p
      WHERE ((p.division = warning.division) AND ((p.id)::text = warning.subject))))
    WHEN 'fund'::text THEN (EXISTS ( SELECT
       FROM unnest(( SELECT platform.narrowings() AS narrowings)) n(scope, office, fund, agency)
      WHERE (((n.fund)::text = warning.subject) AND (num_nonnulls(n.office, n.agency) = 0))))
    WHEN 'agency'::text THEN (EXISTS ( SELECT
       FROM unnest(( SELECT platform.narrowings() AS narrowings)) n(scope, office, fund, agency)
      WHERE (((n.agency)::text = warning.subject) AND (num_nonnulls(n.office, n.fund) = 0))))
    ELSE false
END));
grant insert, select, update on table warnings.warning to fundwatch_app;
comment on table warnings.warning is 'a suspicion: rule, cause and episode name it, so that a bell can go out and ring again; its history is warnings.event';
comment on column warnings.warning.gone_on is 'the day a check no longer found the cause; null while it is there. A yellow or red lamp stays lit until a person handles it, cause or no cause';

create view allotments.published_advance with (security_invoker=true) as
 SELECT a.division,
    a.id,
    a.fiscal_year,
    a.form,
    a.fund,
    a.amount_fen,
    NOT b.provisional AS in_budget
   FROM allotments.allotment a
     JOIN ledger.published_book b ON b.division = a.division AND b.fiscal_year = a.fiscal_year
  WHERE a.advance;
grant select on table allotments.published_advance to fundwatch_app;
grant select on table allotments.published_advance to fundwatch_rules;

create view allotments.published_allotment with (security_invoker=true) as
 SELECT division,
    id,
    fiscal_year,
    form,
    document,
    fund,
    amount_fen,
    source,
    transfer,
    carried_from,
    path,
    bundle,
    source_type,
    source_level,
    superior_number,
    direct,
    advance,
    fund_nature,
    function_subject,
    economic_subject,
    department_subject,
    transfer_subject,
    poverty,
    monitored_fen,
    office,
    agency,
    project,
    below_project_code,
    to_division,
    note,
    external_id,
    back_entered,
    budget_origin,
    to_outside,
    use_fund
   FROM allotments.allotment;
grant select on table allotments.published_allotment to fundwatch_app;
grant select on table allotments.published_allotment to fundwatch_rules;

create view allotments.published_integrated with (security_invoker=true) as
 SELECT a.division,
    a.id,
    a.fiscal_year,
    a.fund,
    a.function_subject,
    a.use_fund,
    a.project,
    a.agency,
    s.arranged_fen,
    s.paid_fen
   FROM allotments.allotment a
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(b.balance_fen), 0::numeric)::bigint AS arranged_fen,
            COALESCE(sum(b.balance_fen) FILTER (WHERE b.account = 5201), 0::numeric)::bigint AS paid_fen
           FROM ledger.published_balance b
          WHERE b.division = a.division AND b.allotment = a.id AND (b.account = ANY (ARRAY[500201, 5101, 5102, 5201]))) s
  WHERE a.use_fund IS NOT NULL;
grant select on table allotments.published_integrated to fundwatch_app;
grant select on table allotments.published_integrated to fundwatch_rules;

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
    a.budget_origin,
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
    b.revenue_fen
   FROM allotments.allotment a
     JOIN ledger.document d ON d.division = a.division AND d.id = a.document
     LEFT JOIN LATERAL ( SELECT COALESCE(sum(b_1.debit_fen - b_1.credit_fen) FILTER (WHERE b_1.account = 1001), 0::numeric)::bigint AS total_fen,
            COALESCE(sum(b_1.debit_fen - b_1.credit_fen) FILTER (WHERE b_1.account = 5001), 0::numeric)::bigint AS to_refine_fen,
            COALESCE(sum(b_1.debit_fen - b_1.credit_fen) FILTER (WHERE b_1.account = 500201), 0::numeric)::bigint AS own_fen,
            COALESCE(sum(b_1.debit_fen - b_1.credit_fen) FILTER (WHERE b_1.account = ANY (ARRAY[500202, 500203])), 0::numeric)::bigint AS passed_fen,
            COALESCE(sum(b_1.debit_fen - b_1.credit_fen) FILTER (WHERE b_1.account = 5101), 0::numeric)::bigint AS plan_fen,
            COALESCE(sum(b_1.debit_fen - b_1.credit_fen) FILTER (WHERE b_1.account = 5102), 0::numeric)::bigint AS transit_fen,
            COALESCE(sum(b_1.debit_fen - b_1.credit_fen) FILTER (WHERE b_1.account = 5201), 0::numeric)::bigint AS paid_fen,
            COALESCE(sum(b_1.credit_fen - b_1.debit_fen) FILTER (WHERE b_1.account = 4001), 0::numeric)::bigint AS revenue_fen
           FROM ledger.balance b_1
          WHERE b_1.division = a.division AND b_1.allotment = a.id) b ON true;
grant select on table allotments.published_line to fundwatch_app;
grant select on table allotments.published_line to fundwatch_rules;

create view allotments.published_line_document with (security_invoker=true) as
 SELECT a.division,
    a.id,
    d.dated
   FROM allotments.allotment a
     JOIN ledger.document d ON d.division = a.division AND d.id = a.document;
grant select on table allotments.published_line_document to fundwatch_app;
grant select on table allotments.published_line_document to fundwatch_rules;
comment on view allotments.published_line_document is 'the day of the document by which a line was arranged';

create view allotments.published_recognition with (security_invoker=true) as
 SELECT division,
    id,
    transfer,
    verdict,
    monitored_fen,
    reason,
    document,
    supersedes,
    actor,
    recorded_at
   FROM allotments.recognition r
  WHERE NOT (EXISTS ( SELECT
           FROM allotments.recognition n
          WHERE n.supersedes = id AND n.division = division));
grant select on table allotments.published_recognition to fundwatch_app;
grant select on table allotments.published_recognition to fundwatch_rules;

create view allotments.published_recoverable with (security_invoker=true) as
 SELECT r.division,
    r.id,
    r.recall,
    c.form,
    c.fiscal_year,
    c.effective_on,
    d.number AS document_number,
    d.title AS document_title,
    r.transfer_division,
    r.transfer,
    p.line,
    t.document_number AS transfer_number,
    t.fund,
    t.path,
    r.amount_fen,
    COALESCE(v.recovered_fen, 0::numeric)::bigint AS recovered_fen,
    (r.amount_fen::numeric - COALESCE(v.recovered_fen, 0::numeric))::bigint AS open_fen,
    COALESCE(v.by_recall_fen, 0::numeric)::bigint AS by_recall_fen,
    v.last_on
   FROM allotments.recoverable r
     JOIN allotments.recall_part p ON p.division = r.division AND p.recall = r.recall AND p.no = r.no
     JOIN allotments.recall c ON c.division = r.division AND c.id = r.recall
     JOIN ledger.document d ON d.division = c.division AND d.id = c.document
     LEFT JOIN ledger.transfer t ON t.division = r.transfer_division AND t.id = r.transfer
     LEFT JOIN LATERAL ( SELECT sum(x.amount_fen) AS recovered_fen,
            sum(x.amount_fen) FILTER (WHERE x.recall IS NOT NULL) AS by_recall_fen,
            max(x.received_on) AS last_on
           FROM allotments.recovered x
          WHERE x.division = r.division AND x.recoverable = r.id) v ON true;
grant select on table allotments.published_recoverable to fundwatch_app;
grant select on table allotments.published_recoverable to fundwatch_rules;

create view approvals.published_held_form with (security_invoker=true) as
 SELECT division,
    form,
    id AS chain
   FROM approvals.chain
  WHERE valid @> platform.today();
grant select on table approvals.published_held_form to fundwatch_app;
grant select on table approvals.published_held_form to fundwatch_rules;
comment on view approvals.published_held_form is 'forms that a chain of approval holds today, by division';

create view approvals.published_signed with (security_invoker=true) as
 SELECT s.division,
    s.id AS submission,
    s.batch,
    s.document,
    s.form,
    m.name AS maker,
    g.step,
    c.title,
    a.name AS signer,
    f.name AS signs_for,
    g.opinion,
    g.signed_on
   FROM approvals.submission s
     JOIN identity.account m ON m.id = s.maker
     JOIN approvals.signature g ON g.division = s.division AND g.submission = s.id AND g.round = s.round AND g.agreed
     JOIN approvals.chain_step c ON c.division = s.division AND c.chain = s.chain AND c.step = g.step
     JOIN identity.account a ON a.id = g.signer
     LEFT JOIN identity.account f ON f.id = g.signs_for AND g.signs_for <> g.signer
  WHERE s.state = 'carried-out'::text;
grant select on table approvals.published_signed to fundwatch_app;

create view approvals.published_standing with (security_invoker=true) as
 SELECT id,
    account,
    division,
    post,
    office,
    fund,
    agency,
    valid,
    NULL::bigint AS stands_for
   FROM identity.holding h
  WHERE ended_at IS NULL AND valid @> platform.today()
UNION ALL
 SELECT id,
    d.delegate AS account,
    division,
    post,
    office,
    fund,
    agency,
    d.valid * valid AS valid,
    account AS stands_for
   FROM approvals.delegation d
     JOIN identity.holding h ON id = d.holding
     JOIN identity.account a ON a.id = account
  WHERE d.ended_at IS NULL AND d.valid @> platform.today() AND ended_at IS NULL AND valid @> platform.today() AND kind = 'business'::text AND a.closed_at IS NULL AND (EXISTS ( SELECT
           FROM identity.holding own
          WHERE own.account = d.delegate AND own.ended_at IS NULL AND own.valid @> platform.today() AND own.kind = 'business'::text));
grant select on table approvals.published_standing to fundwatch_app;

create view beneficiaries.published_disbursement with (security_invoker=true) as
 SELECT d.division,
    d.id,
    l.id AS list,
    l.fiscal_year,
    l.source,
    l.voucher_type,
    l.voucher_no,
    d.line_no,
    j.payment,
    p.allotment,
    d.person,
    s.name AS person_name,
    s.masked AS identity,
    d.enterprise,
    e.name AS enterprise_name,
    e.code AS enterprise_code,
    d.account,
    a.masked AS account_masked,
    d.month,
    d.due_fen,
    d.amount_fen,
    d.by_household,
    d.town_code,
    d.town,
    d.village_code,
    d.village,
    d.remark,
    b.paid_on AS bank_paid_on,
    b.paid_fen AS bank_paid_fen,
    b.said AS bank_said
   FROM beneficiaries.disbursement d
     JOIN beneficiaries.list l ON l.division = d.division AND l.id = d.list
     LEFT JOIN beneficiaries.list_payment j ON j.division = l.division AND j.list = l.id
     LEFT JOIN payments.payment p ON p.division = j.division AND p.id = j.payment
     LEFT JOIN beneficiaries.person s ON s.division = d.division AND s.id = d.person
     LEFT JOIN beneficiaries.enterprise e ON e.division = d.division AND e.id = d.enterprise
     LEFT JOIN beneficiaries.account a ON a.division = d.division AND a.id = d.account
     LEFT JOIN beneficiaries.bank_result b ON b.division = d.division AND b.disbursement = d.id;
grant select on table beneficiaries.published_disbursement to fundwatch_app;
grant select on table beneficiaries.published_disbursement to fundwatch_rules;

create view beneficiaries.published_list with (security_invoker=true) as
 SELECT l.division,
    l.id,
    l.fiscal_year,
    l.source,
    l.list_no,
    l.voucher_type,
    l.voucher_no,
    l.rows,
    l.sum_fen,
    l.import,
    j.payment
   FROM beneficiaries.list l
     LEFT JOIN beneficiaries.list_payment j ON j.division = l.division AND j.list = l.id;
grant select on table beneficiaries.published_list to fundwatch_app;
grant select on table beneficiaries.published_list to fundwatch_rules;

create view divisions.published_agency with (security_invoker=true) as
 SELECT division,
    id,
    code,
    name
   FROM divisions.agency;
grant select on table divisions.published_agency to fundwatch_app;
grant select on table divisions.published_agency to fundwatch_rules;

create view divisions.published_declaration with (security_invoker=true) as
 SELECT division,
    id,
    kind,
    day,
    document_number,
    reason,
    actor,
    recorded_at
   FROM divisions.declaration;
grant select on table divisions.published_declaration to fundwatch_app;
grant select on table divisions.published_declaration to fundwatch_rules;

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

create view divisions.published_latest with (security_invoker=true) as
 SELECT v.division,
    v.code,
    v.name,
    v.level,
    v.administrative_parent,
    v.fiscal_parent,
    d.go_live,
        CASE
            WHEN v.valid @> platform.today() THEN NULL::date
            ELSE upper(v.valid)
        END AS ended_on
   FROM ( SELECT DISTINCT ON (version.division) version.division,
            version.valid,
            version.code,
            version.name,
            version.level,
            version.administrative_parent,
            version.fiscal_parent,
            version.recorded_at,
            version.change
           FROM divisions.version
          WHERE lower(version.valid) <= platform.today()
          ORDER BY version.division, version.valid DESC) v
     JOIN divisions.division d ON d.id = v.division
  WHERE v.valid @> platform.today() OR NOT (EXISTS ( SELECT
           FROM divisions.version o
          WHERE o.code = v.code AND o.division <> v.division AND o.valid @> platform.today()));
grant select on table divisions.published_latest to fundwatch_app;
grant select on table divisions.published_latest to fundwatch_rules;
comment on view divisions.published_latest is 'divisions as they are today, and those that ended as they last were';

create view divisions.published_office with (security_invoker=true) as
 SELECT division,
    id,
    code,
    name
   FROM divisions.office;
grant select on table divisions.published_office to fundwatch_app;
grant select on table divisions.published_office to fundwatch_rules;

create view divisions.published_version with (security_invoker=true) as
 SELECT division,
    valid,
    code,
    name,
    level,
    administrative_parent,
    fiscal_parent,
    change
   FROM divisions.version;
grant select on table divisions.published_version to fundwatch_app;
grant select on table divisions.published_version to fundwatch_rules;
comment on view divisions.published_version is 'every version of every division: join by division and valid @> day for the name of that day';

create view funds.published_edition_fund with (security_invoker=true) as
 SELECT f.edition,
    e.issuer,
    e.first_year,
    e.last_year,
    f.fund,
    f.code,
    f.name,
    f.level,
    f.owner_office,
    f.poverty,
    f.included,
    f.excepted
   FROM funds.edition_fund f
     JOIN base.edition e ON e.id = f.edition;
grant select on table funds.published_edition_fund to fundwatch_app;
comment on view funds.published_edition_fund is 'the funds of issued catalogues, by the fiscal years for which they were issued';

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
    owner_office,
    ended_from
   FROM funds.fund f;
grant select on table funds.published_fund to fundwatch_app;
grant select on table funds.published_fund to fundwatch_rules;

create view funds.published_fund_name with (security_invoker=true) as
 SELECT f.edition,
    f.fund,
    e.first_year,
    f.name,
    f.included,
    f.excepted,
    f.poverty
   FROM funds.edition_fund f
     JOIN base.edition e ON e.id = f.edition;
grant select on table funds.published_fund_name to fundwatch_app;
grant select on table funds.published_fund_name to fundwatch_rules;
comment on view funds.published_fund_name is 'what funds were called by each edition of their catalogue: of a fiscal year, the latest edition (first_year, then edition) that begins by then';

create view funds.published_subject with (security_invoker=true) as
 SELECT kind,
    fiscal_year,
    code,
    name
   FROM funds.subject;
grant select on table funds.published_subject to fundwatch_app;
grant select on table funds.published_subject to fundwatch_rules;

create view identity.published_holding with (security_invoker=true) as
 SELECT h.id,
    h.account,
    a.name,
    a.sign_in_name,
    h.division,
    h.post,
    h.office,
    h.fund,
    h.agency,
    h.valid,
    h.ended_at,
    h.kind
   FROM identity.holding h
     JOIN identity.account a ON a.id = h.account
  WHERE a.closed_at IS NULL;
grant select on table identity.published_holding to fundwatch_app;

create view identity.published_person with (security_invoker=true) as
 SELECT id,
    name
   FROM identity.account;
grant select on table identity.published_person to fundwatch_app;

create view ledger.published_account with (security_invoker=true) as
 SELECT a.code,
    c.id AS chart,
    c.first_year,
    c.last_year,
    a.shown_code,
    a.name,
    a.english,
    a.side
   FROM ledger.account a
     JOIN ledger.chart c ON c.id = a.chart
UNION ALL
 SELECT m.account AS code,
    c.id AS chart,
    c.first_year,
    c.last_year,
    l.shown_code,
    l.name,
    l.english,
    l.side
   FROM ledger.chart_mapping m
     JOIN ledger.chart c ON c.id = m.chart
     JOIN ledger.chart_line l ON l.chart = m.chart AND l.shown_code = m.shown_code;
grant select on table ledger.published_account to fundwatch_app;
grant select on table ledger.published_account to fundwatch_rules;
comment on view ledger.published_account is 'an account as the chart of a fiscal year shows it: join by code, and the year between first_year and last_year (null: open)';

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

create view ledger.published_batch with (security_invoker=true) as
 SELECT division,
    id,
    form,
    fiscal_year,
    effective_on,
    document,
    entries,
    actor,
    recorded_at
   FROM ledger.batch;
grant select on table ledger.published_batch to fundwatch_app;

create view ledger.published_book with (security_invoker=true) as
 SELECT division,
    fiscal_year,
    uses_plans,
    locked_through,
    closed_on,
    provisional_since,
    opened_on,
    provisional_since IS NOT NULL AND opened_on IS NULL AS provisional
   FROM ledger.book;
grant select on table ledger.published_book to fundwatch_app;
grant select on table ledger.published_book to fundwatch_rules;

create view ledger.published_book_event with (security_invoker=true) as
 SELECT division,
    fiscal_year,
    no,
    kind,
    day,
    reason,
    document,
    findings,
    request_key,
    actor,
    recorded_at
   FROM ledger.book_event;
grant select on table ledger.published_book_event to fundwatch_app;
grant select on table ledger.published_book_event to fundwatch_rules;

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
    b.actor,
    e.payment
   FROM ledger.entry e
     JOIN ledger.batch b ON b.division = e.division AND b.id = e.batch;
grant select on table ledger.published_entry to fundwatch_app;
grant select on table ledger.published_entry to fundwatch_rules;

create view ledger.published_entry_alone with (security_invoker=true) as
 SELECT division,
    batch,
    line,
    debit_allotment,
    debit,
    credit_allotment,
    credit,
    amount_fen,
    corrects_batch,
    corrects_line,
    payment
   FROM ledger.entry;
grant select on table ledger.published_entry_alone to fundwatch_app;

create view ledger.published_form with (security_invoker=true) as
 SELECT code,
    name,
    english,
    interlock
   FROM ledger.form;
grant select on table ledger.published_form to fundwatch_app;

create view ledger.published_transfer with (security_invoker=true) as
 SELECT division,
    id,
    sender,
    sender_allotment,
    sender_name,
    across,
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
    stated_fen,
    sent_fen,
    taken_fen,
    recorded_at,
    sent_fen - taken_fen AS in_transit_fen
   FROM ledger.transfer t;
grant select on table ledger.published_transfer to fundwatch_app;
grant select on table ledger.published_transfer to fundwatch_rules;

create view ledger.published_unsealed with (security_invoker=true) as
 SELECT division,
    batch
   FROM ledger.unsealed;
grant select on table ledger.published_unsealed to fundwatch_app;

create view payments.posting with (security_invoker=true) as
 SELECT division,
    payment,
    batch,
    line,
    debit_allotment AS allotment
   FROM ledger.entry
  WHERE payment IS NOT NULL;
grant select on table payments.posting to fundwatch_app;
grant select on table payments.posting to fundwatch_rules;
comment on view payments.posting is 'which ledger entries a payment made; one that is split over several allotments has an entry for each';

create view payments.published_account_kind with (security_invoker=true) as
 SELECT division,
    account,
    kind,
    daterange(valid_from, lead(valid_from) OVER (PARTITION BY division, account ORDER BY valid_from)) AS valid,
    reason,
    actor,
    recorded_at
   FROM payments.account_kind k
  WHERE NOT (EXISTS ( SELECT
           FROM payments.account_kind n
          WHERE n.division = division AND n.account = account AND n.valid_from = valid_from AND n.id > id));
grant select on table payments.published_account_kind to fundwatch_app;
grant select on table payments.published_account_kind to fundwatch_rules;
comment on view payments.published_account_kind is 'what kind an account was settled to be, and between which days';

create view payments.published_account_listing with (security_invoker=true) as
 SELECT l.division,
    l.id,
    l.account,
    l.list,
    daterange(l.valid_from, GREATEST(l.valid_from, LEAST(l.ends_on + 1, e.ended_on))) AS valid,
    l.reason,
    l.actor,
    l.recorded_at
   FROM payments.account_listing l
     LEFT JOIN payments.account_listing_end e ON e.division = l.division AND e.listing = l.id;
grant select on table payments.published_account_listing to fundwatch_app;
grant select on table payments.published_account_listing to fundwatch_rules;
comment on view payments.published_account_listing is 'which accounts stand on the watch list or the white list, and between which days';

create view payments.published_account_use with (security_invoker=true) as
 SELECT u.division,
    u.holder,
    u.side,
    u.fiscal_year,
    u.payments,
    u.amount_fen,
    u.first_on,
    u.last_on,
    h.account,
    h.name,
    h.plain_name,
    h.masked,
    h.proposed_kind
   FROM payments.account_use u
     JOIN payments.published_holder h ON h.division = u.division AND h.id = u.holder;
grant select on table payments.published_account_use to fundwatch_app;
grant select on table payments.published_account_use to fundwatch_rules;

create view payments.published_clearing with (security_invoker=true) as
 SELECT c.division,
    c.message,
    c.fiscal_year,
    c.voucher_type,
    c.cleared_on,
    c.bank_name,
    v.line_no,
    v.original_type,
    v.original_no,
    v.amount_fen
   FROM payments.clearing c
     JOIN payments.clearing_voucher v ON v.division = c.division AND v.message = c.message;
grant select on table payments.published_clearing to fundwatch_app;
grant select on table payments.published_clearing to fundwatch_rules;

create view payments.published_company_state with (security_invoker=true) as
 SELECT id,
    code,
    name,
    plain_name,
    state,
    since,
    code_verdict,
    daterange(since, lead(since) OVER (PARTITION BY (COALESCE(code, plain_name)) ORDER BY since, id)) AS valid
   FROM payments.company_state c;
grant select on table payments.published_company_state to fundwatch_app;
grant select on table payments.published_company_state to fundwatch_rules;
comment on view payments.published_company_state is 'states of enterprises by the business register, and between which days each held';

create view payments.published_control_scope with (security_invoker=true) as
 SELECT DISTINCT ON (w.division, s.voucher_type) w.division,
    s.voucher_type,
    s.covers,
    s.division AS settled_by
   FROM payments.control_scope s
     JOIN divisions.scope_division w ON w.scope = s.division
  ORDER BY w.division, s.voucher_type, (( SELECT count(*) AS count
           FROM divisions.scope_division b
          WHERE b.scope = s.division)), s.id DESC;
grant select on table payments.published_control_scope to fundwatch_app;
grant select on table payments.published_control_scope to fundwatch_rules;
comment on view payments.published_control_scope is 'what a kind of control totals covers in a division: its own last word, else that of the nearest superior that settled it; kinds without a row cover all';

create view payments.published_control_total with (security_invoker=true) as
 SELECT c.division,
    c.fiscal_year,
    c.voucher_type,
    c.day,
    c.fund_code,
    c.function_subject,
    c.agency_code,
    c.payments,
    c.amount_fen,
    m.voucher_no,
    m.import
   FROM payments.control_total c
     JOIN payments.message m ON m.division = c.division AND m.id = c.message;
grant select on table payments.published_control_total to fundwatch_app;
grant select on table payments.published_control_total to fundwatch_rules;

create view payments.published_holder with (security_invoker=true) as
 SELECT h.division,
    h.id,
    h.account,
    h.name,
    h.plain_name,
    h.bank,
    a.masked,
        CASE
            WHEN h.proposed_kind = 'unknown'::text AND a.masked ~~ '62%'::text THEN 'person'::text
            ELSE h.proposed_kind
        END AS proposed_kind
   FROM payments.holder h
     LEFT JOIN payments.bank_account a ON a.division = h.division AND a.id = h.account;
grant select on table payments.published_holder to fundwatch_app;
grant select on table payments.published_holder to fundwatch_rules;
comment on view payments.published_holder is 'a name with its account, masked, and the kind that the name, or else the number of a card, speaks for';

create view payments.published_match_rate with (security_invoker=true) as
 SELECT p.division,
    p.fiscal_year,
    date_trunc('month'::text, p.vouched_on::timestamp with time zone)::date AS month,
    COALESCE(i.source, 'unknown'::text) AS source,
    count(*) AS payments,
    sum(p.amount_fen)::bigint AS amount_fen,
    count(*) FILTER (WHERE p.match = 'by-id'::text) AS by_id,
    count(*) FILTER (WHERE p.match = 'by-elements'::text) AS by_elements,
    count(*) FILTER (WHERE p.match = 'by-original'::text) AS by_original,
    count(*) FILTER (WHERE p.match = 'by-habit'::text) AS by_habit,
    count(*) FILTER (WHERE p.match = 'by-person'::text) AS by_person,
    count(*) FILTER (WHERE p.match = 'ambiguous'::text) AS ambiguous,
    count(*) FILTER (WHERE p.match = 'none'::text) AS unmatched,
    min(p.id) FILTER (WHERE p.match = ANY (ARRAY['by-person'::text, 'ambiguous'::text, 'none'::text])) AS first_by_hand
   FROM payments.payment p
     LEFT JOIN platform.import i ON i.id = p.import
  GROUP BY p.division, p.fiscal_year, (date_trunc('month'::text, p.vouched_on::timestamp with time zone)::date), (COALESCE(i.source, 'unknown'::text));
grant select on table payments.published_match_rate to fundwatch_app;
grant select on table payments.published_match_rate to fundwatch_rules;
comment on view payments.published_match_rate is 'how many payments of a month the program itself matched (by id, elements, original, habit) and how many it left to people, by the way in which they came: page, command, folder, interface; unknown where the import is recorded above';

create view payments.published_paid_line with (security_invoker=true) as
 SELECT p.division,
    p.id,
    p.fiscal_year,
    p.voucher_type,
    p.voucher_no,
    p.line_no,
    p.vouched_on,
    COALESCE(c.paid_on, p.paid_on) AS paid_on,
    COALESCE(c.paid_on, p.paid_on, p.vouched_on) AS day,
    p.amount_fen,
    COALESCE(c.paid_fen, p.amount_fen) AS paid_fen,
    p.application,
    p.match,
    p.purpose,
    p.payer,
    p.payee,
    p.agency,
    p.project,
    p.allotment,
    p.fund,
    p.function_subject,
    p.economic_subject,
    p.settlement,
    p.pay_type,
    p.agency_code,
    p.allotment_ref,
    p.document_number,
    p.contract_no,
    u.reason AS unposted_reason
   FROM payments.payment p
     LEFT JOIN payments.unposted u ON u.division = p.division AND u.payment = p.id
     LEFT JOIN payments.confirmation c ON c.division = p.division AND c.payment = p.id;
grant select on table payments.published_paid_line to fundwatch_app;
grant select on table payments.published_paid_line to fundwatch_rules;
comment on view payments.published_paid_line is 'one line of a voucher with what the bank did, for rules that look at all of them: parties and lines by their keys only';

create view payments.published_payment with (security_invoker=true) as
 SELECT p.division,
    p.id,
    p.fiscal_year,
    p.voucher_type,
    p.voucher_no,
    p.line_no,
    p.import,
    p.vouched_on,
    COALESCE(c.paid_on, p.paid_on) AS paid_on,
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
    u.reason AS unposted_reason,
    c.paid_fen AS confirmed_fen,
    c.payee AS confirmed_payee,
    (EXISTS ( SELECT
           FROM payments.in_transit t
          WHERE t.division = p.division AND t.payment = p.id)) AS in_transit,
    p.application
   FROM payments.payment p
     LEFT JOIN payments.holder h ON h.division = p.division AND h.id = p.payee
     LEFT JOIN payments.bank_account a ON a.division = h.division AND a.id = h.account
     LEFT JOIN payments.unposted u ON u.division = p.division AND u.payment = p.id
     LEFT JOIN payments.confirmation c ON c.division = p.division AND c.payment = p.id;
grant select on table payments.published_payment to fundwatch_app;
grant select on table payments.published_payment to fundwatch_rules;

create view payments.published_quota with (security_invoker=true) as
 SELECT q.division,
    q.fiscal_year,
    q.voucher_type,
    q.month,
    q.agency_code,
    q.function_subject,
    q.project_code,
    q.amount_fen,
    m.voucher_no,
    m.vouched_on
   FROM payments.quota q
     JOIN payments.message m ON m.division = q.division AND m.id = q.message;
grant select on table payments.published_quota to fundwatch_app;
grant select on table payments.published_quota to fundwatch_rules;

create view payments.published_quota_balance with (security_invoker=true) as
 WITH paid AS (
         SELECT p.division,
            p.fiscal_year,
                CASE COALESCE(o.voucher_type, p.voucher_type)
                    WHEN 8202 THEN 5106
                    WHEN 5201 THEN 5108
                    ELSE NULL::integer
                END::smallint AS voucher_type,
            p.agency_code,
            p.function_subject,
            EXTRACT(month FROM COALESCE(c.paid_on, p.paid_on, p.vouched_on))::smallint AS month,
            sum(COALESCE(c.paid_fen, p.amount_fen)) AS fen
           FROM payments.payment p
             LEFT JOIN payments.confirmation c ON c.division = p.division AND c.payment = p.id
             LEFT JOIN payments.tie t ON t.payment = p.id AND t.division = p.division AND t.kind = 'refund'::text AND NOT t.proposed
             LEFT JOIN payments.payment o ON o.division = t.division AND o.id = t.original
          WHERE NOT p.application AND (EXISTS ( SELECT
                   FROM payments.quota k_1
                  WHERE k_1.division = p.division AND k_1.fiscal_year = p.fiscal_year))
          GROUP BY p.division, p.fiscal_year, (
                CASE COALESCE(o.voucher_type, p.voucher_type)
                    WHEN 8202 THEN 5106
                    WHEN 5201 THEN 5108
                    ELSE NULL::integer
                END::smallint), p.agency_code, p.function_subject, (EXTRACT(month FROM COALESCE(c.paid_on, p.paid_on, p.vouched_on))::smallint)
        ), quota AS (
         SELECT quota.division,
            quota.fiscal_year,
            quota.voucher_type,
            quota.agency_code,
            quota.function_subject,
            quota.month,
            sum(quota.amount_fen) AS fen
           FROM payments.quota
          GROUP BY quota.division, quota.fiscal_year, quota.voucher_type, quota.agency_code, quota.function_subject, quota.month
        )
 SELECT k.division,
    k.fiscal_year,
    k.voucher_type,
    k.agency_code,
    k.function_subject,
    m.month::smallint AS month,
    COALESCE(sum(q.fen) FILTER (WHERE q.month <= m.month), 0::numeric)::bigint AS quota_fen,
    COALESCE(( SELECT sum(d.fen) AS sum
           FROM paid d
          WHERE d.division = k.division AND d.fiscal_year = k.fiscal_year AND d.voucher_type = k.voucher_type AND d.agency_code = k.agency_code AND d.function_subject = k.function_subject AND d.month <= m.month), 0::numeric)::bigint AS paid_fen
   FROM ( SELECT DISTINCT quota.division,
            quota.fiscal_year,
            quota.voucher_type,
            quota.agency_code,
            quota.function_subject
           FROM quota) k
     CROSS JOIN generate_series(1, 12) m(month)
     JOIN quota q ON q.division = k.division AND q.fiscal_year = k.fiscal_year AND q.voucher_type = k.voucher_type AND q.agency_code = k.agency_code AND q.function_subject = k.function_subject
  GROUP BY k.division, k.fiscal_year, k.voucher_type, k.agency_code, k.function_subject, m.month;
grant select on table payments.published_quota_balance to fundwatch_app;
grant select on table payments.published_quota_balance to fundwatch_rules;

create view payments.published_tie with (security_invoker=true) as
 SELECT t.division,
    t.id,
    t.kind,
    t.payment,
    t.message,
    t.original,
    t.found,
    t.proposed AND s.tie IS NULL AS proposed,
    t.exceeds,
    p.amount_fen,
    p.vouched_on,
    p.voucher_type,
    p.voucher_no,
    o.amount_fen AS original_fen,
    o.vouched_on AS original_on,
    o.voucher_type AS original_type,
    o.voucher_no AS original_no
   FROM payments.tie t
     LEFT JOIN payments.payment p ON p.division = t.division AND p.id = t.payment
     JOIN payments.payment o ON o.division = t.division AND o.id = t.original
     LEFT JOIN payments.tie_settlement s ON s.division = t.division AND s.tie = t.id
  WHERE s.agreed IS DISTINCT FROM false;
grant select on table payments.published_tie to fundwatch_app;
grant select on table payments.published_tie to fundwatch_rules;
comment on view payments.published_tie is 'ties that stand: agreed, found for certain, or proposed and not settled yet';

create view payments.published_told_total with (security_invoker=true) as
 SELECT t.division,
    t.fiscal_year,
    t.voucher_type,
    t.day,
    t.fund_code,
    t.function_subject,
    t.agency_code,
    sum(t.payments)::bigint AS payments,
    sum(t.amount_fen)::bigint AS amount_fen,
    s.covers
   FROM ( SELECT c.division,
            c.message,
            c.line_no,
            c.fiscal_year,
            c.voucher_type,
            c.day,
            c.fund_code,
            c.function_subject,
            c.agency_code,
            c.payments,
            c.amount_fen,
            dense_rank() OVER (PARTITION BY c.division, c.fiscal_year, c.voucher_type, c.day, c.fund_code, c.function_subject, c.agency_code ORDER BY c.message DESC) AS place
           FROM payments.control_total c) t
     LEFT JOIN payments.published_control_scope s ON s.division = t.division AND s.voucher_type = t.voucher_type
  WHERE t.place = 1
  GROUP BY t.division, t.fiscal_year, t.voucher_type, t.day, t.fund_code, t.function_subject, t.agency_code, s.covers;
grant select on table payments.published_told_total to fundwatch_app;
grant select on table payments.published_told_total to fundwatch_rules;
comment on view payments.published_told_total is 'what the treasury says it paid, in fen: of several messages about the same day, fund, subject and agency the latest; covers are the voucher types that it speaks of, null all';

create view payments.reckoned_account_use with (security_invoker=true) as
 SELECT p.division,
    s.holder,
    s.side,
    p.fiscal_year,
    count(*) AS payments,
    sum(s.amount_fen)::bigint AS amount_fen,
    min(s.day) AS first_on,
    max(s.day) AS last_on
   FROM payments.payment p
     LEFT JOIN payments.confirmation c ON c.division = p.division AND c.payment = p.id
     CROSS JOIN LATERAL ( VALUES (p.payee,'payee'::text,p.vouched_on,p.amount_fen), (p.payer,'payer'::text,p.vouched_on,p.amount_fen), (
                CASE
                    WHEN c.payee IS DISTINCT FROM p.payee THEN c.payee
                    ELSE NULL::bigint
                END,'paid-to'::text,c.paid_on,c.paid_fen)) s(holder, side, day, amount_fen)
  WHERE s.holder IS NOT NULL
  GROUP BY p.division, s.holder, s.side, p.fiscal_year;
grant select on table payments.reckoned_account_use to fundwatch_app;
comment on view payments.reckoned_account_use is 'what payments.account_use must hold, added up from all payments';

create view projects.published_contract with (security_invoker=true) as
 SELECT division,
    contract_no,
    max(project) AS project,
    max(contractor) FILTER (WHERE supplement = 0) AS contractor,
    min(signed_on) AS signed_on,
    array_remove(string_to_array(translate(max(contractor) FILTER (WHERE supplement = 0), '() 　；;,，'::text, '（）、、、、'::text), '、'::text), ''::text) AS contractors,
    count(*)::integer AS parts,
    sum(amount_fen)::bigint AS amount_fen
   FROM projects.contract
  GROUP BY division, contract_no;
grant select on table projects.published_contract to fundwatch_app;
grant select on table projects.published_contract to fundwatch_rules;
comment on view projects.published_contract is 'a contract with its supplements: contractors by their plain names, the sum in fen';

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

create view projects.published_settlement with (security_invoker=true) as
 SELECT DISTINCT ON (division, project) division,
    project,
    settled_on,
    submitted_fen,
    settled_fen,
    document
   FROM projects.settlement
  ORDER BY division, project, settled_on DESC;
grant select on table projects.published_settlement to fundwatch_app;
grant select on table projects.published_settlement to fundwatch_rules;

create view rules.subject_carried with (security_invoker=true) as
 SELECT l.division,
    l.fiscal_year,
    l.id::text AS subject,
    concat_ws(' · '::text, NULLIF(l.document_number, ''::text), f.name) AS label,
    l.fund,
    false AS back_entry,
    l.document_number,
    l.agency,
    l.project,
    o.since,
    l.fiscal_year - o.since AS years,
    b.rest_fen
   FROM ( SELECT b_1.division,
            b_1.allotment,
            sum(b_1.balance_fen)::bigint AS rest_fen
           FROM ledger.published_balance b_1
          WHERE (b_1.account = ANY (ARRAY[1001, 5001, 500201, 5101])) AND b_1.balance_fen > 0
          GROUP BY b_1.division, b_1.allotment) b
     JOIN allotments.published_line l ON l.division = b.division AND l.id = b.allotment AND l.source_type = 'carried-over'::text AND l.carried_from IS NOT NULL
     CROSS JOIN LATERAL ( SELECT min(p.fiscal_year) AS since
           FROM allotments.published_line p
          WHERE p.division = l.division AND (p.id = ANY (l.path))) o
     LEFT JOIN funds.published_fund f ON f.id = l.fund;
grant select on table rules.subject_carried to fundwatch_app;
grant select on table rules.subject_carried to fundwatch_rules;
comment on view rules.subject_carried is 'a line carried over from an earlier year of which something is left: since which year the money is here, how many times it was carried, and what is left of the line itself, in fen';

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
          WHERE l_1.carried_from IS NULL
          GROUP BY l_1.division, l_1.document) l ON l.division = d.division AND l.document = d.id
     LEFT JOIN divisions.published_division v ON v.division = d.division;
grant select on table rules.subject_document to fundwatch_app;
grant select on table rules.subject_document to fundwatch_rules;
comment on view rules.subject_document is 'a document with live lines: its number, scan, and what was arranged by it, in fen; registered_on is the first effective day of its postings';

create view rules.subject_payment with (security_invoker=true) as
 SELECT p.division,
    p.fiscal_year,
    p.id::text AS subject,
    concat(p.voucher_type, '-', p.voucher_no, '/', p.line_no) AS label,
    p.fund,
    false AS back_entry,
    p.voucher_no,
    p.vouched_on,
    p.paid_on,
    p.amount_fen,
    p.match,
    p.purpose,
    p.allotment,
    p.allotment_ref,
    p.document_number,
    p.unposted_reason,
    p.day,
    p.voucher_type,
    p.application,
    p.economic_subject,
    p.settlement,
    p.contract_no,
    h.name AS payee_name,
    h.plain_name AS payee_plain,
    h.masked AS payee_account,
    COALESCE(k.kind, h.proposed_kind, 'unknown'::text) AS payee_kind,
    k.kind IS NOT NULL AS kind_settled,
    COALESCE(p.day <@ l.white, false) AS white,
    d.dated AS arranged_on,
    c.contractor,
    c.contractors
   FROM payments.published_paid_line p
     LEFT JOIN payments.published_holder h ON h.division = p.division AND h.id = p.payee
     LEFT JOIN payments.published_account_kind k ON k.division = h.division AND k.account = h.account AND p.day <@ k.valid
     LEFT JOIN ( SELECT published_account_listing.division,
            published_account_listing.account,
            range_agg(published_account_listing.valid) AS white
           FROM payments.published_account_listing
          WHERE published_account_listing.list = 'white'::text
          GROUP BY published_account_listing.division, published_account_listing.account) l ON l.division = h.division AND l.account = h.account
     LEFT JOIN allotments.published_line_document d ON d.division = p.division AND d.id = p.allotment
     LEFT JOIN projects.published_contract c ON c.division = p.division AND c.contract_no = p.contract_no;
grant select on table rules.subject_payment to fundwatch_app;
grant select on table rules.subject_payment to fundwatch_rules;
comment on view rules.subject_payment is 'one line of a payment voucher, with its payee, the kind of the payee''s account on the day of payment, its line''s document and its contract';

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
    l.arranged_fen,
    l.paid_fen,
    s.settled_on,
    s.settled_fen
   FROM projects.published_project p
     JOIN ( SELECT l_1.division,
            l_1.project,
            max(l_1.fiscal_year) AS fiscal_year,
                CASE
                    WHEN min(l_1.fund) = max(l_1.fund) THEN min(l_1.fund)
                    ELSE NULL::integer
                END AS fund,
            sum(b.arranged_fen)::bigint AS arranged_fen,
            sum(b.paid_fen)::bigint AS paid_fen
           FROM allotments.published_line l_1
             JOIN ( SELECT b_1.division,
                    b_1.allotment,
                    sum(b_1.balance_fen) AS arranged_fen,
                    COALESCE(sum(b_1.balance_fen) FILTER (WHERE b_1.account = 5201), 0::numeric) AS paid_fen
                   FROM ledger.published_balance b_1
                  WHERE b_1.account = ANY (ARRAY[500201, 5101, 5102, 5201])
                  GROUP BY b_1.division, b_1.allotment
                 HAVING sum(b_1.balance_fen) > 0::numeric) b ON b.division = l_1.division AND b.allotment = l_1.id
          WHERE l_1.project IS NOT NULL
          GROUP BY l_1.division, l_1.project) l ON l.division = p.division AND l.project = p.id
     LEFT JOIN projects.published_settlement s ON s.division = p.division AND s.project = p.id;
grant select on table rules.subject_project to fundwatch_app;
grant select on table rules.subject_project to fundwatch_rules;
comment on view rules.subject_project is 'a project that money is arranged for, what is paid of it and what was settled, in fen';

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
 SELECT s.division,
    s.fiscal_year,
    s.id::text AS subject,
    concat_ws(' · '::text, NULLIF(s.document_number, ''::text), f.name) AS label,
    s.fund,
    COALESCE(s.document_dated < v.go_live, false) OR s.back_entered AS back_entry,
    s.document_number,
    s.agency,
    s.project,
    s.amount_fen,
    s.unpaid_fen,
    COALESCE(s.arranged_on, s.document_dated) AS arranged_on,
    s.last_paid_on,
    COALESCE(s.last_paid_on, s.arranged_on, s.document_dated) AS still_since
   FROM ( SELECT l.division,
            l.id,
            l.fiscal_year,
            l.document_number,
            l.document_dated,
            l.back_entered,
            l.fund,
            l.agency,
            l.project,
            l.amount_fen,
            b.unpaid_fen,
            min(m.arranged_on) AS arranged_on,
            max(m.last_paid_on) AS last_paid_on
           FROM ( SELECT published_balance.division,
                    published_balance.allotment,
                    sum(published_balance.balance_fen)::bigint AS unpaid_fen
                   FROM ledger.published_balance
                  WHERE (published_balance.account = ANY (ARRAY[500201, 5101])) AND published_balance.balance_fen > 0
                  GROUP BY published_balance.division, published_balance.allotment) b
             JOIN allotments.published_line l ON l.division = b.division AND l.id = b.allotment
             LEFT JOIN LATERAL unnest(l.path) up(id) ON true
             LEFT JOIN ( SELECT e.division,
                    e.debit_allotment,
                    min(e.effective_on) FILTER (WHERE e.debit = 500201) AS arranged_on,
                    max(e.effective_on) FILTER (WHERE e.debit = 5201) AS last_paid_on
                   FROM ledger.published_entry e
                  WHERE (e.debit = ANY (ARRAY[500201, 5201])) AND e.amount_fen > 0 AND (e.form <> ALL (ARRAY['refund'::text, 'take-back'::text]))
                  GROUP BY e.division, e.debit_allotment) m ON m.division = l.division AND m.debit_allotment = up.id
          GROUP BY l.division, l.id, l.fiscal_year, l.document_number, l.document_dated, l.back_entered, l.fund, l.agency, l.project, l.amount_fen, b.unpaid_fen) s
     LEFT JOIN divisions.published_division v ON v.division = s.division
     LEFT JOIN funds.published_fund f ON f.id = s.fund;
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

CREATE OR REPLACE FUNCTION allotments.balances_a_line()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
begin
  if exists (select from (select distinct division, allotment from added) b
      where not exists (select from allotments.allotment a where a.division = b.division and a.id = b.allotment)) then
    raise exception 'a balance names an allotment that does not exist'
      using errcode = 'foreign_key_violation', constraint = 'balance_of_an_allotment';
  end if;
  return null;
end $function$;
comment on function allotments.balances_a_line() is 'trigger: refuses a balance of a line that is not there; raises 23503';

CREATE OR REPLACE FUNCTION allotments.hand_over_is_whole()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare v record;
begin
  select coalesce(sum(t.sent_fen), 0) as sent, coalesce(sum(t.taken_fen), 0) as taken, min(t.division) as taker into v
    from ledger.transfer t where t.sender = new.division and t.sender_allotment = new.id;
  if v.sent <> new.amount_fen or v.taken <> v.sent or v.taker is distinct from new.to_division then
    raise exception 'line % hands over % fen, % were sent and % taken over', new.id, new.amount_fen, v.sent, v.taken using errcode = 'FW003';
  end if;
  return new;
end $function$;
comment on function allotments.hand_over_is_whole() is 'refuses, at commit, a hand-over that was not taken over whole (FW003)';

CREATE OR REPLACE FUNCTION allotments.join_row(p_division integer, p_allotment bigint, p_external_id text, p_reason text)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
grant execute on function allotments.join_row(integer,bigint,text,text) to fundwatch_app;
comment on function allotments.join_row(integer,bigint,text,text) is 'gives a line that was received by hand the key of the row that arrived later in a file; raises FW008 where the line has one';

CREATE OR REPLACE FUNCTION allotments.join_transfer(p_division integer, p_hand bigint, p_superior bigint, p_manner text, p_reason text)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
grant execute on function allotments.join_transfer(integer,bigint,bigint,text,text) to fundwatch_app;
comment on function allotments.join_transfer(integer,bigint,bigint,text,text) is 'joins lines received through a transfer opened by hand with the superior''s own transfer: the received amount moves over, the lines and all made of them take its ancestors; raises FW007 busy, FW008 does not fit';

CREATE OR REPLACE FUNCTION allotments.lineage_alone()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if not pg_try_advisory_xact_lock(1818848617) then
    raise exception 'lines are being made just now' using errcode = 'FW007';
  end if;
end $function$;

CREATE OR REPLACE FUNCTION allotments.made_of(p_lines bigint[])
 RETURNS TABLE(line bigint, division integer, id bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return query
    select l, a.division, a.id from unnest(p_lines) l join allotments.allotment a on a.path @> array[l]
    where a.division in (select s.division from divisions.scope_division s where s.scope = platform.scope());
end $function$;
grant execute on function allotments.made_of(bigint[]) to fundwatch_app;
comment on function allotments.made_of(bigint[]) is 'the lines that were made of some lines, across divisions, within the scope of the transaction';

CREATE OR REPLACE FUNCTION allotments.move_lines(p_division integer, p_lines bigint[], p_transfer bigint, p_old integer, p_new bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  update allotments.allotment set transfer = p_transfer where division = p_division and id = any (p_lines);
  update ledger.transfer set path = p_new || path[p_old + 1:] where path && p_lines;
  update allotments.allotment set path = p_new || path[p_old + 1:] where path && p_lines;
end $function$;

CREATE OR REPLACE FUNCTION allotments.names_what_exists()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
declare
  v_lines bigint;
  v_line allotments.allotment;
  v_field text;
begin
  select count(*) into v_lines from added;
  if v_lines = 1 then
    select * into v_line from added;
    v_field := case
      when not exists (select from funds.fund f where f.id = v_line.fund) then 'fund'
      when not exists (select from ledger.document d where d.division = v_line.division and d.id = v_line.document) then 'document'
      when v_line.source is not null and not exists (select from allotments.allotment s where s.division = v_line.division and s.id = v_line.source) then 'source'
      when v_line.transfer is not null and not exists (select from ledger.transfer t where t.division = v_line.division and t.id = v_line.transfer) then 'transfer'
      when v_line.carried_from is not null and not exists (select from allotments.allotment s where s.division = v_line.division and s.id = v_line.carried_from) then 'carried_from'
      when v_line.project is not null and not exists (select from projects.project p where p.division = v_line.division and p.id = v_line.project) then 'project'
      when v_line.agency is not null and not exists (select from divisions.agency g where g.division = v_line.division and g.id = v_line.agency) then 'agency'
      when v_line.office is not null and not exists (select from divisions.office o where o.division = v_line.division and o.id = v_line.office) then 'office'
      end;
  elsif v_lines > 1 then
    select field into v_field from (
      select 'fund' as field from (select distinct fund from added) a where not exists (select from funds.fund f where f.id = a.fund)
      union all select 'document' from (select distinct division, document as id from added) a
        where not exists (select from ledger.document d where d.division = a.division and d.id = a.id)
      union all select 'source' from (select distinct division, source as id from added where source is not null) a
        where not exists (select from allotments.allotment l where l.division = a.division and l.id = a.id)
      union all select 'transfer' from (select distinct division, transfer as id from added where transfer is not null) a
        where not exists (select from ledger.transfer t where t.division = a.division and t.id = a.id)
      union all select 'carried_from' from (select distinct division, carried_from as id from added where carried_from is not null) a
        where not exists (select from allotments.allotment l where l.division = a.division and l.id = a.id)
      union all select 'project' from (select distinct division, project as id from added where project is not null) a
        where not exists (select from projects.project p where p.division = a.division and p.id = a.id)
      union all select 'agency' from (select distinct division, agency as id from added where agency is not null) a
        where not exists (select from divisions.agency g where g.division = a.division and g.id = a.id)
      union all select 'office' from (select distinct division, office as id from added where office is not null) a
        where not exists (select from divisions.office o where o.division = a.division and o.id = a.id)
    ) missing limit 1;
  end if;
  if v_field is not null then
    raise exception 'a line names a % that does not exist', v_field
      using errcode = 'foreign_key_violation', constraint = 'allotment_' || v_field || '_fkey';
  end if;
  return null;
end $function$;
comment on function allotments.names_what_exists() is 'trigger: refuses lines whose fund, document, source, transfer, carried line, project, agency or office is not there; raises 23503';

CREATE OR REPLACE FUNCTION allotments.origins(p_division integer, p_ids bigint[], p_account integer)
 RETURNS TABLE(id bigint, form text, fund integer, path bigint[], source_type text, source_level text, superior_number text, direct boolean, advance boolean, fund_nature text, function_subject text, economic_subject text, poverty text, office integer, budget_origin smallint, use_fund integer, available bigint)
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock_shared(1818848617);
  return query select a.id, a.form, a.fund, a.path, a.source_type, a.source_level, a.superior_number, a.direct, a.advance, a.fund_nature,
      a.function_subject, a.economic_subject, a.poverty, a.office, a.budget_origin, a.use_fund, coalesce(b.debit_fen - b.credit_fen, 0)::bigint
    from allotments.allotment a left join ledger.balance b on b.division = a.division and b.allotment = a.id and b.account = p_account
    where a.division = p_division and a.id = any (p_ids);
end $function$;
grant execute on function allotments.origins(integer,bigint[],integer) to public;
comment on function allotments.origins(integer,bigint[],integer) is 'lines that a form takes from, with what is left of them in fen; holds their lineage until the end of the transaction';

CREATE OR REPLACE FUNCTION allotments.recover(p_division integer, p_recoverable bigint, p_fen bigint, p_received date, p_document bigint, p_recall bigint, p_note text, p_request_key text)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
grant execute on function allotments.recover(integer,bigint,bigint,date,bigint,bigint,text,text) to fundwatch_app;
comment on function allotments.recover(integer,bigint,bigint,date,bigint,bigint,text,text) is 'registers what came in for a claim; raises FW005 where it exceeds what is open';

CREATE OR REPLACE FUNCTION allotments.set_carry_limit(p_first_year integer, p_years integer, p_number text, p_dated date)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if not base.may_issue(null) then return 'carry-limit-not-yours'; end if;
  -- Two who set it at once come one after the other.
  perform pg_advisory_xact_lock(hashtextextended('carry limit', 0));
  if exists (select from ledger.book where fiscal_year >= p_first_year and closed_on is not null) then return 'carry-limit-year-closed'; end if;
  insert into allotments.carry_limit (first_year, years, document_number, document_dated, actor)
    values (p_first_year, p_years, p_number, p_dated, platform.actor())
    on conflict (first_year) do update set years = excluded.years, document_number = excluded.document_number,
      document_dated = excluded.document_dated, actor = excluded.actor, recorded_at = clock_timestamp();
  return null;
end $function$;
grant execute on function allotments.set_carry_limit(integer,integer,text,date) to fundwatch_app;
comment on function allotments.set_carry_limit(integer,integer,text,date) is 'the only writer of limits of carrying: not for a year in which a book is closed already; answers the refusal''s code, or null';

CREATE OR REPLACE FUNCTION allotments.standing(p_division integer, p_year smallint, p_line bigint)
 RETURNS TABLE(account integer, balance_fen bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform ledger.in_scope(p_division);
  -- By sources, which never leave a division and a year: received or registered, assigned, refined or passed on.
  return query
    with recursive made as (
      select p_line as id
      union all select a.id from made m join allotments.allotment a on a.source = m.id and a.division = p_division)
    select b.account, sum(case b.side when 'D' then b.debit_fen - b.credit_fen else b.credit_fen - b.debit_fen end)::bigint
    from made d join ledger.balance b on b.division = p_division and b.allotment = d.id group by b.account;
end $function$;
grant execute on function allotments.standing(integer,smallint,bigint) to fundwatch_app;
comment on function allotments.standing(integer,smallint,bigint) is 'the balances of a line and of all lines made from it in its division and year, by account, in fen';

CREATE OR REPLACE FUNCTION allotments.undo_joining(p_division integer, p_joining bigint, p_reason text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$;
grant execute on function allotments.undo_joining(integer,bigint,text) to fundwatch_app;
comment on function allotments.undo_joining(integer,bigint,text) is 'takes a joining back: the lines return to their hand-opened transfer and lose the superior''s ancestors; raises FW007 busy, FW008 gone or changed since';

CREATE OR REPLACE FUNCTION approvals.all_have_signed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.state in ('carried-out', 'withdrawn') then
    raise exception 'an_ended_submission_stays' using errcode = 'check_violation';
  end if;
  if new.state = 'carried-out' and exists (
    select from approvals.chain_step c where c.division = new.division and c.chain = new.chain and not exists (
      select from approvals.signature s where s.division = new.division and s.submission = new.id and s.round = new.round and s.step = c.step
        and s.agreed and s.digest = new.digest)) then
    raise exception 'carried_out_when_all_have_signed' using errcode = 'check_violation';
  end if;
  return new;
end $function$;
grant execute on function approvals.all_have_signed() to public;

CREATE OR REPLACE FUNCTION approvals.handover_in_order()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.state <> 'open' or (new.giver, new.taker, new.witness, new.holdings, new.items, new.digest) is distinct from (old.giver, old.taker, old.witness, old.holdings, old.items, old.digest) then
    raise exception 'a_handover_stays_as_signed' using errcode = 'check_violation';
  end if;
  if new.state = 'done' and (select count(*) from approvals.handover_signature s where s.division = new.division and s.handover = new.id and s.digest = new.digest
      and s.signer = case s.role when 'giver' then new.giver when 'taker' then new.taker else new.witness end) < 3 then
    raise exception 'handed_over_when_all_three_have_signed' using errcode = 'check_violation';
  end if;
  return new;
end $function$;
grant execute on function approvals.handover_in_order() to public;

CREATE OR REPLACE FUNCTION audit.entry_text(e audit.entry)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_array('audit', e.division, e.id, (extract(epoch from e.recorded_at) * 1000000)::bigint, e.actor, e.actor_name, e.address,
    e.kind, e.action, e.subject, e.outcome, e.detail, e.before, e.after)::text $function$;
grant execute on function audit.entry_text(audit.entry) to public;
comment on function audit.entry_text(audit.entry) is 'what the digest of an entry is made over; src/audit/verify.ts writes it anew';

CREATE OR REPLACE FUNCTION audit.expire(p_division integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_kind record;
  v_range record;
  v_entry bigint;
  v_gone bigint[];
  v_count int := 0;
begin
  perform pg_advisory_xact_lock(1635083369, p_division);
  for v_kind in select kind, keep_months from audit.retention where keep_months is not null and kind <> 'book' order by kind loop
    select array_agg(g.no order by g.no) as seals, sum(g.entries)::int as entries, min(g.no) as first_no, max(g.no) as last_no,
        encode(public.digest(string_agg(g.digest, ''::bytea order by g.no), 'sm3'), 'hex') as digest
      into v_range from audit.seal_group g
      where g.division = p_division and g.kind = v_kind.kind and g.removed_by is null and g.last_at < now() - make_interval(months => v_kind.keep_months);
    continue when v_range.seals is null;
    perform audit.record(p_division, 0, '系统', null, 'book', 'audit.expired', v_kind.kind, 'done',
      jsonb_build_object('entries', v_range.entries, 'seals', to_jsonb(v_range.seals), 'digest', v_range.digest, 'keepMonths', v_kind.keep_months), null, null);
    select max(id) into v_entry from audit.entry where division = p_division and action = 'audit.expired';
    select array_agg(s.entry) into v_gone from audit.seal_entry s join audit.entry e on e.division = s.division and e.id = s.entry
      where s.division = p_division and s.no = any (v_range.seals) and e.kind = v_kind.kind;
    delete from audit.seal_entry where division = p_division and entry = any (v_gone);
    delete from audit.entry where division = p_division and id = any (v_gone);
    update audit.seal_group set removed_by = v_entry where division = p_division and kind = v_kind.kind and no = any (v_range.seals);
    v_count := v_count + v_range.entries;
  end loop;
  return v_count;
end $function$;
grant execute on function audit.expire(integer) to fundwatch_app;
comment on function audit.expire(integer) is 'removes records past their time by kind, never books; leaves a stub with count and digest, and an entry; returns how many went';

CREATE OR REPLACE FUNCTION audit.record(p_division integer, p_actor bigint, p_actor_name text, p_address text, p_kind text, p_action text, p_subject text, p_outcome text, p_detail jsonb, p_before jsonb, p_after jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  e audit.entry;
begin
  e.division := p_division;
  e.id := nextval(pg_get_serial_sequence('audit.entry', 'id'));
  e.recorded_at := clock_timestamp();
  e.actor := p_actor;
  e.actor_name := p_actor_name;
  e.address := p_address;
  e.kind := p_kind;
  e.action := p_action;
  e.subject := p_subject;
  e.outcome := p_outcome;
  e.detail := coalesce(p_detail, '{}');
  e.before := p_before;
  e.after := p_after;
  e.digest := public.digest(convert_to(audit.entry_text(e), 'UTF8'), 'sm3');
  insert into audit.entry (division, id, recorded_at, actor, actor_name, address, kind, action, subject, outcome, detail, before, after, digest)
    overriding system value values (e.division, e.id, e.recorded_at, e.actor, e.actor_name, e.address, e.kind, e.action, e.subject, e.outcome,
      e.detail, e.before, e.after, e.digest);
  insert into audit.unsealed values (e.division, e.id);
end $function$;
grant execute on function audit.record(integer,bigint,text,text,text,text,text,text,jsonb,jsonb,jsonb) to fundwatch_app;
comment on function audit.record(integer,bigint,text,text,text,text,text,text,jsonb,jsonb,jsonb) is 'the only writer of audit entries; whoever acts is written down wherever they act';

CREATE OR REPLACE FUNCTION audit.seal(p_division integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_no bigint;
  v_previous bytea;
  v_entries bigint[];
begin
  perform pg_advisory_xact_lock(1635083369, p_division);
  select array_agg(entry order by entry) into v_entries from audit.unsealed where division = p_division;
  if v_entries is null then return 0; end if;
  select no, digest into v_no, v_previous from audit.seal where division = p_division order by no desc limit 1;
  v_no := coalesce(v_no, 0) + 1;
  v_previous := coalesce(v_previous, public.digest(convert_to('fundwatch audit of division ' || p_division, 'UTF8'), 'sm3'));
  insert into audit.seal
    select p_division, v_no, v_previous, public.digest(v_previous || convert_to(string_agg(format('%s:%s:%s', kind, n, encode(d, 'hex')), E'\n'
        order by kind collate "C"), 'UTF8'), 'sm3'), clock_timestamp()
    from (select kind, count(*) as n, public.digest(string_agg(digest, ''::bytea order by id), 'sm3') as d from audit.entry
      where division = p_division and id = any (v_entries) group by kind) g;
  insert into audit.seal_group
    select p_division, v_no, kind, count(*), public.digest(string_agg(digest, ''::bytea order by id), 'sm3'), max(recorded_at)
    from audit.entry where division = p_division and id = any (v_entries) group by kind;
  insert into audit.seal_entry select p_division, v_no, n, e from unnest(v_entries) with ordinality as u(e, n);
  delete from audit.unsealed where division = p_division and entry = any (v_entries);
  return cardinality(v_entries);
end $function$;
grant execute on function audit.seal(integer) to fundwatch_app;
comment on function audit.seal(integer) is 'chains the committed entries of a division that wait for their seal; returns how many';

CREATE OR REPLACE FUNCTION audit.waiting()
 RETURNS SETOF integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select distinct division from audit.unsealed order by 1 $function$;
grant execute on function audit.waiting() to fundwatch_app;
comment on function audit.waiting() is 'the divisions whose entries wait for their seal';

CREATE OR REPLACE FUNCTION base.by_owner()
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN ((platform.scope() IS NULL) AND pg_has_role(CURRENT_USER, (SELECT c.relowner FROM pg_class c WHERE (c.oid = ('base.edition'::regclass)::oid)), 'member'::text));
grant execute on function base.by_owner() to public;
comment on function base.by_owner() is 'whether this is a migration or the owner at work: no scope is said, and the role owns the tables';

CREATE OR REPLACE FUNCTION base.edition_is_yours()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not base.by_owner() and not base.may_issue(case when new.kind in ('chart', 'orders', 'subjects') then null else new.issuer end) then
    raise exception 'an edition of % is not issued from this scope', new.kind using errcode = 'FW006';
  end if;
  new.made_in := pg_current_xact_id();
  return new;
end $function$;
grant execute on function base.edition_is_yours() to public;

CREATE OR REPLACE FUNCTION base.issuing(p_kind text, p_issuer integer)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN (EXISTS (SELECT FROM base.edition e WHERE ((e.kind = issuing.p_kind) AND (NOT (e.issuer IS DISTINCT FROM issuing.p_issuer)) AND (e.made_in = pg_current_xact_id()))));
grant execute on function base.issuing(text,integer) to public;
comment on function base.issuing(text,integer) is 'whether this very transaction issues an edition of the kind for the issuer';

CREATE OR REPLACE FUNCTION base.may_issue(p_issuer integer)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN CASE WHEN (platform.scope() IS NULL) THEN false WHEN (p_issuer IS NOT NULL) THEN (EXISTS (SELECT FROM divisions.scope_division s WHERE ((s.scope = platform.scope()) AND (s.division = may_issue.p_issuer)))) ELSE (NOT (EXISTS (SELECT FROM divisions.division d WHERE (NOT (EXISTS (SELECT FROM divisions.scope_division s WHERE ((s.scope = platform.scope()) AND (s.division = d.id)))))))) END;
grant execute on function base.may_issue(integer) to public;
comment on function base.may_issue(integer) is 'whether this transaction may issue for a division; null: for the whole installation (the ministry''s data)';

CREATE OR REPLACE FUNCTION base.only_by_edition()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not base.by_owner() and not exists (select from base.edition e where e.kind = tg_argv[0] and e.made_in = pg_current_xact_id()) then
    raise exception '% is issued above and locked here', tg_table_schema || '.' || tg_table_name using errcode = 'FW006';
  end if;
  return coalesce(new, old);
end $function$;
grant execute on function base.only_by_edition() to public;

CREATE OR REPLACE FUNCTION base.template_field_is_yours()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if base.by_owner() or exists (select from base.template t where t.id = coalesce(new.template, old.template) and base.may_issue(t.division)
      and (t.edition is null or base.issuing('templates', t.division)))
    -- Its template was removed in this statement, which was asked above.
    or (tg_op = 'DELETE' and not exists (select from base.template t where t.id = old.template)) then
    return coalesce(new, old);
  end if;
  raise exception 'template % is issued above and locked here', coalesce(new.template, old.template) using errcode = 'FW006';
end $function$;
grant execute on function base.template_field_is_yours() to public;

CREATE OR REPLACE FUNCTION base.template_is_yours()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if base.by_owner() then return coalesce(new, old); end if;
  if tg_op <> 'INSERT' and (not base.may_issue(old.division) or (old.edition is not null and not base.issuing('templates', old.division))) then
    raise exception 'template % is issued above and locked here', old.code using errcode = 'FW006';
  end if;
  if tg_op <> 'DELETE' and (not base.may_issue(new.division)
      or (new.edition is null and (new.division is null or exists (select from base.template t where t.code = new.code and t.edition is not null)))
      or (new.edition is not null and not base.issuing('templates', new.division))) then
    raise exception 'template % is issued above and locked here', new.code using errcode = 'FW006';
  end if;
  return coalesce(new, old);
end $function$;
grant execute on function base.template_is_yours() to public;

CREATE OR REPLACE FUNCTION books.family(p_lines bigint[], p_below boolean, p_limit integer)
 RETURNS TABLE(division integer, id bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;
grant execute on function books.family(bigint[],boolean,integer) to fundwatch_app;
comment on function books.family(bigint[],boolean,integer) is 'the lines named, their ancestors and (up to a limit) all lines below them, within the scope of the transaction';

CREATE OR REPLACE FUNCTION books.moved(p_divisions integer[], p_year integer, p_from date, p_to date, p_known timestamp with time zone)
 RETURNS TABLE(division integer, month date, before boolean, account integer, fund integer, function_subject text, origin text, source_level text, advance boolean, debit_fen bigint, credit_fen bigint)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$;
grant execute on function books.moved(integer[],integer,date,date,timestamp with time zone) to public;
comment on function books.moved(integer[],integer,date,date,timestamp with time zone) is 'turnover of a year''s books by period and by what was known; runs with the reader''s own rights';

CREATE OR REPLACE FUNCTION books.narrowed()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('fundwatch.narrowing'::text, true), ''::text) IS NOT NULL);
grant execute on function books.narrowed() to public;

CREATE OR REPLACE FUNCTION books.origin_of(p_form text, p_transfer bigint, p_source_type text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE p_form WHEN 'receive-across'::text THEN 'horizontal'::text WHEN 'take-over'::text THEN 'handed-over'::text ELSE CASE WHEN (p_transfer IS NOT NULL) THEN 'superior'::text ELSE p_source_type END END;
grant execute on function books.origin_of(text,bigint,text) to public;

CREATE OR REPLACE FUNCTION books.sealed()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform books.take_up(s.division, n.batches, s.sealed_at)
    from (select division, no, array_agg(batch) as batches from sealed group by division, no) n
    join ledger.seal s on s.division = n.division and s.no = n.no;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION books.take_up(p_division integer, p_batches bigint[], p_sealed_at timestamp with time zone)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION divisions.area(p_division integer, p_day date)
 RETURNS TABLE(division integer, code character, name text, level text, administrative_parent integer, fiscal_parent integer, ended_on date)
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with recursive placed as (
    select distinct on (v.division) v.division, v.code, v.name, v.level, v.administrative_parent, v.fiscal_parent,
      case when v.valid @> p_day then null else upper(v.valid) end as ended_on
    from divisions.version v
    where lower(v.valid) <= p_day and (upper_inf(v.valid) or upper(v.valid) > date_trunc('year', p_day)::date)
    order by v.division, v.valid desc
  ), reach as (
    select p.division from placed p where p.division = p_division
    union
    select p.division from placed p join reach r on r.division in (p.administrative_parent, p.fiscal_parent)
  )
  select p.division, p.code, p.name, p.level, p.administrative_parent, p.fiscal_parent, p.ended_on from placed p join reach r on r.division = p.division
$function$;
grant execute on function divisions.area(integer,date) to public;
comment on function divisions.area(integer,date) is 'the tree at a day, with those that ended earlier in that year';

CREATE OR REPLACE FUNCTION divisions.follow_parts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if pg_trigger_depth() = 1 then
    insert into divisions.scope_division
    select distinct c.scope, s.division from divisions.compound_scope c cross join unnest(c.parts) as p(part)
      join divisions.scope_division s on s.scope = p.part
    on conflict do nothing;
  end if;
  return null;
end $function$;
comment on function divisions.follow_parts() is 'writes what compound scopes hold after the scopes of their parts were written';

CREATE OR REPLACE FUNCTION divisions.history_stands()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not base.by_owner() and (tg_op = 'DELETE' or (old.division, lower(old.valid), old.code, old.name, old.level) is distinct from (new.division, lower(new.valid), new.code, new.name, new.level)
      or (old.administrative_parent, old.fiscal_parent, old.change, old.recorded_at) is distinct from (new.administrative_parent, new.fiscal_parent, new.change, new.recorded_at)
      or not upper_inf(old.valid)) then
    raise exception 'version % of division % is history', old.valid, old.division using errcode = 'FW006';
  end if;
  return coalesce(new, old);
end $function$;
grant execute on function divisions.history_stands() to public;

CREATE OR REPLACE FUNCTION divisions.integrates(p_division integer, p_day date)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce((select kind = 'integrating' from divisions.declaration
    where division = p_division and kind in ('integrating', 'not-integrating') and day <= p_day order by day desc, id desc limit 1), false)
$function$;
grant execute on function divisions.integrates(integer,date) to public;

CREATE OR REPLACE FUNCTION divisions.rebuild_scopes()
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  delete from divisions.scope_division;
  insert into divisions.scope_division
  with recursive latest as (
    select distinct on (division) division, valid, administrative_parent, fiscal_parent
    from divisions.version where lower(valid) <= platform.today() order by division, valid desc
  ), link as (
    select division as below, administrative_parent as above from latest where administrative_parent is not null
    union select division, fiscal_parent from latest where fiscal_parent is not null
    union select f.division, i.division from divisions.change c
      join divisions.change_part f on f.change = c.id and f.role = 'from'
      join divisions.change_part i on i.change = c.id and i.role = 'into' and i.division <> f.division
      join latest l on l.division = f.division and not l.valid @> platform.today()
      where c.kind in ('merge', 'split') and c.effective_on <= platform.today()
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

CREATE OR REPLACE FUNCTION divisions.scope_of(roots integer[])
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  wanted int[] := array(select distinct root from unnest(roots) root order by root);
  known int;
begin
  if cardinality(wanted) = 0 then return -1; end if;
  if 0 = any (wanted) then return 0; end if;
  if cardinality(wanted) = 1 then return wanted[1]; end if;
  select c.scope into known from divisions.compound_scope c where c.parts = wanted;
  if known is not null then return known; end if;
  perform pg_advisory_xact_lock(hashtext('divisions.compound_scope'));
  select c.scope into known from divisions.compound_scope c where c.parts = wanted;
  if known is not null then return known; end if;
  insert into divisions.compound_scope values (nextval('divisions.compound_scope_id'), wanted) returning scope into known;
  insert into divisions.scope_division select distinct known, s.division from divisions.scope_division s where s.scope = any (wanted);
  return known;
end $function$;
grant execute on function divisions.scope_of(integer[]) to fundwatch_app;
comment on function divisions.scope_of(integer[]) is 'the scope that holds these divisions and all below each; makes it when it is new. Says nothing of who may use it: the app decides that by the posts';

CREATE OR REPLACE FUNCTION funds.catalogue_is_yours()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if base.by_owner() then return coalesce(new, old); end if;
  if not base.may_issue(coalesce(new.division, old.division)) or not base.may_issue(coalesce(old.division, new.division)) then
    raise exception 'catalogue “%” belongs to another division', coalesce(old.name, new.name) using errcode = 'FW006';
  end if;
  if (tg_op <> 'INSERT' and old.edition is not null or tg_op <> 'DELETE' and new.edition is not null) and not base.issuing('catalogue', coalesce(old.division, new.division)) then
    raise exception 'catalogue “%” is issued and locked', coalesce(old.name, new.name) using errcode = 'FW006';
  end if;
  return coalesce(new, old);
end $function$;
grant execute on function funds.catalogue_is_yours() to public;

CREATE OR REPLACE FUNCTION funds.edition_fund_is_yours()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not base.by_owner() and not exists (select from base.edition e where e.id = new.edition and e.kind = 'catalogue' and e.made_in = pg_current_xact_id()) then
    raise exception 'edition % is issued and locked', new.edition using errcode = 'FW006';
  end if;
  return new;
end $function$;
grant execute on function funds.edition_fund_is_yours() to public;

CREATE OR REPLACE FUNCTION funds.edition_subject_is_yours()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not base.by_owner() and not exists (select from base.edition e where e.id = new.edition and e.kind = 'subjects' and e.made_in = pg_current_xact_id()) then
    raise exception 'edition % is issued and locked', new.edition using errcode = 'FW006';
  end if;
  return new;
end $function$;
grant execute on function funds.edition_subject_is_yours() to public;

CREATE OR REPLACE FUNCTION funds.fund_is_yours()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare v_fund funds.fund;
begin
  if base.by_owner() then return coalesce(new, old); end if;
  v_fund := case when tg_op = 'INSERT' then new else old end;
  if not base.may_issue(v_fund.division) or (tg_op = 'UPDATE' and new.division <> old.division) then
    raise exception 'fund % belongs to another division', v_fund.code using errcode = 'FW006';
  end if;
  if tg_op = 'UPDATE' then
    v_fund.superior := new.superior;
    v_fund.local_only := new.local_only;
    if v_fund = new then return new; end if;
  end if;
  if exists (select from funds.catalogue c where c.id in (old.catalogue, new.catalogue) and c.edition is not null) and not base.issuing('catalogue', v_fund.division) then
    raise exception 'fund % stands in an issued catalogue, which is locked', v_fund.code using errcode = 'FW006';
  end if;
  return coalesce(new, old);
end $function$;
grant execute on function funds.fund_is_yours() to public;

CREATE OR REPLACE FUNCTION funds.no_secret_detail()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if exists (select from added a join funds.fund f on f.id = a.fund where f.secret) then
    raise exception 'detail of a secret fund may not be entered in this system' using errcode = 'check_violation', constraint = 'no_detail_of_secret_funds';
  end if;
  return null;
end $function$;
comment on function funds.no_secret_detail() is 'trigger: refuses rows that hang on a secret fund';

CREATE OR REPLACE FUNCTION funds.permitted_subject_is_yours()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare v_fund funds.fund;
begin
  if base.by_owner() then return coalesce(new, old); end if;
  select * into v_fund from funds.fund where id = coalesce(new.fund, old.fund);
  if not base.may_issue(v_fund.division) or (not base.issuing('catalogue', v_fund.division)
      and exists (select from funds.catalogue c where c.id = v_fund.catalogue and c.edition is not null)) then
    raise exception 'fund % is issued above and locked here', v_fund.code using errcode = 'FW006';
  end if;
  return coalesce(new, old);
end $function$;
grant execute on function funds.permitted_subject_is_yours() to public;

CREATE OR REPLACE FUNCTION funds.remember_mapping()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tg_op = 'UPDATE' and (new.superior is not distinct from old.superior and new.local_only = old.local_only) then return new; end if;
  if tg_op = 'INSERT' and new.superior is null and not new.local_only then return new; end if;
  insert into funds.mapping (fund, no, superior, decided)
  select new.id, coalesce(max(m.no), 0) + 1, new.superior, case when new.superior is not null then 'mapped' when new.local_only then 'local' else 'open' end
  from funds.mapping m where m.fund = new.id;
  return new;
end $function$;
comment on function funds.remember_mapping() is 'writes the history of a fund''s superior; the app may read it and never write it';

CREATE OR REPLACE FUNCTION funds.secret_refs()
 RETURNS TABLE(id integer, division integer, code text, level text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select f.id, f.division, f.code, f.level from funds.fund f where f.secret $function$;
grant execute on function funds.secret_refs() to fundwatch_app;
comment on function funds.secret_refs() is 'numbers and codes of secret funds, without their names: the program refuses detail of them with the reason, whoever types it';

CREATE OR REPLACE FUNCTION funds.subject_is_yours()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if base.by_owner() then return coalesce(new, old); end if;
  if not base.may_issue(null) or (not base.issuing('subjects', null) and exists (select from funds.subject s
      where s.kind = coalesce(old.kind, new.kind) and s.fiscal_year = coalesce(old.fiscal_year, new.fiscal_year) and s.edition is not null)) then
    raise exception 'subjects of % are issued above and locked here', coalesce(old.fiscal_year, new.fiscal_year) using errcode = 'FW006';
  end if;
  return coalesce(new, old);
end $function$;
grant execute on function funds.subject_is_yours() to public;

CREATE OR REPLACE FUNCTION identity.holds_a_post(person_account bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN (EXISTS (SELECT FROM identity.holding h WHERE ((h.account = holds_a_post.person_account) AND (h.ended_at IS NULL) AND (h.valid @> platform.today()))));
grant execute on function identity.holds_a_post(bigint) to fundwatch_app;
comment on function identity.holds_a_post(bigint) is 'whether an account holds any post today, and nothing more of it: asked at the door, before anybody has a scope';

CREATE OR REPLACE FUNCTION identity.holds_elsewhere(person_account bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN (EXISTS (SELECT FROM identity.holding h WHERE ((h.account = holds_elsewhere.person_account) AND (h.ended_at IS NULL) AND (h.valid @> platform.today()) AND (NOT (h.division IN (SELECT s.division FROM divisions.scope_division s WHERE (s.scope = platform.scope())))))));
grant execute on function identity.holds_elsewhere(bigint) to fundwatch_app;
comment on function identity.holds_elsewhere(bigint) is 'whether an account holds a post outside the transaction''s scope, and nothing more of it: who secures or closes an account must have all of it in view';

CREATE OR REPLACE FUNCTION identity.post_has_its_place()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.division <> 0 and not exists (select from divisions.division d where d.id = new.division) then
    raise exception 'post_is_held_over_a_division' using errcode = 'check_violation';
  end if;
  if new.agency is not null and not exists (select from divisions.agency a where a.division = new.division and a.id = new.agency
      and a.name !~ '(村|社区)(民|居民)?(委员会|委会|委)$') then
    raise exception 'villages_have_no_post' using errcode = 'check_violation';
  end if;
  if new.office is not null and not exists (select from divisions.office o where o.division = new.division and o.id = new.office) then
    raise exception 'post_is_held_over_an_office_of_its_division' using errcode = 'check_violation';
  end if;
  return new;
end $function$;
grant execute on function identity.post_has_its_place() to public;

CREATE OR REPLACE FUNCTION ledger.batch_enters_book()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare v_book ledger.book;
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('book ' || new.division, new.fiscal_year));
  select * into v_book from ledger.book where division = new.division and fiscal_year = new.fiscal_year;
  if v_book.closed_on is not null then
    raise exception 'the book of % is closed since %', new.fiscal_year, v_book.closed_on using errcode = 'FW001';
  elsif v_book.locked_through >= new.effective_on then
    raise exception 'the book of % is locked through %', new.fiscal_year, v_book.locked_through using errcode = 'FW001';
  elsif v_book.provisional_since is not null and v_book.opened_on is null and new.form in ('plan', 'send', 'pay', 'refund') then
    raise exception 'book-provisional' using errcode = 'FW004', detail = new.fiscal_year;
  elsif new.form = 'integrate' and not divisions.integrates(new.division, new.effective_on) then
    raise exception 'not-integrating' using errcode = 'FW004', detail = new.effective_on;
  end if;
  return new;
end $function$;
grant execute on function ledger.batch_enters_book() to public;

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

CREATE OR REPLACE FUNCTION ledger.begin_request(p_division integer, p_request_key text, p_digest bytea)
 RETURNS TABLE(digest bytea, batch bigint, document bigint, lines bigint[])
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended(p_request_key, p_division));
  insert into ledger.request as r (division, request_key, digest) values (p_division, p_request_key, p_digest) on conflict do nothing;
  return query select r.digest, b.id, b.document,
      array(select e.debit_allotment from ledger.entry e where e.division = b.division and e.batch = b.id order by e.line)
    from ledger.request r left join ledger.batch b on b.division = r.division and b.request_key = r.request_key
    where r.division = p_division and r.request_key = p_request_key;
end $function$;
grant execute on function ledger.begin_request(integer,text,bytea) to public;
comment on function ledger.begin_request(integer,text,bytea) is 'begins what is asked under a request key: what was asked the first time, and what was posted for it, if anything was';

CREATE OR REPLACE FUNCTION ledger.carried_recall_is_not_corrected()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if exists (select from ledger.batch b where b.division = new.division and b.id = new.batch and b.form in ('recall-carried', 'carried-recalled')) then
    raise exception 'recall-carried-not-corrected' using errcode = 'FW004', detail = new.batch;
  end if;
  return new;
end $function$;
grant execute on function ledger.carried_recall_is_not_corrected() to public;

CREATE OR REPLACE FUNCTION ledger.carried_recall_is_whole()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_other ledger.batch;
  v_above bigint;
  v_below bigint;
begin
  if new.other_batch is null then
    if new.form = 'recall-carried' or exists (
        select from ledger.entry e join allotments.allotment a on a.division = e.division and a.id = e.debit_allotment
        join lateral (select x.transfer from allotments.allotment x where x.division = a.division and x.id = any (a.path) and x.transfer is not null
          order by array_position(a.path, x.id) desc limit 1) r on true
        join ledger.transfer t on t.division = a.division and t.id = r.transfer
        where e.division = new.division and e.batch = new.id and e.debit = 4001 and t.sender is not null) then
      raise exception 'batch % recalls carried money on one side alone', new.id using errcode = 'FW003';
    end if;
    return new;
  end if;
  select * into v_other from ledger.batch b where b.division = new.other_division and b.id = new.other_batch;
  select sum(e.amount_fen) filter (where (e.debit, e.credit) = (1001, 4001)), sum(e.amount_fen) filter (where (e.debit, e.credit) = (4001, 1001))
    into v_above, v_below from ledger.entry e
    where (e.division, e.batch) in ((new.division, new.id), (new.other_division, new.other_batch));
  if v_other.id is null or (v_other.other_division, v_other.other_batch) is distinct from (new.division, new.id)
      or array[new.form, v_other.form] not in (array['recall-carried', 'carried-recalled'], array['carried-recalled', 'recall-carried'])
      or v_above is distinct from v_below then
    raise exception 'batch % recalls carried money: % came in above, % went out below', new.id, v_above, v_below using errcode = 'FW003';
  end if;
  return new;
end $function$;
comment on function ledger.carried_recall_is_whole() is 'refuses, at commit, a recall of carried money whose two sides differ (FW003)';

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

CREATE OR REPLACE FUNCTION ledger.lock_balances_across(p_division integer[], p_allotment bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare v_division int;
begin
  foreach v_division in array (select coalesce(array_agg(distinct d), '{}') from unnest(p_division) d) loop perform ledger.in_scope(v_division); end loop;
  perform from ledger.balance b join unnest(p_division, p_allotment) as k(d, a) on b.division = k.d and b.allotment = k.a
    order by b.division, b.allotment, b.account for update of b;
end $function$;
grant execute on function ledger.lock_balances_across(integer[],bigint[]) to fundwatch_app;
comment on function ledger.lock_balances_across(integer[],bigint[]) is 'ledger.lock_balances for the lines of several divisions, in the order of all keys';

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

CREATE OR REPLACE FUNCTION ledger.lock_transfers(p_division integer, p_transfer_division integer[], p_transfer bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform ledger.in_scope(p_division);
  perform from ledger.transfer t join unnest(p_transfer_division, p_transfer) as m(d, i) on t.division = m.d and t.id = m.i
    where p_division in (t.division, t.sender) order by t.division, t.id for no key update of t;
end $function$;
grant execute on function ledger.lock_transfers(integer,integer[],bigint[]) to fundwatch_app;
comment on function ledger.lock_transfers(integer,integer[],bigint[]) is 'locks transfers of which a division is one end, in key order, as ledger.post does, and changes nothing';

CREATE OR REPLACE FUNCTION ledger.lower_sent(p_division integer, p_document bigint, p_effective date, p_transfer bigint[], p_fen bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform ledger.in_scope(p_division);
  perform from ledger.transfer t where t.division = p_division and t.id = any (p_transfer) order by t.id for no key update;
  if exists (select from unnest(p_transfer) i where not exists (
      select from ledger.transfer t where t.division = p_division and t.id = i and t.sender is null and (not t.across or t.paper is not null))) then
    raise exception 'a transfer named is not from a superior outside this installation' using errcode = 'FW003';
  end if;
  insert into ledger.sent_lowered (division, transfer, document, effective_on, amount_fen)
    select p_division, i, p_document, p_effective, f from unnest(p_transfer, p_fen) as x(i, f);
  update ledger.transfer t set sent_fen = t.sent_fen - m.fen, paper_stands = t.paper is not null and t.sent_fen > m.fen
    from (select i, sum(f)::bigint as fen from unnest(p_transfer, p_fen) as x(i, f) group by 1) m where t.division = p_division and t.id = m.i;
end $function$;
grant execute on function ledger.lower_sent(integer,bigint,date,bigint[],bigint[]) to fundwatch_app;
comment on function ledger.lower_sent(integer,bigint,date,bigint[],bigint[]) is 'the only way to lower what a superior outside this installation sent; raises 23514 transfer_taken_within_sent, FW003';

CREATE OR REPLACE FUNCTION ledger.mark_book(p_division integer, p_year integer, p_kind text, p_day date, p_reason text DEFAULT NULL::text, p_document bigint DEFAULT NULL::bigint, p_findings jsonb DEFAULT NULL::jsonb, p_request_key text DEFAULT NULL::text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  b ledger.book;
  v_no int;
  v_bad text;
  v_detail text;
begin
  perform ledger.in_scope(p_division);
  -- Waits for every form that is being posted to this book, and holds off those that come after.
  perform pg_advisory_xact_lock(hashtextextended('book ' || p_division, p_year));
  select no into v_no from ledger.book_event where division = p_division and request_key = p_request_key;
  if found then return v_no; end if;
  select * into b from ledger.book where division = p_division and fiscal_year = p_year;
  if p_kind = 'provisional' then
    -- A book that is there is open, or provisional already.
    if found then return null; end if;
    insert into ledger.book (division, fiscal_year, provisional_since) values (p_division, p_year, p_day) returning * into b;
  elsif not found then
    insert into ledger.book (division, fiscal_year) values (p_division, p_year) returning * into b;
  end if;

  if p_kind in ('unlock', 'reopen') and length(btrim(coalesce(p_reason, ''))) < 4 then v_bad := 'reason-missing';
  elsif p_kind = 'reopen' and b.closed_on is null then v_bad := 'book-not-closed';
  elsif p_kind = 'reopen' and p_document is null then v_bad := 'document-missing';
  elsif p_kind <> 'reopen' and b.closed_on is not null then v_bad := 'book-closed'; v_detail := b.closed_on;
  elsif p_kind = 'lock' and (p_day < make_date(p_year, 1, 1) or p_day > make_date(p_year, 12, 31)) then v_bad := 'lock-outside-year'; v_detail := p_day;
  elsif p_kind = 'lock' and p_day <= b.locked_through then v_bad := 'lock-not-forward'; v_detail := b.locked_through;
  elsif p_kind = 'unlock' and (b.locked_through is null or p_day >= b.locked_through) then v_bad := 'unlock-not-back'; v_detail := b.locked_through;
  elsif p_kind = 'open' and b.opened_on is not null then v_bad := 'book-open'; v_detail := b.opened_on;
  elsif p_kind = 'open' and p_day < make_date(p_year, 1, 1) then v_bad := 'year-not-begun'; v_detail := p_year;
  elsif p_kind = 'close' and p_day < make_date(p_year, 12, 31) then v_bad := 'year-not-over'; v_detail := p_year;
  elsif p_kind in ('plans-on', 'plans-off') and exists (
      select from ledger.balance s join allotments.allotment a on a.division = s.division and a.id = s.allotment
      where s.division = p_division and a.fiscal_year = p_year and s.account = 5101 and s.debit_fen > 0) then v_bad := 'plans-posted';
  elsif p_kind = 'close' then
    select 'rest-left', s.allotment into v_bad, v_detail from ledger.balance s
      join allotments.allotment a on a.division = s.division and a.id = s.allotment
      where s.division = p_division and a.fiscal_year = p_year and s.account in (1001, 5001, 500201, 5101, 5102) and s.debit_fen <> s.credit_fen limit 1;
  end if;
  if v_bad is not null then raise exception '%', v_bad using errcode = 'FW004', detail = coalesce(v_detail, ''); end if;

  update ledger.book set
      locked_through = case p_kind when 'lock' then p_day when 'unlock' then nullif(p_day, make_date(p_year, 1, 1) - 1) else locked_through end,
      closed_on = case p_kind when 'close' then p_day when 'reopen' then null else closed_on end,
      opened_on = case p_kind when 'open' then p_day else opened_on end,
      uses_plans = case p_kind when 'plans-on' then true when 'plans-off' then false else uses_plans end
    where division = p_division and fiscal_year = p_year;
  insert into ledger.book_event
    select p_division, p_year, coalesce(max(no), 0) + 1, p_kind, p_day, p_reason, p_document, p_findings, p_request_key, platform.actor(), clock_timestamp()
    from ledger.book_event where division = p_division and fiscal_year = p_year
    returning no into v_no;
  return v_no;
end $function$;
grant execute on function ledger.mark_book(integer,integer,text,date,text,bigint,jsonb,text) to fundwatch_app;
comment on function ledger.mark_book(integer,integer,text,date,text,bigint,jsonb,text) is 'the only writer of books and their events: lock forward, unlock with a reason, open, close when nothing is left, reopen by a document, keep plans or not; raises FW004 with the refusal''s code, and answers the event''s number';

CREATE OR REPLACE FUNCTION ledger.name_papers(p_division integer, p_transfer bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform ledger.in_scope(p_division);
  update ledger.transfer t set paper_stands = true, paper = concat_ws('|', case when t.across then 'across' else 'above' end,
      translate(lower(coalesce(t.sender_name, '')), E' \u3000\t', ''), t.document_number, case when t.across then '-' else t.fund::text end, p.line)
    from (select x.id, row_number() over (partition by u.document_number, case when u.across then 0 else u.fund end order by x.n) as line
          from unnest(p_transfer) with ordinality as x(id, n) join ledger.transfer u on u.division = p_division and u.id = x.id) p
    where t.division = p_division and t.id = p.id and t.sender is null and t.paper is null;
end $function$;
grant execute on function ledger.name_papers(integer,bigint[]) to fundwatch_app;
comment on function ledger.name_papers(integer,bigint[]) is 'says of transfers just opened that a clerk typed them off a paper; raises 23505 transfer_paper_once where that paper is registered already';

CREATE OR REPLACE FUNCTION ledger.open_balances(p_division integer, p_allotments bigint[], p_accounts integer[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform ledger.in_scope(p_division);
  insert into ledger.balance (division, allotment, account, side)
    select p_division, k.allotment, k.account, a.side from (select distinct allotment, account from unnest(p_allotments, p_accounts) as u(allotment, account)) k
    join ledger.account a on a.code = k.account order by 2, 3
    on conflict do nothing;
end $function$;
grant execute on function ledger.open_balances(integer,bigint[],integer[]) to fundwatch_app;
comment on function ledger.open_balances(integer,bigint[],integer[]) is 'opens balances at nothing, in key order; changes none that is there';

CREATE OR REPLACE FUNCTION ledger.open_transfers(p_sender integer, p_year integer, p_number text, p_title text, p_dated date, p_receiver integer[], p_sender_allotment bigint[], p_fund integer[], p_source_level text[], p_direct boolean[], p_function_subject text[], p_fund_nature text[], p_note text[], p_external_id text[], p_path text[], p_sent bigint[], p_across boolean DEFAULT false, p_sender_name text DEFAULT NULL::text)
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
  return query insert into ledger.transfer (division, sender, sender_allotment, sender_name, across, fiscal_year, document_number, document_title, document_dated,
      fund, source_level, direct, function_subject, fund_nature, note, external_id, path, stated_fen, sent_fen)
    select r, p_sender, sa, p_sender_name, p_across, p_year, p_number, p_title, p_dated, f, sl, dr, fs, fn, nt, ex, coalesce(pa::bigint[], '{}'),
      case when p_sender is null then st else 0 end, case when p_sender is null then st else 0 end
    from unnest(p_receiver, p_sender_allotment, p_fund, p_source_level, p_direct, p_function_subject, p_fund_nature, p_note, p_external_id, p_path, p_sent)
      with ordinality as l(r, sa, f, sl, dr, fs, fn, nt, ex, pa, st, n) order by n
    returning id;
end $function$;
grant execute on function ledger.open_transfers(integer,integer,text,text,date,integer[],bigint[],integer[],text[],boolean[],text[],text[],text[],text[],text[],bigint[],boolean,text) to fundwatch_app;
comment on function ledger.open_transfers(integer,integer,text,text,date,integer[],bigint[],integer[],text[],boolean[],text[],text[],text[],text[],text[],bigint[],boolean,text) is 'the only maker of transfers; from a sender in this installation they start at nothing, and ledger.post raises them';

CREATE OR REPLACE FUNCTION ledger.post_days(p_division integer, p_form text, p_year integer, p_effective date[], p_document bigint, p_request_key text[], p_day integer[], p_debit_allotment bigint[], p_debit integer[], p_credit_allotment bigint[], p_credit integer[], p_amount bigint[], p_transfer_division integer[] DEFAULT '{}'::integer[], p_transfer bigint[] DEFAULT '{}'::bigint[], p_transfer_fen bigint[] DEFAULT '{}'::bigint[], p_corrects_batch bigint[] DEFAULT NULL::bigint[], p_corrects_line integer[] DEFAULT NULL::integer[], p_other_division integer DEFAULT NULL::integer, p_other_batch bigint DEFAULT NULL::bigint, p_payment bigint[] DEFAULT NULL::bigint[], p_batch bigint[] DEFAULT NULL::bigint[])
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
end $function$;
grant execute on function ledger.post_days(integer,text,integer,date[],bigint,text[],integer[],bigint[],integer[],bigint[],integer[],bigint[],integer[],bigint[],bigint[],bigint[],integer[],integer,bigint,bigint[],bigint[]) to fundwatch_app;
comment on function ledger.post_days(integer,text,integer,date[],bigint,text[],integer[],bigint[],integer[],bigint[],integer[],bigint[],integer[],bigint[],bigint[],bigint[],integer[],integer,bigint,bigint[],bigint[]) is 'the writer of entries and balances (ledger.post_line is its twin for one line): one form, a batch for each of its days, at once or not at all; raises 23514 balance_never_below_zero, transfer_taken_within_sent, corrections_within_original; FW001 book locked, FW002 no such order, FW003 interlock broken';

CREATE OR REPLACE FUNCTION ledger.post_line(p_division integer, p_form text, p_year integer, p_effective date, p_document bigint, p_request_key text, p_debit_allotment bigint, p_debit integer, p_credit_allotment bigint, p_credit integer, p_amount bigint, p_batch bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  b ledger.batch;
  v_debit_opened boolean := false;
  v_credit_opened boolean := false;
begin
  perform ledger.in_scope(p_division);
  select id into b.id from ledger.batch where request_key = p_request_key and division = p_division;
  if found then return b.id; end if;
  if not exists (select from ledger.book where division = p_division and fiscal_year = p_year) then
    insert into ledger.book (division, fiscal_year) values (p_division, p_year) on conflict do nothing;
  end if;

  b.division := p_division;
  b.id := coalesce(p_batch, nextval('ledger.batch_id'));
  b.form := p_form;
  b.fiscal_year := p_year;
  b.effective_on := p_effective;
  b.document := p_document;
  b.request_key := p_request_key;
  b.entries := 1;
  b.actor := platform.actor();
  b.recorded_at := clock_timestamp();
  b.digest := public.digest(convert_to(ledger.batch_head(b) || E'\n'
    || concat_ws('|', 1, p_debit_allotment, p_debit, p_credit_allotment, p_credit, p_amount, '-', '-', '-'), 'UTF8'), 'sm3');
  -- The table's trigger asks the book. A concurrent twin with the same key waits here, then finds the first one's batch.
  insert into ledger.batch values (b.*) on conflict on constraint request_once do nothing;
  if not found then
    select id into b.id from ledger.batch where request_key = p_request_key and division = p_division;
    return b.id;
  end if;
  if not exists (select from ledger.order_line o where o.form = p_form and o.debit = p_debit and o.credit = p_credit
      and p_year >= o.first_year and p_year <= coalesce(o.last_year, 9999)) then
    raise exception 'line 1: no order of form % in % debits % and credits %', p_form, p_year, p_debit, p_credit using errcode = 'FW002';
  end if;
  insert into ledger.entry (division, batch, line, debit_allotment, debit, credit_allotment, credit, amount_fen)
    values (p_division, b.id, 1, p_debit_allotment, p_debit, p_credit_allotment, p_credit, p_amount);

  -- As ledger.post_days does: accounts that are touched first are written with their sums, then the others are changed; both in key order.
  for v_side in 1..2 loop
    if ((p_debit_allotment, p_debit) < (p_credit_allotment, p_credit)) = (v_side = 1) then
      if not exists (select from ledger.balance where division = p_division and allotment = p_debit_allotment and account = p_debit) then
        insert into ledger.balance (division, allotment, account, side, debit_fen)
          select p_division, p_debit_allotment, p_debit, a.side, p_amount from ledger.account a where a.code = p_debit on conflict do nothing;
        v_debit_opened := found;
      end if;
    elsif not exists (select from ledger.balance where division = p_division and allotment = p_credit_allotment and account = p_credit) then
      insert into ledger.balance (division, allotment, account, side, credit_fen)
        select p_division, p_credit_allotment, p_credit, a.side, p_amount from ledger.account a where a.code = p_credit on conflict do nothing;
      v_credit_opened := found;
    end if;
  end loop;
  for v_side in 1..2 loop
    if ((p_debit_allotment, p_debit) < (p_credit_allotment, p_credit)) = (v_side = 1) then
      if not v_debit_opened then
        update ledger.balance set debit_fen = debit_fen + p_amount
          where division = p_division and allotment = p_debit_allotment and account = p_debit;
      end if;
    elsif not v_credit_opened then
      update ledger.balance set credit_fen = credit_fen + p_amount
        where division = p_division and allotment = p_credit_allotment and account = p_credit;
    end if;
  end loop;
  insert into ledger.unsealed values (p_division, b.id);
  return b.id;
end $function$;
comment on function ledger.post_line(integer,text,integer,date,bigint,text,bigint,integer,bigint,integer,bigint,bigint) is 'ledger.post for one line that moves no transfer and corrects nothing; raises what ledger.post_days raises';

CREATE OR REPLACE FUNCTION ledger.post(p_division integer, p_form text, p_year integer, p_effective date, p_document bigint, p_request_key text, p_debit_allotment bigint[], p_debit integer[], p_credit_allotment bigint[], p_credit integer[], p_amount bigint[], p_transfer_division integer[] DEFAULT '{}'::integer[], p_transfer bigint[] DEFAULT '{}'::bigint[], p_transfer_fen bigint[] DEFAULT '{}'::bigint[], p_corrects_batch bigint[] DEFAULT NULL::bigint[], p_corrects_line integer[] DEFAULT NULL::integer[], p_other_division integer DEFAULT NULL::integer, p_other_batch bigint DEFAULT NULL::bigint, p_batch bigint DEFAULT NULL::bigint)
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case
    when cardinality(p_amount) = 1 and cardinality(p_transfer) = 0 and p_corrects_batch[1] is null and p_other_batch is null
        and p_form not in ('correct', 'cut') and p_debit[1] not in (500202, 500203) and p_credit[1] not in (500202, 500203)
        and (select f.interlock from ledger.form f where f.code = p_form) = 'none'
      then ledger.post_line(p_division, p_form, p_year, p_effective, p_document, p_request_key, p_debit_allotment[1], p_debit[1],
        p_credit_allotment[1], p_credit[1], p_amount[1], p_batch)
    else (ledger.post_days(p_division, p_form, p_year, array[p_effective], p_document, array[p_request_key],
      array_fill(1, array[coalesce(cardinality(p_amount), 0)]), p_debit_allotment, p_debit, p_credit_allotment, p_credit, p_amount,
      p_transfer_division, p_transfer, p_transfer_fen, p_corrects_batch, p_corrects_line, p_other_division, p_other_batch, p_batch => array[p_batch]))[1]
  end
$function$;
grant execute on function ledger.post(integer,text,integer,date,bigint,text,bigint[],integer[],bigint[],integer[],bigint[],integer[],bigint[],bigint[],bigint[],integer[],integer,bigint,bigint) to fundwatch_app;
comment on function ledger.post(integer,text,integer,date,bigint,text,bigint[],integer[],bigint[],integer[],bigint[],integer[],bigint[],bigint[],bigint[],integer[],integer,bigint,bigint) is 'ledger.post_days for one day: one form, one batch; raises what that raises';

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

CREATE OR REPLACE FUNCTION ledger.sent_by(p_sender integer, p_allotments bigint[])
 RETURNS TABLE(division integer, id bigint, sender_allotment bigint, sent_fen bigint, taken_fen bigint, across boolean)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform ledger.in_scope(p_sender);
  return query select t.division, t.id, t.sender_allotment, t.sent_fen, t.taken_fen, t.across from ledger.transfer t
    where t.sender = p_sender and t.sender_allotment = any (p_allotments) order by t.division, t.id;
end $function$;
grant execute on function ledger.sent_by(integer,bigint[]) to fundwatch_app;
comment on function ledger.sent_by(integer,bigint[]) is 'the transfers that lines of a division opened, with what was sent and taken';

CREATE OR REPLACE FUNCTION ledger.sub_account_is_free()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (select from ledger.published_account a join ledger.chart_line l on l.chart = a.chart and l.shown_code = a.shown_code || new.code where a.code = new.account)
    or exists (select from ledger.account a join ledger.account b on b.chart = a.chart and b.shown_code = a.shown_code || new.code where a.code = new.account) then
    raise exception 'account %/% is issued above and locked here', new.account, new.code using errcode = 'FW006';
  end if;
  return new;
end $function$;
grant execute on function ledger.sub_account_is_free() to public;

CREATE OR REPLACE FUNCTION ledger.year_end_is_not_corrected()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if exists (select from ledger.batch b where b.division = new.division and b.id = new.batch and b.form in ('close', 'carry', 'take-back')) then
    raise exception 'year-end-not-corrected' using errcode = 'FW004', detail = new.batch;
  end if;
  return new;
end $function$;
grant execute on function ledger.year_end_is_not_corrected() to public;

CREATE OR REPLACE FUNCTION payments.analyze_posted()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET default_statistics_target TO '30'
AS $function$
begin
  analyze payments.payment;
  analyze payments.unposted;
  analyze payments.confirmation;
  analyze ledger.entry;
  analyze ledger.batch;
  analyze ledger.balance;
end $function$;
grant execute on function payments.analyze_posted() to fundwatch_app;
comment on function payments.analyze_posted() is 'gathers statistics of payments and entries; an import that multiplied them calls it when it has ended';

CREATE OR REPLACE FUNCTION payments.analyze_staged()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  analyze payments.staged (import, division, fiscal_year, vouched_on, voucher_type, voucher_no, line_no);
  analyze payments.staged_party;
  analyze payments.staged_elements;
  analyze payments.staged_account;
end $function$;
grant execute on function payments.analyze_staged() to fundwatch_app;
comment on function payments.analyze_staged() is 'gathers statistics of staged payments; an import of more than a few thousand lines calls it before it compares them with what is known';

CREATE OR REPLACE FUNCTION payments.count_waiting()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'on'
AS $function$
declare
  v_sign int := case tg_op when 'INSERT' then 1 else -1 end;
begin
  perform from payments.day_total t where (t.division, t.fiscal_year, t.vouched_on) in (
      select p.division, p.fiscal_year, p.vouched_on from touched u join payments.payment p on p.division = u.division and p.id = u.payment)
    order by t.division, t.fiscal_year, t.vouched_on for no key update;
  update payments.day_total t set waiting = t.waiting + v_sign * s.lines, waiting_fen = t.waiting_fen + v_sign * s.fen
  from (select p.division, p.fiscal_year, p.vouched_on, count(*) as lines, sum(p.amount_fen)::bigint as fen
        from touched u join payments.payment p on p.division = u.division and p.id = u.payment group by 1, 2, 3) s
  where t.division = s.division and t.fiscal_year = s.fiscal_year and t.vouched_on = s.vouched_on;
  return null;
end $function$;
comment on function payments.count_waiting() is 'keeps the waiting payments of each day counted as they begin and end to wait';

CREATE OR REPLACE FUNCTION payments.fit_next(used bigint, amount bigint, room bigint)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN ((used + amount) <= room) THEN (used + amount) ELSE used END;
grant execute on function payments.fit_next(bigint,bigint,bigint) to public;

CREATE OR REPLACE FUNCTION payments.hold_lines()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
declare
  v_missing record;
begin
  select f.division, f.allotment into v_missing
  from (select distinct division, allotment from fresh where allotment is not null) f
  where not exists (select from allotments.allotment a where a.division = f.division and a.id = f.allotment)
  limit 1;
  if found then
    raise exception 'division % has no allotment %', v_missing.division, v_missing.allotment
      using errcode = 'foreign_key_violation', schema = 'payments', table = 'payment', constraint = 'payment_division_allotment_fkey';
  end if;
  return null;
end $function$;
comment on function payments.hold_lines() is 'refuses (23503) payments that name an allotment which is not there: once for each statement, whatever its rows (docs/decisions/0032)';

CREATE OR REPLACE FUNCTION payments.match_differs(agency boolean, project boolean, subject boolean, document boolean)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select nullif(concat_ws(' ', case when not agency then 'agency' end, case when not project then 'project' end,
    case when not subject then 'function-subject' end, case when not document then 'document' end), '')
$function$;
grant execute on function payments.match_differs(boolean,boolean,boolean,boolean) to fundwatch_app;
comment on function payments.match_differs(boolean,boolean,boolean,boolean) is 'the elements in which a line differs from what a payment states; null where it differs in none';

CREATE OR REPLACE FUNCTION payments.match_score(w payments.match_weight, agency boolean, project boolean, subject boolean, document boolean)
 RETURNS smallint
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select (100 * (case when agency then w.agency else 0 end + case when project then w.project else 0 end
      + case when subject then w.function_subject else 0 end + case when document then w.document else 0 end)
    / nullif(case when agency is not null then w.agency else 0 end + case when project is not null then w.project else 0 end
      + case when subject is not null then w.function_subject else 0 end + case when document is not null then w.document else 0 end, 0))::smallint
$function$;
grant execute on function payments.match_score(payments.match_weight,boolean,boolean,boolean,boolean) to fundwatch_app;
comment on function payments.match_score(payments.match_weight,boolean,boolean,boolean,boolean) is 'how well a line agrees with what a payment states, of 100';

CREATE OR REPLACE FUNCTION payments.plain_name(name text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select translate(name, '() 　', '（）')
$function$;
grant execute on function payments.plain_name(text) to fundwatch_app;
grant execute on function payments.plain_name(text) to fundwatch_rules;
comment on function payments.plain_name(text) is 'a name without spaces and with brackets of one width, for comparison';

CREATE OR REPLACE FUNCTION payments.proposed_kind(name text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
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
$function$;
grant execute on function payments.proposed_kind(text) to fundwatch_app;
grant execute on function payments.proposed_kind(text) to fundwatch_rules;
comment on function payments.proposed_kind(text) is 'what kind of account a name speaks for; a person settles it (payments.account_kind)';

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

CREATE OR REPLACE FUNCTION platform.enqueue(p_task text, p_payload json)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
declare
  v_task int;
begin
  -- What graphile_worker.add_job does for a job without a key, but for waking the workers: src/platform/jobs/wake.ts does, after the commit.
  select t.id into v_task from graphile_worker._private_tasks t where t.identifier = p_task;
  if not found then
    insert into graphile_worker._private_tasks (identifier) values (p_task) on conflict do nothing;
    select t.id into v_task from graphile_worker._private_tasks t where t.identifier = p_task;
  end if;
  insert into graphile_worker._private_jobs (task_id, payload, max_attempts) values (v_task, p_payload, 10);
end $function$;
grant execute on function platform.enqueue(text,json) to fundwatch_app;
comment on function platform.enqueue(text,json) is 'the app''s role may add work, and cannot read or change what is queued; the workers are woken after the commit';

CREATE OR REPLACE FUNCTION platform.may(p_permission text)
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN COALESCE((string_to_array(current_setting('fundwatch.permissions'::text, true), ','::text) && ARRAY['*'::text, p_permission]), false);
grant execute on function platform.may(text) to public;

CREATE OR REPLACE FUNCTION platform.narrow_by(fact regclass, seen text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  execute format('create policy narrow on %s as restrictive using (not (select platform.narrowed()) or %s)', fact, seen);
end $function$;
grant execute on function platform.narrow_by(regclass,text) to public;
comment on function platform.narrow_by(regclass,text) is 'every migration that makes a fact which hangs on a line, a payment or a transfer calls it, or platform.narrow; test/narrowing.test.ts finds those that did not';

CREATE OR REPLACE FUNCTION platform.narrowed()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('fundwatch.narrowing'::text, true), ''::text) IS NOT NULL);
grant execute on function platform.narrowed() to public;
comment on function platform.narrowed() is 'whether the transaction stands on posts that cover less than their divisions';

CREATE OR REPLACE FUNCTION platform.narrow(fact regclass, office text, fund text, agency text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  execute format('create policy narrow on %s as restrictive using ((select platform.narrowings()) is null or exists (
    select from unnest((select platform.narrowings())) n join divisions.scope_division s on s.scope = n.scope and s.division = %1$s.division
    where (n.office is null or n.office = %s) and (n.fund is null or n.fund = %s) and (n.agency is null or n.agency = %s)))', fact, office, fund, agency);
end $function$;
grant execute on function platform.narrow(regclass,text,text,text) to public;
comment on function platform.narrow(regclass,text,text,text) is 'office, fund and agency are expressions over the row; null::int where the fact knows none, so that who is held to one sees no such row';

CREATE OR REPLACE FUNCTION platform.narrowings()
 RETURNS platform.narrowing[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN CASE WHEN (NULLIF(current_setting('fundwatch.narrowing'::text, true), ''::text) IS NOT NULL) THEN COALESCE((SELECT array_agg(ROW(n.scope, n.office, n.fund, n.agency)::platform.narrowing) AS array_agg FROM jsonb_to_recordset((current_setting('fundwatch.narrowing'::text, true))::jsonb) n(scope integer, office integer, fund integer, agency integer)), '{}'::platform.narrowing[]) ELSE NULL::platform.narrowing[] END;
grant execute on function platform.narrowings() to public;
comment on function platform.narrowings() is 'what the transaction''s posts cover, where all of them together cover less than their divisions; null: whole divisions';

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
