import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { App, type FormInstance } from 'antd'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FormAnswer, ReductionAnswer } from '../../../src/allotments/answers.ts'
import { Refused, send, upload } from '../../shell/api.ts'
import { usePlace } from '../../shell/place.ts'
import { useSaid } from '../../shell/preferences.tsx'
import { type DocumentValues, documentBody } from '../document-fields.tsx'
import { bodyOf, type CellFault, type DocumentUnit, type FormLine, fenOfAmount, placed, sumOf } from './form-line.ts'
import type { FormMode, FormSpec } from './form-spec.ts'
import type { Looked } from './look-panel.tsx'

/** A form as it is filled in. */
export interface Content {
  spec: FormSpec
  mode: FormMode
  unit: DocumentUnit
  printed: string
  spread: FormLine['cells']
  confirmed: boolean
  lines: readonly FormLine[]
  isLeftOut: (line: FormLine) => boolean
}

/** What the form says beside its document: lines, or what is spread; amounts in fen. `sent` says which line each row is. */
export function contentBody(content: Content): { body: Record<string, unknown>; sent: number[] } {
  const { mode, unit, confirmed } = content
  if (mode.spread) {
    const spread = bodyOf(mode.spread, { key: 0, cells: content.spread }, unit)
    const amount = fenOfAmount(content.spread.amount?.text ?? '', unit)
    return { body: { spread: { ...spread, amountFen: String(amount ?? '') } }, sent: [] }
  }
  const sent = content.lines.flatMap((line, index) => (content.isLeftOut(line) ? [] : [index]))
  const lines = sent.map(index => {
    const plain = bodyOf(mode.columns, content.lines[index]!, unit)
    return mode.line ? mode.line(plain, confirmed) : plain
  })
  const printed = content.printed.trim() === '' ? null : fenOfAmount(content.printed, unit)
  return { body: { lines, ...(printed === null ? {} : { printedTotalFen: String(printed) }) }, sent }
}

/** Looks at a form and stores it: once, however often it is pressed. */
export function useStoring({
  content,
  fields,
  scan,
  requestKey,
  onFaults,
  onStored,
}: {
  content: Content
  fields: FormInstance<DocumentValues>
  scan: File | null
  requestKey: string
  onFaults: (faults: readonly CellFault[]) => void
  onStored: () => void
}) {
  const { t } = useTranslation()
  const said = useSaid()
  const { division, year, at } = usePlace()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [error, setError] = useState<unknown>(null)
  const [isPlaced, setIsPlaced] = useState(false)
  const [busy, setBusy] = useState<'look' | 'store' | null>(null)
  const [looked, setLooked] = useState<{ of: string; shown: Looked } | null>(null)
  const running = useRef(false)
  const { body, sent } = contentBody(content)
  const path = `/divisions/${division}/allotments/${content.spec.form}`

  const post = <T>(values: DocumentValues, more: Record<string, unknown>) =>
    send<T>('POST', path, { ...documentBody(values), fiscalYear: year, ...body, ...more })
  const attempt = async (kind: 'look' | 'store', work: () => Promise<void>) => {
    if (running.current) return
    running.current = true
    setBusy(kind)
    setError(null)
    setIsPlaced(false)
    try {
      await work()
    } catch (refused) {
      setError(refused)
      if (!(refused instanceof Refused)) return
      const atCells = placed(refused.faults, content.mode.columns, sent)
      setIsPlaced(atCells.length === refused.count)
      onFaults(atCells)
    } finally {
      running.current = false
      setBusy(null)
    }
  }

  const look = (values: DocumentValues) =>
    attempt('look', async () => {
      const answer = await post<FormAnswer | ReductionAnswer>(values, { checkOnly: true })
      const rows = 'taken' in answer ? answer.taken.map(one => ({ ...one, line: one.from })) : answer.lines
      const { fen, count } = sumOf(content.lines, content.unit)
      setLooked({
        of: JSON.stringify(body),
        shown: {
          rows: rows.map(({ line, ...row }, index) => ({ ...row, id: `${line} ${index}` })),
          count: content.mode.spread ? rows.length : count,
          amountFen: String(fen),
          repairs: answer.repairs,
        },
      })
    })

  const store = (values: DocumentValues) =>
    attempt('store', async () => {
      const stored = await post<(FormAnswer | ReductionAnswer) & { submission?: { id: string } }>(values, {
        requestKey,
      })
      // Before anything else: the draft's key has done its work.
      onStored()
      if (stored.submission) {
        message.success(t('approvals.submitted', { id: stored.submission.id }), 8)
        fields.resetFields()
        await queries.invalidateQueries()
        return void navigate({ to: at(`submissions/${stored.submission.id}`) as string })
      }
      message.success(t('formPage.stored'))
      for (const repair of stored.repairs) message.info(said(repair), 8)
      if (scan && stored.document !== null) {
        try {
          await upload(`/divisions/${division}/documents/${stored.document}/scan`, {}, scan, () => {})
        } catch (refused) {
          // The form is stored all the same; a retry that finds the scan there has nothing to do.
          if (!(refused instanceof Refused && refused.faults.some(fault => fault.code === 'scan-present')))
            message.warning(
              t('scanField.failed', { why: refused instanceof Refused ? said(refused.faults[0]) : '' }),
              12,
            )
        }
      }
      fields.resetFields()
      await queries.invalidateQueries()
      void navigate({ to: at('allotments') as string })
    })

  return {
    error,
    /** Every fault of the error is of a cell. */
    isPlaced,
    busy,
    look,
    store,
    looked: looked?.shown ?? null,
    /** What is filled in now is what was looked at. */
    isLooked: looked !== null && looked.of === JSON.stringify(body),
    refusedFor: (code: string) => error instanceof Refused && error.faults.some(fault => fault.code === code),
  }
}
