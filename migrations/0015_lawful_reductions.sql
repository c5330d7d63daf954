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
