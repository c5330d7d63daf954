import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { AuditDetail } from '../../src/audit/contract.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Facts } from '../ui/facts.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { actorOf } from './actor.ts'

/** One act: who, when, from where, what, on what, before and after, and the seal that covers it. */
export function EntryPage() {
  const { t } = useTranslation()
  const { entry } = useParams({ strict: false }) as { entry: string }
  const query = useApi<AuditDetail>(`/audit/entries/${entry}`)
  return (
    <>
      <PageTitle title={t('audit.entry')} of={entry} />
      <Loaded query={query}>{data => <One entry={data} />}</Loaded>
    </>
  )
}

const shown = (value: unknown): string | null =>
  value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value)

function One({ entry }: { entry: AuditDetail }) {
  const { t } = useTranslation()
  const { before, after } = entry
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  const columns: Column<string>[] = [
    { key: 'field', title: t('audit.field'), value: field => field },
    { key: 'before', title: t('audit.before'), value: field => shown(before?.[field]), wrap: true },
    { key: 'after', title: t('audit.after'), value: field => shown(after?.[field]), wrap: true },
  ]
  return (
    <>
      <Panel title={t('audit.what')}>
        <Facts
          facts={[
            { name: t('audit.at'), value: entry.recordedAt },
            { name: t('audit.actor'), value: actorOf(entry, t('audit.nobody')) },
            { name: t('audit.address'), value: entry.address },
            { name: t('audit.action'), value: <code>{entry.action}</code> },
            { name: t('audit.subject'), value: entry.subject },
            {
              name: t('audit.division'),
              value: entry.division ? `${entry.division.code} ${entry.division.name}` : t('audit.installation'),
            },
            { name: t('audit.outcome'), value: t(`auditOutcome.${entry.outcome}`) },
            { name: t('audit.kind'), value: t(`auditKind.${entry.kind}`) },
            ...Object.entries(entry.detail).map(([name, value]) => ({ name, value: shown(value), wide: true })),
            {
              name: t('audit.seal'),
              value: entry.seal
                ? t('audit.sealed', { no: entry.seal.no, at: entry.seal.sealedAt })
                : t('audit.unsealed'),
            },
            { name: t('audit.digest'), value: <code>{entry.digest}</code>, wide: true },
          ]}
        />
      </Panel>
      <Panel title={t('audit.change')}>
        <DataTable
          caption={t('audit.change')}
          columns={columns}
          rows={fields}
          rowKey={field => field}
          tools={false}
          empty={<Nothing title={t('audit.noChange')} />}
        />
      </Panel>
    </>
  )
}
