import { useTranslation } from 'react-i18next'
import type { Fault, Repair } from '../../src/kernel/refusal.ts'
import { useSaid } from '../shell/preferences.tsx'
import { type Column, DataTable } from './data-table.tsx'

/** All faults of a file by row and field, with the mend; what is listed can be saved as CSV. */
export function FaultTable({ faults, count, caption }: { faults: readonly Fault[]; count: number; caption: string }) {
  const { t } = useTranslation()
  const said = useSaid()
  const columns: Column<Fault>[] = [
    { key: 'row', title: t('fault.rowHead'), kind: 'number', width: 70, value: fault => fault.row },
    { key: 'field', title: t('fault.fieldHead'), width: 160, value: fault => fault.field },
    {
      key: 'value',
      title: t('fault.valueHead'),
      width: 200,
      value: fault => fault.value,
      cell: fault =>
        fault.value ? <code className="fault-value">{fault.value}</code> : <span className="dim">—</span>,
    },
    { key: 'said', title: t('fault.saidHead'), wrap: true, value: said },
    { key: 'code', title: t('fault.codeHead'), width: 190, value: fault => fault.code },
  ]
  return (
    <DataTable
      caption={caption}
      columns={columns}
      rows={faults}
      rowKey={(_, index) => String(index)}
      foot={
        <span role="status">
          {count > faults.length ? t('fault.listed', { listed: faults.length, count }) : t('fault.all', { count })}
        </span>
      }
    />
  )
}

/** What was mended on the way in: as it stood, and as it was stored. */
export function RepairTable({
  repairs,
  count,
  caption,
}: {
  repairs: readonly Repair[]
  count: number
  caption: string
}) {
  const { t } = useTranslation()
  const said = useSaid()
  const columns: Column<Repair>[] = [
    { key: 'row', title: t('fault.rowHead'), kind: 'number', width: 70, value: repair => repair.row },
    { key: 'field', title: t('fault.fieldHead'), width: 160, value: repair => repair.field },
    { key: 'value', title: t('fault.stoodHead'), width: 200, value: repair => repair.value },
    { key: 'to', title: t('fault.storedHead'), width: 200, value: repair => repair.to },
    { key: 'said', title: t('fault.saidHead'), wrap: true, value: said },
  ]
  return (
    <DataTable
      caption={caption}
      columns={columns}
      rows={repairs}
      rowKey={(_, index) => String(index)}
      foot={<span role="status">{t('fault.repaired', { count })}</span>}
    />
  )
}
