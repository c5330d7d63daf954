import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { LinesAnswer } from '../../src/allotments/answers.ts'
import type { FundList } from '../../src/funds/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { ChoiceFilter, FilterBar, WordFilter } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { FORMS, type ShownLine } from './api.ts'
import { TotalsLine, useLineColumns } from './line-columns.tsx'
import { FormLinks, Views } from './views.tsx'

/** 预算指标: every line of budget authority of a division and year. */
export function AllotmentsPage() {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const [filters] = useFilters()
  const path = `/divisions/${division}/allotments`
  const query = { year, form: filters.form, fund: filters.fund, q: filters.q }
  const listing = useListing<LinesAnswer>(path, query)
  const funds = useApi<FundList>(`/divisions/${division}/funds`, { year })
  const totals = listing.data?.pages[0]?.totals
  const filtered = Boolean(filters.form || filters.fund || filters.q)
  return (
    <>
      <PageTitle title={t('menu.allotments')} actions={<FormLinks />}>
        {totals && <TotalsLine totals={totals} />}
      </PageTitle>
      <Panel>
        <div className="bar">
          <Views current="list" />
          <FilterBar>
            <WordFilter name="q" label={t('allotments.search')} width={240} />
            <ChoiceFilter
              name="form"
              label={t('column.form')}
              options={FORMS.map(form => ({ value: form, label: t(`form.${form}`) }))}
            />
            <ChoiceFilter
              name="fund"
              label={t('column.fund')}
              width={240}
              options={(funds.data?.rows ?? []).map(fund => ({ value: fund.id, label: `${fund.code} ${fund.name}` }))}
            />
          </FilterBar>
        </div>
        <ListedTable<ShownLine, LinesAnswer>
          path={path}
          query={query}
          listing={listing}
          caption={t('menu.allotments')}
          columns={useLineColumns(totals)}
          rowKey={line => line.id}
          total={totals ? Number(totals.count) : undefined}
          empty={
            filtered ? (
              <Nothing title={t('filter.noneFit')} hint={t('filter.noneFitHint')} />
            ) : (
              <Nothing
                title={t('allotments.none')}
                hint={t('allotments.noneHint')}
                action={<Link to={at('transfers') as string}>{t('menu.transfers')}</Link>}
              />
            )
          }
        />
      </Panel>
    </>
  )
}
