import { Button, Modal, Radio, Select } from 'antd'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ChoicePicker } from './choice-picker.tsx'
import { type Cell, DOCUMENT_UNITS, type DocumentUnit, EMPTY, unitWord } from './form-line.ts'
import type { LineColumn } from './form-spec.ts'
import { MAX_PASTED_ROWS, type Pasted, readTsv, recognise, takeRows } from './paste.ts'

const SHOWN_ROWS = 6

/** Rows copied in an office program become lines: which column is which is recognised, and can be chosen. */
export function PastePanel({
  form,
  columns,
  unit,
  text: given,
  onClose,
  onTake,
}: {
  form: string
  columns: readonly LineColumn[]
  unit: DocumentUnit
  /** What was pasted already; empty where the panel was opened by its button. */
  text: string
  onClose: () => void
  onTake: (pasted: Pasted, unit: DocumentUnit) => void
}) {
  const { t } = useTranslation()
  const [text, setText] = useState(given)
  const rows = useMemo(() => readTsv(text), [text])
  const found = useMemo(() => recognise(rows, columns), [rows, columns])
  const [map, setMap] = useState(found.map)
  const [said, setSaid] = useState<DocumentUnit>(found.unit ?? unit)
  const [fixed, setFixed] = useState<Record<string, Cell>>({})
  useEffect(() => {
    setMap(found.map)
    if (found.unit) setSaid(found.unit)
  }, [found])
  const pasted = useMemo(
    () => takeRows(rows, { header: found.header, map }, columns),
    [rows, found.header, map, columns],
  )
  const missing = columns.filter(column => column.needed && !map.includes(column.name))
  // What every line has alike is chosen once, here.
  const forAll = missing.filter(column => column.kind === 'choice')
  const lacking = missing.filter(column => column.kind !== 'choice')
  const tooMany = pasted.lines.length > MAX_PASTED_ROWS
  const width = Math.max(0, ...rows.map(row => row.length))
  return (
    <Modal
      open
      width={1100}
      title={t('paste.title')}
      onCancel={onClose}
      destroyOnHidden
      footer={
        <div className="paste-foot">
          <span role="status" className={tooMany || lacking.length > 0 ? 'reason' : 'dim'}>
            {rows.length === 0
              ? t('paste.nothing')
              : tooMany
                ? t('paste.tooMany', { count: pasted.lines.length, most: MAX_PASTED_ROWS })
                : lacking.length > 0
                  ? t('paste.lacking', { columns: lacking.map(column => t(`ask.${column.name}`)).join(t('paste.and')) })
                  : t('paste.found', { count: pasted.lines.length, left: pasted.left })}
          </span>
          <Button onClick={onClose}>{t('paste.cancel')}</Button>
          <Button
            type="primary"
            disabled={pasted.lines.length === 0 || tooMany || lacking.length > 0}
            onClick={() =>
              onTake(
                {
                  ...pasted,
                  lines: pasted.lines.map(line => ({
                    ...Object.fromEntries(
                      Object.entries(fixed).filter(([name, cell]) => cell.id && !map.includes(name)),
                    ),
                    ...line,
                  })),
                },
                said,
              )
            }
          >
            {t('paste.take')}
          </Button>
        </div>
      }
    >
      <label className="paste-label">
        {t('paste.here')}
        <textarea
          // biome-ignore lint/a11y/noAutofocus: the panel is opened to paste into
          autoFocus
          className="paste-text"
          rows={rows.length > 0 ? 3 : 9}
          value={text}
          spellCheck={false}
          onChange={event => setText(event.target.value)}
        />
      </label>
      {rows.length > 0 && (
        <>
          <div className="paste-bar">
            <span id="paste-unit">{t('paste.unit')}</span>
            <Radio.Group
              aria-labelledby="paste-unit"
              size="small"
              value={said}
              onChange={event => setSaid(event.target.value)}
              options={DOCUMENT_UNITS.map(one => ({
                value: one,
                label: t(unitWord(one)),
              }))}
            />
            <span className="dim">
              {found.unit ? t('paste.unitSeen') : t('paste.unitUnseen')}
              {pasted.total !== null && ` ${t('paste.totalSeen', { total: pasted.total })}`}
            </span>
          </div>
          {forAll.length > 0 && (
            <div className="paste-bar">
              <span>{t('paste.forAll')}</span>
              {forAll.map(column => (
                <ChoiceFor
                  key={column.name}
                  form={form}
                  column={column}
                  cell={fixed[column.name] ?? EMPTY}
                  onChoose={cell => setFixed({ ...fixed, [column.name]: cell })}
                />
              ))}
            </div>
          )}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <div className="paste-rows" tabIndex={0}>
            <table className="data-table">
              <caption className="sr-only">{t('paste.rows')}</caption>
              <thead>
                <tr>
                  {Array.from({ length: width }, (_, at) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: pasted columns have no name but their place
                    <th key={at} scope="col">
                      <Select
                        size="small"
                        className="paste-column"
                        aria-label={t('paste.column', { no: at + 1 })}
                        value={map[at] ?? ''}
                        popupMatchSelectWidth={false}
                        onChange={name =>
                          setMap(map.map((one, index) => (index === at ? name || null : one === name ? null : one)))
                        }
                        options={[
                          { value: '', label: t('paste.unused') },
                          ...columns.map(column => ({ value: column.name, label: t(`ask.${column.name}`) })),
                        ]}
                      />
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.slice(0, SHOWN_ROWS).map((row, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: pasted rows have no name but their place
                  <tr key={index} className={index <= found.header ? 'paste-head' : undefined}>
                    {Array.from({ length: width }, (_, at) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: pasted columns have no name but their place
                      <td key={at}>{row[at]}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {rows.length > SHOWN_ROWS && (
            <p className="dim">{t('paste.moreRows', { count: rows.length - SHOWN_ROWS })}</p>
          )}
        </>
      )}
    </Modal>
  )
}

/** A choice with its name above it. */
export function ChoiceFor({
  form,
  column,
  cell,
  onChoose,
}: {
  form: string
  column: LineColumn
  cell: Cell
  onChoose: (cell: Cell) => void
}) {
  const { t } = useTranslation()
  return (
    <span className="choice-for">
      <span className="choice-for-name">{t(`ask.${column.name}`)}</span>
      <ChoicePicker kind={column.choice!} form={form} cell={cell} label={t(`ask.${column.name}`)} onChoose={onChoose} />
    </span>
  )
}
