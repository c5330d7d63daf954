import { useTranslation } from 'react-i18next'
import type { PaymentBrief } from '../../src/payments/watch/contract.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Nothing } from '../ui/loaded.tsx'

/** The latest payments of an account or enterprise, of all years. */
export function PaymentBriefTable({ payments, caption }: { payments: readonly PaymentBrief[]; caption: string }) {
  const { t } = useTranslation()
  const columns: Column<PaymentBrief>[] = [
    {
      key: 'voucher',
      title: t('column.voucher'),
      value: row => `${row.voucherNo}-${row.lineNo}`,
      cell: row => (
        <ThingLink page={`payments/${row.id}`} year={row.fiscalYear}>
          {row.voucherNo}
          <span className="dim">-{row.lineNo}</span>
        </ThingLink>
      ),
    },
    { key: 'day', title: t('column.paidOn'), value: row => row.day, width: 100, sortable: true },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: row => row.amountFen, sortable: true },
    { key: 'payee', title: t('column.payee'), value: row => row.payee, wrap: true },
    { key: 'purpose', title: t('column.purpose'), value: row => row.purpose, wrap: true },
    { key: 'fund', title: t('column.fund'), value: row => row.fund && `${row.fund.code} ${row.fund.name}`, wrap: true },
  ]
  return (
    <DataTable
      caption={caption}
      columns={columns}
      rows={payments}
      rowKey={row => row.id}
      empty={<Nothing title={t('bankAccounts.noPayments')} />}
    />
  )
}
