import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'

/** Codes that are shown this once, for whoever hands them over. */
export function OneTimeCodes({ codes }: { codes: readonly { signInName: string; name: string; code: string }[] }) {
  const { t } = useTranslation()
  return (
    <Alert
      type="warning"
      showIcon
      title={t('application.codes')}
      description={
        <>
          <p>{t('application.codesHint')}</p>
          <ul className="one-time-codes">
            {codes.map(one => (
              <li key={one.signInName}>
                {one.name} {one.signInName} <code>{one.code}</code>
              </li>
            ))}
          </ul>
        </>
      }
    />
  )
}
