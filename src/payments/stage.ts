import { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { CopyWriter, copyText } from '../platform/database/copy-writer.ts'
import type { ImportRequest, Source } from '../platform/part.ts'
import { AccountSealer } from './accounts.ts'
import { contentDigest, type ReadPayment } from './payment.ts'
import { type ReadCounts, readPayments } from './read-payments.ts'
import { loadReference } from './reference.ts'
import { dropKnown, dropRepeats, STAGED_COLUMNS, stageAccounts } from './staging-store.ts'

/** Rows of one COPY; the accounts that they name are stored between two. */
const COPY_ROWS = 50_000

export interface Staged extends ReadCounts {
  /** Lines that wait to be posted. */
  staged: number
  /** Lines that were there already, or stood twice in the file, saying the same. */
  repeated: number
  faults: FaultList
}

/**
 * Reads, judges and stages a whole file in the context's transaction; what it leaves staged is new and without fault.
 * Refuses with every fault of the file: those of `readPayments`, `voucher-repeated` (one number, two contents, in the file) and
 * `voucher-changed` (a number that is known with another content).
 */
export async function stage(
  context: Context,
  request: { source: Source; division: number | null; importId: string; progress?: ImportRequest['progress'] },
): Promise<Staged> {
  const { tx } = context
  const faults = new FaultList()
  const counts: ReadCounts = { rows: 0, deleted: 0 }
  const accounts = new AccountSealer(context.vault)
  const reference = await loadReference(tx, request.division)
  let staged = 0
  let copy: CopyWriter | null = null
  let inCopy = 0
  const close = async () => {
    await copy?.end()
    copy = null
    inCopy = 0
    await stageAccounts(tx, request.importId, accounts.take())
  }
  try {
    for await (const payments of readPayments(request.source, { reference, accounts, faults, counts })) {
      // A file with a fault is refused whole: the rest of it is only judged.
      if (faults.count === 0 && payments.length > 0) {
        copy ??= new CopyWriter(tx, 'payments.staged', STAGED_COLUMNS)
        let lines = ''
        for (const payment of payments) lines += stagedLine(request.importId, payment)
        await copy.write(lines)
        staged += payments.length
        inCopy += payments.length
        if (inCopy >= COPY_ROWS) await close()
      } else accounts.take()
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
  faults.throwIfAny()
  return { ...counts, staged: staged - inFile - known, repeated: inFile + known, faults }
}

function stagedLine(importId: string, p: ReadPayment): string {
  const { payer, payee } = p
  return `${importId}\t${p.row}\t${p.division}\t${p.fiscalYear}\t${p.voucherType}\t${copyText(p.voucherNo)}\t${p.lineNo}\t\\\\x${contentDigest(p)}\t${p.vouchedOn}\t${p.paidOn ?? '\\N'}\t${p.amount}\t${digest(payer?.accountDigest)}\t${copyText(payer?.name ?? null)}\t${copyText(payer?.bank ?? null)}\t${digest(payee?.accountDigest)}\t${copyText(payee?.name ?? null)}\t${copyText(payee?.bank ?? null)}\t${copyText(p.agencyCode)}\t${copyText(p.projectCode)}\t${copyText(p.allotmentRef)}\t${copyText(p.documentNumber)}\t${copyText(p.functionSubject)}\t${copyText(p.economicSubject)}\t${copyText(p.settlement)}\t${copyText(p.payType)}\t${copyText(p.purpose)}\t${copyText(p.contractNo)}\n`
}

const digest = (hex: string | null | undefined): string => (hex ? `\\\\x${hex}` : '\\N')
