-- when
s.name_verdict <> 'ok'
-- level
case when s.name_verdict in ('missing', 'digits') then :nameless_level else :unrefined_level end
-- amount
s.arranged_fen
-- evidence
jsonb_build_object('code', s.code, 'name', s.name, 'kind', s.name_verdict, 'arranged_fen', s.arranged_fen::text)
