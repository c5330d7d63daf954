import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { get, type Query } from '../shell/api.ts'
import { type Column, DataTable } from './data-table.tsx'
import { FaultNotice } from './fault-notice.tsx'
import { Waiting } from './loaded.tsx'

/** A list as the server answers it: some rows, where the next begin, and what belongs to all of them. */
export interface Listing<Row> {
  rows: Row[]
  next?: string | null
}

/** The most rows that one export takes from the browser; larger ones are a report's work. */
const EXPORT_ROWS = 50_000

/** A list read by keyset, page after page, with its filters. */
export function useListing<Answer extends Listing<unknown>>(
  path: string,
  query: Query,
  more: { refetchInterval?: number } = {},
) {
  return useInfiniteQuery({
    queryKey: [path, query],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => get<Answer>(path, { ...query, after: pageParam }, signal),
    getNextPageParam: page => page.next ?? undefined,
    placeholderData: keepPreviousData,
    ...more,
  })
}

/** A list page's table: reads on by a button, exports to its end. */
export function ListedTable<Row, Answer extends Listing<Row>>({
  path,
  query,
  listing,
  columns,
  caption,
  rowKey,
  empty,
  total,
  tools,
  exports,
}: {
  path: string
  query: Query
  listing: ReturnType<typeof useListing<Answer>>
  columns: readonly Column<Row>[]
  caption: string
  rowKey: (row: Row) => string
  empty: ReactNode
  /** How many rows there are in all, where the server says so. */
  total?: number
  /** False where the list leaves by another way than the reader's browser. */
  tools?: boolean
  /** False where the page offers the server's own file, of any size. */
  exports?: boolean
}) {
  const { t } = useTranslation()
  if (listing.error && !listing.data)
    return (
      <FaultNotice
        error={listing.error}
        action={
          <Button size="small" onClick={() => void listing.refetch()}>
            {t('state.retry')}
          </Button>
        }
      />
    )
  if (!listing.data) return <Waiting />
  const rows = listing.data.pages.flatMap(page => page.rows)
  return (
    <div aria-busy={listing.isFetching} className={listing.isPlaceholderData ? 'stale' : undefined}>
      {listing.error && <FaultNotice error={listing.error} />}
      <DataTable
        caption={caption}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        empty={empty}
        {...(tools === undefined ? {} : { tools })}
        {...(exports === undefined ? {} : { exports })}
        allRows={async () => {
          const all = [...rows]
          let after = listing.data.pages.at(-1)?.next
          while (after && all.length < EXPORT_ROWS) {
            const page = await get<Answer>(path, { ...query, after })
            all.push(...page.rows)
            after = page.next
          }
          return all
        }}
        foot={
          <>
            <span role="status">
              {total === undefined || total === rows.length
                ? t(listing.hasNextPage ? 'table.shown' : 'table.all', { count: rows.length })
                : t('table.shownOf', { count: rows.length, total })}
            </span>
            {listing.hasNextPage && (
              <Button size="small" loading={listing.isFetchingNextPage} onClick={() => void listing.fetchNextPage()}>
                {t('table.more')}
              </Button>
            )}
          </>
        }
      />
    </div>
  )
}
