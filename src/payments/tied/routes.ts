import { Type } from 'typebox'
import { refuse } from '../../kernel/refusal.ts'
import { defineRoute } from '../../platform/http/define-route.ts'
import { nameReissue, settleReissue } from '../settle-reissue.ts'
import {
  ClearedQuery,
  ClearedVouchers,
  ClearingList,
  ClearingParams,
  ClearingQuery,
  Hanging,
  LooseList,
  MatchRates,
  NameBody,
  RefundParams,
  SettleBody,
  Settled,
  TieList,
  TieParams,
  TieQuery,
  YearQuery,
} from './contract.ts'
import { clearedVouchers, clearingPage, hangingOn, looseEnds, matchRates, tiePage } from './read.ts'

const reads = { method: 'GET', permission: 'payments.read', readOnly: true } as const
const inDivision = Type.Object({ division: Type.String() })

/** Refunds, re-issues and adjustments with their originals; clearing; how payments were matched. */
export const tiedRoutes = [
  defineRoute({
    ...reads,
    path: '/divisions/:division/ties',
    summary: { zh: '退款、重新支付、更正', en: 'refunds, re-issues, adjustments' },
    params: inDivision,
    query: TieQuery,
    answer: TieList,
    handle: ({ tx }, { division, query }) => tiePage(tx, division, query.year, query),
  }),
  defineRoute({
    ...reads,
    path: '/divisions/:division/loose-ends',
    summary: { zh: '未找到原支付的退款、更正', en: 'refunds and adjustments without their payment' },
    params: inDivision,
    query: YearQuery,
    answer: LooseList,
    handle: async ({ tx }, { division, query }) => ({ rows: await looseEnds(tx, division, query.year) }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/ties/:tie/settle',
    permission: 'payments.match',
    summary: { zh: '确认或否认重新支付', en: 'settle whether a refund was issued again' },
    params: TieParams,
    body: SettleBody,
    answer: Settled,
    handle: (context, { division, params, body }) =>
      settleReissue(context, { division, tie: BigInt(params.tie), ...body }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/payments/:payment/reissue',
    permission: 'payments.match',
    summary: { zh: '指定退款的重新支付', en: 'name the payment that issues a refund again' },
    params: RefundParams,
    body: NameBody,
    answer: Settled,
    handle: (context, { division, params, body }) =>
      nameReissue(context, {
        division,
        refund: BigInt(params.payment),
        payment: BigInt(body.payment),
        reason: body.reason,
        requestKey: body.requestKey,
      }),
  }),
  defineRoute({
    ...reads,
    path: '/divisions/:division/payments/:payment/hanging',
    summary: { zh: '一笔支付的来源与去向', en: 'what hangs on a payment, up and down' },
    params: RefundParams,
    answer: Hanging,
    async handle({ tx }, { division, params }) {
      const found = await hangingOn(tx, division, params.payment)
      if (!found)
        refuse('missing', 'payment-missing', '没有这笔支付。', 'There is no such payment.', { value: params.payment })
      return found
    },
  }),
  defineRoute({
    ...reads,
    path: '/divisions/:division/clearings',
    summary: { zh: '清算回单', en: 'clearing receipts' },
    params: inDivision,
    query: ClearingQuery,
    answer: ClearingList,
    handle: ({ tx }, { division, query }) => clearingPage(tx, division, query.year, query),
  }),
  defineRoute({
    ...reads,
    path: '/divisions/:division/clearings/:clearing',
    summary: { zh: '清算回单的凭证', en: 'vouchers of a clearing receipt' },
    params: ClearingParams,
    query: ClearedQuery,
    answer: ClearedVouchers,
    handle: ({ tx }, { division, params, query }) => clearedVouchers(tx, division, params.clearing, query.after),
  }),
  defineRoute({
    ...reads,
    path: '/divisions/:division/match-rates',
    summary: { zh: '支付匹配率', en: 'how payments find their lines, by month and source' },
    params: inDivision,
    query: YearQuery,
    answer: MatchRates,
    handle: async ({ tx }, { division, query }) => ({ rows: await matchRates(tx, division, query.year) }),
  }),
]
