-- Two walls: what the app's roles may do at all, and which divisions a transaction may see.

-- Encloses a fact table: only rows of divisions in the transaction's scope are seen or written.
create function platform.enclose(fact regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', fact);
  execute format('create policy in_scope on %s using (division in (select s.division from divisions.scope_division s where s.scope = platform.scope()))', fact);
end $$;
comment on function platform.enclose is 'every migration that makes a fact table calls it; test/schema.test.ts finds those that did not';

select platform.enclose(fact) from unnest(array[
  'platform.import', 'platform.file', 'divisions.agency', 'divisions.office', 'funds.fund_office', 'projects.project',
  'ledger.book', 'ledger.document', 'ledger.transfer', 'ledger.batch', 'ledger.entry', 'ledger.corrected', 'ledger.balance', 'ledger.unsealed',
  'ledger.seal', 'ledger.seal_batch', 'allotments.allotment', 'payments.bank_account', 'payments.holder', 'payments.payment',
  'payments.unposted', 'rules.setting', 'rules.run', 'rules.suspension', 'warnings.warning', 'warnings.event']::regclass[]) fact;

-- Whoever acts is written down, wherever they act, even before they have signed in; only reading is held to the scope.
alter table audit.entry enable row level security;
create policy written on audit.entry for insert with check (true);
create policy in_scope on audit.entry for select using (division in (select s.division from divisions.scope_division s where s.scope = platform.scope()));

-- fundwatch_app and fundwatch_rules are made by whoever sets up the server (the supervisor, or `migrate` when it may).
grant usage on schema platform, audit, identity, divisions, funds, projects, ledger, allotments, payments, rules, warnings to fundwatch_app;
grant select on all tables in schema platform, audit, identity, divisions, funds, projects, ledger, allotments, payments, rules, warnings to fundwatch_app;
grant usage on all sequences in schema platform, audit, identity, divisions, funds, projects, ledger, allotments, payments, rules, warnings to fundwatch_app;

-- Append-only by grant: books, audit and warning history can be added to, never changed.
grant insert on audit.entry, allotments.allotment, payments.bank_account, payments.holder, payments.payment, warnings.event, ledger.document to fundwatch_app;
grant update (allotment, project, fund, match) on payments.payment to fundwatch_app;
grant update (scan) on ledger.document to fundwatch_app;
grant insert, update on platform.import, identity.account, identity.session, divisions.division, divisions.version, divisions.agency, divisions.office,
  funds.catalogue, funds.fund, funds.subject, projects.project, rules.setting, rules.run, rules.suspension, warnings.warning to fundwatch_app;
grant insert on platform.file to fundwatch_app;
grant insert, delete on identity.holding, funds.permitted_subject, funds.fund_office, payments.unposted, payments.staged, payments.staged_party, payments.staged_elements, payments.staged_account, warnings.finding,
  rules.suspension, identity.session to fundwatch_app;
grant update on payments.unposted, payments.staged, payments.staged_party, payments.staged_elements to fundwatch_app;
revoke execute on function ledger.post, ledger.post_days, ledger.open_transfers, ledger.seal, divisions.rebuild_scopes from public;
grant execute on function allotments.standing, allotments.made_of, ledger.post, ledger.post_days, ledger.open_transfers, ledger.seal, divisions.rebuild_scopes to fundwatch_app;

-- Rules read published views and nothing else. Views are security_invoker, so the role needs the tables below them too; it can write none.
grant usage on schema platform, divisions, funds, projects, ledger, allotments, payments to fundwatch_rules;
grant select on all tables in schema divisions, funds, projects, ledger, allotments, payments to fundwatch_rules;
revoke select on payments.bank_account, payments.staged, payments.staged_party, payments.staged_elements, payments.staged_account from fundwatch_rules;
grant select (division, id, masked) on payments.bank_account to fundwatch_rules;
