import { useNavigate, useRouterState } from '@tanstack/react-router'
import { Select } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePlace } from './place.ts'
import { useSession } from './session.tsx'

type Reading = (name: string) => string

/**
 * The division whose books are shown. Found by code, name, or pinyin (whole or initials); the pinyin tables are large
 * and are read when the list is first opened.
 */
export function DivisionPicker() {
  const { t } = useTranslation()
  const { divisions } = useSession()
  const { division, year } = usePlace()
  const navigate = useNavigate()
  const path = useRouterState({ select: state => state.location.pathname })
  const [reading, setReading] = useState<Reading | null>(null)
  const depths = useMemo(() => {
    const parents = new Map(divisions.map(one => [one.code, one.parent]))
    const depth = (code: string): number => {
      const parent = parents.get(code)
      return parent && parents.has(parent) ? depth(parent) + 1 : 0
    }
    return new Map(divisions.map(one => [one.code, depth(one.code)]))
  }, [divisions])
  const options = useMemo(
    () =>
      divisions.map(one => ({
        value: one.code,
        label: one.name,
        level: one.level,
        depth: depths.get(one.code) ?? 0,
        search: `${one.code} ${one.name} ${reading?.(one.name) ?? ''}`.toLowerCase(),
      })),
    [divisions, depths, reading],
  )
  return (
    <Select
      className="head-select"
      aria-label={t('head.division')}
      style={{ width: 210 }}
      popupMatchSelectWidth={340}
      value={division}
      options={options}
      showSearch={{
        filterOption: (typed, option) => (option?.search ?? '').includes(typed.trim().toLowerCase()),
      }}
      notFoundContent={t('head.noDivision')}
      optionRender={option => (
        <span className="division-option" style={{ paddingInlineStart: option.data.depth * 14 }}>
          <span>{option.data.label}</span>
          <span className="division-code">
            {t(`level.${option.data.level}`)} {option.data.value}
          </span>
        </span>
      )}
      onOpenChange={open => {
        if (open && !reading)
          void import('./pinyin.ts').then(loaded => setReading(() => loaded.pinyinOf)).catch(() => {})
      }}
      onChange={code => {
        // The same page in the other division; a page about one thing of this division gives way to its list.
        const page = path.split('/').slice(3, 4).join('/')
        void navigate({ to: `/${code}/${year}${page ? `/${page}` : ''}` as string })
      }}
    />
  )
}
