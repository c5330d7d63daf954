import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { usePlace } from '../shell/place.ts'
import { Nothing } from '../ui/loaded.tsx'
import type { WorkItem } from './api.ts'

/** Where a kind of work is done, when the server gives no address of its own. */
const PAGES: Record<string, { page: string; search?: Record<string, string> }> = {
  'transfers-to-receive': { page: 'transfers', search: { state: 'waiting' } },
  'lines-to-assign': { page: 'allotments', search: { form: 'receive' } },
  'lines-to-refine': { page: 'allotments', search: { form: 'assign' } },
  'payments-unposted': { page: 'payments', search: { reason: 'no-allotment' } },
  'warnings-open': { page: 'warnings', search: { status: 'open' } },
  'projects-unnamed': { page: 'projects' },
}

// The server says `transfers?state=waiting`, below division and year.
function target(item: WorkItem): { page: string; search?: Record<string, string> } {
  const [path = '', text = ''] = item.link.replace(/^\/?(\d{9}\/\d{4}\/)?/, '').split('?')
  if (path) return { page: path, search: Object.fromEntries(new URLSearchParams(text)) }
  return PAGES[item.kind] ?? { page: 'overview' }
}

/** What waits for this post, the most of it first; done work disappears by itself. */
export function WorkList({ work }: { work: readonly WorkItem[] }) {
  const { t } = useTranslation()
  const { at } = usePlace()
  const waiting = work.filter(item => item.count > 0).sort((a, b) => b.count - a.count)
  if (waiting.length === 0) return <Nothing title={t('work.none')} hint={t('work.noneHint')} />
  return (
    <ul className="work-list">
      {waiting.map(item => {
        const { page, search } = target(item)
        return (
          <li key={`${item.kind} ${item.link}`}>
            <Link to={at(page) as string} search={search as never}>
              <span className="work-count">{item.count}</span>
              <span className="work-what">{t(`work.${item.kind}`, { defaultValue: item.kind })}</span>
              <span className="work-go" aria-hidden="true">
                →
              </span>
            </Link>
          </li>
        )
      })}
    </ul>
  )
}
