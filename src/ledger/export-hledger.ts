import { yuan } from '../kernel/money.ts'
import { streamRows } from '../platform/database/stream.ts'
import type { Tx } from '../platform/database/transaction.ts'

const clean = (text: string | null | undefined): string => (text ?? '').replace(/[\s;|]+/g, ' ').trim()

/**
 * The whole journal in hledger's format, streamed: one transaction an entry, debits positive, yuan as CNY. An account is
 * `division:year:account:allotment`, so that `hledger balance` at any depth is a balance of ours.
 */
export async function* exportHledger(tx: Tx): AsyncGenerator<string> {
  yield '; fundwatch ledger\ncommodity 1000.00 CNY\n'
  const accounts = new Set<string>()
  const rows = streamRows(
    tx,
    `select b.effective_on, b.division, b.id, e.line, f.name, coalesce(d.number, ''), b.fiscal_year,
       coalesce(ds.shown_code, da.shown_code), coalesce(ds.name, da.name), e.debit_allotment, coalesce(cs.shown_code, ca.shown_code), coalesce(cs.name, ca.name),
       e.credit_allotment, e.amount_fen, e.corrects_batch, e.corrects_line, v.code
     from ledger.entry e join ledger.batch b on b.division = e.division and b.id = e.batch join ledger.form f on f.code = b.form
     join ledger.account da on da.code = e.debit join ledger.account ca on ca.code = e.credit
     left join ledger.published_account ds on ds.code = e.debit and b.fiscal_year between ds.first_year and coalesce(ds.last_year, 9999)
     left join ledger.published_account cs on cs.code = e.credit and b.fiscal_year between cs.first_year and coalesce(cs.last_year, 9999)
     left join divisions.published_latest v on v.division = b.division
     left join ledger.document d on d.division = b.division and d.id = b.document order by b.division, b.id, e.line`,
  )
  for await (const chunk of rows) {
    let text = ''
    for (const row of chunk) {
      const [
        on,
        division,
        batch,
        line,
        form,
        number,
        year,
        debit,
        debitName,
        debitAllotment,
        credit,
        creditName,
        creditAllotment,
        amount,
        correctsBatch,
        correctsLine,
        code,
      ] = row
      const book = `${code ?? division}:${year}`
      const to = `${book}:${debit} ${debitName}:${debitAllotment}`
      const from = `${book}:${credit} ${creditName}:${creditAllotment}`
      for (const account of [to, from]) {
        if (accounts.size < 100_000 && !accounts.has(account)) {
          accounts.add(account)
          text += `account ${account}\n`
        }
      }
      const fen = BigInt(amount ?? '0')
      const red = correctsBatch ? ` 红字更正 ${correctsBatch}/${correctsLine}` : ''
      text += `\n${on} (${batch}/${line}) ${clean(form)} | ${clean(number)}${red}\n    ${to}  ${yuan(fen)} CNY\n    ${from}  ${yuan(-fen)} CNY\n`
    }
    yield text
  }
}
