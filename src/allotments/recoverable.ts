import { displayMoney, type Fen } from '../kernel/money.ts'
import { RAISED } from '../kernel/raised.ts'
import { type Repair, refuse } from '../kernel/refusal.ts'
import { type DocumentInput, registerDocument } from '../ledger/document.ts'
import { postedBefore } from '../ledger/post.ts'
import { askedOf } from '../ledger/request.ts'
import type { Context } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { recall } from './recall.ts'
import type { RecoverableRow } from './recall-contract.ts'
import type { RecallingForm } from './recallable.ts'

/** What came in for a claim. */
export interface Recovery {
  division: number
  recoverable: bigint
  amount: Fen
  /** `recall`: it came back into the receiver's book (a refund) and is taken from there; `paid-in`: it was paid in otherwise. */
  way: 'recall' | 'paid-in'
  document: DocumentInput
  effectiveOn: string
  note?: string | null
  requestKey?: string | null
}

/**
 * Registers what came in for a claim (待追回). The claim itself is never changed: what is open is what it was, less what came in.
 * Refuses `claim-missing`, `amount-not-positive`, `claim-exceeded`; and, by recall, what `recall` refuses, `claim-not-back` among it.
 * @returns the row of what came in
 */
export async function recover(
  context: Context,
  input: Recovery,
): Promise<{ recovered: bigint; repair: Repair | null }> {
  const { tx } = context
  const { division } = input
  const asked = askedOf('recovered', input)
  if (input.requestKey) {
    await postedBefore(context, division, input.requestKey, asked)
    const before = await tx.maybe<{ id: bigint }>(
      'select id from allotments.recovered where division = $1 and request_key = $2',
      [division, input.requestKey],
    )
    if (before) return { recovered: before.id, repair: null }
  }
  if (input.amount <= 0n)
    refuse(
      'input',
      'amount-not-positive',
      '缴回金额应大于零：请填写实际收到的数额。',
      'The amount must be above zero: state what came in.',
      { field: 'amount' },
    )
  const claim = await tx.maybe<{ form: RecallingForm; year: number; transfer: bigint; open: bigint }>(
    `select form, fiscal_year as year, transfer, open_fen as open from allotments.published_recoverable where division = $1 and id = $2`,
    [division, input.recoverable],
  )
  if (!claim)
    refuse(
      'missing',
      'claim-missing',
      '没有这一待追回事项：请从清单中选择。',
      'There is no such claim: choose one from the list.',
    )
  if (input.amount > claim.open) refuseExceeded(input.amount, claim.open)
  let document: bigint
  let taken: bigint | null = null
  let repair: Repair | null
  if (input.way === 'recall') {
    const done = await recall(context, {
      division,
      form: claim.form,
      fiscalYear: claim.year,
      document: input.document,
      effectiveOn: input.effectiveOn,
      requestKey: input.requestKey ?? null,
      asked,
      lines: [{ transfer: claim.transfer, amount: input.amount }],
      forClaim: true,
    })
    taken = BigInt(done.view.recall!)
    document = BigInt(done.view.document!)
    repair = done.repair
  } else {
    const registered = await registerDocument(context, division, input.document)
    document = registered.id
    repair = registered.repair
  }
  await tx.query('savepoint recovering')
  try {
    const { id } = await tx.one<{ id: bigint }>('select allotments.recover($1, $2, $3, $4, $5, $6, $7, $8) as id', [
      division,
      input.recoverable,
      input.amount,
      input.effectiveOn,
      document,
      taken,
      input.note ?? null,
      input.requestKey ?? null,
    ])
    await context.audit({
      division,
      action: 'allotment.recovered',
      subject: input.document.number,
      detail: { claim: String(input.recoverable), fen: String(input.amount), way: input.way },
    })
    return { recovered: id, repair }
  } catch (error) {
    if ((error as { code?: string }).code !== RAISED.claim) throw error
    // Somebody else's receipt came first.
    await tx.query('rollback to savepoint recovering')
    const now = await tx.one<{ open: bigint }>(
      'select open_fen as open from allotments.published_recoverable where division = $1 and id = $2',
      [division, input.recoverable],
    )
    return refuseExceeded(input.amount, now.open)
  }
}

const refuseExceeded = (amount: Fen, open: bigint): never =>
  refuse(
    'conflict',
    'claim-exceeded',
    `缴回 ${displayMoney(amount)} 元超过尚待追回的 ${displayMoney(open)} 元：请核对后减少金额。`,
    `${displayMoney(amount)} yuan exceed the ${displayMoney(open)} yuan that are still to be recovered: check and lower it.`,
    { field: 'amount', value: displayMoney(amount) },
  )

/** The claims of a division, newest first; those of a year, or those open, where asked. */
export const listRecoverables = (
  tx: Tx,
  division: number,
  year: number | null,
  openOnly: boolean,
): Promise<RecoverableRow[]> =>
  tx.query<never>(
    `select r.id::text, r.form, r.fiscal_year as "fiscalYear", jsonb_build_object('number', r.document_number, 'title', r.document_title) as document,
       r.effective_on as "effectiveOn", jsonb_build_object('code', v.code, 'name', v.name) as debtor, r.transfer::text, r.transfer_number as "transferNumber",
       f.name as fund, r.line::text, r.amount_fen as "amountFen", r.recovered_fen as "recoveredFen", r.open_fen as "openFen", r.last_on as "lastOn"
     from allotments.published_recoverable r left join divisions.published_division v on v.division = r.transfer_division
     left join funds.published_fund f on f.id = r.fund
     where r.division = $1 and ($2::int is null or r.fiscal_year = $2) and (not $3 or r.open_fen > 0) order by r.id desc limit 1000`,
    [division, year, openOnly],
  )
