import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import {
  VOUCHER_REASONS,
  type VoucherDifference,
  type VoucherDifferences,
} from '../../src/payments/treasury/contract.ts'
import { CarryOut } from '../books/view-bar.tsx'
import { useFilters, usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { ChipFilter, ChoiceFilter, DaysFilter, FilterBar } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'

/** 国库对账差异: voucher by voucher, of some days, an agency or a subject. */
export function TreasuryVouchersPage() {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const [{ from, to, agency, subject, reason }] = useFilters()
  const path = `/divisions/${division}/treasury-vouchers`
  const query = { year, from, to, agency, subject, reason }
  const listing = useListing<VoucherDifferences>(path, query)
  const first = listing.data?.pages[0]
  const columns: Column<VoucherDifference>[] = [
    { key: 'day', title: t('treasury.day'), value: row => row.day, width: 96 },
    {
      key: 'reason',
      title: t('treasury.reason'),
      wrap: true,
      value: row => t(`treasury.reasons.${row.reason}`),
      cell: row => <span className="tag tag-warn">{t(`treasury.reasons.${row.reason}`)}</span>,
    },
    {
      key: 'voucher',
      title: t('column.voucher'),
      value: row => row.voucherNo,
      cell: row =>
        row.payment ? <ThingLink page={`payments/${row.payment}`}>{row.voucherNo}</ThingLink> : row.voucherNo,
    },
    { key: 'hereOn', title: t('treasury.hereOn'), value: row => row.hereOn },
    { key: 'payee', title: t('column.payee'), value: row => row.payee, wrap: true },
    { key: 'agency', title: t('treasury.agency'), value: row => row.agency },
    { key: 'subject', title: t('treasury.subject'), value: row => row.functionSubject },
    { key: 'here', title: t('treasury.here'), kind: 'money', value: row => row.hereFen },
    { key: 'there', title: t('treasury.there'), kind: 'money', value: row => row.thereFen },
    {
      key: 'difference',
      title: t('treasury.difference'),
      kind: 'money',
      value: row => String(BigInt(row.hereFen ?? 0) - BigInt(row.thereFen ?? 0)),
    },
  ]
  return (
    <>
      <PageTitle
        title={t('treasury.vouchers')}
        actions={
          <>
            <Link to={at('treasury') as string} className="button-link">
              {t('treasury.back')}
            </Link>
            <CarryOut path={path} query={query} />
          </>
        }
      >
        {first && (
          <>
            <Figure name={t('treasury.listed')}>
              {t('treasury.listedOf', { listed: first.listedDays, days: first.days })}
            </Figure>
            <Figure name={t('treasury.voucherAgreeing')}>{first.agreeing}</Figure>
          </>
        )}
      </PageTitle>
      <Panel>
        <p className="form-about">{t('treasury.vouchersAbout')}</p>
        <div className="bar">
          <FilterBar>
            <DaysFilter label={t('treasury.days')} />
            <ChoiceFilter
              name="reason"
              label={t('treasury.reason')}
              width={210}
              options={VOUCHER_REASONS.map(one => ({ value: one, label: t(`treasury.reasons.${one}`) }))}
            />
            <ChipFilter name="agency" label={t('treasury.agency')} value={agency} />
            <ChipFilter name="subject" label={t('treasury.subject')} value={subject} />
          </FilterBar>
        </div>
        <ListedTable<VoucherDifference, VoucherDifferences>
          path={path}
          query={query}
          listing={listing}
          caption={t('treasury.vouchers')}
          columns={columns}
          rowKey={row => [row.day, row.reason, row.voucherNo, row.voucherType, row.payment].join(' ')}
          empty={<Nothing title={t('treasury.noVouchers')} />}
        />
      </Panel>
    </>
  )
}
