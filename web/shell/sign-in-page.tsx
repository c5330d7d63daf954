import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SessionInfo } from '../../src/identity/contract.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { get, send } from './api.ts'
import { Threshold } from './threshold.tsx'

/** Real names, one account each; strangers learn no more than whether this is the demonstration. */
export function SignInPage() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [form] = Form.useForm<{ name: string; password: string }>()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const installation = useQuery({
    queryKey: ['/session-info'],
    queryFn: () => get<SessionInfo>('/session-info'),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <Threshold>
      <h2>{t('signIn.title')}</h2>
      {error !== null && <FaultNotice error={error} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={async values => {
          setBusy(true)
          setError(null)
          try {
            await send('POST', '/session', values)
            await queries.invalidateQueries({ queryKey: ['/session'] })
          } catch (refused) {
            setError(refused)
            form.setFieldValue('password', '')
            form.focusField('password')
          } finally {
            setBusy(false)
          }
        }}
      >
        <Form.Item name="name" label={t('signIn.name')} rules={[{ required: true, message: t('signIn.nameNeeded') }]}>
          <Input autoComplete="username" autoFocus size="large" maxLength={60} />
        </Form.Item>
        <Form.Item
          name="password"
          label={t('signIn.password')}
          rules={[{ required: true, message: t('signIn.passwordNeeded') }]}
        >
          <Input.Password autoComplete="current-password" size="large" maxLength={200} />
        </Form.Item>
        <Button type="primary" htmlType="submit" size="large" block loading={busy}>
          {t('signIn.go')}
        </Button>
      </Form>
      {installation.data?.demo && <Alert className="demo-hint" type="info" title={t('signIn.demo')} />}
      <p className="threshold-hint">{t('signIn.help')}</p>
    </Threshold>
  )
}
