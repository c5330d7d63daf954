import type { EntryView } from '../../src/allotments/answers.ts'
import type { Permission } from '../../src/kernel/permission.ts'
import { ACCOUNT } from '../../src/ledger/chart.ts'

/** How an entry is named in an address and on the screen: batch and line. */
export const entryName = (entry: { batch: string; line: number }): string => `${entry.batch}-${entry.line}`

/** Why an entry cannot be corrected in red letters now, as a key of words; null where it can. */
export function correctionHindrance(
  entry: Pick<EntryView, 'amountFen' | 'leftFen' | 'debit' | 'credit'>,
  may: (permission: Permission) => boolean,
): string | null {
  if (entry.amountFen.startsWith('-')) return 'correction.ofRed'
  const accounts: number[] = [entry.debit.account, entry.credit.account]
  if (accounts.includes(ACCOUNT.paid) || accounts.includes(ACCOUNT.transit)) return 'correction.ofPayment'
  if (BigInt(entry.leftFen) <= 0n) return 'correction.nothingLeft'
  return may('allotments.correct') ? null : 'correction.noPermission'
}
