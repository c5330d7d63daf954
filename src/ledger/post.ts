import { displayMoney, type Fen } from '../kernel/money.ts'
import { RAISED } from '../kernel/raised.ts'
import { type Fault, refuse, type Sentence } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { RewordedRefusal } from '../platform/reworded.ts'
import { refusedByBook } from './book.ts'
import { ACCOUNT_NAMES } from './chart.ts'
import { accountNameOf, lineNaming } from './line-names.ts'
import { refuseReused } from './request.ts'

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
  /** The number of the batch, where it was drawn before (`newBatch`), and the batch of another division that is the other half of this act. */
  batch?: bigint
  other?: { division: number; batch: bigint } | null
}

const FEW_LINES = 100

/**
 * Registers a form in the ledger: all its lines at once or none. The only way money moves here.
 * Refuses `over-allotted` (a balance would fall below zero), `transfer-exceeded` (more taken than was sent), `correction-exceeds`,
 * `book-locked`, `no-such-order`, `interlock-broken`.
 * @returns the batch
 */
export async function post(context: Context, form: Form): Promise<bigint> {
  const { lines, transfers = [] } = form
  try {
    const [row] = await context.tx.prepared<{ batch: bigint }>(
      // A form of few lines is worth no planning of its own, and finds its rows by key, whatever a connection's plans believed of tables that
      // were empty when they were made; one of many is planned by what it holds, as is what follows it in its transaction.
      `select set_config('plan_cache_mode', case when few then 'force_generic_plan' else 'auto' end, true),
        set_config('enable_seqscan', case when few then 'off' else 'on' end, true), ledger.post($1, $2, $3, $4, $5, $6, $7::bigint[], $8::int[], $9::bigint[], $10::int[], $11::bigint[],
        $12::int[], $13::bigint[], $14::bigint[], $15::bigint[], $16::int[], $17, $18, $19) as batch
      from (select cardinality($11::bigint[]) <= ${FEW_LINES} as few) form`,
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
        form.other?.division ?? null,
        form.other?.batch ?? null,
        form.batch ?? null,
      ],
    )
    return row!.batch
  } catch (error) {
    throw explained(error)
  }
}

/** The number of a batch that is yet to be posted, so that the other half of its act can name it. */
export const newBatch = async (context: Context): Promise<bigint> =>
  (await context.tx.one<{ batch: bigint }>(`select nextval('ledger.batch_id') as batch`)).batch

/**
 * The batch that a request key made, with the lines that it debits, in their order; null while there is none. From here to the end
 * of the transaction nobody else can begin with the same key: a twin that is sent at the same moment waits, and then finds the batch,
 * instead of writing documents and lines beside it. `asked` is what is asked now (`askedOf`): it is kept with the key, and a key that
 * returns with something else is refused, `request-key-reused`, with what was posted under it.
 */
export async function postedBefore(
  context: Context,
  division: number,
  requestKey: string,
  asked: Buffer,
): Promise<{ batch: bigint; document: bigint | null; lines: bigint[] } | null> {
  const [found] = await context.tx.prepared<{
    digest: Buffer | null
    batch: bigint | null
    document: bigint | null
    lines: bigint[]
  }>('select * from ledger.begin_request($1, $2, $3)', [division, requestKey, asked])
  if (found?.digest && !found.digest.equals(asked)) await refuseReused(context, division, requestKey)
  return found?.batch != null ? { batch: found.batch, document: found.document, lines: found.lines } : null
}

/** The state of a book as the database says it: locked through a day, or closed since one. */
function bookState(message = ''): Sentence {
  const day = /\d{4}-\d{2}-\d{2}/.exec(message)?.[0] ?? ''
  return message.includes('closed')
    ? { zh: `已于 ${day} 结账`, en: `closed since ${day}` }
    : { zh: `已锁定至 ${day}`, en: `locked through ${day}` }
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
      const [, division = '0', allotment = '0', account = '0', , debit = '0', credit = '0'] =
        /\((\d+), (\d+), (\d+), (\w), (-?\d+), (-?\d+)\)/.exec(detail ?? '') ?? []
      const short = BigInt(debit) - BigInt(credit)
      const lack = displayMoney(short < 0n ? -short : short)
      const said = (line: Sentence, name: Sentence): Fault[] => [
        {
          code: 'over-allotted',
          value: allotment,
          zh: `${line.zh}的“${name.zh}”余额不足，差 ${lack} 元：请减少金额或选用其他指标。`,
          en: `Too little “${name.en}” is left of ${line.en}, short by ${lack} yuan: lower the amount or take another line.`,
        },
      ]
      const name = ACCOUNT_NAMES[Number(account)] ?? { zh: account, en: account }
      return new RewordedRefusal('conflict', said({ zh: '该指标', en: 'the line' }, name), async tx => {
        const id = BigInt(allotment)
        const naming = await lineNaming(tx, Number(division), [id])
        return said(naming(id), (await accountNameOf(tx, Number(division), id, Number(account))) ?? name)
      })
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
    if (code === RAISED.bookLocked)
      refuse(
        'conflict',
        'book-locked',
        `账簿${bookState(message).zh}，不能记账：请换用未锁定的日期，或由牵头股室解锁。`,
        `The book is ${bookState(message).en}: use a later date, or have the lead office unlock it.`,
      )
    if (code === RAISED.order)
      refuse(
        'conflict',
        'no-such-order',
        '该业务单本年度没有这样的交易令，未记账：请核对业务单和年度。',
        'The orders in force this year hold no such posting for this form, and nothing was posted: check the form and the year.',
        { value: message ?? '' },
      )
    if (code === RAISED.interlock)
      refuse(
        'conflict',
        'interlock-broken',
        '上下级指标不咬合，未记账：下达、在途与接收的金额对不上，请刷新后核对上级文件。',
        'The levels would not interlock, and nothing was posted: what was sent, is under way and is taken does not agree. Reload and compare the superior’s document.',
        { value: message ?? '' },
      )
    const byBook = refusedByBook(error)
    if (byBook) refuse('conflict', byBook.code, byBook.said.zh, byBook.said.en, { value: byBook.value })
    if (code === '42501' && message?.includes('outside the scope'))
      refuse('forbidden', 'division-outside-scope', '区划不在您的权限范围内。', 'The division lies outside your scope.')
  } catch (refusal) {
    return refusal
  }
  return error
}
