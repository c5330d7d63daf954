import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Alert, App, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonPage as Answer } from '../../src/identity/contract.ts'
import { get, send } from '../shell/api.ts'
import { useMay } from '../shell/session.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Facts } from '../ui/facts.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { useDutyColumns, usePostName } from './post-over.tsx'

/** One person: who, which posts since when, by which applications; what the security administrator may do. */
export function PersonPage() {
  const { t } = useTranslation()
  const { account } = useParams({ strict: false }) as { account: string }
  const query = useApi<Answer>(`/people/${account}`)
  if (!query.data)
    return (
      <>
        <PageTitle title={t('person.title')} />
        <Loaded query={query}>{() => null}</Loaded>
      </>
    )
  return <One page={query.data} />
}

function One({ page }: { page: Answer }) {
  const { t } = useTranslation()
  const may = useMay()
  const postName = usePostName()
  const columns = useDutyColumns<Answer['holdings'][number]>()
  const { person } = page
  return (
    <>
      <PageTitle title={t('person.title')} of={person.name}>
        <Figure name={t('post.state')}>{t(`person.state.${person.state}`)}</Figure>
        <Figure name={t('account.signInName')}>{person.signInName}</Figure>
        {person.demo && <Figure name={t('person.demo')}>{t('yes')}</Figure>}
      </PageTitle>
      <div className="columns columns-thing">
        <Panel title={t('account.facts')}>
          <Facts
            facts={[
              { name: t('account.name'), value: person.name },
              { name: t('account.office'), value: person.office },
              { name: t('account.duty'), value: person.duty },
              { name: t('person.number'), value: person.numberMasked },
              { name: t('person.phone'), value: person.phoneMasked },
              {
                name: t('secondFactor.title'),
                value: person.secondFactor ? t('secondFactor.on') : t('secondFactor.off'),
              },
            ]}
          />
          {may('people.unmask') && person.numberMasked && <Clear account={person.account} />}
        </Panel>
        {may('accounts.secure') && (
          <Panel title={t('person.secure')}>
            <Secure account={person.account} closed={person.state === 'closed'} factor={person.secondFactor} />
          </Panel>
        )}
      </div>
      <Panel title={t('person.posts')}>
        <DataTable
          caption={t('person.posts')}
          columns={[
            ...columns,
            { key: 'from', title: t('post.from'), value: row => row.from, width: 110 },
            { key: 'state', title: t('post.state'), value: row => (row.ended ? t('post.ended') : t('post.held')) },
          ]}
          rows={page.holdings}
          rowKey={(_, index) => String(index)}
        />
      </Panel>
      <Panel title={t('person.applications')}>
        <DataTable
          caption={t('person.applications')}
          columns={[
            { key: 'id', title: t('application.number'), value: row => row.id },
            { key: 'kind', title: t('application.kind'), value: row => t(`application.kinds.${row.kind}`) },
            { key: 'post', title: t('post.post'), value: row => postName(row.post) },
            { key: 'appliedOn', title: t('application.appliedOn'), value: row => row.appliedOn },
            { key: 'state', title: t('post.state'), value: row => t(`application.state.${row.state}`) },
          ]}
          rows={page.applications}
          rowKey={(row, index) => `${row.id} ${index}`}
          empty={<Nothing title={t('person.noApplications')} />}
        />
      </Panel>
    </>
  )
}

function Clear({ account }: { account: string }) {
  const { t } = useTranslation()
  const [shown, setShown] = useState<{ number: string | null; phone: string | null } | null>(null)
  const [error, setError] = useState<unknown>(null)
  return (
    <Form
      layout="inline"
      onFinish={async ({ purpose }: { purpose: string }) => {
        setError(null)
        try {
          setShown(await get(`/people/${account}/clear`, { purpose }))
        } catch (refused) {
          setError(refused)
        }
      }}
    >
      {error !== null && <FaultNotice error={error} />}
      {shown ? (
        <p>
          {shown.number} · {shown.phone ?? '—'}
        </p>
      ) : (
        <>
          <Form.Item
            name="purpose"
            label={t('person.purpose')}
            rules={[{ required: true, min: 4, message: t('person.purposeNeeded') }]}
          >
            <Input maxLength={100} />
          </Form.Item>
          <Button htmlType="submit">{t('person.clear')}</Button>
        </>
      )}
    </Form>
  )
}

function Secure({ account, closed, factor }: { account: string; closed: boolean; factor: boolean }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [error, setError] = useState<unknown>(null)
  const [code, setCode] = useState<string | null>(null)
  const act = async (what: 'unlock' | 'reset' | 'reset-second-factor') => {
    setError(null)
    try {
      const done = await send<{ code?: string }>('POST', `/people/${account}/${what}`)
      setCode(done.code ?? null)
      message.success(t('person.done'))
      await queries.invalidateQueries({ queryKey: [`/people/${account}`] })
    } catch (refused) {
      setError(refused)
    }
  }
  return (
    <>
      {error !== null && <FaultNotice error={error} />}
      {code && <Alert type="warning" showIcon title={t('person.newCode')} description={<code>{code}</code>} />}
      <ul className="actions">
        <li>
          <Button size="small" disabled={closed} onClick={() => void act('unlock')}>
            {t('person.unlock')}
          </Button>
        </li>
        <li>
          <Button size="small" disabled={closed} onClick={() => void act('reset')}>
            {t('person.reset')}
          </Button>{' '}
          <span className="dim">{t('person.resetHint')}</span>
        </li>
        <li>
          <Button size="small" disabled={closed || !factor} onClick={() => void act('reset-second-factor')}>
            {t('person.resetFactor')}
          </Button>
        </li>
      </ul>
    </>
  )
}
