import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Fund, FundList } from '../../src/funds/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { FilterBar, WordFilter } from '../ui/filters.tsx'
import { sumFen } from '../ui/format-money.ts'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

/** 专项资金: the catalogues that reach this division, and what each fund holds here. */
export function FundsPage() {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const may = useMay()
  const [filters, change] = useFilters()
  const query = useApi<FundList>(`/divisions/${division}/funds`, {
    year,
    catalogue: filters.catalogue,
    q: filters.q,
  })
  const rows = query.data?.rows ?? []
  const sum = (of: (fund: Fund) => string) => <Money fen={sumFen(rows.map(of))} strong />
  const bring = may('funds.write') && (
    <Link to={at('imports') as string} search={{ kind: 'funds' } as never} className="button-link">
      {t('imports.fromFile')}
    </Link>
  )
  return (
    <>
      <PageTitle title={t('menu.funds')} actions={bring}>
        {query.data && (
          <>
            <Figure name={t('funds.count')}>{rows.length}</Figure>
            <Figure name={t('funds.registered')}>{sum(fund => fund.registeredFen)}</Figure>
            <Figure name={t('funds.own')}>{sum(fund => fund.ownFen)}</Figure>
            <Figure name={t('stage.passed')}>{sum(fund => fund.passedFen)}</Figure>
            <Figure name={t('stage.paid')}>{sum(fund => fund.paidFen)}</Figure>
          </>
        )}
      </PageTitle>
      <Panel>
        <Loaded query={query}>
          {data => (
            <>
              <div className="bar">
                <nav className="views" aria-label={t('funds.catalogues')}>
                  <button
                    type="button"
                    aria-current={filters.catalogue ? undefined : 'page'}
                    onClick={() => change({ catalogue: undefined })}
                  >
                    {t('funds.allCatalogues')}
                  </button>
                  {data.catalogues.map(catalogue => (
                    <button
                      key={catalogue.id}
                      type="button"
                      aria-current={filters.catalogue === String(catalogue.id) ? 'page' : undefined}
                      onClick={() => change({ catalogue: String(catalogue.id) })}
                    >
                      {catalogue.division.name} · {catalogue.name}
                      <span className="view-count">{catalogue.count}</span>
                    </button>
                  ))}
                </nav>
                <FilterBar>
                  <WordFilter name="q" label={t('funds.search')} width={240} />
                </FilterBar>
              </div>
              <FundTable
                rows={data.rows}
                empty={
                  filters.q ? (
                    <Nothing title={t('filter.noneFit')} hint={t('filter.noneFitHint')} />
                  ) : (
                    <Nothing title={t('funds.none')} hint={t('funds.noneHint')} action={bring} />
                  )
                }
              />
            </>
          )}
        </Loaded>
      </Panel>
    </>
  )
}

function FundTable({ rows, empty }: { rows: readonly Fund[]; empty: React.ReactNode }) {
  const { t } = useTranslation()
  const columns: Column<Fund>[] = [
    { key: 'code', title: t('column.code'), value: fund => fund.code, sortable: true },
    {
      key: 'name',
      title: t('column.fund'),
      wrap: true,
      sortable: true,
      value: fund => fund.name,
      cell: fund => (
        <span className={fund.parent ? 'sub-fund' : undefined}>
          <ThingLink page={`funds/${fund.id}`}>{fund.name}</ThingLink>
          {fund.secret && <span className="tag tag-warn">{t('funds.secret')}</span>}
        </span>
      ),
    },
    { key: 'level', title: t('column.level'), value: fund => t(`level.${fund.level}`), width: 64 },
    { key: 'office', title: t('funds.office'), value: fund => fund.office?.name ?? fund.ownerOffice, wrap: true },
    {
      key: 'superior',
      title: t('funds.superior'),
      wrap: true,
      value: fund => fund.superior && `${fund.superior.divisionName} ${fund.superior.name}`,
      cell: fund =>
        fund.superior ? (
          <ThingLink page={`funds/${fund.superior.id}`}>
            {fund.superior.divisionName} · {fund.superior.name}
          </ThingLink>
        ) : (
          <span className="dim">—</span>
        ),
    },
    { key: 'poverty', title: t('allotment.poverty'), value: fund => t(`poverty.${fund.poverty}`), width: 80 },
    {
      key: 'registered',
      title: t('funds.registered'),
      kind: 'money',
      value: fund => fund.registeredFen,
      sortable: true,
    },
    { key: 'assigned', title: t('funds.assigned'), kind: 'money', value: fund => fund.assignedFen, sortable: true },
    { key: 'own', title: t('funds.own'), kind: 'money', value: fund => fund.ownFen, sortable: true },
    { key: 'passed', title: t('stage.passed'), kind: 'money', value: fund => fund.passedFen, sortable: true },
    { key: 'paid', title: t('stage.paid'), kind: 'money', value: fund => fund.paidFen, sortable: true },
  ]
  return (
    <DataTable caption={t('menu.funds')} columns={columns} rows={rows} rowKey={fund => String(fund.id)} empty={empty} />
  )
}
