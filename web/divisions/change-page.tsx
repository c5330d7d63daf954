import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { App, Button, Checkbox, DatePicker, Form, Input, Radio, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ChangeAnswer, Tree } from '../../src/divisions/contract.ts'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { newRequestKey } from '../shell/request-key.ts'
import { useMay, useSession } from '../shell/session.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

const KINDS = ['rename', 'recode', 'move', 'merge', 'split'] as const
type Kind = (typeof KINDS)[number]

interface Values {
  kind: Kind
  divisions: string | string[]
  effectiveOn: Dayjs
  number: string
  title: string
  dated: Dayjs
  name?: string
  code?: string
  administrativeParent?: string
  fiscalParent?: string
  parts?: { code: string; name: string; below?: string[] }[]
  ends?: boolean
}

/** 办理区划调整: an order, looked at first, then carried out. */
export function ChangePage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()
  const { today } = useSession()
  const tree = useApi<Tree>(`/divisions/${division}/tree`, { on: today })
  return (
    <>
      <PageTitle title={t('places.change')} />
      <Panel>
        {may('divisions.change') ? (
          <Loaded query={tree}>{data => <ChangeForm nodes={data.nodes} />}</Loaded>
        ) : (
          <Nothing title={t('menu.none')} hint={t('menu.noneHint')} />
        )}
      </Panel>
    </>
  )
}

/** What the server takes: only what the kind asks for. */
const bodyOf = (values: Values) => ({
  kind: values.kind,
  effectiveOn: values.effectiveOn.format('YYYY-MM-DD'),
  document: {
    number: values.number.trim(),
    title: values.title.trim(),
    dated: values.dated.format('YYYY-MM-DD'),
  },
  divisions: [values.divisions].flat(),
  ...(values.name?.trim() && values.kind !== 'move' && values.kind !== 'split' ? { name: values.name.trim() } : {}),
  ...(values.code?.trim() && (values.kind === 'recode' || values.kind === 'merge') ? { code: values.code.trim() } : {}),
  ...(values.kind === 'move' && values.administrativeParent
    ? { administrativeParent: values.administrativeParent }
    : {}),
  ...(values.kind === 'move' && values.fiscalParent ? { fiscalParent: values.fiscalParent } : {}),
  ...(values.kind === 'split'
    ? {
        parts: (values.parts ?? []).map(part => ({ code: part.code, name: part.name, below: part.below ?? [] })),
        ends: values.ends ?? false,
      }
    : {}),
})

function ChangeForm({ nodes }: { nodes: Tree['nodes'] }) {
  const { t } = useTranslation()
  const { division, at } = usePlace()
  const { today } = useSession()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [fields] = Form.useForm<Values>()
  const kind: Kind = Form.useWatch('kind', fields) ?? 'rename'
  const whom = Form.useWatch('divisions', fields)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<ChangeAnswer | null>(null)
  const [requestKey] = useState(newRequestKey)
  const living = nodes.filter(node => node.endedOn === null)
  const options = living.map(node => ({ value: node.code, label: `${node.name} ${node.code}` }))
  const chosen = [whom ?? []].flat()
  const below = living
    .filter(node => chosen.includes(node.administrativeParent ?? '') || chosen.includes(node.fiscalParent ?? ''))
    .map(node => ({ value: node.code, label: node.name }))
  const needed = { required: true, message: t('formPage.needed') }
  const code = { ...needed, pattern: /^\d{9}$/ }

  const submit = async (checkOnly: boolean) => {
    let values: Values
    try {
      values = await fields.validateFields()
    } catch {
      return
    }
    setBusy(true)
    setError(null)
    setOutcome(null)
    try {
      const answer = await send<ChangeAnswer>('POST', `/divisions/${division}/changes`, {
        ...bodyOf(values),
        requestKey,
        checkOnly,
      })
      if (checkOnly) setOutcome(answer)
      else {
        message.success(t('places.done'))
        await queries.invalidateQueries()
        void navigate({ to: at('division') as string })
      }
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Form
      form={fields}
      layout="vertical"
      className="business-form"
      initialValues={{ kind: 'rename', effectiveOn: dayjs(today), dated: dayjs(today), parts: [{}] }}
      onValuesChange={(changed: Partial<Values>) => {
        setOutcome(null)
        if (changed.kind) fields.setFieldValue('divisions', changed.kind === 'merge' ? [] : undefined)
      }}
    >
      <Form.Item name="kind" label={t('places.kindTitle')} extra={t(`places.about.${kind}`)}>
        <Radio.Group options={KINDS.map(one => ({ value: one, label: t(`places.kind.${one}`) }))} />
      </Form.Item>
      <Form.Item name="divisions" label={t('places.whom')} rules={[needed]}>
        <Select
          style={{ maxWidth: 480 }}
          {...(kind === 'merge' ? { mode: 'multiple' as const } : {})}
          showSearch={{ optionFilterProp: 'label' }}
          options={options}
        />
      </Form.Item>
      <div className="form-row">
        <Form.Item
          name="number"
          label={t('places.number')}
          extra={t('formPage.numberHint')}
          rules={[{ ...needed, whitespace: true }]}
        >
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="title" label={t('places.docTitle')} rules={[{ ...needed, whitespace: true }]}>
          <Input maxLength={300} />
        </Form.Item>
        <Form.Item name="dated" label={t('places.dated')} rules={[needed]}>
          <DatePicker allowClear={false} />
        </Form.Item>
        <Form.Item name="effectiveOn" label={t('places.effectiveOn')} rules={[needed]}>
          <DatePicker allowClear={false} />
        </Form.Item>
      </div>
      <div className="form-row">
        {kind === 'merge' && (
          <Form.Item name="code" label={t('places.into')} extra={t('places.intoHint')} rules={[code]}>
            <Input maxLength={9} inputMode="numeric" />
          </Form.Item>
        )}
        {kind === 'recode' && (
          <Form.Item name="code" label={t('places.newCode')} rules={[code]}>
            <Input maxLength={9} inputMode="numeric" />
          </Form.Item>
        )}
        {(kind === 'rename' || kind === 'recode' || kind === 'merge') && (
          <Form.Item name="name" label={t('places.newName')} rules={kind === 'rename' ? [needed] : []}>
            <Input maxLength={60} />
          </Form.Item>
        )}
        {kind === 'move' && (
          <>
            <Form.Item name="administrativeParent" label={t('places.adminParent')}>
              <Select allowClear placeholder={t('places.keepParent')} options={options} />
            </Form.Item>
            <Form.Item name="fiscalParent" label={t('places.fiscalParent')}>
              <Select allowClear placeholder={t('places.keepParent')} options={options} />
            </Form.Item>
          </>
        )}
      </div>
      {kind === 'split' && (
        <>
          <Form.List name="parts">
            {(parts, { add, remove }) => (
              <>
                {parts.map((part, index) => (
                  <div className="form-row" key={part.key}>
                    <Form.Item
                      name={[part.name, 'code']}
                      label={`${t('places.part', { no: index + 1 })} · ${t('column.code')}`}
                      rules={[code]}
                    >
                      <Input maxLength={9} inputMode="numeric" />
                    </Form.Item>
                    <Form.Item name={[part.name, 'name']} label={t('places.newName')} rules={[needed]}>
                      <Input maxLength={60} />
                    </Form.Item>
                    <Form.Item name={[part.name, 'below']} label={t('places.below')}>
                      <Select mode="multiple" options={below} />
                    </Form.Item>
                    {parts.length > 1 && <Button onClick={() => remove(part.name)}>{t('formPage.removeLine')}</Button>}
                  </div>
                ))}
                <Button onClick={() => add({})}>{t('places.addPart')}</Button>
              </>
            )}
          </Form.List>
          <Form.Item name="ends" valuePropName="checked">
            <Checkbox>{t('places.ends')}</Checkbox>
          </Form.Item>
        </>
      )}
      {outcome && <Outcome outcome={outcome} />}
      {error !== null && <FaultNotice error={error} />}
      <div className="form-actions">
        <Button onClick={() => void submit(true)} loading={busy}>
          {t('places.look')}
        </Button>
        <Button type="primary" onClick={() => void submit(false)} loading={busy}>
          {t('places.carryOut')}
        </Button>
      </div>
    </Form>
  )
}

function Outcome({ outcome }: { outcome: ChangeAnswer }) {
  const { t } = useTranslation()
  return (
    <div className="notice" role="status">
      <p>
        {t('places.willEnd')}:{' '}
        {outcome.ended.map(one => `${one.name} ${one.code}`).join(t('fault.join')) || t('places.nobody')}
      </p>
      <ul>
        {outcome.begun.map(one => (
          <li key={`${one.code} ${one.name}`}>
            {t('places.willBegin', { on: one.from })}: {one.name} {one.code}
            {one.created && <span className="tag">{t('places.created')}</span>}
          </li>
        ))}
      </ul>
    </div>
  )
}
