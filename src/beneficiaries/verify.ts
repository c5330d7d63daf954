import { sqlCheck, type VerifyCheck } from '../platform/verify.ts'

/** What must hold between lists, their rows and their vouchers. */
export const beneficiaryChecks: readonly VerifyCheck[] = [
  sqlCheck(
    'disbursement-lists',
    '发放清单与明细',
    'lists that say how many rows they have, and their sum',
    'select count(*) from beneficiaries.list',
    `select concat('list ', l.division, '/', l.id) as place, concat(l.rows, ' rows, ', l.sum_fen, ' fen') as expected,
       concat(coalesce(d.rows, 0), ' rows, ', coalesce(d.fen, 0), ' fen') as found
     from beneficiaries.list l
     left join (select division, list, count(*) as rows, sum(amount_fen) as fen from beneficiaries.disbursement group by 1, 2) d
       on d.division = l.division and d.list = l.id
     where (l.rows, l.sum_fen) is distinct from (coalesce(d.rows, 0), coalesce(d.fen, 0))`,
  ),
]
