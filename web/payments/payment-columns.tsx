import { useTranslation } from 'react-i18next'
import type { Payment } from '../../src/payments/contract.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import type { PaymentsAnswer } from './api.ts'
import { PostedMark } from './posted-mark.tsx'

/** The columns of the list of payments. */
export function usePaymentColumns(totals?: PaymentsAnswer['totals']): Column<Payment>[] {
  const { t } = useTranslation()
  return [
    {
      key: 'voucher',
      title: t('column.voucher'),
      value: row => `${row.voucherNo}-${row.lineNo}`,
      cell: row => (
        <ThingLink page={`payments/${row.id}`}>
          {row.voucherNo}
          <span className="dim">-{row.lineNo}</span>
        </ThingLink>
      ),
    },
    {
      key: 'vouchedOn',
      title: t('column.vouchedOn'),
      value: row => row.vouchedOn,
      width: 92,
      cell: row => (
        <>
          {row.vouchedOn}
          {row.paidOn && row.paidOn !== row.vouchedOn && (
            <span className="under">{t('payments.paidOn', { day: row.paidOn })}</span>
          )}
        </>
      ),
    },
    { key: 'paidOn', title: t('column.paidOn'), value: row => row.paidOn, carried: true },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: row => row.amountFen, total: totals?.amountFen },
    {
      key: 'payee',
      title: t('column.payee'),
      value: row => row.payee?.name,
      wrap: true,
      cell: row => (
        <>
          {row.payee ? (
            <ThingLink page="payments" search={{ payee: row.payee.id }}>
              {row.payee.name}
            </ThingLink>
          ) : (
            <span className="dim">—</span>
          )}
          {row.payee?.account && <span className="under">{row.payee.account}</span>}
        </>
      ),
    },
    { key: 'account', title: t('column.account'), value: row => row.payee?.account, carried: true },
    { key: 'agency', title: t('column.agency'), value: row => row.agency?.name, wrap: true },
    {
      key: 'project',
      title: t('column.project'),
      wrap: true,
      value: row => row.project?.name,
      cell: row =>
        row.project?.id ? (
          <ThingLink page={`projects/${row.project.id}`}>{row.project.name || row.project.code}</ThingLink>
        ) : (
          (row.project?.name ?? <span className="dim">—</span>)
        ),
    },
    { key: 'purpose', title: t('column.purpose'), value: row => row.purpose, wrap: true },
    {
      key: 'allotment',
      title: t('column.allotment'),
      value: row => row.allotment?.documentNumber ?? t(`match.${row.match}`),
      cell: row =>
        row.allotment ? (
          <ThingLink page={`allotments/${row.allotment.id}`}>
            {row.allotment.documentNumber || t(`match.${row.match}`)}
          </ThingLink>
        ) : (
          <span className="tag tag-warn">{t(`match.${row.match}`)}</span>
        ),
    },
    {
      key: 'posted',
      title: t('column.posted'),
      value: row => (row.unposted ? t(`unposted.${row.unposted}`) : t('payments.posted')),
      cell: row => <PostedMark unposted={row.unposted} />,
    },
  ]
}
