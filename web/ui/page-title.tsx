import type { ReactNode } from 'react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { usePlace } from '../shell/place.ts'

/** The first line of every page: what it is, where and when; then actions; then a line of figures. */
export function PageTitle({
  title,
  of,
  actions,
  children,
}: {
  title: string
  /** What this page is about, where it is about one thing. */
  of?: ReactNode
  actions?: ReactNode
  children?: ReactNode
}) {
  const { divisionName, year } = usePlace()
  const { t } = useTranslation()
  useEffect(() => {
    document.title = `${title} · ${divisionName} ${year} · ${t('system.name')}`
  }, [title, divisionName, year, t])
  return (
    <div className="page-title">
      <div className="page-title-row">
        <h1>
          {title}
          {of && <span className="page-title-of">{of}</span>}
          <span className="page-title-place">{t('page.place', { division: divisionName, year })}</span>
        </h1>
        {actions && <div className="page-actions">{actions}</div>}
      </div>
      {children && <div className="figure-line">{children}</div>}
    </div>
  )
}

/** One figure of the line below the title: its name, then its value; a link where it can be opened. */
export function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <span className="figure">
      <span className="figure-name">{name}</span>
      <span className="figure-value">{children}</span>
    </span>
  )
}

/** A white sheet with a heading: the building stone of a page. */
export function Panel({
  title,
  extra,
  children,
  className = '',
}: {
  title?: string
  extra?: ReactNode
  children: ReactNode
  className?: string
}) {
  return (
    <section className={`panel ${className}`} aria-label={title}>
      {title && (
        <div className="panel-head">
          <h2>{title}</h2>
          {extra}
        </div>
      )}
      {children}
    </section>
  )
}
