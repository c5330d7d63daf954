import { groupBy } from '../../kernel/group-by.ts'
import type { VoucherDifference, VoucherReason } from './contract.ts'

/** A voucher as it was paid here on a day: its lines together, in fen. */
export interface OurVoucher {
  day: string
  type: number
  no: string
  payment: string
  payee: string | null
  agency: string | null
  subject: string | null
  purpose: string | null
  fen: bigint
}

/** A row of the treasury's list of a day; null where it does not say. */
export interface TheirVoucher {
  day: string
  type: number | null
  no: string
  agency: string | null
  subject: string | null
  fen: bigint
}

export interface ComparedVouchers {
  agreeing: number
  differences: VoucherDifference[]
}

const sum = (some: readonly { fen: bigint }[]): bigint => some.reduce((total, one) => total + one.fen, 0n)
/** Two vouchers that may be one paid twice: the same day, payee, agency, purpose and amount. */
const alike = (one: OurVoucher): string =>
  [one.day, one.payee ?? '', one.agency ?? '', one.purpose ?? '', one.fen].join('\u001f')

const ours = (reason: VoucherReason, one: OurVoucher, thereFen: bigint | null): VoucherDifference => ({
  reason,
  day: one.day,
  voucherType: one.type,
  voucherNo: one.no,
  payment: one.payment,
  hereOn: null,
  payee: one.payee,
  agency: one.agency,
  functionSubject: one.subject,
  hereFen: String(one.fen),
  thereFen: thereFen === null ? null : String(thereFen),
})

/**
 * Compares the vouchers of one day with the treasury's list of it. Rows of the list with one number are one voucher's lines; where they
 * come to more than ours by just what stands in them twice, the treasury doubled it.
 */
export function compareVouchers(here: readonly OurVoucher[], there: readonly TheirVoucher[]): ComparedVouchers {
  const left = new Set(here)
  const byNo = groupBy(here, one => one.no)
  const agreed: OurVoucher[] = []
  const differences: VoucherDifference[] = []
  for (const rows of groupBy(there, one => `${one.no}\u001f${one.type ?? ''}`).values()) {
    const [first] = rows
    if (!first) continue
    const own = byNo.get(first.no)?.find(one => left.has(one) && (first.type === null || one.type === first.type))
    const fen = sum(rows)
    if (!own) {
      differences.push({
        reason: 'missing-here',
        day: first.day,
        voucherType: first.type,
        voucherNo: first.no,
        payment: null,
        hereOn: null,
        payee: null,
        agency: first.agency,
        functionSubject: first.subject,
        hereFen: null,
        thereFen: String(fen),
      })
      continue
    }
    left.delete(own)
    if (own.fen === fen) agreed.push(own)
    else differences.push(ours(fen - own.fen === repeated(rows) ? 'doubled-there' : 'amount-differs', own, fen))
  }
  const twins = new Set(agreed.map(alike))
  for (const one of left) differences.push(ours(twins.has(alike(one)) ? 'doubled-here' : 'missing-there', one, null))
  return { agreeing: agreed.length, differences }
}

/** What stands in rows beyond the first of those that are the same in everything; 0 where none is. */
const repeated = (rows: readonly TheirVoucher[]): bigint =>
  [...groupBy(rows, row => `${row.agency}\u001f${row.subject}\u001f${row.fen}`).values()].reduce(
    (total, same) => total + sum(same.slice(1)),
    0n,
  )

/**
 * The vouchers of a day of which the treasury lists none and a total differs: those that look alike, those whose amount is the whole of a
 * difference, then the others. Pointers, no proof.
 */
export function suspects(here: readonly OurVoucher[], gaps: readonly bigint[]): VoucherDifference[] {
  const wanted = new Set(gaps.filter(gap => gap > 0n))
  return [...groupBy(here, alike).values()].flatMap(same =>
    same.map((one, at) => ours(at > 0 ? 'perhaps-doubled' : wanted.has(one.fen) ? 'perhaps' : 'unlisted', one, null)),
  )
}
