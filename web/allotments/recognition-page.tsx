import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, Radio } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { RecognitionView } from '../../src/allotments/contract.ts'
import { displayMoney, type Fen } from '../../src/kernel/money.ts'
import { send } from '../shell/api.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { beijingTime } from '../ui/dates.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { amountRule, fenOf } from './amount-rule.ts'

type Decision = NonNullable<RecognitionView['decided']>

/** 监控范围认定: each transfer from above lies within the monitored scope, in part, or not; a person decides. */
export function RecognitionPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const may = useMay()
  const [filters] = useFilters()
  const state = filters.state ?? 'open'
  const query = useApi<{ rows: RecognitionView[] }>(`/divisions/${division}/recognitions`, { year, state })
  const [chosen, setChosen] = useState<string | null>(null)
  const one = query.data?.rows.find(row => row.id === chosen)
  const columns: Column<RecognitionView>[] = [
    { key: 'number', title: t('column.documentNumber'), value: row => row.documentNumber },
    { key: 'title', title: t('allotment.documentTitle'), value: row => row.documentTitle, wrap: true },
    { key: 'sender', title: t('transfers.sender'), value: row => row.sender?.name ?? t('transfers.outside') },
    {
      key: 'fund',
      title: t('column.fund'),
      wrap: true,
      value: row => row.fund.name,
      cell: row => <ThingLink page={`funds/${row.fund.id}`}>{row.fund.name}</ThingLink>,
    },
    { key: 'dated', title: t('column.dated'), value: row => row.dated, width: 96 },
    { key: 'sent', title: t('transfers.sent'), kind: 'money', value: row => row.sentFen },
    {
      key: 'proposal',
      title: t('recognition.proposal'),
      wrap: true,
      value: row =>
        t('recognition.proposalBy', { word: t(`recognition.${row.proposal}`) }) +
        (row.inCatalogue ? '' : ` · ${t('recognition.notInCatalogue')}`),
    },
    {
      key: 'decided',
      title: t('recognition.verdict'),
      wrap: true,
      value: row => (row.decided ? t(`recognition.${row.decided.verdict}`) : ''),
    },
    {
      key: 'monitored',
      title: t('recognition.monitored'),
      kind: 'money',
      value: row => row.decided?.monitoredFen ?? null,
    },
    ...(may('allotments.recognise')
      ? [
          {
            key: 'action',
            title: t('column.action'),
            value: () => '',
            cell: (row: RecognitionView) => (
              <Button size="small" onClick={() => setChosen(row.id)}>
                {t(row.decided ? 'recognition.again' : 'recognition.decide')}
              </Button>
            ),
          },
        ]
      : []),
  ]
  return (
    <>
      <PageTitle title={t('menu.recognition')}>
        {query.data && <Figure name={t('recognition.count')}>{query.data.rows.length}</Figure>}
      </PageTitle>
      {one && <Decide key={one.id} one={one} close={() => setChosen(null)} />}
      <Panel>
        <p className="form-about">{t('recognition.about')}</p>
        <div className="bar">
          <FilterBar>
            <ChoiceFilter
              name="state"
              label={t('recognition.open')}
              width={160}
              options={(['open', 'decided', 'all'] as const).map(value => ({
                value,
                label: t(`recognition.${value}`),
              }))}
            />
          </FilterBar>
        </div>
        <Loaded query={query}>
          {({ rows }) => (
            <DataTable
              caption={t('menu.recognition')}
              columns={columns}
              rows={rows}
              rowKey={row => row.id}
              empty={
                state === 'open' ? (
                  <Nothing title={t('recognition.noneOpen')} hint={t('recognition.noneOpenHint')} />
                ) : (
                  <Nothing title={t('recognition.nothing')} />
                )
              }
            />
          )}
        </Loaded>
      </Panel>
    </>
  )
}

interface Values {
  verdict: 'whole' | 'part' | 'none'
  monitored?: string
  reason: string
  document?: string
}

function Decide({ one, close }: { one: RecognitionView; close: () => void }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const verdict = Form.useWatch('verdict', form)
  const earlier: Decision[] = one.decided ? [one.decided, ...one.before] : []
  const submit = async (values: Values) => {
    setBusy(true)
    setError(null)
    try {
      await send('POST', `/divisions/${division}/transfers/${one.id}/recognition`, {
        verdict: values.verdict,
        ...(values.verdict === 'part' ? { monitoredFen: fenOf(values.monitored) } : {}),
        reason: values.reason,
        ...(values.document ? { document: values.document } : {}),
        supersedes: one.decided?.id ?? null,
      })
      message.success(t('recognition.stored'))
      await queries.invalidateQueries()
      close()
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Panel title={t('recognition.of', { number: one.documentNumber })}>
      <p className="form-about">{t('recognition.kept')}</p>
      <Form
        form={form}
        layout="vertical"
        className="business-form"
        initialValues={{ verdict: one.decided?.verdict ?? one.proposal }}
        onFinish={values => void submit(values)}
      >
        <Form.Item name="verdict" label={t('recognition.verdict')}>
          <Radio.Group
            options={(['whole', 'part', 'none'] as const).map(value => ({ value, label: t(`recognition.${value}`) }))}
          />
        </Form.Item>
        {verdict === 'part' && (
          <Form.Item
            name="monitored"
            label={t('recognition.monitored')}
            extra={t('recognition.monitoredHint', { sent: displayMoney(BigInt(one.sentFen) as Fen) })}
            rules={[amountRule(t)]}
          >
            <Input inputMode="decimal" className="amount-input correction-amount" maxLength={24} />
          </Form.Item>
        )}
        <div className="form-row">
          <Form.Item
            name="reason"
            label={t('recognition.reason')}
            extra={t('recognition.reasonHint')}
            rules={[{ required: true, whitespace: true, message: t('formPage.needed') }]}
          >
            <Input maxLength={500} />
          </Form.Item>
          <Form.Item name="document" label={t('recognition.document')}>
            <Input maxLength={100} />
          </Form.Item>
        </div>
        {error !== null && <FaultNotice error={error} />}
        <div className="form-actions">
          <Button type="primary" htmlType="submit" loading={busy}>
            {t('recognition.register')}
          </Button>
          <Button onClick={close}>{t('joining.cancel')}</Button>
        </div>
      </Form>
      {earlier.length > 0 && (
        <>
          <h3>{t('recognition.before')}</h3>
          <ul>
            {earlier.map(before => (
              <li key={before.id}>
                {t(`recognition.${before.verdict}`)} {displayMoney(BigInt(before.monitoredFen) as Fen)}: {before.reason}{' '}
                {before.document ?? ''}{' '}
                <span className="dim">
                  {t('recognition.by', { actor: before.actor, at: beijingTime(before.recordedAt) })}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  )
}
