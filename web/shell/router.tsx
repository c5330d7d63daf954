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
  page('allotments', () => import('../allotments/allotments-page.tsx'), 'AllotmentsPage'),
  page('allotments/tree', () => import('../allotments/tree-page.tsx'), 'TreePage'),
  page('allotments/new/$form', () => import('../allotments/form-page.tsx'), 'FormPage'),
  page('allotments/$allotment', () => import('../allotments/allotment-page.tsx'), 'AllotmentPage'),
  page('allotments/$allotment/correct/$entry', () => import('../allotments/correction-page.tsx'), 'CorrectionPage'),
  page('transfers', () => import('../allotments/transfers-page.tsx'), 'TransfersPage'),
  page('payments', () => import('../payments/payments-page.tsx'), 'PaymentsPage'),
  page('payments/$payment', () => import('../payments/payment-page.tsx'), 'PaymentPage'),
  page('projects', () => import('../projects/projects-page.tsx'), 'ProjectsPage'),
  page('projects/$project', () => import('../projects/project-page.tsx'), 'ProjectPage'),
  page('warnings', () => import('../warnings/warnings-page.tsx'), 'WarningsPage'),
  page('warnings/$warning', () => import('../warnings/warning-page.tsx'), 'WarningPage'),
  page('imports', () => import('../imports/imports-page.tsx'), 'ImportsPage'),
  page('imports/$import', () => import('../imports/import-page.tsx'), 'ImportPage'),
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
