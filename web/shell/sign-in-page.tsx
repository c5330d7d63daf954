import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SessionInfo } from '../../src/identity/contract.ts'
import { ActivationForm } from '../identity/activation-form.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { get, Refused, send } from './api.ts'
import { Threshold } from './threshold.tsx'

/** Real names, one account each; strangers learn no more than whether this is the demonstration. */
export function SignInPage() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [form] = Form.useForm<{ name: string; password: string; code?: string }>()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const [asking, setAsking] = useState(false)
  const [activating, setActivating] = useState(false)
  const [activated, setActivated] = useState(false)
  const installation = useQuery({
    queryKey: ['/session-info'],
    queryFn: () => get<SessionInfo>('/session-info'),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (activating)
    return (
      <Threshold>
        <ActivationForm
          done={() => {
            setActivating(false)
            setActivated(true)
          }}
          back={() => setActivating(false)}
        />
      </Threshold>
    )
  return (
    <Threshold>
      <h2>{t('signIn.title')}</h2>
      {activated && error === null && <Alert type="success" showIcon title={t('activation.done')} />}
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
            const code = refused instanceof Refused ? refused.faults[0]?.code : undefined
            if (code === 'second-factor-needed' || code === 'second-factor-wrong') {
              // Name and password are right: they stay, and the code is asked for.
              setAsking(true)
              form.setFieldValue('code', '')
              setError(code === 'second-factor-wrong' ? refused : null)
              setTimeout(() => form.focusField('code'))
              return
            }
            setAsking(false)
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
        {asking && (
          <Form.Item
            name="code"
            label={t('secondFactor.code')}
            extra={t('secondFactor.codeHint')}
            rules={[{ required: true, message: t('password.needed') }]}
          >
            <Input autoComplete="one-time-code" size="large" maxLength={40} />
          </Form.Item>
        )}
        <Button type="primary" htmlType="submit" size="large" block loading={busy}>
          {t('signIn.go')}
        </Button>
      </Form>
      {installation.data?.demo && <Alert className="demo-hint" type="info" title={t('signIn.demo')} />}
      <p className="threshold-hint">
        <button type="button" className="plain-button" onClick={() => setActivating(true)}>
          {t('activation.link')}
        </button>
      </p>
      <p className="threshold-hint">{t('signIn.help')}</p>
    </Threshold>
  )
}
