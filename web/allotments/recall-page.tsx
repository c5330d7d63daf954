import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { App, Button, Form, Input, Radio, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { RecallAnswer, RecallableRow } from '../../src/allotments/recall-contract.ts'
import type { DivisionPage } from '../../src/divisions/contract.ts'
import type { FundList } from '../../src/funds/contract.ts'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
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
import { amountRule, fenOf } from './amount-rule.ts'
import { DocumentFields, type DocumentValues, documentBody, firstDays } from './document-fields.tsx'
import { RecallResult } from './recall-result.tsx'

const FORMS = ['recall', 'settle', 'recalled', 'settled'] as const
type RecallForm = (typeof FORMS)[number]

interface Values extends DocumentValues {
  way: 'lines' | 'spread'
  amount?: string
  fund?: string
  documentNumber?: string
  receiver?: string
}

/** 收回下级、清算扣回: money called back, looked at before it is registered. */
export function RecallPage() {
  const { form } = useParams({ strict: false }) as { form: string }
  const { t } = useTranslation()
  const may = useMay()
  const known = FORMS.find(one => one === form)
  if (!known) return <Nothing title={t('missing.title')} hint={t('missing.hint')} />
  if (!may('allotments.recall')) return <Nothing title={t('recall.noPermission')} />
  return <OneRecall key={known} form={known} />
}

function OneRecall({ form }: { form: RecallForm }) {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const { today } = useSession()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const said = useSaid()
  const [fields] = Form.useForm<Values>()
  const [amounts, setAmounts] = useState<Record<string, string>>({})
  const [search, setSearch] = useState('')
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState<'look' | 'store' | null>(null)
  const [looked, setLooked] = useState<RecallAnswer | null>(null)
  const [stored, setStored] = useState<RecallAnswer | null>(null)
  const [requestKey, setRequestKey] = useState(newRequestKey)
  const way = Form.useWatch('way', fields) ?? 'lines'
  const below = form === 'recall' || form === 'settle'
  const rows = useApi<{ rows: RecallableRow[] }>(`/divisions/${division}/recallable`, {
    year,
    from: below ? 'below' : 'outside',
  })
  const forget = () => setLooked(null)

  const submit = async (checkOnly: boolean) => {
    const values = await fields.validateFields().catch(({ errorFields }) => {
      // The button stands below a long table: without this a missing number above is not seen.
      const first = errorFields?.[0]?.name
      if (first) fields.scrollToField(first, { block: 'center', focus: true })
      return null
    })
    if (!values) return
    const lines = Object.entries(amounts)
      .map(([transfer, typed]) => ({ transfer, amountFen: fenOf(typed) }))
      .filter(line => line.amountFen !== '' && line.amountFen !== '0')
    if (values.way === 'lines' && lines.length === 0) {
      message.warning(t('recall.nothingNamed'))
      return
    }
    setBusy(checkOnly ? 'look' : 'store')
    setError(null)
    try {
      const answer = await send<RecallAnswer>('POST', `/divisions/${division}/allotments/${form}`, {
        ...documentBody(values),
        fiscalYear: year,
        ...(checkOnly ? { checkOnly } : { requestKey }),
        ...(values.way === 'lines'
          ? { lines }
          : {
              spread: {
                amountFen: fenOf(values.amount),
                ...(values.fund ? { fund: Number(values.fund) } : {}),
                ...(values.documentNumber?.trim() ? { documentNumber: values.documentNumber.trim() } : {}),
                ...(values.receiver ? { receiver: values.receiver } : {}),
              },
            }),
      })
      if (checkOnly) setLooked(answer)
      else {
        message.success(t('recall.stored'))
        for (const repair of answer.repairs) message.info(said(repair), 8)
        setLooked(null)
        setAmounts({})
        setStored(answer)
        setRequestKey(newRequestKey())
        await queries.invalidateQueries()
      }
    } catch (refused) {
      setLooked(null)
      setError(refused)
    } finally {
      setBusy(null)
    }
  }

  return (
    <>
      <PageTitle title={t(`recall.title.${form}`)} />
      {stored && (
        <Panel
          title={t('recall.storedTitle')}
          extra={<Button onClick={() => setStored(null)}>{t('recall.anew')}</Button>}
        >
          <RecallResult answer={stored} />
        </Panel>
      )}
      <div hidden={stored !== null}>
        <Panel>
          <p className="form-about">{t(`recall.about.${form}`)}</p>
          <Form
            form={fields}
            layout="vertical"
            className="business-form"
            initialValues={{ ...firstDays(today, year), way: 'lines' }}
            onValuesChange={forget}
            scrollToFirstError
          >
            <DocumentFields />
            <Form.Item name="way" label={t('recall.choose')}>
              <Radio.Group
                options={[
                  { value: 'lines', label: t('recall.byLines') },
                  { value: 'spread', label: t('recall.bySpread') },
                ]}
              />
            </Form.Item>
            {way === 'spread' && <SpreadFields below={below} />}
          </Form>
          {way === 'lines' && (
            <Loaded query={rows}>
              {answer => (
                <>
                  {answer.rows.length > 10 && (
                    <Input
                      allowClear
                      className="recall-search"
                      aria-label={t('recall.search')}
                      placeholder={t('recall.search')}
                      value={search}
                      onChange={event => setSearch(event.target.value)}
                    />
                  )}
                  <TransfersTable
                    rows={answer.rows.filter(row =>
                      [row.documentNumber, row.documentTitle, row.fund.name, row.receiver.name].some(text =>
                        text.includes(search.trim()),
                      ),
                    )}
                    below={below}
                    amounts={amounts}
                    change={(transfer, typed) => {
                      forget()
                      setAmounts(before => ({ ...before, [transfer]: typed }))
                    }}
                  />
                </>
              )}
            </Loaded>
          )}
          {error !== null && <FaultNotice error={error} />}
          {looked && (
            <>
              <h2 className="recall-looked">{t('recall.looked')}</h2>
              <RecallResult answer={looked} />
            </>
          )}
          <div className="form-actions">
            <Button type={looked ? 'default' : 'primary'} loading={busy === 'look'} onClick={() => void submit(true)}>
              {t('recall.look')}
            </Button>
            {looked && (
              <Button type="primary" loading={busy === 'store'} onClick={() => void submit(false)}>
                {t('recall.store')}
              </Button>
            )}
            {!looked && <span className="dim">{t('recall.lookFirst')}</span>}
          </div>
        </Panel>
      </div>
    </>
  )
}

/** Over which of the year's transfers an amount is spread. */
function SpreadFields({ below }: { below: boolean }) {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const funds = useApi<FundList>(`/divisions/${division}/funds`, { year })
  const place = useApi<DivisionPage>(below ? `/divisions/${division}` : null)
  return (
    <fieldset className="form-line">
      <legend>{t('recall.spreadOver')}</legend>
      <Form.Item name="documentNumber" label={t('recall.ofDocument')}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="fund" label={t('recall.ofFund')}>
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          popupMatchSelectWidth={false}
          options={funds.data?.rows.map(one => ({ value: String(one.id), label: `${one.code} ${one.name}` })) ?? []}
        />
      </Form.Item>
      {below && (
        <Form.Item name="receiver" label={t('recall.ofReceiver')}>
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            options={place.data?.children.map(one => ({ value: one.code, label: `${one.code} ${one.name}` })) ?? []}
          />
        </Form.Item>
      )}
      <Form.Item name="amount" label={t('recall.amount')} required rules={[amountRule(t)]}>
        <Input inputMode="decimal" className="amount-input" maxLength={24} />
      </Form.Item>
    </fieldset>
  )
}

/** Where below the unused money can lie. */
const HELD = [
  ['recall.toAssign', (row: RecallableRow) => row.toAssignFen],
  ['recall.toRefine', (row: RecallableRow) => row.toRefineFen],
  ['recall.own', (row: RecallableRow) => row.ownFen],
] as const

function TransfersTable({
  rows,
  below,
  amounts,
  change,
}: {
  rows: readonly RecallableRow[]
  below: boolean
  amounts: Readonly<Record<string, string>>
  change: (transfer: string, typed: string) => void
}) {
  const { t } = useTranslation()
  const { year } = usePlace()
  const columns: Column<RecallableRow>[] = [
    {
      key: 'number',
      title: t('recall.passedBy'),
      value: row => row.documentNumber,
      cell: row => (
        <>
          {row.line ? <ThingLink page={`allotments/${row.line}`}>{row.documentNumber}</ThingLink> : row.documentNumber}
          <span className="under">{row.dated}</span>
          {row.fiscalYear < year && <span className="under">{t('recall.carriedFrom', { year: row.fiscalYear })}</span>}
        </>
      ),
    },
    ...(below
      ? [{ key: 'receiver', title: t('recall.receiver'), value: (row: RecallableRow) => row.receiver.name }]
      : []),
    { key: 'fund', title: t('column.fund'), wrap: true, value: row => row.fund.name },
    {
      key: 'sent',
      title: t('recall.sent'),
      kind: 'money',
      value: row => row.sentFen,
      cell: row => (
        <>
          <Money fen={row.sentFen} />
          {row.returnedFen !== '0' && (
            <span className="under">
              {t('recall.returned')} <Money fen={row.returnedFen} />
            </span>
          )}
        </>
      ),
    },
    { key: 'inTransit', title: t('recall.inTransit'), kind: 'money', value: row => row.inTransitFen },
    {
      key: 'held',
      title: t('recall.held'),
      kind: 'money',
      value: row => sumFen([row.toAssignFen, row.toRefineFen, row.ownFen]),
      cell: row => (
        <>
          <Money fen={sumFen([row.toAssignFen, row.toRefineFen, row.ownFen])} />
          {HELD.filter(([, held]) => held(row) !== '0').map(([word]) => (
            <span key={word} className="under">
              {t(word)}
            </span>
          ))}
        </>
      ),
    },
    { key: 'passed', title: t('recall.passed'), kind: 'money', value: row => row.passedFen },
    { key: 'spent', title: t('recall.spent'), kind: 'money', value: row => row.spentFen },
    { key: 'claimed', title: t('recall.claimed'), kind: 'money', value: row => row.claimedFen },
    { key: 'unspent', title: t('recall.unspent'), kind: 'money', value: row => row.unspentFen },
    {
      key: 'amount',
      title: t('recall.amountColumn'),
      width: 132,
      value: row => amounts[row.transfer] ?? '',
      cell: row => (
        <Input
          inputMode="decimal"
          size="small"
          className="amount-input"
          maxLength={24}
          aria-label={t('recall.lineAmount', { document: row.documentNumber, receiver: row.receiver.name })}
          status={amounts[row.transfer] && fenOf(amounts[row.transfer]) === '' ? 'error' : ''}
          value={amounts[row.transfer] ?? ''}
          onChange={event => change(row.transfer, event.target.value)}
        />
      ),
    },
  ]
  return (
    <DataTable
      caption={t('recall.byLines')}
      columns={columns}
      rows={rows}
      rowKey={row => row.transfer}
      empty={
        <Nothing
          title={t(below ? 'recall.none' : 'recall.noneOutside')}
          hint={t(below ? 'recall.noneHint' : 'recall.noneOutsideHint')}
        />
      }
    />
  )
}
