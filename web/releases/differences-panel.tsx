import { useTranslation } from 'react-i18next'
import type { Differences } from '../../src/releases/contract.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { type Column, DataTable, UnitNote } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

type Row = Differences['rows'][number]
type Cells = Row['after']

/** What differs from the last signed release of the same kind and parameters: in words, in sums, line by line. */
export function DifferencesPanel({ release }: { release: string }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const said = useSaid()
  const query = useApi<Differences>(`/divisions/${division}/releases/${release}/differences`)
  return (
    <Panel title={t('releases.differences')}>
      <Loaded query={query}>
        {found => (
          <>
            <p>{said(found.sentence)}</p>
            {found.with && <Sums found={found} />}
            {found.rows.length > 0 && <Lines found={found} />}
          </>
        )}
      </Loaded>
    </Panel>
  )
}

function Sums({ found }: { found: Differences }) {
  const { t } = useTranslation()
  return (
    <DataTable
      caption={t('releases.column')}
      tools={false}
      rows={found.totals}
      rowKey={row => row.title}
      columns={[
        { key: 'title', title: t('releases.column'), value: row => row.title },
        { key: 'was', title: t('releases.wasSum'), kind: 'money', value: row => row.beforeFen },
        { key: 'is', title: t('releases.isSum'), kind: 'money', value: row => row.afterFen },
        {
          key: 'by',
          title: t('releases.by'),
          kind: 'money',
          value: row => String(BigInt(row.afterFen) - BigInt(row.beforeFen)),
        },
      ]}
      foot={<UnitNote />}
    />
  )
}

function Lines({ found }: { found: Differences }) {
  const { t } = useTranslation()
  const count = found.added + found.removed + found.changed
  const what = (row: Row) => (row.before === null ? 'added' : row.after === null ? 'removed' : 'changed')
  const differing = (row: Row): number[] =>
    found.columns.flatMap((_, place) =>
      row.before && row.after && row.before[place] === row.after[place] ? [] : [place],
    )
  const cell = (cells: Cells, place: number) => {
    const value = cells?.[place]
    if (value === null || value === undefined) return '—'
    return found.columns[place]?.kind === 'money' ? <Money fen={value} /> : value
  }
  const columns: Column<Row>[] = [
    { key: 'key', title: t('releases.line'), value: row => row.key },
    {
      key: 'what',
      title: t('releases.what'),
      value: row => t(`releases.${what(row)}`),
      cell: row => <span className="tag">{t(`releases.${what(row)}`)}</span>,
    },
    {
      key: 'cells',
      title: t('releases.cell'),
      wrap: true,
      value: row =>
        differing(row)
          .map(place => `${found.columns[place]?.title} ${row.before?.[place] ?? ''}→${row.after?.[place] ?? ''}`)
          .join('; '),
      cell: row => (
        <span className="difference-cells">
          {differing(row).map(place => (
            <span key={place}>
              <span className="dim">{found.columns[place]?.title}</span>{' '}
              {row.before && row.after ? (
                <>
                  <del>{cell(row.before, place)}</del> <ins>{cell(row.after, place)}</ins>
                </>
              ) : (
                cell(row.before ?? row.after, place)
              )}
            </span>
          ))}
        </span>
      ),
    },
  ]
  return (
    <DataTable
      caption={t('releases.differences')}
      columns={columns}
      rows={found.rows}
      rowKey={row => row.key}
      foot={
        count > found.rows.length ? (
          <span role="status">{t('releases.firstOf', { count, listed: found.rows.length })}</span>
        ) : undefined
      }
    />
  )
}
