import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Alert, Button, Form, Input, Timeline } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SubmissionPage as Answer } from '../../src/approvals/contract.ts'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { beijingTime } from '../ui/dates.ts'
import { Facts } from '../ui/facts.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { Reasoned } from '../ui/reasoned.tsx'
import { useApi } from '../ui/use-api.ts'
import { leavesOf, withLeaves } from './content.ts'
import { SubmissionMark } from './submissions-page.tsx'

interface Taken {
  name?: string
  amountFen?: string
  leftFen?: string
}

/** One submission: what it will do, who has signed, what comes next and why not by you. */
export function SubmissionPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { submission } = useParams({ strict: false }) as { submission: string }
  const query = useApi<Answer>(`/divisions/${division}/submissions/${submission}`)
  if (!query.data)
    return (
      <>
        <PageTitle title={t('approvals.submission')} />
        <Loaded query={query}>{() => null}</Loaded>
      </>
    )
  return <One key={`${submission} ${query.data.round}`} page={query.data} />
}

function One({ page }: { page: Answer }) {
  const { t } = useTranslation()
  const said = useSaid()
  const fieldName = useFieldName()
  const fieldValue = useFieldValue()
  const taken = takenOf(page.look)
  const columns: Column<Taken & { id: string }>[] = [
    { key: 'name', title: t('approvals.from'), value: row => row.name, wrap: true },
    { key: 'amount', title: t('approvals.taken'), kind: 'money', value: row => row.amountFen },
    { key: 'left', title: t('approvals.left'), kind: 'money', value: row => row.leftFen },
  ]
  return (
    <>
      <PageTitle title={t('approvals.submission')} of={`${page.id} ${said(page.title)}`}>
        <Figure name={t('approvals.state')}>
          <SubmissionMark state={page.state} />
        </Figure>
        {page.amountFen !== null && (
          <Figure name={t('approvals.amount')}>
            <Money fen={page.amountFen} strong withUnit />
          </Figure>
        )}
        <Figure name={t('approvals.maker')}>
          {page.maker}
          {page.makerFor && t('approvals.forWhom', { name: page.makerFor })}
        </Figure>
        <Figure name={t('approvals.madeOn')}>{page.madeOn}</Figure>
      </PageTitle>
      {page.state === 'returned' && page.faults.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t('approvals.refused')}
          description={page.faults.slice(0, 5).map(fault => <p key={fault.code + fault.zh}>{said(fault)}</p>)}
        />
      )}
      <div className="columns columns-thing">
        <Panel title={t('approvals.does')}>
          <Facts
            facts={[
              ...leavesOf(page.content.body).map(leaf => ({
                name: fieldName(leaf),
                value: page.names[`${leaf.name}:${leaf.value}`] ?? fieldValue(leaf),
              })),
              { name: t('approvals.file'), value: page.fileName },
              { name: t('approvals.digest'), value: <code>{page.digest.slice(0, 16)}…</code>, wide: true },
            ]}
          />
          {taken.length > 0 && (
            <>
              <h3>{t('approvals.look')}</h3>
              <DataTable
                caption={t('approvals.look')}
                columns={columns}
                rows={taken}
                rowKey={row => row.id}
                tools={false}
              />
            </>
          )}
        </Panel>
        <Panel title={t('approvals.act')}>
          <Act page={page} />
        </Panel>
      </div>
      <div className="columns columns-thing">
        <Panel title={t('approvals.signatures')}>
          <Steps page={page} />
        </Panel>
        <Panel title={t('approvals.history')}>
          <Timeline
            items={page.events.map(event => ({
              key: event.no,
              content: (
                <div className="event">
                  <div>
                    <strong>{t(`approvals.events.${event.kind}`)}</strong>{' '}
                    <span className="dim">
                      {beijingTime(String(event.at))} · {event.name}
                      {event.standsFor && t('approvals.forWhom', { name: event.standsFor })}
                    </span>
                  </div>
                  {event.note && <p>{event.note}</p>}
                </div>
              ),
            }))}
          />
        </Panel>
      </div>
      {page.isMine && page.state === 'returned' && <Mend page={page} />}
    </>
  )
}

const takenOf = (look: Record<string, unknown>): (Taken & { id: string })[] => {
  const rows = look.taken ?? look.lines
  return Array.isArray(rows)
    ? rows.flatMap((row, index) => (typeof row === 'object' && row ? [{ ...(row as Taken), id: String(index) }] : []))
    : []
}

function useFieldName(): (leaf: { name: string; row: number | null }) => string {
  const { t } = useTranslation()
  return ({ name, row }) =>
    `${row === null ? '' : `${t('approvals.field.line', { row })} · `}${t(`approvals.field.${name}`, { defaultValue: name })}`
}

/** Marks and choices in words. */
function useFieldValue(): (leaf: { name: string; value: string; isMoney: boolean }) => string {
  const { t } = useTranslation()
  return ({ name, value, isMoney }) =>
    isMoney
      ? value.replace(/\B(?=(\d{3})+\.)/g, ',')
      : value === 'true' || value === 'false'
        ? t(`approvals.${value}`)
        : name === 'poverty'
          ? t(`poverty.${value}`, { defaultValue: value })
          : value
}

/** The steps of the chain with their signatures of this round; those of earlier rounds stand in the history. */
function Steps({ page }: { page: Answer }) {
  const { t } = useTranslation()
  return (
    <Facts
      facts={page.chain.map(step => {
        const by = page.signatures.find(one => one.round === page.round && one.step === step.step)
        return {
          name: `${step.step}. ${step.title}`,
          wide: true,
          value: by
            ? `${t(by.agreed ? 'approvals.agreed' : 'approvals.returned')} · ${t('approvals.signed', {
                name: by.signer + (by.signsFor ? t('approvals.forWhom', { name: by.signsFor }) : ''),
                on: by.signedOn,
                opinion: by.opinion,
              })}`
            : t('approvals.notSigned'),
        }
      })}
    />
  )
}

/** Sign, send back, withdraw, try: what is not for the reader says why. */
function Act({ page }: { page: Answer }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const said = useSaid()
  const queries = useQueryClient()
  const [form] = Form.useForm<{ opinion: string }>()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState<string | null>(null)
  const [fine, setFine] = useState(false)
  const path = `/divisions/${division}/submissions/${page.id}`
  const act = async (name: string, body: () => Promise<object>) => {
    setError(null)
    setFine(false)
    const sent = await body().catch(() => null)
    if (sent === null) return
    setBusy(name)
    try {
      await send('POST', `${path}/${name === 'return' ? 'sign' : name}`, sent)
      if (name === 'look') setFine(true)
      else form.resetFields()
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(null)
      // A refused last signature has moved the submission too.
      if (name !== 'look') await queries.invalidateQueries()
    }
  }
  const signed = (agree: boolean) => async () => {
    const { opinion } = await form.validateFields()
    return { round: page.round, step: page.step, agree, opinion: opinion.trim() }
  }
  const isOpen = page.state === 'waiting' || page.state === 'returned'
  return (
    <Form form={form} layout="vertical" requiredMark={false} initialValues={{ opinion: '' }}>
      {error !== null && <FaultNotice error={error} />}
      {fine && <Alert type="success" showIcon title={t('approvals.lookFine')} />}
      {page.why === null && (
        <>
          {page.signsFor && <p className="handle-hint">{t('approvals.signingFor', { name: page.signsFor })}</p>}
          <Form.Item
            name="opinion"
            label={t('approvals.opinion')}
            rules={[{ required: true, whitespace: true, message: t('approvals.opinionNeeded') }]}
          >
            <Input.TextArea rows={3} maxLength={400} />
          </Form.Item>
        </>
      )}
      <ul className="actions">
        {page.why === null ? (
          <>
            <li>
              <Button
                type="primary"
                size="small"
                loading={busy === 'sign'}
                onClick={() => void act('sign', signed(true))}
              >
                {t('approvals.sign')}
              </Button>
            </li>
            <li>
              <Button size="small" loading={busy === 'return'} onClick={() => void act('return', signed(false))}>
                {t('approvals.sendBack')}
              </Button>
            </li>
          </>
        ) : (
          page.state === 'waiting' && (
            <li>
              <Reasoned label={t('approvals.sign')} reason={said(page.why)} />
            </li>
          )
        )}
        {isOpen && (
          <li>
            <Button size="small" loading={busy === 'look'} onClick={() => void act('look', async () => ({}))}>
              {t('approvals.lookNow')}
            </Button>
          </li>
        )}
        {isOpen && page.isMine && (
          <li>
            <Button
              size="small"
              danger
              loading={busy === 'withdraw'}
              onClick={() => void act('withdraw', async () => ({}))}
            >
              {t('approvals.withdraw')}
            </Button>
          </li>
        )}
        {!isOpen && <li>{t('approvals.nothing')}</li>}
      </ul>
    </Form>
  )
}

/** What came back, value by value, sent again to where it was first sent, under the same key. */
function Mend({ page }: { page: Answer }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const fieldName = useFieldName()
  const leaves = leavesOf(page.content.body)
  const [values, setValues] = useState<Record<string, string>>({})
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  if (page.fileName || leaves.length === 0)
    return (
      <Panel title={t('approvals.mend')}>
        <p>{t('approvals.mendFile')}</p>
      </Panel>
    )
  const again = async () => {
    setBusy(true)
    setError(null)
    try {
      await send(page.method as 'POST' | 'PUT', page.path, withLeaves(page.content.body, values))
      await queries.invalidateQueries()
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Panel title={t('approvals.mend')}>
      <p className="handle-hint">{t('approvals.mendHint')}</p>
      {error !== null && <FaultNotice error={error} />}
      <Form layout="vertical" className="business-form" onFinish={() => void again()}>
        <div className="form-line">
          {leaves
            .filter(leaf => EDITABLE.has(leaf.name))
            .map(leaf => (
              <Form.Item key={leaf.path} label={fieldName(leaf)} htmlFor={leaf.path}>
                <Input
                  id={leaf.path}
                  value={values[leaf.path] ?? leaf.value}
                  inputMode={leaf.isMoney ? 'decimal' : 'text'}
                  onChange={event => setValues({ ...values, [leaf.path]: event.target.value })}
                />
              </Form.Item>
            ))}
        </div>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('approvals.mendAgain')}
        </Button>
      </Form>
    </Panel>
  )
}

/** What may be mended in place: words, days and amounts. What a form takes from, and to whom it goes, needs a new form. */
const EDITABLE = new Set([
  'number',
  'title',
  'dated',
  'issuer',
  'effectiveOn',
  'amountFen',
  'printedTotalFen',
  'monitoredFen',
  'note',
])
