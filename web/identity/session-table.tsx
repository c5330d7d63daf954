import { useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { LiveSession } from '../../src/identity/contract.ts'
import { send } from '../shell/api.ts'
import type { Column } from '../ui/data-table.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { beijingTime } from '../ui/dates.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { useApi } from '../ui/use-api.ts'
import { browserName } from './browser-name.ts'

/** Live sessions, each with a way to end it: one's own, or for the security administrator all in view. */
export function SessionTable({ path, who }: { path: '/own/sessions' | '/sessions'; who: boolean }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const query = useApi<{ rows: LiveSession[] }>(path)
  const [error, setError] = useState<unknown>(null)
  const end = async (id: string) => {
    setError(null)
    try {
      await send('DELETE', `${path}/${id}`)
      message.success(t('liveSession.ended'))
      await queries.invalidateQueries({ queryKey: [path] })
    } catch (refused) {
      setError(refused)
    }
  }
  const columns: Column<LiveSession>[] = [
    ...(who
      ? ([
          { key: 'name', title: t('account.name'), value: row => row.name },
          { key: 'signInName', title: t('account.signInName'), value: row => row.signInName },
        ] as Column<LiveSession>[])
      : []),
    { key: 'address', title: t('liveSession.address'), value: row => row.address },
    { key: 'agent', title: t('liveSession.agent'), value: row => browserName(row.agent) },
    { key: 'way', title: t('liveSession.way'), value: row => t(`liveSession.ways.${row.way}`) },
    { key: 'since', title: t('liveSession.since'), value: row => beijingTime(row.createdAt) },
    { key: 'seen', title: t('liveSession.seen'), value: row => beijingTime(row.seenAt) },
    {
      key: 'end',
      title: t('column.action'),
      value: () => '',
      cell: row =>
        row.current ? (
          <span className="dim">{t('liveSession.current')}</span>
        ) : (
          <Button
            size="small"
            onClick={() => void end(row.id)}
            aria-label={`${t('liveSession.end')} ${row.name} ${row.id}`}
          >
            {t('liveSession.end')}
          </Button>
        ),
    },
  ]
  return (
    <>
      {error !== null && <FaultNotice error={error} />}
      <Loaded query={query}>
        {data => (
          <DataTable
            caption={t('liveSession.title')}
            columns={columns}
            rows={data.rows}
            rowKey={row => row.id}
            tools={who}
            empty={<Nothing title={t('liveSession.none')} />}
          />
        )}
      </Loaded>
    </>
  )
}
