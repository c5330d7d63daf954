import { useTranslation } from 'react-i18next'
import type { Repair } from '../../../src/kernel/refusal.ts'
import { useSaid } from '../../shell/preferences.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { sumFen } from '../../ui/format-money.ts'
import { Panel } from '../../ui/page-title.tsx'

/** What a form would take of each source, and what would be left of it. */
export interface Looked {
  rows: { id: string; name: string; amountFen: string; leftFen: string }[]
  /** How many lines, and their sum: forms that take from nothing have no rows. */
  count: number
  amountFen: string
  repairs: readonly Repair[]
}

/** A look before storing: nothing has been stored; the split and the rest are exact to the fen. */
export function LookPanel({ looked }: { looked: Looked }) {
  const { t } = useTranslation()
  const said = useSaid()
  const columns: Column<Looked['rows'][number]>[] = [
    { key: 'line', title: t('look.line'), value: row => row.name, wrap: true },
    {
      key: 'amount',
      title: t('look.amount'),
      kind: 'money',
      width: 170,
      value: row => row.amountFen,
      total: sumFen(looked.rows.map(row => row.amountFen)),
    },
    {
      key: 'left',
      title: t('look.left'),
      kind: 'money',
      width: 170,
      value: row => row.leftFen,
      total: sumFen(looked.rows.map(row => row.leftFen)),
    },
  ]
  return (
    <Panel title={t('look.title')} className="look">
      <p role="status">{t(looked.rows.length > 0 ? 'look.about' : 'look.aboutNew', { count: looked.count })}</p>
      {looked.repairs.map((repair, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an answer never changes once it is shown
        <p key={index} className="notice">
          {said(repair)}
        </p>
      ))}
      {looked.rows.length > 0 && (
        <DataTable caption={t('look.title')} columns={columns} rows={looked.rows} rowKey={row => row.id} />
      )}
    </Panel>
  )
}
