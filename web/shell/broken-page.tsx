import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

/** A page that fell over: what happened, what was kept, what to do. Also the first page after an upgrade, whose pieces changed names. */
export function BrokenPage({ error }: { error: unknown }) {
  const { t } = useTranslation()
  return (
    <main className="panel broken" role="alert">
      <h1>{t('broken.title')}</h1>
      <p>{t('broken.kept')}</p>
      <Button type="primary" onClick={() => location.reload()}>
        {t('broken.reload')}
      </Button>
      <details>
        <summary>{t('broken.detail')}</summary>
        <pre>{error instanceof Error ? error.message : String(error)}</pre>
      </details>
    </main>
  )
}
