import { sqlCheck, type VerifyCheck } from '../platform/verify.ts'

/** That what was joined counts once, and that decisions about transfers form one chain each. */
export const joiningChecks: readonly VerifyCheck[] = [
  sqlCheck(
    'joinings',
    '挂接',
    'what was entered by hand and joined counts once',
    'select count(*) from allotments.joining',
    // A standing joining leaves nothing on the hand-opened transfer, its lines hang on the superior's; a line is joined once.
    `select concat('joining ', j.division, '/', j.id) as place, 'sent 0, taken 0' as expected, concat('sent ', h.sent_fen, ', taken ', h.taken_fen) as found
     from allotments.joining j join ledger.transfer h on h.division = j.division and h.id = j.hand_transfer
     where j.kind = 'transfer' and j.undone_at is null and (h.sent_fen <> 0 or h.taken_fen <> 0)
     union all
     select concat('joining ', j.division, '/', j.id), concat('allotment ', x.id, ' of transfer ', j.superior_transfer), concat('of transfer ', a.transfer)
     from allotments.joining j cross join unnest(j.allotments) as x(id) left join allotments.allotment a on a.division = j.division and a.id = x.id
     where j.kind = 'transfer' and j.undone_at is null and a.transfer is distinct from j.superior_transfer
     union all
     select concat('joining ', j.division, '/', j.id), concat('key ', j.external_id), coalesce(a.external_id, '-')
     from allotments.joining j join allotments.allotment a on a.division = j.division and a.id = any (j.allotments)
     where j.kind = 'row' and j.undone_at is null and a.external_id is distinct from j.external_id
     union all
     select concat('allotment ', j.division, '/', x.id), 'joined once', concat(count(*), ' times')
     from allotments.joining j cross join unnest(j.allotments) as x(id) where j.kind = 'transfer' and j.undone_at is null
     group by j.division, x.id having count(*) > 1`,
  ),
]
