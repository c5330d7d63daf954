import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Input, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { JoiningView, JoinProposal } from '../../src/allotments/contract.ts'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { beijingTime } from '../ui/dates.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

interface Answer {
  proposals: JoinProposal[]
  joined: JoiningView[]
}
type Asked = { kind: 'join'; one: JoinProposal } | { kind: 'undo'; one: JoiningView }

/** 指标挂接: a line entered by hand and the superior's own that arrived later are made one. */
export function JoiningPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const path = `/divisions/${division}/joinings`
  const query = useApi<Answer>(path)
  const [asked, setAsked] = useState<Asked | null>(null)
  const [reason, setReason] = useState('')
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const decide = may('allotments.join')

  const act = async (work: () => Promise<void>) => {
    setBusy(true)
    setError(null)
    try {
      await work()
      setAsked(null)
      setReason('')
      await queries.invalidateQueries()
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  const confirm = (what: Asked) =>
    act(async () => {
      if (what.kind === 'join')
        await send('POST', path, { hand: what.one.hand.id, superior: what.one.superior.id, reason })
      else await send('POST', `${path}/${what.one.id}/undo`, { reason })
      message.success(t(what.kind === 'join' ? 'joining.joinedOne' : 'joining.undone'))
    })
  const ask = (what: Asked) => {
    setAsked(what)
    setReason('')
    setError(null)
  }
  const proposals: Column<JoinProposal>[] = [
    {
      key: 'hand',
      title: t('joining.hand'),
      wrap: true,
      value: row => `${row.hand.documentNumber} ${row.hand.fund.name}`,
    },
    { key: 'received', title: t('joining.received'), kind: 'money', value: row => row.hand.takenFen },
    {
      key: 'superior',
      title: t('joining.superior'),
      wrap: true,
      value: row => `${row.superior.documentNumber} ${row.superior.fund.name} · ${row.sender.name ?? ''}`,
    },
    { key: 'sent', title: t('joining.sent'), kind: 'money', value: row => row.superior.sentFen },
    {
      key: 'agrees',
      title: t('joining.agrees'),
      value: row =>
        (['number', 'fund', 'amount'] as const)
          .filter(name => row.agrees[name])
          .map(name => t(`joining.${name}`))
          .join(' '),
      cell: row => (
        <>
          {(['number', 'fund', 'amount'] as const)
            .filter(name => row.agrees[name])
            .map(name => (
              <Tag key={name}>{t(`joining.${name}`)}</Tag>
            ))}
          {row.unique && row.exact && <Tag>{t('joining.unique')}</Tag>}
        </>
      ),
    },
    ...(decide
      ? [
          {
            key: 'action',
            title: t('column.action'),
            value: () => '',
            cell: (row: JoinProposal) => (
              <Button size="small" onClick={() => ask({ kind: 'join', one: row })}>
                {t('joining.join')}
              </Button>
            ),
          },
        ]
      : []),
  ]
  const joined: Column<JoiningView>[] = [
    { key: 'at', title: t('joining.at'), value: row => beijingTime(row.recordedAt), width: 140 },
    { key: 'number', title: t('column.documentNumber'), value: row => row.documentNumber ?? '' },
    {
      key: 'superior',
      title: t('joining.superior'),
      value: row => row.superiorNumber ?? t('joining.row', { id: row.externalId }),
    },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: row => row.takenFen },
    {
      key: 'lines',
      title: t('joining.lines'),
      value: row => row.lines.join(' '),
      cell: row =>
        row.lines.map(line => (
          <span key={line}>
            <ThingLink page={`allotments/${line}`}>{line}</ThingLink>{' '}
          </span>
        )),
    },
    { key: 'manner', title: t('joining.manner'), value: row => t(`joining.${row.manner}`) },
    { key: 'by', title: t('joining.by'), value: row => row.actor },
    { key: 'reason', title: t('joining.why'), wrap: true, value: row => row.reason },
    {
      key: 'action',
      title: t('column.action'),
      wrap: true,
      value: row => (row.undoneAt ? t('joining.undoneAt', { reason: row.undoneReason }) : ''),
      cell: row =>
        row.undoneAt ? (
          <span className="dim">{t('joining.undoneAt', { reason: row.undoneReason })}</span>
        ) : (
          decide && (
            <Button size="small" onClick={() => ask({ kind: 'undo', one: row })}>
              {t('joining.undo')}
            </Button>
          )
        ),
    },
  ]
  return (
    <>
      <PageTitle
        title={t('menu.joining')}
        actions={
          decide &&
          query.data?.proposals.some(one => one.exact && one.unique) && (
            <Button
              loading={busy}
              onClick={() =>
                void act(async () => {
                  const answer = await send<{ joined: number }>('POST', `${path}/exact`, {})
                  message.success(t('joining.joinedAll', { count: answer.joined }))
                })
              }
            >
              {t('joining.joinAll')}
            </Button>
          )
        }
      />
      {asked && (
        <Panel title={t(asked.kind === 'join' ? 'joining.join' : 'joining.undo')}>
          <p>
            <label htmlFor="joining-reason">
              {t(asked.kind === 'join' ? 'joining.why' : 'joining.whyUndo')}{' '}
              <Input
                id="joining-reason"
                value={reason}
                maxLength={300}
                style={{ width: 420 }}
                onChange={event => setReason(event.target.value)}
              />
            </label>
          </p>
          {error !== null && <FaultNotice error={error} />}
          <div className="form-actions">
            <Button
              type="primary"
              loading={busy}
              disabled={reason.trim() === ''}
              title={reason.trim() === '' ? t('joining.needed') : undefined}
              onClick={() => void confirm(asked)}
            >
              {t('joining.confirm')}
            </Button>
            <Button onClick={() => setAsked(null)}>{t('joining.cancel')}</Button>
          </div>
        </Panel>
      )}
      {!asked && error !== null && <FaultNotice error={error} />}
      <Loaded query={query}>
        {data => (
          <>
            <Panel title={t('joining.proposals')}>
              <p className="form-about">{t('joining.about')}</p>
              <DataTable
                caption={t('joining.proposals')}
                columns={proposals}
                rows={data.proposals}
                rowKey={row => `${row.hand.id} ${row.superior.id}`}
                empty={<Nothing title={t('joining.none')} hint={t('joining.noneHint')} />}
              />
            </Panel>
            <Panel title={t('joining.joined')}>
              <DataTable
                caption={t('joining.joined')}
                columns={joined}
                rows={data.joined}
                rowKey={row => row.id}
                empty={<Nothing title={t('joining.noneJoined')} />}
              />
            </Panel>
          </>
        )}
      </Loaded>
    </>
  )
}
