import { type KeyboardEvent, memo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSaid } from '../../shell/preferences.tsx'
import { moneyText } from '../../ui/format-money.ts'
import { ChoicePicker } from './choice-picker.tsx'
import { type Cell, type CellFault, cellOf, EMPTY, type FormLine } from './form-line.ts'
import type { LineColumn } from './form-spec.ts'
import { cellFrom } from './paste.ts'

/** Where the keyboard goes when a cell is left. */
export type Step = 'stay' | 'next' | 'back' | 'below'

export interface Editing {
  /** The key with which the editing began; without it the cell's text is edited. */
  typed?: string | undefined
}

export interface Handlers {
  go(line: number, column: number): void
  leave(line: number, column: number, step: Step): void
  edit(line: number, column: number, typed?: string): void
  change(line: number, column: number, cell: Cell, step: Step): void
  blur(line: number, column: number, cell: Cell | null): void
  focus(line: number, column: number): void
  remove(line: number): void
  paste(line: number, column: number, text: string): void
  key(event: KeyboardEvent, line: number, column: number): void
}

interface Props {
  form: string
  line: FormLine
  index: number
  columns: readonly LineColumn[]
  faults: readonly CellFault[] | undefined
  /** The cell that the keyboard is on; -1 where it is on another row. */
  active: number
  editing: Editing | null
  handlers: Handlers
}

export const GridRow = memo(function GridRow({ form, line, index, columns, faults, active, editing, handlers }: Props) {
  const { t } = useTranslation()
  const said = useSaid()
  return (
    <tr>
      <th scope="row">{index + 1}</th>
      {columns.map((column, at) => {
        const cell = cellOf(line, column.name)
        const fault = faults?.find(one => one.column === column.name)
        const why = fault && (fault.said ? said(fault.said) : t(fault.word ?? ''))
        const edited = active === at && editing !== null
        return (
          <td
            key={column.name}
            // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the cells of a grid are edited in place
            role="gridcell"
            tabIndex={active === at && !edited ? 0 : -1}
            aria-invalid={fault ? true : undefined}
            className={`${column.kind === 'amount' ? 'cell-money' : ''}${fault ? ' cell-fault' : ''}${edited ? ' cell-edited' : ''}`}
            title={why ?? (cell.text || undefined)}
            onFocus={event => event.target === event.currentTarget && handlers.focus(index, at)}
            onClick={() => !edited && handlers.edit(index, at)}
            onKeyDown={event => !edited && handlers.key(event, index, at)}
            onPaste={event => {
              const text = event.clipboardData.getData('text/plain')
              if (edited && !/[\t\n]/.test(text.trim())) return
              event.preventDefault()
              handlers.paste(index, at, text)
            }}
          >
            {edited ? (
              <Field
                form={form}
                column={column}
                cell={cell}
                label={`${t('formPage.line', { no: index + 1 })} ${t(`ask.${column.name}`)}`}
                typed={editing.typed}
                onDone={(changed, step) => handlers.change(index, at, changed, step)}
                onLeave={step => handlers.leave(index, at, step)}
                onBlur={changed => handlers.blur(index, at, changed)}
              />
            ) : (
              <Shown column={column} cell={cell} />
            )}
            {why && <span className="sr-only">{why}</span>}
          </td>
        )
      })}
      <td>
        <button
          type="button"
          className="line-remove"
          tabIndex={-1}
          aria-label={t('formPage.removeLineNo', { no: index + 1 })}
          title={t('formPage.removeLine')}
          onClick={() => handlers.remove(index)}
        >
          ×
        </button>
      </td>
    </tr>
  )
})

function Shown({ column, cell }: { column: LineColumn; cell: Cell }) {
  const { t } = useTranslation()
  if (column.kind === 'option' && cell.id !== undefined) return t(`${column.words}.${cell.id}`)
  return (
    <>
      {cell.text}
      {cell.left !== undefined && (
        <span className="cell-left">{t('choice.left', { left: moneyText(cell.left, 'yuan') })}</span>
      )}
    </>
  )
}

function Field({
  form,
  column,
  cell,
  label,
  typed,
  onDone,
  onLeave,
  onBlur,
}: {
  form: string
  column: LineColumn
  cell: Cell
  label: string
  typed?: string | undefined
  onDone: (cell: Cell, step: Step) => void
  onLeave: (step: Step) => void
  onBlur: (cell: Cell | null) => void
}) {
  const { t } = useTranslation()
  const [text, setText] = useState(typed ?? cell.text)
  if (column.kind === 'choice')
    return (
      <ChoicePicker
        kind={column.choice!}
        form={form}
        cell={cell}
        label={label}
        inCell
        typed={typed ?? (cell.id === undefined ? cell.text : '')}
        onChoose={one => onDone(one, 'next')}
        onLeave={onLeave}
        onBlur={() => onBlur(null)}
      />
    )
  if (column.kind === 'option')
    return (
      <select
        // biome-ignore lint/a11y/noAutofocus: the field takes the place of the cell that had the focus
        autoFocus
        className="cell-field"
        aria-label={label}
        value={cell.id ?? ''}
        onChange={event =>
          onDone(event.target.value ? { text: event.target.value, id: event.target.value } : EMPTY, 'stay')
        }
        onBlur={() => onBlur(null)}
        onKeyDown={event => {
          if (event.key === 'Escape') onLeave('stay')
          else if (event.key === 'Enter') onLeave('below')
          else if (event.key === 'Tab') {
            event.preventDefault()
            onLeave(event.shiftKey ? 'back' : 'next')
          }
        }}
      >
        <option value="" aria-label={t('formPage.none')} />
        {Object.keys(column.options ?? {}).map(one => (
          <option key={one} value={one}>
            {t(`${column.words}.${one}`)}
          </option>
        ))}
      </select>
    )
  const done = (step: Step) => onDone(cellFrom(column, text.trim()), step)
  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: the field takes the place of the cell that had the focus
      autoFocus
      className="cell-field"
      aria-label={label}
      value={text}
      maxLength={column.kind === 'amount' ? 30 : 200}
      inputMode={column.kind === 'amount' ? 'decimal' : 'text'}
      onChange={event => setText(event.target.value)}
      onBlur={() => onBlur(cellFrom(column, text.trim()))}
      onKeyDown={event => {
        // Of an input method, Enter and Escape choose the characters.
        if (event.nativeEvent.isComposing) return
        if (event.key === 'Escape') onLeave('stay')
        else if (event.key === 'Enter' || event.key === 'ArrowDown') {
          event.preventDefault()
          done('below')
        } else if (event.key === 'Tab') {
          event.preventDefault()
          done(event.shiftKey ? 'back' : 'next')
        }
      }}
    />
  )
}
