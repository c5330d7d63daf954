import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

export function MissingPage() {
  const { t } = useTranslation()
  return (
    <div className="panel broken">
      <h1>{t('missing.title')}</h1>
      <p>{t('missing.hint')}</p>
      <Link to={'/' as string}>{t('missing.home')}</Link>
    </div>
  )
}
