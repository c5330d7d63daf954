import { sm3 } from '../kernel/digest.ts'
import { parseDocumentNumber } from '../kernel/document-number.ts'
import { groupBy } from '../kernel/group-by.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { Proof, ProofGroup, ProofTransfer } from './contract.ts'
import { type ProvedTransfer, provedTransfers } from './proof-store.ts'

const GROUPS_SHOWN = 300

/** What is proved: one superior document, or all that a division sent and was sent in a year. */
export type Proved = { document: string } | { division: number; code: string; year: number }

/**
 * 咬合证明: for every transfer, sent (from the superior's entries) = taken (from the receiver's entries) + in transit, to the fen, and both
 * as the transfer's own counts say; by document, fund and fiscal parent. The digest is over the canonical text, so that two printouts
 * can be compared. Refuses `proof-of-nothing`.
 */
export async function prove(
  tx: Tx,
  of: Proved,
  known: string | null,
  options: { whole?: boolean } = {},
): Promise<Proof> {
  const number = 'document' in of ? (parseDocumentNumber(of.document).normalised ?? of.document.trim()) : null
  const transfers = await provedTransfers(tx, {
    document: number,
    division: 'division' in of ? of.division : null,
    year: 'division' in of ? of.year : null,
    known,
  })
  if (number !== null && transfers.length === 0)
    refuse(
      'missing',
      'proof-of-nothing',
      `在您的权限范围内，没有以“${number}”下达的转移支付：请核对文号。`,
      `Nothing in your scope was passed down by “${number}”: check the document number.`,
      { field: 'document', value: number },
    )
  const groups = [...groupBy(transfers, keyOf)].map(([, some]) => groupOf(some, known === null))
  const sum = (of: 'sentFen' | 'takenFen' | 'inTransitFen' | 'recalledFen') =>
    String(groups.reduce((total, group) => total + BigInt(group[of]), 0n))
  const totals = {
    groups: groups.length,
    transfers: transfers.length,
    sentFen: sum('sentFen'),
    takenFen: sum('takenFen'),
    inTransitFen: sum('inTransitFen'),
    recalledFen: sum('recalledFen'),
  }
  const moment = known === null ? null : (transfers[0]?.knownAt ?? known)
  const subject = number !== null ? ['document', number] : 'code' in of ? ['division', of.code, String(of.year)] : []
  return {
    of: subject.slice(1).join(' '),
    known: moment,
    groups: options.whole ? groups : groups.slice(0, GROUPS_SHOWN),
    whole: options.whole === true || groups.length <= GROUPS_SHOWN,
    totals,
    holds: groups.every(group => group.holds),
    digest: sm3(canonicalText(subject, moment, groups, totals)).toString('hex'),
  }
}

const keyOf = (one: ProvedTransfer): string =>
  [one.documentNumber, one.fiscalYear, one.fund.division, one.fund.code, one.sender?.code ?? '-'].join('|')

function groupOf(some: readonly ProvedTransfer[], now: boolean): ProofGroup {
  const transfers = some.map((one): ProofTransfer => {
    const taken = one.children.reduce((sum, child) => sum + BigInt(child.fen), 0n)
    const sent = one.senderSeen ? one.stands : one.stated
    // What the entries of both sides say; and, today, what the transfer's own counts say.
    const holds = taken >= 0n && taken <= sent && (!now || (sent === one.sentCount && taken === one.takenCount))
    return {
      id: one.id,
      receiver: one.receiver,
      parent: one.senderSeen && one.parent !== null ? { id: one.parent, standsFen: String(one.stands) } : null,
      sentFen: String(sent),
      takenFen: String(taken),
      inTransitFen: String(sent - taken),
      recalledFen: String(one.senderSeen ? one.recalledAbove : one.recalledBelow),
      children: one.children,
      holds,
    }
  })
  const sum = (of: 'sentFen' | 'takenFen' | 'inTransitFen' | 'recalledFen') =>
    String(transfers.reduce((total, one) => total + BigInt(one[of]), 0n))
  const [first] = some
  return {
    documentNumber: first!.documentNumber,
    documentTitle: first!.documentTitle,
    fiscalYear: first!.fiscalYear,
    fund: first!.fund,
    sender: first!.sender,
    senderSeen: first!.senderSeen,
    sentFen: sum('sentFen'),
    takenFen: sum('takenFen'),
    inTransitFen: sum('inTransitFen'),
    recalledFen: sum('recalledFen'),
    transfers,
    holds: transfers.every(one => one.holds),
  }
}

const field = (text: string | number): string =>
  String(text).replace(/[\\|\n\r]/g, sign => ({ '\\': '\\\\', '|': '\\p', '\n': '\\n', '\r': '\\r' })[sign]!)
const line = (...fields: (string | number)[]): string => fields.map(field).join('|')

/** The text that the digest is taken over; its form is described in docs/interlock-proof.md. */
export function canonicalText(
  subject: readonly string[],
  known: string | null,
  groups: readonly ProofGroup[],
  totals: Proof['totals'],
): string {
  return [
    'fundwatch interlock proof 1',
    line('of', ...subject),
    line('known', known ?? '-'),
    ...groups.flatMap(group => [
      line(
        'group',
        group.documentNumber,
        group.fiscalYear,
        group.fund.division,
        group.fund.code,
        group.sender?.code ?? '-',
      ),
      ...group.transfers.flatMap(one => [
        line(
          'transfer',
          one.receiver.code,
          one.id,
          one.parent?.id ?? '-',
          one.sentFen,
          one.takenFen,
          one.inTransitFen,
          one.recalledFen,
        ),
        ...one.children.map(child => line('child', child.id, child.fen)),
      ]),
    ]),
    line(
      'total',
      totals.groups,
      totals.transfers,
      totals.sentFen,
      totals.takenFen,
      totals.inTransitFen,
      totals.recalledFen,
    ),
  ].join('\n')
}
