import { Button, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Settled, Tie } from '../../src/payments/tied/contract.ts'
import { useAct } from '../ledger/use-act.ts'
import { get } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Panel } from '../ui/page-title.tsx'
import type { PaymentsAnswer } from './api.ts'

/** Whether a proposed re-issue is one: agreed or not, with a reason, once. */
export function SettleForm({ tie, close }: { tie: Tie; close: () => void }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { act, busy, error } = useAct()
  const [form] = Form.useForm<{ reason: string }>()
  const settle = async (agreed: boolean) => {
    const { reason } = await form.validateFields()
    const done = await act<Settled>(`/divisions/${division}/ties/${tie.id}/settle`, { agreed, reason }, answer =>
      t(agreed ? (answer.waiting ? 'ties.agreedWaiting' : 'ties.agreed') : 'ties.disagreed'),
    )
    if (done) close()
  }
  return (
    <Panel
      title={t('ties.settling', { voucher: tie.payment?.voucherNo ?? '', refund: tie.original.voucherNo })}
      className="settle-form"
    >
      <p className="form-about">{t('ties.settleAbout')}</p>
      <Form form={form} layout="vertical" className="business-form">
        <Form.Item
          name="reason"
          label={t('ties.reason')}
          extra={t('ties.reasonHint')}
          rules={[{ required: true, whitespace: true, message: t('formPage.needed') }]}
        >
          <Input maxLength={500} />
        </Form.Item>
        {error !== null && <FaultNotice error={error} />}
        <div className="form-actions">
          <Button type="primary" loading={busy} onClick={() => void settle(true).catch(() => {})}>
            {t('ties.agree')}
          </Button>
          <Button loading={busy} onClick={() => void settle(false).catch(() => {})}>
            {t('ties.disagree')}
          </Button>
          <Button onClick={close}>{t('ties.cancel')}</Button>
        </div>
      </Form>
    </Panel>
  )
}

/** Names the payment that issues a refund again, on the refund's own page. */
export function NameReissue({ refund, close }: { refund: string; close: () => void }) {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const { act, busy, error } = useAct()
  const [form] = Form.useForm<{ voucher: string; reason: string }>()
  const submit = async ({ voucher, reason }: { voucher: string; reason: string }) => {
    const { rows } = await get<PaymentsAnswer>(`/divisions/${division}/payments`, { year, q: voucher.trim() })
    const [payment, ...others] = rows.filter(row => row.voucherNo === voucher.trim() && !row.amountFen.startsWith('-'))
    if (!payment || others.length > 0)
      return form.setFields([
        { name: 'voucher', errors: [t(payment ? 'ties.nameSeveral' : 'ties.nameNone', { voucher: voucher.trim() })] },
      ])
    const body = { payment: payment.id, reason }
    const done = await act<Settled>(`/divisions/${division}/payments/${refund}/reissue`, body, answer =>
      t(answer.waiting ? 'ties.agreedWaiting' : 'ties.agreed'),
    )
    if (done) close()
  }
  return (
    <Form form={form} layout="vertical" className="business-form" onFinish={values => void submit(values)}>
      <p className="form-about">{t('ties.nameAbout')}</p>
      <Form.Item
        name="voucher"
        label={t('ties.nameVoucher')}
        rules={[{ required: true, whitespace: true, message: t('formPage.needed') }]}
      >
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item
        name="reason"
        label={t('ties.reason')}
        rules={[{ required: true, whitespace: true, message: t('formPage.needed') }]}
      >
        <Input maxLength={500} />
      </Form.Item>
      {error !== null && <FaultNotice error={error} />}
      <div className="form-actions">
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('ties.nameOne')}
        </Button>
        <Button onClick={close}>{t('ties.cancel')}</Button>
      </div>
    </Form>
  )
}
