-- when
-- Few branches: with thirty of them the search costs twenty times as much.
s.amount_fen > 0 and (
  coalesce(s.purpose, '') ~ '[接招]待|宴请|烟酒|礼品|公款吃|出[国境]|(?:旅游|观光|加班|福利|话)费|公务用车|购车|车辆(?:购置|运行)|手机|工资|奖金|津贴|年终|办公楼|楼堂馆所|培训中心建设|职工宿舍|还[贷款]|偿还|债务|弥补'
    and coalesce(s.purpose, '') !~ '农民工工资|民工工资|公益性岗位|公益岗'
  or array[left(s.economic_subject, 3), left(s.economic_subject, 5)] && :subjects)
-- level
'yellow'
-- amount
s.amount_fen
-- evidence
jsonb_build_object('voucher', s.voucher_no, 'day', s.day, 'amount_fen', s.amount_fen::text, 'purpose', left(coalesce(s.purpose, ''), 80),
  'subject', s.economic_subject, 'kind', case
    when s.purpose ~ '农民工工资|民工工资|公益性岗位|公益岗' then 'subject'
    when s.purpose ~ '接待|宴请|招待|烟酒|礼品|公款吃' then 'reception'
    when s.purpose ~ '出国|出境|旅游费|观光费' then 'travel'
    when s.purpose ~ '公务用车|购车|车辆购置|车辆运行|手机|话费' then 'vehicle'
    when s.purpose ~ '工资|奖金|津贴|加班费|福利费|年终' then 'wages'
    when s.purpose ~ '办公楼|楼堂馆所|培训中心建设|职工宿舍' then 'building'
    when s.purpose ~ '还贷|偿还|还款|债务|弥补' then 'debt'
    else 'subject' end)
