import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AccountView, BaseData, ChartAnswer, EditionView, OrderView, Template } from '../../src/base/contract.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { useMay } from '../shell/session.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { EditionChangesPanel } from './edition-changes.tsx'
import { IssueCatalogue } from './issue-catalogue.tsx'
import { SubAccounts } from './sub-accounts.tsx'

/** 基础信息: what is issued by whom, in force when, locked; and what this division added of its own. */
export function BaseDataPage() {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const may = useMay()
  const [edition, setEdition] = useState<EditionView | null>(null)
  const issued = useApi<BaseData>(`/divisions/${division}/base-data`, { year })
  const chart = useApi<ChartAnswer>(`/divisions/${division}/chart`, { year })
  return (
    <>
      <PageTitle
        title={t('base.title')}
        actions={
          may('base.issue') && (
            <Link to={at('imports') as string} search={{ kind: 'chart' } as never} className="button-link">
              {t('base.load')}
            </Link>
          )
        }
      />
      <p className="form-about">{t('base.about')}</p>
      <Panel title={t('base.editions')}>
        <Loaded query={issued}>{data => <Editions rows={data.editions} open={setEdition} />}</Loaded>
      </Panel>
      {edition && <EditionChangesPanel edition={edition} close={() => setEdition(null)} />}
      <IssueCatalogue />
      <Panel title={t('base.templates')}>
        <Loaded query={issued}>{data => <Templates rows={data.templates} />}</Loaded>
      </Panel>
      <Loaded query={chart}>
        {data => (
          <>
            <Panel title={data.charts[0] ? t('base.chartOf', { name: data.charts[0].name }) : t('base.chart')}>
              <Accounts rows={data.accounts} />
            </Panel>
            <SubAccounts chart={data} />
            <Panel title={t('base.orders')}>
              <Orders rows={data.orders} />
            </Panel>
          </>
        )}
      </Loaded>
    </>
  )
}

/** From when to when, in words. */
export function useYears(): (of: { firstYear: number; lastYear: number | null }) => string {
  const { t } = useTranslation()
  return of =>
    of.lastYear === null
      ? t('base.yearsOf', { first: of.firstYear })
      : t('base.yearsBetween', { first: of.firstYear, last: of.lastYear })
}

function Editions({ rows, open }: { rows: readonly EditionView[]; open: (one: EditionView) => void }) {
  const { t } = useTranslation()
  const years = useYears()
  const columns: Column<EditionView>[] = [
    { key: 'kind', title: t('places.kindTitle'), value: one => t(`base.kind.${one.kind}`), carried: true },
    {
      key: 'name',
      title: t('base.name'),
      wrap: true,
      value: one => one.name,
      cell: one => (
        <>
          <span className="tag">{t(`base.kind.${one.kind}`)}</span>{' '}
          {one.kind === 'catalogue' ? (
            <Button type="link" size="small" onClick={() => open(one)}>
              {one.name}
            </Button>
          ) : (
            one.name
          )}
        </>
      ),
    },
    { key: 'issuer', title: t('base.issuer'), value: one => one.issuer?.name ?? t('base.ministry') },
    {
      key: 'document',
      title: t('base.document'),
      wrap: true,
      value: one => `${one.document.number} ${one.document.title}`,
    },
    { key: 'dated', title: t('places.dated'), value: one => one.document.dated },
    { key: 'years', title: t('base.years'), value: years },
    { key: 'lines', title: t('base.lines'), kind: 'number', value: one => String(one.lines) },
    { key: 'state', title: t('base.state'), value: one => t(one.inForce ? 'base.inForce' : 'base.notInForce') },
  ]
  return (
    <DataTable
      caption={t('base.editions')}
      columns={columns}
      rows={rows}
      rowKey={one => String(one.id)}
      empty={<Nothing title={t('base.noEditions')} hint={t('base.noEditionsHint')} />}
    />
  )
}

function Templates({ rows }: { rows: readonly Template[] }) {
  const { t } = useTranslation()
  const years = useYears()
  const columns: Column<Template>[] = [
    { key: 'code', title: t('column.code'), value: one => one.code },
    { key: 'name', title: t('base.name'), value: one => one.name, wrap: true },
    { key: 'owner', title: t('base.owner'), value: one => one.owner?.name ?? t('base.ministry') },
    { key: 'years', title: t('base.years'), value: years },
    {
      key: 'fields',
      title: t('base.fields'),
      wrap: true,
      value: one => one.fields.map(field => field.title).join(t('fault.join')),
    },
    { key: 'state', title: t('base.state'), value: one => t(one.locked ? 'base.locked' : 'base.own') },
  ]
  return (
    <DataTable
      caption={t('base.templates')}
      columns={columns}
      rows={rows}
      rowKey={one => String(one.id)}
      empty={<Nothing title={t('base.noTemplates')} />}
    />
  )
}

function Accounts({ rows }: { rows: readonly AccountView[] }) {
  const { t } = useTranslation()
  const said = useSaid()
  const columns: Column<AccountView>[] = [
    { key: 'code', title: t('column.code'), value: one => one.shownCode },
    { key: 'name', title: t('base.account'), value: one => said(one.name) },
    { key: 'side', title: t('base.side'), value: one => t(`base.${one.side}`) },
    { key: 'codes', title: t('base.codes'), value: one => one.codes.join(t('fault.join')) },
    { key: 'state', title: t('base.state'), value: () => t('base.locked') },
  ]
  return <DataTable caption={t('base.chart')} columns={columns} rows={rows} rowKey={one => one.shownCode} />
}

function Orders({ rows }: { rows: readonly OrderView[] }) {
  const { t } = useTranslation()
  const said = useSaid()
  const years = useYears()
  const side = (of: OrderView['debit']) => `${of.code} ${said(of)}`.trim()
  const columns: Column<OrderView>[] = [
    { key: 'form', title: t('column.form'), value: one => said(one.name) },
    { key: 'step', title: t('base.step'), value: one => String(one.step) },
    { key: 'debit', title: t('column.debit'), value: one => side(one.debit) },
    { key: 'credit', title: t('column.credit'), value: one => side(one.credit) },
    { key: 'years', title: t('base.years'), value: years },
    { key: 'document', title: t('base.document'), value: one => one.document ?? t('base.shipped') },
    { key: 'state', title: t('base.state'), value: () => t('base.locked') },
  ]
  return (
    <DataTable caption={t('base.orders')} columns={columns} rows={rows} rowKey={one => `${one.form} ${one.step}`} />
  )
}
