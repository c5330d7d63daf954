import { Type } from 'typebox'
import { defineRoute } from '../platform/http/define-route.ts'
import { lockThrough, markBook, openYear, reopen } from './book.ts'
import {
  BookActAnswer,
  BookPage,
  BookQuery,
  LockBody,
  OpenBody,
  PlansBody,
  ReopenBody,
  UnlockBody,
} from './contract.ts'
import { bookPage } from './standing.ts'

const inDivision = Type.Object({ division: Type.String() })

export const routes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/book',
    permission: 'allotments.read',
    summary: { zh: '年度账簿', en: 'the year’s book' },
    params: inDivision,
    query: BookQuery,
    answer: BookPage,
    handle: ({ tx }, { division, query }) => bookPage(tx, division, query.year),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/book/lock',
    permission: 'ledger.lock',
    approval: 'book.lock',
    summary: { zh: '月结锁账', en: 'close months and lock' },
    params: inDivision,
    body: LockBody,
    answer: BookActAnswer,
    handle: async (context, { division, body }) => ({ event: await lockThrough(context, { division, ...body }) }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/book/unlock',
    permission: 'ledger.unlock',
    approval: 'book.unlock',
    summary: { zh: '解锁', en: 'unlock' },
    params: inDivision,
    body: UnlockBody,
    answer: BookActAnswer,
    async handle(context, { division, body }) {
      const { through, ...rest } = body
      const event = await markBook(context, { division, ...rest, kind: 'unlock', day: through })
      await context.announce('allotments.room-made', { division, fiscalYear: body.fiscalYear })
      return { event }
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/book/open',
    permission: 'ledger.lock',
    approval: 'book.open',
    summary: { zh: '开账', en: 'open the year' },
    params: inDivision,
    body: OpenBody,
    answer: BookActAnswer,
    handle: async (context, { division, body }) => ({ event: await openYear(context, { division, ...body }) }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/book/plans',
    permission: 'ledger.lock',
    approval: 'book.plans',
    summary: { zh: '是否使用用款计划', en: 'whether the book keeps payment plans' },
    params: inDivision,
    body: PlansBody,
    answer: BookActAnswer,
    async handle(context, { division, body }) {
      const { usesPlans, ...rest } = body
      const kind = usesPlans ? 'plans-on' : 'plans-off'
      return { event: await markBook(context, { division, ...rest, kind, day: context.clock.today() }) }
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/book/reopen',
    permission: 'ledger.unlock',
    approval: 'book.reopen',
    summary: { zh: '反结账', en: 'reopen a closed year' },
    params: inDivision,
    body: ReopenBody,
    answer: BookActAnswer,
    handle: async (context, { division, body }) => ({ event: await reopen(context, { division, ...body }) }),
  }),
]
