import { yuan } from '../kernel/money.ts'
import type { FaultList } from '../kernel/refusal.ts'
import type { SealedAccount } from '../payments/accounts.ts'
import type { ReadMessage, Values } from '../payments/messages/judge-message.ts'
import { addChanged, type PeopleKeeper } from '../payments/messages/take-messages.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { type BankResult, type ReadLine, type ReadList, sumOf } from './disbursement.ts'
import { insertList, insertResults, joinLists, knownList, listsThatDiffer, type Sealed } from './store.ts'

/** What became of a list: new, more said by the bank, or known already; a changed one is the caller's fault to tell. */
export type ListOutcome = 'new' | 'result' | 'same' | { changedSince: string }

/** Writes a list down, or what the bank has said of one that is known. Joins nothing, holds it against nothing. */
export async function takeList(tx: Tx, importId: string, list: ReadList, sealed: Sealed): Promise<ListOutcome> {
  if ((await insertList(tx, importId, list, sumOf(list.lines), sealed)) !== null) return 'new'
  const known = await knownList(tx, list)
  if (!known.same) return { changedSince: String(known.import) }
  return (await insertResults(tx, importId, list.division, known.id, list.lines)) > 0 ? 'result' : 'same'
}

/**
 * Holds the lists of an import against their vouchers, as far as those are known or come in the same file. Faults `list-total`.
 * A list whose voucher is not there yet waits for it.
 */
export async function judgeTotals(tx: Tx, importId: string, faults: FaultList): Promise<void> {
  for (const one of await listsThatDiffer(tx, importId))
    faults.add({
      code: 'list-total',
      field: 'SumAmt',
      value: one.voucher_no,
      zh: `支付凭证“${one.voucher_no}”的发放清单（${one.lists}）合计 ${yuan(one.sum)} 元，凭证金额 ${yuan(one.voucher)} 元，两者必须相等；请核对清单后重新导出。`,
      en: `The lists (${one.lists}) of payment voucher "${one.voucher_no}" sum to ${yuan(one.sum)} yuan, the voucher is of ${yuan(one.voucher)}; they must be equal: check the list and export it again.`,
    })
}

const text = (value: Values[string] | undefined): string | null =>
  value === null || value === undefined ? null : String(value)

function resultOf(line: Values, header: Values): BankResult | null {
  const paidOn = text(line.XPayDate) ?? (line.XPayAmt === null ? null : text(header.XPayDate))
  if (paidOn === null) return null
  const fen = (line.XPayAmt ?? line.PayAmt) as bigint
  return { paidOn, fen, agentNo: text(line.XAgentBusinessNo), said: text(line.XAddWord) }
}

/** How an import of payments keeps the lists of people (8207). */
export const keeper: PeopleKeeper = {
  async take({ tx }, importId, lists, { accounts, faults }) {
    const outcome = { taken: 0, repeated: 0 }
    const sealed = new Map<string, SealedAccount>()
    for (const message of lists) {
      const lines = message.lines.map((line, index) =>
        lineOf(message, line, index, account => accounts.digest(account)),
      )
      for (const one of accounts.take()) sealed.set(one.digest, one)
      const done = await takeList(tx, importId, listOf(message, lines), sealed)
      if (done === 'new' || done === 'result') outcome.taken++
      else if (done === 'same') outcome.repeated++
      else addChanged(message, done.changedSince, importId, faults)
    }
    return outcome
  },
  judgeTotals,
  join: joinLists,
}

const listOf = (message: ReadMessage, lines: ReadLine[]): ReadList => ({
  row: message.row,
  division: message.division,
  fiscalYear: message.fiscalYear,
  source: '8207',
  listNo: message.voucherNo,
  voucherType: Number(message.header.OriginalVtCode),
  voucherNo: String(message.header.OriginalVoucherNo),
  lines,
  digest: message.digest,
})

/** A row of a message names a payee and an account; who that is, the register of people will say. */
const lineOf = (message: ReadMessage, line: Values, index: number, digest: (account: string) => string): ReadLine => ({
  lineNo: index + 1,
  detailId: text(line.Id),
  trackingId: null,
  person: { identity: null, name: String(line.PayeeAcctName) },
  enterprise: null,
  account: digest(String(line.PayeeAcctNo)),
  phone: null,
  month: Number(message.vouchedOn.slice(5, 7)),
  due: line.PayAmt as bigint,
  fen: line.PayAmt as bigint,
  byHousehold: null,
  townCode: null,
  town: null,
  villageCode: null,
  village: null,
  bank: text(line.PayeeAcctBankName),
  remark: text(line.Remark),
  result: resultOf(line, message.header),
})
