import { useCallback, useEffect, useRef, useState } from 'react'
import type { ChoicesAnswer, Resolution, ResolveAnswer } from '../../../src/allotments/answers.ts'
import type { ChoiceKind } from '../../../src/allotments/contract.ts'
import { get, send } from '../../shell/api.ts'
import { usePlace } from '../../shell/place.ts'
import { chosen } from './choice-picker.tsx'
import { type Cell, cellOf, type FormLine, isBlank } from './form-line.ts'
import type { LineColumn } from './form-spec.ts'

let keys = 0
export const newLine = (cells: FormLine['cells']): FormLine => ({ key: ++keys, cells })

const isOnlySource = (line: FormLine): boolean =>
  Object.entries(line.cells).every(
    ([name, cell]) => name === 'source' || name === 'transfer' || cell.text.trim() === '',
  )

/** The lines of a form while they are edited: changed, added, pasted, and their codes and names looked up. */
export function useLines(form: string, first: FormLine['cells'], begun: readonly FormLine[] | undefined) {
  const { division, year } = usePlace()
  const [lines, setLines] = useState<readonly FormLine[]>(() =>
    begun && begun.length > 0 ? begun.map(line => newLine(line.cells)) : [newLine(first)],
  )
  const [edited, setEdited] = useState(false)
  const start = useRef(first)
  const shownLines = useRef(lines)
  shownLines.current = lines

  // A source that the address names is shown by its number and name.
  useEffect(() => {
    for (const [name, cell] of Object.entries(first)) {
      if ((name !== 'source' && name !== 'transfer') || cell.id === undefined) continue
      void get<ChoicesAnswer>(`/divisions/${division}/choices/${name}`, { year, form, only: cell.id })
        .then(({ rows }) => {
          // One that has nothing left is no choice: the cell says so.
          const full = rows[0] ? chosen(rows[0]) : { text: cell.text }
          start.current = { ...start.current, [name]: full }
          setLines(before =>
            before.map(line =>
              line.cells[name]?.id === cell.id && line.cells[name]?.text === cell.text
                ? { ...line, cells: { ...line.cells, [name]: full } }
                : line,
            ),
          )
        })
        .catch(() => {})
    }
  }, [first, division, year, form])

  const setCell = useCallback((line: number, column: string, cell: Cell) => {
    setEdited(true)
    setLines(before =>
      before.map((one, index) => (index === line ? { ...one, cells: { ...one.cells, [column]: cell } } : one)),
    )
  }, [])
  const add = useCallback(() => {
    setLines(before => {
      // What a line is taken from is mostly that of the line before it.
      const { source, transfer } = before.at(-1)?.cells ?? {}
      const kept: FormLine['cells'] = source ? { source } : transfer ? { transfer } : {}
      return [...before, newLine({ ...start.current, ...kept })]
    })
  }, [])
  const remove = useCallback((line: number) => {
    setEdited(true)
    setLines(before => {
      const rest = before.filter((_, index) => index !== line)
      return rest.length > 0 ? rest : [newLine(start.current)]
    })
  }, [])
  const clear = useCallback(() => setLines([newLine(start.current)]), [])

  /** Looks up what the choices of these lines mean, in one question, and writes it into them; what was edited meanwhile is left alone. */
  const lookUp = useCallback(
    async (of: readonly FormLine[], columns: readonly LineColumn[]) => {
      const choices = columns.filter(column => column.kind === 'choice')
      const unknown = (cell: Cell) => cell.text.trim() !== '' && cell.id === undefined
      const texts = new Map<ChoiceKind, Set<string>>()
      for (const column of choices)
        for (const line of of) {
          const cell = cellOf(line, column.name)
          if (unknown(cell)) texts.set(column.choice!, (texts.get(column.choice!) ?? new Set()).add(cell.text))
        }
      if (texts.size === 0) return
      const answer = await send<ResolveAnswer>('POST', `/divisions/${division}/choices/resolve`, {
        year,
        form,
        asked: [...texts].map(([kind, set]) => ({ kind, texts: [...set] })),
      })
      const found = new Map<string, Resolution>(
        answer.found.flatMap(({ kind, resolutions }) => resolutions.map(one => [`${kind}/${one.text}`, one] as const)),
      )
      const mended = (column: LineColumn, cell: Cell): Cell => {
        const one = unknown(cell) ? found.get(`${column.choice!}/${cell.text}`) : undefined
        if (!one) return cell
        if (one.match === 'one') return chosen(one.choices[0]!)
        return { text: cell.text, ...(one.choices.length > 0 ? { offered: one.choices } : {}) }
      }
      setLines(before =>
        before.map(line => ({
          ...line,
          cells: {
            ...line.cells,
            ...Object.fromEntries(
              choices.flatMap(column => {
                const cell = cellOf(line, column.name)
                const next = mended(column, cell)
                return next === cell ? [] : [[column.name, next]]
              }),
            ),
          },
        })),
      )
    },
    [division, year, form],
  )

  /** Puts pasted rows below what is there, or in place of lines that are still empty. */
  const append = useCallback(
    (cells: readonly FormLine['cells'][], columns: readonly LineColumn[]) => {
      setEdited(true)
      // A line in which only the source was chosen says what the pasted ones are taken from.
      const only = shownLines.current.find(isOnlySource)?.cells ?? {}
      const fresh = cells.map(one => newLine({ ...start.current, ...only, ...one }))
      setLines(before => [...before.filter(line => !isBlank(line, start.current) && !isOnlySource(line)), ...fresh])
      return lookUp(fresh, columns)
    },
    [lookUp],
  )
  const isLeftOut = useCallback((line: FormLine) => isBlank(line, start.current), [])
  return { lines, edited, setCell, add, remove, clear, append, lookUp, isLeftOut }
}
