import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { TOTAL_STATES, type TreasuryTotal, type TreasuryTotals } from '../../src/payments/treasury/contract.ts'
import { CarryOut } from '../books/view-bar.tsx'
import { useFilters, usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { ChoiceFilter, DaysFilter, FilterBar } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'

/** Our own kind of control totals: those that came as a table (`import-totals.ts`). */
const SHEET_TYPE = 9002

/** 国库对账: what the treasury says it paid beside what was paid here, by day, fund, subject and agency. */
export function TreasuryPage() {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const may = useMay()
  const [filters] = useFilters()
  const path = `/divisions/${division}/treasury-totals`
  const { from, to, state } = filters
  const query = { year, from, to, state }
  const listing = useListing<TreasuryTotals>(path, query)
  const first = listing.data?.pages[0]
  const every = (value: string | null) => value ?? <span className="dim">{t('treasury.all')}</span>
  const columns: Column<TreasuryTotal>[] = [
    { key: 'day', title: t('treasury.day'), value: row => row.day, width: 96 },
    {
      key: 'message',
      title: t('treasury.message'),
      value: row =>
        row.voucherType === null ? '' : row.voucherType === SHEET_TYPE ? t('treasury.sheet') : String(row.voucherType),
    },
    {
      key: 'fund',
      title: t('treasury.fund'),
      value: row => row.fund,
      cell: row => (row.state === 'untold' ? '' : every(row.fund)),
    },
    {
      key: 'subject',
      title: t('treasury.subject'),
      value: row => row.functionSubject,
      cell: row => (row.state === 'untold' ? '' : every(row.functionSubject)),
    },
    {
      key: 'agency',
      title: t('treasury.agency'),
      wrap: true,
      value: row => (row.agency === null ? null : `${row.agency} ${row.agencyName ?? ''}`.trim()),
      cell: row =>
        row.state === 'untold'
          ? ''
          : every(row.agency === null ? null : `${row.agency} ${row.agencyName ?? ''}`.trim()),
    },
    {
      key: 'state',
      title: t('treasury.state'),
      value: row => t(`treasury.states.${row.state}`),
      cell: row => (
        <span className={row.state === 'agrees' ? 'tag tag-good' : 'tag tag-warn'}>
          {t(`treasury.states.${row.state}`)}
        </span>
      ),
    },
    { key: 'hereCount', title: t('treasury.hereCount'), kind: 'number', value: row => row.hereCount },
    { key: 'thereCount', title: t('treasury.thereCount'), kind: 'number', value: row => row.thereCount },
    { key: 'here', title: t('treasury.here'), kind: 'money', value: row => row.hereFen },
    { key: 'there', title: t('treasury.there'), kind: 'money', value: row => row.thereFen },
    {
      key: 'difference',
      title: t('treasury.difference'),
      kind: 'money',
      value: row => String(BigInt(row.hereFen) - BigInt(row.thereFen ?? 0)),
    },
    {
      key: 'vouchers',
      title: t('treasury.vouchers'),
      value: () => '',
      cell: row =>
        (row.state === 'amount-differs' || row.state === 'count-differs') && (
          <ThingLink
            page="treasury/vouchers"
            search={{
              from: row.day,
              to: row.day,
              ...(row.agency ? { agency: row.agency } : {}),
              ...(row.functionSubject ? { subject: row.functionSubject } : {}),
            }}
          >
            {t('treasury.vouchers')}
          </ThingLink>
        ),
    },
  ]
  const bring = may('payments.import') && (
    <Link to={at('imports') as string} search={{ kind: 'treasury-totals' } as never} className="button-link">
      {t('treasury.bring')}
    </Link>
  )
  return (
    <>
      <PageTitle
        title={t('menu.treasury')}
        actions={
          <>
            {bring}
            <Link to={at('treasury/vouchers') as string} className="button-link">
              {t('treasury.allVouchers')}
            </Link>
            <Link to={at('treasury/scope') as string} className="button-link">
              {t('controlScope.title')}
            </Link>
            <CarryOut path={path} query={query} />
          </>
        }
      >
        {first && (
          <>
            <Figure name={t('treasury.told')}>{first.told}</Figure>
            <Figure name={t('treasury.agreeing')}>{first.agreeing}</Figure>
            <Figure name={t('treasury.differing')}>{first.differing}</Figure>
            <Figure name={t('treasury.untold')}>{first.untold}</Figure>
          </>
        )}
      </PageTitle>
      <Panel>
        <p className="form-about">{t('treasury.about')}</p>
        <div className="bar">
          <FilterBar>
            <DaysFilter label={t('treasury.days')} />
            <ChoiceFilter
              name="state"
              label={t('treasury.state')}
              options={(['differing', ...TOTAL_STATES] as const).map(one => ({
                value: one,
                label: t(`treasury.states.${one}`),
              }))}
            />
          </FilterBar>
        </div>
        <ListedTable<TreasuryTotal, TreasuryTotals>
          path={path}
          query={query}
          listing={listing}
          caption={t('menu.treasury')}
          columns={columns}
          rowKey={row => [row.day, row.voucherType, row.fund, row.functionSubject, row.agency].join(' ')}
          empty={
            from || to || state ? (
              <Nothing title={t('filter.noneFit')} hint={t('filter.noneFitHint')} />
            ) : (
              <Nothing title={t('treasury.none')} hint={t('treasury.noneHint')} action={bring} />
            )
          }
        />
      </Panel>
    </>
  )
}
