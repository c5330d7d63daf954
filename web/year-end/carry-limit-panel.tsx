import { useQueryClient } from '@tanstack/react-query'
import { App, Button, DatePicker, Form, Input, InputNumber } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CarryLimits } from '../../src/year-end/contract.ts'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

type Limit = CarryLimits['rows'][number]

interface Values {
  firstYear: number
  years: number
  number: string
  dated: Dayjs
}

/** 结转年限: after how many years carried money is recovered, from which fiscal year on; set by whoever holds the whole installation. */
export function CarryLimitPanel() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()
  const path = `/divisions/${division}/carry-limits`
  const query = useApi<CarryLimits>(path)
  const columns: Column<Limit>[] = [
    { key: 'firstYear', title: t('whole.firstYear'), value: one => String(one.firstYear), width: 120 },
    { key: 'years', title: t('whole.years'), kind: 'number', value: one => one.years, width: 100 },
    {
      key: 'document',
      title: t('column.documentNumber'),
      value: one => (one.documentNumber ? `${one.documentNumber} ${one.dated ?? ''}` : t('whole.shipped')),
    },
  ]
  return (
    <Panel title={t('whole.limits')}>
      <p className="form-about">{t('whole.limitsAbout')}</p>
      <Loaded query={query}>
        {limits => (
          <>
            <DataTable
              caption={t('whole.limits')}
              columns={columns}
              rows={limits.rows}
              rowKey={one => String(one.firstYear)}
              tools={false}
            />
            {limits.mine && may('base.issue') && <LimitForm path={path} years={limits.rows[0]?.years ?? 2} />}
          </>
        )}
      </Loaded>
    </Panel>
  )
}

function LimitForm({ path, years }: { path: string; years: number }) {
  const { t } = useTranslation()
  const { year } = usePlace()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const needed = { required: true, message: t('formPage.needed') }
  const submit = async (values: Values) => {
    setBusy(true)
    setError(null)
    try {
      await send('PUT', path, {
        firstYear: values.firstYear,
        years: values.years,
        document: { number: values.number.trim(), dated: values.dated.format('YYYY-MM-DD') },
      })
      message.success(t('whole.limitSet'))
      await queries.invalidateQueries()
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Form<Values>
      name="carry-limit"
      layout="vertical"
      className="business-form"
      initialValues={{ firstYear: year, years }}
      onFinish={values => void submit(values)}
    >
      <div className="form-row">
        <Form.Item name="firstYear" label={t('whole.firstYear')} rules={[needed]}>
          <InputNumber min={1994} max={2100} precision={0} />
        </Form.Item>
        <Form.Item name="number" label={t('column.documentNumber')} rules={[{ ...needed, whitespace: true }]}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="years" label={t('whole.years')} rules={[needed]}>
          <InputNumber min={1} max={20} precision={0} />
        </Form.Item>
        <Form.Item name="dated" label={t('column.dated')} rules={[needed]}>
          <DatePicker allowClear={false} />
        </Form.Item>
      </div>
      {error !== null && <FaultNotice error={error} />}
      <div className="form-actions">
        <Button htmlType="submit" loading={busy}>
          {t('whole.setLimit')}
        </Button>
      </div>
    </Form>
  )
}
