-- when
s.number_form = 'invalid'
or s.number !~ '^[^〔〕]+〔[0-9]{4}〕[0-9]+号$'
-- A line keeps the superior's number beside its own, from the receipt on: the two are never the same.
or s.number = any (s.superior_numbers) or s.arrived_under_this_number
  or s.division_level <> 'central' and s.number ~ '^财'
  or s.number ~ '^[^财〔]{1,4}[农牧畜渔水林草卫医教民交建环文旅体扶贫残科商审税公安土][^财〔]*〔'
  or s.number ~ '^[农牧畜渔水林草卫医教民交建环文旅体扶贫残科商审税][^财〔]*〔'
-- level
case when s.number_form = 'invalid' or s.number !~ '^[^〔〕]+〔[0-9]{4}〕[0-9]+号$' then :malformed_level else :borrowed_level end
-- amount
s.amount_fen
-- evidence
jsonb_build_object('number', s.number, 'lines', s.lines, 'amount_fen', s.amount_fen::text, 'kind', case
  when s.number ~ '^[[:space:]]*$' then 'missing'
  when s.number ~ '^[0-9[:punct:] 第号—－．／]+$' then 'digits'
  when s.number_form = 'invalid' and s.number ~ '关于|通知|请示|报告|批复|纪要|会议|申请|函$|追加|安排|资金' then 'title'
  when s.number_form = 'invalid' or s.number !~ '^[^〔〕]+〔[0-9]{4}〕[0-9]+号$' then 'malformed'
  when s.number = any (s.superior_numbers) or s.arrived_under_this_number or s.number ~ '^财' then 'superior'
  else 'department' end)
