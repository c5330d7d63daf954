import { fiscalYearOf } from '../kernel/fiscal-year.ts'
import { refuse } from '../kernel/refusal.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { handOut } from '../platform/http/hand-out.ts'
import {
  PaymentDetail,
  PaymentExportQuery,
  PaymentPage,
  PaymentParams,
  PaymentQuery,
  QuotaList,
  QuotaQuery,
  UnmaskBody,
  Unmasked,
} from './contract.ts'
import { paymentSheet } from './export-payments.ts'
import { paymentById, paymentPage, paymentTotals } from './list-store.ts'
import { quotaPage } from './quota-store.ts'
import { unmaskAccount } from './unmask.ts'

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
    path: '/divisions/:division/payments/export',
    permission: 'payments.read',
    summary: { zh: '导出支付列表', en: 'payments as a file' },
    query: PaymentExportQuery,
    file: true,
    handle({ actor, clock }, { division, query: { file, year: asked, ...filter }, run }) {
      const year = asked ?? fiscalYearOf(clock.today())
      return handOut(run, actor, file, own => paymentSheet(own, division, year, filter), {
        kind: 'personal',
        detail: { year, filter },
      })
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
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/payments/:payment/unmask',
    permission: 'personal.unmask',
    summary: { zh: '查看账号明文', en: 'look at an account number' },
    params: PaymentParams,
    body: UnmaskBody,
    answer: Unmasked,
    handle: (context, { division, params, body }) =>
      unmaskAccount(context, { division, payment: params.payment, ...body }),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/quotas',
    permission: 'payments.read',
    summary: { zh: '支付额度', en: 'payment quotas' },
    query: QuotaQuery,
    answer: QuotaList,
    handle({ tx, clock }, { division, query }) {
      const today = clock.today()
      const year = query.year ?? fiscalYearOf(today)
      // A year that is over is looked at as it ended.
      const month = query.month ?? (fiscalYearOf(today) === year ? Number(today.slice(5, 7)) : 12)
      return quotaPage(tx, division, year, month, query)
    },
  }),
]
