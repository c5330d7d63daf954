import { Button, Checkbox, DatePicker, Form, Input, Modal } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { BookPage } from '../../src/ledger/contract.ts'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Facts } from '../ui/facts.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Money } from '../ui/money.tsx'
import { Panel } from '../ui/page-title.tsx'
import { Reasoned } from '../ui/reasoned.tsx'
import { useAct } from './use-act.ts'

type Month = BookPage['months'][number]

/** The months with what still stands open up to the end of each; locked forward one by one or several at once. */
export function MonthsPanel({ book }: { book: BookPage }) {
  const { t } = useTranslation()
  const may = useMay()
  const [chosen, setChosen] = useState<Month | null>(null)
  const [unlocking, setUnlocking] = useState(false)
  const count = (key: string, title: string, value: (month: Month) => number): Column<Month> => ({
    key,
    title,
    kind: 'number',
    value,
  })
  const columns: Column<Month>[] = [
    {
      key: 'month',
      title: t('book.month'),
      value: month => t('book.monthOf', { month: month.month }),
      cell: month => (
        <>
          {t('book.monthOf', { month: month.month })} <span className="under">{month.lastDay}</span>
        </>
      ),
    },
    count('batches', t('book.batches'), month => month.batches),
    count('unsealed', t('book.unsealed'), month => month.standing.unsealedBatches),
    count('waiting', t('book.waiting'), month => month.standing.waitingPayments),
    { key: 'waitingFen', title: t('book.waitingFen'), kind: 'money', value: month => month.standing.waitingFen },
    count('noScan', t('book.noScan'), month => month.standing.documentsWithoutScan),
    count('transfers', t('book.transfers'), month => month.standing.openTransfers),
    {
      key: 'lock',
      title: t('column.action'),
      value: month => (month.locked ? t('book.locked') : ''),
      cell: month =>
        month.locked ? (
          <span className="tag">{t('book.locked')}</span>
        ) : may('ledger.lock') ? (
          <Button
            size="small"
            aria-label={t('book.lockTitle', { day: month.lastDay })}
            onClick={() => setChosen(month)}
          >
            {t('book.lock')}
          </Button>
        ) : (
          <span className="dim">{t('book.noRight')}</span>
        ),
    },
  ]
  return (
    <Panel
      title={t('book.months')}
      extra={
        book.lockedThrough &&
        !book.closedOn &&
        (may('ledger.unlock') ? (
          <Button size="small" onClick={() => setUnlocking(true)}>
            {t('book.unlock')}
          </Button>
        ) : (
          <Reasoned label={t('book.unlock')} reason={t('closing.noUnlock')} />
        ))
      }
    >
      <DataTable
        caption={t('book.months')}
        columns={columns}
        rows={book.months}
        rowKey={month => String(month.month)}
      />
      {chosen && <Lock month={chosen} close={() => setChosen(null)} />}
      {unlocking && <Unlock book={book} close={() => setUnlocking(false)} />}
    </Panel>
  )
}

function Lock({ month, close }: { month: Month; close: () => void }) {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const { act, busy, error } = useAct()
  const [acknowledged, setAcknowledged] = useState(false)
  const [note, setNote] = useState('')
  const { standing, lastDay } = month
  const open =
    standing.unsealedBatches + standing.waitingPayments + standing.documentsWithoutScan + standing.openTransfers > 0
  return (
    <Modal
      open
      title={t('book.lockTitle', { day: lastDay })}
      okText={t('book.doLock')}
      cancelText={t('book.cancel')}
      okButtonProps={{ disabled: open && !acknowledged, loading: busy }}
      onCancel={close}
      onOk={async () => {
        const body = { fiscalYear: year, through: lastDay, acknowledged, ...(note.trim() && { note: note.trim() }) }
        if (await act(`/divisions/${division}/book/lock`, body, () => t('book.lockDone', { day: lastDay }))) close()
      }}
    >
      <p>{t('book.lockHint', { day: lastDay })}</p>
      {open ? (
        <>
          <Facts
            facts={[
              { name: t('book.unsealed'), value: standing.unsealedBatches },
              { name: t('book.waiting'), value: standing.waitingPayments },
              { name: t('book.waitingFen'), value: <Money fen={standing.waitingFen} /> },
              { name: t('book.noScan'), value: standing.documentsWithoutScan },
              { name: t('book.transfers'), value: standing.openTransfers },
            ]}
          />
          <Checkbox checked={acknowledged} onChange={event => setAcknowledged(event.target.checked)}>
            {t('book.acknowledge')}
          </Checkbox>
        </>
      ) : (
        <p>{t('book.lockClean')}</p>
      )}
      <Input
        aria-label={t('book.note')}
        placeholder={t('book.note')}
        maxLength={300}
        value={note}
        onChange={event => setNote(event.target.value)}
        style={{ marginTop: 12 }}
      />
      {error !== null && <FaultNotice error={error} />}
    </Modal>
  )
}

function Unlock({ book, close }: { book: BookPage; close: () => void }) {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const { act, busy, error } = useAct()
  const [fields] = Form.useForm<{ through: Dayjs; reason: string }>()
  const needed = { required: true, message: t('formPage.needed') }
  return (
    <Modal
      open
      title={t('book.unlockTitle')}
      okText={t('book.doUnlock')}
      cancelText={t('book.cancel')}
      okButtonProps={{ loading: busy }}
      onCancel={close}
      onOk={() => fields.submit()}
    >
      <p>{t('book.unlockHint')}</p>
      <Form
        form={fields}
        layout="vertical"
        initialValues={{ through: dayjs(book.lockedThrough).date(0) }}
        onFinish={async values => {
          const body = { fiscalYear: year, through: values.through.format('YYYY-MM-DD'), reason: values.reason.trim() }
          if (await act(`/divisions/${division}/book/unlock`, body, () => t('book.unlockDone'))) close()
        }}
      >
        <Form.Item name="through" label={t('book.unlockThrough')} rules={[needed]}>
          <DatePicker allowClear={false} />
        </Form.Item>
        <Form.Item name="reason" label={t('book.reason')} rules={[{ ...needed, whitespace: true, min: 4 }]}>
          <Input.TextArea maxLength={300} rows={2} />
        </Form.Item>
      </Form>
      {error !== null && <FaultNotice error={error} />}
    </Modal>
  )
}
