import { Link, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { ClearedVoucher, ClearedVouchers } from '../../src/payments/tied/contract.ts'
import { usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'

/** One clearing receipt: each voucher beside the payment here. */
export function ClearingPage() {
  const { t } = useTranslation()
  const { division, at } = usePlace()
  const { clearing } = useParams({ strict: false }) as { clearing: string }
  const path = `/divisions/${division}/clearings/${clearing}`
  const listing = useListing<ClearedVouchers>(path, {})
  const columns: Column<ClearedVoucher>[] = [
    {
      key: 'voucher',
      title: t('column.voucher'),
      value: row => row.voucherNo,
      cell: row =>
        row.payment ? <ThingLink page={`payments/${row.payment}`}>{row.voucherNo}</ThingLink> : row.voucherNo,
    },
    {
      key: 'type',
      title: t('payment.type'),
      value: row => (row.voucherType === null ? null : t(`voucher.${row.voucherType}`, { defaultValue: '' })),
    },
    { key: 'paid', title: t('column.paidOn'), value: row => row.paidOn },
    { key: 'cleared', title: t('clearings.cleared'), kind: 'money', value: row => row.clearedFen },
    { key: 'here', title: t('clearings.here'), kind: 'money', value: row => row.hereFen },
    {
      key: 'state',
      title: t('treasury.state'),
      value: row => stateOf(row),
      cell: row => {
        const state = stateOf(row)
        return (
          <span className={state === 'agreeing' ? 'tag tag-good' : 'tag tag-warn'}>
            {state === 'missing' ? t('clearings.notHere') : t(`clearings.${state}`)}
          </span>
        )
      },
    },
  ]
  return (
    <>
      <PageTitle
        title={t('clearings.one')}
        of={clearing}
        actions={
          <Link to={at('clearings') as string} className="button-link">
            {t('clearings.back')}
          </Link>
        }
      />
      <Panel>
        <ListedTable<ClearedVoucher, ClearedVouchers>
          path={path}
          query={{}}
          listing={listing}
          caption={t('clearings.one')}
          columns={columns}
          rowKey={row => String(row.lineNo)}
          empty={<Nothing title={t('clearings.none')} />}
        />
      </Panel>
    </>
  )
}

const stateOf = (row: ClearedVoucher): 'missing' | 'agreeing' | 'differing' =>
  row.payment === null ? 'missing' : row.hereFen === row.clearedFen ? 'agreeing' : 'differing'
