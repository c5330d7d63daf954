import { fiscalYearOf } from '../kernel/fiscal-year.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { BaseData, BaseParams, BaseQuery } from './contract.ts'
import { editionsFor, templatesFor } from './store.ts'

export const routes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/base-data',
    permission: 'base.read',
    summary: { zh: '查看下发的基础信息', en: 'see what base data is issued' },
    params: BaseParams,
    query: BaseQuery,
    answer: BaseData,
    async handle({ tx, clock }, { division, query }) {
      const year = query.year ?? fiscalYearOf(clock.today())
      return { editions: await editionsFor(tx, division, year), templates: await templatesFor(tx, division, year) }
    },
  }),
]
