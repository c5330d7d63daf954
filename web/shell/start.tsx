import { Navigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Nothing } from '../ui/loaded.tsx'
import { recall } from './preferences.tsx'
import { useMay, useSession } from './session.tsx'

/** From the bare address to where this person last was, or to the first of their divisions, this year. */
export function Start() {
  const { divisions, today, years } = useSession()
  const { t } = useTranslation()
  const may = useMay()
  const [lastDivision = '', lastYear = ''] = (recall('place') ?? '').split('/')
  const known = divisions.find(one => one.code === lastDivision)
  // The highest of the divisions is the one whose parent is none of them.
  const division = known ?? divisions.find(one => !divisions.some(other => other.code === one.parent)) ?? divisions[0]
  if (!division) return <Nothing title={t('start.noDivision')} hint={t('start.noDivisionHint')} />
  // This year, once it has a book; until then the last year that has one.
  const thisYear = Number(today.slice(0, 4))
  const latest = years.includes(thisYear) ? thisYear : Math.max(...years.filter(one => one <= thisYear), 0) || thisYear
  const year = known && /^\d{4}$/.test(lastYear) ? lastYear : latest
  // The audit administrator holds no business post: their desk is the audit.
  const desk = may('overview.read') || !may('audit.read') ? '' : '/audit'
  return <Navigate to={`/${division.code}/${year}${desk}` as string} replace />
}
