import { fiscalYearOf } from '../kernel/fiscal-year.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { FundList, FundPage, FundParams, FundsParams, FundsQuery, SuperiorBody, YearQuery } from './contract.ts'
import { fundPage, listFunds } from './list.ts'
import { assignSuperior } from './set-superior.ts'

export const routes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/funds',
    permission: 'funds.read',
    summary: { zh: '查看专项资金目录', en: 'see the funds' },
    params: FundsParams,
    query: FundsQuery,
    answer: FundList,
    handle: ({ tx, clock }, { division, query }) =>
      listFunds(tx, division, {
        year: query.year ?? fiscalYearOf(clock.today()),
        catalogue: query.catalogue === undefined ? undefined : Number(query.catalogue),
        q: query.q,
      }),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/funds/:fund',
    permission: 'funds.read',
    summary: { zh: '查看一项资金', en: 'see one fund' },
    params: FundParams,
    query: YearQuery,
    answer: FundPage,
    handle: ({ tx, clock }, { division, params, query }) =>
      fundPage(tx, division, Number(params.fund), query.year ?? fiscalYearOf(clock.today())),
  }),
  defineRoute({
    method: 'PUT',
    path: '/divisions/:division/funds/:fund/superior',
    permission: 'funds.write',
    summary: { zh: '指定上级资金', en: 'say which superior fund it answers to' },
    params: FundParams,
    body: SuperiorBody,
    handle: (context, { division, params, body }) =>
      assignSuperior(context, {
        division,
        fund: Number(params.fund),
        superior: body.superior === null ? null : Number(body.superior),
      }),
  }),
]
