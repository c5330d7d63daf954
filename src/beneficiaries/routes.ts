import { fiscalYearOf } from '../kernel/fiscal-year.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { DisbursementLists, DisbursementPage, DisbursementQuery, ListsQuery } from './contract.ts'
import { disbursementPage, listPage } from './read.ts'

export const routes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/disbursements',
    permission: 'beneficiaries.read',
    summary: { zh: '到人到户发放明细', en: 'disbursements of a payment, an allotment or a list' },
    query: DisbursementQuery,
    answer: DisbursementPage,
    handle: ({ tx }, { division, query }) => disbursementPage(tx, division, query),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/disbursement-lists',
    permission: 'beneficiaries.read',
    summary: { zh: '发放清单', en: 'disbursement lists' },
    query: ListsQuery,
    answer: DisbursementLists,
    handle: ({ tx, clock }, { division, query }) =>
      listPage(tx, division, query.year ?? fiscalYearOf(clock.today()), query),
  }),
]
