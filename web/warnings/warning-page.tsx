import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Button, Form, Input, Timeline } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { beijingTime } from '../ui/dates.ts'
import { Facts } from '../ui/facts.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { LampMark, lampOf } from '../ui/lamps.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { Reasoned } from '../ui/reasoned.tsx'
import { useApi } from '../ui/use-api.ts'
import { ACTIONS, actionHindrance, type WarningAction } from './actions.ts'
import type { WarningAnswer, WarningEvent } from './api.ts'
import { Subject } from './warning-table.tsx'

/** One warning: what was seen, by which rule and on what basis, what happened since, what can be done. */
export function WarningPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { warning } = useParams({ strict: false }) as { warning: string }
  const query = useApi<WarningAnswer>(`/divisions/${division}/warnings/${warning}`)
  if (!query.data)
    return (
      <>
        <PageTitle title={t('warning.title')} />
        <Loaded query={query}>{() => null}</Loaded>
      </>
    )
  return <One warning={query.data} />
}

function One({ warning }: { warning: WarningAnswer }) {
  const { t } = useTranslation()
  const said = useSaid()
  const sentence = said(warning.rulePage?.sentence ?? warning.sentence)
  const basis = said(warning.rulePage?.basis ?? warning.basis)
  return (
    <>
      <PageTitle title={t('warning.title')} of={`${warning.rule} ${said(warning.ruleName)}`}>
        <Figure name={t('column.lamp')}>
          <LampMark lamp={lampOf(warning.level, warning.status)} />
        </Figure>
        <Figure name={t('column.status')}>{t(`status.${warning.status}`)}</Figure>
        <Figure name={t('column.raisedOn')}>{warning.raisedOn}</Figure>
        {warning.endedOn && <Figure name={t('warning.endedOn')}>{warning.endedOn}</Figure>}
        {warning.amountFen && (
          <Figure name={t('column.amount')}>
            <Money fen={warning.amountFen} strong withUnit />
          </Figure>
        )}
      </PageTitle>
      <div className="columns columns-thing">
        <Panel title={t('warning.evidence')}>
          <p className="evidence">{said(warning.evidence)}</p>
          <Figures figures={warning.evidence.figures} />
          <Facts
            facts={[
              { name: t('warning.about'), value: <Subject warning={warning} />, wide: true },
              { name: t('column.division'), value: warning.division.name },
              warning.fund && {
                name: t('column.fund'),
                value: <ThingLink page={`funds/${warning.fund.id}`}>{warning.fund.name}</ThingLink>,
              },
              warning.episode > 1 && {
                name: t('warning.episode'),
                value: t('warning.episodeNo', { no: warning.episode }),
              },
              { name: t('warning.rule'), value: sentence, wide: true },
              { name: t('warning.basis'), value: basis, wide: true },
            ]}
          />
        </Panel>
        <Panel title={t('warning.handle')}>
          <Handle warning={warning} />
        </Panel>
      </div>
      <Panel title={t('warning.history')}>
        <History events={warning.events} />
      </Panel>
    </>
  )
}

/** The numbers behind the sentence, as the rule found them. */
function Figures({ figures }: { figures?: Record<string, unknown> }) {
  const { t } = useTranslation()
  const entries = Object.entries(figures ?? {}).filter(([, value]) => value !== null && typeof value !== 'object')
  if (entries.length === 0) return null
  return (
    <Facts
      facts={entries.map(([name, value]) => ({
        name: t(`figure.${name}`, { defaultValue: name }),
        value:
          /(_fen|Fen)$/.test(name) && /^-?\d+$/.test(String(value)) ? <Money fen={String(value)} /> : String(value),
      }))}
    />
  )
}

function Handle({ warning }: { warning: WarningAnswer }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()
  const queries = useQueryClient()
  const [form] = Form.useForm<{ note: string }>()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState<WarningAction | null>(null)
  const take = async (kind: WarningAction) => {
    const { note } = await form.validateFields()
    setBusy(kind)
    setError(null)
    try {
      await send('POST', `/divisions/${division}/warnings/${warning.id}/events`, { kind, note: note.trim() })
      form.resetFields()
      await queries.invalidateQueries()
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(null)
    }
  }
  return (
    <Form form={form} layout="vertical" requiredMark={false}>
      <p className="handle-hint">{t(`act.hint.${warning.level}`)}</p>
      {error !== null && <FaultNotice error={error} />}
      <Form.Item
        name="note"
        label={t('act.note')}
        rules={[{ required: true, whitespace: true, message: t('act.noteNeeded') }]}
      >
        <Input.TextArea
          rows={4}
          maxLength={2000}
          disabled={!may('warnings.handle')}
          placeholder={t('act.notePlaceholder')}
        />
      </Form.Item>
      <ul className="actions">
        {ACTIONS.map(action => {
          const hindrance = actionHindrance(action, warning, may)
          return (
            <li key={action}>
              {hindrance === null ? (
                <Button
                  type={action === 'note' ? 'default' : 'primary'}
                  size="small"
                  danger={action === 'violation'}
                  loading={busy === action}
                  onClick={() => void take(action).catch(() => {})}
                >
                  {t(`act.${action}`)}
                </Button>
              ) : (
                <Reasoned label={t(`act.${action}`)} reason={t(hindrance)} />
              )}
            </li>
          )
        })}
      </ul>
    </Form>
  )
}

function History({ events }: { events: readonly WarningEvent[] }) {
  const { t } = useTranslation()
  const who = (event: WarningEvent) =>
    typeof event.actor === 'string' ? event.actor : (event.actor?.name ?? t('warning.system'))
  return (
    <Timeline
      items={events.map(event => ({
        key: event.no,
        content: (
          <div className="event">
            <div>
              <strong>{t(`event.${event.kind}`)}</strong> {event.level && <LampMark lamp={event.level} />}{' '}
              <span className="dim">
                {beijingTime(event.recordedAt)} · {who(event)}
              </span>
            </div>
            {event.note && <p>{event.note}</p>}
          </div>
        ),
      }))}
    />
  )
}
