-- Facts that came after the narrowing of posts are held to it too; what leaves may be an archive; least terms of the audit stand in the database.

create function platform.narrowed() returns boolean language sql stable parallel safe
  return nullif(current_setting('fundwatch.narrowing', true), '') is not null;
comment on function platform.narrowed is 'whether the transaction stands on posts that cover less than their divisions';

-- Holds a fact to another that is narrowed itself: who sees that one sees this. `seen` is a condition over the row.
create function platform.narrow_by(fact regclass, seen text) returns void language plpgsql as $$
begin
  execute format('create policy narrow on %s as restrictive using (not (select platform.narrowed()) or %s)', fact, seen);
end $$;
comment on function platform.narrow_by is 'every migration that makes a fact which hangs on a line, a payment or a transfer calls it, or platform.narrow; test/narrowing.test.ts finds those that did not';

-- What hangs on a line or on a transfer.
select platform.narrow_by('allotments.hand_over', 'exists (select from ledger.batch b where b.division = hand_over.division and b.id = hand_over.batch)');
select platform.narrow_by('allotments.recall_part', '(exists (select from allotments.allotment a where a.division = recall_part.division and a.id = recall_part.line)
  or exists (select from ledger.transfer t where t.division = recall_part.transfer_division and t.id = recall_part.transfer))');
select platform.narrow_by('allotments.recall', '(actor = platform.actor() or exists (select from allotments.recall_part p where p.division = recall.division and p.recall = recall.id))');
select platform.narrow_by('allotments.recoverable', '(exists (select from allotments.recall_part p where p.division = recoverable.division and p.recall = recoverable.recall)
  or exists (select from ledger.transfer t where t.division = recoverable.transfer_division and t.id = recoverable.transfer))');
select platform.narrow_by('allotments.recovered', '(actor = platform.actor() or exists (select from allotments.recoverable r where r.division = recovered.division and r.id = recovered.recoverable))');
select platform.narrow_by('ledger.corrected', 'exists (select from ledger.entry e where e.division = corrected.division and e.batch = corrected.batch and e.line = corrected.line)');
select platform.narrow_by('ledger.sent_lowered', '(actor = platform.actor() or exists (select from ledger.transfer t where t.division = sent_lowered.division and t.id = sent_lowered.transfer))');

-- What hangs on a payment.
select platform.narrow_by(format('payments.%I', fact)::regclass,
    format('exists (select from payments.payment p where p.division = %1$I.division and p.id = %1$I.payment)', fact))
  from unnest(array['confirmation', 'in_transit', 'decision_part', 'standing_decision', 'part', 'stated_original', 'undoing']) fact;
select platform.narrow_by('payments.decision', '(actor = platform.actor() or exists (select from payments.decision_part x where x.division = decision.division and x.decision = decision.id))');
select platform.narrow_by('payments.habit', 'exists (select from allotments.allotment a where a.division = habit.division and a.id = habit.allotment)');
select platform.narrow_by('payments.tie', '(exists (select from payments.payment p where p.division = tie.division and p.id in (tie.payment, tie.original))
  or exists (select from payments.adjustment x where x.division = tie.division and x.message = tie.message))');

-- The treasury's other messages name an agency by its code, and no office; totals of days belong to the whole division.
select platform.narrow(format('payments.%I', fact)::regclass, 'null::int', 'null::int',
    format('(select g.id from divisions.agency g where g.division = %1$I.division and g.code = %1$I.agency_code)', fact))
  from unnest(array['adjustment', 'quota', 'control_total']) fact;
select platform.narrow_by('payments.adjustment_waiting', 'exists (select from payments.adjustment x where x.division = adjustment_waiting.division and x.message = adjustment_waiting.message)');
select platform.narrow_by('payments.day_total', 'false');

-- People paid: a list is seen by whoever sees its payment, or has just brought it.
select platform.narrow_by('beneficiaries.list_payment', 'exists (select from payments.payment p where p.division = list_payment.division and p.id = list_payment.payment)');
select platform.narrow_by('beneficiaries.list', '(exists (select from beneficiaries.list_payment x where x.division = list.division and x.list = list.id)
  or exists (select from platform.import i where i.division = list.division and i.id = list.import and i.actor = platform.actor()))');
grant select (division, id, actor) on platform.import to fundwatch_rules;
select platform.narrow_by('beneficiaries.disbursement', 'exists (select from beneficiaries.list l where l.division = disbursement.division and l.id = disbursement.list)');
select platform.narrow_by('beneficiaries.bank_result', 'exists (select from beneficiaries.disbursement d where d.division = bank_result.division and d.id = bank_result.disbursement)');

-- What was frozen was frozen as its asker saw it: a narrower post gets its own back, and nobody else's.
select platform.narrow_by('releases.release', 'asked_by = platform.actor()');
select platform.narrow_by('releases.snapshot', 'exists (select from releases.release r where r.division = snapshot.division and r.id = snapshot.release)');

-- The least terms of the audit stand in the table's own check; who may change a term is asked here too, past the routes.
alter table audit.retention enable row level security;
create policy seen on audit.retention for select using (true);
create policy changed_by_who_may on audit.retention for update using (platform.may('security.configure'));

-- What leaves may be an archive (稽核包).
alter table releases.release drop constraint release_format_check, add constraint release_format_check check (format in ('csv', 'xlsx', 'zip'));
