import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Permission } from '../../src/kernel/permission.ts'
import { usePlace } from './place.ts'
import { useMay } from './session.tsx'

interface Entry {
  page: string
  name: string
  needs: readonly Permission[]
  exact?: boolean
}

/** The pages by duty; an entry is shown to whoever holds one of its permissions. */
export const MENU: readonly { duty: string; entries: readonly Entry[] }[] = [
  {
    duty: 'watch',
    entries: [
      { page: '', name: 'home', needs: ['overview.read'], exact: true },
      { page: 'overview', name: 'overview', needs: ['overview.read'] },
      { page: 'warnings', name: 'warnings', needs: ['warnings.read'] },
      { page: 'rules', name: 'rules', needs: ['rules.read'] },
    ],
  },
  {
    duty: 'arrange',
    entries: [
      { page: 'transfers', name: 'transfers', needs: ['allotments.read'] },
      { page: 'allotments', name: 'allotments', needs: ['allotments.read'] },
      { page: 'funds', name: 'funds', needs: ['funds.read'] },
      { page: 'projects', name: 'projects', needs: ['projects.read'] },
    ],
  },
  {
    duty: 'pay',
    entries: [{ page: 'payments', name: 'payments', needs: ['payments.read'] }],
  },
  {
    duty: 'bring',
    entries: [
      {
        page: 'imports',
        name: 'imports',
        needs: ['payments.import', 'allotments.write', 'projects.write', 'funds.write', 'divisions.write'],
      },
    ],
  },
]

export function Menu() {
  const { t } = useTranslation()
  const { at } = usePlace()
  const may = useMay()
  const groups = MENU.map(group => ({
    ...group,
    entries: group.entries.filter(entry => entry.needs.some(may)),
  })).filter(group => group.entries.length > 0)
  return (
    <nav className="side" aria-label={t('menu.label')}>
      {groups.map(group => (
        <div key={group.duty} className="side-group">
          <p className="side-duty" id={`duty-${group.duty}`}>
            {t(`menu.${group.duty}`)}
          </p>
          <ul aria-labelledby={`duty-${group.duty}`}>
            {group.entries.map(entry => (
              <li key={entry.name}>
                <Link
                  to={at(entry.page) as string}
                  activeOptions={{ exact: entry.exact ?? false, includeSearch: false }}
                  className="side-link"
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
