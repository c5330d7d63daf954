import { useTranslation } from 'react-i18next'
import type { GeneralLedger, GeneralRow } from '../../src/books/contract.ts'
import type { FundList } from '../../src/funds/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { useAccountName } from './account-name.ts'
import { CarryOut, ClockFilters, useClocks, ViewNote } from './view-bar.tsx'

/** 总账: account by account, month by month. */
export function GeneralPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const [filters] = useFilters()
  const path = `/divisions/${division}/general-ledger`
  const query = { year, ...useClocks(), fund: filters.fund }
  const book = useApi<GeneralLedger>(path, query)
  const funds = useApi<FundList>(`/divisions/${division}/funds`, { year })
  return (
    <>
      <PageTitle title={t('menu.generalLedger')} actions={<CarryOut path={path} query={query} />}>
        {book.data && (
          <>
            <Figure name={t('books.debits')}>
              <Money fen={book.data.totals.debitFen} strong withUnit />
            </Figure>
            <Figure name={t('books.credits')}>
              <Money fen={book.data.totals.creditFen} strong withUnit />
            </Figure>
            <Figure name={t('books.tie')}>
              {book.data.totals.debitFen === book.data.totals.creditFen ? t('books.ties') : t('books.broken')}
            </Figure>
          </>
        )}
      </PageTitle>
      <Panel>
        <div className="bar">
          <FilterBar>
            <ClockFilters />
            <ChoiceFilter
              name="fund"
              label={t('column.fund')}
              width={240}
              options={(funds.data?.rows ?? []).map(fund => ({ value: fund.id, label: `${fund.code} ${fund.name}` }))}
            />
          </FilterBar>
        </div>
        <ViewNote />
        <Loaded query={book}>{data => <Accounts book={data} />}</Loaded>
      </Panel>
    </>
  )
}

function Accounts({ book }: { book: GeneralLedger }) {
  const { t } = useTranslation()
  const nameOf = useAccountName(book.accounts)
  const [filters] = useFilters()
  const side = (row: GeneralRow) =>
    t(book.accounts.find(account => account.code === row.account)?.side === 'C' ? 'books.credit' : 'books.debit')
  const columns: Column<GeneralRow>[] = [
    {
      key: 'account',
      title: t('books.account'),
      value: row => nameOf(row.account),
      cell: row => (
        <ThingLink
          page="sub-ledger"
          search={{
            account: String(row.account),
            ...(filters.fund ? { fund: filters.fund } : {}),
            ...(row.month ? monthOf(row.month) : {}),
          }}
        >
          {nameOf(row.account)}
        </ThingLink>
      ),
    },
    { key: 'month', title: t('column.month'), value: row => row.month ?? t('table.total'), width: 90 },
    { key: 'opening', title: t('books.opening'), kind: 'money', value: row => row.openingFen },
    { key: 'debit', title: t('books.debit'), kind: 'money', value: row => row.debitFen },
    { key: 'credit', title: t('books.credit'), kind: 'money', value: row => row.creditFen },
    { key: 'closing', title: t('books.closing'), kind: 'money', value: row => row.closingFen },
    { key: 'side', title: t('books.side'), value: side, width: 70 },
  ]
  return (
    <DataTable
      caption={t('menu.generalLedger')}
      columns={columns}
      rows={book.rows}
      rowKey={row => `${row.account} ${row.month}`}
      rowClass={row => (row.month === null ? 'row-total' : undefined)}
      empty={<Nothing title={t('books.none')} hint={t('books.noneHint')} />}
    />
  )
}

function monthOf(month: string): { from: string; to: string } {
  const [year = 0, number = 0] = month.split('-').map(Number)
  return { from: `${month}-01`, to: new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10) }
}
