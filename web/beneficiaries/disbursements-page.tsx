import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { DisbursementList, DisbursementLists } from '../../src/beneficiaries/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { DisbursementTable } from './disbursement-table.tsx'

const OF = {
  payment: 'disbursements.ofPayment',
  allotment: 'disbursements.ofAllotment',
  list: 'disbursements.ofList',
} as const

/** 到人到户: the lists of the year; or the rows under a payment, an allotment or a list, as the address names it. */
export function DisbursementsPage() {
  const { t } = useTranslation()
  const { at } = usePlace()
  const [filters] = useFilters()
  const of = (['payment', 'allotment', 'list'] as const).find(name => filters[name])
  if (!of) return <Lists />
  const back = (
    <Link to={at('disbursements') as string} className="button-link">
      {t('disbursements.allLists')}
    </Link>
  )
  return (
    <>
      <PageTitle title={t(OF[of])} of={filters[of]} actions={back} />
      <Panel>
        <DisbursementTable of={{ [of]: filters[of] }} />
      </Panel>
    </>
  )
}

function Lists() {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const may = useMay()
  const [filters] = useFilters()
  const path = `/divisions/${division}/disbursement-lists`
  const query = { year, waiting: filters.waiting }
  const listing = useListing<DisbursementLists>(path, query)
  const columns: Column<DisbursementList>[] = [
    {
      key: 'list',
      title: t('disbursements.listNo'),
      value: row => row.listNo,
      cell: row => (
        <ThingLink page="disbursements" search={{ list: row.id }}>
          {row.listNo}
        </ThingLink>
      ),
    },
    {
      key: 'source',
      title: t('disbursements.source'),
      value: row => t(row.source === '8207' ? 'disbursements.message' : 'disbursements.table'),
    },
    {
      key: 'voucher',
      title: t('disbursements.voucher'),
      value: row => row.voucherNo,
      cell: row =>
        row.payment ? <ThingLink page={`payments/${row.payment}`}>{row.voucherNo}</ThingLink> : row.voucherNo,
    },
    { key: 'rows', title: t('disbursements.rows'), kind: 'number', value: row => String(row.rows) },
    { key: 'sum', title: t('column.amount'), kind: 'money', value: row => row.sumFen },
    {
      key: 'state',
      title: t('disbursements.state'),
      value: row => t(row.payment ? 'disbursements.joined' : 'disbursements.waiting'),
    },
  ]
  const bring = may('beneficiaries.import') && (
    <Link to={at('imports') as string} search={{ kind: 'disbursements' } as never} className="button-link">
      {t('imports.fromFile')}
    </Link>
  )
  return (
    <>
      <PageTitle title={t('menu.disbursements')} actions={bring} />
      <Panel>
        <p className="form-about">{t('disbursements.about')}</p>
        <div className="bar">
          <FilterBar>
            <ChoiceFilter
              name="waiting"
              label={t('disbursements.state')}
              width={190}
              options={[
                { value: 'yes', label: t('disbursements.waiting') },
                { value: 'no', label: t('disbursements.joined') },
              ]}
            />
          </FilterBar>
        </div>
        <ListedTable<DisbursementList, DisbursementLists>
          path={path}
          query={query}
          listing={listing}
          caption={t('disbursements.lists')}
          columns={columns}
          rowKey={row => row.id}
          empty={
            filters.waiting ? (
              <Nothing title={t('filter.noneFit')} hint={t('filter.noneFitHint')} />
            ) : (
              <Nothing title={t('disbursements.none')} hint={t('disbursements.noneHint')} action={bring} />
            )
          }
        />
      </Panel>
    </>
  )
}
