import { Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { send } from './api.ts'

/** Old password, new one twice. What makes a password strong is the server's to say; here only what can be seen at once. */
export function PasswordForm({ done }: { done: () => void }) {
  const { t } = useTranslation()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  return (
    <Form
      layout="vertical"
      requiredMark={false}
      onFinish={async (values: { old: string; next: string }) => {
        setBusy(true)
        setError(null)
        try {
          await send('PUT', '/password', { old: values.old, new: values.next })
          done()
        } catch (refused) {
          setError(refused)
        } finally {
          setBusy(false)
        }
      }}
    >
      {error !== null && <FaultNotice error={error} />}
      <Form.Item name="old" label={t('password.old')} rules={[{ required: true, message: t('password.needed') }]}>
        <Input.Password autoComplete="current-password" maxLength={200} />
      </Form.Item>
      <Form.Item
        name="next"
        label={t('password.new')}
        extra={t('password.rule')}
        rules={[{ required: true, message: t('password.needed') }]}
      >
        <Input.Password autoComplete="new-password" maxLength={200} />
      </Form.Item>
      <Form.Item
        name="again"
        label={t('password.again')}
        dependencies={['next']}
        rules={[
          { required: true, message: t('password.needed') },
          ({ getFieldValue }) => ({
            validator: (_, value) =>
              !value || value === getFieldValue('next')
                ? Promise.resolve()
                : Promise.reject(new Error(t('password.differs'))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={200} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={busy}>
        {t('password.change')}
      </Button>
    </Form>
  )
}
