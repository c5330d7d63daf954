import type { FaultList, Sentence } from '../kernel/refusal.ts'
import type { Tx } from '../platform/database/transaction.ts'

/** How an official calls a line or a transfer: its document's number, which line of it, the fund, and whom it is for. */
export type Naming = (id: bigint) => Sentence

const UNNAMED: Sentence = { zh: '该指标', en: 'the line' }
const unnamed: Naming = () => UNNAMED

interface Named {
  id: bigint
  number: string | null
  line: number | null
  fund: string | null
  who: string | null
}

/** Lines by what an official knows of them. Which line of its document a line is, its first entry tells: lines stand there in their order. */
export async function lineNaming(tx: Tx, division: number, ids: readonly bigint[]): Promise<Naming> {
  const rows = await tx.query<Named & Record<string, unknown>>(
    `select l.id, nullif(l.document_number, '') as number, p.line, f.name as fund, coalesce(g.name, w.name, o.to_outside) as who
     from allotments.published_line l
     join allotments.allotment o on o.division = l.division and o.id = l.id
     left join funds.published_fund f on f.id = l.fund
     left join divisions.published_agency g on g.division = l.division and g.id = l.agency
     left join divisions.published_division w on w.division = l.to_division
     left join lateral (
       select e.batch, e.line, e.debit, e.credit from ledger.entry e join ledger.batch b on b.division = e.division and b.id = e.batch
       where e.division = l.division and e.debit_allotment = l.id and b.document = l.document and e.amount_fen > 0
       order by e.batch, e.line limit 1) m on true
     left join lateral (
       select count(distinct e.debit_allotment)::int as line from ledger.entry e
       where e.division = l.division and e.batch = m.batch and e.line <= m.line and e.debit = m.debit and e.credit = m.credit) p on m.batch is not null
     where l.division = $1 and l.id = any ($2::bigint[])`,
    [division, ids],
  )
  return named(rows)
}

/** What the chart of a line's fiscal year calls an account. */
export const accountNameOf = (tx: Tx, division: number, line: bigint, account: number): Promise<Sentence | undefined> =>
  tx.maybe<never>(
    `select n.name as zh, n.english as en from allotments.allotment a
     join ledger.published_account n on n.code = $3 and a.fiscal_year between n.first_year and coalesce(n.last_year, 9999)
     where a.division = $1 and a.id = $2`,
    [division, line, account],
  )

/** Transfers that a division received or waits for, or sent, by their document's number and fund. */
export async function transferNaming(tx: Tx, division: number, ids: readonly bigint[]): Promise<Naming> {
  const rows = await tx.query<Named & Record<string, unknown>>(
    `select t.id, nullif(t.document_number, '') as number, null as line, f.name as fund,
       case when t.division <> $1 then v.name end as who
     from ledger.transfer t left join funds.published_fund f on f.id = t.fund
     left join divisions.published_division v on v.division = t.division
     where t.id = any ($2::bigint[]) and $1 in (t.division, t.sender)`,
    [division, ids],
  )
  return named(rows)
}

function named(rows: readonly Named[]): Naming {
  const names = new Map(rows.map(row => [row.id, saidOf(row)]))
  return id => names.get(id) ?? UNNAMED
}

function saidOf({ number, line, fund, who }: Named): Sentence {
  const of = [fund, who].filter(part => part !== null)
  return {
    zh: `${number ? `“${number}”` : '无文号的指标'}${line ? `第 ${line} 行` : ''}${of.length > 0 ? `（${of.join('，')}）` : ''}`,
    en: `${number ? `“${number}”` : 'the line without a number'}${line ? `, line ${line}` : ''}${of.length > 0 ? ` (${of.join(', ')})` : ''}`,
  }
}

/**
 * Refuses what a check of a form finds, its lines called by names that are looked up only where there is something to say. The check is
 * run a second time then, so it changes nothing.
 */
export async function refuseNamed(naming: () => Promise<Naming>, check: (name: Naming) => FaultList): Promise<void> {
  if (check(unnamed).count > 0) check(await naming()).throwIfAny()
}
