import { Type } from 'typebox'
import { defineRoute } from '../platform/http/define-route.ts'
import { carryLimits, setCarryLimit } from './carry-limit.ts'
import { closeYear, lookAtYear, takeBack } from './close.ts'
import {
  AdvanceView,
  CarryLimitBody,
  CarryLimits,
  CloseBody,
  ClosingAnswer,
  Look,
  LookBody,
  TakeBackBody,
  YearQuery,
} from './contract.ts'
import { advanceRows } from './store.ts'

const inDivision = Type.Object({ division: Type.String() })

export const routes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/year-end',
    permission: 'allotments.read',
    summary: { zh: '年终结账预览', en: 'look at the year’s closing' },
    params: inDivision,
    query: YearQuery,
    readOnly: true,
    answer: Look,
    handle: (context, { division, query }) => lookAtYear(context, division, query.year),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/year-end/look',
    permission: 'ledger.close',
    summary: { zh: '试算结转与收回', en: 'try what would be carried and what would lapse' },
    params: inDivision,
    body: LookBody,
    answer: Look,
    handle: (context, { division, body }) => lookAtYear(context, division, body.fiscalYear, body.lapse),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/year-end/close',
    permission: 'ledger.close',
    approval: 'year.close',
    summary: { zh: '年终结账并结转', en: 'close the year and carry over' },
    params: inDivision,
    body: CloseBody,
    answer: ClosingAnswer,
    handle: (context, { division, body }) => closeYear(context, { division, ...body }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/year-end/take-back',
    permission: 'ledger.unlock',
    approval: 'year.take-back',
    summary: { zh: '撤回结转', en: 'take a carry-over back' },
    params: inDivision,
    body: TakeBackBody,
    answer: ClosingAnswer,
    handle: (context, { division, body }) => takeBack(context, { division, ...body }),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/carry-limits',
    permission: 'allotments.read',
    summary: { zh: '结转年限', en: 'after how many years carried money is recovered' },
    params: inDivision,
    answer: CarryLimits,
    handle: ({ tx }) => carryLimits(tx),
  }),
  // Setting it again sets the same: no request key is needed.
  defineRoute({
    method: 'PUT',
    path: '/divisions/:division/carry-limits',
    permission: 'base.issue',
    summary: { zh: '设定结转年限', en: 'set after how many years carried money is recovered' },
    params: inDivision,
    body: CarryLimitBody,
    answer: CarryLimits,
    async handle(context, { division, body }) {
      await setCarryLimit(context, { division, ...body })
      return carryLimits(context.tx)
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/advance',
    permission: 'allotments.read',
    summary: { zh: '提前下达', en: 'advance notices' },
    params: inDivision,
    query: YearQuery,
    answer: AdvanceView,
    async handle({ tx }, { division, query }): Promise<AdvanceView> {
      const book = await tx.maybe<{ provisional: boolean; openedOn: string | null }>(
        'select provisional, opened_on as "openedOn" from ledger.published_book where division = $1 and fiscal_year = $2',
        [division, query.year],
      )
      return {
        provisional: book?.provisional ?? false,
        openedOn: book?.openedOn ?? null,
        rows: await advanceRows(tx, division, query.year),
      }
    },
  }),
]
