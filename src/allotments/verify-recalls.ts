import { sqlCheck, type VerifyCheck } from '../platform/verify.ts'

/** Recalls and claims, against the entries of both sides. */
export const recallChecks: readonly VerifyCheck[] = [
  sqlCheck(
    'recalls',
    '收回与清算扣回',
    'recalls and settlement deductions',
    'select count(*) from allotments.recall_part',
    // Each side's batch took what the act says, transfer by transfer; the two name each other; what was asked is all accounted for.
    `with above as (
       select e.division, e.batch, t.id as transfer, sum(e.amount_fen) as fen from ledger.batch b join ledger.entry e on e.division = b.division and e.batch = b.id
       join ledger.transfer t on t.sender = e.division and t.sender_allotment = e.credit_allotment
       where b.form in ('recall', 'settle') group by 1, 2, 3
       union all
       select e.division, e.batch, t.id, sum(e.amount_fen) from ledger.batch b join ledger.entry e on e.division = b.division and e.batch = b.id
       join allotments.allotment a on a.division = e.division and a.id = e.debit_allotment
       join ledger.transfer t on t.sender = e.division and t.sender_allotment = a.carried_from where b.form = 'recall-carried' group by 1, 2, 3),
     below as (
       select e.division, e.batch, a.transfer, sum(e.amount_fen) as fen from ledger.batch b join ledger.entry e on e.division = b.division and e.batch = b.id
       join allotments.allotment a on a.division = e.division and a.id = e.debit_allotment
       where b.form in ('recalled', 'settled') and e.debit = 4001 group by 1, 2, 3
       union all
       -- Of carried money, the transfer by which it came in last.
       select e.division, e.batch, r.transfer, sum(e.amount_fen) from ledger.batch b join ledger.entry e on e.division = b.division and e.batch = b.id
       join allotments.allotment a on a.division = e.division and a.id = e.debit_allotment
       join lateral (select x.transfer from allotments.allotment x where x.division = a.division and x.id = any (a.path) and x.transfer is not null
         order by array_position(a.path, x.id) desc limit 1) r on true
       where b.form = 'carried-recalled' and e.debit = 4001 group by 1, 2, 3),
     part as (select p.*, c.form from allotments.recall_part p join allotments.recall c on c.division = p.division and c.id = p.recall)
     select concat('batch ', coalesce(p.division, a.division), '/', coalesce(p.batch, a.batch), ' of transfer ', coalesce(p.transfer, a.transfer)) as place,
       coalesce(p.in_transit_fen + p.taken_fen, 0)::text as expected, coalesce(a.fen, 0)::text as found
     from above a full join (select * from part where batch is not null) p on p.division = a.division and p.batch = a.batch and p.transfer = a.transfer
     where coalesce(p.in_transit_fen + p.taken_fen, 0) <> coalesce(a.fen, 0)
     union all
     select concat('batch ', coalesce(p.transfer_division, w.division), '/', coalesce(p.below_batch, w.batch), ' of transfer ', coalesce(p.transfer, w.transfer)),
       coalesce(p.taken_fen, 0)::text, coalesce(w.fen, 0)::text
     from below w full join (select * from part where below_batch is not null) p on p.transfer_division = w.division and p.below_batch = w.batch and p.transfer = w.transfer
     where coalesce(p.taken_fen, 0) <> coalesce(w.fen, 0)
     union all
     select concat('batch ', b.division, '/', b.id), concat('batch ', b.other_division, '/', b.other_batch), coalesce(concat('batch ', o.other_division, '/', o.other_batch), 'none')
     from ledger.batch b left join ledger.batch o on o.division = b.other_division and o.id = b.other_batch
     where b.form in ('recall', 'settle', 'recalled', 'settled', 'recall-carried', 'carried-recalled') and b.other_batch is not null
       and (o.id is null or (o.other_division, o.other_batch) is distinct from (b.division, b.id))
     union all
     select concat('part ', division, '/', recall, '/', no), 'a batch on each side', concat('above ', batch, ', below ', below_batch) from part
     where (form in ('recall', 'settle') and in_transit_fen + taken_fen > 0) <> (batch is not null) or (taken_fen > 0) <> (below_batch is not null)
     union all
     select concat('recall ', c.division, '/', c.id), c.asked_fen::text, sum(p.in_transit_fen + p.taken_fen + p.gone_fen)::text
     from allotments.recall c left join allotments.recall_part p on p.division = c.division and p.recall = c.id
     group by c.division, c.id, c.asked_fen having c.asked_fen is distinct from sum(p.in_transit_fen + p.taken_fen + p.gone_fen)`,
  ),
  sqlCheck(
    'recoverables',
    '待追回事项',
    'claims, to be recovered',
    'select count(*) from allotments.recoverable',
    `select concat('part ', p.division, '/', p.recall, '/', p.no) as place, p.gone_fen::text as expected, coalesce(r.amount_fen, 0)::text as found
     from allotments.recall_part p left join allotments.recoverable r on r.division = p.division and r.recall = p.recall and r.no = p.no
     where coalesce(r.amount_fen, 0) <> p.gone_fen or (r.transfer_division, r.transfer) is distinct from (p.transfer_division, p.transfer) and r.id is not null
     union all
     select concat('claim ', division, '/', id), concat('at most ', amount_fen), recovered_fen::text
     from allotments.published_recoverable where recovered_fen > amount_fen
     union all
     select concat('recovered ', v.division, '/', v.id), v.amount_fen::text, coalesce(sum(p.in_transit_fen + p.taken_fen), 0)::text
     from allotments.recovered v join allotments.recoverable r on r.division = v.division and r.id = v.recoverable
     left join allotments.recall_part p on p.division = v.division and p.recall = v.recall and p.transfer = r.transfer
     where v.recall is not null group by v.division, v.id, v.amount_fen having v.amount_fen <> coalesce(sum(p.in_transit_fen + p.taken_fen), 0)`,
  ),
]
