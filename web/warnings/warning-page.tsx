import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Button, Form, Input, Timeline } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Static } from 'typebox'
import type { WarningPage as Answer, WarningEvent as EventSchema } from '../../src/warnings/contract.ts'
import type { Act } from '../../src/warnings/status.ts'
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
import { Subject } from './warning-table.tsx'

/** One warning: what was seen, by which rule and on what basis, what happened since, what can be done. */
export function WarningPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { warning } = useParams({ strict: false }) as { warning: string }
  const query = useApi<Answer>(`/divisions/${division}/warnings/${warning}`)
  if (!query.data)
    return (
      <>
        <PageTitle title={t('warning.title')} />
        <Loaded query={query}>{() => null}</Loaded>
      </>
    )
  return <One warning={query.data} />
}

function One({ warning }: { warning: Answer }) {
  const { t } = useTranslation()
  const said = useSaid()
  const rule = warning.page
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
              { name: t('warning.rule'), value: said(rule?.sentence), wide: true },
              { name: t('warning.basis'), value: rule?.basis.map(said).join('\n'), wide: true },
              { name: t('warning.handler'), value: said(rule?.handler), wide: true },
              { name: t('warning.causeGoneOn'), value: warning.causeGoneOn },
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

function Handle({ warning }: { warning: Answer }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()
  const said = useSaid()
  const queries = useQueryClient()
  const [form] = Form.useForm<{ note: string }>()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState<Act | null>(null)
  const take = async (kind: Act) => {
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
        {warning.acts.map(({ act, whyNot }) => {
          const reason = may('warnings.handle') ? said(whyNot) : t('act.noPermission')
          return (
            <li key={act}>
              {reason ? (
                <Reasoned label={t(`act.${act}`)} reason={reason} />
              ) : (
                <Button
                  type={act === 'note' ? 'default' : 'primary'}
                  size="small"
                  danger={act === 'violation'}
                  loading={busy === act}
                  onClick={() => void take(act).catch(() => {})}
                >
                  {t(`act.${act}`)}
                </Button>
              )}
            </li>
          )
        })}
      </ul>
    </Form>
  )
}

type Event = Static<typeof EventSchema>

function History({ events }: { events: readonly Event[] }) {
  const { t } = useTranslation()
  const said = useSaid()
  return (
    <Timeline
      items={events.map(event => ({
        key: event.no,
        content: (
          <div className="event">
            <div>
              <strong>{t(`event.${event.kind}`)}</strong> {event.level && <LampMark lamp={event.level} />}{' '}
              <span className="dim">
                {beijingTime(event.at)} · {event.actor}
              </span>
            </div>
            {event.note && <p>{event.note}</p>}
            {event.evidence && <p className="dim">{said(event.evidence)}</p>}
          </div>
        ),
      }))}
    />
  )
}
