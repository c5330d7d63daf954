import { Link } from '@tanstack/react-router'
import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import type {
  DivisionPage as Answer,
  Change,
  Changes,
  Tree,
  TreeNode,
  VersionView,
} from '../../src/divisions/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useMay, useSession } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Facts } from '../ui/facts.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

/** 区划: what it is, how it came to be so, the tree below it on any day, and the orders that changed it. */
export function DivisionPage() {
  const { t } = useTranslation()
  const { division, at } = usePlace()
  const may = useMay()
  const page = useApi<Answer>(`/divisions/${division}`)
  const changes = useApi<Changes>(`/divisions/${division}/changes`)
  return (
    <>
      <PageTitle
        title={t('places.title')}
        of={page.data?.name}
        actions={
          may('divisions.change') && (
            <>
              <Link to={at('division/change') as string} className="button-link">
                {t('places.change')}
              </Link>
              <Link to={at('division/hand-over') as string} className="button-link">
                {t('places.handOver')}
              </Link>
            </>
          )
        }
      />
      <Loaded query={page}>{data => <Standing page={data} />}</Loaded>
      <TreePanel />
      <Panel title={t('places.changes')}>
        <Loaded query={changes}>{data => <ChangeTable rows={data.rows} />}</Loaded>
      </Panel>
    </>
  )
}

function Standing({ page }: { page: Answer }) {
  const { t } = useTranslation()
  const columns: Column<VersionView>[] = [
    { key: 'from', title: t('places.from'), value: one => one.from },
    { key: 'to', title: t('places.to'), value: one => one.to ?? t('places.untilNow') },
    { key: 'code', title: t('column.code'), value: one => one.code },
    { key: 'name', title: t('base.name'), value: one => one.name },
    { key: 'level', title: t('column.level'), value: one => t(`level.${one.level}`) },
    { key: 'admin', title: t('places.adminParent'), value: one => one.administrativeParent },
    { key: 'fiscal', title: t('places.fiscalParent'), value: one => one.fiscalParent },
    { key: 'document', title: t('places.number'), value: one => one.document },
  ]
  return (
    <Panel title={t('places.history')}>
      {page.endedOn && (
        <p className="notice" role="note">
          {t('places.ended', { on: page.endedOn })}
        </p>
      )}
      <Facts
        facts={[
          { name: t('column.code'), value: page.code },
          { name: t('column.level'), value: t(`level.${page.level}`) },
          { name: t('places.adminParent'), value: page.administrativeParent?.name ?? t('places.none') },
          { name: t('places.fiscalParent'), value: page.fiscalParent?.name ?? t('places.none') },
          { name: t('places.goLive'), value: page.goLive },
        ]}
      />
      <DataTable caption={t('places.history')} columns={columns} rows={page.history} rowKey={one => one.from} />
    </Panel>
  )
}

function TreePanel() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const { today } = useSession()
  const [filters, change] = useFilters()
  // A year's tree is that of its last day, or of today while it runs.
  const on = filters.on ?? (`${year}-12-31` < today ? `${year}-12-31` : today)
  const tree = useApi<Tree>(`/divisions/${division}/tree`, { on })
  return (
    <Panel
      title={t('places.tree')}
      extra={
        <DatePicker
          size="small"
          allowClear={false}
          aria-label={t('places.treeOn')}
          value={dayjs(on)}
          onChange={day => change({ on: day?.format('YYYY-MM-DD') })}
        />
      }
    >
      <Loaded query={tree}>{data => <TreeTable nodes={data.nodes} />}</Loaded>
    </Panel>
  )
}

/** Each below its administrative parent, else its fiscal one; depth by indentation. */
function TreeTable({ nodes }: { nodes: readonly TreeNode[] }) {
  const { t } = useTranslation()
  const known = new Map(nodes.map(node => [node.code, node]))
  const above = (node: TreeNode) =>
    [node.administrativeParent, node.fiscalParent].find(code => code !== null && known.has(code)) ?? null
  const rows: (TreeNode & { depth: number })[] = []
  const walk = (parent: string | null, depth: number): void => {
    for (const node of nodes)
      if (above(node) === parent && rows.length <= nodes.length) {
        rows.push({ ...node, depth })
        walk(node.code, depth + 1)
      }
  }
  walk(null, 0)
  const columns: Column<(typeof rows)[number]>[] = [
    {
      key: 'name',
      title: t('base.name'),
      value: one => one.name,
      cell: one => (
        <span style={{ paddingLeft: one.depth * 20 }}>
          <ThingLink page="division" division={one.code}>
            {one.name}
          </ThingLink>
          {one.endedOn && <span className="tag tag-warn">{t('places.endedBooks', { on: one.endedOn })}</span>}
        </span>
      ),
    },
    { key: 'code', title: t('column.code'), value: one => one.code },
    { key: 'level', title: t('column.level'), value: one => t(`level.${one.level}`) },
    {
      key: 'fiscal',
      title: t('places.fiscalParent'),
      value: one => (one.fiscalParent && known.get(one.fiscalParent)?.name) ?? null,
    },
  ]
  return <DataTable caption={t('places.tree')} columns={columns} rows={rows} rowKey={one => one.code} />
}

function ChangeTable({ rows }: { rows: readonly Change[] }) {
  const { t } = useTranslation()
  const names = (of: Change['from']) => of.map(one => `${one.name} ${one.code}`).join(t('fault.join'))
  const columns: Column<Change>[] = [
    { key: 'on', title: t('places.effectiveOn'), value: one => one.effectiveOn },
    { key: 'kind', title: t('places.kindTitle'), value: one => t(`places.kind.${one.kind}`) },
    { key: 'from', title: t('places.before'), wrap: true, value: one => names(one.from) },
    { key: 'into', title: t('places.after'), wrap: true, value: one => names(one.into) },
    {
      key: 'document',
      title: t('base.document'),
      wrap: true,
      value: one => `${one.document.number} ${one.document.title}`,
    },
  ]
  return (
    <DataTable
      caption={t('places.changes')}
      columns={columns}
      rows={rows}
      rowKey={one => String(one.id)}
      empty={<Nothing title={t('places.noChanges')} hint={t('places.noChangesHint')} />}
    />
  )
}
