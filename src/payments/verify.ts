import { sqlCheck, type VerifyCheck } from '../platform/verify.ts'
import { accountUseCheck } from './account-use.ts'

/** What must hold between payments, what they name and what the ledger says of them. */
export const paymentChecks: readonly VerifyCheck[] = [
  sqlCheck(
    'payments',
    '支付与记账',
    'payments posted to the fen, or waiting',
    'select count(*) from payments.payment',
    // What was paid counts plus, what came back counts minus (to a closed year: 1001/4001 in the open one); a payment that waits has no entry (or, taken back, as much red as black), and every other one has its whole amount.
    `with posted as (
       select division, payment, sum(case when debit in (5201, 5102) then amount_fen else 0 end - case when credit in (5201, 5102) or debit = 1001 then amount_fen else 0 end) as fen,
         sum(case when debit = 5102 then amount_fen else 0 end - case when credit = 5102 then amount_fen else 0 end) as transit
       from ledger.entry where payment is not null group by 1, 2)
     select concat('payment ', coalesce(p.division, o.division), '/', coalesce(p.id, o.payment)) as place,
       case when p.id is null then 'a payment' when t.payment is not null then concat(p.amount_fen, ' fen in transit')
         when u.payment is null then concat(coalesce(c.paid_fen, p.amount_fen), ' fen posted')
         else concat('nothing posted, it waits: ', u.reason) end as expected,
       case when o.payment is null then 'nothing posted' else concat(coalesce(o.fen, 0), ' fen posted', case when o.transit <> 0 then concat(', ', o.transit, ' of them in transit') end) end as found
     from payments.payment p full join posted o on o.division = p.division and o.payment = p.id
       left join payments.unposted u on u.division = p.division and u.payment = p.id
       left join (select distinct division, payment from payments.in_transit) t on t.division = p.division and t.payment = p.id
       left join payments.confirmation c on c.division = p.division and c.payment = p.id
     where p.id is null
       or case when t.payment is not null then u.payment is not null or (o.fen, o.transit) is distinct from (p.amount_fen::numeric, p.amount_fen::numeric)
            when u.payment is null then (o.fen, o.transit) is distinct from (coalesce(c.paid_fen, p.amount_fen)::numeric, 0::numeric)
            -- What was taken back by red letter has entries that come to nothing.
            else (coalesce(o.fen, 0), coalesce(o.transit, 0)) <> (0, 0) end`,
  ),
  sqlCheck(
    'payment-references',
    '支付所涉各方',
    'payers, payees, agencies, projects and lines of payments',
    'select count(*) from payments.payment',
    // No foreign keys: the import takes these from the very rows that it joins, and checking each again was half of its insertion.
    `select concat('payment ', p.division, '/', p.id) as place, concat(m.what, ' ', m.id) as expected, 'there is none' as found
     from payments.payment p
     left join divisions.division d on d.id = p.division
     left join payments.holder e on e.division = p.division and e.id = p.payee
     left join payments.holder r on r.division = p.division and r.id = p.payer
     left join divisions.agency g on g.division = p.division and g.id = p.agency
     left join projects.project j on j.division = p.division and j.id = p.project
     left join allotments.allotment a on a.division = p.division and a.id = p.allotment
     cross join lateral (values
       ('division', p.division::bigint, d.id is null), ('payee', p.payee, e.id is null), ('payer', p.payer, r.id is null),
       ('agency', p.agency, g.id is null), ('project', p.project, j.id is null), ('allotment', p.allotment, a.id is null)) as m(what, id, missing)
     where m.id is not null and m.missing`,
  ),
  accountUseCheck,
]
