import { useTranslation } from 'react-i18next'
import { type BalanceGroup, type BalanceSheet, ORIGINS, type SourceRow } from '../../src/books/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { percentText, sumFen } from '../ui/format-money.ts'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money, Rate } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { useAccountName } from './account-name.ts'
import { CarryOut, ClockFilters, useClocks, ViewNote } from './view-bar.tsx'

const GROUPED = ['fund', 'subject', 'level', 'division'] as const

/** 收支平衡表: where the year's money came from and where it stands; both sides tie. */
export function BalancePage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const [filters] = useFilters()
  const by = GROUPED.find(one => one === filters.by) ?? 'fund'
  const path = `/divisions/${division}/balance-sheet`
  const query = { year, ...useClocks(), by }
  const sheet = useApi<BalanceSheet>(path, query)
  return (
    <>
      <PageTitle title={t('menu.balanceSheet')} actions={<CarryOut path={path} query={query} />}>
        {sheet.data && (
          <>
            <Figure name={t('books.sources')}>
              <Money fen={sheet.data.sourcesFen} strong withUnit />
            </Figure>
            <Figure name={t('books.uses')}>
              <Money fen={sheet.data.usesFen} strong withUnit />
            </Figure>
            <Figure name={t('books.tie')}>
              {sheet.data.sourcesFen === sheet.data.usesFen ? t('books.ties') : t('books.broken')}
            </Figure>
            <Figure name={t('overview.rate')}>
              <Rate part={sheet.data.execution.paidFen} whole={sheet.data.execution.executableFen} />
            </Figure>
          </>
        )}
      </PageTitle>
      <Panel>
        <div className="bar">
          <FilterBar>
            <ClockFilters />
            <ChoiceFilter
              name="by"
              label={t('books.by.fund')}
              options={GROUPED.map(one => ({ value: one, label: t(`books.by.${one}`) }))}
            />
          </FilterBar>
        </div>
        <ViewNote />
        <Loaded query={sheet}>{data => <Sides sheet={data} />}</Loaded>
      </Panel>
      {sheet.data && sheet.data.groups.length > 0 && (
        <Panel title={t(`books.by.${by}`)}>
          <Groups sheet={sheet.data} by={by} />
          <p className="under">{t('books.movedHint')}</p>
          <p className="under">{t('books.rateHint')}</p>
        </Panel>
      )}
    </>
  )
}

function Sides({ sheet }: { sheet: BalanceSheet }) {
  const { t } = useTranslation()
  const said = useSaid()
  const nameOf = useAccountName(sheet.accounts)
  const origin = (row: SourceRow) =>
    `${said(ORIGINS[row.origin]) || row.origin}${row.advance ? t('books.advance') : ''}`
  const sources: Column<SourceRow>[] = [
    { key: 'origin', title: t('books.source'), value: origin },
    { key: 'level', title: t('column.sourceLevel'), value: row => t(`level.${row.sourceLevel}`) },
    { key: 'fen', title: t('column.amount'), kind: 'money', value: row => row.fen, total: sheet.sourcesFen },
  ]
  type Use = BalanceSheet['uses'][number]
  const uses: Column<Use>[] = [
    {
      key: 'account',
      title: t('books.use'),
      value: row => nameOf(row.account),
      cell: row => (
        <ThingLink page="sub-ledger" search={{ account: String(row.account) }}>
          {nameOf(row.account)}
        </ThingLink>
      ),
    },
    { key: 'fen', title: t('column.amount'), kind: 'money', value: row => row.fen, total: sheet.usesFen },
  ]
  const empty = <Nothing title={t('books.none')} hint={t('books.noneHint')} />
  return (
    <div className="columns columns-even">
      <DataTable
        caption={t('books.sources')}
        columns={sources}
        rows={sheet.sources}
        rowKey={row => `${row.origin} ${row.sourceLevel} ${row.advance}`}
        empty={empty}
      />
      <DataTable
        caption={t('books.uses')}
        columns={uses}
        rows={sheet.uses}
        rowKey={row => String(row.account)}
        empty={empty}
      />
    </div>
  )
}

function Groups({ sheet, by }: { sheet: BalanceSheet; by: (typeof GROUPED)[number] }) {
  const { t } = useTranslation()
  const nameOf = useAccountName(sheet.accounts)
  const used = sheet.accounts.filter(account => sheet.groups.some(group => group.uses[account.code]))
  const columns: Column<BalanceGroup>[] = [
    ...(by === 'level'
      ? []
      : [{ key: 'key', title: t('column.code'), value: (row: BalanceGroup) => row.key, width: 90 }]),
    {
      key: 'name',
      title: t(`books.one.${by}`),
      wrap: true,
      value: row => (by === 'level' ? t(`level.${row.key}`) : row.name || t('books.noSubject')),
    },
    { key: 'sources', title: t('books.sources'), kind: 'money', value: row => row.sourcesFen, sortable: true },
    { key: 'moved', title: t('books.moved'), kind: 'money', value: row => row.movedFen },
    ...used.map(
      (account): Column<BalanceGroup> => ({
        key: String(account.code),
        title: nameOf(account.code),
        kind: 'money',
        value: row => row.uses[account.code] ?? '0',
      }),
    ),
    {
      key: 'uses',
      title: t('books.uses'),
      kind: 'money',
      value: row => sumFen(Object.values(row.uses)),
      sortable: true,
    },
    { key: 'executable', title: t('overview.executable'), kind: 'money', value: row => row.executableFen },
    {
      key: 'rate',
      title: t('overview.rate'),
      kind: 'number',
      value: row => percentText(row.paidFen, row.executableFen),
      cell: row => <Rate part={row.paidFen} whole={row.executableFen} bare />,
    },
  ]
  return (
    <DataTable
      caption={t(`books.by.${by}`)}
      columns={columns}
      rows={sheet.groups}
      rowKey={row => row.key || row.name || '—'}
    />
  )
}
