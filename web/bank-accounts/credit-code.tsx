import { useTranslation } from 'react-i18next'

/** A unified social credit code; one that does not check is marked, not refused: such codes exist. */
export function CreditCode({ code, verdict }: { code: string | null; verdict: string }) {
  const { t } = useTranslation()
  if (!code) return <span className="dim">—</span>
  return (
    <>
      {code} {verdict !== 'ok' && <span className="tag tag-warn">{t(`creditCode.${verdict}`)}</span>}
    </>
  )
}
