import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Static } from 'typebox'
import type { Branch, FundFigures, Overview } from '../../src/overview/contract.ts'
import { usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { percentText, sumFen } from '../ui/format-money.ts'
import { LampCells, lampCountsText } from '../ui/lamps.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money, Rate } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { StageBar } from '../ui/stage-bar.tsx'
import { useApi } from '../ui/use-api.ts'
import { FlowDrawing, MonthDrawing } from './drawings.tsx'
import { LampPanel } from './lamp-panel.tsx'
import { WorkList } from './work-list.tsx'

/** 总体概览: where the year's money stands, how fast it is spent, what burns, division by division. */
export function OverviewPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const overview = useApi<Overview>(`/divisions/${division}/overview`, { year })
  if (!overview.data)
    return (
      <>
        <PageTitle title={t('menu.overview')} />
        <Loaded query={overview}>{() => null}</Loaded>
      </>
    )
  return <Figures data={overview.data} />
}

function Figures({ data }: { data: Overview }) {
  const { t } = useTranslation()
  const { at } = usePlace()
  const { stages, execution } = data
  const arranged = sumFen([stages.registeredFen, stages.receivedFen])
  const empty = BigInt(arranged) === 0n && BigInt(stages.paidFen) === 0n && data.funds.length === 0
  if (empty)
    return (
      <>
        <PageTitle title={t('menu.overview')} />
        <Panel>
          <Nothing
            title={t('overview.empty')}
            hint={t('overview.emptyHint')}
            action={<Link to={at('imports') as string}>{t('overview.emptyAction')}</Link>}
          />
        </Panel>
      </>
    )
  return (
    <>
      <PageTitle title={t('menu.overview')}>
        <Figure name={t('overview.arranged')}>
          <ThingLink page="allotments">
            <Money fen={arranged} strong withUnit />
          </ThingLink>
        </Figure>
        <Figure name={t('overview.ofWhich')}>
          {t('overview.registered')} <Money fen={stages.registeredFen} /> · {t('overview.received')}{' '}
          <Money fen={stages.receivedFen} />
        </Figure>
        <Figure name={t('overview.rate')}>
          <Rate part={execution.paidFen} whole={execution.executableFen} />
        </Figure>
        <Figure name={t('overview.inTransit')}>
          <ThingLink page="transfers" search={{ state: 'waiting' }}>
            <Money fen={stages.inTransitFen} />
          </ThingLink>
        </Figure>
      </PageTitle>
      {data.unseen.length > 0 && (
        <p className="notice" role="note">
          {t('places.unseen', { names: data.unseen.map(one => one.name).join(t('fault.join')), on: data.asOf })}
        </p>
      )}
      <div className="columns columns-overview">
        <Panel title={t('overview.stages')}>
          <StageBar
            amounts={{
              toAssign: stages.toAssignFen,
              toRefine: stages.toRefineFen,
              own: stages.ownFen,
              plan: stages.planFen,
              transit: stages.transitFen,
              paid: stages.paidFen,
              passed: stages.passedFen,
              ...(stages.carriedFen === '0' ? {} : { carried: stages.carriedFen }),
            }}
          />
        </Panel>
        <Panel title={t('lamp.title')}>
          <LampPanel lamps={data.lamps} />
        </Panel>
        <Panel title={t('work.title')}>
          <WorkList work={data.work} />
        </Panel>
      </div>
      <Panel title={t('overview.flow')}>
        <FlowDrawing flow={data.flow} />
      </Panel>
      {data.divisions.length > 0 && (
        <Panel title={t('overview.byDivision')}>
          <DivisionTable rows={data.divisions} />
        </Panel>
      )}
      <div className="columns columns-even">
        <Panel title={t('overview.byMonth')}>
          <MonthDrawing months={data.months} />
        </Panel>
        <Panel title={t('overview.topFunds')}>
          <TopFunds rows={data.funds} />
        </Panel>
      </div>
    </>
  )
}

function DivisionTable({ rows }: { rows: readonly Branch[] }) {
  const { t } = useTranslation()
  const columns: Column<Branch>[] = [
    {
      key: 'name',
      title: t('column.division'),
      value: row => row.name,
      sortable: true,
      cell: row => (
        <ThingLink page="overview" division={row.code}>
          {row.name}
        </ThingLink>
      ),
    },
    { key: 'code', title: t('column.code'), value: row => row.code, sortable: true, width: 100 },
    { key: 'level', title: t('column.level'), value: row => t(`level.${row.level}`), width: 70 },
    { key: 'arranged', title: t('overview.arranged'), kind: 'money', value: row => row.arrangedFen, sortable: true },
    { key: 'passed', title: t('stage.passed'), kind: 'money', value: row => row.passedFen, sortable: true },
    {
      key: 'executable',
      title: t('overview.executable'),
      kind: 'money',
      value: row => row.executableFen,
      sortable: true,
    },
    { key: 'paid', title: t('stage.paid'), kind: 'money', value: row => row.paidFen, sortable: true },
    {
      key: 'rate',
      title: t('overview.rate'),
      kind: 'number',
      value: row => percentText(row.paidFen, row.executableFen),
      cell: row => <Rate part={row.paidFen} whole={row.executableFen} bare />,
      sortable: true,
    },
    {
      key: 'lamps',
      title: t('lamp.counts'),
      value: row => lampCountsText(row.lamps),
      cell: row => (
        <ThingLink page="warnings" division={row.code}>
          <LampCells lamps={row.lamps} />
        </ThingLink>
      ),
    },
  ]
  return <DataTable caption={t('overview.byDivision')} columns={columns} rows={rows} rowKey={row => row.code} />
}

type Fund = Static<typeof FundFigures>

function TopFunds({ rows }: { rows: readonly Fund[] }) {
  const { t } = useTranslation()
  const columns: Column<Fund>[] = [
    {
      key: 'name',
      title: t('column.fund'),
      value: row => row.name,
      wrap: true,
      cell: row => <ThingLink page={`funds/${row.id}`}>{row.name}</ThingLink>,
    },
    { key: 'arranged', title: t('overview.arranged'), kind: 'money', value: row => row.arrangedFen, sortable: true },
    { key: 'paid', title: t('stage.paid'), kind: 'money', value: row => row.paidFen, sortable: true },
  ]
  return (
    <DataTable
      caption={t('overview.topFunds')}
      columns={columns}
      rows={rows}
      rowKey={row => row.id}
      empty={<Nothing title={t('funds.none')} />}
    />
  )
}
