import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { FORMS } from './api.ts'

/** The same lines as a list or as a tree. */
export function Views({ current }: { current: 'list' | 'tree' }) {
  const { t } = useTranslation()
  const { at } = usePlace()
  return (
    <nav className="views" aria-label={t('allotments.views')}>
      <Link
        to={at('allotments') as string}
        activeOptions={{ exact: true }}
        aria-current={current === 'list' ? 'page' : undefined}
        activeProps={{}}
      >
        {t('allotments.list')}
      </Link>
      <Link
        to={at('allotments/tree') as string}
        aria-current={current === 'tree' ? 'page' : undefined}
        activeProps={{}}
      >
        {t('allotments.tree')}
      </Link>
    </nav>
  )
}

/** What can be entered here, for those who may. */
export function FormLinks() {
  const { t } = useTranslation()
  const { at } = usePlace()
  const may = useMay()
  if (!may('allotments.write')) return null
  return (
    <>
      {FORMS.map(form => (
        <Link key={form} to={at(`allotments/new/${form}`) as string} className="form-link">
          {t(`form.${form}`)}
        </Link>
      ))}
      <Link to={at('imports') as string} search={{ kind: 'allotments' } as never} className="button-link">
        {t('imports.fromFile')}
      </Link>
    </>
  )
}
