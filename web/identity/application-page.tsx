import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { App, Button, Form, Input, Timeline } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Application, ApplicationLine, Executed } from '../../src/identity/contract.ts'
import { STEPS, type Step, whyNot } from '../../src/identity/status.ts'
import { download, send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { useMay, useSession } from '../shell/session.tsx'
import { saveFile } from '../ui/carry.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { beijingTime } from '../ui/dates.ts'
import { Facts } from '../ui/facts.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { Reasoned } from '../ui/reasoned.tsx'
import { useApi } from '../ui/use-api.ts'
import { ApplicationMark } from './application-mark.tsx'
import { OneTimeCodes } from './one-time-codes.tsx'
import { usePostName } from './post-over.tsx'

/** One permission application: who is to hold what, who agreed, what comes next and why not by you. */
export function ApplicationPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { application } = useParams({ strict: false }) as { application: string }
  const query = useApi<Application>(`/divisions/${division}/applications/${application}`)
  if (!query.data)
    return (
      <>
        <PageTitle title={t('application.title')} />
        <Loaded query={query}>{() => null}</Loaded>
      </>
    )
  return <One application={query.data} />
}

function One({ application }: { application: Application }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { message } = App.useApp()
  const postName = usePostName()
  const columns: Column<ApplicationLine>[] = [
    { key: 'line', title: t('application.line'), value: row => row.line, width: 50 },
    { key: 'kind', title: t('application.kind'), value: row => t(`application.kinds.${row.kind}`) },
    { key: 'officeName', title: t('application.officeName'), value: row => row.officeName },
    { key: 'name', title: t('application.name'), value: row => row.name },
    { key: 'number', title: t('application.idNumber'), value: row => row.numberMasked },
    { key: 'duty', title: t('application.duty'), value: row => row.duty },
    { key: 'phone', title: t('application.phone'), value: row => row.phoneMasked },
    { key: 'signInName', title: t('application.signInName'), value: row => row.signInName },
    { key: 'post', title: t('application.right'), value: row => postName(row.post) },
    {
      key: 'over',
      title: t('post.over'),
      wrap: true,
      value: row =>
        [row.division?.name ?? t('post.whole'), row.office?.name, row.fund?.name, row.agency?.name]
          .filter(Boolean)
          .join(' · '),
    },
    { key: 'until', title: t('application.until'), value: row => row.until },
    { key: 'remark', title: t('application.remark'), value: row => row.remark, wrap: true },
  ]
  const signed = (by: { name: string } | null, words: string | null, on: string | null) =>
    on ? [by?.name ?? t('application.onPaper'), words, on].filter(Boolean).join(' · ') : t('application.waiting')
  const word = (
    <Button
      onClick={async () => {
        try {
          const { blob, fileName } = await download(`/divisions/${division}/applications/${application.id}/form`)
          saveFile(fileName ?? `${application.id}.docx`, blob)
        } catch {
          message.error(t('table.exportFailed'))
        }
      }}
    >
      {t('application.word')}
    </Button>
  )
  return (
    <>
      <PageTitle title={t('application.title')} of={`${application.id} ${application.unit}`} actions={word}>
        <Figure name={t('post.state')}>
          <ApplicationMark state={application.state} />
        </Figure>
        <Figure name={t('application.appliedOn')}>{application.appliedOn}</Figure>
        <Figure name={t('application.filledBy')}>{application.filledBy?.name}</Figure>
      </PageTitle>
      <Panel title={t('application.lines')}>
        <DataTable
          caption={t('application.lines')}
          columns={columns}
          rows={application.lines}
          rowKey={row => String(row.line)}
        />
      </Panel>
      <div className="columns columns-thing">
        <Panel title={t('application.opinions')}>
          <Facts
            facts={[
              {
                name: t('application.unitOpinion'),
                value: signed(application.unitBy, application.unitOpinion, application.unitOn),
                wide: true,
              },
              {
                name: t('application.departmentOpinion'),
                value: signed(application.departmentBy, application.departmentOpinion, application.departmentOn),
                wide: true,
              },
              {
                name: t('application.execution'),
                value: signed(application.executedBy, null, application.executedOn),
                wide: true,
              },
            ]}
          />
          <h3>{t('application.history')}</h3>
          <Timeline
            items={application.events.map(event => ({
              key: event.no,
              content: (
                <div className="event">
                  <div>
                    <strong>{t(`application.events.${event.step}`)}</strong>{' '}
                    <span className="dim">
                      {beijingTime(String(event.at))} · {event.name}
                    </span>
                  </div>
                  {event.opinion && <p>{event.opinion}</p>}
                </div>
              ),
            }))}
          />
        </Panel>
        <Panel title={t('application.act')}>
          <Act application={application} />
        </Panel>
      </div>
    </>
  )
}

/** The next steps; those that are not for you now say why. */
function Act({ application }: { application: Application }) {
  const { t } = useTranslation()
  const { division, at } = usePlace()
  const { account, signInName } = useSession()
  const may = useMay()
  const said = useSaid()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [form] = Form.useForm<{ opinion: string }>()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState<string | null>(null)
  const [codes, setCodes] = useState<Executed['codes']>([])
  const hands = {
    state: application.state,
    filledBy: application.filledBy?.account ?? '',
    unitBy: application.unitBy?.account ?? null,
    departmentBy: application.departmentBy?.account ?? null,
  }
  const gains = application.lines.some(line => line.kind !== 'revoke' && line.signInName === signInName)
  const why = (step: Step) => whyNot(step, hands, { account, may: may(STEPS[step].permission), gains })
  const path = `/divisions/${division}/applications/${application.id}`
  const take = async (step: Step, agree: boolean) => {
    if (step === 'resubmit') return navigate({ to: at(`applications/${application.id}/mend`) as string })
    const { opinion } = step === 'withdraw' ? { opinion: '' } : await form.validateFields()
    setBusy(`${step} ${agree}`)
    setError(null)
    try {
      const done = await send<Partial<Executed>>(
        'POST',
        `${path}/${step}`,
        step === 'withdraw' ? undefined : { agree, opinion: opinion.trim() },
      )
      setCodes(done.codes ?? [])
      form.resetFields()
      await queries.invalidateQueries({ queryKey: [path] })
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(null)
    }
  }
  const signing = (['agree-unit', 'agree-department', 'execute'] as const).find(step => why(step) === null)
  const steps = (Object.keys(STEPS) as Step[]).filter(step =>
    (STEPS[step].from as readonly string[]).includes(application.state),
  )
  return (
    <Form form={form} layout="vertical" requiredMark={false}>
      {error !== null && <FaultNotice error={error} />}
      {codes.length > 0 && <OneTimeCodes codes={codes} />}
      {signing && (
        <Form.Item
          name="opinion"
          label={t('application.opinion')}
          rules={[{ required: true, whitespace: true, message: t('application.opinionNeeded') }]}
        >
          <Input.TextArea rows={3} maxLength={200} />
        </Form.Item>
      )}
      <ul className="actions">
        {steps.map(step => {
          const reason = why(step)
          return (
            <li key={step}>
              {reason ? (
                <Reasoned label={t(`application.steps.${step}`)} reason={said(reason)} />
              ) : (
                <Button
                  type={step === 'withdraw' ? 'default' : 'primary'}
                  size="small"
                  loading={busy === `${step} true`}
                  onClick={() => void take(step, true)?.catch(() => {})}
                >
                  {t(`application.steps.${step}`)}
                </Button>
              )}
            </li>
          )
        })}
        {signing && (
          <li>
            <Button size="small" loading={busy === `${signing} false`} onClick={() => void take(signing, false)}>
              {t('application.sendBack')}
            </Button>
          </li>
        )}
        {steps.length === 0 && <li>{t(`application.state.${application.state}`)}</li>}
      </ul>
    </Form>
  )
}
