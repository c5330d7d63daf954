import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { EditionView } from '../../src/base/contract.ts'
import type { EditionChanges } from '../../src/funds/contract.ts'
import { usePlace } from '../shell/place.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

type Row = EditionChanges['rows'][number]

/** What an edition of a catalogue changed against the one before it: what is new, reads otherwise, or is held no more. */
export function EditionChangesPanel({ edition, close }: { edition: EditionView; close: () => void }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const changes = useApi<EditionChanges>(`/divisions/${division}/catalogue-editions/${edition.id}`)
  const title = t('base.changesOf', { name: edition.name, number: edition.document.number })
  const what = (row: Row): string =>
    [
      ...(row.nameBefore === null ? [] : [t('base.wasCalled', { name: row.nameBefore })]),
      ...row.fields.map(field => t(`base.changedField.${field}` as 'base.changedField.level')),
    ].join(t('fault.join'))
  const columns: Column<Row>[] = [
    { key: 'change', title: t('base.state'), value: row => t(`base.change.${row.change}`) },
    { key: 'code', title: t('column.code'), value: row => row.code },
    { key: 'name', title: t('base.name'), wrap: true, value: row => row.name },
    { key: 'what', title: t('base.whatChanged'), wrap: true, value: what },
  ]
  return (
    <Panel title={title} extra={<Button onClick={close}>{t('base.close')}</Button>}>
      <Loaded query={changes}>
        {data => <DataTable caption={title} columns={columns} rows={data.rows} rowKey={row => row.code} />}
      </Loaded>
    </Panel>
  )
}
