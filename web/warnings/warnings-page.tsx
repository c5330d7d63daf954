import { useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Static } from 'typebox'
import type { RulePage } from '../../src/rules/contract.ts'
import type { CheckState as CheckStateSchema, WarningList, WarningRow } from '../../src/warnings/contract.ts'
import { STATUSES } from '../../src/warnings/status.ts'
import { Refused, send } from '../shell/api.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { useMay } from '../shell/session.tsx'
import { beijingTime } from '../ui/dates.ts'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { LampShape } from '../ui/lamps.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { useWarningColumns } from './warning-table.tsx'

type CheckState = Static<typeof CheckStateSchema>

/** 预警: every suspicion of a division and what lies below it, until its documented end. */
export function WarningsPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const said = useSaid()
  const may = useMay()
  const [filters, change] = useFilters()
  const path = `/divisions/${division}/warnings`
  const query = { year, level: filters.level, rule: filters.rule, status: filters.status }
  const listing = useListing<WarningList>(path, query)
  const counts = listing.data?.pages[0]?.counts
  const rules = useApi<RulePage[]>(may('rules.read') ? '/rules' : null)
  const filtered = Boolean(filters.level || filters.rule || filters.status)
  return (
    <>
      <PageTitle title={t('menu.warnings')} actions={may('rules.run') && <CheckNow />}>
        {counts && (
          <span className="lamp-filters">
            {(['red', 'yellow', 'bell'] as const).map(level => (
              <button
                key={level}
                type="button"
                className="lamp-filter"
                aria-pressed={filters.level === level}
                onClick={() => change({ level: filters.level === level ? undefined : level })}
              >
                <LampShape lamp={level} />
                {t(`lamp.${level}`)} <strong>{counts[level]}</strong>
              </button>
            ))}
          </span>
        )}
      </PageTitle>
      <Panel>
        <div className="bar">
          <FilterBar>
            <ChoiceFilter
              name="level"
              label={t('column.lamp')}
              options={(['red', 'yellow', 'bell'] as const).map(level => ({ value: level, label: t(`lamp.${level}`) }))}
            />
            <ChoiceFilter
              name="status"
              label={t('warnings.lit')}
              options={(['all', ...STATUSES] as const).map(status => ({ value: status, label: t(`status.${status}`) }))}
            />
            <ChoiceFilter
              name="rule"
              label={t('column.rule')}
              width={280}
              options={(rules.data ?? []).map(rule => ({ value: rule.code, label: `${rule.code} ${said(rule.name)}` }))}
            />
          </FilterBar>
        </div>
        <ListedTable<WarningRow, WarningList>
          path={path}
          query={query}
          listing={listing}
          caption={t('menu.warnings')}
          columns={useWarningColumns()}
          rowKey={row => `${row.division.code} ${row.id}`}
          empty={
            filtered ? (
              <Nothing title={t('filter.noneFit')} hint={t('filter.noneFitHint')} />
            ) : (
              <Nothing title={t('warnings.none')} hint={t('warnings.noneHint')} />
            )
          }
        />
      </Panel>
    </>
  )
}

/** Asks for a check of all rules; it runs on in the background, and the page follows it. */
function CheckNow() {
  const { t } = useTranslation()
  const said = useSaid()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const state = useApi<CheckState>('/rules/check', {}, { refetchInterval: 3000 })
  const running = state.data?.running === true
  const before = useRef(false)
  useEffect(() => {
    if (before.current && !running) {
      message.success(t('warnings.checked'))
      void queries.invalidateQueries()
    }
    before.current = running
  }, [running, message, queries, t])
  return (
    <>
      {state.data?.last && (
        <span className="dim">{t('warnings.lastChecked', { at: beijingTime(state.data.last.startedAt) })}</span>
      )}
      <Button
        loading={running}
        onClick={async () => {
          try {
            await send('POST', '/rules/check')
            await state.refetch()
          } catch (error) {
            message.error(error instanceof Refused ? said(error.faults[0]) : t('state.broken'))
          }
        }}
      >
        {t('warnings.check')}
      </Button>
    </>
  )
}
