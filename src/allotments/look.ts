import { displayMoney, type Fen } from '../kernel/money.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { type AllotmentForm, type NewLine, receives, TAKES } from './allotment.ts'
import type { FormAnswer } from './answers.ts'
import { leftFor } from './reduction.ts'
import { holdings, origins, transferOrigins } from './store.ts'

/** Refuses `total-differs` where the lines do not sum to the total that the paper prints; both in fen. */
export function tied(printed: string | undefined, amounts: readonly string[]): void {
  if (printed === undefined) return
  const sum = amounts.reduce((total, amount) => total + BigInt(amount), 0n)
  const difference = sum - BigInt(printed)
  if (difference === 0n) return
  const [is, should, off] = [sum, BigInt(printed), difference < 0n ? -difference : difference].map(one =>
    displayMoney(one as Fen),
  )
  refuse(
    'input',
    'total-differs',
    `明细合计 ${is} 元，文件合计 ${should} 元，${difference > 0n ? '多' : '少'} ${off} 元：请核对明细和单位后再登记。`,
    `The lines sum to ${is} yuan and the document prints ${should} yuan, ${off} yuan too ${difference > 0n ? 'much' : 'little'}: check the lines and the unit.`,
    { field: 'printedTotal', value: should },
  )
}

/** What a form, once posted, took of each source line or transfer that it names, and what it could still take of it. */
export async function takenBy(
  tx: Tx,
  division: number,
  form: AllotmentForm | 'virement',
  lines: readonly NewLine[],
): Promise<FormAnswer['taken']> {
  const sums = new Map<bigint, bigint>()
  for (const line of lines) {
    const from = receives(form) ? line.transfer : line.source
    if (from !== undefined) sums.set(from, (sums.get(from) ?? 0n) + line.amount)
  }
  const ids = [...sums.keys()]
  const left = await leftOf(tx, division, form, ids)
  const names = receives(form) ? await transferNames(tx, division, ids) : await lineNames(tx, division, ids)
  return ids.map(id => ({
    from: String(id),
    name: names.get(id) ?? '',
    amountFen: String(sums.get(id)),
    leftFen: String(left(id)),
  }))
}

async function leftOf(
  tx: Tx,
  division: number,
  form: AllotmentForm | 'virement',
  ids: readonly bigint[],
): Promise<(id: bigint) => bigint> {
  if (ids.length === 0) return () => 0n
  if (form === 'virement') {
    const lines = await holdings(tx, division, ids)
    return id => leftFor('virement', lines.get(id)!)
  }
  const takes = TAKES[form]
  const from = takes ? await origins(tx, division, ids, takes.account) : await transferOrigins(tx, division, ids)
  return id => from.get(id)?.available ?? 0n
}

/** What lines are called in lists: number, fund, and what they are for. */
export const lineNames = (tx: Tx, division: number, ids: readonly bigint[]): Promise<Map<bigint, string>> =>
  namesOf(
    tx,
    `select a.id, concat_ws(' · ', nullif(d.number, ''), f.name, g.name, nullif(p.name, '')) as name
     from allotments.allotment a join ledger.published_document d on d.division = a.division and d.id = a.document
     join funds.published_fund f on f.id = a.fund
     left join divisions.published_agency g on g.division = a.division and g.id = a.agency
     left join projects.published_project p on p.division = a.division and p.id = a.project
     where a.division = $1 and a.id = any ($2::bigint[])`,
    [division, ids],
  )

const transferNames = (tx: Tx, division: number, ids: readonly bigint[]): Promise<Map<bigint, string>> =>
  namesOf(
    tx,
    `select t.id, concat_ws(' · ', t.document_number, f.name) as name from ledger.published_transfer t
     join funds.published_fund f on f.id = t.fund where t.division = $1 and t.id = any ($2::bigint[])`,
    [division, ids],
  )

const namesOf = async (tx: Tx, sql: string, values: unknown[]): Promise<Map<bigint, string>> =>
  new Map((await tx.query<{ id: bigint; name: string }>(sql, values)).map(row => [row.id, row.name]))
