import { sqlCheck, type VerifyCheck } from '../platform/verify.ts'

/** What must hold between payments, what they name and what the ledger says of them. */
export const paymentChecks: readonly VerifyCheck[] = [
  sqlCheck(
    'payments',
    '支付与记账',
    'payments posted to the fen, or waiting',
    'select count(*) from payments.payment',
    // What was paid counts plus, what came back counts minus; a payment that waits has no entry, and every other one has its whole amount.
    `with posted as (
       select o.division, o.payment, sum(case when e.debit = 5201 then e.amount_fen when e.credit = 5201 then -e.amount_fen end) as fen,
         bool_and(o.allotment in (e.debit_allotment, e.credit_allotment)) as of_its_line
       from payments.posting o join ledger.entry e on e.division = o.division and e.batch = o.batch and e.line = o.line group by 1, 2)
     select concat('payment ', coalesce(p.division, o.division), '/', coalesce(p.id, o.payment)) as place,
       case when p.id is null then 'a payment' when u.payment is null then concat(p.amount_fen, ' fen posted')
         else concat('nothing posted, it waits: ', u.reason) end as expected,
       case when o.payment is null then 'nothing posted' when not o.of_its_line then 'posted to another allotment than its entry'
         else concat(coalesce(o.fen, 0), ' fen posted') end as found
     from payments.payment p full join posted o on o.division = p.division and o.payment = p.id
       left join payments.unposted u on u.division = p.division and u.payment = p.id
     where p.id is null or not coalesce(o.of_its_line, true)
       or case when u.payment is null then o.fen is distinct from p.amount_fen else o.payment is not null end`,
  ),
  sqlCheck(
    'payment-references',
    '支付所涉各方',
    'payers, payees, agencies and projects of payments',
    'select count(*) from payments.payment',
    // No foreign keys: the import takes these from the very rows that it joins, and checking each again was half of its insertion.
    `select concat('payment ', p.division, '/', p.id) as place, concat(m.what, ' ', m.id) as expected, 'there is none' as found
     from payments.payment p
     left join divisions.division d on d.id = p.division
     left join payments.holder e on e.division = p.division and e.id = p.payee
     left join payments.holder r on r.division = p.division and r.id = p.payer
     left join divisions.agency g on g.division = p.division and g.id = p.agency
     left join projects.project j on j.division = p.division and j.id = p.project
     cross join lateral (values
       ('division', p.division::bigint, d.id is null), ('payee', p.payee, e.id is null), ('payer', p.payer, r.id is null),
       ('agency', p.agency, g.id is null), ('project', p.project, j.id is null)) as m(what, id, missing)
     where m.id is not null and m.missing`,
  ),
]
