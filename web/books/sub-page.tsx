import { useTranslation } from 'react-i18next'
import type { LinePage } from '../../src/allotments/answers.ts'
import type { AccountName, GeneralLedger, SubLedger, SubRow } from '../../src/books/contract.ts'
import type { FundList } from '../../src/funds/contract.ts'
import type { ProjectPage } from '../../src/projects/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { ChipFilter, ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { useAccountName } from './account-name.ts'
import { CarryOut, ClockFilters, useClocks, ViewNote } from './view-bar.tsx'

/** 明细账: every movement in the order of the days, with the balance after each. */
export function SubPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const [filters] = useFilters()
  const { account, fund, agency, project, allotment } = filters
  const chosen = Boolean(account || fund || agency || project || allotment)
  const path = `/divisions/${division}/sub-ledger`
  const query = { year, ...useClocks(), account, fund, agency, project, allotment }
  // The names of all accounts, before one is chosen: a general ledger of no days is only its chart.
  const chart = useApi<GeneralLedger>(`/divisions/${division}/general-ledger`, { year, to: '1950-01-01' })
  const funds = useApi<FundList>(`/divisions/${division}/funds`, { year })
  // What is filtered by is shown by the name that it is known under.
  const line = useApi<LinePage>(allotment ? `/divisions/${division}/allotments/${allotment}` : null)
  const work = useApi<ProjectPage>(project ? `/divisions/${division}/projects/${project}` : null, { year })
  const accounts = chart.data?.accounts ?? []
  const nameOf = useAccountName(accounts)
  return (
    <>
      <PageTitle
        title={t('menu.subLedger')}
        of={account ? nameOf(Number(account)) : undefined}
        actions={chosen ? <CarryOut path={path} query={query} /> : undefined}
      />
      <Panel>
        <div className="bar">
          <FilterBar>
            <ChoiceFilter
              name="account"
              label={t('books.account')}
              width={200}
              options={accounts.map(one => ({ value: String(one.code), label: nameOf(one.code) }))}
            />
            <ChoiceFilter
              name="fund"
              label={t('column.fund')}
              width={200}
              options={(funds.data?.rows ?? []).map(one => ({ value: one.id, label: `${one.code} ${one.name}` }))}
            />
            <ChipFilter name="agency" label={t('column.agency')} value={undefined} />
            <ChipFilter name="project" label={t('column.project')} value={work.data?.name} />
            <ChipFilter name="allotment" label={t('books.line')} value={line.data?.line.document.number} />
            <ClockFilters />
          </FilterBar>
        </div>
        {chosen ? (
          <>
            <ViewNote />
            <Rows path={path} query={query} accounts={accounts} />
          </>
        ) : (
          <Nothing title={t('books.choose')} hint={t('books.chooseHint')} />
        )}
      </Panel>
    </>
  )
}

function Rows({
  path,
  query,
  accounts,
}: {
  path: string
  query: Parameters<typeof useListing>[1]
  accounts: readonly AccountName[]
}) {
  const { t } = useTranslation()
  const said = useSaid()
  const nameOf = useAccountName(accounts)
  const listing = useListing<SubLedger>(path, query)
  const columns: Column<SubRow>[] = [
    { key: 'day', title: t('books.day'), value: row => row.effectiveOn, width: 92 },
    { key: 'entry', title: t('books.entry'), value: row => `${row.batch}/${row.line}`, width: 80 },
    { key: 'form', title: t('column.form'), value: row => said(row.formName) },
    {
      key: 'number',
      title: t('column.documentNumber'),
      value: row => row.documentNumber,
      cell: row =>
        row.documentNumber ? (
          <ThingLink page={`allotments/${row.allotment}`}>{row.documentNumber}</ThingLink>
        ) : (
          <ThingLink page={`allotments/${row.allotment}`}>{t('allotments.noNumber')}</ThingLink>
        ),
    },
    {
      key: 'what',
      title: t('books.what'),
      wrap: true,
      value: row => [row.fund, row.agency, row.project, row.payee].filter(Boolean).join(' · '),
    },
    ...(query.account
      ? []
      : [{ key: 'account', title: t('books.account'), value: (row: SubRow) => nameOf(row.account) }]),
    { key: 'against', title: t('books.against'), value: row => nameOf(row.against) },
    { key: 'debit', title: t('books.debit'), kind: 'money', value: row => row.debitFen },
    { key: 'credit', title: t('books.credit'), kind: 'money', value: row => row.creditFen },
    { key: 'balance', title: t('books.balance'), kind: 'money', value: row => row.balanceFen },
  ]
  return (
    <>
      {listing.data && (
        <div className="figure-line">
          <Figure name={t('books.opening')}>
            <Money fen={listing.data.pages[0]?.openingFen ?? '0'} strong />
          </Figure>
        </div>
      )}
      <ListedTable<SubRow, SubLedger>
        path={path}
        query={query}
        listing={listing}
        caption={t('menu.subLedger')}
        columns={columns}
        rowKey={row => `${row.batch}/${row.line}/${row.account}/${row.allotment}`}
        empty={<Nothing title={t('books.none')} hint={t('books.noneHint')} />}
      />
    </>
  )
}
