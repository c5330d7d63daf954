import { useQueryClient } from '@tanstack/react-query'
import { App, Button, DatePicker, Form, Input, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ChainsPage as Answer, Chain } from '../../src/approvals/contract.ts'
import { POST_KEYS, POSTS } from '../../src/identity/posts.ts'
import { fenOf } from '../allotments/amount-rule.ts'
import { usePostName } from '../identity/post-over.tsx'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { useSession } from '../shell/session.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

interface Values {
  form: string
  from: Dayjs
  reason: string
  chains: { amount: string; steps: { title: string; posts: string[] }[] }[]
}

const SIGNING = POST_KEYS.filter(post => POSTS[post]?.permissions.includes('approvals.sign'))

/** 审批链: who signs which form, from which amount on, since when. */
export function ChainsPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const said = useSaid()
  const postName = usePostName()
  const query = useApi<Answer>(`/divisions/${division}/approval-chains`)
  const titleOf = (form: string) => said(query.data?.forms.find(one => one.form === form)?.title ?? form)
  const columns: Column<Chain>[] = [
    { key: 'form', title: t('chain.form'), value: row => titleOf(row.form), wrap: true },
    { key: 'fromFen', title: t('chain.fromFen'), kind: 'money', value: row => row.fromFen },
    {
      key: 'steps',
      title: t('chain.steps'),
      wrap: true,
      value: row =>
        row.steps.map(step => `${step.step}. ${step.title} (${step.posts.map(postName).join(' / ')})`).join(' → '),
    },
    { key: 'from', title: t('chain.from'), value: row => row.from, width: 110 },
    { key: 'until', title: t('chain.until'), value: row => row.until, width: 110 },
    { key: 'reason', title: t('chain.reason'), value: row => row.reason, wrap: true },
    { key: 'setBy', title: t('chain.setBy'), value: row => row.setBy },
  ]
  return (
    <>
      <PageTitle title={t('chain.title')} />
      <Loaded query={query}>
        {data => (
          <>
            <Panel>
              <p className="handle-hint">{t('chain.hint')}</p>
              <DataTable
                caption={t('chain.title')}
                columns={columns}
                rows={data.rows}
                rowKey={row => row.id}
                empty={<Nothing title={t('chain.none')} hint={t('chain.noneHint')} />}
              />
            </Panel>
            <Panel title={t('chain.set')}>
              <ChainForm forms={data.forms.map(one => ({ value: one.form, label: said(one.title) }))} />
            </Panel>
          </>
        )}
      </Loaded>
    </>
  )
}

function ChainForm({ forms }: { forms: { value: string; label: string }[] }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { today } = useSession()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const postName = usePostName()
  const [form] = Form.useForm<Values>()
  const [error, setError] = useState<unknown>(null)
  const needed = [{ required: true, message: t('chain.needed') }]
  const save = async (values: Values, ends: boolean) => {
    setError(null)
    try {
      await send('POST', `/divisions/${division}/approval-chains`, {
        form: values.form,
        from: values.from.format('YYYY-MM-DD'),
        reason: values.reason.trim(),
        chains: ends ? [] : values.chains.map(one => ({ fromFen: fenOf(one.amount), steps: one.steps })),
      })
      message.success(t('chain.saved'))
      await queries.invalidateQueries()
      form.resetFields()
    } catch (refused) {
      setError(refused)
    }
  }
  return (
    <Form<Values>
      form={form}
      layout="vertical"
      className="business-form"
      requiredMark={false}
      initialValues={{ from: dayjs(today), chains: [{ amount: '0', steps: [{ title: '', posts: [] }] }] }}
      onFinish={values => void save(values, false)}
    >
      {error !== null && <FaultNotice error={error} />}
      <div className="form-line">
        <Form.Item name="form" label={t('chain.form')} rules={needed}>
          <Select showSearch optionFilterProp="label" options={forms} style={{ minWidth: 260 }} />
        </Form.Item>
        <Form.Item name="from" label={t('chain.from')} rules={needed}>
          <DatePicker minDate={dayjs(today)} />
        </Form.Item>
        <Form.Item name="reason" label={t('chain.reason')} rules={[{ ...needed[0]!, whitespace: true }]}>
          <Input maxLength={200} />
        </Form.Item>
      </div>
      <Form.List name="chains">
        {(chains, { add, remove }) => (
          <>
            {chains.map((chain, n) => (
              <fieldset key={chain.key} className="form-line chain-band" aria-label={t('chain.chainOf', { n: n + 1 })}>
                <Form.Item
                  name={[chain.name, 'amount']}
                  label={t('chain.amount')}
                  rules={[
                    {
                      validator: (_, typed: string) =>
                        fenOf(typed) === '' ? Promise.reject(new Error(t('chain.amountWrong'))) : Promise.resolve(),
                    },
                  ]}
                >
                  <Input inputMode="decimal" style={{ width: 140 }} />
                </Form.Item>
                <Form.List name={[chain.name, 'steps']}>
                  {(steps, list) => (
                    <div className="chain-steps">
                      {steps.map((step, m) => (
                        <div key={step.key} className="chain-step">
                          <Form.Item
                            name={[step.name, 'title']}
                            label={`${m + 1}. ${t('chain.stepTitle')}`}
                            rules={[{ ...needed[0]!, whitespace: true }]}
                          >
                            <Input maxLength={40} style={{ width: 200 }} />
                          </Form.Item>
                          <Form.Item name={[step.name, 'posts']} label={t('chain.posts')} rules={needed}>
                            <Select
                              mode="multiple"
                              optionFilterProp="label"
                              style={{ width: 320 }}
                              options={SIGNING.map(post => ({ value: post, label: postName(post) }))}
                            />
                          </Form.Item>
                          {steps.length > 1 && (
                            <Button size="small" onClick={() => list.remove(step.name)}>
                              {t('chain.remove')}
                            </Button>
                          )}
                        </div>
                      ))}
                      <Button size="small" onClick={() => list.add({ title: '', posts: [] })}>
                        {t('chain.addStep')}
                      </Button>
                    </div>
                  )}
                </Form.List>
                {chains.length > 1 && (
                  <Button size="small" onClick={() => remove(chain.name)}>
                    {t('chain.remove')}
                  </Button>
                )}
              </fieldset>
            ))}
            <Button size="small" onClick={() => add({ amount: '', steps: [{ title: '', posts: [] }] })}>
              {t('chain.addChain')}
            </Button>
          </>
        )}
      </Form.List>
      <div className="form-actions">
        <Button type="primary" htmlType="submit">
          {t('chain.save')}
        </Button>
        <Button
          onClick={async () => {
            const values = await form.validateFields(['form', 'from', 'reason']).catch(() => null)
            if (values) await save(values as Values, true)
          }}
        >
          {t('chain.end')}
        </Button>
      </div>
    </Form>
  )
}
