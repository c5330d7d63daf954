import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Enterprise, EnterpriseList } from '../../src/payments/watch/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar, WordFilter } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { CreditCode } from './credit-code.tsx'

/** 到企业: what each enterprise was paid in the year, directly and by lists, across all funds. */
export function EnterprisesPage() {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const may = useMay()
  const [filters] = useFilters()
  const path = `/divisions/${division}/enterprises`
  const query = { year, q: filters.q, sign: filters.sign }
  const listing = useListing<EnterpriseList>(path, query)
  const columns: Column<Enterprise>[] = [
    {
      key: 'name',
      title: t('enterprises.name'),
      wrap: true,
      value: row => row.name,
      cell: row => (
        <ThingLink page="enterprise" search={{ name: row.name }}>
          {row.name}
        </ThingLink>
      ),
    },
    {
      key: 'code',
      title: t('enterprises.code'),
      value: row => row.code,
      cell: row => <CreditCode code={row.code} verdict={row.codeVerdict} />,
    },
    {
      key: 'state',
      title: t('enterprises.state'),
      value: row => (row.state ? t(`companyState.${row.state}`) : ''),
      cell: row =>
        row.state ? (
          <span className={row.state === 'normal' ? 'tag' : 'tag tag-warn'}>{t(`companyState.${row.state}`)}</span>
        ) : (
          <span className="dim">—</span>
        ),
    },
    { key: 'accounts', title: t('enterprises.accounts'), kind: 'number', value: row => row.accounts },
    { key: 'payments', title: t('bankAccounts.payments'), kind: 'number', value: row => row.payments },
    { key: 'direct', title: t('enterprises.direct'), kind: 'money', value: row => row.directFen },
    { key: 'listed', title: t('enterprises.listed'), kind: 'money', value: row => row.listedFen },
    { key: 'total', title: t('enterprises.total'), kind: 'money', value: row => row.totalFen },
  ]
  const bring = may('enterprises.import') && (
    <Link to={at('imports') as string} search={{ kind: 'companies' } as never} className="button-link">
      {t('enterprises.import')}
    </Link>
  )
  return (
    <>
      <PageTitle title={t('menu.enterprises')} actions={bring} />
      <Panel>
        <p className="form-about">{t('enterprises.about')}</p>
        <div className="bar">
          <FilterBar>
            <WordFilter name="q" label={t('enterprises.search')} width={240} />
            <ChoiceFilter
              name="sign"
              label={t('bankAccounts.sign')}
              width={190}
              options={['abnormal', 'code'].map(value => ({ value, label: t(`enterpriseSign.${value}`) }))}
            />
          </FilterBar>
        </div>
        <ListedTable<Enterprise, EnterpriseList>
          path={path}
          query={query}
          listing={listing}
          caption={t('menu.enterprises')}
          columns={columns}
          rowKey={row => row.name}
          empty={
            filters.q || filters.sign ? (
              <Nothing title={t('filter.noneFit')} hint={t('filter.noneFitHint')} />
            ) : (
              <Nothing title={t('enterprises.none')} hint={t('enterprises.noneHint')} />
            )
          }
        />
      </Panel>
    </>
  )
}
