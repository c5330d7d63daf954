import { SYSTEM } from '../kernel/actor.ts'
import type { Context, Run } from '../platform/context.ts'
import type { UnpostedReason } from './payment.ts'
import { matchWaiting, postCandidates } from './posting-store.ts'

/** Looks again at every year of every division in which payments wait; what a command does where no server listens to the news. */
export async function postAllWaiting(run: Run): Promise<void> {
  const books = await run(
    SYSTEM,
    ({ tx }) =>
      tx.query<{ division: number; fiscal_year: number }>(
        `select distinct p.division, p.fiscal_year from payments.unposted u
         join payments.payment p on p.division = u.division and p.id = u.payment where u.reason <> 'not-paid' order by 1, 2`,
      ),
    { readOnly: true },
  )
  for (const book of books) await run(SYSTEM, context => postWaiting(context, book.division, book.fiscal_year))
}

export interface WaitingOutcome {
  matched: number
  posted: number
  postedFen: bigint
  waiting: Partial<Record<UnpostedReason, number>>
}

/**
 * Looks again at the payments of a division's year that wait: matches those that had no allotment, and posts what fits now, in
 * voucher order. Runs whenever a form may have made room (news `allotments.room-made`) and after an import with refunds. Payments that
 * the bank has not confirmed go on waiting. Nothing is refused.
 */
export async function postWaiting(context: Context, division: number, fiscalYear: number): Promise<WaitingOutcome> {
  const { tx } = context
  // Two of these at once would look at the same rows: the second waits, then finds what the first left.
  await tx.query('select pg_advisory_xact_lock(1885958519, $1)', [division])
  const matched = await matchWaiting(tx, division, fiscalYear)
  // Refunds first: what they give back makes room.
  const refunds = await postCandidates(tx, { division, fiscalYear }, 'refund', null)
  const payments = await postCandidates(tx, { division, fiscalYear }, 'pay', null)
  const outcome: WaitingOutcome = {
    matched,
    posted: refunds.posted + payments.posted,
    postedFen: payments.postedFen - refunds.postedFen,
    waiting: { ...payments.waiting },
  }
  for (const [reason, lines] of Object.entries(refunds.waiting) as [UnpostedReason, number][])
    outcome.waiting[reason] = (outcome.waiting[reason] ?? 0) + lines
  if (outcome.posted + matched > 0)
    await context.audit({
      division,
      action: 'payments-posted-later',
      subject: String(fiscalYear),
      detail: { matched, posted: outcome.posted, fen: String(outcome.postedFen) },
    })
  return outcome
}
