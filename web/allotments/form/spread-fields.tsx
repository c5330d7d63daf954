import { Input } from 'antd'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { type Cell, type DocumentUnit, EMPTY, type FormLine, fenOfAmount } from './form-line.ts'
import type { LineColumn } from './form-spec.ts'
import { ChoiceFor } from './paste-panel.tsx'

/** Whether a spread says how much, and of what: a fund, an agency or a document. */
export const spreadReady = (cells: FormLine['cells'], columns: readonly LineColumn[], unit: DocumentUnit): boolean =>
  (fenOfAmount(cells.amount?.text ?? '', unit) ?? 0n) > 0n &&
  columns.some(column => (column.kind === 'choice' ? cells[column.name]?.id : cells[column.name]?.text.trim()))

/** One amount that is taken off all lines of a fund, document or agency, each in proportion to what is left of it. */
export function SpreadFields({
  form,
  columns,
  cells,
  unit,
  tried,
  onCell,
}: {
  form: string
  columns: readonly LineColumn[]
  cells: FormLine['cells']
  unit: DocumentUnit
  tried: boolean
  onCell: (column: string, cell: Cell) => void
}) {
  const { t } = useTranslation()
  const id = useId()
  const missing = tried && !spreadReady(cells, columns, unit)
  return (
    <>
      <p className="form-about">{t('spread.about')}</p>
      <div className="spread-fields">
        {columns.map(column =>
          column.kind === 'choice' ? (
            <ChoiceFor
              key={column.name}
              form={form}
              column={column}
              cell={cells[column.name] ?? EMPTY}
              onChoose={cell => onCell(column.name, cell)}
            />
          ) : (
            <label key={column.name} className="choice-for" htmlFor={`${id} ${column.name}`.replace(/\W/g, '-')}>
              <span className="choice-for-name">{t(`ask.${column.name}`)}</span>
              <Input
                id={`${id} ${column.name}`.replace(/\W/g, '-')}
                maxLength={200}
                value={cells[column.name]?.text ?? ''}
                onChange={event => onCell(column.name, { text: event.target.value })}
              />
            </label>
          ),
        )}
        <label className="choice-for" htmlFor={id}>
          <span className="choice-for-name">{t('ask.amount')}</span>
          <Input
            id={id}
            className="amount-input"
            inputMode="decimal"
            maxLength={30}
            value={cells.amount?.text ?? ''}
            onChange={event => onCell('amount', { text: event.target.value })}
          />
        </label>
      </div>
      {missing && (
        <p role="alert" className="total-off">
          {t('spread.missing')}
        </p>
      )}
    </>
  )
}
