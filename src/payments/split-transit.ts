import { type Fen, split } from '../kernel/money.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { postLines, type SplitLine } from './split-posting.ts'

interface Due {
  division: number
  fiscal_year: number
  payment: bigint
  paid_on: string
  paid_fen: bigint
  allotments: bigint[]
  accounts: number[]
  parts: bigint[]
}

/**
 * Posts the split vouchers in transit that the bank has confirmed, on its day: each part as paid; where the bank paid less, the parts keep their
 * proportion, and the rest of each goes back to where it came from. Those whose day lies in a locked book stay in transit.
 * @returns how many were posted
 */
export async function postConfirmedSplits(tx: Tx, from: number, to: number): Promise<number> {
  const due = await tx.query<never>(
    `with due as (
       select distinct t.division, t.payment, p.fiscal_year, c.paid_on, c.paid_fen
       from payments.in_transit t join payments.part s on s.division = t.division and s.payment = t.payment
       join payments.confirmation c on c.division = t.division and c.payment = t.payment
       join payments.payment p on p.division = t.division and p.id = t.payment
       left join ledger.book b on b.division = p.division and b.fiscal_year = p.fiscal_year
       where t.division between $1 and $2 and b.closed_on is null and (b.locked_through is null or b.locked_through < c.paid_on)),
     gone as (
       delete from payments.in_transit t using due d where t.division = d.division and t.payment = d.payment
       returning t.division, t.payment, t.allotment, t.account)
     select d.division, d.fiscal_year, d.payment, d.paid_on::text, d.paid_fen, array_agg(s.allotment order by s.allotment) as allotments,
       array_agg(g.account order by s.allotment) as accounts, array_agg(s.amount_fen order by s.allotment) as parts
     from due d join gone g on g.division = d.division and g.payment = d.payment
     join payments.part s on s.division = g.division and s.payment = g.payment and s.allotment = g.allotment
     group by 1, 2, 3, 4, 5 order by 1, 2, 4, 3`,
    [from, to],
  )
  const books = new Map<string, { division: number; year: number; confirm: SplitLine[]; release: SplitLine[] }>()
  for (const one of due as Due[]) {
    const key = `${one.division} ${one.fiscal_year}`
    const book = books.get(key) ?? { division: one.division, year: one.fiscal_year, confirm: [], release: [] }
    books.set(key, book)
    const paid = split(one.paid_fen as Fen, one.parts)
    one.allotments.forEach((allotment, at) => {
      const line = { on: one.paid_on, allotment, account: one.accounts[at]!, payment: one.payment }
      const amount = paid[at]!
      const rest = (one.parts[at]! - amount) as Fen
      if (amount > 0n) book.confirm.push({ ...line, amount })
      if (rest > 0n) book.release.push({ ...line, amount: rest })
    })
  }
  for (const { division, year, confirm, release } of books.values()) {
    await postLines(tx, division, year, 'confirm', confirm)
    await postLines(tx, division, year, 'release', release)
  }
  return due.length
}
