import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { send } from '../shell/api.ts'
import { PasswordForm } from '../shell/password-form.tsx'
import { useSession } from '../shell/session.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { beijingTime } from '../ui/dates.ts'
import { Facts } from '../ui/facts.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useDutyColumns } from './post-over.tsx'
import { SecondFactorForm } from './second-factor-form.tsx'
import { SessionTable } from './session-table.tsx'

/** 我的账号: who I am here, what I hold, how I come in, and where I am signed in. */
export function AccountPage() {
  const { t } = useTranslation()
  const session = useSession()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const columns = useDutyColumns()
  const again = () => queries.invalidateQueries({ queryKey: ['/session'] })
  return (
    <>
      <PageTitle title={t('account.title')} of={session.name} />
      <div className="columns columns-even">
        <Panel title={t('account.facts')}>
          <Facts
            facts={[
              { name: t('account.name'), value: session.name },
              { name: t('account.signInName'), value: session.signInName },
              { name: t('account.office'), value: session.office },
              { name: t('account.duty'), value: session.duty },
              {
                name: t('account.passwordSet'),
                value: session.passwordSetAt ? beijingTime(session.passwordSetAt) : null,
              },
              {
                name: t('secondFactor.title'),
                value: session.secondFactor ? t('secondFactor.on') : t('secondFactor.off'),
              },
            ]}
          />
        </Panel>
        <Panel title={t('account.posts')}>
          <DataTable
            caption={t('account.posts')}
            columns={columns}
            rows={session.duties}
            rowKey={(_, index) => String(index)}
            tools={false}
            empty={<Nothing title={t('account.noPosts')} />}
          />
        </Panel>
      </div>
      <div className="columns columns-even">
        <Panel title={t('account.password')}>
          <PasswordForm
            done={() => {
              message.success(t('password.changed'))
              void again()
            }}
          />
        </Panel>
        <Panel title={t('secondFactor.title')}>
          {session.secondFactor ? <DropFactor done={again} /> : <SecondFactorForm done={() => void again()} />}
        </Panel>
      </div>
      <Panel title={t('account.sessions')}>
        <SessionTable path="/own/sessions" who={false} />
      </Panel>
    </>
  )
}

function DropFactor({ done }: { done: () => Promise<void> }) {
  const { t } = useTranslation()
  const [error, setError] = useState<unknown>(null)
  return (
    <Form
      layout="vertical"
      requiredMark={false}
      onFinish={async ({ password }: { password: string }) => {
        setError(null)
        try {
          await send('DELETE', '/second-factor', { password })
          await done()
        } catch (refused) {
          setError(refused)
        }
      }}
    >
      {error !== null && <FaultNotice error={error} />}
      <Form.Item
        name="password"
        label={t('secondFactor.password')}
        rules={[{ required: true, message: t('password.needed') }]}
      >
        <Input.Password autoComplete="current-password" maxLength={200} />
      </Form.Item>
      <Button htmlType="submit">{t('secondFactor.drop')}</Button>
    </Form>
  )
}
