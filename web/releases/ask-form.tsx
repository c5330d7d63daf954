import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { App, Checkbox, DatePicker, Input, Modal, Radio, Select } from 'antd'
import dayjs from 'dayjs'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ReleaseKind } from '../../src/releases/contract.ts'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { newRequestKey } from '../shell/request-key.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'

/** Asks for a release of the page's division and year: what, for whom, why. It is frozen at once. */
export function AskForm({ kinds, close }: { kinds: readonly ReleaseKind[]; close: () => void }) {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const said = useSaid()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [key] = useState(newRequestKey)
  const [kind, setKind] = useState(kinds[0]?.kind ?? '')
  const [days, setDays] = useState<{ from?: string | undefined; to?: string | undefined }>({})
  const [format, setFormat] = useState<ReleaseKind['formats'][number]>('xlsx')
  const [personal, setPersonal] = useState(false)
  const [recipient, setRecipient] = useState('')
  const [purpose, setPurpose] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const chosen = kinds.find(one => one.kind === kind)
  const formats = chosen?.formats ?? ['xlsx', 'csv']
  const leaving = formats.includes(format) ? format : (formats[0] ?? 'xlsx')
  const dated = chosen?.parameters.includes('from') ?? false
  const submit = async () => {
    setBusy(true)
    setError(null)
    try {
      const parameters = {
        ...(chosen?.parameters.includes('year') ? { year } : {}),
        ...(dated && days.from ? { from: days.from } : {}),
        ...(dated && days.to ? { to: days.to } : {}),
      }
      const { release } = await send<{ release: string }>('POST', `/divisions/${division}/releases`, {
        kind,
        parameters,
        format: leaving,
        personal: personal && (chosen?.personal ?? false),
        recipient,
        purpose,
        requestKey: key,
      })
      message.success(t('releases.asked'))
      await queries.invalidateQueries({ queryKey: [`/divisions/${division}/releases`] })
      close()
      void navigate({ to: at(`releases/${release}`) as string })
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal
      open
      width={620}
      title={t('releases.askTitle')}
      okText={t('releases.submit')}
      confirmLoading={busy}
      onOk={() => void submit()}
      onCancel={close}
    >
      <p>{t('releases.askHint')}</p>
      <div className="release-form">
        <Labelled name={t('releases.kind')}>
          <Select
            aria-label={t('releases.kind')}
            style={{ width: '100%' }}
            value={kind}
            onChange={setKind}
            options={kinds.map(one => ({ value: one.kind, label: said(one) }))}
          />
        </Labelled>
        <Labelled name={t('releases.year')}>{year}</Labelled>
        {dated && (
          <Labelled name={t('audit.days')}>
            <DatePicker.RangePicker
              aria-label={t('audit.days')}
              allowEmpty={[true, true]}
              placeholder={[t('releases.from'), t('releases.to')]}
              value={[days.from ? dayjs(days.from) : null, days.to ? dayjs(days.to) : null]}
              onChange={range =>
                setDays({ from: range?.[0]?.format('YYYY-MM-DD'), to: range?.[1]?.format('YYYY-MM-DD') })
              }
            />
          </Labelled>
        )}
        <Labelled name={t('releases.format')}>
          <Radio.Group
            value={leaving}
            onChange={event => setFormat(event.target.value as ReleaseKind['formats'][number])}
            options={formats.map(value => ({ value, label: { xlsx: 'Excel', csv: 'CSV', zip: 'ZIP' }[value] }))}
          />
        </Labelled>
        <Labelled name={t('releases.recipient')}>
          <Input
            aria-label={t('releases.recipient')}
            placeholder={t('releases.recipientHint')}
            maxLength={120}
            value={recipient}
            onChange={event => setRecipient(event.target.value)}
          />
        </Labelled>
        <Labelled name={t('releases.purpose')}>
          <Input.TextArea
            aria-label={t('releases.purpose')}
            rows={2}
            maxLength={500}
            value={purpose}
            onChange={event => setPurpose(event.target.value)}
          />
        </Labelled>
        {chosen?.personal && (
          <Labelled name="">
            <Checkbox checked={personal} onChange={event => setPersonal(event.target.checked)}>
              {t('releases.personal')}
            </Checkbox>
            {personal && <p className="dim">{t('releases.personalHint')}</p>}
          </Labelled>
        )}
      </div>
      {error !== null && <FaultNotice error={error} />}
    </Modal>
  )
}

const Labelled = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="release-field">
    <span className="release-label">{name}</span>
    <div>{children}</div>
  </div>
)
