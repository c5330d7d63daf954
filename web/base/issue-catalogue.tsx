import { useQueryClient } from '@tanstack/react-query'
import { App, Button, DatePicker, Form, Input, InputNumber, Select } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FundList } from '../../src/funds/contract.ts'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { newRequestKey } from '../shell/request-key.ts'
import { useMay } from '../shell/session.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

interface Values {
  catalogue: string
  firstYear: number
  number: string
  title: string
  dated: Dayjs
}

/** 下发资金目录: the owner locks a catalogue from a year on, by a document. */
export function IssueCatalogue() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const may = useMay()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const list = useApi<FundList>(may('base.issue') ? `/divisions/${division}/funds` : null, { year })
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const [requestKey] = useState(newRequestKey)
  const own = (list.data?.catalogues ?? []).filter(one => one.division.code === division)
  if (!may('base.issue') || own.length === 0) return null
  const issue = async (values: Values) => {
    setBusy(true)
    setError(null)
    try {
      const answer = await send<{ edition: number | null }>(
        'POST',
        `/divisions/${division}/catalogues/${values.catalogue}/editions`,
        {
          requestKey,
          firstYear: values.firstYear,
          document: {
            number: values.number.trim(),
            title: values.title.trim(),
            dated: values.dated.format('YYYY-MM-DD'),
          },
        },
      )
      message.success(t(answer.edition === null ? 'base.issuedBefore' : 'base.issued'))
      await queries.invalidateQueries()
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  const needed = { required: true, message: t('formPage.needed') }
  return (
    <Panel title={t('base.issueCatalogue')}>
      <p className="form-about">{t('base.issueAbout')}</p>
      <Form<Values>
        layout="vertical"
        className="business-form"
        initialValues={{ firstYear: year }}
        onFinish={values => void issue(values)}
      >
        <Form.Item name="catalogue" label={t('base.catalogue')} rules={[needed]}>
          <Select
            style={{ maxWidth: 480 }}
            options={own.map(one => ({
              value: one.id,
              label: one.issued ? `${one.name}（${one.issued}）` : one.name,
            }))}
          />
        </Form.Item>
        <div className="form-row">
          <Form.Item name="number" label={t('places.number')} rules={[{ ...needed, whitespace: true }]}>
            <Input maxLength={100} />
          </Form.Item>
          <Form.Item name="title" label={t('places.docTitle')} rules={[{ ...needed, whitespace: true }]}>
            <Input maxLength={300} />
          </Form.Item>
          <Form.Item name="dated" label={t('places.dated')} rules={[needed]}>
            <DatePicker allowClear={false} />
          </Form.Item>
          <Form.Item name="firstYear" label={t('base.firstYear')} rules={[needed]}>
            <InputNumber min={1994} max={2100} />
          </Form.Item>
        </div>
        {error !== null && <FaultNotice error={error} />}
        <div className="form-actions">
          <Button htmlType="submit" loading={busy}>
            {t('base.issue')}
          </Button>
        </div>
      </Form>
    </Panel>
  )
}
