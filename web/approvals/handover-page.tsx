import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HANDOVER_ROLES, type Handover, type OpenItem } from '../../src/approvals/contract.ts'
import { usePostName } from '../identity/post-over.tsx'
import { useRuleName } from '../rules/use-rule-name.ts'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Facts } from '../ui/facts.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

/** One handover: the list of open items, and its three signatures; it prints as it stands. */
export function HandoverPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { handover } = useParams({ strict: false }) as { handover: string }
  const query = useApi<Handover>(`/divisions/${division}/handovers/${handover}`)
  if (!query.data)
    return (
      <>
        <PageTitle title={t('handover.title')} />
        <Loaded query={query}>{() => null}</Loaded>
      </>
    )
  return <One handover={query.data} />
}

function One({ handover }: { handover: Handover }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()
  const queries = useQueryClient()
  const postName = usePostName()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const act = async (name: 'sign' | 'drop') => {
    setBusy(true)
    setError(null)
    try {
      await send('POST', `/divisions/${division}/handovers/${handover.id}/${name}`, {})
      await queries.invalidateQueries()
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  const ruleName = useRuleName()
  // A form by its name, a warning by that of its rule, what keeps a payment waiting in words.
  const whatOf = ({ kind, what }: OpenItem): string => {
    if (kind === 'payment')
      return what.replace(/ ([a-z-]+)$/, (_, reason: string) => ` ${t(`unposted.${reason}`, { defaultValue: reason })}`)
    if (kind === 'submission' || kind === 'to-sign')
      return t(`form.${what.replace(/^allotment\./, '')}`, { defaultValue: what })
    if (kind === 'warning') return what.replace(/^\S+/, ruleName)
    return what
  }
  const columns: Column<OpenItem>[] = [
    { key: 'kind', title: t('handover.kind'), value: row => t(`handover.kinds.${row.kind}`) },
    { key: 'id', title: t('handover.id'), value: row => row.id },
    { key: 'what', title: t('handover.what'), value: whatOf, wrap: true },
    { key: 'amount', title: t('handover.amount'), kind: 'money', value: row => row.amountFen },
  ]
  return (
    <>
      <PageTitle
        title={t('handover.title')}
        of={t('handover.of', { id: handover.id })}
        actions={<Button onClick={() => window.print()}>{t('handover.print')}</Button>}
      >
        <Figure name={t('handover.state')}>{t(`handover.states.${handover.state}`)}</Figure>
        <Figure name={t('handover.madeOn')}>{handover.madeOn}</Figure>
      </PageTitle>
      {error !== null && <FaultNotice error={error} />}
      <Panel>
        <Facts
          facts={[
            { name: t('handover.posts'), value: handover.posts.map(postName).join('、') },
            { name: t('handover.reason'), value: handover.reason },
            { name: t('handover.digest'), value: <code>{handover.digest}</code>, wide: true },
          ]}
        />
      </Panel>
      <Panel title={t('handover.items')}>
        <DataTable
          caption={t('handover.items')}
          columns={columns}
          rows={handover.items}
          rowKey={row => `${row.kind} ${row.id}`}
          empty={<Nothing title={t('handover.noItems')} />}
        />
      </Panel>
      <Panel title={t('handover.signatures')}>
        <Facts
          facts={HANDOVER_ROLES.map(role => {
            const by = handover.signatures.find(one => one.role === role)
            return {
              name: t(`handover.${role}`),
              value: `${handover[role]} · ${by ? by.signedOn : t('handover.waiting')}`,
            }
          })}
        />
        <ul className="actions">
          {handover.toSign && (
            <li>
              <Button type="primary" loading={busy} onClick={() => void act('sign')}>
                {t('handover.sign', { role: t(`handover.${handover.toSign}`) })}
              </Button>
            </li>
          )}
          {handover.state === 'open' && (handover.isMine || may('approvals.arrange')) && (
            <li>
              <Button loading={busy} onClick={() => void act('drop')}>
                {t('handover.drop')}
              </Button>
            </li>
          )}
        </ul>
      </Panel>
    </>
  )
}
