import { Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { NewFactor } from '../../src/identity/contract.ts'
import { send } from '../shell/api.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'

/** Sets up an authenticator: picture and secret, a code to prove it, then the recovery codes, shown once. */
export function SecondFactorForm({ done }: { done: () => void }) {
  const { t } = useTranslation()
  const [begun, setBegun] = useState<NewFactor | null>(null)
  const [codes, setCodes] = useState<string[] | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const doing = async (work: () => Promise<void>) => {
    setBusy(true)
    setError(null)
    try {
      await work()
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  if (codes)
    return (
      <div>
        <h3>{t('secondFactor.codes')}</h3>
        <p>{t('secondFactor.codesHint')}</p>
        <ul className="one-time-codes">
          {codes.map(code => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
        <Button type="primary" onClick={done}>
          {t('secondFactor.kept')}
        </Button>
      </div>
    )
  return (
    <div>
      {error !== null && <FaultNotice error={error} />}
      {begun ? (
        <Form
          layout="vertical"
          requiredMark={false}
          onFinish={({ code }: { code: string }) =>
            doing(async () =>
              setCodes((await send<{ codes: string[] }>('POST', '/second-factor/confirm', { code })).codes),
            )
          }
        >
          <p>{t('secondFactor.scan')}</p>
          <img
            className="qr-code"
            alt={t('secondFactor.picture')}
            src={`data:image/svg+xml,${encodeURIComponent(begun.svg)}`}
          />
          <p>
            {t('secondFactor.secret')} <code>{begun.secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
          </p>
          <Form.Item
            name="code"
            label={t('secondFactor.six')}
            rules={[{ required: true, message: t('password.needed') }]}
          >
            <Input inputMode="numeric" autoComplete="one-time-code" maxLength={10} style={{ width: 160 }} />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={busy}>
            {t('secondFactor.confirm')}
          </Button>
        </Form>
      ) : (
        <Button
          type="primary"
          loading={busy}
          onClick={() => doing(async () => setBegun(await send<NewFactor>('POST', '/second-factor')))}
        >
          {t('secondFactor.begin')}
        </Button>
      )}
    </div>
  )
}
