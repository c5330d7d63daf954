import { sqlCheck, type VerifyCheck } from '../platform/verify.ts'

/** Lineage, trees and the interlock, recomputed from entries and lines. */
export const allotmentChecks: readonly VerifyCheck[] = [
  sqlCheck(
    'trees',
    '收支平衡',
    'every tree balances',
    `select count(*) from allotments.allotment where form in ('register', 'add', 'receive')`,
    `select concat('tree ', t.division, '/', t.root) as place, t.came as expected, t.stands as found from (
       select a.division, r.id as root,
         sum(case when b.side = 'C' then b.credit_fen - b.debit_fen else 0 end) as came,
         sum(case when b.side = 'D' then b.debit_fen - b.credit_fen else 0 end) as stands
       from ledger.balance b join allotments.allotment a on a.division = b.division and a.id = b.allotment
       cross join unnest(a.path) p join allotments.allotment r on r.division = a.division and r.id = p and r.source is null group by 1, 2) t
     where t.came <> t.stands`,
  ),
  sqlCheck(
    'interlock',
    '上下级咬合',
    'interlock: sent = taken below + in transit',
    'select count(*) from ledger.transfer',
    `select concat('transfer ', t.division, '/', t.id) as place, concat('sent ', coalesce(s.sent, 0), ', taken ', coalesce(r.taken, 0)) as expected,
       concat('sent ', t.sent_fen, ', taken ', t.taken_fen) as found
     from ledger.transfer t
     left join (select division, debit_allotment, sum(amount_fen) as sent from ledger.entry where debit = 500202 group by 1, 2) s
       on s.division = t.sender and s.debit_allotment = t.sender_allotment
     left join (select a.division, a.transfer, sum(e.amount_fen) as taken from ledger.entry e
       join allotments.allotment a on a.division = e.division and a.id = e.debit_allotment
       where e.debit = 1001 and e.credit = 4001 and a.transfer is not null group by 1, 2) r on r.division = t.division and r.transfer = t.id
     where (t.sender is not null and coalesce(s.sent, 0) <> t.sent_fen) or coalesce(r.taken, 0) <> t.taken_fen or t.taken_fen > t.sent_fen
     union all
     select concat('allotment ', e.division, '/', e.debit_allotment), concat('sent ', sum(e.amount_fen)), 'no transfer' from ledger.entry e
     where e.debit = 500202 and not exists (select from ledger.transfer t where t.sender = e.division and t.sender_allotment = e.debit_allotment)
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
       where b.form in ('cut', 'withdraw', 'virement'))
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
       select division, batch, debit_allotment as allotment, amount_fen as taken, 0 as given from moved where form = 'virement' and debit = 5001
       union all select division, batch, credit_allotment, 0, amount_fen from moved where form = 'virement' and credit = 5001) v
       group by division, batch, allotment having sum(taken) <> sum(given)`,
  ),
  sqlCheck(
    'lineage',
    '指标来源',
    'lineage of lines',
    'select count(*) from allotments.allotment',
    `select concat('allotment ', a.division, '/', a.id) as place, expected::text, a.path::text as found from (
       select a.*, coalesce(s.path, t.path, '{}') || a.id as expected from allotments.allotment a
       left join allotments.allotment s on s.division = a.division and s.id = a.source
       left join ledger.transfer t on t.division = a.division and t.id = a.transfer) a
     where a.path <> a.expected
     union all
     select concat('transfer ', t.division, '/', t.id), coalesce(s.path, '{}')::text, t.path::text
     from ledger.transfer t left join allotments.allotment s on s.division = t.sender and s.id = t.sender_allotment
     where t.path <> coalesce(s.path, '{}')`,
  ),
]
