import { fiscalYearOf } from '../kernel/fiscal-year.ts'
import { fen } from '../kernel/money.ts'
import { defineRoute, NOTHING } from '../platform/http/define-route.ts'
import { editionChanges } from './catalogue-store.ts'
import {
  CatalogueParams,
  DeclassifiedBody,
  DeclassifiedTotals,
  EditionChanges,
  EditionParams,
  FundList,
  FundMap,
  FundPage,
  FundParams,
  FundsParams,
  FundsQuery,
  IssueCatalogueAnswer,
  IssueCatalogueBody,
  MappingQueue,
  SuperiorBody,
  YearQuery,
} from './contract.ts'
import { declassifiedTotals, setDeclassifiedTotal } from './declassified-total.ts'
import { issueCatalogue } from './issue-catalogue.ts'
import { fundPage, listFunds } from './list.ts'
import { fundMap } from './map.ts'
import { mappingQueue } from './mapping-queue.ts'
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
    approval: 'fund.superior',
    summary: { zh: '指定上级资金', en: 'say which superior fund it answers to' },
    params: FundParams,
    body: SuperiorBody,
    answer: NOTHING,
    handle: (context, { division, params, body }) =>
      assignSuperior(context, {
        division,
        fund: Number(params.fund),
        superior: body.superior === null ? null : Number(body.superior),
        localOnly: body.localOnly ?? false,
      }),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/fund-mapping',
    permission: 'funds.read',
    summary: { zh: '查看未关联的资金', en: 'see the funds that name no superior yet' },
    params: FundsParams,
    query: YearQuery,
    answer: MappingQueue,
    handle: ({ tx, clock }, { division, query }) =>
      mappingQueue(tx, division, query.year ?? fiscalYearOf(clock.today())),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/funds/:fund/map',
    permission: 'funds.read',
    summary: { zh: '查看一项资金的关联图', en: 'see the whole map of a fund' },
    params: FundParams,
    query: YearQuery,
    answer: FundMap,
    handle: ({ tx, clock }, { params, query }) =>
      fundMap(tx, Number(params.fund), query.year ?? fiscalYearOf(clock.today())),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/catalogues/:catalogue/editions',
    permission: 'base.issue',
    approval: 'base.catalogue',
    summary: { zh: '下发资金目录', en: 'issue a catalogue of funds' },
    params: CatalogueParams,
    body: IssueCatalogueBody,
    answer: IssueCatalogueAnswer,
    handle: (context, { division, params, body }) =>
      issueCatalogue(context, {
        division,
        catalogue: Number(params.catalogue),
        head: { document: body.document, firstYear: body.firstYear, lastYear: body.lastYear ?? null },
      }),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/catalogue-editions/:edition',
    permission: 'base.read',
    summary: { zh: '查看资金目录版次的变化', en: 'see what an edition of a catalogue changed' },
    params: EditionParams,
    answer: EditionChanges,
    handle: async ({ tx }, { params }) => ({ rows: await editionChanges(tx, Number(params.edition)) }),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/funds/:fund/declassified-totals',
    permission: 'funds.secret',
    summary: { zh: '查看涉密资金脱密总额', en: 'see declassified totals of a secret fund' },
    params: FundParams,
    answer: DeclassifiedTotals,
    handle: async (context, { division, params }) => ({
      rows: await declassifiedTotals(context, division, Number(params.fund)),
    }),
  }),
  defineRoute({
    method: 'PUT',
    path: '/divisions/:division/funds/:fund/declassified-totals',
    permission: 'funds.secret',
    approval: 'fund.declassified-totals',
    summary: { zh: '登记涉密资金脱密总额', en: 'write down a declassified total' },
    params: FundParams,
    body: DeclassifiedBody,
    answer: NOTHING,
    handle: (context, { division, params, body }) =>
      setDeclassifiedTotal(context, {
        division,
        fund: Number(params.fund),
        fiscalYear: body.year,
        amount: fen(body.amountFen),
        basis: body.basis,
      }),
  }),
]
