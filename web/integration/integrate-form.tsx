import { Button, Form, Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { LinesAnswer } from '../../src/allotments/answers.ts'
import type { DivisionPage } from '../../src/divisions/contract.ts'
import type { FundList } from '../../src/funds/contract.ts'
import type { ProjectList } from '../../src/projects/contract.ts'
import { amountRule, fenOf } from '../allotments/amount-rule.ts'
import { DocumentFields, type DocumentValues, documentBody, firstDays } from '../allotments/document-fields.tsx'
import { useAct } from '../ledger/use-act.ts'
import { usePlace } from '../shell/place.ts'
import { useMay, useSession } from '../shell/session.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { moneyText } from '../ui/format-money.ts'
import { Panel } from '../ui/page-title.tsx'
import { Reasoned } from '../ui/reasoned.tsx'
import { useApi } from '../ui/use-api.ts'

interface Values extends DocumentValues {
  lines: { source: string; useFund: string; agency?: string; project?: string; amount: string }[]
}

/** Each line: where the money comes from, what it is used as, by whom, for which project, how much. */
export function IntegrateForm() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const { today } = useSession()
  const may = useMay()
  const [fields] = Form.useForm<Values>()
  const { act, busy, error } = useAct()
  const assigned = useApi<LinesAnswer>(`/divisions/${division}/allotments`, { year, form: 'assign' })
  const refined = useApi<LinesAnswer>(`/divisions/${division}/allotments`, { year, form: 'refine' })
  const funds = useApi<FundList>(`/divisions/${division}/funds`, { year })
  const place = useApi<DivisionPage>(`/divisions/${division}`)
  const projects = useApi<ProjectList>(`/divisions/${division}/projects`, { year })
  if (!may('allotments.write')) return <Reasoned label={t('integration.form')} reason={t('integration.noRight')} />
  const lines = [...(assigned.data?.rows ?? []), ...(refined.data?.rows ?? [])]
    .map(line => ({
      line,
      left: line.form === 'assign' ? BigInt(line.toRefineFen) : BigInt(line.ownFen) + BigInt(line.planFen),
    }))
    .filter(one => one.left > 0n)
  const needed = { required: true, message: t('formPage.needed') }
  const choices = {
    source: lines.map(({ line, left }) => ({
      value: line.id,
      label: `${line.document.number} ${line.fund.name} ${line.agency?.name ?? t(`form.${line.form}`)} ${moneyText(String(left), 'yuan')}`,
    })),
    useFund: funds.data?.rows
      .filter(one => !one.secret)
      .map(one => ({ value: String(one.id), label: `${one.code} ${one.name}` })),
    agency: place.data?.agencies.map(one => ({ value: String(one.id), label: `${one.code} ${one.name}` })),
    project: projects.data?.rows.map(one => ({ value: one.id, label: `${one.code} ${one.name}` })),
  }
  return (
    <Panel title={t('integration.form')}>
      {assigned.data && refined.data && lines.length === 0 && <p className="notice">{t('integration.noLines')}</p>}
      <Form
        form={fields}
        layout="vertical"
        className="business-form"
        initialValues={{ ...firstDays(today, year), lines: [{}] }}
        scrollToFirstError
        onFinish={async values => {
          const body = {
            ...documentBody(values),
            fiscalYear: year,
            lines: values.lines.map(line => ({
              source: line.source,
              useFund: Number(line.useFund),
              amountFen: fenOf(line.amount),
              ...(line.agency && { agency: Number(line.agency) }),
              ...(line.project && { project: line.project }),
            })),
          }
          if (await act(`/divisions/${division}/integration`, body, () => t('integration.stored'))) fields.resetFields()
        }}
      >
        <DocumentFields />
        <Form.List name="lines">
          {(items, { add, remove }) => (
            <>
              {items.map((item, index) => (
                <fieldset key={item.key} className="form-line">
                  <legend>{t('formPage.line', { no: index + 1 })}</legend>
                  {(['source', 'useFund', 'agency', 'project'] as const).map(name => (
                    <Form.Item
                      key={name}
                      name={[item.name, name]}
                      label={t(`integration.${name}`)}
                      rules={name === 'source' || name === 'useFund' ? [needed] : []}
                    >
                      <Select
                        allowClear
                        showSearch={{ optionFilterProp: 'label' }}
                        options={choices[name]}
                        popupMatchSelectWidth={false}
                      />
                    </Form.Item>
                  ))}
                  <Form.Item
                    name={[item.name, 'amount']}
                    label={t('integration.amount')}
                    required
                    rules={[amountRule(t)]}
                  >
                    <Input inputMode="decimal" className="amount-input" maxLength={24} />
                  </Form.Item>
                  {items.length > 1 && (
                    <Button size="small" onClick={() => remove(item.name)}>
                      {t('formPage.removeLine')}
                    </Button>
                  )}
                </fieldset>
              ))}
              <Button type="dashed" onClick={() => add({})}>
                {t('formPage.addLine')}
              </Button>
            </>
          )}
        </Form.List>
        {error !== null && <FaultNotice error={error} />}
        <div className="form-actions">
          <Button type="primary" htmlType="submit" loading={busy}>
            {t('integration.post')}
          </Button>
        </div>
      </Form>
    </Panel>
  )
}
