import { useTranslation } from 'react-i18next'
import type { AdvanceView } from '../../src/year-end/contract.ts'
import { usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { percentText } from '../ui/format-money.ts'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Rate } from '../ui/money.tsx'
import { Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

type Row = AdvanceView['rows'][number]

/** 提前下达: by fund, what was notified in advance, and its share of what was transferred in the year before. */
export function AdvancePanel() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const query = useApi<AdvanceView>(`/divisions/${division}/advance`, { year })
  const share = (key: string, title: string, part: (row: Row) => string, whole: (row: Row) => string): Column<Row> => ({
    key,
    title,
    value: row => percentText(part(row), whole(row)),
    cell: row => <Rate part={part(row)} whole={whole(row)} bare />,
  })
  const columns: Column<Row>[] = [
    {
      key: 'fund',
      title: t('column.fund'),
      wrap: true,
      value: row => row.fund.name,
      cell: row => <ThingLink page={`funds/${row.fund.id}`}>{row.fund.name}</ThingLink>,
    },
    { key: 'received', title: t('advance.received'), kind: 'money', value: row => row.receivedFen },
    { key: 'receivedBefore', title: t('advance.receivedBefore'), kind: 'money', value: row => row.receivedBeforeFen },
    share(
      'receivedRate',
      t('advance.receivedRate'),
      row => row.receivedFen,
      row => row.receivedBeforeFen,
    ),
    { key: 'passed', title: t('advance.passed'), kind: 'money', value: row => row.passedFen },
    { key: 'passedBefore', title: t('advance.passedBefore'), kind: 'money', value: row => row.passedBeforeFen },
    share(
      'passedRate',
      t('advance.passedRate'),
      row => row.passedFen,
      row => row.passedBeforeFen,
    ),
  ]
  return (
    <Panel title={t('advance.title')}>
      <Loaded query={query}>
        {view => (
          <DataTable
            caption={t('advance.title')}
            columns={columns}
            rows={view.rows}
            rowKey={row => String(row.fund.id)}
            empty={<Nothing title={t('advance.none')} hint={t('advance.noneHint', { year })} />}
          />
        )}
      </Loaded>
    </Panel>
  )
}
