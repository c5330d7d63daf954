import { yuan } from '../kernel/money.ts'
import { streamRows } from '../platform/database/stream.ts'
import type { Tx } from '../platform/database/transaction.ts'

/** What a string of beancount may hold: no quotes, no line ends. */
const quoted = (text: string | null | undefined): string => `"${(text ?? '').replace(/[\s"\\]+/g, ' ').trim()}"`

/**
 * The whole journal in beancount's format, streamed: one transaction an entry, debits positive, yuan as CNY. An account is
 * `Assets:D<division>:Y<year>:C<shown code>-<name>:L<allotment>`; 4001, which stands on the credit side, lies under `Income`. Each account is
 * opened on its first day, and a balance assertion on the day after the last proves to beancount what `ledger.balance` says.
 */
export async function* exportBeancount(tx: Tx): AsyncGenerator<string> {
  const { last } = await tx.one<{ last: string | null }>(
    'select (max(effective_on) + 1)::date as last from ledger.batch',
  )
  yield 'option "title" "fundwatch ledger"\noption "operating_currency" "CNY"\n1970-01-01 commodity CNY\n'
  if (last === null) return
  // One row for each account that was ever moved, so that nothing about accounts need be remembered.
  for await (const chunk of streamRows(
    tx,
    `select coalesce(v.code, b.division::text), a.fiscal_year, c.side, coalesce(s.shown_code, c.shown_code), coalesce(s.name, c.name), b.allotment, f.first, b.debit_fen - b.credit_fen
     from ledger.balance b join ledger.account c on c.code = b.account join allotments.allotment a on a.division = b.division and a.id = b.allotment
     left join ledger.published_account s on s.code = b.account and a.fiscal_year between s.first_year and coalesce(s.last_year, 9999)
     left join divisions.published_latest v on v.division = b.division
     cross join (select min(effective_on) as first from ledger.batch) f order by b.division, b.allotment, b.account`,
  )) {
    let text = ''
    for (const [division, year, side, code, name, allotment, first, stands] of chunk) {
      const account = accountOf(division, year, side, code, name, allotment)
      text += `${first} open ${account} CNY\n${last} balance ${account} ${yuan(BigInt(stands ?? '0'))} CNY\n`
    }
    yield text
  }
  for await (const chunk of streamRows(
    tx,
    `select b.effective_on, b.id, e.line, f.name, coalesce(d.number, ''), coalesce(v.code, b.division::text), e.amount_fen, e.corrects_batch, e.corrects_line,
       x.fiscal_year, da.side, coalesce(ds.shown_code, da.shown_code), coalesce(ds.name, da.name), e.debit_allotment,
       y.fiscal_year, ca.side, coalesce(cs.shown_code, ca.shown_code), coalesce(cs.name, ca.name), e.credit_allotment
     from ledger.entry e join ledger.batch b on b.division = e.division and b.id = e.batch join ledger.form f on f.code = b.form
     join ledger.account da on da.code = e.debit join ledger.account ca on ca.code = e.credit
     join allotments.allotment x on x.division = e.division and x.id = e.debit_allotment
     join allotments.allotment y on y.division = e.division and y.id = e.credit_allotment
     left join ledger.published_account ds on ds.code = e.debit and x.fiscal_year between ds.first_year and coalesce(ds.last_year, 9999)
     left join ledger.published_account cs on cs.code = e.credit and y.fiscal_year between cs.first_year and coalesce(cs.last_year, 9999)
     left join divisions.published_latest v on v.division = b.division
     left join ledger.document d on d.division = b.division and d.id = b.document order by b.division, b.id, e.line`,
  )) {
    let text = ''
    for (const [on, batch, line, form, number, division, amount, wrong, wrongLine, ...sides] of chunk) {
      const [debitYear, debitSide, debit, debitName, debited, creditYear, creditSide, credit, creditName, credited] =
        sides
      const fen = BigInt(amount ?? '0')
      const red = wrong ? `\n  corrects: "${wrong}/${wrongLine}"` : ''
      text += `\n${on} * ${quoted(form)} ${quoted(number)}\n  entry: "${batch}/${line}"${red}\n  ${accountOf(division, debitYear, debitSide, debit, debitName, debited)}  ${yuan(fen)} CNY\n  ${accountOf(division, creditYear, creditSide, credit, creditName, credited)}  ${yuan(-fen)} CNY\n`
    }
    yield text
  }
}

type Cell = string | null | undefined

/** An account's name; of a name of the chart, only letters and digits of any script are let through. */
const accountOf = (division: Cell, year: Cell, side: Cell, code: Cell, name: Cell, allotment: Cell): string =>
  `${side === 'C' ? 'Income' : 'Assets'}:D${division}:Y${year}:C${code}-${(name ?? '').replace(/[^\p{L}\p{N}]+/gu, '')}:L${allotment}`
