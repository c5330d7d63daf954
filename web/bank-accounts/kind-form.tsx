import { Button, DatePicker, Form, Input, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useTranslation } from 'react-i18next'
import { ACCOUNT_KINDS, type AccountPage } from '../../src/payments/watch/contract.ts'
import { useAct } from '../ledger/use-act.ts'
import { usePlace } from '../shell/place.ts'
import { useSession } from '../shell/session.tsx'
import { beijingTime } from '../ui/dates.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'

interface Values {
  kind: string
  from: Dayjs
  reason: string
}

/** What was settled of an account's kind, and a form to settle it anew from a day on; nothing is overwritten. */
export function KindForm({ account, may }: { account: AccountPage; may: boolean }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { today } = useSession()
  const { act, busy, error } = useAct()
  const [form] = Form.useForm<Values>()
  const needed = { required: true, message: t('formPage.needed') }
  const submit = async ({ kind, from, reason }: Values) => {
    const done = await act(
      `/divisions/${division}/bank-accounts/${account.id}/kind`,
      { kind, from: from.format('YYYY-MM-DD'), reason: reason.trim() },
      () => t('bankAccounts.kindDone'),
    )
    if (done) form.resetFields()
  }
  return (
    <>
      {account.kinds.length === 0 && <p className="form-about">{t('bankAccounts.kindNone')}</p>}
      <ul>
        {account.kinds.map(one => (
          <li key={one.at}>
            {t('bankAccounts.kindFrom', { kind: t(`accountKind.${one.kind}`), day: one.from })}: {one.reason}{' '}
            <span className="dim">{t('matching.by', { actor: one.actor, at: beijingTime(one.at) })}</span>
          </li>
        ))}
      </ul>
      {may && (
        <Form<Values>
          form={form}
          layout="vertical"
          className="business-form"
          requiredMark={false}
          initialValues={{ from: dayjs(today) }}
          onFinish={values => void submit(values)}
        >
          <div className="form-line">
            <Form.Item name="kind" label={t('bankAccounts.kind')} rules={[needed]}>
              <Select
                style={{ minWidth: 180 }}
                options={ACCOUNT_KINDS.map(value => ({ value, label: t(`accountKind.${value}`) }))}
              />
            </Form.Item>
            <Form.Item name="from" label={t('bankAccounts.from')} rules={[needed]}>
              <DatePicker />
            </Form.Item>
          </div>
          <Form.Item name="reason" label={t('bankAccounts.reason')} rules={[{ ...needed, whitespace: true }]}>
            <Input maxLength={500} />
          </Form.Item>
          {error !== null && <FaultNotice error={error} />}
          <Button htmlType="submit" loading={busy}>
            {t('bankAccounts.settle')}
          </Button>
        </Form>
      )}
    </>
  )
}
