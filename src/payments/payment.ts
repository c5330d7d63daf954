import { hash } from 'node:crypto'

/** Treasury messages that pay (DOMAIN §10): 5201 直接支付, 8202 授权支付. */
export const VOUCHER_TYPES = [5201, 8202] as const
export type VoucherType = (typeof VOUCHER_TYPES)[number]

/** How a payment found its allotment. */
export const MATCHES = ['by-id', 'by-elements', 'ambiguous', 'none'] as const
export type Match = (typeof MATCHES)[number]

/** Why a payment is kept but not in the ledger (yet). */
export const UNPOSTED_REASONS = ['no-allotment', 'ambiguous', 'beyond-available', 'not-paid', 'book-locked'] as const
export type UnpostedReason = (typeof UNPOSTED_REASONS)[number]

/** A name with an account at a bank, as a voucher shows it; the number itself is already turned into its keyed digest. */
export interface Party {
  /** Hexadecimal; null where the voucher shows no account number. */
  accountDigest: string | null
  name: string
  bank: string
}

/** One line of a payment voucher on its way in: read, judged, and free of account numbers. */
export interface ReadPayment {
  /** The row in the table, or the voucher's ordinal in the message. */
  row: number
  division: number
  fiscalYear: number
  voucherType: VoucherType
  voucherNo: string
  /** 1 where the voucher has one line only. */
  lineNo: number
  vouchedOn: string
  /** The bank's day; null until it has confirmed. */
  paidOn: string | null
  /** Fen; negative takes back what was paid. */
  amount: bigint
  payer: Party | null
  payee: Party | null
  agencyCode: string | null
  projectCode: string | null
  allotmentRef: string | null
  documentNumber: string | null
  functionSubject: string | null
  economicSubject: string | null
  settlement: string | null
  payType: string | null
  purpose: string | null
  contractNo: string | null
}

const party = (one: Party | null): string =>
  one ? `${one.accountDigest ?? ''}\u001f${one.name}\u001f${one.bank}` : '\u001f\u001f'

/**
 * SM3 over everything that a line says, hexadecimal: by it a voucher that arrives again is known to say the same. Account
 * numbers go in as keyed digests, for a plain digest of so few digits could be searched for.
 */
export function contentDigest(payment: ReadPayment): string {
  return hash(
    'sm3',
    `${payment.division}\u001f${payment.fiscalYear}\u001f${payment.voucherType}\u001f${payment.voucherNo}\u001f${payment.lineNo}\u001f${payment.vouchedOn}\u001f${payment.paidOn ?? ''}\u001f${payment.amount}\u001f${party(payment.payer)}\u001f${party(payment.payee)}\u001f${payment.agencyCode ?? ''}\u001f${payment.projectCode ?? ''}\u001f${payment.allotmentRef ?? ''}\u001f${payment.documentNumber ?? ''}\u001f${payment.functionSubject ?? ''}\u001f${payment.economicSubject ?? ''}\u001f${payment.settlement ?? ''}\u001f${payment.payType ?? ''}\u001f${payment.purpose ?? ''}\u001f${payment.contractNo ?? ''}`,
    'hex',
  )
}
