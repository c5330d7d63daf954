import { useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { FundMap, MapNode } from '../../src/funds/contract.ts'
import { usePlace } from '../shell/place.ts'
import { usePreferences } from '../shell/preferences.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { Chart } from '../ui/chart.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { sankeyOption } from '../ui/sankey.ts'
import { useApi } from '../ui/use-api.ts'

/** 关联图: a fund from the centre down to the county, with what was registered, passed down and paid at each place. */
export function FundMapPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const { fund } = useParams({ strict: false }) as { fund: string }
  const query = useApi<FundMap>(`/divisions/${division}/funds/${fund}/map`, { year })
  const self = query.data?.nodes.find(node => node.fund === fund)
  return (
    <>
      <PageTitle
        title={t('mapping.map')}
        of={self?.name}
        actions={<Button onClick={() => window.print()}>{t('mapping.print')}</Button>}
      />
      <Loaded query={query}>
        {map => (
          <>
            <Panel title={t('mapping.picture')}>
              <Picture map={map} />
            </Panel>
            <Panel title={t('mapping.table')}>
              <MapTable nodes={map.nodes} self={fund} />
            </Panel>
            <Panel title={t('mapping.history')}>
              <History rows={map.history} />
            </Panel>
          </>
        )}
      </Loaded>
    </>
  )
}

function Picture({ map }: { map: FundMap }) {
  const { t } = useTranslation()
  const { unit, language } = usePreferences()
  // biome-ignore lint/correctness/useExhaustiveDependencies: words change with the language alone
  const option = useMemo(() => {
    const names = new Map<string, string>()
    for (const flow of map.flows) {
      names.set(flow.from, flow.fromName || `${t('mapping.outside')} · ${t(`level.${flow.from.split(':')[1]}`)}`)
      names.set(flow.to, flow.toName)
    }
    const links = map.flows.map(({ from, to, amountFen }) => ({ source: from, target: to, amountFen }))
    return sankeyOption({ names, links, unit, unitName: t(`unit.${unit}`), right: 220, nameWidth: 210 })
  }, [map, unit, language])
  if (map.flows.length === 0) return <Nothing title={t('mapping.noFlow')} />
  const places = new Set(map.flows.flatMap(flow => [flow.from, flow.to])).size
  return <Chart option={option} height={Math.min(900, 160 + places * 22)} label={t('mapping.picture')} />
}

interface Row {
  key: string
  node: MapNode
  division: MapNode['divisions'][number] | null
  depth: number
}

function MapTable({ nodes, self }: { nodes: readonly MapNode[]; self: string }) {
  const { t } = useTranslation()
  const rows: Row[] = nodes.flatMap(node => [
    { key: node.fund, node, division: null, depth: node.depth },
    ...node.divisions.map(division => ({
      key: `${node.fund} ${division.code}`,
      node,
      division,
      depth: node.depth + 1,
    })),
  ])
  const columns: Column<Row>[] = [
    {
      key: 'fund',
      title: t('column.fund'),
      wrap: true,
      value: row => (row.division ? row.division.name : `${row.node.code} ${row.node.name}`),
      cell: row => (
        <span style={{ paddingLeft: row.depth * 20 }}>
          {row.division ? (
            <span className="dim">
              <ThingLink page={`funds/${row.node.fund}`} division={row.division.code}>
                {row.division.name}
              </ThingLink>
            </span>
          ) : row.node.fund === self ? (
            <strong>
              {row.node.code} {row.node.name}
            </strong>
          ) : (
            <ThingLink page={`funds/${row.node.fund}/map`}>
              {row.node.code} {row.node.name}
            </ThingLink>
          )}
        </span>
      ),
    },
    { key: 'owner', title: t('mapping.owner'), value: row => (row.division ? '' : row.node.owner.name) },
    { key: 'level', title: t('column.level'), value: row => t(`level.${(row.division ?? row.node).level}`) },
    {
      key: 'registered',
      title: t('funds.registered'),
      kind: 'money',
      value: row => (row.division ?? row.node).registeredFen,
    },
    { key: 'passed', title: t('stage.passed'), kind: 'money', value: row => row.division?.passedFen },
    { key: 'paid', title: t('stage.paid'), kind: 'money', value: row => (row.division ?? row.node).paidFen },
  ]
  return <DataTable caption={t('mapping.table')} columns={columns} rows={rows} rowKey={row => row.key} />
}

const DECIDED: Record<string, string> = { mapped: 'mapping.mappedTo', local: 'mapping.local', open: 'mapping.open' }

function History({ rows }: { rows: FundMap['history'] }) {
  const { t } = useTranslation()
  const columns: Column<FundMap['history'][number]>[] = [
    { key: 'since', title: t('mapping.since'), value: one => one.since },
    { key: 'decided', title: t('mapping.decided'), value: one => t(DECIDED[one.decided] ?? '') },
    { key: 'superior', title: t('funds.superior'), value: one => one.superior, wrap: true },
    { key: 'by', title: t('mapping.by'), value: one => one.actor },
  ]
  return (
    <DataTable
      caption={t('mapping.history')}
      columns={columns}
      rows={rows}
      rowKey={(one, index) => `${one.since} ${index}`}
      empty={<Nothing title={t('mapping.noHistory')} />}
    />
  )
}
