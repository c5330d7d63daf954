import { useTranslation } from 'react-i18next'
import type { BookEvent, BookPage } from '../../src/ledger/contract.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { beijingTime } from '../ui/dates.ts'
import { Nothing } from '../ui/loaded.tsx'
import { Panel } from '../ui/page-title.tsx'

/** All that was done to a book, latest first. */
export function EventsPanel({ book }: { book: BookPage }) {
  const { t } = useTranslation()
  const columns: Column<BookEvent>[] = [
    { key: 'no', title: '#', kind: 'number', value: event => event.no, width: 40 },
    { key: 'kind', title: t('book.what'), value: event => t(`bookEvent.${event.kind}`) },
    { key: 'day', title: t('book.day'), value: event => event.day, width: 96 },
    {
      key: 'reason',
      title: t('book.reason'),
      wrap: true,
      value: event =>
        [
          event.reason,
          event.documentNumber,
          event.kind === 'lock' &&
            event.findings &&
            t('book.standingShort', {
              unsealed: event.findings.unsealedBatches,
              waiting: event.findings.waitingPayments,
              scans: event.findings.documentsWithoutScan,
              transfers: event.findings.openTransfers,
            }),
        ]
          .filter(Boolean)
          .join(' · '),
    },
    { key: 'who', title: t('book.who'), value: event => event.actor },
    { key: 'at', title: t('book.at'), value: event => beijingTime(event.recordedAt) },
  ]
  return (
    <Panel title={t('book.events')}>
      <DataTable
        caption={t('book.events')}
        columns={columns}
        rows={book.events}
        rowKey={event => String(event.no)}
        empty={<Nothing title={t('book.noEvents')} hint={t('book.noEventsHint')} />}
      />
    </Panel>
  )
}
