import { fiscalYearOf } from '../kernel/fiscal-year.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { Overview, OverviewParams, OverviewQuery } from './contract.ts'
import { dayOf, overviewOf } from './overview.ts'

export const routes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/overview',
    permission: 'overview.read',
    summary: { zh: '总体概览', en: 'the overview' },
    params: OverviewParams,
    query: OverviewQuery,
    answer: Overview,
    handle({ tx, clock }, { division, query }) {
      const year = query.year ?? fiscalYearOf(clock.today())
      return overviewOf(tx, division, year, query.asOf ?? dayOf(year, clock.today()))
    },
  }),
]
