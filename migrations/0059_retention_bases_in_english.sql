-- What a term of retention rests on, for readers of English too.

alter table audit.retention add column basis_english text;
update audit.retention set basis_english = case kind
  when 'network' then 'Cybersecurity Law art. 21: network logs are kept for six months at least'
  when 'operation' then 'Classified protection, level three: audit records are kept for six months at least; five years by our own rule'
  when 'personal' then 'Personal Information Protection Law art. 56: records of processing are kept for three years at least'
  when 'authority' then 'Rules on accounting archives: other accounting papers are kept for ten years at least'
  when 'book' then 'Rules on accounting archives: books and vouchers for thirty years, yearly reports for ever; this system removes none'
  else basis end;
alter table audit.retention alter column basis_english set not null;
