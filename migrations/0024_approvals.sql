-- Chains of approval as data, submissions that wait for signatures, delegation (代岗) and handover (交接).
create schema approvals;

create table approvals.chain (
  division    int       not null references divisions.division,
  id          bigint    generated always as identity,
  form        text      not null check (form ~ '^[a-z]+[a-z.-]*$'),
  from_fen    bigint    not null default 0 check (from_fen >= 0),
  valid       daterange not null check (not isempty(valid) and lower(valid) is not null),
  reason      text      not null check (reason <> ''),
  actor       bigint    not null default platform.actor(),
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, id),
  constraint one_chain_for_an_amount_at_a_time exclude using gist (form with =, from_fen with =, valid with &&, division with =)
);
comment on table approvals.chain is 'who signs a form (审批链) in a division, from an amount on (fen) and between two days; a form without one in force needs no signature';
select platform.enclose('approvals.chain');

create table approvals.chain_step (
  division int      not null,
  chain    bigint   not null,
  step     smallint not null check (step between 1 and 9),
  title    text     not null check (title <> ''),
  posts    text[]   not null check (cardinality(posts) > 0),
  primary key (division, chain, step),
  foreign key (division, chain) references approvals.chain
);
comment on table approvals.chain_step is 'one signature of a chain: its title as the office says it (股长, 分管局长), and the posts whose holders may give it';
select platform.enclose('approvals.chain_step');

create table approvals.submission (
  division    int         not null references divisions.division,
  id          bigint      generated always as identity,
  form        text        not null,
  route       text        not null,
  path        text        not null,
  content     text        not null,
  digest      bytea       not null,
  file        uuid,
  file_name   text,
  amount_fen  bigint,
  chain       bigint      not null,
  maker       bigint      not null references identity.account,
  maker_for   bigint      not null references identity.account,
  office      int,
  fund        int,
  agency      int,
  request_key text        not null,
  state       text        not null default 'waiting' check (state in ('waiting', 'returned', 'withdrawn', 'carried-out')),
  round       int         not null default 1 check (round > 0),
  step        smallint    not null default 1 check (step > 0),
  look        jsonb       not null default '{}',
  faults      jsonb       not null default '[]',
  answer      jsonb,
  batch       bigint,
  document    bigint,
  made_on     date        not null default platform.today(),
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, id),
  constraint submission_once unique (request_key, division),
  constraint submission_hands unique (division, id, maker, maker_for),
  foreign key (division, chain) references approvals.chain,
  foreign key (division, batch) references ledger.batch
);
comment on table approvals.submission is 'a request that waits for its signatures (送审): route and content (JSON) exactly as they came, digest SM3 over both and the file; maker_for: whom the maker stood in for, else the maker; round: how often it was handed in; look: what it would have done when handed in';
create index submission_maker on approvals.submission (maker, division) where state in ('waiting', 'returned');
create index submission_document on approvals.submission (document, division) where document is not null;
select platform.enclose('approvals.submission');
create policy narrow on approvals.submission as restrictive using ((select platform.narrowings()) is null or maker = platform.actor() or exists (
  select from unnest((select platform.narrowings())) n join divisions.scope_division s on s.scope = n.scope and s.division = submission.division
  where (n.office is null or n.office = submission.office) and (n.fund is null or n.fund = submission.fund) and (n.agency is null or n.agency = submission.agency)));

create table approvals.signature (
  division    int         not null,
  submission  bigint      not null,
  round       int         not null,
  step        smallint    not null,
  maker       bigint      not null,
  maker_for   bigint      not null,
  signer      bigint      not null references identity.account,
  signs_for   bigint      not null references identity.account,
  agreed      boolean     not null,
  opinion     text        not null,
  digest      bytea       not null,
  signed_on   date        not null default platform.today(),
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, submission, round, step),
  foreign key (division, submission, maker, maker_for) references approvals.submission (division, id, maker, maker_for) on update cascade,
  constraint maker_and_checker_differ check (signer <> maker and signer <> maker_for and signs_for <> maker and signs_for <> maker_for),
  constraint one_signature_a_person unique (division, submission, round, signer),
  constraint one_signature_for_a_person unique (division, submission, round, signs_for)
);
comment on table approvals.signature is 'append-only: who signed which step of a submission in which round, over which digest; signs_for: whom the signer stood in for, else the signer. maker and maker_for follow the submission, so that maker and checker differ whoever writes';
select platform.enclose('approvals.signature');
create policy narrow on approvals.signature as restrictive using ((select platform.narrowings()) is null or exists (
  select from approvals.submission s where s.division = signature.division and s.id = signature.submission));

create table approvals.event (
  division    int         not null,
  submission  bigint      not null,
  no          int         not null,
  kind        text        not null check (kind in ('submitted', 'signed', 'returned', 'refused', 'mended', 'withdrawn', 'carried-out', 'handed-over')),
  actor       bigint      not null default platform.actor(),
  stands_for  bigint,
  digest      bytea,
  note        text,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, submission, no),
  foreign key (division, submission) references approvals.submission
);
comment on table approvals.event is 'append-only: what happened to a submission, by whom, for whom';
select platform.enclose('approvals.event');
create policy narrow on approvals.event as restrictive using ((select platform.narrowings()) is null or exists (
  select from approvals.submission s where s.division = event.division and s.id = event.submission));

-- The last wall: nothing is carried out, nor moves, without all signatures of its round over its very content.
create function approvals.all_have_signed() returns trigger language plpgsql as $$
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
end $$;
create trigger all_have_signed before update on approvals.submission for each row execute function approvals.all_have_signed();

create table approvals.delegation (
  division    int       not null,
  id          bigint    generated always as identity,
  holding     bigint    not null references identity.holding,
  holder      bigint    not null references identity.account,
  delegate    bigint    not null references identity.account,
  valid       daterange not null check (not isempty(valid) and lower(valid) is not null and upper(valid) is not null),
  reason      text      not null check (reason <> ''),
  arranged_by bigint    not null default platform.actor(),
  ended_at    timestamptz,
  ended_by    bigint,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, id),
  constraint nobody_stands_in_for_oneself check (holder <> delegate),
  constraint one_delegate_at_a_time exclude using gist (holding with =, valid with &&, division with =) where (ended_at is null)
);
comment on table approvals.delegation is 'a post stood in for (代岗) between two days; it ends by itself, with the holding, or when ended; the delegate acts under their own name for the holder';
select platform.enclose('approvals.delegation');

-- What a person stands on today: own posts, and those stood in for. Whoever stands in has a post of business of their own: so no administrator.
create view approvals.published_standing with (security_invoker) as
  select h.id, h.account, h.division, h.post, h.office, h.fund, h.agency, h.valid, null::bigint as stands_for
  from identity.holding h where h.ended_at is null and h.valid @> platform.today()
  union all
  select h.id, d.delegate, h.division, h.post, h.office, h.fund, h.agency, d.valid * h.valid, h.account
  from approvals.delegation d join identity.holding h on h.id = d.holding join identity.account a on a.id = h.account
  where d.ended_at is null and d.valid @> platform.today() and h.ended_at is null and h.valid @> platform.today() and h.kind = 'business' and a.closed_at is null
    and exists (select from identity.holding own where own.account = d.delegate and own.ended_at is null and own.valid @> platform.today() and own.kind = 'business');

create table approvals.handover (
  division    int         not null,
  id          bigint      generated always as identity,
  giver       bigint      not null references identity.account,
  taker       bigint      not null references identity.account,
  witness     bigint      not null references identity.account,
  holdings    bigint[]    not null check (cardinality(holdings) > 0),
  reason      text        not null check (reason <> ''),
  items       jsonb       not null,
  digest      bytea       not null,
  state       text        not null default 'open' check (state in ('open', 'done', 'dropped')),
  request_key text        not null,
  actor       bigint      not null default platform.actor(),
  made_on     date        not null default platform.today(),
  done_on     date,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, id),
  constraint handover_once unique (request_key, division),
  constraint three_different_people check (giver <> taker and giver <> witness and taker <> witness)
);
comment on table approvals.handover is 'a handover of posts (交接): the list of open items as it was made, digest SM3 over it; posts move at the last of three signatures';
select platform.enclose('approvals.handover');

create table approvals.handover_signature (
  division    int         not null,
  handover    bigint      not null,
  role        text        not null check (role in ('giver', 'taker', 'witness')),
  signer      bigint      not null references identity.account,
  digest      bytea       not null,
  signed_on   date        not null default platform.today(),
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (division, handover, role),
  foreign key (division, handover) references approvals.handover,
  constraint one_role_a_person unique (division, handover, signer)
);
comment on table approvals.handover_signature is 'append-only: giver, taker and witness (监交人) of a handover, each over the list''s digest';
select platform.enclose('approvals.handover_signature');

create function approvals.handover_in_order() returns trigger language plpgsql as $$
begin
  if old.state <> 'open' or (new.giver, new.taker, new.witness, new.holdings, new.items, new.digest) is distinct from (old.giver, old.taker, old.witness, old.holdings, old.items, old.digest) then
    raise exception 'a_handover_stays_as_signed' using errcode = 'check_violation';
  end if;
  if new.state = 'done' and (select count(*) from approvals.handover_signature s where s.division = new.division and s.handover = new.id and s.digest = new.digest
      and s.signer = case s.role when 'giver' then new.giver when 'taker' then new.taker else new.witness end) < 3 then
    raise exception 'handed_over_when_all_three_have_signed' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger handover_in_order before update on approvals.handover for each row execute function approvals.handover_in_order();

-- Who made and who signed what was posted: the history of a document and its batches.
create view approvals.published_signed with (security_invoker) as
  select s.division, s.id as submission, s.batch, s.document, s.form, m.name as maker, g.step, c.title, a.name as signer, f.name as signs_for, g.opinion, g.signed_on
  from approvals.submission s
  join identity.account m on m.id = s.maker
  join approvals.signature g on g.division = s.division and g.submission = s.id and g.round = s.round and g.agreed
  join approvals.chain_step c on c.division = s.division and c.chain = s.chain and c.step = g.step
  join identity.account a on a.id = g.signer
  left join identity.account f on f.id = g.signs_for and g.signs_for <> g.signer
  where s.state = 'carried-out';

grant usage on schema approvals to fundwatch_app;
grant usage on all sequences in schema approvals to fundwatch_app;
grant select, insert on all tables in schema approvals to fundwatch_app;
revoke insert on approvals.published_standing, approvals.published_signed from fundwatch_app;
grant update (valid) on approvals.chain to fundwatch_app;
-- A version that had not begun when the next took its place never was in force.
grant delete on approvals.chain, approvals.chain_step to fundwatch_app;
grant update (path, content, digest, file, file_name, amount_fen, chain, maker, maker_for, office, fund, agency, request_key, state, round, step, look, faults, answer, batch, document)
  on approvals.submission to fundwatch_app;
grant update (ended_at, ended_by) on approvals.delegation to fundwatch_app;
grant update (state, done_on) on approvals.handover to fundwatch_app;
