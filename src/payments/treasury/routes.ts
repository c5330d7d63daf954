import { Type } from 'typebox'
import { defineRoute, NOTHING } from '../../platform/http/define-route.ts'
import { handOut } from '../../platform/http/hand-out.ts'
import {
  ControlScopes,
  CutOff,
  CutOffQuery,
  SettleScopeBody,
  TotalsQuery,
  TreasuryTotals,
  VoucherDifferences,
  VouchersQuery,
} from './contract.ts'
import { controlScopes, settleScope } from './control-scope.ts'
import { cutOffPage } from './cut-off.ts'
import { daysOf, totalsPage, wholeDivision } from './reconcile-totals.ts'
import { vouchersPage } from './reconcile-vouchers.ts'
import { cutOffSheet, totalsSheet, vouchersSheet } from './sheets.ts'

const reads = {
  method: 'GET',
  permission: 'payments.read',
  params: Type.Object({ division: Type.String() }),
  readOnly: true,
} as const

/** 国库对账 and 在途清单. */
export const treasuryRoutes = [
  defineRoute({
    ...reads,
    path: '/divisions/:division/treasury-totals',
    summary: { zh: '国库对账：控制总额', en: 'the treasury’s control totals beside ours' },
    query: TotalsQuery,
    answer: TreasuryTotals,
    file: true,
    handle(context, { division, query, run }) {
      const days = daysOf(query.year, query)
      if (!query.file) return totalsPage(context, division, query.year, days, query)
      wholeDivision(context)
      return handOut(run, context.actor, query.file, tx => totalsSheet(tx, division, query.year, days, query.state))
    },
  }),
  defineRoute({
    ...reads,
    path: '/divisions/:division/treasury-vouchers',
    summary: { zh: '国库对账：凭证差异', en: 'differences from the treasury, voucher by voucher' },
    query: VouchersQuery,
    answer: VoucherDifferences,
    file: true,
    handle(context, { division, query, run }) {
      const days = daysOf(query.year, query)
      if (!query.file) return vouchersPage(context, division, query.year, days, query)
      wholeDivision(context)
      return handOut(run, context.actor, query.file, tx => vouchersSheet(tx, division, query.year, days, query))
    },
  }),
  defineRoute({
    ...reads,
    path: '/divisions/:division/cut-off',
    summary: { zh: '在途清单', en: 'vouchers in transit at the end of a day' },
    query: CutOffQuery,
    answer: CutOff,
    file: true,
    handle(context, { division, query, run }) {
      if (!query.file) return cutOffPage(context, division, query.year, query)
      const on = query.on ?? `${query.year}-12-31`
      return handOut(run, context.actor, query.file, tx => cutOffSheet(tx, division, query.year, on))
    },
  }),
  defineRoute({
    ...reads,
    path: '/divisions/:division/control-scope',
    summary: { zh: '对账凭证核对哪些支付凭证', en: 'which vouchers control totals cover' },
    answer: ControlScopes,
    handle: ({ tx }, { division }) => controlScopes(tx, division),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/control-scope',
    permission: 'payments.reconcile',
    summary: { zh: '设定对账凭证核对哪些支付凭证', en: 'settle which vouchers control totals cover' },
    params: reads.params,
    body: SettleScopeBody,
    answer: NOTHING,
    async handle(context, { division, body }) {
      await settleScope(context, division, body)
      return {}
    },
  }),
]
