import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { App, Button, DatePicker, Form, Input, Radio, Select } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { LinesAnswer } from '../../src/allotments/answers.ts'
import type { FundList } from '../../src/funds/contract.ts'
import type { Repair } from '../../src/kernel/refusal.ts'
import { send } from '../shell/api.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { newRequestKey } from '../shell/request-key.ts'
import { useMay, useSession } from '../shell/session.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { moneyText } from '../ui/format-money.ts'
import { Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { amountRule, fenOf } from './amount-rule.ts'
import type { TransfersAnswer } from './api.ts'
import { DocumentFields, type DocumentValues, documentBody, firstDays } from './document-fields.tsx'

interface Values extends DocumentValues {
  where: 'here' | 'outside'
  source?: string
  toDivision?: string
  transfer?: string
  region?: string
  theirNumber?: string
  theirTitle?: string
  theirDate?: Dayjs
  fund?: string
  amount: string
  note?: string
}

/** 横向转出、横向转入: between regions of which neither is the other's superior. */
export function AcrossPage() {
  const { form } = useParams({ strict: false }) as { form: string }
  const { t } = useTranslation()
  const may = useMay()
  if (form !== 'send-across' && form !== 'receive-across')
    return <Nothing title={t('missing.title')} hint={t('missing.hint')} />
  if (!may('allotments.write')) return <Nothing title={t('step.noPermission')} />
  return <OneAcross key={form} form={form} />
}

function OneAcross({ form }: { form: 'send-across' | 'receive-across' }) {
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
  const sending = form === 'send-across'
  const outside = Form.useWatch('where', fields) === 'outside'

  const submit = async (values: Values) => {
    setBusy(true)
    setError(null)
    const line = {
      amountFen: fenOf(values.amount),
      ...(values.note?.trim() ? { note: values.note.trim() } : {}),
      ...(sending
        ? { source: values.source, ...(outside ? { toOutside: values.region } : { toDivision: values.toDivision }) }
        : { fund: Number(values.fund), ...(outside ? {} : { transfer: values.transfer }) }),
    }
    try {
      const stored = await send<{ repairs: Repair[] }>('POST', `/divisions/${division}/allotments/${form}`, {
        ...documentBody(values),
        fiscalYear: year,
        requestKey,
        lines: [line],
        ...(!sending && outside
          ? {
              from: {
                region: values.region,
                number: values.theirNumber,
                title: values.theirTitle,
                dated: values.theirDate?.format('YYYY-MM-DD'),
              },
            }
          : {}),
      })
      message.success(t('across.stored'))
      for (const repair of stored.repairs) message.info(said(repair), 8)
      await queries.invalidateQueries()
      void navigate({ to: at('allotments') as string })
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  const needed = { required: true, message: t('formPage.needed') }
  return (
    <>
      <PageTitle title={t(sending ? 'across.sendTitle' : 'across.receiveTitle')} />
      <Panel>
        <p className="form-about">{t(sending ? 'across.sendAbout' : 'across.receiveAbout')}</p>
        <Form
          form={fields}
          layout="vertical"
          className="business-form"
          initialValues={{
            ...firstDays(today, year),
            where: 'here',
            source: filters.source,
            transfer: filters.transfer,
          }}
          onFinish={values => void submit(values)}
          scrollToFirstError
        >
          <DocumentFields />
          <Form.Item name="where" label={t(sending ? 'across.where' : 'across.sender')}>
            <Radio.Group
              options={[
                { value: 'here', label: t('across.here') },
                { value: 'outside', label: t('across.outside') },
              ]}
            />
          </Form.Item>
          <fieldset className="form-line">
            <legend>{t(sending ? 'across.sendTitle' : 'across.receiveTitle')}</legend>
            {sending ? <Sending outside={outside} /> : <Receiving outside={outside} />}
            <Form.Item name="amount" label={t('across.amount')} required rules={[amountRule(t)]}>
              <Input inputMode="decimal" className="amount-input" maxLength={24} />
            </Form.Item>
            <Form.Item name="note" label={t('across.note')}>
              <Input maxLength={200} />
            </Form.Item>
          </fieldset>
          {!sending && outside && (
            <div className="form-row">
              <Form.Item name="theirNumber" label={t('across.theirNumber')} rules={[needed]}>
                <Input maxLength={100} />
              </Form.Item>
              <Form.Item name="theirTitle" label={t('across.theirTitle')} rules={[needed]}>
                <Input maxLength={300} />
              </Form.Item>
              <Form.Item name="theirDate" label={t('across.theirDate')} rules={[needed]}>
                <DatePicker allowClear={false} />
              </Form.Item>
            </div>
          )}
          {error !== null && <FaultNotice error={error} />}
          <div className="form-actions">
            <Button type="primary" htmlType="submit" loading={busy}>
              {t('across.store')}
            </Button>
            <Button onClick={() => history.back()}>{t('formPage.back')}</Button>
          </div>
        </Form>
      </Panel>
    </>
  )
}

function Region() {
  const { t } = useTranslation()
  return (
    <Form.Item
      name="region"
      label={t('across.region')}
      extra={t('across.regionHint')}
      rules={[{ required: true, message: t('formPage.needed'), whitespace: true, min: 2 }]}
    >
      <Input maxLength={100} />
    </Form.Item>
  )
}

function Sending({ outside }: { outside: boolean }) {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const lines = useApi<LinesAnswer>(`/divisions/${division}/allotments`, { year, form: 'assign' })
  const regions = useApi<{ rows: { code: string; name: string }[] }>(`/divisions/${division}/regions`)
  const needed = { required: true, message: t('formPage.needed') }
  const sources = lines.data?.rows.filter(one => BigInt(one.toRefineFen) > 0n) ?? []
  return (
    <>
      <Form.Item
        name="source"
        label={t('across.source')}
        rules={[needed]}
        extra={lines.data && lines.data.next === null && sources.length === 0 ? t('across.noSourceHint') : undefined}
      >
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          popupMatchSelectWidth={false}
          options={sources.map(one => ({
            value: one.id,
            label: `${one.document.number} ${one.fund.name} ${moneyText(one.toRefineFen, 'yuan')}`,
          }))}
        />
      </Form.Item>
      {outside ? (
        <Region />
      ) : (
        <Form.Item name="toDivision" label={t('across.where')} rules={[needed]}>
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            options={regions.data?.rows.map(one => ({ value: one.code, label: `${one.code} ${one.name}` })) ?? []}
          />
        </Form.Item>
      )}
    </>
  )
}

function Receiving({ outside }: { outside: boolean }) {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const funds = useApi<FundList>(`/divisions/${division}/funds`, { year })
  const transfers = useApi<TransfersAnswer>(`/divisions/${division}/transfers`, { year, state: 'waiting' })
  const needed = { required: true, message: t('formPage.needed') }
  const waiting = transfers.data?.rows.filter(one => one.across) ?? []
  return (
    <>
      {outside ? (
        <Region />
      ) : (
        <Form.Item
          name="transfer"
          label={t('across.waiting')}
          rules={[needed]}
          extra={transfers.data && waiting.length === 0 ? t('across.noWaitingHint') : undefined}
        >
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            popupMatchSelectWidth={false}
            options={waiting.map(one => ({
              value: one.id,
              label: `${one.documentNumber} ${one.sender?.name ?? one.senderName ?? ''} ${moneyText(one.inTransitFen, 'yuan')}`,
            }))}
          />
        </Form.Item>
      )}
      <Form.Item name="fund" label={t('across.fund')} rules={[needed]}>
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          popupMatchSelectWidth={false}
          options={funds.data?.rows.map(one => ({ value: String(one.id), label: `${one.code} ${one.name}` })) ?? []}
        />
      </Form.Item>
    </>
  )
}
