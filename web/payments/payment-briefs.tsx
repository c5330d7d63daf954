import { useTranslation } from 'react-i18next'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { PostedMark } from './posted-mark.tsx'

/** What another thing's page shows of a payment. */
export interface PaymentBrief {
  id: string
  voucherNo: string
  vouchedOn: string
  paidOn: string | null
  payeeName: string | null
  purpose: string | null
  amountFen: string
  unposted: string | null
}

export function PaymentBriefs({ rows, empty }: { rows: readonly PaymentBrief[]; empty: string }) {
  const { t } = useTranslation()
  const columns: Column<PaymentBrief>[] = [
    {
      key: 'voucher',
      title: t('column.voucher'),
      value: row => row.voucherNo,
      cell: row => <ThingLink page={`payments/${row.id}`}>{row.voucherNo}</ThingLink>,
    },
    { key: 'vouchedOn', title: t('column.vouchedOn'), value: row => row.vouchedOn },
    { key: 'paidOn', title: t('column.paidOn'), value: row => row.paidOn },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: row => row.amountFen },
    { key: 'payee', title: t('column.payee'), value: row => row.payeeName, wrap: true },
    { key: 'purpose', title: t('column.purpose'), value: row => row.purpose, wrap: true },
    {
      key: 'posted',
      title: t('column.posted'),
      value: row => (row.unposted ? t(`unposted.${row.unposted}`) : t('payments.posted')),
      cell: row => <PostedMark unposted={row.unposted} />,
    },
  ]
  return (
    <DataTable
      caption={t('allotment.payments')}
      columns={columns}
      rows={rows}
      rowKey={row => row.id}
      empty={<Nothing title={empty} />}
    />
  )
}
