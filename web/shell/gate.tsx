import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { SecondFactorForm } from '../identity/second-factor-form.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { PasswordForm } from './password-form.tsx'
import { SessionProvider, useSessionQuery } from './session.tsx'
import { SignInPage } from './sign-in-page.tsx'
import { Threshold } from './threshold.tsx'

/** Nothing below is shown to anyone who has not signed in, and changed a first password. The address is kept meanwhile. */
export function Gate({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  const session = useSessionQuery()
  if (session.isPending)
    return (
      <Threshold>
        <p role="status">{t('state.loading')}</p>
      </Threshold>
    )
  if (session.error)
    return (
      <Threshold>
        <FaultNotice error={session.error} />
        <Button onClick={() => void session.refetch()}>{t('state.retry')}</Button>
      </Threshold>
    )
  if (!session.data) return <SignInPage />
  if (session.data.mustChange)
    return (
      <Threshold>
        <h2>{t('password.first')}</h2>
        <p className="threshold-hint">{t('password.firstHint')}</p>
        <PasswordForm done={() => void session.refetch()} />
      </Threshold>
    )
  if (session.data.mustEnrol)
    return (
      <Threshold>
        <h2>{t('secondFactor.first')}</h2>
        <p className="threshold-hint">{t('secondFactor.firstHint')}</p>
        <SecondFactorForm done={() => void session.refetch()} />
      </Threshold>
    )
  return <SessionProvider value={session.data}>{children}</SessionProvider>
}
