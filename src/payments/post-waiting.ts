import { SYSTEM } from '../kernel/actor.ts'
import type { Context, Run } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { postAdjustments } from './adjustments.ts'
import { matchWaiting } from './matching-store.ts'
import type { UnpostedReason } from './payment.ts'
import { postCandidates } from './posting-store.ts'
import { postPriorYearRefunds } from './prior-year.ts'
import { postSplits } from './split-posting.ts'
import { lockDivision, proposeReissues, tieRefunds } from './ties.ts'
import { postConfirmed } from './transit.ts'

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

/** Division-years in which something came back or an adjustment waits; of these divisions, or of all where none is named. */
export const booksToLookAt = (
  tx: Tx,
  divisions: readonly number[],
): Promise<{ division: number; fiscalYear: number }[]> =>
  tx.query(
    `select division, fiscal_year as "fiscalYear" from payments.payment where amount_fen < 0 and (cardinality($1::int[]) = 0 or division = any ($1))
     union select w.division, a.fiscal_year from payments.adjustment_waiting w
       join payments.adjustment a on a.division = w.division and a.message = w.message
     order by 1, 2`,
    [divisions],
  )

export interface WaitingOutcome {
  matched: number
  posted: number
  postedFen: bigint
  waiting: Partial<Record<UnpostedReason, number>>
}

/**
 * Looks again at the payments of a division's year that wait: matches those that had no allotment, and posts what fits now, in
 * voucher order. Ties refunds and posts adjustments too. Runs whenever a form may have made room (news `allotments.room-made`) and after an import with refunds. Payments that
 * the bank has not confirmed go on waiting. Nothing is refused.
 */
export async function postWaiting(context: Context, division: number, fiscalYear: number): Promise<WaitingOutcome> {
  const { tx } = context
  // Two of these at once would look at the same rows: the second waits, then finds what the first left.
  await lockDivision(tx, division)
  await tieRefunds(tx, division, fiscalYear)
  const matched = await matchWaiting(tx, division, fiscalYear)
  // Refunds first: what they give back makes room.
  const refunds = await postCandidates(tx, { division, fiscalYear }, 'refund', null)
  await postConfirmed(tx, division, division)
  const returned = await postPriorYearRefunds(context, division, fiscalYear)
  // Few, and decided by a person: before those that find their line by themselves.
  const splits = await postSplits(tx, division, fiscalYear)
  const payments = await postCandidates(tx, { division, fiscalYear }, 'pay', null)
  const sent = await postCandidates(tx, { division, fiscalYear }, 'send', null)
  const adjusted = await postAdjustments(tx, division, fiscalYear)
  await proposeReissues(tx, division, fiscalYear)
  const outcome: WaitingOutcome = {
    matched,
    posted: refunds.posted + returned.posted + splits.posted + payments.posted + sent.posted,
    postedFen: payments.postedFen + splits.postedFen + sent.postedFen - refunds.postedFen - returned.postedFen,
    waiting: { ...payments.waiting },
  }
  for (const [reason, lines] of [refunds, splits, sent].flatMap(one => Object.entries(one.waiting)) as [
    UnpostedReason,
    number,
  ][])
    outcome.waiting[reason] = (outcome.waiting[reason] ?? 0) + lines
  if (returned.posted > 0) outcome.waiting['book-locked'] = (outcome.waiting['book-locked'] ?? 0) - returned.posted
  if (outcome.posted + matched + adjusted > 0)
    await context.audit({
      division,
      action: 'payments-posted-later',
      subject: String(fiscalYear),
      detail: { matched, posted: outcome.posted, adjusted, fen: String(outcome.postedFen) },
    })
  return outcome
}
