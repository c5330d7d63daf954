import { Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'

/** A masked account number; whoever may looks at it in the clear, for a purpose that goes into the audit. It is forgotten on closing. */
export function UnmaskAccount({
  payment,
  whose,
  masked,
}: {
  payment: string
  whose: 'payee' | 'payer'
  masked: string
}) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()
  const [open, setOpen] = useState(false)
  const [purpose, setPurpose] = useState('')
  const [busy, setBusy] = useState(false)
  const [account, setAccount] = useState<string | null>(null)
  const [error, setError] = useState<unknown>(null)
  if (!may('personal.unmask')) return <>{masked}</>
  const close = () => {
    setOpen(false)
    setAccount(null)
    setPurpose('')
    setError(null)
  }
  const look = async () => {
    if (account !== null) return close()
    setBusy(true)
    setError(null)
    try {
      const path = `/divisions/${division}/payments/${payment}/unmask`
      setAccount((await send<{ account: string }>('POST', path, { whose, purpose })).account)
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      {masked}{' '}
      <Button size="small" onClick={() => setOpen(true)}>
        {t('unmask.look')}
      </Button>
      <Modal
        open={open}
        title={t('unmask.title')}
        onCancel={close}
        onOk={() => void look()}
        okText={account === null ? t('unmask.go') : t('unmask.close')}
        cancelButtonProps={{ style: { display: 'none' } }}
        confirmLoading={busy}
        destroyOnHidden
      >
        {account === null ? (
          <>
            <p>{t('unmask.hint')}</p>
            <Input
              aria-label={t('unmask.purpose')}
              placeholder={t('unmask.purpose')}
              maxLength={200}
              value={purpose}
              onChange={event => setPurpose(event.target.value)}
              onPressEnter={() => void look()}
            />
          </>
        ) : (
          <p role="status">
            {t('unmask.shown')} <strong>{account.replace(/(\d{4})(?=\d)/g, '$1 ')}</strong>
          </p>
        )}
        {error !== null && <FaultNotice error={error} />}
      </Modal>
    </>
  )
}
