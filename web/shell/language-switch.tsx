import { useTranslation } from 'react-i18next'
import { usePreferences } from './preferences.tsx'

/** Each language is named in itself, so that whoever needs it can find it. */
export function LanguageSwitch() {
  const { t } = useTranslation()
  const { language, setLanguage } = usePreferences()
  const other = language === 'en' ? 'zh-CN' : 'en'
  return (
    <button type="button" className="head-button" lang={other} onClick={() => setLanguage(other)}>
      {t(`language.${other}`)}
    </button>
  )
}
