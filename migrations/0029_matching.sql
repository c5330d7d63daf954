-- Which line a payment belongs to: by score, by a person's decision, by a habit that a person set; each can be taken back.

create table payments.match_weight (
  first_year       smallint primary key,
  agency           smallint not null check (agency >= 0),
  project          smallint not null check (project >= 0),
  function_subject smallint not null check (function_subject >= 0),
  document         smallint not null check (document >= 0),
  threshold        smallint not null check (threshold between 1 and 100),
  least            smallint not null check (least > 0)
);
comment on table payments.match_weight is 'reference: from a fiscal year on, what each element weighs when a payment looks for its line; threshold is the score of 100 from which the only best line is taken, least how much of the weights a payment must state';
insert into payments.match_weight values (1994, 30, 30, 15, 25, 85, 45);
grant select on payments.match_weight to fundwatch_app, fundwatch_rules;

-- Of each element: true where payment and line agree, false where they differ, null where the payment does not state it.
create function payments.match_score(w payments.match_weight, agency boolean, project boolean, subject boolean, document boolean) returns smallint
  language sql immutable as $$
  select (100 * (case when agency then w.agency else 0 end + case when project then w.project else 0 end
      + case when subject then w.function_subject else 0 end + case when document then w.document else 0 end)
    / nullif(case when agency is not null then w.agency else 0 end + case when project is not null then w.project else 0 end
      + case when subject is not null then w.function_subject else 0 end + case when document is not null then w.document else 0 end, 0))::smallint
$$;
comment on function payments.match_score is 'how well a line agrees with what a payment states, of 100';
create function payments.match_differs(agency boolean, project boolean, subject boolean, document boolean) returns text language sql immutable as $$
  select nullif(concat_ws(' ', case when not agency then 'agency' end, case when not project then 'project' end,
    case when not subject then 'function-subject' end, case when not document then 'document' end), '')
$$;
comment on function payments.match_differs is 'the elements in which a line differs from what a payment states; null where it differs in none';
revoke execute on function payments.match_score, payments.match_differs from public;
grant execute on function payments.match_score, payments.match_differs to fundwatch_app;

alter table payments.payment drop constraint payment_match_check,
  add constraint payment_match_check check (match in ('by-id', 'by-elements', 'by-original', 'by-person', 'by-habit', 'ambiguous', 'none')),
  add column match_score smallint, add column match_differs text;
comment on column payments.payment.match_score is 'how well the line agrees, of 100; only of a match by elements';
comment on column payments.payment.match_differs is 'the elements in which the line differs all the same, the reason for less than 100';
comment on column payments.payment.allotment is 'the line that the payment was matched to, the largest of them where it was split (payments.part); null while it matches none';
grant update (match_score, match_differs) on payments.payment to fundwatch_app;
alter table payments.staged_elements add column match_score smallint, add column match_differs text;

create table payments.decision (
  division    int         not null,
  id          bigint      generated always as identity,
  request_key text        not null,
  reason      text        not null check (btrim(reason) <> ''),
  actor       bigint      not null default platform.actor(),
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, id),
  constraint decision_once unique (request_key, division)
);
comment on table payments.decision is 'a person decided to which lines payments belong, and why';

create table payments.decision_part (
  division   int    not null,
  decision   bigint not null,
  payment    bigint not null,
  allotment  bigint not null,
  amount_fen bigint not null check (amount_fen > 0),
  primary key (division, decision, payment, allotment),
  foreign key (division, decision) references payments.decision,
  foreign key (division, payment) references payments.payment,
  foreign key (division, allotment) references allotments.allotment
);
comment on table payments.decision_part is 'what was decided: how much of a payment, in fen and without its sign, belongs to a line; kept when the decision is taken back';
create index decision_part_payment on payments.decision_part (payment);

create table payments.standing_decision (
  division int    not null,
  payment  bigint not null,
  decision bigint not null,
  primary key (division, payment),
  foreign key (division, payment) references payments.payment,
  foreign key (division, decision) references payments.decision
);
comment on table payments.standing_decision is 'the one decision that stands for a payment; the row goes when it is taken back';

create table payments.part (
  division   int    not null,
  payment    bigint not null,
  allotment  bigint not null,
  amount_fen bigint not null check (amount_fen > 0),
  primary key (division, payment, allotment),
  foreign key (division, payment) references payments.standing_decision,
  foreign key (division, allotment) references allotments.allotment
);
comment on table payments.part is 'a payment over several lines: how much belongs to each, in fen and without its sign; goes with the decision';
create index part_allotment on payments.part (allotment);

create table payments.undoing (
  division    int         not null,
  id          bigint      generated always as identity,
  payment     bigint      not null,
  decision    bigint,
  request_key text        not null,
  was         text        not null,
  batch       bigint,
  reason      text        not null check (btrim(reason) <> ''),
  actor       bigint      not null default platform.actor(),
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, id),
  constraint undoing_once unique (request_key, division),
  foreign key (division, payment) references payments.payment,
  foreign key (division, decision) references payments.decision,
  foreign key (division, batch) references ledger.batch
);
comment on table payments.undoing is 'a match was taken back, and by which red-letter batch; was is how it had been matched; from then on only a person matches the payment';
create index undoing_payment on payments.undoing (payment);

create table payments.habit (
  division         int         not null,
  id               bigint      generated always as identity,
  decision         bigint      not null,
  fiscal_year      smallint    not null,
  agency_code      text        not null,
  project_code     text        not null,
  function_subject text        not null,
  document_number  text        not null,
  allotment        bigint      not null,
  ended_at         timestamptz,
  ended_by         bigint,
  ended_why        text,
  primary key (division, id),
  foreign key (division, decision) references payments.decision,
  foreign key (division, allotment) references allotments.allotment,
  constraint habit_ends_whole check (num_nonnulls(ended_at, ended_by, ended_why) in (0, 3))
);
comment on table payments.habit is 'a rule of thumb that a person set: payments that state just these elements (empty: not stated) belong to this line, until it is ended';
create unique index habit_once on payments.habit (document_number, project_code, agency_code, function_subject, fiscal_year, division) where ended_at is null;

select platform.enclose(fact) from unnest(array['payments.decision', 'payments.decision_part', 'payments.standing_decision', 'payments.part',
  'payments.undoing', 'payments.habit']::regclass[]) fact;
grant select, insert on payments.decision, payments.decision_part, payments.undoing to fundwatch_app;
grant select, insert, delete on payments.standing_decision, payments.part to fundwatch_app;
grant select, insert, update (ended_at, ended_by, ended_why) on payments.habit to fundwatch_app;
grant select on payments.decision, payments.decision_part, payments.standing_decision, payments.part, payments.undoing, payments.habit to fundwatch_rules;
