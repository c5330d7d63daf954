import { Type } from 'typebox'
import { fen } from '../kernel/money.ts'
import { refuse } from '../kernel/refusal.ts'
import { defineRoute, NOTHING } from '../platform/http/define-route.ts'
import {
  CandidateQuery,
  DecideBody,
  Decided,
  EndHabitBody,
  HabitList,
  MatchHistory,
  MatchingCase,
  MatchingQuery,
  MatchingQueue,
  PaymentParams,
  TakeBackMatchBody,
  TakenBack,
} from './contract.ts'
import { decide } from './decide.ts'
import { endHabit, habits } from './habit.ts'
import { matchHistory, matchingCase, matchingQueue } from './queue-store.ts'
import { takeBackMatch } from './take-back-match.ts'

const inDivision = Type.Object({ division: Type.String() })

/** What a person does about payments that found no line, or the wrong one. */
export const matchingRoutes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/matching',
    permission: 'payments.read',
    summary: { zh: '待匹配的支付', en: 'payments that wait for their line' },
    params: inDivision,
    query: MatchingQuery,
    answer: MatchingQueue,
    readOnly: true,
    handle: ({ tx }, { division, query }) => matchingQueue(tx, division, query.year),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/matching/habits',
    permission: 'payments.read',
    summary: { zh: '匹配惯例', en: 'rules of thumb' },
    params: inDivision,
    query: MatchingQuery,
    answer: HabitList,
    readOnly: true,
    handle: async ({ tx }, { division, query }) => ({ rows: await habits(tx, division, query.year) }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/matching/habits/:habit/end',
    permission: 'payments.match',
    summary: { zh: '停用匹配惯例', en: 'end a rule of thumb' },
    params: Type.Object({ division: Type.String(), habit: Type.String({ pattern: '^\\d{1,18}$' }) }),
    body: EndHabitBody,
    answer: NOTHING,
    async handle(context, { division, params, body }) {
      await endHabit(context, division, BigInt(params.habit), body.reason)
      return {}
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/matching/:payment',
    permission: 'payments.read',
    summary: { zh: '待匹配支付与候选指标', en: 'a waiting payment and its candidates' },
    params: PaymentParams,
    query: CandidateQuery,
    answer: MatchingCase,
    readOnly: true,
    async handle({ tx }, { division, params, query }) {
      const found = await matchingCase(tx, division, params.payment, query.q?.trim() || undefined)
      if (!found)
        refuse(
          'missing',
          'payment-not-waiting',
          '没有这笔支付，或它已有对应指标：请返回待办列表。',
          'There is no such payment, or it has its line by now: go back to the list.',
          { value: params.payment },
        )
      return found
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/matching/decisions',
    permission: 'payments.match',
    approval: 'payment.match',
    summary: { zh: '人工指定支付的指标', en: 'decide to which line payments belong' },
    params: inDivision,
    body: DecideBody,
    answer: Decided,
    handle: (context, { division, body }) =>
      decide(context, {
        division,
        payments: body.payments.map(BigInt),
        parts: body.parts.map(part => ({
          allotment: BigInt(part.allotment),
          ...(part.amountFen === undefined ? {} : { amount: fen(part.amountFen) }),
        })),
        reason: body.reason,
        habit: body.habit ?? false,
        requestKey: body.requestKey,
      }),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/payments/:payment/matching',
    permission: 'payments.read',
    summary: { zh: '一笔支付的匹配经过', en: 'how a payment was matched' },
    params: PaymentParams,
    answer: MatchHistory,
    readOnly: true,
    async handle({ tx }, { division, params }) {
      const history = await matchHistory(tx, division, params.payment)
      if (!history)
        refuse('missing', 'payment-missing', '没有这笔支付。', 'There is no such payment.', { value: params.payment })
      return history
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/payments/:payment/take-back-match',
    permission: 'payments.match',
    approval: 'payment.take-back-match',
    summary: { zh: '撤回支付的匹配', en: 'take a payment’s match back' },
    params: PaymentParams,
    body: TakeBackMatchBody,
    answer: TakenBack,
    handle: (context, { division, params, body }) =>
      takeBackMatch(context, { division, payment: BigInt(params.payment), ...body }),
  }),
]
