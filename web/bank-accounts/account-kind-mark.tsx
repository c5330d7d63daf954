import { useTranslation } from 'react-i18next'

/** What kind an account is, and whether a person settled it or its name only speaks for it. */
export function AccountKindMark({ kind, settled }: { kind: string; settled: boolean }) {
  const { t } = useTranslation()
  return (
    <>
      {t(`accountKind.${kind}`)}
      <span className="under">{t(settled ? 'bankAccounts.settled' : 'bankAccounts.proposed')}</span>
    </>
  )
}
