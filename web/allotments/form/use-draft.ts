import type { FormInstance } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useFilters, usePlace } from '../../shell/place.ts'
import { newRequestKey } from '../../shell/request-key.ts'
import { useSession } from '../../shell/session.tsx'
import { type DocumentValues, firstDays } from '../document-fields.tsx'
import { type Draft, dropDraft, keepDraft, readDraft } from './draft.ts'
import { type Cell, type DocumentUnit, type FormLine, fenOfAmount } from './form-line.ts'
import type { FormMode, FormSpec } from './form-spec.ts'
import type { Pasted } from './paste.ts'
import { spreadReady } from './spread-fields.tsx'
import { useLeaveWarning } from './use-leave-warning.ts'
import { useLines } from './use-lines.ts'

/** The clock on the wall, for the reader alone: when a draft was kept. */
const now = (): string => dayjs().format('YYYY-MM-DD HH:mm')

const DAYS = new Set(['dated', 'effectiveOn'])

/** What a form holds while it is filled in, kept in the browser until it is stored; leaving it unsaved is warned of. */
export function useDraft(spec: FormSpec, at: string, fields: FormInstance<DocumentValues>) {
  const { year } = usePlace()
  const { today } = useSession()
  const [filters] = useFilters()
  const [begun] = useState(() => readDraft(at))
  const [modeName, setMode] = useState(begun?.mode ?? spec.modes[0].name)
  const [unit, setUnit] = useState<DocumentUnit>(begun?.unit ?? '元')
  const [printed, setPrinted] = useState(begun?.printed ?? '')
  const [spread, setSpread] = useState<FormLine['cells']>(begun?.spread ?? {})
  const [pasted, setPasted] = useState(false)
  const [requestKey] = useState(begun?.requestKey ?? newRequestKey)
  const [touched, setTouched] = useState(0)
  const [dropped, setDropped] = useState(false)
  const first = useMemo(
    () => (spec.first?.(filters) ?? {}) as FormLine['cells'],
    // The address may change its filters only by leaving the page.
    [spec, filters],
  )
  const lines = useLines(spec.form, first, begun?.lines)
  const mode: FormMode = spec.modes.find(one => one.name === modeName) ?? spec.modes[0]
  const document = useMemo(
    () => ({ ...firstDays(today, year), ...(begun ? readDocument(begun.document) : {}) }),
    [begun, today, year],
  )

  const state = useRef({ lines: lines.lines, unit, printed, spread, mode: mode.name })
  const start = useRef(state.current)
  state.current = { lines: lines.lines, unit, printed, spread, mode: mode.name }
  const changed =
    touched > 0 ||
    unit !== start.current.unit ||
    printed !== start.current.printed ||
    spread !== start.current.spread ||
    lines.edited
  const dirty = !dropped && changed
  useLeaveWarning(dirty)
  // biome-ignore lint/correctness/useExhaustiveDependencies: kept anew whenever anything of it changes
  useEffect(() => {
    if (dropped || !changed) return
    const timer = setTimeout(() => {
      const draft: Draft = {
        ...state.current,
        lines: [...state.current.lines],
        kept: now(),
        requestKey,
        document: writeDocument(fields.getFieldsValue()),
      }
      keepDraft(at, draft)
    }, 400)
    return () => clearTimeout(timer)
  }, [touched, lines.lines, unit, printed, spread, mode.name, dropped])

  return {
    lines,
    mode,
    setMode,
    unit,
    setUnit,
    printed,
    setPrinted,
    spread,
    setSpread: (column: string, cell: Cell) => setSpread(before => ({ ...before, [column]: cell })),
    spreadFen: fenOfAmount(spread.amount?.text ?? '', unit) ?? 0n,
    spreadReady: mode.spread !== undefined && spreadReady(spread, mode.spread, unit),
    pasted,
    requestKey,
    document,
    restored: begun && !dropped ? begun.kept : null,
    touch: () => setTouched(count => count + 1),
    drop: () => {
      setDropped(true)
      dropDraft(at)
    },
    take: (rows: Pasted, of: DocumentUnit) => {
      setUnit(of)
      setPasted(true)
      if (rows.total !== null && printed.trim() === '') setPrinted(rows.total)
      void lines.append(rows.lines, mode.columns).catch(() => {
        // Cells that could not be looked up stay marked, and can be chosen by hand.
      })
    },
  }
}

const writeDocument = (values: Partial<DocumentValues>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined || value === null
        ? []
        : [[name, DAYS.has(name) ? (value as Dayjs).format('YYYY-MM-DD') : String(value)]],
    ),
  )

const readDocument = (kept: Record<string, string>): Partial<DocumentValues> =>
  Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, DAYS.has(name) ? dayjs(value) : value]))
