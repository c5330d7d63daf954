import { fiscalYearOf } from '../kernel/fiscal-year.ts'
import { refuse } from '../kernel/refusal.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { PaymentDetail, PaymentPage, PaymentParams, PaymentQuery } from './contract.ts'
import { paymentById, paymentPage, paymentTotals } from './list-store.ts'

export const routes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/payments',
    permission: 'payments.read',
    summary: { zh: '支付列表', en: 'payments' },
    query: PaymentQuery,
    answer: PaymentPage,
    async handle({ tx, clock }, { division, query }) {
      const year = query.year ?? fiscalYearOf(clock.today())
      const page = await paymentPage(tx, division, year, query)
      return { ...page, totals: await paymentTotals(tx, division, year, query) }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/payments/:payment',
    permission: 'payments.read',
    summary: { zh: '一笔支付', en: 'one payment' },
    params: PaymentParams,
    answer: PaymentDetail,
    async handle({ tx }, { division, params }) {
      const payment = await paymentById(tx, division, params.payment)
      if (!payment)
        refuse('missing', 'payment-missing', '没有这笔支付。', 'There is no such payment.', { value: params.payment })
      return payment
    },
  }),
]
