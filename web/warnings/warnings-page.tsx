import { useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Rule } from '../rules/api.ts'
import { Refused, send } from '../shell/api.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { useMay } from '../shell/session.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { LampShape } from '../ui/lamps.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { LEVELS, STATUSES, type WarningRow, type WarningsAnswer } from './api.ts'
import { useWarningColumns } from './warning-table.tsx'

/** 预警: every suspicion of a division and what lies below it, until its documented end. */
export function WarningsPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const said = useSaid()
  const may = useMay()
  const [filters, change] = useFilters()
  const path = `/divisions/${division}/warnings`
  const query = { year, level: filters.level, rule: filters.rule, status: filters.status }
  const listing = useListing<WarningsAnswer>(path, query)
  const counts = listing.data?.pages[0]?.counts
  const rules = useApi<Rule[]>(may('rules.read') ? '/rules' : null)
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
              options={LEVELS.map(level => ({ value: level, label: t(`lamp.${level}`) }))}
            />
            <ChoiceFilter
              name="status"
              label={t('column.status')}
              options={STATUSES.map(status => ({ value: status, label: t(`status.${status}`) }))}
            />
            <ChoiceFilter
              name="rule"
              label={t('column.rule')}
              width={280}
              options={(rules.data ?? []).map(rule => ({ value: rule.code, label: `${rule.code} ${said(rule.name)}` }))}
            />
          </FilterBar>
        </div>
        <ListedTable<WarningRow, WarningsAnswer>
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

function CheckNow() {
  const { t } = useTranslation()
  const said = useSaid()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [busy, setBusy] = useState(false)
  return (
    <Button
      loading={busy}
      onClick={async () => {
        setBusy(true)
        try {
          await send('POST', '/rules/check')
          message.success(t('warnings.checked'))
          await queries.invalidateQueries()
        } catch (error) {
          message.error(error instanceof Refused ? said(error.faults[0]) : t('state.broken'))
        } finally {
          setBusy(false)
        }
      }}
    >
      {t('warnings.check')}
    </Button>
  )
}
