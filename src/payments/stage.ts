import { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { CopyWriter, copyText } from '../platform/database/copy-writer.ts'
import type { ImportRequest } from '../platform/part.ts'
import { AccountSealer } from './accounts.ts'
import { peopleKeeper, type TakenMessages, takeMessages } from './messages/take-messages.ts'
import { Numbering } from './numbering.ts'
import { contentDigest, type Party, type ReadPayment } from './payment.ts'
import { type OtherVoucher, type ReadCounts, readPayments } from './read-payments.ts'
import { loadReference } from './reference.ts'
import {
  dropKnown,
  dropRepeats,
  type Elements,
  STAGED_COLUMNS,
  type StagedParty,
  stageAccounts,
  stageElements,
  stageOriginals,
  stageParties,
} from './staging-store.ts'

/** Rows of one COPY; the accounts that they name are stored between two. */
const COPY_ROWS = 50_000

export interface Staged extends ReadCounts {
  /** Lines that wait to be posted. */
  staged: number
  /** Lines that were there already, or stood twice in the file, saying the same. */
  repeated: number
  /** Messages that pay nothing by themselves: they are written down already. */
  messages: TakenMessages
  faults: FaultList
}

/**
 * Reads, judges and stages a whole file in the context's transaction; what it leaves staged is new and without fault.
 * Refuses with every fault of the file: those of `readPayments`, `voucher-repeated` (one number, two contents, in the file) and
 * `voucher-changed` (a number that is known with another content). Messages
 * that pay nothing are written down at once.
 */
export async function stage(
  context: Context,
  request: Pick<ImportRequest, 'source' | 'division' | 'mapping' | 'progress'> & { importId: string },
): Promise<Staged> {
  const { tx } = context
  const faults = new FaultList()
  const counts: ReadCounts = { rows: 0, deleted: 0 }
  const accounts = new AccountSealer(context.vault)
  const reference = await loadReference(tx, request.division)
  const parties = new Numbering<StagedParty>()
  const elements = new Numbering<Elements>()
  const others: OtherVoucher[] = []
  const messages: TakenMessages = { taken: 0, repeated: 0 }
  let originals: ReadPayment[] = []
  let staged = 0
  let copy: CopyWriter | null = null
  let inCopy = 0
  const close = async () => {
    await copy?.end()
    copy = null
    inCopy = 0
    await stageAccounts(tx, request.importId, accounts.take())
    await stageParties(tx, request.importId, parties.take())
    await stageElements(tx, request.importId, elements.take())
    await stageOriginals(tx, request.importId, originals)
    originals = []
  }
  const takeOthers = async () => {
    // The connection is free for them only between two COPYs.
    await close()
    const taken = await takeMessages(context, request.importId, others.splice(0), { reference, faults })
    messages.taken += taken.taken
    messages.repeated += taken.repeated
  }
  try {
    for await (const payments of readPayments(request.source, {
      reference,
      accounts,
      faults,
      counts,
      others,
      mapping: request.mapping,
    })) {
      // A file with a fault is refused whole: the rest of it is only judged.
      if (faults.count === 0 && payments.length > 0) {
        copy ??= new CopyWriter(tx, 'payments.staged', STAGED_COLUMNS)
        const lines = payments.map(payment => stagedLine(request.importId, payment, parties, elements))
        for (const payment of payments) if (payment.original) originals.push(payment)
        await copy.write(`${lines.join('\n')}\n`)
        staged += payments.length
        inCopy += payments.length
        if (inCopy >= COPY_ROWS) await close()
      } else if (faults.count > 0) accounts.take()
      if (others.length > 0) await takeOthers()
      request.progress?.({ zh: `正在核对第 ${counts.rows} 行`, en: `Checking row ${counts.rows}` }, counts.rows)
    }
    await close()
  } catch (error) {
    await (copy as CopyWriter | null)?.abandon()
    throw error
  }
  faults.throwIfAny()
  request.progress?.({ zh: '正在与已入库的凭证比对', en: 'Comparing with what is known' }, counts.rows, counts.rows)
  // Small files are planned well enough without, and need not wait for each other's statistics.
  if (staged > COPY_ROWS / 10) await tx.query('select payments.analyze_staged()')
  const inFile = await dropRepeats(tx, request.importId, faults)
  const known = await dropKnown(tx, request.importId, faults)
  if (messages.taken > 0) await peopleKeeper()?.judgeTotals(tx, request.importId, faults)
  faults.throwIfAny()
  return { ...counts, staged: staged - inFile - known, repeated: inFile + known, messages, faults }
}

/** Joined, not put together piece by piece: half the rubbish of a payment was strings of two halves each. */
function stagedLine(
  importId: string,
  p: ReadPayment,
  parties: Numbering<StagedParty>,
  elements: Numbering<Elements>,
): string {
  const key = [
    p.division,
    p.fiscalYear,
    p.agencyCode,
    p.projectCode,
    p.allotmentRef,
    p.documentNumber,
    p.functionSubject,
  ].join('\u001f')
  return [
    importId,
    p.row,
    p.division,
    p.fiscalYear,
    p.voucherType,
    copyText(p.voucherNo),
    p.lineNo,
    `\\\\x${contentDigest(p)}`,
    p.vouchedOn,
    p.paidOn ?? '\\N',
    p.amount,
    p.paid ?? '\\N',
    party(p.division, p.payer, parties),
    party(p.division, p.payee, parties),
    party(p.division, p.paidTo, parties),
    copyText(p.agentNo),
    p.application,
    elements.of(key, () => p),
    copyText(p.economicSubject),
    copyText(p.settlement),
    copyText(p.payType),
    copyText(p.purpose),
    copyText(p.contractNo),
  ].join('\t')
}

const party = (division: number, one: Party | null, parties: Numbering<StagedParty>): number | string =>
  one === null
    ? '\\N'
    : parties.of([division, one.accountDigest, one.name, one.bank].join('\u001f'), () => ({ division, ...one }))
