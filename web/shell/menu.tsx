import { Link, useRouterState } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Permission } from '../../src/kernel/permission.ts'
import { usePlace } from './place.ts'
import { useMay } from './session.tsx'

interface Entry {
  page: string
  name: string
  needs: readonly Permission[]
  exact?: boolean
  /** Pages that open from this one: they are listed below it while one of them, or it, is open. */
  within?: readonly Entry[]
  /** Forms that belong to this page and stand at an address of their own. */
  also?: readonly string[]
}

/** The pages by duty; an entry is shown to whoever holds one of its permissions. */
export const MENU: readonly { duty: string; entries: readonly Entry[] }[] = [
  {
    duty: 'watch',
    entries: [
      { page: '', name: 'home', needs: ['overview.read'], exact: true },
      { page: 'overview', name: 'overview', needs: ['overview.read'] },
      { page: 'submissions', name: 'submissions', needs: ['approvals.read'] },
      {
        page: 'warnings',
        name: 'warnings',
        needs: ['warnings.read'],
        within: [{ page: 'rules', name: 'rules', needs: ['rules.read'] }],
      },
    ],
  },
  {
    duty: 'arrange',
    entries: [
      {
        page: 'transfers',
        name: 'transfers',
        needs: ['allotments.read'],
        also: ['across'],
        within: [
          { page: 'recognition', name: 'recognition', needs: ['allotments.read'] },
          { page: 'joining', name: 'joining', needs: ['allotments.read'] },
        ],
      },
      {
        page: 'allotments',
        name: 'allotments',
        needs: ['allotments.read'],
        within: [{ page: 'integration', name: 'integration', needs: ['allotments.read'] }],
      },
      { page: 'recoverables', name: 'recoverables', needs: ['allotments.read'], also: ['recalls'] },
      { page: 'projects', name: 'projects', needs: ['projects.read'] },
      {
        page: 'payments',
        name: 'payments',
        needs: ['payments.read'],
        within: [
          { page: 'matching', name: 'matching', needs: ['payments.read'] },
          { page: 'ties', name: 'ties', needs: ['payments.read'] },
          { page: 'treasury', name: 'treasury', needs: ['payments.read'] },
          { page: 'cut-off', name: 'cutOff', needs: ['payments.read'] },
          { page: 'clearings', name: 'clearings', needs: ['payments.read'] },
          { page: 'quotas', name: 'quotas', needs: ['payments.read'] },
          { page: 'disbursements', name: 'disbursements', needs: ['beneficiaries.read'] },
          { page: 'bank-accounts', name: 'bankAccounts', needs: ['bank-accounts.read'] },
          { page: 'enterprises', name: 'enterprises', needs: ['bank-accounts.read'], also: ['enterprise'] },
        ],
      },
    ],
  },
  {
    duty: 'books',
    entries: [
      {
        page: 'year',
        name: 'year',
        needs: ['allotments.read'],
        exact: true,
        within: [
          { page: 'year/close', name: 'closing', needs: ['allotments.read'] },
          { page: 'document-numbers', name: 'documentNumbers', needs: ['books.read'] },
        ],
      },
      {
        page: 'balance-sheet',
        name: 'balanceSheet',
        needs: ['books.read'],
        within: [
          { page: 'general-ledger', name: 'generalLedger', needs: ['books.read'] },
          { page: 'sub-ledger', name: 'subLedger', needs: ['books.read'] },
          { page: 'view-difference', name: 'difference', needs: ['books.read'] },
        ],
      },
      { page: 'trace', name: 'trace', needs: ['books.read'] },
      {
        page: 'reconciliations',
        name: 'reconciliations',
        needs: ['books.read'],
        within: [
          { page: 'interlock-proof', name: 'proof', needs: ['books.read'] },
          { page: 'audit-package', name: 'auditPackage', needs: ['proof.package'] },
        ],
      },
    ],
  },
  {
    duty: 'bring',
    entries: [
      {
        page: 'funds',
        name: 'funds',
        needs: ['funds.read'],
        within: [{ page: 'fund-mapping', name: 'mapping', needs: ['funds.read'] }],
      },
      {
        page: 'base-data',
        name: 'baseData',
        needs: ['base.read'],
        within: [{ page: 'division', name: 'division', needs: ['divisions.read'] }],
      },
      {
        page: 'imports',
        name: 'imports',
        needs: [
          'payments.import',
          'enterprises.import',
          'allotments.write',
          'projects.write',
          'funds.write',
          'divisions.write',
          'applications.fill',
        ],
        within: [{ page: 'mappings', name: 'mappings', needs: ['payments.import', 'allotments.write'] }],
      },
      { page: 'interface-keys', name: 'interfaceKeys', needs: ['interface.keys'] },
    ],
  },
  {
    duty: 'who',
    entries: [
      { page: 'applications', name: 'applications', needs: ['applications.read'] },
      { page: 'approval-chains', name: 'chains', needs: ['approvals.chains'] },
      {
        page: 'delegations',
        name: 'delegations',
        needs: ['approvals.read'],
        within: [{ page: 'handovers', name: 'handovers', needs: ['approvals.read'] }],
      },
      { page: 'people', name: 'people', needs: ['people.read'] },
      { page: 'sessions', name: 'sessions', needs: ['accounts.secure'] },
      { page: 'security-policy', name: 'policy', needs: ['security.configure'] },
    ],
  },
  {
    duty: 'keep',
    entries: [
      { page: 'releases', name: 'releases', needs: ['releases.read'] },
      { page: 'audit', name: 'audit', needs: ['audit.read'] },
    ],
  },
]

/** What stands in the menu while `open` (the address below division and year) is shown. */
export function menuAt(open: string, may: (permission: Permission) => boolean) {
  const within = (page: string) => page !== '' && (open === page || open.startsWith(`${page}/`))
  return MENU.map(group => ({
    duty: group.duty,
    entries: group.entries.flatMap((entry): { entry: Entry; below: boolean; current: boolean }[] => {
      const inside = (entry.within ?? []).filter(one => one.needs.some(may))
      // Who may not open the page that holds them finds them in its place.
      if (!entry.needs.some(may)) return inside.map(one => ({ entry: one, below: false, current: false }))
      const shown = [entry, ...inside].some(one => within(one.page)) || (entry.also ?? []).some(within)
      return [
        { entry, below: false, current: (entry.also ?? []).some(within) },
        ...(shown ? inside : []).map(one => ({ entry: one, below: true, current: false })),
      ]
    }),
  })).filter(group => group.entries.length > 0)
}

export function Menu() {
  const { t } = useTranslation()
  const { at } = usePlace()
  const may = useMay()
  const open = useRouterState({ select: state => state.location.pathname.split('/').slice(3).join('/') })
  const groups = menuAt(open, may)
  return (
    <nav className="side" aria-label={t('menu.label')}>
      {groups.map(group => (
        <div key={group.duty} className="side-group">
          <p className="side-duty" id={`duty-${group.duty}`}>
            {t(`menu.${group.duty}`)}
          </p>
          <ul aria-labelledby={`duty-${group.duty}`}>
            {group.entries.map(({ entry, below, current }) => (
              <li key={entry.name}>
                <Link
                  to={at(entry.page) as string}
                  activeOptions={{ exact: entry.exact ?? false, includeSearch: false }}
                  className={`side-link${below ? ' side-below' : ''}${current ? ' active' : ''}`}
                >
                  {t(`menu.${entry.name}`)}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
      {groups.length === 0 && <p className="side-empty">{t('menu.none')}</p>}
    </nav>
  )
}
