import { useTranslation } from 'react-i18next'
import type { EntryView } from '../../src/allotments/answers.ts'
import type { HangingAnswer, HangingRow } from '../../src/allotments/recall-contract.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

/** What has to be undone before an entry can be corrected, at all levels, the lowest first. */
export function HangingPanel({ entry }: { entry: EntryView }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const query = useApi<HangingAnswer>(`/divisions/${division}/entries/${entry.batch}/${entry.line}/hanging`)
  return (
    <Panel title={t('hanging.title')}>
      <Loaded query={query}>
        {answer => (
          <>
            <div className="figure-line">
              <Figure name={t('hanging.left')}>
                <Money fen={answer.leftFen} strong withUnit />
              </Figure>
              <Figure name={t('hanging.free')}>
                <Money fen={answer.freeFen} strong withUnit />
              </Figure>
            </div>
            {answer.rows.length === 0 ? (
              <p className="dim">{t('hanging.none')}</p>
            ) : (
              <>
                <p className="form-about">{t('hanging.about')}</p>
                <HangingTable rows={answer.rows} />
              </>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  )
}

/** What has to be undone first, in its order. */
export function HangingTable({ rows }: { rows: readonly HangingRow[] }) {
  const { t } = useTranslation()
  const said = useSaid()
  const columns: Column<HangingRow & { turn: number }>[] = [
    { key: 'turn', title: t('hanging.order'), kind: 'number', value: row => row.turn, width: 56 },
    { key: 'division', title: t('column.division'), value: row => row.division.name },
    { key: 'what', title: t('hanging.what'), value: row => said(row.formName) },
    { key: 'number', title: t('column.documentNumber'), value: row => row.documentNumber },
    { key: 'who', title: t('hanging.who'), wrap: true, value: row => row.who },
    {
      key: 'allotment',
      title: t('hanging.allotment'),
      wrap: true,
      value: row => row.name,
      cell: row => (
        <ThingLink page={`allotments/${row.allotment}`} division={row.division.code}>
          {row.name}
        </ThingLink>
      ),
    },
    { key: 'amount', title: t('hanging.amount'), kind: 'money', value: row => row.amountFen },
    { key: 'how', title: t('hanging.how'), value: row => t(`hanging.mend.${row.kind}`) },
  ]
  return (
    <DataTable
      caption={t('hanging.title')}
      columns={columns}
      rows={rows.map((row, index) => ({ ...row, turn: index + 1 }))}
      rowKey={row => String(row.turn)}
    />
  )
}
