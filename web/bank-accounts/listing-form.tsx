import { Button, DatePicker, Form, Input, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useTranslation } from 'react-i18next'
import { useAct } from '../ledger/use-act.ts'
import { usePlace } from '../shell/place.ts'
import { useSession } from '../shell/session.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'

interface Values {
  list: string
  days: [Dayjs, Dayjs]
  reason: string
}

/** Puts an account on the watch list or the white list, from one day to another. */
export function ListingForm({ account }: { account: string }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { today } = useSession()
  const { act, busy, error } = useAct()
  const [form] = Form.useForm<Values>()
  const needed = { required: true, message: t('formPage.needed') }
  const submit = async ({ list, days: [from, to], reason }: Values) => {
    const done = await act(
      `/divisions/${division}/bank-accounts/${account}/listing`,
      { list, from: from.format('YYYY-MM-DD'), to: to.format('YYYY-MM-DD'), reason: reason.trim() },
      () => t('bankAccounts.listDone'),
    )
    if (done) form.resetFields()
  }
  return (
    <Form<Values>
      form={form}
      layout="vertical"
      className="business-form"
      requiredMark={false}
      initialValues={{ days: [dayjs(today), dayjs(today).add(1, 'year')] }}
      onFinish={values => void submit(values)}
    >
      <div className="form-line">
        <Form.Item name="list" label={t('bankAccounts.list')} rules={[needed]}>
          <Select
            style={{ minWidth: 160 }}
            options={['watch', 'white'].map(value => ({ value, label: t(`accountList.${value}`) }))}
          />
        </Form.Item>
        <Form.Item name="days" label={t('bankAccounts.days')} rules={[needed]}>
          <DatePicker.RangePicker />
        </Form.Item>
      </div>
      <Form.Item name="reason" label={t('bankAccounts.reason')} rules={[{ ...needed, whitespace: true }]}>
        <Input maxLength={500} />
      </Form.Item>
      {error !== null && <FaultNotice error={error} />}
      <Button htmlType="submit" loading={busy}>
        {t('bankAccounts.enlist')}
      </Button>
    </Form>
  )
}
