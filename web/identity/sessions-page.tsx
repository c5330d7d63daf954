import { useTranslation } from 'react-i18next'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { SessionTable } from './session-table.tsx'

/** 在线会话: who is signed in now, for the security administrator. */
export function SessionsPage() {
  const { t } = useTranslation()
  return (
    <>
      <PageTitle title={t('menu.sessions')} />
      <Panel>
        <SessionTable path="/sessions" who />
      </Panel>
    </>
  )
}
