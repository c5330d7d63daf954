import { Button, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { HabitList, MatchingGroup, MatchingQueue } from '../../src/payments/contract.ts'
import { useAct } from '../ledger/use-act.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { beijingTime } from '../ui/dates.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { MatchingCasePanel, stated } from './matching-case.tsx'
import { RatesPanel } from './rates-panel.tsx'

/** 支付匹配: payments without a line, by what they state; one group at a time is decided beside its candidates. */
export function MatchingPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const [filters, setFilters] = useFilters()
  const query = useApi<MatchingQueue>(`/divisions/${division}/matching`, { year })
  const close = () => setFilters({ payment: undefined })
  const columns: Column<MatchingGroup>[] = [
    {
      key: 'states',
      title: t('matching.states'),
      wrap: true,
      value: row => stated(row) || t('matching.nothingStated'),
    },
    { key: 'count', title: t('matching.count'), kind: 'number', value: row => row.count, width: 80 },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: row => row.amountFen },
    {
      key: 'days',
      title: t('matching.days'),
      value: row => (row.firstOn === row.lastOn ? row.firstOn : `${row.firstOn} – ${row.lastOn}`),
      width: 190,
    },
    {
      key: 'why',
      title: t('matching.why'),
      wrap: true,
      value: row => t(`match.${row.match}`) + (row.takenBack ? ` · ${t('matching.takenBack')}` : ''),
    },
    {
      key: 'action',
      title: t('column.action'),
      value: () => '',
      cell: row => (
        <Button size="small" onClick={() => setFilters({ payment: row.first })}>
          {t('matching.choose')}
        </Button>
      ),
    },
  ]
  return (
    <>
      <PageTitle title={t('matching.title')}>
        {query.data && (
          <>
            <Figure name={t('matching.waiting')}>{query.data.payments}</Figure>
            <Figure name={t('matching.amount')}>
              <Money fen={query.data.amountFen} strong withUnit />
            </Figure>
          </>
        )}
      </PageTitle>
      {filters.payment && <MatchingCasePanel key={filters.payment} payment={filters.payment} close={close} />}
      <Panel>
        <p className="form-about">{t('matching.about')}</p>
        <Loaded query={query}>
          {({ rows, complete }) => (
            <>
              {!complete && <p className="form-about">{t('matching.first')}</p>}
              <DataTable
                caption={t('matching.title')}
                columns={columns}
                rows={rows}
                rowKey={row => row.first}
                empty={<Nothing title={t('matching.none')} hint={t('matching.noneHint')} />}
              />
            </>
          )}
        </Loaded>
      </Panel>
      <Habits />
      <RatesPanel />
    </>
  )
}

type Habit = HabitList['rows'][number]

function Habits() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const may = useMay()
  const query = useApi<HabitList>(`/divisions/${division}/matching/habits`, { year })
  const { act, busy, error, clear } = useAct()
  const [ending, setEnding] = useState<Habit | null>(null)
  const [reason, setReason] = useState('')
  if (!query.data || query.data.rows.length === 0) return null
  const columns: Column<Habit>[] = [
    {
      key: 'states',
      title: t('matching.states'),
      wrap: true,
      value: row =>
        [row.agencyCode, row.projectCode, row.functionSubject, row.documentNumber].filter(Boolean).join(' · '),
    },
    {
      key: 'allotment',
      title: t('matching.allotment'),
      value: row => row.allotmentNumber,
      cell: row => <ThingLink page={`allotments/${row.allotment}`}>{row.allotmentNumber || row.allotment}</ThingLink>,
    },
    { key: 'reason', title: t('matching.reason'), wrap: true, value: row => row.reason },
    { key: 'set', title: t('matching.setBy'), wrap: true, value: row => `${row.actor} ${beijingTime(row.setAt)}` },
    ...(may('payments.match')
      ? [
          {
            key: 'action',
            title: t('column.action'),
            value: () => '',
            cell: (row: Habit) => (
              <Button
                size="small"
                onClick={() => {
                  clear()
                  setEnding(row)
                }}
              >
                {t('matching.end')}
              </Button>
            ),
          },
        ]
      : []),
  ]
  const end = async (habit: Habit) => {
    const done = await act(`/divisions/${division}/matching/habits/${habit.id}/end`, { reason }, () =>
      t('matching.ended'),
    )
    if (done) setEnding(null)
  }
  return (
    <Panel title={t('matching.habits')}>
      <DataTable caption={t('matching.habits')} columns={columns} rows={query.data.rows} rowKey={row => row.id} />
      {ending && (
        <div className="form-actions">
          <Input
            aria-label={t('matching.endReason')}
            placeholder={t('matching.endReason')}
            maxLength={500}
            value={reason}
            onChange={event => setReason(event.target.value)}
          />
          <Button danger loading={busy} disabled={reason.trim() === ''} onClick={() => void end(ending)}>
            {t('matching.end')}
          </Button>
        </div>
      )}
      {error !== null && <FaultNotice error={error} />}
    </Panel>
  )
}
