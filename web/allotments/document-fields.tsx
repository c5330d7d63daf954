import { DatePicker, Form, Input } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useTranslation } from 'react-i18next'

/** What every posting asks about the document behind it. */
export interface DocumentValues {
  number: string
  title: string
  issuer?: string
  dated: Dayjs
  effectiveOn: Dayjs
}

/** The document as the server takes it. */
export const documentBody = (values: DocumentValues) => ({
  document: {
    number: values.number.trim(),
    title: values.title.trim(),
    dated: values.dated.format('YYYY-MM-DD'),
    ...(values.issuer?.trim() ? { issuer: values.issuer.trim() } : {}),
  },
  effectiveOn: values.effectiveOn.format('YYYY-MM-DD'),
})

/** Today, where the book of this year is open; another year's days are not guessed. */
export const firstDays = (today: string, year: number): Partial<DocumentValues> =>
  today.startsWith(`${year}-`) ? { dated: dayjs(today), effectiveOn: dayjs(today) } : {}

/** `withIssuer` asks for the issuing body (发文单位) too. */
export function DocumentFields({ withIssuer = false }: { withIssuer?: boolean }) {
  const { t } = useTranslation()
  const needed = { required: true, message: t('formPage.needed') }
  return (
    <div className={withIssuer ? 'form-row form-row-issuer' : 'form-row'}>
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
      {withIssuer && (
        <Form.Item name="issuer" label={t('formPage.issuer')}>
          <Input maxLength={300} />
        </Form.Item>
      )}
      <Form.Item name="dated" label={t('column.dated')} rules={[needed]}>
        <DatePicker allowClear={false} />
      </Form.Item>
      <Form.Item name="effectiveOn" label={t('column.effectiveOn')} rules={[needed]}>
        <DatePicker allowClear={false} />
      </Form.Item>
    </div>
  )
}
