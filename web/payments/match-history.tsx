import { Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { displayMoney } from '../../src/kernel/money.ts'
import type { MatchHistory, TakenBack } from '../../src/payments/contract.ts'
import { useAct } from '../ledger/use-act.ts'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { beijingTime } from '../ui/dates.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

/** How a payment found its line: score, split, decisions; and the red letter that takes the match back. */
export function MatchHistoryPanel({ payment, match, matched }: { payment: string; match: string; matched: boolean }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()('payments.match')
  const history = useApi<MatchHistory>(`/divisions/${division}/payments/${payment}/matching`).data
  const { act, busy, error, clear } = useAct()
  const [open, setOpen] = useState(false)
  const back = may && matched && match !== 'by-id'
  if (!history || (!back && history.events.length === 0 && history.score === null)) return null
  const parts = (rows: MatchHistory['parts']) =>
    rows.map(part => `${part.documentNumber || part.allotment} ${displayMoney(BigInt(part.amountFen))}`).join('；')
  const submit = async ({ reason }: { reason: string }) => {
    const done = await act<TakenBack>(`/divisions/${division}/payments/${payment}/take-back-match`, { reason }, () =>
      t('matching.undoDone'),
    )
    if (done) setOpen(false)
  }
  return (
    <Panel title={t('matching.history')}>
      {history.score !== null && (
        <p>
          {t('matching.scored', { score: history.score })}
          {history.differs.length > 0 &&
            ` · ${t('matching.differing', { what: history.differs.map(one => t(`matching.element.${one}`)).join(' / ') })}`}
        </p>
      )}
      {history.parts.length > 0 && <p>{`${t('matching.split')} ${parts(history.parts)}`}</p>}
      <ul>
        {history.events.map(event => (
          <li key={`${event.kind}${event.at}`}>
            {t(event.kind === 'decided' ? 'matching.decided' : 'matching.undone')}: {event.reason} {parts(event.parts)}{' '}
            {event.batch !== null && t('matching.redBatch', { batch: event.batch })}{' '}
            <span className="dim">{t('matching.by', { actor: event.actor, at: beijingTime(event.at) })}</span>
          </li>
        ))}
      </ul>
      {back && !open && (
        <Button
          onClick={() => {
            clear()
            setOpen(true)
          }}
        >
          {t('matching.undo')}
        </Button>
      )}
      {back && open && (
        <Form layout="vertical" className="business-form" onFinish={values => void submit(values)}>
          <p className="form-about">{t('matching.undoAbout')}</p>
          <Form.Item
            name="reason"
            label={t('matching.undoReason')}
            rules={[{ required: true, whitespace: true, message: t('formPage.needed') }]}
          >
            <Input maxLength={500} />
          </Form.Item>
          <Button danger htmlType="submit" loading={busy}>
            {t('matching.undo')}
          </Button>
        </Form>
      )}
      {error !== null && <FaultNotice error={error} />}
    </Panel>
  )
}
