import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router'
import { BrokenPage } from './broken-page.tsx'
import { Gate } from './gate.tsx'
import { Layout } from './layout.tsx'
import { MissingPage } from './missing-page.tsx'
import { Start } from './start.tsx'

type Search = Record<string, string>
const validateSearch = (search: Record<string, unknown>): Search =>
  Object.fromEntries(
    Object.entries(search).flatMap(([name, value]) => (typeof value === 'string' && value ? [[name, value]] : [])),
  )

const root = createRootRoute({
  validateSearch,
  component: () => (
    <Gate>
      <Outlet />
    </Gate>
  ),
  notFoundComponent: MissingPage,
  errorComponent: BrokenPage,
})
const start = createRoute({ getParentRoute: () => root, path: '/', component: Start })
const place = createRoute({
  getParentRoute: () => root,
  path: '$division/$year',
  component: Layout,
  notFoundComponent: MissingPage,
})

// biome-ignore lint/suspicious/noExplicitAny: a module that exports one page under the name given
const page = (path: string, load: () => Promise<any>, name: string) =>
  createRoute({
    getParentRoute: () => place,
    path,
    component: lazyRouteComponent(load, name),
    errorComponent: BrokenPage,
  })

const pages = [
  page('/', () => import('../overview/home-page.tsx'), 'HomePage'),
  page('overview', () => import('../overview/overview-page.tsx'), 'OverviewPage'),
  page('funds', () => import('../funds/funds-page.tsx'), 'FundsPage'),
  page('funds/$fund', () => import('../funds/fund-page.tsx'), 'FundPage'),
  page('funds/$fund/map', () => import('../funds/map-page.tsx'), 'FundMapPage'),
  page('fund-mapping', () => import('../funds/mapping-page.tsx'), 'MappingPage'),
  page('base-data', () => import('../base/base-data-page.tsx'), 'BaseDataPage'),
  page('division', () => import('../divisions/division-page.tsx'), 'DivisionPage'),
  page('division/change', () => import('../divisions/change-page.tsx'), 'ChangePage'),
  page('division/hand-over', () => import('../divisions/hand-over-page.tsx'), 'HandOverPage'),
  page('allotments', () => import('../allotments/allotments-page.tsx'), 'AllotmentsPage'),
  page('allotments/tree', () => import('../allotments/tree-page.tsx'), 'TreePage'),
  page('allotments/new/$form', () => import('../allotments/form-page.tsx'), 'FormPage'),
  page('allotments/$allotment', () => import('../allotments/allotment-page.tsx'), 'AllotmentPage'),
  page(
    'allotments/$allotment/correct-document',
    () => import('../allotments/document-correction-page.tsx'),
    'DocumentCorrectionPage',
  ),
  page('allotments/$allotment/correct/$entry', () => import('../allotments/correction-page.tsx'), 'CorrectionPage'),
  page('recalls/new/$form', () => import('../allotments/recall-page.tsx'), 'RecallPage'),
  page('recoverables', () => import('../allotments/recoverables-page.tsx'), 'RecoverablesPage'),
  page('across/new/$form', () => import('../allotments/across-page.tsx'), 'AcrossPage'),
  page('transfers', () => import('../allotments/transfers-page.tsx'), 'TransfersPage'),
  page('year', () => import('../ledger/book-page.tsx'), 'BookPage'),
  page('year/close', () => import('../year-end/closing-page.tsx'), 'ClosingPage'),
  page('integration', () => import('../integration/integration-page.tsx'), 'IntegrationPage'),
  page('recognition', () => import('../allotments/recognition-page.tsx'), 'RecognitionPage'),
  page('joining', () => import('../allotments/joining-page.tsx'), 'JoiningPage'),
  page('mappings', () => import('../imports/mapping-page.tsx'), 'MappingPage'),
  page('interface-keys', () => import('../imports/interface-keys-page.tsx'), 'InterfaceKeysPage'),
  page('payments', () => import('../payments/payments-page.tsx'), 'PaymentsPage'),
  page('matching', () => import('../payments/matching-page.tsx'), 'MatchingPage'),
  page('payments/$payment', () => import('../payments/payment-page.tsx'), 'PaymentPage'),
  page('ties', () => import('../payments/ties-page.tsx'), 'TiesPage'),
  page('treasury', () => import('../payments/treasury-page.tsx'), 'TreasuryPage'),
  page('treasury/scope', () => import('../payments/control-scope-page.tsx'), 'ControlScopePage'),
  page('treasury/vouchers', () => import('../payments/treasury-vouchers-page.tsx'), 'TreasuryVouchersPage'),
  page('cut-off', () => import('../payments/cut-off-page.tsx'), 'CutOffPage'),
  page('clearings', () => import('../payments/clearings-page.tsx'), 'ClearingsPage'),
  page('clearings/$clearing', () => import('../payments/clearing-page.tsx'), 'ClearingPage'),
  page('quotas', () => import('../quotas/quotas-page.tsx'), 'QuotasPage'),
  page('disbursements', () => import('../beneficiaries/disbursements-page.tsx'), 'DisbursementsPage'),
  page('bank-accounts', () => import('../bank-accounts/accounts-page.tsx'), 'AccountsPage'),
  page('bank-accounts/$account', () => import('../bank-accounts/account-page.tsx'), 'AccountWatchPage'),
  page('enterprises', () => import('../bank-accounts/enterprises-page.tsx'), 'EnterprisesPage'),
  page('enterprise', () => import('../bank-accounts/enterprise-page.tsx'), 'EnterprisePage'),
  page('projects', () => import('../projects/projects-page.tsx'), 'ProjectsPage'),
  page('projects/$project', () => import('../projects/project-page.tsx'), 'ProjectPage'),
  page('warnings', () => import('../warnings/warnings-page.tsx'), 'WarningsPage'),
  page('warnings/$warning', () => import('../warnings/warning-page.tsx'), 'WarningPage'),
  page('imports', () => import('../imports/imports-page.tsx'), 'ImportsPage'),
  page('imports/$import', () => import('../imports/import-page.tsx'), 'ImportPage'),
  page('applications', () => import('../identity/applications-page.tsx'), 'ApplicationsPage'),
  page('applications/new', () => import('../identity/application-form.tsx'), 'ApplicationFormPage'),
  page('applications/founding', () => import('../identity/application-form.tsx'), 'FoundingPage'),
  page('applications/$application', () => import('../identity/application-page.tsx'), 'ApplicationPage'),
  page('applications/$application/mend', () => import('../identity/application-form.tsx'), 'MendPage'),
  page('submissions', () => import('../approvals/submissions-page.tsx'), 'SubmissionsPage'),
  page('submissions/$submission', () => import('../approvals/submission-page.tsx'), 'SubmissionPage'),
  page('approval-chains', () => import('../approvals/chains-page.tsx'), 'ChainsPage'),
  page('delegations', () => import('../approvals/delegations-page.tsx'), 'DelegationsPage'),
  page('handovers', () => import('../approvals/handovers-page.tsx'), 'HandoversPage'),
  page('handovers/$handover', () => import('../approvals/handover-page.tsx'), 'HandoverPage'),
  page('people', () => import('../identity/people-page.tsx'), 'PeoplePage'),
  page('people/$account', () => import('../identity/person-page.tsx'), 'PersonPage'),
  page('sessions', () => import('../identity/sessions-page.tsx'), 'SessionsPage'),
  page('security-policy', () => import('../identity/policy-page.tsx'), 'PolicyPage'),
  page('account', () => import('../identity/account-page.tsx'), 'AccountPage'),
  page('trace', () => import('../books/trace-page.tsx'), 'TracePage'),
  page('general-ledger', () => import('../books/general-page.tsx'), 'GeneralPage'),
  page('sub-ledger', () => import('../books/sub-page.tsx'), 'SubPage'),
  page('balance-sheet', () => import('../books/balance-page.tsx'), 'BalancePage'),
  page('interlock-proof', () => import('../books/proof-page.tsx'), 'ProofPage'),
  page('view-difference', () => import('../books/difference-page.tsx'), 'DifferencePage'),
  page('reconciliations', () => import('../books/reconciliations-page.tsx'), 'ReconciliationsPage'),
  page('reconciliations/$reconciliation', () => import('../books/reconciliation-page.tsx'), 'ReconciliationPage'),
  page('document-numbers', () => import('../books/numbers-page.tsx'), 'NumbersPage'),
  page('audit-package', () => import('../proof/audit-package-page.tsx'), 'AuditPackagePage'),
  page('releases', () => import('../releases/releases-page.tsx'), 'ReleasesPage'),
  page('releases/$release', () => import('../releases/release-page.tsx'), 'ReleasePage'),
  page('audit', () => import('../audit/audit-page.tsx'), 'AuditPage'),
  page('audit/$entry', () => import('../audit/entry-page.tsx'), 'EntryPage'),
  page('rules', () => import('../rules/rules-page.tsx'), 'RulesPage'),
]

/** Every address of the browser side. Plain query strings: an address is read by people and sent by mail. */
export const router = createRouter({
  routeTree: root.addChildren([start, place.addChildren(pages)]),
  parseSearch: text => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: search => {
    const text = new URLSearchParams(search as Search).toString()
    return text ? `?${text}` : ''
  },
  defaultPreload: 'intent',
  scrollRestoration: true,
})
