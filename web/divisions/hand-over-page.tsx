import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Checkbox, Form, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { HandOvers } from '../../src/allotments/contract.ts'
import { DocumentFields, type DocumentValues, documentBody, firstDays } from '../allotments/document-fields.tsx'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { newRequestKey } from '../shell/request-key.ts'
import { useMay, useSession } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { sumFen } from '../ui/format-money.ts'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

type Rest = HandOvers['rests'][number]

/** 划转余额: what is left of this division's lines goes into another's book, by one document. */
export function HandOverPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const query = useApi<HandOvers>(`/divisions/${division}/hand-overs`, { year })
  return (
    <>
      <PageTitle title={t('handOver.title')} />
      <p className="form-about">{t('handOver.about')}</p>
      <Loaded query={query}>
        {data => (
          <>
            <Panel title={t('handOver.rests')}>
              {data.rests.length === 0 ? (
                <Nothing title={t('handOver.nothing')} hint={t('handOver.nothingHint')} />
              ) : (
                <HandOverForm rests={data.rests} />
              )}
            </Panel>
            <Panel title={t('handOver.done')}>
              <Done rows={data.done} />
            </Panel>
          </>
        )}
      </Loaded>
    </>
  )
}

function HandOverForm({ rests }: { rests: readonly Rest[] }) {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const { divisions, today } = useSession()
  const may = useMay()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [out, setOut] = useState<ReadonlySet<string>>(new Set())
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const [requestKey, setRequestKey] = useState(newRequestKey)
  const chosen = rests.filter(one => !out.has(one.id))
  const toggle = (id: string) => {
    const next = new Set(out)
    if (!next.delete(id)) next.add(id)
    setOut(next)
  }
  const submit = async (values: DocumentValues & { to: string }) => {
    setBusy(true)
    setError(null)
    try {
      const answer = await send<{ parts: unknown[] }>('POST', `/divisions/${division}/hand-overs`, {
        ...documentBody(values),
        fiscalYear: year,
        requestKey,
        to: values.to,
        lines: chosen.map(one => ({ line: one.id })),
      })
      message.success(t('handOver.posted', { count: answer.parts.length }))
      setRequestKey(newRequestKey())
      await queries.invalidateQueries()
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  const columns: Column<Rest>[] = [
    {
      key: 'chosen',
      title: t('handOver.allChosen'),
      value: one => (out.has(one.id) ? '' : '✓'),
      width: 56,
      cell: one => (
        <Checkbox
          aria-label={`${one.documentNumber} ${one.id}`}
          checked={!out.has(one.id)}
          onChange={() => toggle(one.id)}
        />
      ),
    },
    {
      key: 'document',
      title: t('column.documentNumber'),
      value: one => one.documentNumber,
      cell: one => <ThingLink page={`allotments/${one.id}`}>{one.documentNumber}</ThingLink>,
    },
    { key: 'form', title: t('column.form'), value: one => t(`form.${one.form}`, { defaultValue: one.form }) },
    { key: 'fund', title: t('column.fund'), wrap: true, value: one => `${one.fund.code} ${one.fund.name}` },
    { key: 'agency', title: t('column.agency'), wrap: true, value: one => one.agency },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: one => one.amountFen },
    {
      key: 'rest',
      title: t('handOver.rest'),
      kind: 'money',
      value: one => one.restFen,
      total: sumFen(rests.map(one => one.restFen)),
    },
  ]
  return (
    <>
      <DataTable caption={t('handOver.rests')} columns={columns} rows={rests} rowKey={one => one.id} />
      {may('divisions.change') && (
        <Form<DocumentValues & { to: string }>
          layout="vertical"
          className="business-form"
          initialValues={firstDays(today, year)}
          onFinish={values => void submit(values)}
        >
          <p className="chosen-line">
            {t('handOver.chosen', { count: chosen.length })}{' '}
            <Money fen={sumFen(chosen.map(one => one.restFen))} strong withUnit />
          </p>
          <Form.Item name="to" label={t('handOver.to')} rules={[{ required: true, message: t('formPage.needed') }]}>
            <Select
              style={{ maxWidth: 360 }}
              showSearch={{ optionFilterProp: 'label' }}
              options={divisions
                .filter(one => one.code !== division)
                .map(one => ({ value: one.code, label: `${one.name} ${one.code}` }))}
            />
          </Form.Item>
          <DocumentFields />
          {error !== null && <FaultNotice error={error} />}
          <div className="form-actions">
            <Button type="primary" htmlType="submit" loading={busy} disabled={chosen.length === 0}>
              {t('handOver.post')}
            </Button>
          </div>
        </Form>
      )}
    </>
  )
}

function Done({ rows }: { rows: HandOvers['done'] }) {
  const { t } = useTranslation()
  const columns: Column<HandOvers['done'][number]>[] = [
    { key: 'on', title: t('column.effectiveOn'), value: one => one.effectiveOn },
    { key: 'document', title: t('column.documentNumber'), value: one => one.documentNumber },
    { key: 'from', title: t('handOver.from'), value: one => one.from.name },
    { key: 'to', title: t('handOver.to'), value: one => one.to.name },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: one => one.amountFen },
  ]
  return (
    <DataTable
      caption={t('handOver.done')}
      columns={columns}
      rows={rows}
      rowKey={one => one.batch}
      empty={<Nothing title={t('handOver.noneDone')} />}
    />
  )
}
