import { displayMoney, type Fen } from '../kernel/money.ts'
import { FaultList, refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'

/** A paper of a sender outside this installation, as a line of a form names it; the number in its proper form. */
export interface Paper {
  row: number
  number: string
  fund: number
  /** The region that sent across; null for a superior. */
  sender: string | null
}

interface Taken {
  row: number
  ownNumber: string
  dated: string
  fund: string
  amount: bigint
}

/**
 * Refuses what was typed off the same paper before: of another region, its document; of a superior, its document and the fund. What was
 * wholly taken back in red letters does not count. Refuses `outside-document-taken`, a fault for each line.
 */
export async function refusePapers(
  context: Context,
  input: { division: number; fiscalYear: number; across: boolean; papers: readonly Paper[] },
): Promise<void> {
  const { papers } = input
  const taken = await context.tx.query<Taken & { row: number }>(
    `select distinct on (p.row) p.row, d.number as "ownNumber", d.dated, f.name as fund, t.taken_fen as amount
     from unnest($4::int[], $5::text[], $6::int[], $7::text[]) as p(row, number, fund, sender)
     join ledger.transfer t on t.document_number = p.number and t.division = $1 and t.fiscal_year = $2 and t.across = $3 and t.paper_stands
       and case when t.across then translate(lower(coalesce(t.sender_name, '')), E' \u3000\t', '') = translate(lower(coalesce(p.sender, '')), E' \u3000\t', '')
         else t.fund = p.fund end
     join allotments.allotment a on a.division = t.division and a.transfer = t.id
     join ledger.document d on d.division = a.division and d.id = a.document
     left join funds.published_fund f on f.id = t.fund
     order by p.row, t.id`,
    [
      input.division,
      input.fiscalYear,
      input.across,
      papers.map(paper => paper.row),
      papers.map(paper => paper.number),
      papers.map(paper => paper.fund),
      papers.map(paper => paper.sender),
    ],
  )
  const faults = new FaultList()
  for (const one of taken) {
    const paper = papers.find(({ row }) => row === one.row)!
    const amount = displayMoney(one.amount as Fen)
    const who = paper.sender ? `${paper.sender} ` : ''
    faults.add({
      code: 'outside-document-taken',
      row: one.row,
      field: input.across ? 'from' : 'superiorNumber',
      value: paper.number,
      zh: `第 ${one.row} 行：${who}“${paper.number}”已于 ${one.dated} 以本级“${one.ownNumber}”登记（${one.fund ?? '资金'} ${amount} 元），再登记会重复计算。原登记有误的，请先红字更正。`,
      en: `Line ${one.row}: ${who}“${paper.number}” was registered under “${one.ownNumber}” of ${one.dated} (${one.fund ?? 'fund'}, ${amount} yuan); a second time it would count twice. If that was wrong, correct it in red letters first.`,
    })
  }
  faults.throwIfAny()
}

/** What the database says of a paper that another clerk registered at the same moment, as a sentence; other errors as they are. */
export function paperTwice(error: unknown): unknown {
  const { code, constraint } = error as { code?: string; constraint?: string }
  if (code !== '23505' || constraint !== 'transfer_paper_once') return error
  try {
    refuse(
      'conflict',
      'outside-document-taken',
      '这份外来文件已经登记，再登记会重复计算：请刷新后核对，或先将原登记红字更正。',
      'This paper is registered already; a second time it would count twice: reload and compare, or correct the first in red letters.',
    )
  } catch (refusal) {
    return refusal
  }
}
