-- when
s.allotment is null or s.match in ('none', 'ambiguous') or s.unposted_reason in ('no-allotment', 'ambiguous')
-- level
'yellow'
-- amount
s.amount_fen
-- evidence
jsonb_build_object('voucher', s.voucher_no, 'vouched', s.vouched_on, 'amount_fen', s.amount_fen::text, 'match', s.match,
  'reference', coalesce(s.allotment_ref, s.document_number))
