import { useMutation } from '@tanstack/react-query'
import { Checkbox, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FundList } from '../../src/funds/contract.ts'
import type { Block, ClosingView, Lapse, Look, Rest } from '../../src/year-end/contract.ts'
import { useAccountName } from '../allotments/line-columns.tsx'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { beijingTime } from '../ui/dates.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { CarryLimitPanel } from './carry-limit-panel.tsx'
import { CloseForm, ReopenForms } from './close-form.tsx'

/** 年终结账与结转: what stands in the way, what would be carried and what would lapse, and then the one act. */
export function ClosingPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const may = useMay()
  const query = useApi<Look>(`/divisions/${division}/year-end`, { year })
  const [lapse, setLapse] = useState<Lapse>({})
  const look = useMutation({
    mutationFn: (chosen: Lapse) =>
      send<Look>('POST', `/divisions/${division}/year-end/look`, { fiscalYear: year, lapse: chosen }),
  })
  const chosen = Object.keys(lapse).length > 0 ? look.data : undefined
  const choose = (change: Lapse) => {
    const next = Object.fromEntries(
      Object.entries({ ...lapse, ...change }).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value)),
    )
    setLapse(next)
    look.mutate(next)
  }
  const shown = chosen ?? query.data
  return (
    <>
      <PageTitle title={t('menu.closing')}>
        {shown && (
          <>
            {shown.closedOn && <Figure name={t('closing.closedOn')}>{shown.closedOn}</Figure>}
            <Figure name={t('closing.lines')}>{shown.lines}</Figure>
            <Figure name={t('closing.rest')}>
              <Money fen={shown.restFen} strong withUnit />
            </Figure>
            <Figure name={t('closing.carried')}>
              <Money fen={shown.carriedFen} />
            </Figure>
            <Figure name={t('closing.lapsed')}>
              <Money fen={shown.lapsedFen} />
            </Figure>
            <Figure name={t('closing.overdue', { years: shown.limitYears })}>
              <Money fen={shown.overdueFen} />
            </Figure>
          </>
        )}
      </PageTitle>
      <Loaded query={query}>
        {first => {
          const now = chosen ?? first
          return (
            <>
              {!now.closedOn && <Blocks blocks={now.blocks} />}
              <Panel title={t('closing.rests')}>
                <p className="form-about">{t('closing.about')}</p>
                {!now.closedOn && may('ledger.close') && (
                  <LapseChoice lapse={lapse} years={now.limitYears} choose={choose} busy={look.isPending} />
                )}
                {look.error && <FaultNotice error={look.error} />}
                <Rests look={now} lapse={lapse} choose={!now.closedOn && may('ledger.close') ? choose : undefined} />
              </Panel>
              {now.closedOn ? <ReopenForms closed /> : <CloseForm look={now} lapse={lapse} />}
              {!now.closedOn && now.closings.length > 0 && <ReopenForms closed={false} />}
              <History closings={first.closings} />
              <CarryLimitPanel />
            </>
          )
        }}
      </Loaded>
    </>
  )
}

function Blocks({ blocks }: { blocks: readonly Block[] }) {
  const { t } = useTranslation()
  const said = useSaid()
  if (blocks.length === 0) return <p className="notice">{t('closing.noBlocks')}</p>
  return (
    <Panel title={t('closing.blocks')}>
      <ul className="fault-list">
        {blocks.map(block => (
          <li key={block.code}>{said(block)}</li>
        ))}
      </ul>
    </Panel>
  )
}

function LapseChoice({
  lapse,
  years,
  choose,
  busy,
}: {
  lapse: Lapse
  years: number
  choose: (change: Lapse) => void
  busy: boolean
}) {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const funds = useApi<FundList>(`/divisions/${division}/funds`, { year })
  return (
    <fieldset className="form-line lapse-choice" aria-busy={busy}>
      <legend>{t('closing.lapseRule')}</legend>
      <Checkbox checked={lapse.overdue ?? false} onChange={event => choose({ overdue: event.target.checked })}>
        {t('closing.lapseOverdue', { years })}
      </Checkbox>
      <Select
        mode="multiple"
        aria-label={t('closing.lapseFunds')}
        placeholder={t('closing.lapseFunds')}
        style={{ minWidth: 320 }}
        showSearch={{ optionFilterProp: 'label' }}
        value={(lapse.funds ?? []).map(String)}
        options={funds.data?.rows.map(one => ({ value: String(one.id), label: `${one.code} ${one.name}` }))}
        onChange={(ids: string[]) => choose({ funds: ids.map(Number) })}
      />
    </fieldset>
  )
}

function Rests({ look, lapse, choose }: { look: Look; lapse: Lapse; choose: ((change: Lapse) => void) | undefined }) {
  const { t } = useTranslation()
  const { year } = usePlace()
  const account = useAccountName(year)
  const named = new Set(lapse.lines ?? [])
  const columns: Column<Rest>[] = [
    {
      key: 'number',
      title: t('column.documentNumber'),
      value: row => row.documentNumber,
      cell: row => <ThingLink page={`allotments/${row.line}`}>{row.documentNumber || row.line}</ThingLink>,
    },
    { key: 'fund', title: t('column.fund'), wrap: true, value: row => row.fund.name },
    {
      key: 'use',
      title: t('column.use'),
      wrap: true,
      value: row => [row.agency?.name, row.project].filter(Boolean).join(' · '),
    },
    { key: 'account', title: t('closing.account'), value: row => account(row.account) },
    { key: 'since', title: t('closing.since'), value: row => row.since, width: 72 },
    {
      key: 'overdue',
      title: t('closing.isOverdue'),
      value: row => (row.overdue ? t('yes') : null),
      width: 88,
    },
    { key: 'fen', title: t('closing.fen'), kind: 'money', value: row => row.fen },
    {
      key: 'outcome',
      title: t('closing.outcome'),
      value: row => t(row.lapses ? 'closing.lapse' : 'closing.carry'),
      cell: row =>
        choose && (!row.lapses || named.has(row.line)) ? (
          <Checkbox
            checked={row.lapses}
            aria-label={`${t('closing.lapse')} ${row.documentNumber} ${row.line}`}
            onChange={() =>
              choose({
                lines: named.has(row.line) ? [...named].filter(one => one !== row.line) : [...named, row.line],
              })
            }
          >
            {t('closing.lapse')}
          </Checkbox>
        ) : (
          t(row.lapses ? 'closing.lapse' : 'closing.carry')
        ),
    },
  ]
  return (
    <DataTable
      caption={t('closing.rests')}
      columns={columns}
      rows={look.rests}
      rowKey={row => `${row.line} ${row.account}`}
      empty={<Nothing title={t('closing.none')} hint={t('closing.noneHint')} />}
      foot={look.lines > look.rests.length && t('closing.restsShown', { count: look.rests.length })}
    />
  )
}

function History({ closings }: { closings: readonly ClosingView[] }) {
  const { t } = useTranslation()
  const columns: Column<ClosingView>[] = [
    { key: 'no', title: '#', kind: 'number', value: row => row.no, width: 40 },
    { key: 'kind', title: t('book.what'), value: row => t(`closing.kind.${row.kind}`) },
    { key: 'number', title: t('column.documentNumber'), value: row => row.documentNumber },
    { key: 'carriedLines', title: t('closing.carriedLines'), kind: 'number', value: row => row.carriedLines },
    { key: 'carried', title: t('closing.carry'), kind: 'money', value: row => row.carriedFen },
    { key: 'lapsedLines', title: t('closing.lapsedLines'), kind: 'number', value: row => row.lapsedLines },
    { key: 'lapsed', title: t('closing.lapse'), kind: 'money', value: row => row.lapsedFen },
    { key: 'reason', title: t('book.reason'), wrap: true, value: row => row.reason },
    { key: 'who', title: t('book.who'), value: row => row.actor },
    { key: 'at', title: t('book.at'), value: row => beijingTime(row.recordedAt) },
  ]
  return (
    <Panel title={t('closing.history')}>
      <DataTable
        caption={t('closing.history')}
        columns={columns}
        rows={closings}
        rowKey={row => String(row.no)}
        empty={<p className="dim">{t('closing.noHistory')}</p>}
      />
    </Panel>
  )
}
