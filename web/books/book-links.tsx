import { useTranslation } from 'react-i18next'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'

/** From a thing to its trace (上下追溯) and to the sub-ledger (明细账) of just it; nothing for who may not read the books. */
export function BookLinks({
  trace,
  subLedger,
  division,
  year,
}: {
  /** As the trace understands it, `kind:reference`. */
  trace: string
  /** The filters of the sub-ledger; null where nothing of the thing is in the book. */
  subLedger: Record<string, string> | null
  division?: string
  year?: number
}) {
  const { t } = useTranslation()
  const may = useMay()
  if (!may('books.read')) return null
  const place = { ...(division ? { division } : {}), ...(year ? { year } : {}) }
  return (
    <>
      <ThingLink page="trace" {...place} search={{ ref: trace }}>
        {t('whole.trace')}
      </ThingLink>
      {subLedger && (
        <ThingLink page="sub-ledger" {...place} search={subLedger}>
          {t('whole.subLedger')}
        </ThingLink>
      )}
    </>
  )
}
