import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Cell, type CellFault, cellOf, type FormLine } from './form-line.ts'
import type { LineColumn } from './form-spec.ts'
import { type Editing, GridRow, type Step } from './grid-row.tsx'

interface Props {
  form: string
  caption: string
  columns: readonly LineColumn[]
  lines: readonly FormLine[]
  faults: readonly CellFault[]
  onCell: (line: number, column: string, cell: Cell) => void
  onAdd: () => void
  onRemove: (line: number) => void
  /** Rows of a sheet were pasted into a cell. */
  onRows: (text: string) => void
  /** A cell to go to, said anew each time. */
  target: { line: number; column: string } | null
}

/**
 * The lines of a form as a table that is edited in place. Only the cell being edited is a field, so that hundreds of lines stay quick.
 * Arrows move, Enter or typing edits, Enter goes on below and Tab to the right, Ctrl+D repeats the cell above.
 */
export function LineGrid(props: Props) {
  const { columns, lines, faults, target } = props
  const { t } = useTranslation()
  const [at, setAt] = useState({ line: 0, column: 0 })
  const [editing, setEditing] = useState<Editing | null>(null)
  const frame = useRef<HTMLDivElement>(null)
  const move = useRef(false)
  const here = useRef({ at, lines, columns, props })
  here.current = { at, lines, columns, props }

  const byLine = useMemo(() => {
    const found = new Map<number, CellFault[]>()
    for (const fault of faults) found.set(fault.line, [...(found.get(fault.line) ?? []), fault])
    return found
  }, [faults])

  useEffect(() => {
    // The keyboard follows the cell; the mouse and the rest of the page are left alone.
    if (!move.current || editing) return
    move.current = false
    const cell = frame.current?.querySelector<HTMLElement>('td[tabindex="0"]')
    cell?.focus({ preventScroll: true })
    cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  })
  useEffect(() => {
    if (!target) return
    const column = here.current.columns.findIndex(one => one.name === target.column)
    move.current = true
    setEditing(null)
    setAt({ line: target.line, column: Math.max(0, column) })
  }, [target])

  // Stable for the rows' sake: a row is drawn anew only when it changed.
  const handlers = useMemo(() => {
    const go = (line: number, column: number) => {
      const { lines, columns } = here.current
      move.current = true
      setEditing(null)
      setAt({
        line: Math.max(0, Math.min(lines.length - 1, line)),
        column: Math.max(0, Math.min(columns.length - 1, column)),
      })
    }
    const leave = (line: number, column: number, step: Step) => {
      const { lines, columns, props } = here.current
      if (step === 'stay') return go(line, column)
      if (step === 'below') {
        if (line === lines.length - 1) props.onAdd()
        move.current = true
        setEditing(null)
        return setAt({ line: line + 1, column })
      }
      const next = line * columns.length + column + (step === 'next' ? 1 : -1)
      if (next < 0) return go(line, column)
      if (next >= lines.length * columns.length) return go(line, column)
      go(Math.floor(next / columns.length), next % columns.length)
    }
    const edit = (line: number, column: number, typed?: string) => {
      setAt({ line, column })
      setEditing({ typed })
    }
    return {
      go,
      leave,
      edit,
      change: (line: number, column: number, cell: Cell, step: Step) => {
        here.current.props.onCell(line, here.current.columns[column]!.name, cell)
        leave(line, column, step)
      },
      /** A field that loses the focus keeps what was typed, and takes the focus from nobody. */
      blur: (line: number, column: number, cell: Cell | null) => {
        if (cell) here.current.props.onCell(line, here.current.columns[column]!.name, cell)
        setEditing(null)
      },
      focus: (line: number, column: number) => setAt({ line, column }),
      remove: (line: number) => here.current.props.onRemove(line),
      paste: (line: number, column: number, text: string) => {
        if (/[\t\n]/.test(text.trim())) here.current.props.onRows(text)
        else edit(line, column, text.trim())
      },
      key: (event: KeyboardEvent, line: number, column: number) => {
        const { lines, columns, props } = here.current
        const control = event.ctrlKey || event.metaKey
        const known: Record<string, () => void> = {
          ArrowUp: () => go(line - 1, column),
          ArrowDown: () => go(line + 1, column),
          ArrowLeft: () => go(line, column - 1),
          ArrowRight: () => go(line, column + 1),
          Home: () => go(control ? 0 : line, 0),
          End: () => go(control ? lines.length - 1 : line, columns.length - 1),
          PageUp: () => go(line - 10, column),
          PageDown: () => go(line + 10, column),
          Enter: () => (control ? props.onAdd() : edit(line, column)),
          F2: () => edit(line, column),
          Insert: () => props.onAdd(),
          Delete: () => {
            if (!control) return props.onCell(line, columns[column]!.name, { text: '' })
            move.current = true
            setAt({ line: Math.max(0, Math.min(line, lines.length - 2)), column })
            props.onRemove(line)
          },
          Backspace: () => props.onCell(line, columns[column]!.name, { text: '' }),
        }
        if (control && event.key.toLowerCase() === 'd') {
          event.preventDefault()
          if (line > 0) {
            props.onCell(line, columns[column]!.name, cellOf(lines[line - 1]!, columns[column]!.name))
            go(line + 1, column)
          }
        } else if (known[event.key] && !(control && event.key.startsWith('Arrow'))) {
          event.preventDefault()
          known[event.key]!()
        } else if (event.key.length === 1 && !control && !event.altKey) {
          event.preventDefault()
          edit(line, column, event.key === ' ' ? undefined : event.key)
        }
      },
    }
  }, [])

  return (
    <div className="line-grid" ref={frame}>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose cells are edited in place is a grid */}
      <table role="grid" aria-rowcount={lines.length + 1}>
        <caption className="sr-only">{props.caption}</caption>
        <colgroup>
          <col style={{ width: 44 }} />
          {columns.map(column => (
            <col key={column.name} style={{ width: column.width }} />
          ))}
          <col style={{ width: 36 }} />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">{t('lineGrid.no')}</th>
            {columns.map(column => (
              <th
                key={column.name}
                scope="col"
                title={t(`ask.${column.name}`)}
                className={column.kind === 'amount' ? 'cell-money' : undefined}
              >
                {t(`ask.${column.name}`)}
                {column.needed && (
                  <span className="needed" title={t('lineGrid.needed')}>
                    *
                  </span>
                )}
              </th>
            ))}
            <th scope="col">
              <span className="sr-only">{t('column.action')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line, index) => (
            <GridRow
              key={line.key}
              form={props.form}
              line={line}
              index={index}
              columns={columns}
              faults={byLine.get(index)}
              active={Math.min(at.line, lines.length - 1) === index ? Math.min(at.column, columns.length - 1) : -1}
              editing={at.line === index ? editing : null}
              handlers={handlers}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}
