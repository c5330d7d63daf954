import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Form, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { InterfaceKeyRow } from '../../src/identity/contract.ts'
import { POSTS } from '../../src/identity/posts.ts'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { beijingTime } from '../ui/dates.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

interface Values {
  name: string
  account: string
  post: string
  days: number
}

/** 接口密钥: by which other systems push and read. */
export function InterfaceKeysPage() {
  const { t } = useTranslation()
  const said = useSaid()
  const { division } = usePlace()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const path = `/divisions/${division}/interface-keys`
  const query = useApi<{ rows: InterfaceKeyRow[] }>(path)
  const [form] = Form.useForm<Values>()
  const [made, setMade] = useState<string | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const postName = (post: string) => said(POSTS[post] ?? post)
  const state = (row: InterfaceKeyRow) =>
    row.revokedAt ? 'revoked' : Date.parse(row.endsAt) < Date.now() ? 'ended' : 'inForce'

  const act = async (work: () => Promise<void>) => {
    setBusy(true)
    setError(null)
    try {
      await work()
      await queries.invalidateQueries({ queryKey: [path] })
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  const columns: Column<InterfaceKeyRow>[] = [
    { key: 'name', title: t('interfaceKey.name'), value: row => row.name, wrap: true },
    { key: 'shown', title: t('interfaceKey.shown'), value: row => `${row.shown}…` },
    { key: 'person', title: t('interfaceKey.person'), value: row => `${row.person} (${row.account})` },
    { key: 'post', title: t('interfaceKey.post'), value: row => postName(row.post) },
    { key: 'ends', title: t('interfaceKey.endsAt'), value: row => beijingTime(row.endsAt) },
    {
      key: 'used',
      title: t('interfaceKey.usedAt'),
      value: row =>
        row.usedAt ? `${beijingTime(row.usedAt)}${row.usedFrom ? ` · ${row.usedFrom}` : ''}` : t('interfaceKey.never'),
    },
    { key: 'state', title: t('interfaceKey.state'), value: row => t(`interfaceKey.${state(row)}`) },
    {
      key: 'action',
      title: t('column.action'),
      value: () => '',
      cell: row =>
        state(row) === 'inForce' && (
          <Button
            size="small"
            danger
            disabled={busy}
            onClick={() =>
              void act(async () => {
                await send('POST', `${path}/${row.id}/revoke`, {})
                message.success(t('interfaceKey.revokedDone'))
              })
            }
          >
            {t('interfaceKey.revoke')}
          </Button>
        ),
    },
  ]
  const needed = [{ required: true, message: t('interfaceKey.needed') }]
  return (
    <>
      <PageTitle title={t('menu.interfaceKeys')} />
      <Panel title={t('interfaceKey.new')}>
        <p className="form-about">{t('interfaceKey.about')}</p>
        <Form
          form={form}
          layout="vertical"
          className="business-form"
          initialValues={{ days: 180 }}
          onFinish={values =>
            void act(async () => {
              const answer = await send<{ key: string }>('POST', path, values)
              setMade(answer.key)
              form.resetFields()
            })
          }
        >
          <div className="form-row">
            <Form.Item name="name" label={t('interfaceKey.name')} rules={needed}>
              <Input maxLength={60} />
            </Form.Item>
            <Form.Item name="account" label={t('interfaceKey.account')} rules={needed}>
              <Input maxLength={60} autoComplete="off" />
            </Form.Item>
            <Form.Item name="post" label={t('interfaceKey.post')} rules={needed}>
              <Select
                options={Object.keys(POSTS)
                  .filter(post => POSTS[post]?.kind === 'business')
                  .map(post => ({ value: post, label: postName(post) }))}
              />
            </Form.Item>
            <Form.Item name="days" label={t('interfaceKey.days')} rules={needed}>
              <InputNumber min={1} max={366} />
            </Form.Item>
          </div>
          {error !== null && <FaultNotice error={error} />}
          {made && <Alert type="success" showIcon title={t('interfaceKey.once')} description={<code>{made}</code>} />}
          <div className="form-actions">
            <Button type="primary" htmlType="submit" loading={busy}>
              {t('interfaceKey.make')}
            </Button>
          </div>
        </Form>
      </Panel>
      <Panel title={t('interfaceKey.list')}>
        <Loaded query={query}>
          {({ rows }) => (
            <DataTable
              caption={t('interfaceKey.list')}
              columns={columns}
              rows={rows}
              rowKey={row => row.id}
              empty={<Nothing title={t('interfaceKey.none')} />}
            />
          )}
        </Loaded>
      </Panel>
    </>
  )
}
