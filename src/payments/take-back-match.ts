import { refuse } from '../kernel/refusal.ts'
import { explained } from '../ledger/post.ts'
import type { Context } from '../platform/context.ts'
import type { TakenBack } from './contract.ts'
import { postWaiting } from './post-waiting.ts'

interface Entry {
  batch: bigint
  line: number
  debit_allotment: bigint
  debit: number
  credit_allotment: bigint
  credit: number
  left: bigint
  form: string
}

/**
 * Takes a match back (撤回匹配): what the payment posted is corrected by red letter that names both the entries and the payment, and the
 * payment goes back to the queue, where only a person matches it again. The payment itself is the treasury's fact and stays. The red
 * letter has today's date, or the last day of the payment's year once that is over.
 * Refuses `payment-missing`, `match-by-treasury`, `nothing-to-take-back`, `returned-to-year`, `over-allotted` (what a refund gave back is spent), `book-locked`.
 */
export async function takeBackMatch(
  context: Context,
  input: { division: number; payment: bigint; reason: string; requestKey: string },
): Promise<TakenBack> {
  const { tx } = context
  const { division, payment } = input
  await tx.query('select pg_advisory_xact_lock(1885958519, $1)', [division])
  const before = await tx.maybe<{ id: bigint; batch: bigint | null }>(
    'select id, batch from payments.undoing where division = $1 and request_key = $2',
    [division, input.requestKey],
  )
  if (before) return answer(before)
  const found = await tx.maybe<{
    fiscal_year: number
    match: string
    allotment: bigint | null
    voucher: string
    decision: bigint | null
  }>(
    `select p.fiscal_year, p.match, p.allotment, concat(p.voucher_no, '-', p.line_no) as voucher, s.decision from payments.payment p
     left join payments.standing_decision s on s.division = p.division and s.payment = p.id where p.division = $1 and p.id = $2`,
    [division, payment],
  )
  if (!found)
    return refuse('missing', 'payment-missing', '没有这笔支付。', 'There is no such payment.', {
      value: String(payment),
    })
  if (found.allotment === null)
    refuse(
      'conflict',
      'nothing-to-take-back',
      `支付 ${found.voucher} 没有对应指标，无需撤回：请刷新页面。`,
      `Payment ${found.voucher} belongs to no line, there is nothing to take back: reload the page.`,
      { value: found.voucher },
    )
  if (found.match === 'by-id')
    refuse(
      'conflict',
      'match-by-treasury',
      `支付 ${found.voucher} 的指标由国库凭证写明，不能在此撤回：请导入国库的更正凭证。`,
      `The treasury’s voucher itself names the line of payment ${found.voucher}: import the treasury’s correcting voucher.`,
      { value: found.voucher },
    )
  const batch = await redLetter(context, division, found, payment)
  await tx.query('delete from payments.in_transit where division = $1 and payment = $2', [division, payment])
  await tx.query('delete from payments.part where division = $1 and payment = $2', [division, payment])
  await tx.query('delete from payments.standing_decision where division = $1 and payment = $2', [division, payment])
  await tx.query(
    `update payments.payment p set allotment = null, fund = null, match = 'none', match_score = null, match_differs = null,
       project = (select j.id from projects.project j where j.division = p.division and j.code = p.project_code)
     where p.division = $1 and p.id = $2`,
    [division, payment],
  )
  await tx.query(
    `insert into payments.unposted values ($1, $2, 'no-allotment') on conflict (division, payment) do update set reason = excluded.reason`,
    [division, payment],
  )
  const undoing = await tx.one<{ id: bigint; batch: bigint | null }>(
    `insert into payments.undoing (division, payment, decision, request_key, was, batch, reason) values ($1, $2, $3, $4, $5, $6, $7)
     returning id, batch`,
    [division, payment, found.decision, input.requestKey, found.match, batch, input.reason],
  )
  await context.audit({
    division,
    action: 'match-taken-back',
    subject: `payment ${payment}`,
    detail: { was: found.match, batch: batch === null ? null : String(batch), reason: input.reason },
  })
  // The line has room again; others may have waited for it.
  await postWaiting(context, division, found.fiscal_year)
  return answer(undoing)
}

const answer = (row: { id: bigint; batch: bigint | null }): TakenBack => ({
  undoing: String(row.id),
  batch: row.batch === null ? null : String(row.batch),
})

/** Corrects all that the payment posted and that is not corrected yet; null where it posted nothing. */
async function redLetter(
  { tx, clock }: Context,
  division: number,
  of: { fiscal_year: number; voucher: string },
  payment: bigint,
): Promise<bigint | null> {
  const entries: Entry[] = await tx.query<never>(
    `select e.batch, e.line, e.debit_allotment, e.debit, e.credit_allotment, e.credit, b.form,
       e.amount_fen - coalesce(c.corrected_fen, 0) as left
     from ledger.entry e join ledger.batch b on b.division = e.division and b.id = e.batch
     left join ledger.corrected c on c.division = e.division and c.batch = e.batch and c.line = e.line
     where e.division = $1 and e.payment = $2 and e.amount_fen > coalesce(c.corrected_fen, 0) order by e.batch, e.line`,
    [division, payment],
  )
  if (entries.length === 0) return null
  if (entries.some(entry => entry.form === 'recover'))
    refuse(
      'conflict',
      'returned-to-year',
      `退款 ${of.voucher} 已作为收回以前年度入账，不能撤回匹配：请更正该笔收回。`,
      `Refund ${of.voucher} was entered as a prior-year recovery and is not taken back here: correct that recovery.`,
      { value: of.voucher },
    )
  const today = clock.today()
  const last = `${of.fiscal_year}-12-31`
  try {
    await tx.query('select ledger.lock_balances($1, $2::bigint[])', [
      division,
      [...new Set(entries.flatMap(entry => [entry.debit_allotment, entry.credit_allotment]))],
    ])
    const { batches } = await tx.one<{ batches: bigint[] }>(
      `select ledger.post_days($1, 'correct', $2, array[$3::date], null, array[null::text], array_fill(1, array[$4::int]),
         $5::bigint[], $6::int[], $7::bigint[], $8::int[], $9::bigint[], p_corrects_batch => $10::bigint[], p_corrects_line => $11::int[],
         p_payment => $12::bigint[]) as batches`,
      [
        division,
        of.fiscal_year,
        today < last ? today : last,
        entries.length,
        entries.map(entry => entry.debit_allotment),
        entries.map(entry => entry.debit),
        entries.map(entry => entry.credit_allotment),
        entries.map(entry => entry.credit),
        entries.map(entry => -entry.left),
        entries.map(entry => entry.batch),
        entries.map(entry => entry.line),
        entries.map(() => payment),
      ],
    )
    return batches[0]!
  } catch (error) {
    throw explained(error)
  }
}
