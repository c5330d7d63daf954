import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Static } from 'typebox'
import type { ReleasePage as Answer, Release, ReleaseKind, ReleaseKinds } from '../../src/releases/contract.ts'
import { STATES } from '../../src/releases/status.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { AskForm } from './ask-form.tsx'
import { StateMark } from './state-mark.tsx'

/** 报出会签: what went up or out, and what waits for the lead office's signature. */
export function ReleasesPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()
  const said = useSaid()
  const [filters] = useFilters()
  const [asking, setAsking] = useState(false)
  const path = `/divisions/${division}/releases`
  const query = { state: filters.state }
  const listing = useListing<Answer>(path, query)
  const kinds = useApi<Static<typeof ReleaseKinds>>(`/divisions/${division}/release-kinds`)
  const named = (kind: string): ReleaseKind | undefined => kinds.data?.rows.find(one => one.kind === kind)
  const columns: Column<Release>[] = [
    {
      key: 'id',
      title: t('releases.title'),
      value: row => row.id,
      cell: row => <ThingLink page={`releases/${row.id}`}>{t('releases.number', { id: row.id })}</ThingLink>,
    },
    { key: 'kind', title: t('releases.kind'), value: row => said(named(row.kind)) || row.kind },
    { key: 'recipient', title: t('releases.recipient'), value: row => row.recipient, wrap: true },
    { key: 'purpose', title: t('releases.purpose'), value: row => row.purpose, wrap: true },
    {
      key: 'state',
      title: t('releases.state'),
      value: row => t(`releaseState.${row.state}`),
      cell: row => <StateMark release={row} />,
    },
    { key: 'rows', title: t('releases.rows'), kind: 'number', value: row => row.rows },
    { key: 'made', title: t('releases.madeBy'), value: row => row.asked.name },
    { key: 'signed', title: t('releases.signedBy'), value: row => row.decided?.name },
    { key: 'at', title: t('releases.frozenAt'), value: row => row.frozenAt },
  ]
  const ask = may('releases.ask') && (
    <Button type="primary" onClick={() => setAsking(true)}>
      {t('releases.ask')}
    </Button>
  )
  return (
    <>
      <PageTitle title={t('menu.releases')} actions={ask} />
      <Panel>
        <div className="bar">
          <FilterBar>
            <ChoiceFilter
              name="state"
              label={t('releases.state')}
              options={STATES.map(value => ({ value, label: t(`releaseState.${value}`) }))}
            />
          </FilterBar>
        </div>
        <ListedTable<Release, Answer>
          path={path}
          query={query}
          listing={listing}
          caption={t('menu.releases')}
          columns={columns}
          rowKey={row => row.id}
          empty={
            filters.state ? (
              <Nothing title={t('filter.noneFit')} hint={t('filter.noneFitHint')} />
            ) : (
              <Nothing title={t('releases.none')} hint={t('releases.noneHint')} />
            )
          }
        />
      </Panel>
      {asking && kinds.data && (
        <AskForm kinds={kinds.data.rows.filter(one => one.mayAsk)} close={() => setAsking(false)} />
      )}
    </>
  )
}
