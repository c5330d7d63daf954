import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PolicyBody } from '../../src/identity/contract.ts'
import { POST_KEYS } from '../../src/identity/posts.ts'
import { RetentionPanel } from '../audit/retention-panel.tsx'
import { send } from '../shell/api.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { usePostName } from './post-over.tsx'

/** What each number may be; the database holds to the same. */
const LIMITS = {
  passwordLength: [8, 64],
  passwordKinds: [2, 4],
  passwordDays: [7, 730],
  formerPasswords: [1, 24],
  failuresAllowed: [3, 10],
  lockMinutes: [5, 1440],
  idleMinutes: [5, 240],
  sessionHours: [1, 24],
} as const

/** 安全策略: what is asked of passwords, sessions and second factors. */
export function PolicyPage() {
  const { t } = useTranslation()
  const query = useApi<PolicyBody>('/security-policy')
  return (
    <>
      <PageTitle title={t('menu.policy')} />
      <Loaded query={query}>{policy => <PolicyForm policy={policy} />}</Loaded>
      <RetentionPanel path="/retention-terms" />
    </>
  )
}

function PolicyForm({ policy }: { policy: PolicyBody }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const postName = usePostName()
  const [error, setError] = useState<unknown>(null)
  return (
    <Panel>
      <p className="handle-hint">{t('policy.hint')}</p>
      {error !== null && <FaultNotice error={error} />}
      <Form<PolicyBody>
        className="business-form"
        layout="vertical"
        requiredMark={false}
        initialValues={policy}
        onFinish={async values => {
          setError(null)
          try {
            await send('PUT', '/security-policy', { ...values, passwordDays: values.passwordDays ?? null })
            message.success(t('policy.saved'))
            await queries.invalidateQueries({ queryKey: ['/security-policy'] })
          } catch (refused) {
            setError(refused)
          }
        }}
      >
        <div className="form-line">
          {(Object.keys(LIMITS) as (keyof typeof LIMITS)[]).map(name => (
            <Form.Item
              key={name}
              name={name}
              label={t(`policy.${name}`)}
              rules={name === 'passwordDays' ? [] : [{ required: true, message: t('application.needed') }]}
            >
              <InputNumber min={LIMITS[name][0]} max={LIMITS[name][1]} precision={0} />
            </Form.Item>
          ))}
        </div>
        <Form.Item name="secondFactorPosts" label={t('policy.secondFactorPosts')}>
          <Select
            mode="multiple"
            options={POST_KEYS.map(post => ({ value: post, label: postName(post) }))}
            optionFilterProp="label"
          />
        </Form.Item>
        <Button type="primary" htmlType="submit">
          {t('policy.save')}
        </Button>
      </Form>
    </Panel>
  )
}
