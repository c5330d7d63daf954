import { useNavigate } from '@tanstack/react-router'
import { Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Colleague, HandoverBrief } from '../../src/approvals/contract.ts'
import { usePostName } from '../identity/post-over.tsx'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { newRequestKey } from '../shell/request-key.ts'
import { useMay, useSession } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

/** 岗位交接: which posts change hands. */
export function HandoversPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()
  const query = useApi<{ rows: HandoverBrief[] }>(`/divisions/${division}/handovers`)
  const people = useApi<{ rows: Colleague[] }>(may('approvals.delegate') ? `/divisions/${division}/colleagues` : null)
  const columns: Column<HandoverBrief>[] = [
    {
      key: 'id',
      title: t('handover.id'),
      value: row => row.id,
      cell: row => <ThingLink page={`handovers/${row.id}`}>{row.id}</ThingLink>,
      width: 80,
    },
    { key: 'giver', title: t('handover.giver'), value: row => row.giver },
    { key: 'taker', title: t('handover.taker'), value: row => row.taker },
    { key: 'witness', title: t('handover.witness'), value: row => row.witness },
    { key: 'items', title: t('handover.items'), kind: 'number', value: row => String(row.items) },
    { key: 'signed', title: t('handover.signed'), value: row => `${row.signed}/3` },
    { key: 'madeOn', title: t('handover.madeOn'), value: row => row.madeOn, width: 110 },
    { key: 'state', title: t('handover.state'), value: row => t(`handover.states.${row.state}`) },
  ]
  return (
    <>
      <PageTitle title={t('handover.title')} />
      <Panel>
        <Loaded query={query}>
          {data => (
            <DataTable
              caption={t('handover.title')}
              columns={columns}
              rows={data.rows}
              rowKey={row => row.id}
              empty={<Nothing title={t('handover.none')} hint={t('handover.noneHint')} />}
            />
          )}
        </Loaded>
      </Panel>
      {may('approvals.delegate') && (
        <Panel title={t('handover.new')}>
          <Loaded query={people}>{data => <HandoverForm people={data.rows} />}</Loaded>
        </Panel>
      )}
    </>
  )
}

interface Values {
  giver: string
  taker: string
  witness: string
  holdings: string[]
  reason: string
}

function HandoverForm({ people }: { people: Colleague[] }) {
  const { t } = useTranslation()
  const { division, at } = usePlace()
  const may = useMay()
  const { account } = useSession()
  const navigate = useNavigate()
  const postName = usePostName()
  const [form] = Form.useForm<Values>()
  const [error, setError] = useState<unknown>(null)
  const [requestKey] = useState(newRequestKey)
  const giver = Form.useWatch('giver', form)
  const needed = [{ required: true, message: t('handover.needed') }]
  const names = people.map(one => ({ value: one.account, label: one.name }))
  const held = people.find(one => one.account === giver)?.holdings ?? []
  return (
    <Form<Values>
      form={form}
      layout="vertical"
      className="business-form"
      requiredMark={false}
      onFinish={async values => {
        setError(null)
        try {
          const { id } = await send<{ id: string }>('POST', `/divisions/${division}/handovers`, {
            ...values,
            reason: values.reason.trim(),
            requestKey,
          })
          void navigate({ to: at(`handovers/${id}`) as string })
        } catch (refused) {
          setError(refused)
        }
      }}
    >
      {error !== null && <FaultNotice error={error} />}
      <div className="form-line">
        {(['giver', 'taker', 'witness'] as const).map(role => (
          <Form.Item key={role} name={role} label={t(`handover.${role}`)} rules={needed}>
            <Select
              showSearch
              optionFilterProp="label"
              style={{ minWidth: 180 }}
              options={
                role === 'giver' && !may('approvals.arrange') ? names.filter(one => one.value === account) : names
              }
              {...(role === 'giver' ? { onChange: () => form.setFieldValue('holdings', []) } : {})}
            />
          </Form.Item>
        ))}
        <Form.Item name="holdings" label={t('handover.posts')} rules={needed}>
          <Select
            mode="multiple"
            optionFilterProp="label"
            style={{ minWidth: 220 }}
            options={held.map(one => ({ value: one.id, label: postName(one.post) }))}
          />
        </Form.Item>
        <Form.Item name="reason" label={t('handover.reason')} rules={[{ ...needed[0]!, whitespace: true }]}>
          <Input maxLength={200} />
        </Form.Item>
      </div>
      <Button type="primary" htmlType="submit">
        {t('handover.save')}
      </Button>
    </Form>
  )
}
