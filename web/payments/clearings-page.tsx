import { useTranslation } from 'react-i18next'
import type { Clearing, ClearingList } from '../../src/payments/tied/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'

/** 清算回单: what agent bank and treasury cleared, each receipt with how its vouchers stand here. */
export function ClearingsPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const [{ open }] = useFilters()
  const path = `/divisions/${division}/clearings`
  const query = { year, open }
  const listing = useListing<ClearingList>(path, query)
  const columns: Column<Clearing>[] = [
    {
      key: 'number',
      title: t('clearings.number'),
      value: row => row.voucherNo,
      cell: row => <ThingLink page={`clearings/${row.id}`}>{row.voucherNo}</ThingLink>,
    },
    { key: 'type', title: t('clearings.type'), value: row => t(`clearings.types.${row.voucherType}`) },
    { key: 'on', title: t('clearings.on'), value: row => row.clearedOn, width: 96 },
    { key: 'bank', title: t('clearings.bank'), value: row => row.bank, wrap: true },
    { key: 'amount', title: t('clearings.amount'), kind: 'money', value: row => row.amountFen },
    { key: 'vouchers', title: t('clearings.vouchers'), kind: 'number', value: row => row.vouchers },
    { key: 'agreeing', title: t('clearings.agreeing'), kind: 'number', value: row => row.agreeing },
    { key: 'differing', title: t('clearings.differing'), kind: 'number', value: row => row.differing },
    { key: 'missing', title: t('clearings.missing'), kind: 'number', value: row => row.missing },
  ]
  return (
    <>
      <PageTitle title={t('menu.clearings')} />
      <Panel>
        <p className="form-about">{t('clearings.about')}</p>
        <div className="bar">
          <FilterBar>
            <ChoiceFilter
              name="open"
              label={t('clearings.open')}
              width={180}
              options={[{ value: 'yes', label: t('clearings.onlyOpen') }]}
            />
          </FilterBar>
        </div>
        <ListedTable<Clearing, ClearingList>
          path={path}
          query={query}
          listing={listing}
          caption={t('menu.clearings')}
          columns={columns}
          rowKey={row => row.id}
          empty={
            open ? (
              <Nothing title={t('filter.noneFit')} hint={t('filter.noneFitHint')} />
            ) : (
              <Nothing title={t('clearings.none')} hint={t('clearings.noneHint')} />
            )
          }
        />
      </Panel>
    </>
  )
}
