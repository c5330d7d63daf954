import { useTranslation } from 'react-i18next'
import { useRuleName } from '../rules/use-rule-name.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { LampMark, lampOf } from '../ui/lamps.tsx'

/** What another thing's page shows of a warning about it. */
export interface WarningBrief {
  id: string
  rule: string
  level: string
  status: string
  raisedOn: string
}

export function WarningBriefs({ rows }: { rows: readonly WarningBrief[] }) {
  const { t } = useTranslation()
  const nameOf = useRuleName()
  const lamp = (row: WarningBrief) => lampOf(row.level as 'bell', row.status)
  const columns: Column<WarningBrief>[] = [
    {
      key: 'lamp',
      title: t('column.lamp'),
      value: row => t(`lamp.${lamp(row)}`),
      cell: row => <LampMark lamp={lamp(row)} />,
    },
    {
      key: 'rule',
      title: t('column.rule'),
      value: row => nameOf(row.rule),
      cell: row => <ThingLink page={`warnings/${row.id}`}>{nameOf(row.rule)}</ThingLink>,
    },
    { key: 'status', title: t('column.status'), value: row => t(`status.${row.status}`) },
    { key: 'raised', title: t('column.raisedOn'), value: row => row.raisedOn },
  ]
  return <DataTable caption={t('menu.warnings')} columns={columns} rows={rows} rowKey={row => row.id} tools={false} />
}
