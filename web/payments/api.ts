import type { Static } from 'typebox'
import type { PaymentPage } from '../../src/payments/contract.ts'

export const UNPOSTED_REASONS = ['no-allotment', 'ambiguous', 'beyond-available', 'not-paid', 'book-locked'] as const
export const MATCHES = ['by-id', 'by-elements', 'ambiguous', 'none'] as const

export type PaymentsAnswer = Static<typeof PaymentPage>
