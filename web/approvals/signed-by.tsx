import { useTranslation } from 'react-i18next'
import { usePlace } from '../shell/place.ts'
import { Facts } from '../ui/facts.tsx'
import { Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

interface Signed {
  submission: string
  maker: string
  step: number
  title: string
  signer: string
  signsFor: string | null
  opinion: string
  signedOn: string
}

/** Who made a document's form and who signed it; nothing where no chain of approval was in force. */
export function SignedBy({ document }: { document: string }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const query = useApi<{ rows: Signed[] }>(`/divisions/${division}/documents/${document}/signatures`)
  const rows = query.data?.rows ?? []
  const first = rows[0]
  if (!first) return null
  return (
    <Panel title={t('approvals.signedTitle')}>
      <Facts
        facts={[
          { name: t('approvals.maker'), value: first.maker },
          ...rows.map(row => ({
            name: `${row.submission} · ${row.step}. ${row.title}`,
            value: t('approvals.signed', {
              name: row.signer + (row.signsFor ? t('approvals.forWhom', { name: row.signsFor }) : ''),
              on: row.signedOn,
              opinion: row.opinion,
            }),
          })),
        ]}
      />
    </Panel>
  )
}
