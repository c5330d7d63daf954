import { type Fen, split } from '../kernel/money.ts'
import { ACCOUNT } from '../ledger/chart.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { UnpostedReason } from './payment.ts'
import type { PostingOutcome } from './posting-store.ts'

interface Waiting {
  id: bigint
  refund: boolean
  /** The bank's day, or the voucher's own where it is on its way. */
  on: string
  sent: boolean
  amount: bigint
  said: UnpostedReason
  reason: UnpostedReason | null
  allotments: bigint[]
  weights: bigint[]
}

interface Room {
  allotment: bigint
  account: number
  room: bigint
  paid: bigint
}

/** One side of a split voucher: `account` is where its money comes from or goes back to. */
export interface SplitLine {
  on: string
  allotment: bigint
  account: number
  amount: Fen
  payment: bigint
}

/**
 * Posts the payments of a division's year that a person split over several lines, in voucher order: a payment is posted when each of its
 * parts fits, and an entry for each part names it; until then it waits whole. Where the bank paid another amount than the voucher
 * states, the parts keep their proportion. A split voucher that the bank has not confirmed goes to 5102 with each of its parts, on its own day.
 */
export async function postSplits(tx: Tx, division: number, fiscalYear: number): Promise<PostingOutcome> {
  const outcome: PostingOutcome = { posted: 0, postedFen: 0n, waiting: {} }
  const waiting = await tx.query<never>(
    `select p.id, p.amount_fen < 0 as refund, coalesce(c.paid_on, p.paid_on, p.vouched_on)::text as on, coalesce(c.paid_on, p.paid_on) is null as sent,
       abs(coalesce(c.paid_fen, p.amount_fen)) as amount, u.reason as said,
       case when coalesce(c.paid_on, p.paid_on) is null and (p.application or p.amount_fen < 0) then 'not-paid'
         when b.closed_on is not null or b.locked_through >= coalesce(c.paid_on, p.paid_on, p.vouched_on) then 'book-locked'
         when b.provisional_since is not null and b.opened_on is null then 'book-provisional' end as reason, s.allotments, s.weights
     from payments.unposted u join payments.payment p on p.division = u.division and p.id = u.payment
     join lateral (select array_agg(allotment order by allotment) as allotments, array_agg(amount_fen order by allotment) as weights
       from payments.part s where s.division = p.division and s.payment = p.id having count(*) > 0) s on true
     left join payments.confirmation c on c.division = p.division and c.payment = p.id
     left join ledger.book b on b.division = p.division and b.fiscal_year = p.fiscal_year
     where u.division = $1 and p.fiscal_year = $2 order by p.amount_fen > 0, p.vouched_on, p.voucher_no, p.line_no`,
    [division, fiscalYear],
  )
  if (waiting.length === 0) return outcome
  const rooms = await roomsOf(tx, division, fiscalYear, [
    ...new Set((waiting as Waiting[]).flatMap(one => one.allotments)),
  ])
  const lines = { pay: [] as SplitLine[], refund: [] as SplitLine[], send: [] as SplitLine[] }
  const judged: { id: bigint; reason: UnpostedReason | null; said: UnpostedReason }[] = []
  for (const one of waiting as Waiting[]) {
    const amounts = split(one.amount as Fen, one.weights)
    const parts = one.allotments.map((allotment, index) => ({
      room: rooms.get(allotment)!,
      amount: amounts[index]!,
    }))
    const fits = parts.every(({ room, amount }) => amount <= (one.refund ? room.paid : room.room))
    const reason = one.reason ?? (fits ? null : 'beyond-available')
    judged.push({ id: one.id, reason, said: one.said })
    if (reason) {
      outcome.waiting[reason] = (outcome.waiting[reason] ?? 0) + 1
      continue
    }
    for (const { room, amount } of parts) {
      room.room += one.refund ? amount : -amount
      room.paid += one.refund ? -amount : amount
      // A part of a small payment may come to nothing where the bank paid less than the voucher states.
      if (amount > 0n)
        lines[one.refund ? 'refund' : one.sent ? 'send' : 'pay'].push({
          on: one.on,
          allotment: room.allotment,
          account: room.account,
          amount,
          payment: one.id,
        })
    }
    outcome.posted++
    outcome.postedFen += one.refund ? -one.amount : one.amount
  }
  await tx.query(
    `with judged as (select * from unnest($2::bigint[], $3::text[]) as j(id, reason)),
       gone as (delete from payments.unposted u using judged j where j.reason is null and u.division = $1 and u.payment = j.id)
     update payments.unposted u set reason = j.reason from judged j
     where j.reason is not null and u.division = $1 and u.payment = j.id and u.reason <> j.reason`,
    [division, judged.map(one => one.id), judged.map(one => one.reason)],
  )
  await postLines(tx, division, fiscalYear, 'refund', lines.refund)
  await postLines(tx, division, fiscalYear, 'pay', lines.pay)
  await postLines(tx, division, fiscalYear, 'send', lines.send)
  if (lines.send.length > 0)
    await tx.query(
      `insert into payments.in_transit (division, payment, allotment, account)
       select $1, payment, allotment, account from unnest($2::bigint[], $3::bigint[], $4::int[]) as t(payment, allotment, account)`,
      [
        division,
        lines.send.map(line => line.payment),
        lines.send.map(line => line.allotment),
        lines.send.map(line => line.account),
      ],
    )
  return outcome
}

/** What is left of lines under lock, from which account they pay, and how much was paid. */
async function roomsOf(tx: Tx, division: number, year: number, allotments: bigint[]): Promise<Map<bigint, Room>> {
  await tx.query('select ledger.lock_balances($1, $2::bigint[])', [division, allotments])
  const rows = await tx.query<never>(
    `select k.allotment, r.account, r.paid, case r.account when ${ACCOUNT.plan} then r.planned else r.own end as room
     from unnest($3::bigint[]) k(allotment),
     lateral (
       select coalesce(sum(debit_fen - credit_fen) filter (where account = ${ACCOUNT.plan}), 0)::bigint as planned,
         coalesce(sum(debit_fen - credit_fen) filter (where account = ${ACCOUNT.own}), 0)::bigint as own,
         coalesce(sum(debit_fen - credit_fen) filter (where account = ${ACCOUNT.paid}), 0)::bigint as paid,
         case when coalesce((select uses_plans from ledger.book where division = $1 and fiscal_year = $2), false)
           or coalesce(bool_or(account = ${ACCOUNT.plan} and debit_fen > 0), false) then ${ACCOUNT.plan} else ${ACCOUNT.own} end as account
       from ledger.balance where division = $1 and allotment = k.allotment) r`,
    [division, year, allotments],
  )
  return new Map((rows as Room[]).map(room => [room.allotment, room]))
}

/** Between which accounts the money of a split voucher moves; null is the account of the line itself. */
const MOVES = {
  pay: { debit: ACCOUNT.paid, credit: null },
  refund: { debit: null, credit: ACCOUNT.paid },
  send: { debit: ACCOUNT.transit, credit: null },
  confirm: { debit: ACCOUNT.paid, credit: ACCOUNT.transit },
  release: { debit: null, credit: ACCOUNT.transit },
} as const

/** Posts the parts of split vouchers, by day; `confirm` is what the bank paid of a voucher in transit, `release` what it did not. */
export async function postLines(
  tx: Tx,
  division: number,
  year: number,
  move: keyof typeof MOVES,
  lines: readonly SplitLine[],
): Promise<void> {
  if (lines.length === 0) return
  const days = [...new Set(lines.map(line => line.on))].sort()
  const { debit, credit } = MOVES[move]
  const allotments = lines.map(line => line.allotment)
  await tx.query(
    `select ledger.post_days($1, $2, $3, $4::date[], null, array_fill(null::text, array[cardinality($4::date[])]), $5::int[],
       $6::bigint[], $7::int[], $6::bigint[], $8::int[], $9::bigint[], p_payment => $10::bigint[])`,
    [
      division,
      move === 'confirm' ? 'pay' : move,
      year,
      days,
      lines.map(line => days.indexOf(line.on) + 1),
      allotments,
      lines.map(line => debit ?? line.account),
      lines.map(line => credit ?? line.account),
      lines.map(line => line.amount),
      lines.map(line => line.payment),
    ],
  )
}
