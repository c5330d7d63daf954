import type { UseQueryResult } from '@tanstack/react-query'
import { Button, Skeleton } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { FaultNotice } from './fault-notice.tsx'

/** Shows what was read; until then that it is being read; or why it cannot be, and how to go on. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  const { t } = useTranslation()
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.error)
    return (
      <FaultNotice
        error={query.error}
        action={
          <Button size="small" onClick={() => void query.refetch()}>
            {t('state.retry')}
          </Button>
        }
      />
    )
  return <Waiting />
}

export function Waiting() {
  const { t } = useTranslation()
  return (
    <div className="panel waiting" role="status" aria-busy="true">
      <span className="sr-only">{t('state.loading')}</span>
      <Skeleton active paragraph={{ rows: 6 }} title={false} />
    </div>
  )
}

/** Nothing here: why, and what to do first. */
export function Nothing({ title, hint, action }: { title: string; hint?: string; action?: ReactNode }) {
  return (
    <div className="nothing">
      <svg width="56" height="40" viewBox="0 0 56 40" aria-hidden="true">
        <path d="M4 14 14 3h28l10 11v22H4z" fill="#f4f6f9" stroke="#aab4c2" strokeWidth="1.5" />
        <path d="M4 14h14l3 6h14l3-6h14" fill="#fff" stroke="#aab4c2" strokeWidth="1.5" />
      </svg>
      <div>
        <p className="nothing-title">{title}</p>
        {hint && <p className="nothing-hint">{hint}</p>}
        {action}
      </div>
    </div>
  )
}
