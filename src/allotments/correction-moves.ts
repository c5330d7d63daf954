import { type Fen, negate } from '../kernel/money.ts'
import { ACCOUNT } from '../ledger/chart.ts'
import type { TransferMove } from '../ledger/post.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { Original } from './hanging.ts'

/** An entry and by how much it is taken back. */
export interface Reversed {
  original: Original
  by: Fen
}

/** What moves beside red letters: transfers, and what a sender outside this installation is said to have sent (`ledger.lower_sent`). */
export interface Moves {
  transfers: TransferMove[]
  /** Above zero: lowered with the receipt that was typed too high; below: put back with what was called back in error. */
  lowered: { transfer: bigint; by: Fen }[]
}

const isDown = ({ debit }: Original): boolean => debit === ACCOUNT.passed || debit === ACCOUNT.horizontal
const isBack = ({ debit, credit }: Original): boolean => debit === ACCOUNT.toRefine && credit === ACCOUNT.passed
const isReceived = ({ debit, credit }: Original): boolean => debit === ACCOUNT.total && credit === ACCOUNT.revenue
const isGiven = ({ debit, credit }: Original): boolean => debit === ACCOUNT.revenue && credit === ACCOUNT.total

/** The transfers that moved with some entries move back: down what was sent or received in error, up again what was called back in error. */
export async function movesOf(tx: Tx, division: number, reversed: readonly Reversed[]): Promise<Moves> {
  const sending = reversed.filter(({ original }) => isDown(original) || isBack(original))
  const taking = reversed.filter(({ original }) => isReceived(original) || isGiven(original))
  const lineSent = ({ original }: Reversed): bigint =>
    isDown(original) ? original.debit_allotment : original.credit_allotment
  const sent =
    sending.length === 0
      ? []
      : await tx.query<{ division: number; id: bigint; line: bigint }>(
          'select division, id, sender_allotment as line from ledger.sent_by($1, $2::bigint[])',
          [division, [...new Set(sending.map(lineSent))]],
        )
  const taken =
    taking.length === 0
      ? []
      : await tx.query<{ line: bigint; transfer: bigint; outside: boolean; typed: boolean }>(
          `select a.id as line, a.transfer, t.sender is null as outside, t.sender is null and t.paper is not null as typed
           from allotments.allotment a left join ledger.transfer t on t.division = a.division and t.id = a.transfer
           where a.division = $1 and a.id = any ($2::bigint[]) and a.transfer is not null`,
          [division, [...new Set(taking.map(({ original }) => original.debit_allotment))]],
        )
  const byLine = new Map(taken.map(one => [one.line, one]))
  const moves: Moves = { transfers: [], lowered: [] }
  for (const one of sending)
    for (const to of sent)
      if (to.line === lineSent(one))
        moves.transfers.push({
          division: to.division,
          transfer: to.id,
          amount: isDown(one.original) ? negate(one.by) : one.by,
        })
  for (const { original, by } of taking) {
    const line = byLine.get(original.debit_allotment)
    if (!line) continue
    const received = isReceived(original)
    moves.transfers.push({ division, transfer: line.transfer, amount: received ? negate(by) : by })
    // A superior outside has no entry of its own that would be corrected: what its document took off what it sent is put back with this
    // one. And what a clerk typed too high off a paper was not sent either: nothing of it is left waiting.
    if (!received && line.outside) moves.lowered.push({ transfer: line.transfer, by: negate(by) })
    else if (received && line.typed) moves.lowered.push({ transfer: line.transfer, by })
  }
  return moves
}

/**
 * Runs what posts red letters between the two halves of what outside senders sent: what is taken never exceeds it, so it is raised
 * before, and lowered after. Raises what `ledger.lower_sent` raises.
 */
export async function aroundLowering<T>(
  tx: Tx,
  at: { division: number; document: bigint; effectiveOn: string },
  lowered: Moves['lowered'],
  post: () => Promise<T>,
): Promise<T> {
  const lower = async (these: Moves['lowered']): Promise<void> => {
    if (these.length > 0)
      await tx.query('select ledger.lower_sent($1, $2, $3, $4::bigint[], $5::bigint[])', [
        at.division,
        at.document,
        at.effectiveOn,
        these.map(one => one.transfer),
        these.map(one => one.by),
      ])
  }
  await lower(lowered.filter(one => one.by < 0n))
  const done = await post()
  await lower(lowered.filter(one => one.by > 0n))
  return done
}
