import { useTranslation } from 'react-i18next'
import type { QuotaBalance, QuotaList } from '../../src/payments/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import type { Column } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'

const named = (one: { code: string; name: string }) => `${one.code} ${one.name}`.trim()

/** 支付额度: what each agency may pay for a subject until the end of a month, and what is left of it. */
export function QuotasPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const [filters] = useFilters()
  const path = `/divisions/${division}/quotas`
  const query = { year, month: filters.month, beyond: filters.beyond }
  const listing = useListing<QuotaList>(path, query)
  const columns: Column<QuotaBalance>[] = [
    { key: 'agency', title: t('quotas.agency'), value: row => named(row.agency), wrap: true },
    { key: 'subject', title: t('quotas.subject'), value: row => named(row.functionSubject), wrap: true },
    { key: 'type', title: t('quotas.type'), value: row => t(`voucher.${row.voucherType}`) },
    { key: 'quota', title: t('quotas.quota'), kind: 'money', value: row => row.quotaFen },
    { key: 'paid', title: t('quotas.paid'), kind: 'money', value: row => row.paidFen },
    {
      key: 'balance',
      title: t('quotas.balance'),
      kind: 'money',
      value: row => row.balanceFen,
      cell: row => <Money fen={row.balanceFen} strong />,
    },
  ]
  const months = Array.from({ length: 12 }, (_, n) => String(n + 1))
  return (
    <>
      <PageTitle title={t('menu.quotas')} />
      <Panel>
        <p className="form-about">{t('quotas.about')}</p>
        <div className="bar">
          <FilterBar>
            <ChoiceFilter
              name="month"
              label={t('quotas.month')}
              options={months.map(month => ({ value: month, label: t('quotas.monthOf', { month }) }))}
            />
            <ChoiceFilter
              name="beyond"
              label={t('quotas.beyond')}
              width={170}
              options={[{ value: 'yes', label: t('quotas.onlyBeyond') }]}
            />
          </FilterBar>
        </div>
        <ListedTable<QuotaBalance, QuotaList>
          path={path}
          query={query}
          listing={listing}
          caption={t('menu.quotas')}
          columns={columns}
          rowKey={row => `${row.agency.code} ${row.functionSubject.code} ${row.voucherType}`}
          empty={
            filters.beyond ? (
              <Nothing title={t('filter.noneFit')} hint={t('filter.noneFitHint')} />
            ) : (
              <Nothing title={t('quotas.none')} hint={t('quotas.noneHint')} />
            )
          }
        />
      </Panel>
    </>
  )
}
