import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { App, Button, Form } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Line, LinePage } from '../../src/allotments/answers.ts'
import type { WholeAnswer } from '../../src/allotments/recall-contract.ts'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { newRequestKey } from '../shell/request-key.ts'
import { useMay, useSession } from '../shell/session.tsx'
import { Facts } from '../ui/facts.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { DocumentFields, type DocumentValues, documentBody, firstDays } from './document-fields.tsx'
import { HangingTable } from './hanging-panel.tsx'

/** 整单红字: all that a document posted again with a minus, at once or not at all. */
export function DocumentCorrectionPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { allotment } = useParams({ strict: false }) as { allotment: string }
  const query = useApi<LinePage>(`/divisions/${division}/allotments/${allotment}`)
  const line = query.data?.line
  const look = useApi<WholeAnswer>(line ? `/divisions/${division}/documents/${line.document.id}/correction` : null)
  return (
    <>
      <PageTitle title={t('whole.correct')} of={line?.document.number} />
      <Loaded query={query}>
        {page => <Loaded query={look}>{found => <Whole line={page.line} found={found} />}</Loaded>}
      </Loaded>
    </>
  )
}

function Whole({ line, found }: { line: Line; found: WholeAnswer }) {
  const { t } = useTranslation()
  const { at } = usePlace()
  const said = useSaid()
  const may = useMay()
  const hindrance = found.ofPayment
    ? 'correction.ofPayment'
    : found.entries === 0
      ? 'correction.nothingLeft'
      : may('allotments.correct')
        ? null
        : 'correction.noPermission'
  return (
    <>
      <Panel title={t('whole.document')}>
        <Facts
          facts={[
            { name: t('column.documentNumber'), value: found.document.number },
            { name: t('allotment.documentTitle'), value: found.document.title, wide: true },
            { name: t('column.dated'), value: found.document.dated },
            { name: t('column.form'), value: found.forms.map(said).join('、') },
            { name: t('whole.entries'), value: String(found.entries) },
            { name: t('whole.corrected'), value: String(found.corrected) },
          ]}
        />
      </Panel>
      {found.rows.length > 0 && (
        <Panel title={t('hanging.title')}>
          <p className="form-about">{t('whole.first')}</p>
          <HangingTable rows={found.rows} />
        </Panel>
      )}
      <Panel title={t('correction.new')}>
        <p className="form-about">{t('whole.about')}</p>
        {hindrance === null ? (
          <WholeForm line={line} />
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

function WholeForm({ line }: { line: Line }) {
  const { t } = useTranslation()
  const { division, at } = usePlace()
  const { today } = useSession()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const [requestKey] = useState(newRequestKey)

  const submit = async (values: DocumentValues) => {
    setBusy(true)
    setError(null)
    try {
      const { submission } = await send<{ submission?: { id: string } }>(
        'POST',
        `/divisions/${division}/documents/${line.document.id}/correction`,
        { ...documentBody(values), requestKey },
      )
      message.success(submission ? t('approvals.submitted', { id: submission.id }) : t('whole.stored'))
      await queries.invalidateQueries()
      void navigate({ to: at(submission ? `submissions/${submission.id}` : `allotments/${line.id}`) as string })
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Form<DocumentValues>
      layout="vertical"
      className="business-form"
      initialValues={firstDays(today, line.fiscalYear)}
      onFinish={values => void submit(values)}
      scrollToFirstError
    >
      <DocumentFields />
      {error !== null && <FaultNotice error={error} />}
      <div className="form-actions">
        <Button type="primary" danger htmlType="submit" loading={busy}>
          {t('whole.post')}
        </Button>
        <Button onClick={() => void navigate({ to: at(`allotments/${line.id}`) as string })}>
          {t('formPage.back')}
        </Button>
      </div>
    </Form>
  )
}
