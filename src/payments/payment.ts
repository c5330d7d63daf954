import { hash } from 'node:crypto'
import type { MATCHES, UNPOSTED_REASONS } from './contract.ts'

/** Vouchers that pay (DOMAIN §10): 5201 直接支付, 8202 授权支付, 5207 实拨 of the treasury; and 9001, ours: 专户支付, paid from a special account
 * that the treasury does not run, entered by the bureau in a table. */
export const PAYING = [5201, 8202, 5207, 9001] as const
/** Those that bring back what was paid: 2203 直接支付退款, 2252 收款行退款, 3208 实拨退款. Their amounts are above zero, and kept below. */
export const REFUNDING = [2203, 2252, 3208] as const
export type VoucherType = (typeof PAYING)[number] | (typeof REFUNDING)[number]

export type Match = (typeof MATCHES)[number]
export type UnpostedReason = (typeof UNPOSTED_REASONS)[number]

/** A name with an account at a bank, as a voucher shows it; the number itself is already turned into its keyed digest. */
export interface Party {
  /** Hexadecimal; null where the voucher shows no account number. */
  accountDigest: string | null
  name: string
  bank: string
}

/** Which payment a refund says that it takes back. */
export interface Original {
  type: number | null
  no: string
  on: string | null
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
  /** Fen; negative takes back what was paid. What the voucher says, or where the bank has confirmed in the same breath, what it paid. */
  amount: bigint
  /** What the voucher itself says, whatever the bank did. */
  stated: bigint
  /** What the bank paid, once it has confirmed; to whom, and under which number of its own. */
  paid: bigint | null
  paidTo: Party | null
  agentNo: string | null
  /** An application that no voucher has followed yet. */
  application: boolean
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
  original: Original | null
}

/**
 * SM3 over everything that a line says but what the bank fills in later, hexadecimal: by it a voucher that arrives again is known to
 * say the same. Account
 * numbers go in as keyed digests, for a plain digest of so few digits could be searched for.
 */
export function contentDigest(payment: ReadPayment): string {
  const { payer, payee, original } = payment
  const said = [
    payment.division,
    payment.fiscalYear,
    payment.voucherType,
    payment.voucherNo,
    payment.lineNo,
    payment.vouchedOn,
    payment.stated,
    payer?.accountDigest,
    payer?.name,
    payer?.bank,
    payee?.accountDigest,
    payee?.name,
    payee?.bank,
    payment.agencyCode,
    payment.projectCode,
    payment.allotmentRef,
    payment.documentNumber,
    payment.functionSubject,
    payment.economicSubject,
    payment.settlement,
    payment.payType,
    payment.purpose,
    payment.contractNo,
  ]
  if (original) said.push(original.type ?? undefined, original.no, original.on)
  return hash('sm3', said.join('\u001f'), 'hex')
}
