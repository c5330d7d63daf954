import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Reconciliation, ReconciliationDifference } from '../../src/books/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { Facts } from '../ui/facts.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { beijing } from './reconciliations-page.tsx'
import { CarryOut } from './view-bar.tsx'

interface Answer {
  record: Reconciliation
  rows: ReconciliationDifference[]
  next: string | null
}
const REASONS = ['missing-here', 'missing-there', 'amount-differs'] as const

/** One reconciliation, as it was found then, with every difference. */
export function ReconciliationPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { reconciliation } = useParams({ strict: false }) as { reconciliation: string }
  const [filters] = useFilters()
  const path = `/divisions/${division}/reconciliations/${reconciliation}`
  const query = { reason: filters.reason }
  const listing = useListing<Answer>(path, query)
  const record = listing.data?.pages[0]?.record
  const columns: Column<ReconciliationDifference>[] = [
    { key: 'no', title: t('books.no'), kind: 'number', value: row => row.no, width: 60 },
    { key: 'reason', title: t('books.reason'), value: row => t(`books.reasons.${row.reason}`) },
    { key: 'row', title: t('books.rowNo'), kind: 'number', value: row => row.rowNo, width: 80 },
    {
      key: 'subject',
      title: t('books.subject'),
      wrap: true,
      value: row => row.subject,
      cell: row =>
        row.allotment ? <ThingLink page={`allotments/${row.allotment}`}>{row.subject}</ThingLink> : row.subject,
    },
    { key: 'name', title: t('books.what'), value: row => row.name, wrap: true },
    { key: 'here', title: t('books.here'), kind: 'money', value: row => row.hereFen },
    { key: 'there', title: t('books.there'), kind: 'money', value: row => row.thereFen },
    {
      key: 'difference',
      title: t('books.change'),
      kind: 'money',
      value: row => String(BigInt(row.hereFen ?? 0) - BigInt(row.thereFen ?? 0)),
    },
  ]
  return (
    <>
      <PageTitle
        title={t('menu.reconciliations')}
        of={record ? t(`books.sheet.${record.kind}`) : undefined}
        actions={<CarryOut path={path} query={query} />}
      >
        {record && (
          <>
            <Figure name={t('books.differences')}>{record.differenceCount}</Figure>
            <Figure name={t('books.agreeing')}>{record.rowsAgreeing}</Figure>
            <Figure name={t('books.here')}>
              <Money fen={record.hereFen} strong withUnit />
            </Figure>
            <Figure name={t('books.there')}>
              <Money fen={record.thereFen} strong withUnit />
            </Figure>
          </>
        )}
      </PageTitle>
      {record && (
        <Panel>
          <Facts
            facts={[
              { name: t('books.file'), value: record.fileName },
              { name: t('books.rowsRead'), value: record.rowsRead },
              { name: t('books.actor'), value: record.actor },
              { name: t('books.recordedAt'), value: beijing(record.recordedAt) },
            ]}
          />
        </Panel>
      )}
      <Panel title={t('books.differences')}>
        <div className="bar">
          <FilterBar>
            <ChoiceFilter
              name="reason"
              label={t('books.reason')}
              options={REASONS.map(one => ({ value: one, label: t(`books.reasons.${one}`) }))}
            />
          </FilterBar>
        </div>
        <ListedTable<ReconciliationDifference, Answer>
          path={path}
          query={query}
          listing={listing}
          caption={t('books.differences')}
          columns={columns}
          rowKey={row => String(row.no)}
          empty={<Nothing title={t('books.allAgree')} />}
        />
      </Panel>
    </>
  )
}
