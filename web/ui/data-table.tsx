import { CopyOutlined, DownloadOutlined } from '@ant-design/icons'
import { App, Button } from 'antd'
import { type ReactNode, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePlace } from '../shell/place.ts'
import { usePreferences } from '../shell/preferences.tsx'
import { copyText, saveText } from './carry.ts'
import { Money } from './money.tsx'
import { csv, type TextColumn, tableCells, tsv } from './table-text.ts'

export interface Column<Row> extends TextColumn<Row> {
  key: string
  /** How the cell is drawn, where the bare value is not enough. */
  cell?: (row: Row) => ReactNode
  width?: number
  wrap?: boolean
  /** Not shown, for it stands inside another cell; copied and exported all the same. */
  carried?: boolean
  /** Only on tables that hold all of their rows: sorting a part of a list misleads. */
  sortable?: boolean
  /** The column's sum, in fen, as the server reckoned it over all rows. */
  total?: string
}

interface Props<Row> {
  /** Names the table for readers that cannot see it, and the exported file. */
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row, index: number) => string
  /** What stands below the last row: more rows, or that these are all. */
  foot?: ReactNode
  /** Reads all rows of the list for the export, where the table shows only the first of them. */
  allRows?: () => Promise<readonly Row[]>
  empty?: ReactNode
  tools?: boolean
  /** False where the server makes the file, and the page says where: what a browser gathers is cut at some size. */
  exports?: boolean
  rowClass?: (row: Row) => string | undefined
}

const isMoney = (column: { kind?: string }) => column.kind === 'money' || column.kind === 'number'

function compare(a: string | number | null | undefined, b: string | number | null | undefined): number {
  if (a === null || a === undefined || a === '') return 1
  if (b === null || b === undefined || b === '') return -1
  if (/^-?\d+$/.test(String(a)) && /^-?\d+$/.test(String(b))) {
    const difference = BigInt(a) - BigInt(b)
    return difference > 0n ? 1 : difference < 0n ? -1 : 0
  }
  return String(a).localeCompare(String(b), 'zh-CN', { numeric: true })
}

/** A dense table: sticky header, money right-aligned, totals, copied and exported as seen. */
export function DataTable<Row>(props: Props<Row>) {
  const { rows, rowKey } = props
  const columns = props.columns.filter(column => !column.carried)
  const { t } = useTranslation()
  const [order, setOrder] = useState<{ key: string; down: boolean } | null>(null)
  const sorted = useMemo(() => {
    const column = order && props.columns.find(one => one.key === order.key)
    if (!column) return rows
    return [...rows].sort((a, b) => compare(column.value(a), column.value(b)) * (order.down ? -1 : 1))
  }, [rows, props.columns, order])
  if (rows.length === 0 && props.empty) return <>{props.empty}</>
  const totals = columns.some(column => column.total !== undefined)
  return (
    <div className="table-frame">
      {props.tools !== false && <TableTools {...props} rows={sorted} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div className="table-scroll" tabIndex={0}>
        <table className="data-table">
          <caption className="sr-only">{props.caption}</caption>
          <thead>
            <tr>
              {columns.map(column => (
                <th
                  key={column.key}
                  scope="col"
                  style={column.width ? { width: column.width } : undefined}
                  className={isMoney(column) ? 'cell-money' : undefined}
                  aria-sort={order?.key === column.key ? (order.down ? 'descending' : 'ascending') : undefined}
                >
                  {column.sortable ? (
                    <button
                      type="button"
                      className="sort-button"
                      onClick={() =>
                        setOrder({ key: column.key, down: order?.key === column.key ? !order.down : true })
                      }
                    >
                      {column.title}
                      <span aria-hidden="true" className="sort-sign">
                        {order?.key === column.key ? (order.down ? '▼' : '▲') : '↕'}
                      </span>
                    </button>
                  ) : (
                    column.title
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.map((row, index) => (
              <tr key={rowKey(row, index)} className={props.rowClass?.(row)}>
                {columns.map(column => (
                  <td
                    key={column.key}
                    className={`${isMoney(column) ? 'cell-money' : ''}${column.wrap ? ' cell-wrap' : ''}` || undefined}
                  >
                    {cellOf(column, row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          {totals && (
            <tfoot>
              <tr>
                {columns.map((column, index) => (
                  <td key={column.key} className={isMoney(column) ? 'cell-money' : undefined}>
                    {column.total !== undefined ? (
                      <Money fen={column.total} strong />
                    ) : index === 0 ? (
                      t('table.total')
                    ) : null}
                  </td>
                ))}
              </tr>
            </tfoot>
          )}
        </table>
      </div>
      {props.foot && <div className="table-foot">{props.foot}</div>}
    </div>
  )
}

function cellOf<Row>(column: Column<Row>, row: Row): ReactNode {
  if (column.cell) return column.cell(row)
  const value = column.value(row)
  if (value === null || value === undefined || value === '') return <span className="dim">—</span>
  if (column.kind === 'money') return <Money fen={String(value)} />
  return column.kind === 'number' ? String(value).replace(/\B(?=(\d{3})+$)/g, ',') : value
}

/** The unit of all money below, said once, as statements do. */
export function UnitNote() {
  const { t } = useTranslation()
  const { unit } = usePreferences()
  return <span className="unit-note">{t('table.unit', { unit: t(`unit.${unit}`) })}</span>
}

function TableTools<Row>({ caption, columns, rows, allRows, exports }: Props<Row>) {
  const { t } = useTranslation()
  const { unit } = usePreferences()
  const { division, year } = usePlace()
  const { message } = App.useApp()
  const [busy, setBusy] = useState(false)
  const cells = (of: readonly Row[]) => tableCells(columns, of, unit, t(`unit.${unit}`))
  return (
    <div className="table-tools">
      {columns.some(column => column.kind === 'money') && <UnitNote />}
      <Button
        size="small"
        type="text"
        icon={<CopyOutlined aria-hidden="true" />}
        onClick={async () => {
          const done = await copyText(tsv(cells(rows)))
          if (done) message.success(t('table.copied', { count: rows.length }))
          else message.error(t('table.copyRefused'))
        }}
      >
        {t('table.copy')}
      </Button>
      {exports !== false && (
        <Button
          size="small"
          type="text"
          loading={busy}
          icon={<DownloadOutlined aria-hidden="true" />}
          onClick={async () => {
            setBusy(true)
            try {
              const all = allRows ? await allRows() : rows
              saveText(`${caption}-${division}-${year}.csv`, csv(cells(all)), 'text/csv;charset=utf-8')
            } catch {
              message.error(t('table.exportFailed'))
            } finally {
              setBusy(false)
            }
          }}
        >
          {t('table.export')}
        </Button>
      )}
    </div>
  )
}
