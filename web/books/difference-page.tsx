import { useTranslation } from 'react-i18next'
import type { Change, ViewDifference } from '../../src/books/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { DaysFilter, FilterBar } from '../ui/filters.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { useAccountName } from './account-name.ts'
import { CarryOut, MomentFilter } from './view-bar.tsx'

/** What changed between what was known at one moment and at another: figure by figure, and document by document in words. */
export function DifferencePage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const [filters] = useFilters()
  const path = `/divisions/${division}/view-difference`
  const query = { year, from: filters.from, to: filters.to, known: filters.known, until: filters.until }
  const found = useApi<ViewDifference>(filters.known ? path : null, query)
  return (
    <>
      <PageTitle
        title={t('menu.difference')}
        actions={filters.known ? <CarryOut path={path} query={query} /> : undefined}
      />
      <Panel>
        <div className="bar">
          <FilterBar>
            <MomentFilter name="known" label={t('books.knownFirst')} />
            <MomentFilter name="until" label={t('books.knownThen')} />
            <DaysFilter label={t('books.period')} />
          </FilterBar>
        </div>
        {filters.known ? (
          <Loaded query={found}>{data => <Figures found={data} />}</Loaded>
        ) : (
          <Nothing title={t('books.chooseMoment')} hint={t('books.chooseMomentHint')} />
        )}
      </Panel>
      {found.data && (
        <Panel title={t('books.changes')}>
          {!found.data.whole && <p className="under">{t('books.partShown')}</p>}
          <Changes changes={found.data.changes} />
        </Panel>
      )}
    </>
  )
}

function Figures({ found }: { found: ViewDifference }) {
  const { t } = useTranslation()
  const nameOf = useAccountName(found.accounts)
  type Row = ViewDifference['figures'][number]
  const columns: Column<Row>[] = [
    { key: 'account', title: t('books.account'), value: row => nameOf(row.account) },
    { key: 'before', title: t('books.knownFirst'), kind: 'money', value: row => row.beforeFen },
    { key: 'change', title: t('books.change'), kind: 'money', value: row => row.changeFen },
    { key: 'after', title: t('books.knownThen'), kind: 'money', value: row => row.afterFen },
  ]
  return (
    <DataTable
      caption={t('menu.difference')}
      columns={columns}
      rows={found.figures}
      rowKey={row => String(row.account)}
      empty={<Nothing title={t('books.none')} hint={t('books.noneHint')} />}
    />
  )
}

function Changes({ changes }: { changes: readonly Change[] }) {
  const { t } = useTranslation()
  const said = useSaid()
  const columns: Column<Change>[] = [
    { key: 'day', title: t('books.day'), value: row => row.effectiveOn, width: 92 },
    { key: 'actor', title: t('books.actor'), value: row => row.actor || t('books.system') },
    { key: 'form', title: t('column.form'), value: row => said(row.formName) },
    { key: 'number', title: t('column.documentNumber'), value: row => row.document?.number },
    { key: 'said', title: t('books.inWords'), value: row => said(row.said), wrap: true },
  ]
  return (
    <DataTable
      caption={t('books.changes')}
      columns={columns}
      rows={changes}
      rowKey={(_, n) => String(n)}
      empty={<Nothing title={t('books.noChanges')} />}
    />
  )
}
