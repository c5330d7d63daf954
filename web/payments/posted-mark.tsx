import { useTranslation } from 'react-i18next'

/** Posted, or why not yet: a fact is kept either way. */
export function PostedMark({ unposted }: { unposted: string | null }) {
  const { t } = useTranslation()
  return unposted ? (
    <span className="tag tag-warn">{t(`unposted.${unposted}`)}</span>
  ) : (
    <span className="tag tag-good">{t('payments.posted')}</span>
  )
}
