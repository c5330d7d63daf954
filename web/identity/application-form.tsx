import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { App, Button, DatePicker, Form, Input, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Application, ApplicationLineBody, Executed } from '../../src/identity/contract.ts'
import { FOUNDING_POSTS, POST_KEYS } from '../../src/identity/posts.ts'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { newRequestKey } from '../shell/request-key.ts'
import { useSession } from '../shell/session.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { OneTimeCodes } from './one-time-codes.tsx'
import { usePostName } from './post-over.tsx'

type Line = Omit<ApplicationLineBody, 'until'> & { until?: Dayjs }
interface Values {
  unit: string
  lines: Line[]
  unitSigner?: string
  unitOn?: Dayjs
  departmentSigner?: string
  departmentOn?: Dayjs
}

const FIRST: Partial<Line> = { kind: 'open' }

/** Blank fields are left out: what is not asked for is not sent. */
const linesOf = (lines: readonly Line[]): ApplicationLineBody[] =>
  lines.map(line => {
    const { until, ...rest } = line
    const filled = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined && value !== ''))
    return { ...filled, ...(until ? { until: until.format('YYYY-MM-DD') } : {}) } as ApplicationLineBody
  })

/** 权限申请表: who shall hold which post, over what, until when. */
export function ApplicationFormPage() {
  return <FormPage mode="fill" first={{ lines: [FIRST as Line] }} />
}

/** The first posts of a fresh installation, from the signed paper form; for the system administrator. */
export function FoundingPage() {
  return <FormPage mode="found" first={{ lines: [{ ...FIRST, post: 'information' } as Line] }} />
}

/** An application that came back: its lines again, but the numbers, which nobody reads back, are typed anew. */
export function MendPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { application } = useParams({ strict: false }) as { application: string }
  const query = useApi<Application>(`/divisions/${division}/applications/${application}`)
  if (!query.data)
    return (
      <>
        <PageTitle title={t('application.again')} />
        <Loaded query={query}>{() => null}</Loaded>
      </>
    )
  const { unit, lines } = query.data
  return (
    <FormPage
      mode="mend"
      id={application}
      first={{
        unit,
        lines: lines.map(
          line =>
            ({
              kind: line.kind,
              officeName: line.officeName,
              name: line.name,
              duty: line.duty,
              signInName: line.signInName,
              post: line.post,
              division: line.division?.code,
              office: line.office?.code,
              fund: line.fund?.code,
              agency: line.agency?.code,
              until: line.until ? dayjs(line.until) : undefined,
              remark: line.remark ?? undefined,
            }) as Line,
        ),
      }}
    />
  )
}

function FormPage({ mode, first, id }: { mode: 'fill' | 'mend' | 'found'; first: Partial<Values>; id?: string }) {
  const { t } = useTranslation()
  const { division, at } = usePlace()
  const { name, office } = useSession()
  const { message } = App.useApp()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [key] = useState(newRequestKey)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const [codes, setCodes] = useState<Executed['codes']>([])
  const base = `/divisions/${division}`
  const submit = async (values: Values) => {
    setBusy(true)
    setError(null)
    const body = { unit: values.unit.trim(), lines: linesOf(values.lines) }
    try {
      if (mode === 'found') {
        const signed = (signer = '', on?: Dayjs) => ({
          signer: signer.trim(),
          opinion: t('application.events.paper'),
          on: on?.format('YYYY-MM-DD') ?? '',
        })
        const done = await send<Executed>('POST', `${base}/founding`, {
          ...body,
          requestKey: key,
          unitOpinion: signed(values.unitSigner, values.unitOn),
          departmentOpinion: signed(values.departmentSigner, values.departmentOn),
        })
        setCodes(done.codes)
        await queries.invalidateQueries()
        return
      }
      if (mode === 'mend') await send('POST', `${base}/applications/${id}/resubmit`, body)
      const filed =
        mode === 'mend'
          ? { id }
          : await send<{ id: string }>('POST', `${base}/applications`, { ...body, requestKey: key })
      await queries.invalidateQueries()
      message.success(t('application.submitted'))
      await navigate({ to: at(`applications/${filed.id}`) as string })
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  const title = { fill: t('application.new'), mend: t('application.again'), found: t('application.foundingNew') }[mode]
  const needed = [{ required: true, message: t('application.needed') }]
  return (
    <>
      <PageTitle title={title} />
      <Panel>
        {mode === 'found' && <p className="handle-hint">{t('application.foundingHint')}</p>}
        {error !== null && <FaultNotice error={error} />}
        {codes.length > 0 ? (
          <OneTimeCodes codes={codes} />
        ) : (
          <Form<Values>
            className="business-form"
            layout="vertical"
            requiredMark={false}
            initialValues={{ unit: office ?? undefined, ...first }}
            onFinish={values => void submit(values)}
            scrollToFirstError
          >
            <div className="form-row">
              <Form.Item name="unit" label={t('application.unit')} rules={needed}>
                <Input maxLength={80} />
              </Form.Item>
              <Form.Item label={t('application.filledBy')}>
                <Input value={name} disabled aria-label={t('application.filledBy')} />
              </Form.Item>
            </div>
            {mode === 'found' && (
              <div className="form-row">
                <Form.Item
                  name="unitSigner"
                  label={`${t('application.unitOpinion')}: ${t('application.signer')}`}
                  rules={needed}
                >
                  <Input maxLength={40} />
                </Form.Item>
                <Form.Item
                  name="departmentSigner"
                  label={`${t('application.departmentOpinion')}: ${t('application.signer')}`}
                  rules={needed}
                >
                  <Input maxLength={40} />
                </Form.Item>
                <Form.Item name="unitOn" label={t('application.signedOn')} rules={needed}>
                  <DatePicker />
                </Form.Item>
                <Form.Item name="departmentOn" label={t('application.signedOn')} rules={needed}>
                  <DatePicker />
                </Form.Item>
              </div>
            )}
            <Form.List name="lines">
              {(items, { add, remove }) => (
                <>
                  {items.map((item, index) => (
                    <fieldset key={item.key} className="form-line">
                      <legend>
                        {t('application.line')} {index + 1}
                      </legend>
                      <LineFields
                        name={item.name}
                        posts={mode === 'found' ? FOUNDING_POSTS : POST_KEYS}
                        founding={mode === 'found'}
                      />
                      {items.length > 1 && (
                        <Button size="small" onClick={() => remove(item.name)}>
                          {t('application.removeLine', { no: index + 1 })}
                        </Button>
                      )}
                    </fieldset>
                  ))}
                  <Button type="dashed" onClick={() => add({ ...FIRST })}>
                    {t('application.addLine')}
                  </Button>
                </>
              )}
            </Form.List>
            <div className="form-actions">
              <Button type="primary" htmlType="submit" loading={busy}>
                {t('application.submit')}
              </Button>
              <Button onClick={() => history.back()}>{t('formPage.back')}</Button>
            </div>
          </Form>
        )}
      </Panel>
    </>
  )
}

interface DivisionPage {
  offices: { code: string; name: string }[]
  agencies: { code: string; name: string }[]
}

function LineFields({ name, posts, founding }: { name: number; posts: readonly string[]; founding: boolean }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const postName = usePostName()
  const form = Form.useFormInstance()
  const asked = Form.useWatch(['lines', name, 'division'], form) as string | undefined
  const where = /^\d{9}$/.test(asked ?? '') ? asked : division
  const units = useApi<DivisionPage>(founding ? null : `/divisions/${where}`)
  const needed = [{ required: true, message: t('application.needed') }]
  const choices = (rows: readonly { code: string; name: string }[] | undefined) =>
    rows?.map(row => ({ value: row.code, label: `${row.code} ${row.name}` })) ?? []
  const text = (field: string, label: string, more: { needed?: boolean; extra?: string; max?: number } = {}) => (
    <Form.Item name={[name, field]} label={label} extra={more.extra} rules={more.needed ? needed : []}>
      <Input maxLength={more.max ?? 60} autoComplete="off" />
    </Form.Item>
  )
  return (
    <>
      <Form.Item name={[name, 'kind']} label={t('application.kind')} rules={needed}>
        <Select
          options={(founding ? ['open'] : ['open', 'change', 'revoke']).map(one => ({
            value: one,
            label: t(`application.kinds.${one}`),
          }))}
        />
      </Form.Item>
      {text('officeName', t('application.officeName'), { needed: true })}
      {text('name', t('application.name'), { needed: true, max: 40 })}
      {text('number', t('application.idNumber'), { needed: true, max: 40 })}
      {text('duty', t('application.duty'), { needed: true, max: 40 })}
      {text('phone', t('application.phone'), { max: 40 })}
      {text('signInName', t('application.signInName'), { needed: true, extra: t('application.signInNameHint') })}
      <Form.Item name={[name, 'post']} label={t('application.right')} rules={needed}>
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          popupMatchSelectWidth={false}
          options={posts.map(post => ({ value: post, label: postName(post) }))}
        />
      </Form.Item>
      {text('division', t('application.division'), {
        max: 12,
        extra: founding ? t('application.wholeInstallation') : t('application.divisionHint'),
      })}
      {!founding && (
        <>
          <Form.Item name={[name, 'office']} label={t('application.limitOffice')}>
            <Select allowClear options={choices(units.data?.offices)} popupMatchSelectWidth={false} />
          </Form.Item>
          <Form.Item name={[name, 'agency']} label={t('application.limitAgency')}>
            <Select
              allowClear
              showSearch={{ optionFilterProp: 'label' }}
              options={choices(units.data?.agencies)}
              popupMatchSelectWidth={false}
            />
          </Form.Item>
          {text('fund', t('application.limitFund'))}
          <Form.Item name={[name, 'until']} label={t('application.until')}>
            <DatePicker />
          </Form.Item>
        </>
      )}
      {text('remark', t('application.remark'), { max: 200 })}
    </>
  )
}
