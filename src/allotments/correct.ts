import { displayMoney, type Fen, negate } from '../kernel/money.ts'
import { type Fault, Refusal, refuse, type Sentence } from '../kernel/refusal.ts'
import { ACCOUNT } from '../ledger/chart.ts'
import { type DocumentInput, registerDocument } from '../ledger/document.ts'
import { explained, type Posting, post, postedBefore } from '../ledger/post.ts'
import { askedOf } from '../ledger/request.ts'
import type { Context } from '../platform/context.ts'
import { RewordedRefusal } from '../platform/reworded.ts'
import { aroundLowering, movesOf } from './correction-moves.ts'
import { hanging, type Original, originalOf, partnerLine } from './hanging.ts'
import type { HangingRow } from './recall-contract.ts'

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

/**
 * Red-letter correction (红字更正): the original's two accounts again, with a negative amount, naming the original. What has
 * already flowed further must be corrected first, from the bottom up: `over-allotted` or `transfer-exceeded` otherwise, with a fault
 * `undo-first` for each thing that hangs on the entry, in that order. A virement's two halves are corrected together. A transfer that
 * moved with the entry moves back with it; of a recall, the side that called first, then the side that gave.
 * Refuses `entry-missing`, `correction-of-red`, `correction-of-payment`, `correction-exceeds`, `correction-not-positive`, and what `post` refuses.
 */
export async function correct(context: Context, input: CorrectionInput): Promise<bigint> {
  const { tx } = context
  const before = input.requestKey
    ? await postedBefore(context, input.division, input.requestKey, askedOf('correct', input))
    : null
  if (before) return before.batch
  const original = await originalOf(tx, input.division, input.batch, input.line)
  if (!original)
    refuse(
      'missing',
      'entry-missing',
      '没有这条分录：请从指标页的分录中选择。',
      'There is no such entry: choose one from the line’s page.',
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

  const partner = partnerLine(original, input.line)
  const other = partner === null ? undefined : await originalOf(tx, input.division, input.batch, partner)
  const lines = [red(original, input, input.line)]
  if (other && partner !== null) lines.push(red(other, input, partner))
  const { transfers, lowered } = await movesOf(tx, input.division, [{ original, by: input.amount }])
  const document = await registerDocument(context, input.division, input.document)
  await tx.query('savepoint correcting')
  let batch: bigint
  const at = { division: input.division, document: document.id, effectiveOn: input.effectiveOn }
  try {
    batch = await aroundLowering(tx, at, lowered, () =>
      post(context, {
        ...at,
        form: 'correct',
        fiscalYear: original.fiscal_year,
        requestKey: input.requestKey ?? null,
        lines,
        transfers,
      }),
    )
  } catch (error) {
    const said = explained(error)
    const stuck = said instanceof Refusal && said.faults.some(fault => STUCK.has(fault.code))
    if (!stuck) throw said
    await tx.query('rollback to savepoint correcting')
    const refusal = said instanceof RewordedRefusal ? await said.reword(tx) : said
    return refuseHanging(context, input, refusal)
  }
  await context.audit({
    division: input.division,
    action: 'corrected',
    subject: `entry ${input.batch}/${input.line}`,
    detail: { batch: String(batch), fen: String(negate(input.amount)) },
  })
  await context.announce('allotments.room-made', { division: input.division, fiscalYear: original.fiscal_year })
  return batch
}

/** What says that money has flowed on. */
export const STUCK = new Set(['over-allotted', 'transfer-exceeded'])

const red = (original: Original, input: CorrectionInput, line: number): Posting => ({
  debitAllotment: original.debit_allotment,
  debit: original.debit,
  creditAllotment: original.credit_allotment,
  credit: original.credit,
  amount: negate(input.amount),
  corrects: { batch: input.batch, line },
})

async function refuseHanging(context: Context, input: CorrectionInput, refusal: Refusal): Promise<never> {
  const { rows, freeFen } = await hanging(context.tx, input.division, input.batch, input.line)
  const free = displayMoney(BigInt(freeFen))
  throw new Refusal('conflict', [
    ...refusal.faults.map(fault =>
      rows.length === 0
        ? fault
        : {
            ...fault,
            zh: `${fault.zh}该分录现可更正 ${free} 元；其余已继续流转，须按下列顺序自下而上先行处理。`,
            en: `${fault.en} ${free} yuan of the entry can be corrected now; the rest has flowed on and is dealt with first, from the bottom up, in this order.`,
          },
    ),
    ...undoFirst(rows),
  ])
}

/** A fault for each thing that has to be dealt with before, in its order. */
export const undoFirst = (rows: readonly HangingRow[]): Fault[] =>
  rows.map((row, index) => ({
    code: 'undo-first',
    row: index + 1,
    value: row.documentNumber ?? row.name,
    zh: `${row.division.name}：${row.formName.zh}${row.who ? `（${row.who}）` : ''} ${displayMoney(BigInt(row.amountFen))} 元，${row.name}：${MEND[row.kind].zh}。`,
    en: `${row.division.name}: ${row.formName.en}${row.who ? ` (${row.who})` : ''} ${displayMoney(BigInt(row.amountFen))} yuan, ${row.name}: ${MEND[row.kind].en}.`,
  }))

const MEND: Record<HangingRow['kind'], Sentence> = {
  paid: { zh: '由国库退款', en: 'the treasury refunds it' },
  transit: { zh: '待银行确认或退回', en: 'the bank confirms or returns it' },
  plan: { zh: '更正用款计划', en: 'correct the payment plan' },
  line: { zh: '更正或收回该指标', en: 'correct or take back that line' },
  reduction: { zh: '先更正该笔减少', en: 'correct that reduction first' },
}
