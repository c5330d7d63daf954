import { Button, Checkbox, Form, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Candidate, Decided, Elements, MatchingCase } from '../../src/payments/contract.ts'
import { fenOf } from '../allotments/amount-rule.ts'
import { useAct } from '../ledger/use-act.ts'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

/** What a voucher states, in one line. */
export const stated = (elements: Elements): string =>
  [
    elements.agencyName ?? elements.agencyCode,
    elements.projectName ?? elements.projectCode,
    elements.functionSubject,
    elements.documentNumber,
    elements.allotmentRef,
  ]
    .filter(Boolean)
    .join(' · ')

/** One group of waiting payments and the lines that it may belong to, side by side, and the decision. */
export function MatchingCasePanel({ payment, close }: { payment: string; close: () => void }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const [q, setQ] = useState('')
  const query = useApi<MatchingCase>(`/divisions/${division}/matching/${payment}`, q ? { q } : {})
  return (
    <Panel title={t('matching.of', { voucher: query.data?.payments[0]?.voucherNo ?? '' })}>
      <Loaded query={query}>
        {found => (
          <>
            <p className="form-about">
              {stated(found.elements) || t('matching.nothingStated')}
              {found.alike > 1 && ` — ${t('matching.alike', { count: found.alike })}`}
            </p>
            <Choice found={found} search={setQ} q={q} close={close} />
          </>
        )}
      </Loaded>
    </Panel>
  )
}

interface ChoiceProps {
  found: MatchingCase
  q: string
  search: (q: string) => void
  close: () => void
}

function Choice({ found, q, search, close }: ChoiceProps) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()('payments.match')
  const { act, busy, error } = useAct()
  const [payments, setPayments] = useState<readonly string[]>(found.payments.slice(0, 1).map(one => one.id))
  const [lines, setLines] = useState<readonly string[]>([])
  const [parts, setParts] = useState<Record<string, string>>({})
  const turned = (list: readonly string[], id: string, on: boolean) =>
    on ? [...list, id] : list.filter(one => one !== id)
  const several = payments.length === 1 && lines.length > 1

  const submit = async ({ reason, habit }: { reason: string; habit?: boolean }) => {
    const done = await act<Decided>(
      `/divisions/${division}/matching/decisions`,
      {
        payments,
        parts: lines.map(allotment => {
          const typed = several ? (parts[allotment] ?? '').trim() : ''
          // What is no amount is sent as nothing, so that the refusal names its row.
          return typed ? { allotment, amountFen: fenOf(typed) || '0' } : { allotment }
        }),
        reason,
        ...(habit ? { habit } : {}),
      },
      answer => t('matching.done', { payments: answer.payments, waiting: answer.waiting }),
    )
    if (done) close()
  }
  return (
    <>
      <DataTable
        caption={t('menu.payments')}
        columns={paymentColumns(t, may, payments, (id, on) => setPayments(turned(payments, id, on)))}
        rows={found.payments}
        rowKey={row => row.id}
        tools={false}
      />
      <h3>{t('matching.candidates')}</h3>
      <Input.Search
        aria-label={t('matching.search')}
        placeholder={t('matching.search')}
        enterButton={t('matching.find')}
        defaultValue={q}
        maxLength={60}
        onSearch={search}
        style={{ maxWidth: 460, marginBottom: 8 }}
      />
      <DataTable
        caption={t('matching.candidates')}
        columns={[
          ...candidateColumns(t, may, lines, (id, on) => setLines(turned(lines, id, on))),
          ...(several
            ? [
                {
                  key: 'part',
                  title: t('matching.part'),
                  value: () => '',
                  cell: (row: Candidate) =>
                    lines.includes(row.allotment) && (
                      <Input
                        aria-label={`${t('matching.part')} ${row.allotment}`}
                        inputMode="decimal"
                        maxLength={20}
                        value={parts[row.allotment] ?? ''}
                        onChange={event => setParts({ ...parts, [row.allotment]: event.target.value })}
                      />
                    ),
                },
              ]
            : []),
        ]}
        rows={found.candidates}
        rowKey={row => row.allotment}
        tools={false}
        empty={<Nothing title={t('matching.noCandidates')} hint={t('matching.noCandidatesHint')} />}
      />
      {may && (
        <Form layout="vertical" className="business-form" onFinish={values => void submit(values)}>
          {several && <p className="form-about">{t('matching.partHint')}</p>}
          <Form.Item
            name="reason"
            label={t('matching.reason')}
            extra={t('matching.reasonHint')}
            rules={[{ required: true, whitespace: true, message: t('formPage.needed') }]}
          >
            <Input maxLength={500} />
          </Form.Item>
          {lines.length === 1 && found.elements.agencyCode !== null && (
            <Form.Item name="habit" valuePropName="checked">
              <Checkbox>{t('matching.habit')}</Checkbox>
            </Form.Item>
          )}
          {error !== null && <FaultNotice error={error} />}
          <div className="form-actions">
            <Button
              type="primary"
              htmlType="submit"
              loading={busy}
              disabled={payments.length === 0 || lines.length === 0}
            >
              {t('matching.decide')}
            </Button>
            <Button onClick={close}>{t('matching.back')}</Button>
            {(payments.length === 0 || lines.length === 0) && (
              <span className="reason">{t('matching.chooseFirst')}</span>
            )}
          </div>
        </Form>
      )}
      {!may && <Button onClick={close}>{t('matching.back')}</Button>}
    </>
  )
}

type Words = ReturnType<typeof useTranslation>['t']
type Turn = (id: string, on: boolean) => void

/** A box to take the row, for whoever may decide. */
function takes<Row>(
  t: Words,
  may: boolean,
  chosen: readonly string[],
  turn: Turn,
  idOf: (row: Row) => string,
  nameOf: (row: Row) => string,
): Column<Row>[] {
  if (!may) return []
  return [
    {
      key: 'take',
      title: t('matching.take'),
      value: () => '',
      width: 60,
      cell: row => (
        <Checkbox
          aria-label={`${t('matching.take')} ${nameOf(row)}`}
          checked={chosen.includes(idOf(row))}
          onChange={event => turn(idOf(row), event.target.checked)}
        />
      ),
    },
  ]
}

type Waiting = MatchingCase['payments'][number]

const paymentColumns = (t: Words, may: boolean, chosen: readonly string[], turn: Turn): Column<Waiting>[] => [
  ...takes<Waiting>(
    t,
    may,
    chosen,
    turn,
    row => row.id,
    row => `${row.voucherNo}-${row.lineNo}`,
  ),
  {
    key: 'voucher',
    title: t('column.voucher'),
    value: row => `${row.voucherNo}-${row.lineNo}`,
    cell: row => <ThingLink page={`payments/${row.id}`}>{`${row.voucherNo}-${row.lineNo}`}</ThingLink>,
  },
  { key: 'vouched', title: t('column.vouchedOn'), value: row => row.vouchedOn, width: 100 },
  { key: 'payee', title: t('column.payee'), value: row => row.payeeName, wrap: true },
  { key: 'purpose', title: t('column.purpose'), value: row => row.purpose, wrap: true },
  { key: 'amount', title: t('column.amount'), kind: 'money', value: row => row.amountFen },
]

const candidateColumns = (t: Words, may: boolean, chosen: readonly string[], turn: Turn): Column<Candidate>[] => {
  const compared = (
    key: 'agency' | 'project' | 'functionSubject' | 'documentNumber',
    value: (row: Candidate) => string | null | undefined,
  ): Column<Candidate> => ({
    key,
    title: t(`matching.element.${key}`),
    wrap: true,
    value: row => `${value(row) ?? ''} ${t(`matching.${row.agrees[key]}`)}`,
    cell: row => (
      <>
        {value(row)}{' '}
        <span
          className={
            row.agrees[key] === 'agrees' ? 'tag tag-good' : row.agrees[key] === 'differs' ? 'tag tag-warn' : 'tag'
          }
        >
          {t(`matching.${row.agrees[key]}`)}
        </span>
      </>
    ),
  })
  return [
    ...takes<Candidate>(
      t,
      may,
      chosen,
      turn,
      row => row.allotment,
      row => `${row.documentNumber} ${row.allotment}`,
    ),
    {
      key: 'score',
      title: t('matching.score'),
      value: row => (row.score === null ? t('matching.notCompared') : String(row.score)),
      width: 80,
    },
    compared('documentNumber', row => row.documentNumber),
    compared('agency', row => row.agency?.name),
    compared('project', row => row.project?.name ?? row.project?.code),
    compared('functionSubject', row => row.functionSubject),
    { key: 'own', title: t('matching.own'), kind: 'money', value: row => row.ownFen },
    { key: 'plan', title: t('matching.plan'), kind: 'money', value: row => row.planFen },
    { key: 'paid', title: t('matching.paid'), kind: 'money', value: row => row.paidFen },
  ]
}
