import { groupBy } from '../kernel/group-by.ts'
import type { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Poverty } from './allotment.ts'
import type { Resolved } from './import-resolve.ts'
import { handReceived } from './join-store.ts'

/**
 * Rows whose receipt was entered by hand before the file came: the line gets the row's key instead of a twin (挂接). A row is that line
 * when the superior's number, the fund and the amount are equal; of equal rows and lines each is used once.
 */
export async function joinRows(
  context: Context,
  group: readonly Resolved[],
  numberOf: (line: Resolved) => string,
): Promise<Map<Resolved, bigint>> {
  const joined = new Map<Resolved, bigint>()
  const first = group[0]
  if (!first) return joined
  const byHand = await handReceived(context.tx, first.division, first.year, [...new Set(group.map(numberOf))])
  if (byHand.length === 0) return joined
  const key = (number: string, fund: number, amount: bigint) => `${number}\u0000${fund}\u0000${amount}`
  const waiting = groupBy(byHand, line => key(line.number, line.fund, line.amount_fen))
  for (const line of group) {
    const one = waiting.get(key(numberOf(line), line.fund, line.amount))?.shift()
    if (!one) continue
    await context.tx.query('select allotments.join_row($1, $2, $3, $4)', [
      line.division,
      one.id,
      line.externalId,
      '上级文号、资金、金额一致',
    ])
    await context.audit({
      division: line.division,
      action: 'allotment.join',
      subject: `allotment ${one.id}`,
      detail: { row: line.row, externalId: line.externalId, manner: 'automatic' },
    })
    joined.set(line, one.id)
  }
  return joined
}

const WORDS: Record<Poverty, string> = { whole: '全部', part: '部分', none: '否' }

/** Says where a row's poverty flag is not what was decided about its transfer: the decision holds. */
export async function sayRecognised(
  context: Context,
  division: number,
  received: ReadonlyMap<Resolved, bigint>,
  faults: FaultList,
): Promise<void> {
  const stated = [...received].filter(([line]) => line.poverty !== null)
  if (stated.length === 0) return
  const rows = await context.tx.query<{ transfer: bigint; verdict: Poverty }>(
    'select transfer, verdict from allotments.published_recognition where division = $1 and transfer = any ($2::bigint[])',
    [division, stated.map(([, transfer]) => transfer)],
  )
  const decided = new Map(rows.map(row => [row.transfer, row.verdict]))
  for (const [line, transfer] of stated) {
    const verdict = decided.get(transfer)
    if (!verdict || !line.poverty || verdict === line.poverty) continue
    faults.repair({
      code: 'recognition-kept',
      row: line.row,
      field: 'POVERTY_FLAG',
      value: WORDS[line.poverty],
      to: WORDS[verdict],
      zh: `第 ${line.row} 行扶贫标识为“${WORDS[line.poverty]}”，该笔转移支付已认定为“${WORDS[verdict]}”，按认定登记；认定有误请重新认定。`,
      en: `Row ${line.row}: the poverty flag reads ${line.poverty}, but the transfer was recognised as ${verdict}, which holds; decide again if the recognition is wrong.`,
    })
  }
}
