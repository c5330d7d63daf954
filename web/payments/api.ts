import type { Listing } from '../ui/listed.tsx'

export const UNPOSTED_REASONS = ['no-allotment', 'ambiguous', 'beyond-available', 'not-paid', 'book-locked'] as const
export const MATCHES = ['by-id', 'by-elements', 'ambiguous', 'none'] as const

export interface Payment {
  id: string
  voucherType: number | string
  voucherNo: string
  lineNo: number
  vouchedOn: string
  paidOn: string | null
  amountFen: string
  payee: { name: string; account: string | null } | null
  agency: { id?: string; code: string; name: string } | null
  project: { id?: string; code: string; name: string } | null
  allotment: { id: string; documentNumber?: string; fund?: { id: string; code: string; name: string } } | string | null
  purpose: string | null
  match: (typeof MATCHES)[number]
  unposted: (typeof UNPOSTED_REASONS)[number] | null
  /** On one payment's own page, where the server says more. */
  fund?: { id: string; code: string; name: string } | null
  functionSubject?: string | null
  economicSubject?: string | null
  settlement?: string | null
  payType?: string | null
  payer?: { name: string; account: string | null } | null
  documentNumber?: string | null
  contractNo?: string | null
  importId?: string | null
}
export interface PaymentsAnswer extends Listing<Payment> {
  totals: { count: number | string; amountFen: string; postedFen: string; unpostedFen: string }
}

/** The allotment's id, whichever way it is carried. */
export const allotmentIdOf = (payment: Payment): string | null =>
  payment.allotment === null ? null : typeof payment.allotment === 'string' ? payment.allotment : payment.allotment.id
