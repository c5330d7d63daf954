import { Alert, Button, Checkbox, Form, Radio } from 'antd'
import { type ReactNode, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFilters, usePlace } from '../../shell/place.ts'
import { useSaid } from '../../shell/preferences.tsx'
import { useSession } from '../../shell/session.tsx'
import { FaultNotice } from '../../ui/fault-notice.tsx'
import { PageTitle, Panel } from '../../ui/page-title.tsx'
import { Reasoned } from '../../ui/reasoned.tsx'
import { DocumentFields, type DocumentValues } from '../document-fields.tsx'
import { draftKey } from './draft.ts'
import { type CellFault, DOCUMENT_UNITS, type DocumentUnit, faultsOf, sumOf, unitWord } from './form-line.ts'
import type { FormSpec } from './form-spec.ts'
import { LineGrid } from './line-grid.tsx'
import { LookPanel } from './look-panel.tsx'
import { PastePanel } from './paste-panel.tsx'
import { ScanField } from './scan-field.tsx'
import { SpreadFields } from './spread-fields.tsx'
import { TotalCheck, totalHindrance } from './total-check.tsx'
import { useDraft } from './use-draft.ts'
import { type Content, useStoring } from './use-storing.ts'

/**
 * The page of one business form: its document, its lines (typed, chosen, or pasted from a sheet) or a spread, the printed total, a look, the scan. What
 * the form asks is said by its spec; the ledger's entries follow by themselves.
 */
export function BusinessForm({ spec, notice }: { spec: FormSpec; notice?: ReactNode }) {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const { signInName } = useSession()
  const [filters] = useFilters()
  const key = draftKey(signInName, division, year, spec.form, filters.source ?? filters.transfer)
  // Dropping a draft begins the page anew.
  const [round, setRound] = useState(0)
  return (
    <>
      <PageTitle title={t(`form.${spec.form}`)} />
      <Filled key={`${key} ${round}`} spec={spec} draftAt={key} notice={notice} onAnew={() => setRound(round + 1)} />
    </>
  )
}

function Filled({
  spec,
  draftAt,
  notice,
  onAnew,
}: {
  spec: FormSpec
  draftAt: string
  notice?: ReactNode
  onAnew: () => void
}) {
  const { t } = useTranslation()
  const said = useSaid()
  const [fields] = Form.useForm<DocumentValues>()
  const draft = useDraft(spec, draftAt, fields)
  const { lines, mode, unit, printed, spread } = draft
  const [scan, setScan] = useState<File | null>(null)
  const [confirmed, setConfirmed] = useState(false)
  const [pasting, setPasting] = useState<string | null>(null)
  const [tried, setTried] = useState(false)
  const [serverFaults, setServerFaults] = useState<readonly CellFault[]>([])
  const [target, setTarget] = useState<{ line: number; column: string } | null>(null)
  const faultList = useRef<HTMLDivElement>(null)

  const own = mode.spread ? [] : faultsOf(mode.columns, lines.lines, unit, lines.isLeftOut)
  const empty = !mode.spread && lines.lines.every(line => lines.isLeftOut(line))
  // While a form is being filled in, what is still missing is no fault yet; what cannot be read is.
  const faults = [...serverFaults, ...(tried ? own : own.filter(fault => fault.word !== 'formPage.needed'))]
  const sum = mode.spread ? draft.spreadFen : sumOf(lines.lines, unit).fen
  const content: Content = {
    spec,
    mode,
    unit,
    printed,
    spread,
    confirmed,
    lines: lines.lines,
    isLeftOut: lines.isLeftOut,
  }
  const storing = useStoring({
    content,
    fields,
    scan,
    requestKey: draft.requestKey,
    onFaults: setServerFaults,
    onStored: draft.drop,
  })
  const hindrance = totalHindrance(printed, unit, sum, draft.pasted)
  const unlooked = mode.spread !== undefined && !storing.isLooked
  const confirm = mode.confirm && storing.refusedFor(mode.confirm.code) ? mode.confirm : null

  /** Goes on only where nothing is missing; else says all of it, and goes to the first. */
  const attempt = async (work: (values: DocumentValues) => Promise<void>) => {
    setTried(true)
    setServerFaults([])
    const values = await fields.validateFields().catch(() => null)
    const first = own[0]
    if (first || empty || (mode.spread && !draft.spreadReady)) {
      if (first) setTarget({ line: first.line, column: first.column })
      faultList.current?.scrollIntoView({ block: 'nearest' })
      return
    }
    if (!values) return
    await work(values)
  }
  return (
    <>
      <Panel>
        <p className="form-about">{t(`formAbout.${spec.form}`)}</p>
        {notice}
        {draft.restored !== null && (
          <Alert
            type="info"
            showIcon
            className="draft-notice"
            title={t('draft.restored', { when: draft.restored })}
            action={
              <Button
                size="small"
                onClick={() => {
                  draft.drop()
                  onAnew()
                }}
              >
                {t('draft.drop')}
              </Button>
            }
          />
        )}
        <Form
          form={fields}
          layout="vertical"
          className="business-form"
          initialValues={draft.document}
          onValuesChange={draft.touch}
          scrollToFirstError
        >
          <DocumentFields withIssuer />
        </Form>
        <ScanField file={scan} onFile={setScan} />
      </Panel>
      <Panel title={t(mode.spread ? 'formMode.spread' : 'lineGrid.title')} className="form-lines">
        <div className="form-bar">
          {spec.modes.length > 1 && (
            <Radio.Group
              aria-label={t('formMode.choose')}
              optionType="button"
              size="small"
              value={mode.name}
              onChange={event => {
                draft.setMode(event.target.value)
                setServerFaults([])
                setTried(false)
              }}
              options={spec.modes.map(one => ({ value: one.name, label: t(`formMode.${one.name}`) }))}
            />
          )}
          <span id="document-unit">{t('documentUnit.of')}</span>
          <Radio.Group
            aria-labelledby="document-unit"
            size="small"
            value={unit}
            onChange={event => draft.setUnit(event.target.value as DocumentUnit)}
            options={DOCUMENT_UNITS.map(one => ({
              value: one,
              label: t(unitWord(one)),
            }))}
          />
          {!mode.spread && (
            <>
              <Button size="small" onClick={() => setPasting('')}>
                {t('paste.open')}
              </Button>
              <Button size="small" onClick={lines.add}>
                {t('formPage.addLine')}
              </Button>
              {lines.lines.length > 1 && (
                <Button size="small" type="text" onClick={lines.clear}>
                  {t('lineGrid.clear')}
                </Button>
              )}
              <span className="dim grid-keys">{t('lineGrid.keys')}</span>
            </>
          )}
        </div>
        <div ref={faultList} role="status">
          {!mode.spread && (faults.length > 0 || (tried && empty)) && (
            <div className="cell-faults">
              <strong>
                {empty && faults.length === 0 ? t('lineGrid.noLines') : t('cellFault.count', { count: faults.length })}
              </strong>
              <ul>
                {faults.slice(0, 6).map(fault => (
                  <li key={`${fault.line} ${fault.column} ${fault.word ?? ''}`}>
                    <button
                      type="button"
                      className="plain-button"
                      onClick={() => setTarget({ line: fault.line, column: fault.column })}
                    >
                      {t('formPage.line', { no: fault.line + 1 })} {t(`ask.${fault.column}`)}
                    </button>{' '}
                    {fault.said ? said(fault.said) : t(fault.word ?? '')}
                    {fault.code && <code className="fault-code"> {fault.code}</code>}
                    {!fault.said && fault.value && <code className="fault-value">{fault.value}</code>}
                  </li>
                ))}
              </ul>
              {faults.length > 6 && <span>{t('cellFault.more', { count: faults.length - 6 })}</span>}
            </div>
          )}
        </div>
        {mode.spread ? (
          <SpreadFields
            form={spec.form}
            columns={mode.spread}
            cells={spread}
            unit={unit}
            tried={tried}
            onCell={draft.setSpread}
          />
        ) : (
          <LineGrid
            form={spec.form}
            caption={t('lineGrid.title')}
            columns={mode.columns}
            lines={lines.lines}
            faults={faults}
            target={target}
            onAdd={lines.add}
            onRemove={line => {
              setServerFaults([])
              lines.remove(line)
            }}
            onCell={(line, column, cell) => {
              if (serverFaults.some(fault => fault.line === line))
                setServerFaults(serverFaults.filter(fault => fault.line !== line))
              lines.setCell(line, column, cell)
            }}
            onRows={setPasting}
          />
        )}
        {!mode.spread && <TotalCheck lines={lines.lines} unit={unit} printed={printed} onPrinted={draft.setPrinted} />}
        {confirm && (
          <Checkbox checked={confirmed} onChange={event => setConfirmed(event.target.checked)}>
            {t(confirm.word)}
          </Checkbox>
        )}
        {/* What is shown at its cells is not said twice. */}
        {storing.error !== null && !storing.isPlaced && <FaultNotice error={storing.error} />}
        <div className="form-actions">
          {hindrance !== null && !mode.spread ? (
            <Reasoned label={t('formPage.store')} reason={t(hindrance)} />
          ) : unlooked ? (
            <Reasoned label={t('formPage.store')} reason={t('look.first')} />
          ) : (
            <Button type="primary" loading={storing.busy === 'store'} onClick={() => void attempt(storing.store)}>
              {t('formPage.store')}
            </Button>
          )}
          <Button
            {...(unlooked ? { type: 'primary' as const } : {})}
            loading={storing.busy === 'look'}
            onClick={() => void attempt(storing.look)}
          >
            {t('look.do')}
          </Button>
          <Button onClick={() => history.back()}>{t('formPage.back')}</Button>
        </div>
      </Panel>
      {storing.looked && storing.isLooked && <LookPanel looked={storing.looked} />}
      {pasting !== null && (
        <PastePanel
          form={spec.form}
          columns={mode.columns}
          unit={unit}
          text={pasting}
          onClose={() => setPasting(null)}
          onTake={(pasted, of) => {
            setPasting(null)
            draft.take(pasted, of)
          }}
        />
      )}
    </>
  )
}
