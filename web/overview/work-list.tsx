import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Overview } from '../../src/overview/contract.ts'
import { usePlace } from '../shell/place.ts'
import { Nothing } from '../ui/loaded.tsx'

type WorkItem = Overview['work'][number]

// The server says `transfers?state=waiting`, below division and year.
function target(item: WorkItem): { page: string; search: Record<string, string> } {
  const [page = '', text = ''] = item.link.split('?')
  return { page, search: Object.fromEntries(new URLSearchParams(text)) }
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
              <span className="work-what">
                {t(`work.${item.kind}`, { defaultValue: item.kind })}
                <Narrower search={search} />
              </span>
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

/** Which of them: work of one kind may be listed by form or by reason. */
function Narrower({ search }: { search: Record<string, string> }) {
  const { t } = useTranslation()
  const word = search.form ? t(`form.${search.form}`) : search.reason ? t(`unposted.${search.reason}`) : null
  return word ? <span className="under">{word}</span> : null
}
