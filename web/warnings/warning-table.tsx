import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { WarningRow } from '../../src/warnings/contract.ts'
import { useSaid } from '../shell/preferences.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { LampMark, lampOf } from '../ui/lamps.tsx'
import { subjectPage } from './subject-page.ts'

/** What a warning is about, as a link to its page. */
export function Subject({ warning }: { warning: WarningRow }) {
  const { t } = useTranslation()
  const page = subjectPage(warning)
  const label = warning.subject.label || t(`subject.${warning.subject.kind}`)
  return page ? (
    <ThingLink {...page} division={warning.subject.division} year={warning.fiscalYear}>
      {label}
    </ThingLink>
  ) : (
    label
  )
}

export function useWarningColumns(): Column<WarningRow>[] {
  const { t } = useTranslation()
  const said = useSaid()
  return [
    {
      key: 'lamp',
      title: t('column.lamp'),
      width: 104,
      value: row => t(`lamp.${lampOf(row.level, row.status)}`),
      cell: row => <LampMark lamp={lampOf(row.level, row.status)} />,
    },
    {
      key: 'rule',
      title: t('column.rule'),
      value: row => `${row.rule} ${said(row.ruleName)}`,
      wrap: true,
      cell: row => (
        <ThingLink page={`warnings/${row.id}`} division={row.division.code}>
          {row.rule} {said(row.ruleName)}
        </ThingLink>
      ),
    },
    { key: 'division', title: t('column.division'), value: row => row.division.name },
    {
      key: 'subject',
      title: t('column.subject'),
      wrap: true,
      value: row => row.subject.label,
      cell: row => <Subject warning={row} />,
    },
    { key: 'evidence', title: t('column.evidence'), wrap: true, value: row => said(row.evidence) },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: row => row.amountFen },
    { key: 'status', title: t('column.status'), width: 90, value: row => t(`status.${row.status}`) },
    { key: 'raised', title: t('column.raisedOn'), width: 96, value: row => row.raisedOn },
  ]
}

export function WarningTable({
  rows,
  caption,
  tools,
  empty,
}: {
  rows: readonly WarningRow[]
  caption: string
  tools?: boolean
  empty?: ReactNode
}) {
  return (
    <DataTable
      caption={caption}
      columns={useWarningColumns()}
      rows={rows}
      rowKey={row => `${row.division.code} ${row.id}`}
      tools={tools}
      empty={empty}
    />
  )
}
