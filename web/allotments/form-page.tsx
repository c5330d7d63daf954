import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '../shell/session.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { BusinessForm } from './form/business-form.tsx'
import { FORM_SPECS } from './form/form-spec.ts'

/** One business form: its document, and its lines. The ledger's entries follow by themselves. */
export function FormPage() {
  const { form } = useParams({ strict: false }) as { form: string }
  const { t } = useTranslation()
  const may = useMay()
  const spec = FORM_SPECS.find(one => one.form === form)
  if (!spec) return <Nothing title={t('missing.title')} hint={t('missing.hint')} />
  if (!may('allotments.write')) return <Nothing title={t('step.noPermission')} />
  return <BusinessForm key={spec.form} spec={spec} />
}
