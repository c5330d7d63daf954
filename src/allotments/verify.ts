import { sqlCheck, type VerifyCheck } from '../platform/verify.ts'

/** Lineage, trees and the interlock, recomputed from entries and lines. */
export const allotmentChecks: readonly VerifyCheck[] = [
  sqlCheck(
    'trees',
    '收支平衡',
    'every tree balances',
    `select count(*) from allotments.allotment where form in ('register', 'add', 'receive', 'receive-across', 'take-over', 'carry', 'recover')`,
    `select concat('tree ', t.division, '/', t.root) as place, t.came as expected, t.stands as found from (
       select a.division, r.id as root,
         sum(case when b.side = 'C' then b.credit_fen - b.debit_fen else 0 end) as came,
         sum(case when b.side = 'D' then b.debit_fen - b.credit_fen else 0 end) as stands
       from ledger.balance b join allotments.allotment a on a.division = b.division and a.id = b.allotment
       cross join unnest(a.path) p join allotments.allotment r on r.division = a.division and r.id = p and r.source is null and r.fiscal_year = a.fiscal_year group by 1, 2) t
     where t.came <> t.stands`,
  ),
  sqlCheck(
    'interlock',
    '上下级咬合',
    'interlock: sent = taken below + in transit',
    'select count(*) from ledger.transfer',
    `select concat('transfer ', t.division, '/', t.id) as place, concat('sent ', case when t.sender is null then t.stated_fen - coalesce(o.fen, 0) - coalesce(n.fen, 0) else coalesce(s.sent, 0) end, ', taken ', coalesce(r.taken, 0)) as expected,
       concat('sent ', t.sent_fen, ', taken ', t.taken_fen) as found
     from ledger.transfer t
     -- What the sender's entries say, less what it called back; of a sender outside, what its document stated, less what it called back.
     left join (select division, allotment, sum(fen) as sent from (
         select division, debit_allotment as allotment, amount_fen as fen from ledger.entry where debit in (500202, 500203)
         union all select division, credit_allotment, -amount_fen from ledger.entry where credit = 500202 and debit = 5001) m group by 1, 2) s
       on s.division = t.sender and s.allotment = t.sender_allotment
     left join (select division, transfer, sum(amount_fen) as fen from ledger.sent_lowered group by 1, 2) o on o.division = t.division and o.transfer = t.id
     left join (select a.division, a.transfer, sum(case e.debit when 1001 then e.amount_fen else -e.amount_fen end) as taken from ledger.entry e
       join allotments.allotment a on a.division = e.division and a.id = e.debit_allotment
       where (e.debit, e.credit) in ((1001, 4001), (4001, 1001)) and a.transfer is not null group by 1, 2) r on r.division = t.division and r.transfer = t.id
     -- What was entered by hand and joined since stands at the superior's own transfer.
     left join (select division, hand_transfer, sum(sent_fen) as fen from allotments.joining where undone_at is null and kind = 'transfer' group by 1, 2) n
       on n.division = t.division and n.hand_transfer = t.id
     where case when t.sender is null then t.stated_fen - coalesce(o.fen, 0) - coalesce(n.fen, 0) else coalesce(s.sent, 0) end <> t.sent_fen
       or coalesce(r.taken, 0) <> t.taken_fen or t.taken_fen > t.sent_fen
     union all
     select concat('allotment ', e.division, '/', e.debit_allotment), concat('sent ', sum(e.amount_fen)), 'no transfer' from ledger.entry e
     join allotments.allotment a on a.division = e.division and a.id = e.debit_allotment
     where e.debit in (500202, 500203) and a.to_outside is null
       and not exists (select from ledger.transfer t where t.sender = e.division and t.sender_allotment = e.debit_allotment and t.across = (e.debit = 500203))
     group by e.division, e.debit_allotment having sum(e.amount_fen) <> 0`,
  ),
  sqlCheck(
    'reductions',
    '追减、收回与调剂',
    'cuts, withdrawals and virements',
    `select count(*) from ledger.batch where form in ('cut', 'withdraw', 'virement')`,
    // Own budget alone is cut; money goes back where it was taken from; a virement leaves each assigned line as it was.
    `with moved as (
       select b.form, e.*, d.source as debit_source, c.source as credit_source, d.transfer as debit_transfer
       from ledger.batch b join ledger.entry e on e.division = b.division and e.batch = b.id
       join allotments.allotment d on d.division = e.division and d.id = e.debit_allotment
       join allotments.allotment c on c.division = e.division and c.id = e.credit_allotment
       where b.form in ('cut', 'withdraw', 'virement')),
     -- A virement as it stands after its corrections.
     vired as (
       select division, batch, debit, debit_allotment, credit, credit_allotment, amount_fen from moved where form = 'virement'
       union all
       select e.division, e.corrects_batch, e.debit, e.debit_allotment, e.credit, e.credit_allotment, e.amount_fen
       from ledger.entry e join ledger.batch o on o.division = e.division and o.id = e.corrects_batch where o.form = 'virement')
     select concat('entry ', division, '/', batch, '/', line) as place, 'own budget' as expected, concat(form, ' of transfer ', debit_transfer) as found
       from moved where debit = 4001 and debit_transfer is not null
     union all
     select concat('entry ', division, '/', batch, '/', line), concat('back from ', credit_allotment), concat('to ', debit_allotment)
       from moved where not (debit = 500201 and credit = 5001)
         and debit_allotment is distinct from case when credit in (5001, 500201) then credit_source else credit_allotment end
     union all
     select concat('entry ', division, '/', batch, '/', line), concat('from ', debit_source), concat('from ', credit_allotment)
       from moved where debit = 500201 and credit = 5001 and credit_allotment is distinct from debit_source
     union all
     select concat('batch ', division, '/', batch, ' of allotment ', allotment), sum(taken)::text, sum(given)::text from (
       select division, batch, debit_allotment as allotment, amount_fen as taken, 0 as given from vired where debit = 5001
       union all select division, batch, credit_allotment, 0, amount_fen from vired where credit = 5001) v
       group by division, batch, allotment having sum(taken) <> sum(given)`,
  ),
  sqlCheck(
    'lineage',
    '指标来源',
    'lineage of lines',
    'select count(*) from allotments.allotment',
    `select concat('allotment ', a.division, '/', a.id) as place, expected::text, a.path::text as found from (
       -- A carried line has its old one behind it, then what of its new source's path is not there yet.
       select a.*, case when c.id is null then coalesce(s.path, t.path, '{}')
         else c.path || coalesce((select array_agg(x order by n) from unnest(s.path) with ordinality u(x, n) where x <> all (c.path)), '{}') end || a.id as expected
       from allotments.allotment a
       left join allotments.allotment c on c.division = a.division and c.id = a.carried_from
       left join allotments.allotment s on s.division = a.division and s.id = a.source
       left join ledger.transfer t on t.division = a.division and t.id = a.transfer) a
     where a.path <> a.expected
     union all
     select concat('transfer ', t.division, '/', t.id), coalesce(s.path, '{}')::text, t.path::text
     from ledger.transfer t left join allotments.allotment s on s.division = t.sender and s.id = t.sender_allotment
     where t.path <> coalesce(s.path, '{}')`,
  ),
  sqlCheck(
    'allotment-references',
    '指标所涉各方',
    'funds, documents, sources and agencies of lines',
    'select count(*) from allotments.allotment',
    // A statement's lines are held to this when they come in (decision 0036); here is the proof that nothing was taken away since.
    `select concat('allotment ', a.division, '/', a.id) as place, concat(m.what, ' ', m.id) as expected, 'there is none' as found
     from allotments.allotment a
     left join funds.fund f on f.id = a.fund
     left join ledger.document d on d.division = a.division and d.id = a.document
     left join allotments.allotment s on s.division = a.division and s.id = a.source
     left join ledger.transfer t on t.division = a.division and t.id = a.transfer
     left join allotments.allotment c on c.division = a.division and c.id = a.carried_from
     left join projects.project j on j.division = a.division and j.id = a.project
     left join divisions.agency g on g.division = a.division and g.id = a.agency
     left join divisions.office o on o.division = a.division and o.id = a.office
     cross join lateral (values
       ('fund', a.fund::bigint, f.id is null), ('document', a.document, d.id is null), ('source', a.source, s.id is null),
       ('transfer', a.transfer, t.id is null), ('carried line', a.carried_from, c.id is null), ('project', a.project, j.id is null),
       ('agency', a.agency, g.id is null), ('office', a.office, o.id is null)) as m(what, id, missing)
     where m.id is not null and m.missing
       -- A line that lacks nothing is passed over before its eight references are laid out as rows.
       and (num_nonnulls(a.fund, a.document, a.source, a.transfer, a.carried_from, a.project, a.agency, a.office)
         > num_nonnulls(f.id, d.id, s.id, t.id, c.id, j.id, g.id, o.id))
     union all
     select concat('balance ', b.division, '/', b.allotment, '/', b.account), concat('allotment ', b.allotment), 'there is none'
     from ledger.balance b left join allotments.allotment a on a.division = b.division and a.id = b.allotment where a.id is null`,
  ),
]
