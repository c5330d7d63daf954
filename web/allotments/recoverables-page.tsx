import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button, Form, Input, Radio } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { RecoverableRow } from '../../src/allotments/recall-contract.ts'
import { displayMoney, type Fen } from '../../src/kernel/money.ts'
import { send } from '../shell/api.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { newRequestKey } from '../shell/request-key.ts'
import { useMay, useSession } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { sumFen } from '../ui/format-money.ts'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { amountRule, fenOf } from './amount-rule.ts'
import { DocumentFields, type DocumentValues, documentBody, firstDays } from './document-fields.tsx'

const RECALLS = ['recall', 'settle', 'recalled', 'settled'] as const

/** 待追回事项: what was gone when it was called back, and what came in for it since. */
export function RecoverablesPage() {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const may = useMay()
  const [filters] = useFilters()
  const [chosen, setChosen] = useState<RecoverableRow | null>(null)
  const state = filters.state === 'all' ? 'all' : 'open'
  const query = useApi<{ rows: RecoverableRow[] }>(`/divisions/${division}/recoverables`, { year, state })
  const rows = query.data?.rows ?? []
  const columns: Column<RecoverableRow>[] = [
    {
      key: 'number',
      title: t('column.documentNumber'),
      value: row => row.document.number,
      cell: row => (
        <>
          {row.document.number}
          <span className="under">{row.effectiveOn}</span>
        </>
      ),
    },
    { key: 'act', title: t('claims.act'), value: row => t(`recall.title.${row.form}`) },
    {
      key: 'debtor',
      title: t('claims.debtor'),
      value: row => row.debtor.name,
      cell: row => (
        <>
          {row.debtor.name}
          {isUpward(row) && <span className="under">{t('claims.upward')}</span>}
        </>
      ),
    },
    {
      key: 'transfer',
      title: t('recall.passedBy'),
      value: row => row.transferNumber,
      cell: row =>
        row.line ? <ThingLink page={`allotments/${row.line}`}>{row.transferNumber}</ThingLink> : row.transferNumber,
    },
    { key: 'fund', title: t('column.fund'), wrap: true, value: row => row.fund },
    { key: 'amount', title: t('claims.amount'), kind: 'money', value: row => row.amountFen },
    { key: 'recovered', title: t('claims.recovered'), kind: 'money', value: row => row.recoveredFen },
    { key: 'left', title: t('claims.left'), kind: 'money', value: row => row.openFen },
    { key: 'lastOn', title: t('claims.lastOn'), value: row => row.lastOn, width: 96 },
    {
      key: 'register',
      title: t('column.action'),
      value: () => '',
      width: 120,
      cell: row =>
        row.openFen === '0' ? (
          <span className="dim">{t('claims.settled')}</span>
        ) : may('allotments.recall') ? (
          <Button size="small" onClick={() => setChosen(row)}>
            {t('claims.register')}
          </Button>
        ) : null,
    },
  ]
  return (
    <>
      <PageTitle
        title={t('menu.recoverables')}
        actions={
          may('allotments.recall') &&
          RECALLS.map(form => (
            <Link key={form} to={at(`recalls/new/${form}`) as string} className="step-link">
              {t(`recall.title.${form}`)}
            </Link>
          ))
        }
      >
        {query.data && (
          <>
            <Figure name={t('claims.count')}>{rows.length}</Figure>
            <Figure name={t('claims.amount')}>
              <Money fen={sumFen(rows.map(row => row.amountFen))} strong />
            </Figure>
            <Figure name={t('claims.left')}>
              <Money fen={sumFen(rows.map(row => row.openFen))} strong />
            </Figure>
          </>
        )}
      </PageTitle>
      {chosen && <RegisterRecovered key={chosen.id} claim={chosen} close={() => setChosen(null)} />}
      <Panel>
        <div className="bar">
          <FilterBar>
            <ChoiceFilter
              name="state"
              label={t('claims.open')}
              options={[
                { value: 'open', label: t('claims.open') },
                { value: 'all', label: t('claims.all') },
              ]}
            />
          </FilterBar>
        </div>
        <Loaded query={query}>
          {answer => (
            <DataTable
              caption={t('claims.title')}
              columns={columns}
              rows={answer.rows}
              rowKey={row => row.id}
              empty={<Nothing title={t('claims.none')} hint={t('claims.noneHint')} />}
            />
          )}
        </Loaded>
      </Panel>
    </>
  )
}

/** Whether the claim is a superior's upon this division. */
const isUpward = (row: RecoverableRow): boolean => row.form === 'recalled' || row.form === 'settled'

interface Values extends DocumentValues {
  way: 'recall' | 'paid-in'
  amount: string
  note?: string
}

function RegisterRecovered({ claim, close }: { claim: RecoverableRow; close: () => void }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { today } = useSession()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const said = useSaid()
  const [fields] = Form.useForm<Values>()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const [requestKey] = useState(newRequestKey)
  const submit = async (values: Values) => {
    setBusy(true)
    setError(null)
    try {
      const answer = await send<{ repairs: { zh: string; en: string }[] }>(
        'POST',
        `/divisions/${division}/recoverables/${claim.id}/recovered`,
        {
          ...documentBody(values),
          requestKey,
          amountFen: fenOf(values.amount),
          way: values.way,
          ...(values.note?.trim() ? { note: values.note.trim() } : {}),
        },
      )
      message.success(t('claims.stored'))
      for (const repair of answer.repairs) message.info(said(repair), 8)
      await queries.invalidateQueries()
      close()
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Panel title={t('claims.register')}>
      <p className="notice">
        {claim.document.number} · {claim.debtor.name} · {claim.fund} · {t('claims.left')}{' '}
        <Money fen={claim.openFen} strong withUnit />
      </p>
      <Form
        form={fields}
        layout="vertical"
        className="business-form"
        initialValues={{
          ...firstDays(today, claim.fiscalYear),
          way: 'paid-in',
          amount: displayMoney(BigInt(claim.openFen) as Fen).replaceAll(',', ''),
        }}
        onFinish={values => void submit(values)}
        scrollToFirstError
      >
        <DocumentFields />
        <Form.Item name="way" label={t('claims.way')}>
          <Radio.Group
            options={[
              { value: 'paid-in', label: t(isUpward(claim) ? 'claims.wayPaidInUp' : 'claims.wayPaidIn') },
              { value: 'recall', label: t('claims.wayRecall') },
            ]}
          />
        </Form.Item>
        <Form.Item name="amount" label={t('claims.amountIn')} required rules={[amountRule(t)]}>
          <Input inputMode="decimal" className="amount-input correction-amount" maxLength={24} />
        </Form.Item>
        <Form.Item name="note" label={t('across.note')}>
          <Input maxLength={200} />
        </Form.Item>
        {error !== null && <FaultNotice error={error} />}
        <div className="form-actions">
          <Button type="primary" htmlType="submit" loading={busy}>
            {t('claims.register')}
          </Button>
          <Button onClick={close}>{t('claims.cancel')}</Button>
        </div>
      </Form>
    </Panel>
  )
}
