import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { get, send } from './api.ts'
import { Threshold } from './threshold.tsx'

/** What a server says of itself to strangers: whether it holds the demo province, and under which names one may look. */
interface Installation {
  demo?: boolean
  accounts?: { name: string; password?: string; post: { zh: string; en: string } }[]
}

export function SignInPage() {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const [form] = Form.useForm<{ name: string; password: string }>()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const installation = useQuery({
    queryKey: ['/session-info'],
    // A server that has nothing to say to strangers answers 404; then nothing is shown.
    queryFn: () => get<Installation>('/session-info').catch(() => ({}) as Installation),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const demo = installation.data?.demo ? installation.data : null
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
      {demo && (
        <Alert
          className="demo-hint"
          type="info"
          title={t('signIn.demo')}
          description={
            demo.accounts && (
              <ul className="demo-accounts">
                {demo.accounts.map(account => (
                  <li key={account.name}>
                    <button
                      type="button"
                      className="plain-button"
                      onClick={() => form.setFieldsValue({ name: account.name, password: account.password ?? '' })}
                    >
                      {account.name}
                    </button>{' '}
                    {i18n.language === 'en' ? account.post.en : account.post.zh}
                  </li>
                ))}
              </ul>
            )
          }
        />
      )}
      <p className="threshold-hint">{t('signIn.help')}</p>
    </Threshold>
  )
}
