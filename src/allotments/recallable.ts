import { type Fen, split } from '../kernel/money.ts'
import { ACCOUNT } from '../ledger/chart.ts'
import type { Posting } from '../ledger/post.ts'

/**
 * Forms that take money back from a lower government: recall (收回下级) and settlement deduction (清算扣回), by the superior in this
 * installation; and the same two acts of a superior outside it, registered by the one who gives.
 */
export const RECALLING = ['recall', 'settle', 'recalled', 'settled'] as const
export type RecallingForm = (typeof RECALLING)[number]

/** What the receiver's book runs for each act. */
export const BELOW: Record<RecallingForm, 'recalled' | 'settled'> = {
  recall: 'recalled',
  settle: 'settled',
  recalled: 'recalled',
  settled: 'settled',
}
/** Whether the act is that of the superior itself; else its document is all that is here of it. */
export const callsBack = (form: RecallingForm): boolean => form === 'recall' || form === 'settle'

/** A line in the receiver's division that was made from a transfer, with what stands on 1001, 5001, 500201 and 5101. */
export interface BelowLine {
  id: bigint
  /** The line that it was made from, and the received line at the root; both itself for a received line. */
  source: bigint
  root: bigint
  toAssign: bigint
  toRefine: bigint
  own: bigint
  plan: bigint
}

/** A transfer with all of its money that could still be taken back, in fen. */
export interface Reach {
  division: number
  transfer: bigint
  fiscalYear: number
  sender: number | null
  across: boolean
  /** The sender's line that was passed down, and the one that it was taken from; null for a sender outside. */
  line: bigint | null
  assigned: bigint | null
  sent: bigint
  taken: bigint
  /** What was called back of it in later years, after it was carried: the closed year's books still count it as sent. */
  returned: bigint
  /** What is claimed already as to be recovered, and did not come in by a recall: still counted as sent, but spent. */
  claimed: bigint
  lines: BelowLine[]
}

/** Where unspent money below is taken from, in this order; each layer in proportion to what its lines have. */
const LAYERS: readonly ((line: BelowLine) => bigint)[] = [
  line => line.toAssign,
  line => line.toRefine,
  line => line.own + line.plan,
]

const sum = (parts: readonly bigint[]): bigint => parts.reduce((all, one) => all + one, 0n)

/** The most that may be called back of a transfer at all: what was sent, less what is claimed already, and what came back in later years. */
export const mostOf = (reach: Reach): bigint => reach.sent - reach.claimed - reach.returned

/** What of a transfer is still there to be taken: in transit, unassigned, unrefined, own spending and plan. */
export function unspentOf(reach: Reach): bigint {
  const unspent = reach.sent - reach.taken + sum(LAYERS.flatMap(left => reach.lines.map(left)))
  const most = mostOf(reach)
  return unspent < most ? unspent : most
}

export interface Unwound {
  inTransit: Fen
  taken: Fen
  /** The receiver's entries, each line's way back to its revenue. */
  postings: Posting[]
}

/**
 * Takes an amount back (at most `unspentOf`): first what is in transit, then layer by layer below, each spread in proportion.
 * The entries run the orders of the forms that brought the money there, reversed, one step after the other.
 */
export function unwind(reach: Reach, amount: Fen): Unwound {
  const waiting = reach.sent - reach.taken
  const inTransit = (amount < waiting ? amount : waiting) as Fen
  const taken = (amount - inTransit) as Fen
  const postings: Posting[] = []
  let rest: bigint = taken
  for (const [layer, left] of LAYERS.entries()) {
    const live = reach.lines.filter(line => left(line) > 0n)
    const there = sum(live.map(left))
    const part = rest < there ? rest : there
    rest -= part
    if (part === 0n) continue
    for (const [index, of] of split(part as Fen, live.map(left)).entries())
      if (of > 0n) postings.push(...wayBack(live[index]!, of, layer))
  }
  return { inTransit, taken, postings }
}

/** From the layer in which the money stands to the revenue of its root. */
function wayBack(line: BelowLine, amount: Fen, layer: number): Posting[] {
  const way: Posting[] = []
  const step = (debitAllotment: bigint, debit: number, creditAllotment: bigint, credit: number, of: bigint = amount) =>
    void way.push({ debitAllotment, debit, creditAllotment, credit, amount: of as Fen })
  const { id, source, root } = line
  if (layer === 1) step(root, ACCOUNT.total, id, ACCOUNT.toRefine)
  if (layer === 2) {
    const planned = amount > line.own ? amount - line.own : 0n
    if (planned > 0n) step(id, ACCOUNT.own, id, ACCOUNT.plan, planned)
    step(source, ACCOUNT.toRefine, id, ACCOUNT.own)
    step(root, ACCOUNT.total, source, ACCOUNT.toRefine)
  }
  step(root, ACCOUNT.revenue, root, ACCOUNT.total)
  return way
}

/** What a batch below took from which line of which received line, read back from its entries in their order: the reverse of `unwind`. */
export function takenBelow(entries: readonly Posting[]): { root: bigint; line: bigint; amount: Fen }[] {
  const parts: { root: bigint; line: bigint; amount: Fen }[] = []
  let from: bigint | null = null
  for (const entry of entries) {
    if (entry.credit === ACCOUNT.plan) continue
    if (entry.credit === ACCOUNT.own || (entry.credit === ACCOUNT.toRefine && from === null))
      from = entry.creditAllotment
    if (entry.debit !== ACCOUNT.revenue) continue
    parts.push({ root: entry.debitAllotment, line: from ?? entry.debitAllotment, amount: entry.amount })
    from = null
  }
  return parts
}
