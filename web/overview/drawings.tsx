import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Flow, Overview } from '../../src/overview/contract.ts'
import { usePreferences, useSaid } from '../shell/preferences.tsx'
import { Chart } from '../ui/chart.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { moneyText, sumFen } from '../ui/format-money.ts'
import { Nothing } from '../ui/loaded.tsx'
import { inYuan, sankeyOption } from '../ui/sankey.ts'

type FlowLink = Flow['links'][number]

/** Money from its sources down to who spent it; beside the drawing, the same as a table, exact. */
export function FlowDrawing({ flow }: { flow: Overview['flow'] }) {
  const { t } = useTranslation()
  const said = useSaid()
  const { unit, language } = usePreferences()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `said` changes with the language alone
  const { option, links, names } = useMemo(() => {
    const names = new Map(flow.nodes.map(node => [node.id, said(node.name)]))
    const links = flow.links.filter(
      link => BigInt(link.amountFen) > 0n && names.has(link.source) && names.has(link.target),
    )
    const option = sankeyOption({ names, links, unit, unitName: t(`unit.${unit}`), right: 170 })
    return { option, links, names }
  }, [flow, unit, language, t])
  if (links.length === 0) return <Nothing title={t('flow.none')} />
  const columns: Column<FlowLink>[] = [
    { key: 'from', title: t('flow.from'), value: link => names.get(link.source) },
    { key: 'to', title: t('flow.to'), value: link => names.get(link.target) },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: link => link.amountFen, sortable: true },
  ]
  return (
    <>
      <Chart option={option} height={Math.min(560, 200 + flow.nodes.length * 12)} label={t('overview.flow')} />
      <details className="as-table">
        <summary>{t('chart.asTable')}</summary>
        <DataTable
          caption={t('overview.flow')}
          columns={columns}
          rows={links}
          rowKey={link => `${link.source} ${link.target}`}
        />
      </details>
    </>
  )
}

/** Arranged and paid month by month: bars for the month, a line for what is paid so far. */
export function MonthDrawing({ months }: { months: Overview['months'] }) {
  const { t } = useTranslation()
  const { unit, language } = usePreferences()
  type Month = Overview['months'][number]
  const option = useMemo(() => {
    const names = new Intl.DateTimeFormat(language, { month: 'short', timeZone: 'UTC' })
    const divisor = { yuan: 1, wan: 10_000, yi: 100_000_000 }[unit]
    let soFar = '0'
    const cumulated = months.map(month => {
      soFar = sumFen([soFar, month.paidFen])
      return soFar
    })
    const point = (fen: string) => ({ value: inYuan(fen) / divisor, fen })
    return {
      tooltip: {
        trigger: 'axis',
        confine: true,
        formatter: (points: { seriesName: string; marker: string; name: string; data: { fen: string } }[]) =>
          [
            points[0]?.name ?? '',
            ...points.map(
              one => `${one.marker}${one.seriesName} ${moneyText(one.data.fen, unit)} ${t(`unit.${unit}`)}`,
            ),
          ].join('<br/>'),
      },
      legend: { top: 0, right: 0, itemWidth: 16, itemHeight: 10 },
      grid: { left: 8, right: 8, top: 34, bottom: 4, containLabel: true },
      xAxis: {
        type: 'category',
        data: months.map(month =>
          names.format(new Date(Date.UTC(2000, Number(String(month.month).slice(-2)) - 1, 15))),
        ),
        axisTick: { show: false },
      },
      yAxis: { type: 'value', name: t(`unit.${unit}`), splitLine: { lineStyle: { color: '#e6eaef' } } },
      series: [
        {
          name: t('chart.arranged'),
          type: 'bar',
          data: months.map(month => point(month.arrangedFen)),
          barMaxWidth: 16,
        },
        { name: t('chart.paid'), type: 'bar', data: months.map(month => point(month.paidFen)), barMaxWidth: 16 },
        { name: t('chart.paidSoFar'), type: 'line', data: cumulated.map(point), symbolSize: 6 },
      ],
    }
  }, [months, unit, language, t])
  if (months.length === 0) return <Nothing title={t('chart.none')} />
  const columns: Column<Month>[] = [
    { key: 'month', title: t('column.month'), value: month => String(month.month) },
    { key: 'arranged', title: t('chart.arranged'), kind: 'money', value: month => month.arrangedFen },
    { key: 'paid', title: t('chart.paid'), kind: 'money', value: month => month.paidFen },
  ]
  return (
    <>
      <Chart option={option} height={280} label={t('overview.byMonth')} />
      <details className="as-table">
        <summary>{t('chart.asTable')}</summary>
        <DataTable
          caption={t('overview.byMonth')}
          columns={columns}
          rows={months}
          rowKey={month => String(month.month)}
        />
      </details>
    </>
  )
}
