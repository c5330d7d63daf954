import {
  AccountsAnswer,
  AccountsQuery,
  ChartAnswer,
  ChartParams,
  ChartQuery,
  SubAccountAnswer,
  SubAccountBody,
} from '../base/contract.ts'
import { lockedExplained } from '../base/edition.ts'
import { fiscalYearOf } from '../kernel/fiscal-year.ts'
import { refuse } from '../kernel/refusal.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import {
  accountNames,
  accountsIn,
  accountsOfOurs,
  chartOf,
  insertSubAccount,
  ordersIn,
  shownIn,
  subAccountsOf,
} from './chart-store.ts'

export const chartRoutes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/accounts',
    permission: 'allotments.read',
    summary: { zh: '科目在某年度的编号和名称', en: 'how accounts are numbered and called in a year' },
    params: ChartParams,
    query: AccountsQuery,
    answer: AccountsAnswer,
    handle: async ({ tx }, { query }) => ({ rows: await accountNames(tx, query.year) }),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/chart',
    permission: 'base.read',
    summary: { zh: '查看年度科目表、交易令和本级明细科目', en: 'see the year’s chart, orders and own sub-accounts' },
    params: ChartParams,
    query: ChartQuery,
    answer: ChartAnswer,
    async handle({ tx, clock }, { division, query }) {
      const year = query.year ?? fiscalYearOf(clock.today())
      return {
        charts: await chartOf(tx, year),
        accounts: await accountsIn(tx, year),
        orders: await ordersIn(tx, year),
        subAccounts: await subAccountsOf(tx, division, year),
      }
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/sub-accounts',
    permission: 'base.issue',
    approval: 'base.sub-account',
    summary: { zh: '增设本级明细科目', en: 'add a sub-account of one’s own' },
    params: ChartParams,
    body: SubAccountBody,
    answer: SubAccountAnswer,
    async handle(context, { division, body }) {
      const { tx } = context
      const account =
        (await shownIn(tx, body.firstYear)).get(body.account)?.[0] ?? (await accountsOfOurs(tx)).get(body.account)?.code
      if (account === undefined)
        refuse(
          'input',
          'account-unknown',
          `${body.firstYear} 年度没有可记账的科目“${body.account}”：请从科目表中选择。`,
          `There is no account “${body.account}” in ${body.firstYear} that entries can name: choose one of the chart.`,
          { field: 'account', value: body.account },
        )
      try {
        // The same again changes nothing: the key is the account, the code and the year.
        const made = await insertSubAccount(tx, { ...body, division, account })
        if (made)
          await context.audit({
            division,
            action: 'ledger.sub-account',
            subject: `${body.account}${body.code}`,
            detail: { ...body },
          })
        return { code: `${body.account}${body.code}`, created: made !== undefined }
      } catch (error) {
        throw lockedExplained(error)
      }
    },
  }),
]
