import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button, Input, Radio, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { RECONCILIATION_KINDS, type Reconciliation, type ReconciliationKind } from '../../src/books/contract.ts'
import { FileDrop } from '../imports/file-drop.tsx'
import { upload } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { newRequestKey } from '../shell/request-key.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

/** 对账: our books against the budget system, the superior's settlement sheet and the final accounts. */
export function ReconciliationsPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const may = useMay()
  const listed = useApi<{ rows: Reconciliation[] }>(`/divisions/${division}/reconciliations`, { year })
  const columns: Column<Reconciliation>[] = [
    {
      key: 'kind',
      title: t('books.reconciled'),
      value: row => t(`books.sheet.${row.kind}`),
      cell: row => <ThingLink page={`reconciliations/${row.id}`}>{t(`books.sheet.${row.kind}`)}</ThingLink>,
    },
    { key: 'file', title: t('books.file'), value: row => row.fileName, wrap: true },
    { key: 'rows', title: t('books.rowsRead'), kind: 'number', value: row => row.rowsRead },
    { key: 'agreeing', title: t('books.agreeing'), kind: 'number', value: row => row.rowsAgreeing },
    { key: 'differences', title: t('books.differences'), kind: 'number', value: row => row.differenceCount },
    { key: 'here', title: t('books.here'), kind: 'money', value: row => row.hereFen },
    { key: 'there', title: t('books.there'), kind: 'money', value: row => row.thereFen },
    { key: 'actor', title: t('books.actor'), value: row => row.actor },
    { key: 'at', title: t('books.recordedAt'), value: row => beijing(row.recordedAt) },
  ]
  return (
    <>
      <PageTitle title={t('menu.reconciliations')} />
      {may('books.reconcile') && <Compare />}
      <Panel title={t('books.earlier')}>
        <Loaded query={listed}>
          {data => (
            <DataTable
              caption={t('menu.reconciliations')}
              columns={columns}
              rows={data.rows}
              rowKey={row => row.id}
              empty={<Nothing title={t('books.noReconciliations')} hint={t('books.noReconciliationsHint')} />}
            />
          )}
        </Loaded>
      </Panel>
    </>
  )
}

/** Beijing time, as offices write it. */
export const beijing = (moment: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' }).format(
    new Date(moment),
  )

function Compare() {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [kind, setKind] = useState<ReconciliationKind>('settlement')
  const [unit, setUnit] = useState<'yuan' | 'wan'>('yuan')
  const [pasted, setPasted] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [requestKey, setRequestKey] = useState(newRequestKey)
  const take = async (file: File) => {
    setBusy(true)
    setError(null)
    try {
      const path = `/divisions/${division}/reconciliations`
      const { id } = await upload<{ id: string }>(path, { year, kind, unit, requestKey }, file, () => {})
      setRequestKey(newRequestKey())
      await queries.invalidateQueries({ queryKey: [path] })
      await navigate({ to: at(`reconciliations/${id}`) as string })
    } catch (refusal) {
      setError(refusal)
      setRequestKey(newRequestKey())
    } finally {
      setBusy(false)
    }
  }
  return (
    <Panel title={t('books.compare')}>
      <div className="bar">
        <Radio.Group
          aria-label={t('books.reconciled')}
          value={kind}
          onChange={event => setKind(event.target.value as ReconciliationKind)}
          options={RECONCILIATION_KINDS.map(one => ({ value: one, label: t(`books.sheet.${one}`) }))}
        />
        <Select
          aria-label={t('books.unit')}
          value={unit}
          onChange={setUnit}
          style={{ width: 90 }}
          options={[
            { value: 'yuan', label: t('unit.yuan') },
            { value: 'wan', label: t('unit.wan') },
          ]}
        />
      </div>
      <p className="under">{t(`books.columns.${kind}`)}</p>
      <div className="columns columns-even">
        <FileDrop accept=".csv,.xlsx,.txt" hint={t('books.dropHint')} disabled={busy} take={file => void take(file)} />
        <div>
          <Input.TextArea
            aria-label={t('books.paste')}
            placeholder={t('books.paste')}
            rows={5}
            value={pasted}
            onChange={event => setPasted(event.target.value)}
          />
          <Button
            type="primary"
            loading={busy}
            disabled={pasted.trim() === ''}
            title={pasted.trim() === '' ? t('books.pasteFirst') : undefined}
            onClick={() => void take(new File([pasted], `${t('books.pasted')}.csv`, { type: 'text/csv' }))}
          >
            {t('books.comparePasted')}
          </Button>
        </div>
      </div>
      {error !== null && <FaultNotice error={error} />}
    </Panel>
  )
}
