import { displayMoney, type Fen } from '../kernel/money.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { NewLine, Origin, Poverty } from './allotment.ts'

/** One decision about one transfer (非扶贫资金识别). */
export interface Recognition {
  division: number
  transfer: bigint
  verdict: Poverty
  /** Of a transfer that lies within the scope in part: how much of it is monitored, in fen. */
  monitored?: Fen | undefined
  reason: string
  /** The number of the document that says so. */
  document?: string | null
  /** The decision that the reader saw; null where there was none. One that was decided since is not written over. */
  supersedes: bigint | null
}

/**
 * The monitored part of a receipt from a transfer of which `monitored` of `sent` are: its share of what comes after `taken`, rounded so
 * that all receipts together sum to the whole monitored amount.
 */
export function monitoredShare(monitored: bigint, sent: bigint, taken: bigint, amount: bigint): Fen {
  if (sent <= 0n) return 0n as Fen
  const upTo = (part: bigint): bigint => (monitored * part) / sent
  const share = upTo(taken + amount) - upTo(taken)
  return (share > amount ? amount : share) as Fen
}

/**
 * What received lines take over from the decision about their transfer: whether they are for the poor, and how much of them. A decision
 * holds whatever the line states; without one the line, then the fund, is asked.
 */
export function recognisedLines(
  lines: readonly NewLine[],
  originOf: (line: NewLine) => Origin | undefined,
): Pick<NewLine, 'poverty' | 'monitored'>[] {
  const before = new Map<bigint, bigint>()
  return lines.map(line => {
    const origin = originOf(line)
    const decided = origin?.recognised
    if (!origin || !decided) return {}
    const taken = before.get(origin.id) ?? BigInt(decided.taken)
    before.set(origin.id, taken + line.amount)
    if (decided.verdict !== 'part') return { poverty: decided.verdict }
    return {
      poverty: 'part',
      monitored: monitoredShare(BigInt(decided.monitored), BigInt(decided.sent), taken, line.amount),
    }
  })
}

/**
 * Registers a decision; an earlier one stays and is superseded. Lines that were received before keep the mark that they were received
 * with. Refuses `transfer-missing`, `recognition-reason`, `recognition-amount`, `recognition-superseded`.
 */
export async function recognise(context: Context, input: Recognition): Promise<bigint> {
  const { tx } = context
  const transfer = await tx.maybe<{ sent_fen: bigint; document_number: string }>(
    'select sent_fen, document_number from ledger.published_transfer where division = $1 and id = $2',
    [input.division, input.transfer],
  )
  if (!transfer)
    refuse(
      'missing',
      'transfer-missing',
      '本级没有这笔转移支付：请从清单中选择。',
      'This division has no such transfer: choose one from the list.',
      { value: String(input.transfer) },
    )
  const reason = input.reason.trim()
  if (reason === '')
    refuse(
      'input',
      'recognition-reason',
      '请写明认定理由，例如上级文件的条款。',
      'Give the reason, such as the clause of the superior’s document.',
      { field: 'reason' },
    )
  const monitored =
    input.verdict === 'whole' ? transfer.sent_fen : input.verdict === 'none' ? 0n : (input.monitored ?? 0n)
  if (input.verdict === 'part' && (monitored <= 0n || monitored >= transfer.sent_fen))
    refuse(
      'input',
      'recognition-amount',
      `部分纳入监控时，监控金额应大于零且小于下达数 ${displayMoney(transfer.sent_fen)} 元：请改正，或改选“全部”“不纳入”。`,
      `Where part is monitored, the amount must lie above zero and below the ${displayMoney(transfer.sent_fen)} yuan sent: correct it, or choose “whole” or “none”.`,
      { field: 'monitored', value: displayMoney(monitored) },
    )
  const current = await tx.maybe<{ id: bigint }>(
    'select id from allotments.published_recognition where division = $1 and transfer = $2',
    [input.division, input.transfer],
  )
  const made =
    (current?.id ?? null) === input.supersedes
      ? await tx.maybe<{ id: bigint }>(
          `insert into allotments.recognition (division, transfer, verdict, monitored_fen, reason, document, supersedes)
           values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id`,
          [
            input.division,
            input.transfer,
            input.verdict,
            monitored,
            reason,
            input.document?.trim() || null,
            input.supersedes,
          ],
        )
      : undefined
  if (!made)
    refuse(
      'conflict',
      'recognition-superseded',
      '这笔转移支付刚有人认定过：请刷新页面，看过新的认定后再办。',
      'Somebody has decided about this transfer meanwhile: reload the page, look at that decision, and decide again.',
    )
  await context.audit({
    division: input.division,
    action: 'allotment.recognise',
    subject: transfer.document_number,
    detail: {
      transfer: String(input.transfer),
      verdict: input.verdict,
      fen: String(monitored),
      recognition: String(made.id),
    },
  })
  return made.id
}
