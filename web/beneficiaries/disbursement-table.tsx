import { useTranslation } from 'react-i18next'
import type { Disbursement, DisbursementPage } from '../../src/beneficiaries/contract.ts'
import { usePlace } from '../shell/place.ts'
import type { Column } from '../ui/data-table.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'

/** Who was paid under a payment, an allotment or a list; identity and account masked. */
export function DisbursementTable({ of }: { of: { payment?: string; allotment?: string; list?: string } }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const path = `/divisions/${division}/disbursements`
  const listing = useListing<DisbursementPage>(path, of)
  const first = listing.data?.pages[0]
  const columns: Column<Disbursement>[] = [
    { key: 'name', title: t('disbursements.name'), value: row => row.name, wrap: true },
    { key: 'identity', title: t('disbursements.identity'), value: row => row.identity },
    { key: 'account', title: t('disbursements.account'), value: row => row.account },
    {
      key: 'month',
      title: t('disbursements.month'),
      value: row => (row.month === 0 ? t('disbursements.wholeYear') : row.month === null ? '' : String(row.month)),
    },
    { key: 'due', title: t('disbursements.due'), kind: 'money', value: row => row.dueFen },
    {
      key: 'paid',
      title: t('disbursements.paid'),
      kind: 'money',
      value: row => row.amountFen,
      ...(first ? { total: first.amountFen } : {}),
    },
    {
      key: 'by',
      title: t('disbursements.by'),
      value: row =>
        row.byHousehold === null ? '' : t(row.byHousehold ? 'disbursements.household' : 'disbursements.person'),
    },
    { key: 'town', title: t('disbursements.town'), value: row => row.town },
    { key: 'village', title: t('disbursements.village'), value: row => row.village },
    {
      key: 'bank',
      title: t('disbursements.bank'),
      wrap: true,
      value: row =>
        row.bankPaidOn === null
          ? t('disbursements.bankSilent')
          : row.bankPaidFen === '0'
            ? t('disbursements.bankFailed', { said: row.bankSaid ?? '' })
            : t('disbursements.bankPaid', { day: row.bankPaidOn }),
    },
    { key: 'remark', title: t('disbursements.remark'), value: row => row.remark, wrap: true },
  ]
  return (
    <ListedTable<Disbursement, DisbursementPage>
      path={path}
      query={of}
      listing={listing}
      caption={t('menu.disbursements')}
      columns={columns}
      rowKey={row => row.id}
      {...(first ? { total: first.count } : {})}
      empty={<Nothing title={t('disbursements.noRows')} hint={t('disbursements.noneHint')} />}
    />
  )
}
