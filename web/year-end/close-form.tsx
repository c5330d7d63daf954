import { Button, DatePicker, Form, Input } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useTranslation } from 'react-i18next'
import type { ClosingAnswer, Lapse, Look } from '../../src/year-end/contract.ts'
import { useAct } from '../ledger/use-act.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { useMay, useSession } from '../shell/session.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { moneyText } from '../ui/format-money.ts'
import { Panel } from '../ui/page-title.tsx'
import { Reasoned } from '../ui/reasoned.tsx'

interface Values {
  number: string
  title: string
  dated: Dayjs
  reason?: string
}

const documentOf = (values: Values) => ({
  number: values.number.trim(),
  title: values.title.trim(),
  dated: values.dated.format('YYYY-MM-DD'),
})

function DocumentRow({ reason = false }: { reason?: boolean }) {
  const { t } = useTranslation()
  const needed = { required: true, message: t('formPage.needed') }
  return (
    <div className="form-row">
      <Form.Item
        name="number"
        label={t('column.documentNumber')}
        extra={t('formPage.numberHint')}
        rules={[{ ...needed, whitespace: true }]}
      >
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="title" label={t('allotment.documentTitle')} rules={[{ ...needed, whitespace: true }]}>
        <Input maxLength={300} />
      </Form.Item>
      <Form.Item name="dated" label={t('column.dated')} rules={[needed]}>
        <DatePicker allowClear={false} />
      </Form.Item>
      {reason && (
        <Form.Item name="reason" label={t('book.reason')} rules={[{ ...needed, whitespace: true, min: 4 }]}>
          <Input maxLength={300} />
        </Form.Item>
      )}
    </div>
  )
}

/** The one act: the document, and the closing of the whole year as it was looked at. */
export function CloseForm({ look, lapse }: { look: Look; lapse: Lapse }) {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const { today } = useSession()
  const may = useMay()
  const said = useSaid()
  const { act, busy, error } = useAct()
  const [block] = look.blocks
  return (
    <Panel title={t('closing.document')}>
      <p className="form-about">{t('closing.confirm')}</p>
      {block || !may('ledger.close') ? (
        <Reasoned label={t('closing.close')} reason={block ? said(block) : t('closing.noRight')} />
      ) : (
        <Form
          layout="vertical"
          className="business-form"
          initialValues={{ dated: dayjs(today) }}
          onFinish={(values: Values) =>
            void act<ClosingAnswer>(
              `/divisions/${division}/year-end/close`,
              { fiscalYear: year, document: documentOf(values), lapse },
              answer =>
                t('closing.done', {
                  carried: moneyText(answer.carriedFen, 'yuan'),
                  lapsed: moneyText(answer.lapsedFen, 'yuan'),
                }),
            )
          }
        >
          <DocumentRow />
          {error !== null && <FaultNotice error={error} />}
          <div className="form-actions">
            <Button type="primary" htmlType="submit" loading={busy}>
              {t('closing.close')}
            </Button>
          </div>
        </Form>
      )}
    </Panel>
  )
}

/** A closed year is reopened by a document; once it is open again, its carry-over can be taken back. */
export function ReopenForms({ closed }: { closed: boolean }) {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const { today } = useSession()
  const may = useMay()
  const { act, busy, error } = useAct()
  const name = t(closed ? 'closing.reopen' : 'closing.takeBack')
  const path = `/divisions/${division}/${closed ? 'book/reopen' : 'year-end/take-back'}`
  return (
    <Panel title={name}>
      <p className="form-about">{t(closed ? 'closing.reopenHint' : 'closing.takeBackHint')}</p>
      {may('ledger.unlock') ? (
        <Form
          layout="vertical"
          className="business-form"
          initialValues={{ dated: dayjs(today) }}
          onFinish={(values: Values) =>
            void act(
              path,
              { fiscalYear: year, document: documentOf(values), reason: (values.reason ?? '').trim() },
              () => t(closed ? 'closing.reopened' : 'closing.takenBack'),
            )
          }
        >
          <DocumentRow reason />
          {error !== null && <FaultNotice error={error} />}
          <div className="form-actions">
            <Button htmlType="submit" loading={busy}>
              {name}
            </Button>
          </div>
        </Form>
      ) : (
        <Reasoned label={name} reason={t('closing.noUnlock')} />
      )}
    </Panel>
  )
}
