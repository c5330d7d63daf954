import { Type } from 'typebox'
import { fiscalYearOf } from '../../kernel/fiscal-year.ts'
import { refuse } from '../../kernel/refusal.ts'
import { defineRoute, NOTHING } from '../../platform/http/define-route.ts'
import { accountPage, listAccounts } from './account-store.ts'
import {
  AccountList,
  AccountPage,
  AccountParams,
  AccountsQuery,
  EndListingBody,
  EnterpriseList,
  EnterprisePage,
  EnterpriseQuery,
  EnterprisesQuery,
  ListAccountBody,
  ListingParams,
  Made,
  SettleKindBody,
} from './contract.ts'
import { enterprisePage, listEnterprises } from './enterprise-store.ts'
import { endListing, listAccount, settleKind } from './settle-account.ts'

const inDivision = Type.Object({ division: Type.String() })

/** 账户信息监控 and 到企业. */
export const watchRoutes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/bank-accounts',
    permission: 'bank-accounts.read',
    summary: { zh: '收付款账户', en: 'accounts that money went through' },
    params: inDivision,
    query: AccountsQuery,
    answer: AccountList,
    readOnly: true,
    handle: ({ tx, clock }, { division, query }) =>
      listAccounts(tx, division, query.year ?? fiscalYearOf(clock.today()), query),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/bank-accounts/:account',
    permission: 'bank-accounts.read',
    summary: { zh: '一个账户', en: 'one account' },
    params: AccountParams,
    answer: AccountPage,
    readOnly: true,
    async handle({ tx }, { division, params }) {
      const page = await accountPage(tx, division, params.account)
      if (!page)
        refuse(
          'missing',
          'account-missing',
          '没有这个账户：请返回账户列表。',
          'There is no such account: go back to the list.',
          {
            value: params.account,
          },
        )
      return page
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/bank-accounts/:account/kind',
    permission: 'bank-accounts.settle',
    summary: { zh: '认定账户性质', en: 'settle what kind an account is' },
    params: AccountParams,
    body: SettleKindBody,
    answer: Made,
    handle: (context, { division, params, body }) => settleKind(context, division, params.account, body),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/bank-accounts/:account/listing',
    permission: 'bank-accounts.settle',
    summary: { zh: '列入重点关注名单或白名单', en: 'put an account on the watch list or the white list' },
    params: AccountParams,
    body: ListAccountBody,
    answer: Made,
    handle: (context, { division, params, body }) => listAccount(context, division, params.account, body),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/bank-account-listings/:listing/end',
    permission: 'bank-accounts.settle',
    summary: { zh: '移出名单', en: 'take an account off a list' },
    params: ListingParams,
    body: EndListingBody,
    answer: NOTHING,
    async handle(context, { division, params, body }) {
      await endListing(context, division, params.listing, body.reason)
      return {}
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/enterprises',
    permission: 'bank-accounts.read',
    summary: { zh: '收款企业', en: 'enterprises that were paid' },
    params: inDivision,
    query: EnterprisesQuery,
    answer: EnterpriseList,
    readOnly: true,
    handle: ({ tx, clock }, { division, query }) =>
      listEnterprises(tx, division, query.year ?? fiscalYearOf(clock.today()), query),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/enterprise',
    permission: 'bank-accounts.read',
    summary: { zh: '一个收款企业', en: 'one enterprise' },
    params: inDivision,
    query: EnterpriseQuery,
    answer: EnterprisePage,
    readOnly: true,
    async handle({ tx, clock }, { division, query }) {
      const page = await enterprisePage(tx, division, query.year ?? fiscalYearOf(clock.today()), query.name)
      if (!page)
        refuse(
          'missing',
          'enterprise-unknown',
          `本年度没有向“${query.name}”支付过：请换一个年度，或返回企业列表。`,
          `Nothing was paid to “${query.name}” in this year: choose another one, or go back to the list.`,
          { field: 'name', value: query.name },
        )
      return page
    },
  }),
]
