import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { TransferView } from '../../src/allotments/answers.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { sumFen } from '../ui/format-money.ts'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import type { TransfersAnswer } from './api.ts'

/** What superiors have passed down to this division: taken, and still on its way. */
export function TransfersPage() {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const may = useMay()
  const [filters] = useFilters()
  const state = filters.state === 'all' ? 'all' : 'waiting'
  const path = `/divisions/${division}/transfers`
  const query = { year, state }
  const listing = useListing<TransfersAnswer>(path, query)
  const rows = listing.data?.pages.flatMap(page => page.rows) ?? []
  const columns: Column<TransferView>[] = [
    { key: 'number', title: t('column.documentNumber'), value: row => row.documentNumber },
    { key: 'title', title: t('allotment.documentTitle'), value: row => row.documentTitle, wrap: true },
    {
      key: 'sender',
      title: t('transfers.sender'),
      value: row => row.sender?.name ?? row.senderName ?? t('transfers.outside'),
    },
    {
      key: 'way',
      title: t('across.way'),
      value: row => t(row.across ? 'across.horizontal' : 'across.vertical'),
      width: 84,
    },
    {
      key: 'fund',
      title: t('column.fund'),
      wrap: true,
      value: row => row.fund.name,
      cell: row => <ThingLink page={`funds/${row.fund.id}`}>{row.fund.name}</ThingLink>,
    },
    { key: 'direct', title: t('allotment.direct'), value: row => (row.direct ? t('yes') : null), width: 64 },
    { key: 'dated', title: t('column.dated'), value: row => row.dated, width: 96 },
    { key: 'sent', title: t('transfers.sent'), kind: 'money', value: row => row.sentFen },
    { key: 'taken', title: t('transfers.taken'), kind: 'money', value: row => row.takenFen },
    { key: 'inTransit', title: t('transfers.inTransit'), kind: 'money', value: row => row.inTransitFen },
    ...(may('allotments.write')
      ? [
          {
            key: 'receive',
            title: t('column.action'),
            value: () => '',
            width: 80,
            cell: (row: TransferView) =>
              BigInt(row.inTransitFen) > 0n ? (
                <Link
                  to={at(row.across ? 'across/new/receive-across' : 'allotments/new/receive') as string}
                  search={{ transfer: row.id } as never}
                >
                  {t('form.receive')}
                </Link>
              ) : (
                <span className="dim">{t('transfers.allTaken')}</span>
              ),
          },
        ]
      : []),
  ]
  return (
    <>
      <PageTitle
        title={t('menu.transfers')}
        actions={
          may('allotments.write') &&
          (['send-across', 'receive-across'] as const).map(form => (
            <Link key={form} to={at(`across/new/${form}`) as string} className="step-link">
              {t(form === 'send-across' ? 'across.sendTitle' : 'across.receiveTitle')}
            </Link>
          ))
        }
      >
        {listing.data && !listing.hasNextPage && (
          <>
            <Figure name={t('transfers.lines')}>{rows.length}</Figure>
            <Figure name={t('transfers.sent')}>
              <Money fen={sumFen(rows.map(row => row.sentFen))} strong />
            </Figure>
            <Figure name={t('transfers.inTransit')}>
              <Money fen={sumFen(rows.map(row => row.inTransitFen))} strong />
            </Figure>
          </>
        )}
      </PageTitle>
      <Panel>
        <div className="bar">
          <FilterBar>
            <ChoiceFilter
              name="state"
              label={t('transfers.waiting')}
              width={180}
              options={[
                { value: 'waiting', label: t('transfers.waiting') },
                { value: 'all', label: t('transfers.everything') },
              ]}
            />
          </FilterBar>
        </div>
        <ListedTable<TransferView, TransfersAnswer>
          path={path}
          query={query}
          listing={listing}
          caption={t('menu.transfers')}
          columns={columns}
          rowKey={row => row.id}
          empty={
            <Nothing
              title={t(state === 'all' ? 'transfers.none' : 'transfers.noneWaiting')}
              hint={t('transfers.noneHint')}
            />
          }
        />
      </Panel>
    </>
  )
}
