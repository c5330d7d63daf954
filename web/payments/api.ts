import type { Static } from 'typebox'
import type { PaymentPage } from '../../src/payments/contract.ts'

export type PaymentsAnswer = Static<typeof PaymentPage>
