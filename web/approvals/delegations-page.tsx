import { useQueryClient } from '@tanstack/react-query'
import { App, Button, DatePicker, Form, Input, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Colleague, Delegation } from '../../src/approvals/contract.ts'
import { usePostName } from '../identity/post-over.tsx'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useMay, useSession } from '../shell/session.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

interface Values {
  holding: string
  delegate: string
  days: [Dayjs, Dayjs]
  reason: string
}

/** 代岗: who stands in for whom, in which post, until when. */
export function DelegationsPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const postName = usePostName()
  const [error, setError] = useState<unknown>(null)
  const path = `/divisions/${division}/delegations`
  const query = useApi<{ rows: Delegation[] }>(path)
  const people = useApi<{ rows: Colleague[] }>(may('approvals.delegate') ? `/divisions/${division}/colleagues` : null)
  const end = async (id: string) => {
    setError(null)
    try {
      await send('POST', `${path}/${id}/end`, {})
      message.success(t('delegation.ended'))
      await queries.invalidateQueries()
    } catch (refused) {
      setError(refused)
    }
  }
  const columns: Column<Delegation>[] = [
    { key: 'post', title: t('delegation.post'), value: row => postName(row.post) },
    { key: 'holder', title: t('delegation.holder'), value: row => row.holder },
    { key: 'delegate', title: t('delegation.delegate'), value: row => row.delegate },
    { key: 'from', title: t('delegation.from'), value: row => row.from, width: 110 },
    { key: 'until', title: t('delegation.until'), value: row => row.until, width: 110 },
    { key: 'reason', title: t('delegation.reason'), value: row => row.reason, wrap: true },
    { key: 'arrangedBy', title: t('delegation.arrangedBy'), value: row => row.arrangedBy },
    { key: 'state', title: t('delegation.state'), value: row => t(`delegation.states.${row.state}`) },
    {
      key: 'end',
      title: t('delegation.end'),
      value: () => '',
      cell: row =>
        (row.isMine || may('approvals.arrange')) && (row.state === 'in-force' || row.state === 'to-come') ? (
          <Button size="small" onClick={() => void end(row.id)}>
            {t('delegation.end')}
          </Button>
        ) : null,
    },
  ]
  return (
    <>
      <PageTitle title={t('delegation.title')} />
      <Panel>
        <p className="handle-hint">{t('delegation.hint')}</p>
        {error !== null && <FaultNotice error={error} />}
        <Loaded query={query}>
          {data => (
            <DataTable
              caption={t('delegation.title')}
              columns={columns}
              rows={data.rows}
              rowKey={row => row.id}
              empty={<Nothing title={t('delegation.none')} hint={t('delegation.noneHint')} />}
            />
          )}
        </Loaded>
      </Panel>
      {may('approvals.delegate') && (
        <Panel title={t('delegation.new')}>
          <Loaded query={people}>{data => <DelegationForm people={data.rows} path={path} />}</Loaded>
        </Panel>
      )}
    </>
  )
}

function DelegationForm({ people, path }: { people: Colleague[]; path: string }) {
  const { t } = useTranslation()
  const may = useMay()
  const { account, today } = useSession()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const postName = usePostName()
  const [form] = Form.useForm<Values>()
  const [error, setError] = useState<unknown>(null)
  const needed = [{ required: true, message: t('delegation.needed') }]
  const holdings = people
    .filter(one => one.account === account || may('approvals.arrange'))
    .flatMap(one =>
      one.holdings.map(holding => ({ value: holding.id, label: `${one.name} · ${postName(holding.post)}` })),
    )
  return (
    <Form<Values>
      form={form}
      layout="vertical"
      className="business-form"
      requiredMark={false}
      onFinish={async ({ holding, delegate, days, reason }) => {
        setError(null)
        try {
          await send('POST', path, {
            holding,
            delegate,
            from: days[0].format('YYYY-MM-DD'),
            until: days[1].format('YYYY-MM-DD'),
            reason: reason.trim(),
          })
          message.success(t('delegation.saved'))
          form.resetFields()
          await queries.invalidateQueries()
        } catch (refused) {
          setError(refused)
        }
      }}
    >
      {error !== null && <FaultNotice error={error} />}
      <div className="form-line">
        <Form.Item name="holding" label={t('delegation.holder')} rules={needed}>
          <Select options={holdings} showSearch optionFilterProp="label" style={{ minWidth: 240 }} />
        </Form.Item>
        <Form.Item name="delegate" label={t('delegation.delegate')} rules={needed}>
          <Select
            options={people.map(one => ({ value: one.account, label: one.name }))}
            showSearch
            optionFilterProp="label"
            style={{ minWidth: 200 }}
          />
        </Form.Item>
        <Form.Item name="days" label={`${t('delegation.from')} – ${t('delegation.until')}`} rules={needed}>
          <DatePicker.RangePicker minDate={dayjs(today)} />
        </Form.Item>
        <Form.Item name="reason" label={t('delegation.reason')} rules={[{ ...needed[0]!, whitespace: true }]}>
          <Input maxLength={200} />
        </Form.Item>
      </div>
      <Button type="primary" htmlType="submit">
        {t('delegation.save')}
      </Button>
    </Form>
  )
}
