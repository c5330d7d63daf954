import { refuse } from '../kernel/refusal.ts'
import { rowsOf } from '../kernel/schema.ts'
import type { Context } from '../platform/context.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { handOut } from '../platform/http/hand-out.ts'
import { balanceSheet } from './balance-sheet.ts'
import { momentOf, viewOf } from './clocks.ts'
import * as contract from './contract.ts'
import { difference } from './difference.ts'
import { documentNumbers } from './document-numbers.ts'
import { generalLedger } from './general-ledger.ts'
import { type Proved, prove } from './proof.ts'
import { differencesOf, reconcile, reconciliation, reconciliations } from './reconcile.ts'
import * as sheets from './sheets.ts'
import { subLedger } from './sub-ledger.ts'
import { trace } from './trace.ts'

const reads = { method: 'GET', permission: 'books.read', params: contract.InDivision } as const
const at = (page: string) => `/divisions/:division/${page}`

/** What a proof is of: the document named, else the division's year. */
const provedOf = (
  division: number,
  code: string,
  query: { document?: string | undefined; year?: number | undefined },
): Proved => {
  if (query.document) return { document: query.document }
  if (query.year !== undefined) return { division, code, year: query.year }
  return refuse('input', 'proof-of-nothing', '请给出文号或年度。', 'Name a document or a year.', { field: 'document' })
}

const differenceOf = (query: {
  known: string
  until?: string | undefined
  from?: string | undefined
  to?: string | undefined
}) => {
  const { from, to } = viewOf({ from: query.from, to: query.to })
  return { from, to, known: momentOf(query.known)!, until: momentOf(query.until, 'until') }
}

export const routes = [
  defineRoute({
    ...reads,
    path: at('trace'),
    summary: { zh: '流程追溯', en: 'trace to sources and payees' },
    query: contract.TraceQuery,
    answer: contract.Trace,
    file: true,
    handle: ({ tx, actor }, { query, run }) =>
      query.file
        ? handOut(run, actor, query.file, own => sheets.traceSheet(own, query.ref, viewOf(query)))
        : trace(tx, query.ref, viewOf(query)),
  }),
  defineRoute({
    ...reads,
    path: at('interlock-proof'),
    summary: { zh: '咬合证明', en: 'prove the interlock' },
    query: contract.ProofQuery,
    answer: contract.Proof,
    file: true,
    handle: ({ tx, actor }, { division, params, query, run }) => {
      const of = provedOf(division, params.division, query)
      const known = momentOf(query.known)
      return query.file
        ? handOut(run, actor, query.file, own => sheets.proofSheet(own, of, known))
        : prove(tx, of, known)
    },
  }),
  defineRoute({
    ...reads,
    path: at('general-ledger'),
    summary: { zh: '总账', en: 'the general ledger' },
    query: contract.GeneralQuery,
    answer: contract.GeneralLedger,
    file: true,
    handle: ({ tx, actor }, { division, query, run }) =>
      query.file
        ? handOut(run, actor, query.file, own => sheets.generalSheet(own, division, query.year, viewOf(query), query))
        : generalLedger(tx, division, query.year, viewOf(query), query),
  }),
  defineRoute({
    ...reads,
    path: at('sub-ledger'),
    summary: { zh: '明细账', en: 'a sub-ledger' },
    query: contract.SubQuery,
    answer: contract.SubLedger,
    file: true,
    handle: ({ tx, actor }, { division, query, run }) => {
      const { account, fund, agency, project, allotment, after, file, year } = query
      const filter = { account, fund, agency, project, allotment }
      return file
        ? handOut(run, actor, file, own => sheets.subSheet(own, division, year, viewOf(query), filter))
        : subLedger(tx, division, year, viewOf(query), filter, after)
    },
  }),
  defineRoute({
    ...reads,
    path: at('balance-sheet'),
    summary: { zh: '收支平衡表', en: 'the balance sheet of sources and uses' },
    query: contract.BalanceQuery,
    answer: contract.BalanceSheet,
    file: true,
    handle: ({ tx, actor }, { division, query: { by = 'fund', file, year, ...view }, run }) =>
      file
        ? handOut(run, actor, file, own => sheets.balanceSheetSheet(own, division, year, viewOf(view), by))
        : balanceSheet(tx, division, year, viewOf(view), by),
  }),
  defineRoute({
    ...reads,
    path: at('view-difference'),
    summary: { zh: '两个时点所知的差异', en: 'what changed between two views' },
    query: contract.DifferenceQuery,
    answer: contract.ViewDifference,
    file: true,
    handle: ({ tx, actor }, { division, query, run }) =>
      query.file
        ? handOut(run, actor, query.file, own => sheets.differenceSheet(own, division, query.year, differenceOf(query)))
        : difference(tx, division, query.year, differenceOf(query)),
  }),
  defineRoute({
    ...reads,
    path: at('document-numbers'),
    summary: { zh: '文号断号、重号', en: 'gaps and repeats in document numbers' },
    query: contract.NumbersQuery,
    answer: contract.DocumentNumbers,
    file: true,
    handle: ({ tx, actor }, { division, query, run }) =>
      query.file
        ? handOut(run, actor, query.file, own => sheets.numbersSheet(own, division, query.year))
        : documentNumbers(tx, division, query.year),
  }),
  defineRoute({
    ...reads,
    path: at('reconciliations'),
    summary: { zh: '对账记录', en: 'reconciliations' },
    query: contract.ReconciliationsQuery,
    answer: rowsOf(contract.Reconciliation),
    handle: async ({ tx }, { division, query }) => ({ rows: await reconciliations(tx, division, query.year) }),
  }),
  defineRoute({
    method: 'POST',
    permission: 'books.reconcile',
    path: at('reconciliations'),
    summary: { zh: '对账', en: 'reconcile with a sheet' },
    params: contract.InDivision,
    query: contract.ReconcileQuery,
    upload: true,
    answer: contract.ReconciledAnswer,
    handle: (context, { division, params, query, upload }) =>
      reconcile(context, {
        division,
        divisionCode: params.division,
        year: query.year,
        kind: query.kind,
        unit: query.unit === 'wan' ? '万元' : '元',
        requestKey: query.requestKey ?? null,
        source: upload,
      }),
  }),
  defineRoute({
    ...reads,
    path: at('reconciliations/:reconciliation'),
    params: contract.OneReconciliation,
    summary: { zh: '一次对账', en: 'one reconciliation' },
    query: contract.OneReconciliationQuery,
    answer: contract.ReconciliationPage,
    file: true,
    async handle({ tx, actor }: Context, { division, params: { reconciliation: id }, query, run }) {
      const record = await reconciliation(tx, division, id)
      if (!record)
        refuse('missing', 'reconciliation-missing', `没有对账记录 ${id}。`, `There is no reconciliation ${id}.`, {
          value: id,
        })
      if (query.file)
        return handOut(run, actor, query.file, own => sheets.reconciliationSheet(own, division, id, query.reason))
      return { record, ...(await differencesOf(tx, division, id, query)) }
    },
  }),
]
