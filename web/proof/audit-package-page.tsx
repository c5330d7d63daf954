import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { address } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { PageTitle, Panel } from '../ui/page-title.tsx'

/** 稽核包: the books of the division and all below it, for someone who need not trust us. */
export function AuditPackagePage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  return (
    <>
      <PageTitle title={t('menu.auditPackage')} />
      <Panel title={t('auditPackage.package')}>
        <p>{t('auditPackage.holds')}</p>
        <p>{t('auditPackage.withheld')}</p>
        {/* A plain link: the browser writes the stream to disk, whatever its size. */}
        <Button type="primary" href={address(`/divisions/${division}/audit-package`)} download>
          {t('auditPackage.download')}
        </Button>
      </Panel>
      <Panel title={t('auditPackage.check')}>
        <p>{t('auditPackage.checkAnywhere')}</p>
        <pre>python3 check_package.py FILE.zip</pre>
        <p>{t('auditPackage.checkHere')}</p>
        <pre>fundwatch verify --package FILE.zip</pre>
        <p>{t('auditPackage.heads')}</p>
      </Panel>
    </>
  )
}
