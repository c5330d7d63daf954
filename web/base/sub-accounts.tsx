import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ChartAnswer, SubAccountView } from '../../src/base/contract.ts'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { useMay } from '../shell/session.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { Panel } from '../ui/page-title.tsx'

const ELEMENTS = ['fund', 'agency', 'office', 'fund-nature', 'function-subject'] as const

/** 本级明细科目: below an issued account, by the value of one element. */
export function SubAccounts({ chart }: { chart: ChartAnswer }) {
  const { t } = useTranslation()
  const said = useSaid()
  const { division, year } = usePlace()
  const may = useMay()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [fields] = Form.useForm()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const add = async (values: Record<string, string>) => {
    setBusy(true)
    setError(null)
    try {
      await send('POST', `/divisions/${division}/sub-accounts`, { ...values, firstYear: year })
      message.success(t('base.added'))
      fields.resetFields()
      await queries.invalidateQueries()
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  const columns: Column<SubAccountView>[] = [
    { key: 'code', title: t('column.code'), value: one => `${one.account}${one.code}` },
    { key: 'name', title: t('base.name'), value: one => one.name },
    { key: 'element', title: t('base.element'), value: one => t(`base.elements.${one.element}`) },
    { key: 'value', title: t('base.value'), value: one => one.value },
    { key: 'balance', title: t('base.balance'), kind: 'money', value: one => one.balanceFen },
  ]
  const needed = [{ required: true, whitespace: true, message: t('formPage.needed') }]
  return (
    <Panel title={t('base.subAccounts')}>
      <DataTable
        caption={t('base.subAccounts')}
        columns={columns}
        rows={chart.subAccounts}
        rowKey={one => `${one.account}${one.code}`}
        empty={<Nothing title={t('base.noSubAccounts')} />}
      />
      {may('base.issue') && (
        <Form form={fields} layout="vertical" className="business-form" onFinish={values => void add(values)}>
          <div className="form-row">
            <Form.Item
              name="account"
              label={t('base.account')}
              rules={[{ required: true, message: t('formPage.needed') }]}
            >
              <Select
                options={chart.accounts
                  .filter(one => one.codes.length > 0)
                  .map(one => ({ value: one.shownCode, label: `${one.shownCode} ${said(one.name)}` }))}
              />
            </Form.Item>
            <Form.Item name="name" label={t('base.name')} rules={needed}>
              <Input maxLength={60} />
            </Form.Item>
            <Form.Item
              name="code"
              label={t('base.subCode')}
              rules={[{ required: true, pattern: /^\d{2,6}$/, message: t('formPage.needed') }]}
            >
              <Input maxLength={6} inputMode="numeric" placeholder="01" />
            </Form.Item>
            <Form.Item
              name="element"
              label={t('base.element')}
              rules={[{ required: true, message: t('formPage.needed') }]}
            >
              <Select options={ELEMENTS.map(one => ({ value: one, label: t(`base.elements.${one}`) }))} />
            </Form.Item>
            <Form.Item name="value" label={t('base.value')} rules={needed}>
              <Input maxLength={60} />
            </Form.Item>
          </div>
          {error !== null && <FaultNotice error={error} />}
          <div className="form-actions">
            <Button htmlType="submit" loading={busy}>
              {t('base.add')}
            </Button>
          </div>
        </Form>
      )}
    </Panel>
  )
}
