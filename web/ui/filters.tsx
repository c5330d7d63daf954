import { DatePicker, Input, Select } from 'antd'
import dayjs from 'dayjs'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFilters } from '../shell/place.ts'

/** The line of filters above a table; each lives in the address. `names` are those that it clears, where the address holds others too. */
export function FilterBar({ names, children }: { names?: readonly string[]; children: ReactNode }) {
  const { t } = useTranslation()
  const [filters, change] = useFilters()
  const set = Object.keys(filters).filter(name => filters[name] && (!names || names.includes(name)))
  return (
    <search className="filter-bar" aria-label={t('filter.bar')}>
      {children}
      {set.length > 0 && (
        <button
          type="button"
          className="plain-button"
          onClick={() => change(Object.fromEntries(set.map(name => [name, undefined])))}
        >
          {t('filter.clear')}
        </button>
      )}
    </search>
  )
}

/** Words to search for; taken over on Enter, on leaving, or half a second after the last key. */
export function WordFilter({ name, label, width = 220 }: { name: string; label: string; width?: number }) {
  const [filters, change] = useFilters()
  const current = filters[name] ?? ''
  const [typed, setTyped] = useState(current)
  useEffect(() => setTyped(current), [current])
  const take = () => {
    if (typed.trim() !== current) change({ [name]: typed.trim() || undefined })
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the wait
  useEffect(() => {
    const wait = setTimeout(take, 500)
    return () => clearTimeout(wait)
  }, [typed])
  return (
    <Input
      allowClear
      aria-label={label}
      placeholder={label}
      style={{ width }}
      value={typed}
      onChange={event => setTyped(event.target.value)}
      onPressEnter={take}
      onBlur={take}
    />
  )
}

/** One of a few values. */
export function ChoiceFilter({
  name,
  label,
  options,
  width = 150,
}: {
  name: string
  label: string
  options: readonly { value: string; label: string }[]
  width?: number
}) {
  const [filters, change] = useFilters()
  return (
    <Select
      allowClear
      aria-label={label}
      placeholder={label}
      style={{ width }}
      popupMatchSelectWidth={false}
      value={filters[name] || undefined}
      onChange={value => change({ [name]: value as string | undefined })}
      options={[...options]}
      showSearch={options.length > 12 ? { optionFilterProp: 'label' } : false}
    />
  )
}

/** From one day to another. */
export function DaysFilter({ label }: { label: string }) {
  const { t } = useTranslation()
  const [filters, change] = useFilters()
  return (
    <DatePicker.RangePicker
      aria-label={label}
      allowEmpty={[true, true]}
      style={{ width: 240 }}
      placeholder={[t('filter.from'), t('filter.to')]}
      value={[filters.from ? dayjs(filters.from) : null, filters.to ? dayjs(filters.to) : null]}
      onChange={days => change({ from: days?.[0]?.format('YYYY-MM-DD'), to: days?.[1]?.format('YYYY-MM-DD') })}
    />
  )
}

/** A filter that was set by a link from elsewhere: what it keeps, and a way to drop it. */
export function ChipFilter({ name, label, value }: { name: string; label: string; value: string | undefined }) {
  const { t } = useTranslation()
  const [filters, change] = useFilters()
  const current = filters[name]
  if (!current) return null
  const shown = value || current
  return (
    <span className="filter-chip">
      <span className="filter-chip-name">{label}</span> <span className="filter-chip-value">{shown}</span>
      <button
        type="button"
        aria-label={t('filter.drop', { name: label, value: shown })}
        onClick={() => change({ [name]: undefined })}
      >
        <span aria-hidden="true">×</span>
      </button>
    </span>
  )
}
