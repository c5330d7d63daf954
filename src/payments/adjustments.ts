import { ACCOUNT } from '../ledger/chart.ts'
import type { Tx } from '../platform/database/transaction.ts'

interface Open {
  division: number
  message: bigint
  fiscal_year: number
  adjusted_on: string
  amount_fen: bigint
  reason: string
  original: bigint | null
  /** Where the amount lies now, and where it belongs. */
  from: bigint | null
  to: bigint | null
  candidates: number
  posted: boolean
  exceeds: boolean
  locked: boolean
}

/**
 * Posts the adjustments of a division's year that wait: for each, what was paid goes back to the line that it was paid from, and out of
 * the line that it belongs to, in one batch that names the payment on both sides; the payment itself stays as it was. What an adjustment
 * does not name stays as the payment has it. One whose payment is not there or not posted, whose line is not found, or for which there is
 * no room, waits with its reason. The caller holds `lockDivision`.
 * @returns how many were posted
 */
export async function postAdjustments(tx: Tx, division: number, fiscalYear: number): Promise<number> {
  const open = await tx.query<Open>(
    `select a.division, a.message, a.fiscal_year, a.adjusted_on::text, a.amount_fen, w.reason, o.id as original, f.allotment as "from",
       n.lines[1] as "to", coalesce(cardinality(n.lines), 0) as candidates,
       o.id is not null and u.payment is null and t.payment is null as posted,
       a.amount_fen > coalesce(c.paid_fen, o.amount_fen)
         + coalesce((select sum(p.amount_fen) from payments.tie x join payments.payment p on p.division = x.division and p.id = x.payment
             where x.original = o.id and x.division = o.division and x.kind = 'refund' and not x.exceeds), 0) as exceeds,
       coalesce(b.closed_on is not null or b.locked_through >= a.adjusted_on, false) as locked
     from payments.adjustment_waiting w
     join payments.adjustment a on a.division = w.division and a.message = w.message
     left join lateral (
       select p.* from payments.payment p
       where p.voucher_no = a.original_no and p.division = a.division and p.fiscal_year = a.fiscal_year and p.amount_fen > 0
         and (a.original_type is null or p.voucher_type = a.original_type)
       order by p.amount_fen = a.amount_fen desc, p.amount_fen > a.amount_fen desc, p.line_no limit 1) o on true
     left join payments.unposted u on u.division = o.division and u.payment = o.id
     left join lateral (select k.payment from payments.in_transit k where k.division = o.division and k.payment = o.id limit 1) t on true
     left join payments.confirmation c on c.division = o.division and c.payment = o.id
     left join lateral (
       select coalesce((select x.debit_allotment from payments.tie x where x.original = o.id and x.division = o.division
         and x.kind = 'adjustment' and x.debit_allotment is not null order by x.id desc limit 1), o.allotment) as allotment) f on true
     left join allotments.allotment was on was.division = a.division and was.id = f.allotment
     left join lateral (
       select array_agg(l.id order by l.id) as lines from allotments.allotment l
       join ledger.document d on d.division = l.division and d.id = l.document
       where l.division = a.division and l.fiscal_year = a.fiscal_year and l.form = 'refine'
         and case when a.allotment_ref is not null then l.external_id = a.allotment_ref
           else l.fund = was.fund
             and l.agency is not distinct from case when a.agency_code is null then was.agency
               else (select g.id from divisions.agency g where g.division = a.division and g.code = a.agency_code) end
             and l.project is not distinct from case when a.project_code is null then was.project
               else (select j.id from projects.project j where j.division = a.division and j.code = a.project_code) end
             and l.function_subject is not distinct from coalesce(a.function_subject, was.function_subject)
             and (a.document_number is null or d.number = a.document_number) end) n on true
     left join ledger.book b on b.division = a.division and b.fiscal_year = a.fiscal_year
     where w.division = $1 and a.fiscal_year = $2 order by a.adjusted_on, a.message`,
    [division, fiscalYear],
  )
  let posted = 0
  for (const one of open) {
    const reason = await postOne(tx, one)
    if (reason === null) {
      posted++
      await tx.query('delete from payments.adjustment_waiting where division = $1 and message = $2', [
        division,
        one.message,
      ])
    } else if (reason !== one.reason)
      await tx.query('update payments.adjustment_waiting set reason = $3 where division = $1 and message = $2', [
        division,
        one.message,
        reason,
      ])
  }
  return posted
}

/** Why it has to wait; null when it is posted. */
async function postOne(tx: Tx, one: Open): Promise<string | null> {
  if (one.original === null) return 'no-original'
  if (!one.posted || one.from === null) return 'original-unposted'
  if (one.exceeds) return 'exceeds-original'
  if (one.to === null || one.candidates !== 1) return 'no-allotment'
  if (one.locked) return 'book-locked'
  if (one.to !== one.from) {
    const lines = [one.from, one.to]
    await tx.query('select ledger.lock_balances($1, $2::bigint[])', [one.division, lines])
    const rooms = await tx.query<{ allotment: bigint; account: number; room: bigint; paid: bigint }>(
      `select k.allotment, r.account, case r.account when ${ACCOUNT.plan} then r.planned else r.own end as room, r.paid
       from unnest($3::bigint[]) as k(allotment), lateral (
         select coalesce(sum(debit_fen - credit_fen) filter (where account = ${ACCOUNT.plan}), 0)::bigint as planned,
           coalesce(sum(debit_fen - credit_fen) filter (where account = ${ACCOUNT.own}), 0)::bigint as own,
           coalesce(sum(debit_fen - credit_fen) filter (where account = ${ACCOUNT.paid}), 0)::bigint as paid,
           case when coalesce((select uses_plans from ledger.book where division = $1 and fiscal_year = $2), false)
             or coalesce(bool_or(account = ${ACCOUNT.plan} and debit_fen > 0), false) then ${ACCOUNT.plan} else ${ACCOUNT.own} end as account
         from ledger.balance where division = $1 and allotment = k.allotment) r`,
      [one.division, one.fiscal_year, lines],
    )
    const from = rooms.find(room => room.allotment === one.from)!
    const to = rooms.find(room => room.allotment === one.to)!
    if (to.room < one.amount_fen || from.paid < one.amount_fen) return 'beyond-available'
    await tx.query(
      `select ledger.post_days($1, 'adjust-payment', $2, array[$3::date], null, array[$4::text], array[1, 1],
         array[$5, $6]::bigint[], array[$7, ${ACCOUNT.paid}]::int[], array[$5, $6]::bigint[], array[${ACCOUNT.paid}, $8]::int[],
         array[$9, $9]::bigint[], p_payment => array[$10, $10]::bigint[])`,
      [
        one.division,
        one.fiscal_year,
        one.adjusted_on,
        `adjustment ${one.message}`,
        one.from,
        one.to,
        from.account,
        to.account,
        one.amount_fen,
        one.original,
      ],
    )
  }
  await tx.query(
    `insert into payments.tie (division, kind, message, original, found, debit_allotment) values ($1, 'adjustment', $2, $3, 'stated', $4)`,
    [one.division, one.message, one.original, one.to],
  )
  return null
}
