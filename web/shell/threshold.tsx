import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { LanguageSwitch } from './language-switch.tsx'

/** The page before the pages: what this is, and one sheet to fill in. */
export function Threshold({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <div className="threshold">
      <header className="threshold-head">
        <LanguageSwitch />
      </header>
      <main className="threshold-main">
        <div className="threshold-about">
          <img src="/mark.svg" alt="" width="44" height="44" />
          <h1>{t('system.name')}</h1>
          <p className="threshold-latin">fundwatch</p>
          <p className="threshold-line">{t('system.line')}</p>
        </div>
        <div className="threshold-sheet">{children}</div>
      </main>
      <footer className="threshold-foot">{t('system.closed')}</footer>
    </div>
  )
}
