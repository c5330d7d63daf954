-- A file that nobody signs for, from the drop folder or a command, must know where a chain of approval holds its form.
create view approvals.published_held_form with (security_invoker) as
  select division, form, id as chain from approvals.chain where valid @> platform.today();
comment on view approvals.published_held_form is 'forms that a chain of approval holds today, by division';
grant select on approvals.published_held_form to fundwatch_app, fundwatch_rules;
