import { displayMoney, type Fen } from '../kernel/money.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { ACCOUNT_NAMES } from './chart.ts'

/** One line of double entry: where it is debited, where credited, how much. */
export interface Posting {
  debitAllotment: bigint
  debit: number
  creditAllotment: bigint
  credit: number
  amount: Fen
  /** Only for red letters: the entry that is corrected; the amount is then negative. */
  corrects?: { batch: bigint; line: number }
}

/** How a form moves a transfer: up what was sent below (division ≠ the poster's), or up what was taken from above. */
export interface TransferMove {
  division: number
  transfer: bigint
  amount: Fen
}

export interface Form {
  division: number
  form: string
  fiscalYear: number
  /** The day on which it happened, `YYYY-MM-DD`. */
  effectiveOn: string
  document: bigint | null
  /** The same key again posts nothing and answers the first batch. */
  requestKey?: string | null
  lines: readonly Posting[]
  transfers?: readonly TransferMove[]
}

/**
 * Registers a form in the ledger: all its lines at once or none. The only way money moves here.
 * Refuses `over-allotted` (a balance would fall below zero), `transfer-exceeded` (more taken than was sent), `correction-exceeds`,
 * `book-locked`, `no-such-order`, `interlock-broken`.
 * @returns the batch
 */
export async function post(context: Context, form: Form): Promise<bigint> {
  const { lines, transfers = [] } = form
  try {
    const { batch } = await context.tx.one<{ batch: bigint }>(
      `select ledger.post($1, $2, $3, $4, $5, $6, $7::bigint[], $8::int[], $9::bigint[], $10::int[], $11::bigint[],
        $12::int[], $13::bigint[], $14::bigint[], $15::bigint[], $16::int[]) as batch`,
      [
        form.division,
        form.form,
        form.fiscalYear,
        form.effectiveOn,
        form.document,
        form.requestKey ?? null,
        lines.map(line => line.debitAllotment),
        lines.map(line => line.debit),
        lines.map(line => line.creditAllotment),
        lines.map(line => line.credit),
        lines.map(line => line.amount),
        transfers.map(move => move.division),
        transfers.map(move => move.transfer),
        transfers.map(move => move.amount),
        lines.map(line => line.corrects?.batch ?? null),
        lines.map(line => line.corrects?.line ?? null),
      ],
    )
    return batch
  } catch (error) {
    throw explained(error)
  }
}

/**
 * The batch that a request key made, with the lines that it debits, in their order; null while there is none. From here to the end
 * of the transaction nobody else can begin with the same key: a twin that is sent at the same moment waits, and then finds the batch,
 * instead of writing documents and lines beside it.
 */
export async function postedBefore(
  context: Context,
  division: number,
  requestKey: string,
): Promise<{ batch: bigint; document: bigint | null; lines: bigint[] } | null> {
  await context.tx.query('select pg_advisory_xact_lock(hashtextextended($1, $2))', [requestKey, division])
  const found = await context.tx.maybe<{ batch: bigint; document: bigint | null; lines: bigint[] }>(
    `select b.id as batch, b.document,
       array(select e.debit_allotment from ledger.entry e where e.division = b.division and e.batch = b.id order by e.line) as lines
     from ledger.batch b where b.division = $1 and b.request_key = $2`,
    [division, requestKey],
  )
  return found ?? null
}

/** What the database's guards say, as sentences; other errors as they are. */
export function explained(error: unknown): unknown {
  const { code, constraint, detail, message } = error as {
    code?: string
    constraint?: string
    detail?: string
    message?: string
  }
  try {
    if (code === '23514' && constraint === 'balance_never_below_zero') {
      const [, , allotment = '', account = '', , debit = '0', credit = '0'] =
        /\((\d+), (\d+), (\d+), (\w), (-?\d+), (-?\d+)\)/.exec(detail ?? '') ?? []
      const name = ACCOUNT_NAMES[Number(account)] ?? { zh: account, en: account }
      const short = BigInt(debit) - BigInt(credit)
      const lack = displayMoney(short < 0n ? -short : short)
      refuse(
        'conflict',
        'over-allotted',
        `指标 ${allotment} 的“${name.zh}”余额不足，差 ${lack} 元：请减少金额或选用其他指标。`,
        `Allotment ${allotment} has too little “${name.en}”, short by ${lack} yuan: lower the amount or take another allotment.`,
        { value: allotment },
      )
    }
    if (code === '23514' && constraint === 'transfer_taken_within_sent')
      refuse(
        'conflict',
        'transfer-exceeded',
        '接收数超过上级下达数，或收回数超过在途数：请核对上级文件的可接收余额。',
        'More would be taken than the superior sent, or more recalled than is in transit: check what is left of the superior’s line.',
      )
    if (code === '23514' && constraint === 'corrections_within_original')
      refuse(
        'conflict',
        'correction-exceeds',
        '累计更正数超过原记录金额：请核对已更正数。',
        'The corrections together exceed the original: check what has been corrected already.',
      )
    if (code === 'FW001')
      refuse(
        'conflict',
        'book-locked',
        `账簿已锁定或已结账，不能记账（${message}）：请换用未锁定的日期，或由牵头股室解锁。`,
        `The book is locked or closed (${message}): use a later date, or have the lead office unlock it.`,
      )
    if (code === 'FW002')
      refuse(
        'conflict',
        'no-such-order',
        `没有这样的交易令（${message}）。`,
        `There is no such transaction order (${message}).`,
      )
    if (code === 'FW003')
      refuse(
        'conflict',
        'interlock-broken',
        `上下级指标不咬合（${message}）。`,
        `The levels would not interlock (${message}).`,
      )
    if (code === '42501' && message?.includes('outside the scope'))
      refuse('forbidden', 'division-outside-scope', '区划不在您的权限范围内。', 'The division lies outside your scope.')
  } catch (refusal) {
    return refusal
  }
  return error
}
