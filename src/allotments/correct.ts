import { displayMoney, type Fen, negate } from '../kernel/money.ts'
import { refuse } from '../kernel/refusal.ts'
import { ACCOUNT } from '../ledger/chart.ts'
import { type DocumentInput, registerDocument } from '../ledger/document.ts'
import { post, postedBefore, type TransferMove } from '../ledger/post.ts'
import type { Context } from '../platform/context.ts'

export interface CorrectionInput {
  division: number
  fiscalYear: number
  effectiveOn: string
  document: DocumentInput
  requestKey?: string | null
  /** The entry that is wrong, and by how much it is too high (the whole amount, or the difference). */
  batch: bigint
  line: number
  amount: Fen
}

interface Original {
  form: string
  fiscal_year: number
  debit_allotment: bigint
  debit: number
  credit_allotment: bigint
  credit: number
  amount_fen: bigint
  corrected_fen: bigint
}

/**
 * Red-letter correction (红字更正): the original's two accounts again, with a negative amount, naming the original. What has
 * already flowed further must be corrected first, from the bottom up: the guard refuses `over-allotted` otherwise.
 * Refuses `entry-missing`, `correction-of-red`, `correction-of-payment`, `correction-exceeds`, `correction-not-positive`, and what `post` refuses.
 */
export async function correct(context: Context, input: CorrectionInput): Promise<bigint> {
  const { tx } = context
  const before = input.requestKey ? await postedBefore(context, input.division, input.requestKey) : null
  if (before) return before.batch
  const original = (await tx.maybe<never>(
    `select b.form, b.fiscal_year, e.debit_allotment, e.debit, e.credit_allotment, e.credit, e.amount_fen, coalesce(c.corrected_fen, 0)::bigint as corrected_fen
     from ledger.entry e join ledger.batch b on b.division = e.division and b.id = e.batch
     left join ledger.corrected c on c.division = e.division and c.batch = e.batch and c.line = e.line
     where e.division = $1 and e.batch = $2 and e.line = $3`,
    [input.division, input.batch, input.line],
  )) as Original | undefined
  if (!original)
    refuse(
      'missing',
      'entry-missing',
      `没有第 ${input.batch} 批第 ${input.line} 行分录。`,
      `There is no entry ${input.line} of batch ${input.batch}.`,
    )
  if (original.amount_fen < 0n)
    refuse(
      'conflict',
      'correction-of-red',
      '红字分录不能再更正：请对原分录重新登记。',
      'A red letter is not corrected again: register the original anew.',
    )
  // What the bank has paid is a fact of the treasury's: its own voucher takes it back, and the payment with it.
  if ([original.debit, original.credit].some(account => account === ACCOUNT.paid || account === ACCOUNT.transit))
    refuse(
      'conflict',
      'correction-of-payment',
      '支付分录不能在此更正：请导入国库的退款或更正凭证。',
      'A payment is not corrected here: import the treasury’s refund or its correcting voucher.',
    )
  if (input.amount <= 0n)
    refuse(
      'input',
      'correction-not-positive',
      '更正金额应大于零：填写多记的数额。',
      'The correction must be above zero: give the amount that was too much.',
      { field: 'amount' },
    )
  const left = original.amount_fen - original.corrected_fen
  if (input.amount > left)
    refuse(
      'conflict',
      'correction-exceeds',
      `更正金额 ${displayMoney(input.amount)} 元超过该分录还可更正的 ${displayMoney(left)} 元。`,
      `The correction of ${displayMoney(input.amount)} yuan exceeds the ${displayMoney(left)} yuan of this entry that are left to correct.`,
      { field: 'amount' },
    )

  const amount = negate(input.amount)
  const transfers: TransferMove[] = []
  if (original.debit === ACCOUNT.passed) {
    const sent = await tx.query<{ division: number; id: bigint }>(
      'select division, id from ledger.transfer where sender = $1 and sender_allotment = $2',
      [input.division, original.debit_allotment],
    )
    transfers.push(...sent.map(transfer => ({ division: transfer.division, transfer: transfer.id, amount })))
  } else if (original.form === 'receive') {
    const taken = await tx.query<{ transfer: bigint }>(
      'select transfer from allotments.allotment where division = $1 and id = $2',
      [input.division, original.debit_allotment],
    )
    transfers.push(...taken.map(line => ({ division: input.division, transfer: line.transfer, amount })))
  }
  const document = await registerDocument(context, input.division, input.document)
  const batch = await post(context, {
    division: input.division,
    form: 'correct',
    fiscalYear: original.fiscal_year,
    effectiveOn: input.effectiveOn,
    document: document.id,
    requestKey: input.requestKey ?? null,
    lines: [
      {
        debitAllotment: original.debit_allotment,
        debit: original.debit,
        creditAllotment: original.credit_allotment,
        credit: original.credit,
        amount,
        corrects: { batch: input.batch, line: input.line },
      },
    ],
    transfers,
  })
  await context.audit({
    division: input.division,
    action: 'corrected',
    subject: `entry ${input.batch}/${input.line}`,
    detail: { batch: String(batch), fen: String(amount) },
  })
  await context.announce('allotments.room-made', { division: input.division, fiscalYear: original.fiscal_year })
  return batch
}
