import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditPage as Answer, AuditEntry } from '../../src/audit/contract.ts'
import { download } from '../shell/api.ts'
import { useFilters } from '../shell/place.ts'
import { useSession } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { saveFile } from '../ui/carry.ts'
import type { Column } from '../ui/data-table.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { ChoiceFilter, DaysFilter, FilterBar, WordFilter } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { actorOf } from './actor.ts'
import { RetentionPanel } from './retention-panel.tsx'

const NAMES = ['actor', 'action', 'subject', 'of', 'outcome', 'kind', 'from', 'to'] as const
const KINDS = ['network', 'operation', 'personal', 'authority', 'book'] as const
const OUTCOMES = ['done', 'refused', 'failed'] as const

/** 审计: every important act, refused ones included; the audit administrator's page. */
export function AuditPage() {
  const { t } = useTranslation()
  const { divisions } = useSession()
  const [filters] = useFilters()
  const query = Object.fromEntries(NAMES.map(name => [name, filters[name]]))
  const listing = useListing<Answer>('/audit/entries', query)
  const columns: Column<AuditEntry>[] = [
    {
      key: 'at',
      title: t('audit.at'),
      value: row => row.recordedAt,
      cell: row => <ThingLink page={`audit/${row.id}`}>{row.recordedAt}</ThingLink>,
    },
    { key: 'actor', title: t('audit.actor'), value: row => actorOf(row, t('audit.nobody')) },
    { key: 'action', title: t('audit.action'), value: row => row.action, wrap: true },
    { key: 'subject', title: t('audit.subject'), value: row => row.subject, wrap: true },
    { key: 'division', title: t('audit.division'), value: row => row.division?.name ?? t('audit.installation') },
    {
      key: 'outcome',
      title: t('audit.outcome'),
      value: row => t(`auditOutcome.${row.outcome}`),
      cell: row => (
        <span className={row.outcome === 'done' ? 'tag tag-good' : 'tag tag-warn'}>
          {t(`auditOutcome.${row.outcome}`)}
        </span>
      ),
    },
    { key: 'kind', title: t('audit.kind'), value: row => t(`auditKind.${row.kind}`) },
    { key: 'address', title: t('audit.address'), value: row => row.address },
  ]
  const filtered = NAMES.some(name => filters[name])
  return (
    <>
      <PageTitle title={t('menu.audit')} actions={<Exports query={query} />} />
      <Panel>
        <div className="bar">
          <FilterBar>
            <WordFilter name="actor" label={t('audit.actor')} width={130} />
            <WordFilter name="action" label={t('audit.action')} width={150} />
            <WordFilter name="subject" label={t('audit.subject')} width={150} />
            <ChoiceFilter
              name="of"
              label={t('audit.division')}
              options={[
                { value: '0', label: t('audit.installation') },
                ...divisions.map(one => ({ value: one.code, label: one.name })),
              ]}
            />
            <ChoiceFilter
              name="outcome"
              label={t('audit.outcome')}
              width={110}
              options={OUTCOMES.map(value => ({ value, label: t(`auditOutcome.${value}`) }))}
            />
            <ChoiceFilter
              name="kind"
              label={t('audit.kind')}
              options={KINDS.map(value => ({ value, label: t(`auditKind.${value}`) }))}
            />
            <DaysFilter label={t('audit.days')} />
          </FilterBar>
        </div>
        <ListedTable<AuditEntry, Answer>
          path="/audit/entries"
          query={query}
          listing={listing}
          caption={t('menu.audit')}
          columns={columns}
          rowKey={row => row.id}
          tools={false}
          empty={
            filtered ? (
              <Nothing title={t('filter.noneFit')} hint={t('filter.noneFitHint')} />
            ) : (
              <Nothing title={t('audit.none')} hint={t('audit.noneHint')} />
            )
          }
        />
      </Panel>
      <RetentionPanel />
    </>
  )
}

function Exports({ query }: { query: Record<string, string | undefined> }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [busy, setBusy] = useState<string | null>(null)
  const [error, setError] = useState<unknown>(null)
  const take = async (file: 'csv' | 'xlsx') => {
    setBusy(file)
    setError(null)
    try {
      const search = new URLSearchParams({ file })
      for (const [name, value] of Object.entries(query)) if (value) search.set(name, value)
      const { blob, fileName } = await download(`/audit/export?${search}`)
      saveFile(fileName ?? `audit.${file}`, blob)
      message.success(t('audit.exportHint'))
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(null)
    }
  }
  return (
    <>
      <span className="dim">{t('audit.exportHint')}</span>
      <Button loading={busy === 'csv'} onClick={() => void take('csv')}>
        {t('audit.exportCsv')}
      </Button>
      <Button loading={busy === 'xlsx'} onClick={() => void take('xlsx')}>
        {t('audit.exportXlsx')}
      </Button>
      {error !== null && <FaultNotice error={error} />}
    </>
  )
}
