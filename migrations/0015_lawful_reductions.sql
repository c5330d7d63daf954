-- Lawful changes in the year: 追加, 追减, 收回 and 调剂 are forms of their own, in black, with a document and a day; red letters stay for errors.

insert into ledger.form (code, name, english, interlock) values
  ('add',      '追加',           'add',      'none'),
  ('cut',      '追减',           'cut',      'none'),
  ('withdraw', '收回（单位）',   'withdraw', 'none'),
  ('virement', '调剂',           'virement', 'none');

-- A reduction runs the accounts of the form that it takes back, reversed, with a positive amount. What was already assigned or planned
-- goes back through the same batch first, so that each step of it can be read.
insert into ledger.order_line (form, first_year, step, last_year, debit, credit) values
  ('add',      2015, 1, null, 1001,   4001),
  ('cut',      2015, 1, null, 4001,   1001),
  ('cut',      2015, 2, null, 1001,   5001),
  ('withdraw', 2015, 1, null, 5001,   500201),
  ('withdraw', 2015, 2, null, 500201, 5101),
  ('virement', 2015, 1, null, 5001,   500201),
  ('virement', 2015, 2, null, 500201, 5101),
  ('virement', 2015, 3, null, 500201, 5001);

alter table allotments.allotment
  add column budget_origin smallint not null default 1 constraint allotment_budget_origin check (budget_origin in (1, 2, 3));
comment on column allotments.allotment.budget_origin is 'how the line came into the budget: 1 the initial budget, 2 an adjustment in the year (追加), 3 a virement (调剂)';

create or replace view allotments.published_line with (security_invoker) as
  select a.division, a.id, a.fiscal_year, a.form, a.document, a.fund, a.amount_fen, a.source, a.transfer, a.carried_from, a.path, a.bundle,
    a.source_type, a.source_level, a.superior_number, a.direct, a.advance, a.fund_nature, a.function_subject, a.economic_subject,
    a.department_subject, a.transfer_subject, a.poverty, a.monitored_fen, a.office, a.agency, a.project, a.below_project_code, a.to_division,
    a.note, a.external_id, a.back_entered,
    d.number as document_number, d.number_form as document_form, d.title as document_title, d.dated as document_dated, d.scan as document_scan,
    d.recorded_at,
    b.total_fen, b.to_refine_fen, b.own_fen, b.passed_fen, b.plan_fen, b.transit_fen, b.paid_fen, b.revenue_fen, a.budget_origin
  from allotments.allotment a
  join ledger.document d on d.division = a.division and d.id = a.document
  left join lateral (
    select coalesce(sum(debit_fen - credit_fen) filter (where account = 1001), 0)::bigint as total_fen,
      coalesce(sum(debit_fen - credit_fen) filter (where account = 5001), 0)::bigint as to_refine_fen,
      coalesce(sum(debit_fen - credit_fen) filter (where account = 500201), 0)::bigint as own_fen,
      coalesce(sum(debit_fen - credit_fen) filter (where account = 500202), 0)::bigint as passed_fen,
      coalesce(sum(debit_fen - credit_fen) filter (where account = 5101), 0)::bigint as plan_fen,
      coalesce(sum(debit_fen - credit_fen) filter (where account = 5102), 0)::bigint as transit_fen,
      coalesce(sum(debit_fen - credit_fen) filter (where account = 5201), 0)::bigint as paid_fen,
      coalesce(sum(credit_fen - debit_fen) filter (where account = 4001), 0)::bigint as revenue_fen
    from ledger.balance b where b.division = a.division and b.allotment = a.id
  ) b on true;
