import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { App, Button, Form, Input, Radio } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { EntriesAnswer, EntryView, Line, LinePage } from '../../src/allotments/answers.ts'
import { displayMoney, type Fen } from '../../src/kernel/money.ts'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { newRequestKey } from '../shell/request-key.ts'
import { useMay, useSession } from '../shell/session.tsx'
import { Facts } from '../ui/facts.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { amountRule, fenOf } from './amount-rule.ts'
import { correctionHindrance, entryName } from './corrections.ts'
import { DocumentFields, type DocumentValues, documentBody, firstDays } from './document-fields.tsx'
import { HangingPanel } from './hanging-panel.tsx'
import { useAccountName } from './line-columns.tsx'

interface Values extends DocumentValues {
  extent: 'whole' | 'difference'
  amount?: string
}

/** 红字更正: one entry again with a minus, by a document of its own. */
export function CorrectionPage() {
  const { t } = useTranslation()
  const { division, at } = usePlace()
  const { allotment, entry: name } = useParams({ strict: false }) as { allotment: string; entry: string }
  const query = useApi<LinePage>(`/divisions/${division}/allotments/${allotment}`)
  // Asked for by name: a line may have many more entries than its page shows first.
  const entries = useApi<EntriesAnswer>(`/divisions/${division}/allotments/${allotment}/entries`, { entry: name })
  const [entry] = entries.data?.rows ?? []
  return (
    <>
      <PageTitle title={t('form.correct')} of={query.data?.line.document.number} />
      <Loaded query={query}>
        {page => (
          <Loaded query={entries}>
            {() =>
              entry ? (
                <Correction key={name} line={page.line} entry={entry} />
              ) : (
                <Nothing
                  title={t('missing.title')}
                  hint={t('missing.hint')}
                  action={<Link to={at(`allotments/${allotment}`) as string}>{t('correction.toLine')}</Link>}
                />
              )
            }
          </Loaded>
        )}
      </Loaded>
    </>
  )
}

function Correction({ line, entry }: { line: Line; entry: EntryView }) {
  const { t } = useTranslation()
  const { at } = usePlace()
  const may = useMay()
  const said = useSaid()
  const account = useAccountName(line.fiscalYear)
  const hindrance = correctionHindrance(entry, may)
  return (
    <>
      <Panel title={t('correction.original')}>
        <Facts
          facts={[
            { name: t('column.batch'), value: entryName(entry) },
            { name: t('column.form'), value: said(entry.formName) },
            { name: t('column.documentNumber'), value: entry.documentNumber },
            { name: t('column.effectiveOn'), value: entry.effectiveOn },
            { name: t('column.debit'), value: account(entry.debit.account) },
            { name: t('column.credit'), value: account(entry.credit.account) },
            { name: t('column.amount'), value: <Money fen={entry.amountFen} strong withUnit /> },
            { name: t('correction.left'), value: <Money fen={entry.leftFen} strong withUnit /> },
          ]}
        />
      </Panel>
      {hindrance === null && <HangingPanel entry={entry} />}
      <Panel title={t('correction.new')}>
        <p className="form-about">{t('correction.about')}</p>
        {hindrance === null ? (
          <CorrectionForm line={line} entry={entry} />
        ) : (
          <Nothing
            title={t(hindrance)}
            action={<Link to={at(`allotments/${line.id}`) as string}>{t('correction.toLine')}</Link>}
          />
        )}
      </Panel>
    </>
  )
}

function CorrectionForm({ line, entry }: { line: Line; entry: EntryView }) {
  const { t } = useTranslation()
  const { division, at } = usePlace()
  const { today } = useSession()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [fields] = Form.useForm<Values>()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const [requestKey] = useState(newRequestKey)
  const extent = Form.useWatch('extent', fields) ?? 'whole'
  const left = BigInt(entry.leftFen)

  const submit = async (values: Values) => {
    setBusy(true)
    setError(null)
    try {
      const { submission } = await send<{ submission?: { id: string } }>('POST', `/divisions/${division}/corrections`, {
        ...documentBody(values),
        fiscalYear: line.fiscalYear,
        requestKey,
        batch: entry.batch,
        line: entry.line,
        amountFen: values.extent === 'whole' ? entry.leftFen : fenOf(values.amount),
      })
      message.success(submission ? t('approvals.submitted', { id: submission.id }) : t('correction.stored'))
      await queries.invalidateQueries()
      void navigate({ to: at(submission ? `submissions/${submission.id}` : `allotments/${line.id}`) as string })
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
      initialValues={{ ...firstDays(today, line.fiscalYear), extent: 'whole' }}
      onFinish={values => void submit(values)}
      scrollToFirstError
    >
      <DocumentFields />
      <Form.Item name="extent" label={t('correction.extent')}>
        <Radio.Group
          options={[
            { value: 'whole', label: t('correction.whole', { left: displayMoney(left as Fen) }) },
            { value: 'difference', label: t('correction.difference') },
          ]}
        />
      </Form.Item>
      {extent === 'difference' && (
        <Form.Item
          name="amount"
          label={t('correction.amount')}
          extra={t('correction.amountHint')}
          required
          rules={[
            amountRule(t),
            {
              validator: (_, typed: string | undefined) =>
                BigInt(fenOf(typed) || '0') <= left
                  ? Promise.resolve()
                  : Promise.reject(new Error(t('correction.beyond', { left: displayMoney(left as Fen) }))),
            },
          ]}
        >
          <Input inputMode="decimal" className="amount-input correction-amount" maxLength={24} />
        </Form.Item>
      )}
      {error !== null && <FaultNotice error={error} />}
      <div className="form-actions">
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('correction.post')}
        </Button>
        <Button onClick={() => void navigate({ to: at(`allotments/${line.id}`) as string })}>
          {t('formPage.back')}
        </Button>
      </div>
    </Form>
  )
}
