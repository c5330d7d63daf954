import { Select } from 'antd'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Choice, ChoicesAnswer } from '../../../src/allotments/answers.ts'
import type { ChoiceKind } from '../../../src/allotments/contract.ts'
import { usePlace } from '../../shell/place.ts'
import { moneyText } from '../../ui/format-money.ts'
import { useApi } from '../../ui/use-api.ts'
import type { Cell } from './form-line.ts'

type Reading = (name: string) => string
let reading: Reading | null = null

/** The cell that a choice makes. */
export const chosen = (choice: Choice): Cell => ({
  id: choice.id,
  text: `${choice.code} ${choice.name}`.trim(),
  ...(choice.leftFen === null ? {} : { left: choice.leftFen }),
})

/** Waits until the typing pauses, so that not every key asks the server. */
function usePaused(text: string): string {
  const [paused, setPaused] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), 200)
    return () => clearTimeout(timer)
  }, [text])
  return paused
}

/** What can be chosen for the typed words: a list that came whole is searched here, by pinyin too; a longer one by the server. */
function useChoices(kind: ChoiceKind, form: string, typed: string) {
  const { division, year } = usePlace()
  const [, setLoaded] = useState(reading !== null)
  useEffect(() => {
    // The pinyin tables are large: only who opens a list reads them.
    if (!reading)
      void import('../../shell/pinyin.ts')
        .then(loaded => {
          reading = loaded.pinyinOf
          setLoaded(true)
        })
        .catch(() => {})
  }, [])
  const path = `/divisions/${division}/choices/${kind}`
  const asked = usePaused(typed.trim())
  const base = useApi<ChoicesAnswer>(path, { year, form })
  const searched = useApi<ChoicesAnswer>(asked !== '' && base.data?.more ? path : null, { year, form, q: asked })
  const rows = useMemo(() => {
    const words = typed.trim().toLowerCase().split(/\s+/).filter(Boolean)
    const near = (base.data?.rows ?? []).filter(row => {
      if (words.length === 0) return true
      const text = `${row.code} ${row.name} ${row.about ?? ''}`.toLowerCase()
      const sound = reading && words.some(word => /^[a-z]+$/.test(word)) ? reading(`${row.name}`) : ''
      return words.every(word => text.includes(word) || sound.includes(word))
    })
    const far = words.length > 0 ? (searched.data?.rows ?? []) : []
    const known = new Set(near.map(row => row.id))
    return [...near, ...far.filter(row => !known.has(row.id))]
  }, [base.data, searched.data, typed])
  return {
    rows,
    more: typed.trim() === '' ? (base.data?.more ?? false) : (searched.data?.more ?? false),
    busy: base.isFetching || searched.isFetching || (base.data?.more && asked !== typed.trim()),
    failed: base.error ?? searched.error,
  }
}

/**
 * Chooses one of what the server has: found by number, name, what stands beside it, or pinyin. In a cell it opens at once, with what was
 * typed; elsewhere it is a field like any other.
 */
export function ChoicePicker({
  kind,
  form,
  cell,
  label,
  id,
  inCell = false,
  typed: first = '',
  onChoose,
  onLeave,
  onBlur,
}: {
  kind: ChoiceKind
  form: string
  cell: Cell
  label: string
  id?: string
  inCell?: boolean
  typed?: string
  onChoose: (cell: Cell) => void
  onLeave?: (step: 'stay' | 'next' | 'back') => void
  onBlur?: () => void
}) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState(first)
  const [open, setOpen] = useState(inCell)
  // Opening empties the search; what was typed to open it is still wanted then.
  const begun = useRef(first !== '')
  const search = (text: string) => {
    if (text === '' && begun.current) {
      begun.current = false
      return
    }
    setTyped(begun.current && !text.startsWith(first) ? first + text : text)
    begun.current = false
  }
  const choices = useChoices(kind, form, typed)
  const offered = typed === '' && cell.offered ? cell.offered : []
  const rows = [...offered, ...choices.rows.filter(row => !offered.some(one => one.id === row.id))]
  return (
    <Select
      {...(id === undefined ? {} : { id })}
      aria-label={label}
      className="choice-picker"
      autoFocus={inCell}
      allowClear={!inCell}
      open={open}
      onOpenChange={setOpen}
      {...(inCell ? { variant: 'borderless' as const } : {})}
      value={cell.id === undefined ? undefined : { value: cell.id, label: cell.text }}
      labelInValue
      placeholder={cell.id === undefined && cell.text ? cell.text : undefined}
      popupMatchSelectWidth={560}
      showSearch={{ filterOption: false, searchValue: typed, onSearch: search }}
      options={rows.map(row => ({ value: row.id, label: `${row.code} ${row.name}`, row }))}
      optionRender={option => <ChoiceLine choice={(option.data as { row: Choice }).row} />}
      notFoundContent={
        <span role="status">
          {t(choices.failed ? 'choice.failed' : choices.busy ? 'state.loading' : `choice.none.${kind}`)}
        </span>
      }
      popupRender={menu => (
        <>
          {menu}
          {choices.more && <p className="choice-more">{t('choice.more')}</p>}
        </>
      )}
      onChange={value => {
        const row = value && rows.find(one => one.id === value.value)
        onChoose(row ? chosen(row) : { text: '' })
        setTyped('')
      }}
      onBlur={() => onBlur?.()}
      onInputKeyDown={event => {
        if (!onLeave) return
        if (event.key === 'Escape') {
          event.stopPropagation()
          onLeave('stay')
        } else if (event.key === 'Tab') {
          event.preventDefault()
          onLeave(event.shiftKey ? 'back' : 'next')
        }
      }}
    />
  )
}

function ChoiceLine({ choice }: { choice: Choice }) {
  const { t } = useTranslation()
  return (
    <span className="choice-line">
      <span className="choice-code">{choice.code}</span>
      <span className="choice-name">
        {choice.name}
        {choice.about && <span className="choice-about">{choice.about}</span>}
      </span>
      {choice.leftFen !== null && (
        <span className="choice-left">{t('choice.left', { left: moneyText(choice.leftFen, 'yuan') })}</span>
      )}
    </span>
  )
}
