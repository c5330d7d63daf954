import type { Fen } from '../kernel/money.ts'
import { ACCOUNT } from '../ledger/chart.ts'
import type { Posting } from '../ledger/post.ts'
import type { Origin } from './allotment.ts'

/** Lawful reductions within a division: of own budget (追减), and from an agency (收回). Recall from below is another matter. */
export const REDUCING = ['cut', 'withdraw'] as const
export type ReducingForm = (typeof REDUCING)[number]

/** A line with what of it a reduction or a virement may still take, in fen. */
export interface Holding extends Omit<Origin, 'available'> {
  fiscalYear: number
  /** The line that it was made from in its division, and that line's form. */
  source: bigint | null
  sourceForm: string | null
  /** That line's path: what is made beside this line goes on from there. A carried line's own path holds its old lines as well. */
  sourcePath: bigint[] | null
  departmentSubject: string | null
  agency: number | null
  project: bigint | null
  /** On 1001, 5001, 500201 and 5101. */
  toAssign: bigint
  toRefine: bigint
  own: bigint
  plan: bigint
}

const OWN_BUDGET = new Set<string | null>(['register', 'add'])

/** Whether a form may take from a line: a cut from own budget, assigned or not; a withdrawal or virement from an agency's line. */
export const mayTake = (form: ReducingForm | 'virement', line: Holding): boolean =>
  form === 'cut'
    ? OWN_BUDGET.has(line.form) || (line.form === 'assign' && OWN_BUDGET.has(line.sourceForm))
    : line.form === 'refine'

/** What a form may take of a line: a cut what is not refined or passed down, a withdrawal what is not under way to a payee. */
export const leftFor = (form: ReducingForm | 'virement', line: Holding): bigint =>
  form === 'cut' ? (line.form === 'assign' ? line.toRefine : line.toAssign) : line.own + line.plan

/**
 * The entries that take an amount off a line: the accounts of the forms that brought it there, reversed, one step after the other.
 * Lowers what the holding has, so that a line named twice is not taken twice. The line must have that much (`leftFor`).
 */
export function takeOff(form: ReducingForm | 'virement', line: Holding, amount: Fen): Posting[] {
  const entry = (debitAllotment: bigint, debit: number, creditAllotment: bigint, credit: number, of: bigint) => ({
    debitAllotment,
    debit,
    creditAllotment,
    credit,
    amount: of as Fen,
  })
  if (form === 'cut') {
    if (line.form !== 'assign') {
      line.toAssign -= amount
      return [entry(line.id, ACCOUNT.revenue, line.id, ACCOUNT.total, amount)]
    }
    line.toRefine -= amount
    const root = line.source!
    return [
      entry(root, ACCOUNT.total, line.id, ACCOUNT.toRefine, amount),
      entry(root, ACCOUNT.revenue, root, ACCOUNT.total, amount),
    ]
  }
  const planned = amount > line.own ? amount - line.own : 0n
  line.own -= amount - planned
  line.plan -= planned
  const back = entry(line.source!, ACCOUNT.toRefine, line.id, ACCOUNT.own, amount)
  return planned > 0n ? [entry(line.id, ACCOUNT.own, line.id, ACCOUNT.plan, planned), back] : [back]
}

/** What a batch took off which line, read back from its entries in their order: the reverse of `takeOff`. */
export function takenOff(form: ReducingForm, entries: readonly Posting[]): { line: bigint; amount: Fen }[] {
  const parts: { line: bigint; amount: Fen }[] = []
  entries.forEach((entry, index) => {
    if (form === 'withdraw') {
      if (entry.debit === ACCOUNT.toRefine) parts.push({ line: entry.creditAllotment, amount: entry.amount })
    } else if (entry.credit === ACCOUNT.toRefine) parts.push({ line: entry.creditAllotment, amount: entry.amount })
    else if (entries[index - 1]?.credit !== ACCOUNT.toRefine)
      parts.push({ line: entry.debitAllotment, amount: entry.amount })
  })
  return parts
}
