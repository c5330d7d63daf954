import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Project, ProjectList } from '../../src/projects/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar, WordFilter } from '../ui/filters.tsx'
import { percentText } from '../ui/format-money.ts'
import { LampCells, lampCountsText } from '../ui/lamps.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { Rate } from '../ui/money.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { VerdictMark } from './verdict-mark.tsx'
import { VERDICTS } from './verdicts.ts'

/** 项目库: the projects that money is arranged for. */
export function ProjectsPage() {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const may = useMay()
  const [filters] = useFilters()
  const path = `/divisions/${division}/projects`
  const query = { year, q: filters.q, verdict: filters.verdict }
  const listing = useListing<ProjectList>(path, query)
  const columns: Column<Project>[] = [
    {
      key: 'code',
      title: t('column.code'),
      value: row => row.code,
      cell: row => <ThingLink page={`projects/${row.id}`}>{row.code}</ThingLink>,
    },
    {
      key: 'name',
      title: t('column.projectName'),
      wrap: true,
      value: row => row.name,
      cell: row => (
        <>
          {row.name} <VerdictMark verdict={row.nameVerdict} />
        </>
      ),
    },
    { key: 'kind', title: t('column.kind'), value: row => row.kind },
    { key: 'agency', title: t('column.agency'), value: row => row.agency?.name, wrap: true },
    { key: 'place', title: t('column.place'), value: row => row.place },
    {
      key: 'years',
      title: t('column.years'),
      value: row => (row.firstYear === row.lastYear ? String(row.firstYear) : `${row.firstYear}–${row.lastYear}`),
      width: 90,
    },
    { key: 'investment', title: t('projects.investment'), kind: 'money', value: row => row.investmentFen },
    { key: 'arranged', title: t('projects.arranged'), kind: 'money', value: row => row.arrangedFen },
    { key: 'paid', title: t('stage.paid'), kind: 'money', value: row => row.paidFen },
    {
      key: 'rate',
      title: t('overview.rate'),
      kind: 'number',
      value: row => percentText(row.paidFen, row.arrangedFen),
      cell: row => <Rate part={row.paidFen} whole={row.arrangedFen} bare />,
    },
    {
      key: 'lamps',
      title: t('lamp.counts'),
      value: row => lampCountsText(row.lamps),
      cell: row => <LampCells lamps={row.lamps} />,
    },
  ]
  const bring = may('projects.write') && (
    <Link to={at('imports') as string} search={{ kind: 'projects' } as never} className="button-link">
      {t('imports.fromFile')}
    </Link>
  )
  return (
    <>
      <PageTitle title={t('menu.projects')} actions={bring} />
      <Panel>
        <div className="bar">
          <FilterBar>
            <WordFilter name="q" label={t('projects.search')} width={240} />
            <ChoiceFilter
              name="verdict"
              label={t('projects.verdict')}
              width={190}
              options={['bad', ...VERDICTS].map(one => ({ value: one, label: t(`verdict.${one}`) }))}
            />
          </FilterBar>
        </div>
        <ListedTable<Project, ProjectList>
          path={path}
          query={query}
          listing={listing}
          caption={t('menu.projects')}
          columns={columns}
          rowKey={row => row.id}
          empty={
            filters.q || filters.verdict ? (
              <Nothing title={t('filter.noneFit')} hint={t('filter.noneFitHint')} />
            ) : (
              <Nothing title={t('projects.none')} hint={t('projects.noneHint')} action={bring} />
            )
          }
        />
      </Panel>
    </>
  )
}
