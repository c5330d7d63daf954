import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { ApplicationBrief } from '../../src/identity/contract.ts'
import { APPLICATION_STATES } from '../../src/identity/status.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { ApplicationMark } from './application-mark.tsx'

interface List {
  rows: ApplicationBrief[]
  next: string | null
}

/** 权限申请: what was applied for in this division, and where each application stands. */
export function ApplicationsPage() {
  const { t } = useTranslation()
  const { division, at } = usePlace()
  const may = useMay()
  const [filters] = useFilters()
  const path = `/divisions/${division}/applications`
  const query = { state: filters.state }
  const listing = useListing<List>(path, query)
  const columns: Column<ApplicationBrief>[] = [
    {
      key: 'id',
      title: t('application.number'),
      value: row => row.id,
      cell: row => <ThingLink page={`applications/${row.id}`}>{row.id}</ThingLink>,
      width: 80,
    },
    { key: 'unit', title: t('application.unit'), value: row => row.unit, wrap: true },
    { key: 'names', title: t('application.names'), value: row => row.names, wrap: true },
    { key: 'people', title: t('application.people'), kind: 'number', value: row => String(row.people), width: 70 },
    { key: 'appliedOn', title: t('application.appliedOn'), value: row => row.appliedOn, width: 110 },
    { key: 'filledBy', title: t('application.filledBy'), value: row => row.filledBy?.name },
    {
      key: 'state',
      title: t('post.state'),
      value: row => t(`application.state.${row.state}`),
      cell: row => <ApplicationMark state={row.state} />,
    },
  ]
  const link = (page: string, words: string) => (
    <Link to={at(page) as string} className="button-link">
      {words}
    </Link>
  )
  const start = may('applications.found')
    ? link('applications/founding', t('application.foundingNew'))
    : may('applications.fill') && link('applications/new', t('application.new'))
  return (
    <>
      <PageTitle title={t('menu.applications')} actions={start} />
      <Panel>
        <div className="bar">
          <FilterBar>
            <ChoiceFilter
              name="state"
              label={t('application.stateFilter')}
              width={190}
              options={APPLICATION_STATES.map(one => ({ value: one, label: t(`application.state.${one}`) }))}
            />
          </FilterBar>
        </div>
        <ListedTable<ApplicationBrief, List>
          path={path}
          query={query}
          listing={listing}
          caption={t('menu.applications')}
          columns={columns}
          rowKey={row => row.id}
          empty={
            filters.state ? (
              <Nothing title={t('application.noneFit')} hint={t('filter.noneFitHint')} />
            ) : (
              <Nothing title={t('application.none')} hint={t('application.noneHint')} action={start} />
            )
          }
        />
      </Panel>
    </>
  )
}
