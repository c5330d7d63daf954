import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { App, Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { LinePage, LinesAnswer } from '../../src/allotments/contract.ts'
import type { DivisionPage } from '../../src/divisions/contract.ts'
import type { FundList } from '../../src/funds/contract.ts'
import type { Repair } from '../../src/kernel/refusal.ts'
import type { ProjectList } from '../../src/projects/contract.ts'
import { send } from '../shell/api.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { newRequestKey } from '../shell/request-key.ts'
import { useMay, useSession } from '../shell/session.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { moneyText } from '../ui/format-money.ts'
import { Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { amountRule, fenOf } from './amount-rule.ts'
import { FORMS, type Form as FormName, type TransfersAnswer } from './api.ts'
import { DocumentFields, type DocumentValues, documentBody, firstDays } from './document-fields.tsx'

interface Values extends DocumentValues {
  lines: Record<string, string | undefined>[]
}

/** What each form asks of a line, beside the amount. */
const ASKS: Record<FormName, readonly string[]> = {
  register: ['fund', 'poverty', 'note'],
  receive: ['transfer', 'fund', 'note'],
  assign: ['source', 'fund', 'office', 'note'],
  refine: ['source', 'agency', 'project', 'functionSubject', 'economicSubject', 'note'],
  'pass-down': ['source', 'toDivision', 'note'],
  plan: ['source', 'note'],
}

const MAY_BE_EMPTY = new Set(['note', 'office', 'project', 'functionSubject', 'economicSubject'])

/** Named by small whole numbers in the form's body; the others by text. */
const NUMBERED = new Set(['fund', 'agency', 'office'])

/** One business form: its document, and its lines. The ledger's entries follow by themselves. */
export function FormPage() {
  const { form } = useParams({ strict: false }) as { form: string }
  const { t } = useTranslation()
  const may = useMay()
  const known = FORMS.find(one => one === form)
  if (!known) return <Nothing title={t('missing.title')} hint={t('missing.hint')} />
  if (!may('allotments.write')) return <Nothing title={t('step.noPermission')} />
  return <OneForm key={known} form={known} />
}

function OneForm({ form }: { form: FormName }) {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const { today } = useSession()
  const [filters] = useFilters()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const said = useSaid()
  const [fields] = Form.useForm<Values>()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const [requestKey] = useState(newRequestKey)
  const asks = ASKS[form]
  const funds = useApi<FundList>(asks.includes('fund') ? `/divisions/${division}/funds` : null, { year })
  const place = useApi<DivisionPage>(
    asks.some(one => one === 'agency' || one === 'office' || one === 'toDivision') ? `/divisions/${division}` : null,
  )
  const projects = useApi<ProjectList>(asks.includes('project') ? `/divisions/${division}/projects` : null, { year })
  const transfers = useApi<TransfersAnswer>(asks.includes('transfer') ? `/divisions/${division}/transfers` : null, {
    year,
    state: 'waiting',
  })
  const chosen = useApi<LinePage>(filters.source ? `/divisions/${division}/allotments/${filters.source}` : null)
  const lines = useApi<LinesAnswer>(asks.includes('source') ? `/divisions/${division}/allotments` : null, { year })
  const source = chosen.data?.line
  const options: Record<string, { value: string; label: string }[] | undefined> = {
    fund: funds.data?.rows.map(one => ({ value: String(one.id), label: `${one.code} ${one.name}` })),
    agency: place.data?.agencies.map(one => ({ value: String(one.id), label: `${one.code} ${one.name}` })),
    office: place.data?.offices.map(one => ({ value: String(one.id), label: `${one.code} ${one.name}` })),
    toDivision: place.data?.children.map(one => ({ value: one.code, label: `${one.code} ${one.name}` })),
    project: projects.data?.rows.map(one => ({ value: one.id, label: `${one.code} ${one.name}` })),
    transfer: transfers.data?.rows.map(one => ({
      value: String(one.id),
      label: `${one.documentNumber} ${one.fund.name} ${moneyText(one.inTransitFen, 'yuan')}`,
    })),
    source: [...(source ? [source] : []), ...(lines.data?.rows ?? []).filter(one => one.id !== source?.id)].map(
      one => ({
        value: String(one.id),
        label: `${one.document.number} ${one.fund.name} ${t(`form.${one.form}`)} ${moneyText(one.amountFen, 'yuan')}`,
      }),
    ),
    poverty: (['whole', 'part', 'none'] as const).map(one => ({ value: one, label: t(`poverty.${one}`) })),
  }
  const first: Record<string, string | undefined> = {
    source: filters.source,
    transfer: filters.transfer,
    ...(form === 'register' ? { poverty: 'whole' } : {}),
  }
  const submit = async (values: Values) => {
    setBusy(true)
    setError(null)
    try {
      const stored = await send<{ repairs: Repair[] }>('POST', `/divisions/${division}/allotments/${form}`, {
        ...documentBody(values),
        fiscalYear: year,
        requestKey,
        lines: values.lines.map(line => {
          const { amount: _, ...rest } = line
          const given = Object.entries(rest).filter(([, value]) => value !== undefined && value !== '')
          return {
            ...Object.fromEntries(given.map(([name, value]) => [name, NUMBERED.has(name) ? Number(value) : value])),
            amountFen: fenOf(line.amount),
          }
        }),
      })
      message.success(t('formPage.stored'))
      for (const repair of stored.repairs) message.info(said(repair), 8)
      await queries.invalidateQueries()
      void navigate({ to: at('allotments') as string })
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <PageTitle title={t(`form.${form}`)} />
      <Panel>
        <p className="form-about">{t(`formAbout.${form}`)}</p>
        {source && (
          <p className="notice">
            {t('formPage.fromLine', { number: source.document.number })} · {t('stage.toAssign')}{' '}
            <Money fen={source.totalFen} /> · {t('stage.toRefine')} <Money fen={source.toRefineFen} /> ·{' '}
            {t('stage.own')} <Money fen={source.ownFen} />
          </p>
        )}
        {error !== null && <FaultNotice error={error} />}
        <Form
          form={fields}
          layout="vertical"
          className="business-form"
          initialValues={{ ...firstDays(today, year), lines: [first] }}
          onFinish={values => void submit(values)}
          scrollToFirstError
        >
          <DocumentFields />
          <Form.List name="lines">
            {(items, { add, remove }) => (
              <>
                {items.map((item, index) => (
                  <fieldset key={item.key} className="form-line">
                    <legend>{t('formPage.line', { no: index + 1 })}</legend>
                    {asks.map(ask => (
                      <Form.Item
                        key={ask}
                        name={[item.name, ask]}
                        label={t(`ask.${ask}`)}
                        rules={MAY_BE_EMPTY.has(ask) ? [] : [{ required: true, message: t('formPage.needed') }]}
                      >
                        {options[ask] ? (
                          <Select
                            showSearch={{ optionFilterProp: 'label' }}
                            options={options[ask]}
                            popupMatchSelectWidth={false}
                            allowClear
                          />
                        ) : (
                          <Input maxLength={200} />
                        )}
                      </Form.Item>
                    ))}
                    <Form.Item name={[item.name, 'amount']} label={t('ask.amount')} required rules={[amountRule(t)]}>
                      <Input inputMode="decimal" className="amount-input" maxLength={24} />
                    </Form.Item>
                    {items.length > 1 && (
                      <Button size="small" onClick={() => remove(item.name)}>
                        {t('formPage.removeLine')}
                      </Button>
                    )}
                  </fieldset>
                ))}
                <Button type="dashed" onClick={() => add({ ...first })}>
                  {t('formPage.addLine')}
                </Button>
              </>
            )}
          </Form.List>
          <div className="form-actions">
            <Button type="primary" htmlType="submit" loading={busy}>
              {t('formPage.store')}
            </Button>
            <Button onClick={() => history.back()}>{t('formPage.back')}</Button>
          </div>
        </Form>
      </Panel>
    </>
  )
}
