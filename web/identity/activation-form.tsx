import { Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { send } from '../shell/api.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'

/** A first password, or one after a reset, by the one-time code that was handed over. */
export function ActivationForm({ done, back }: { done: () => void; back: () => void }) {
  const { t } = useTranslation()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const needed = (message: string) => [{ required: true, message }]
  return (
    <>
      <h2>{t('activation.title')}</h2>
      <p className="threshold-hint">{t('activation.hint')}</p>
      {error !== null && <FaultNotice error={error} />}
      <Form
        layout="vertical"
        requiredMark={false}
        onFinish={async (values: { name: string; code: string; password: string }) => {
          setBusy(true)
          setError(null)
          try {
            await send('POST', '/activation', { name: values.name, code: values.code, password: values.password })
            done()
          } catch (refused) {
            setError(refused)
          } finally {
            setBusy(false)
          }
        }}
      >
        <Form.Item name="name" label={t('signIn.name')} rules={needed(t('signIn.nameNeeded'))}>
          <Input autoComplete="username" autoFocus maxLength={60} />
        </Form.Item>
        <Form.Item name="code" label={t('activation.code')} rules={needed(t('activation.codeNeeded'))}>
          <Input autoComplete="one-time-code" maxLength={40} />
        </Form.Item>
        <Form.Item
          name="password"
          label={t('password.new')}
          extra={t('password.rule')}
          rules={needed(t('password.needed'))}
        >
          <Input.Password autoComplete="new-password" maxLength={200} />
        </Form.Item>
        <Form.Item
          name="again"
          label={t('password.again')}
          dependencies={['password']}
          rules={[
            { required: true, message: t('password.needed') },
            ({ getFieldValue }) => ({
              validator: (_, value) =>
                !value || value === getFieldValue('password')
                  ? Promise.resolve()
                  : Promise.reject(new Error(t('password.differs'))),
            }),
          ]}
        >
          <Input.Password autoComplete="new-password" maxLength={200} />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t('activation.go')}
        </Button>
      </Form>
      <p className="threshold-hint">
        <button type="button" className="plain-button" onClick={back}>
          {t('activation.back')}
        </button>
      </p>
    </>
  )
}
