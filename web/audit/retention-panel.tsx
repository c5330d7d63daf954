import { useQueryClient } from '@tanstack/react-query'
import { Button, Form, InputNumber, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Static } from 'typebox'
import type { Retention, RetentionList } from '../../src/audit/contract.ts'
import { send } from '../shell/api.ts'
import { useSaid } from '../shell/preferences.tsx'
import { useMay } from '../shell/session.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

/** How long each kind of record is kept; whoever keeps the security policy may change it, down to what the law asks at least. */
export function RetentionPanel({ path = '/audit/retention' }: { path?: '/audit/retention' | '/retention-terms' }) {
  const { t } = useTranslation()
  const may = useMay()
  const said = useSaid()
  const list = useApi<Static<typeof RetentionList>>(path)
  const [changing, setChanging] = useState<Retention | null>(null)
  const months = (count: number | null) => (count === null ? t('audit.forEver') : t('audit.months', { count }))
  const columns: Column<Retention>[] = [
    { key: 'kind', title: t('audit.kind'), value: row => t(`auditKind.${row.kind}`) },
    { key: 'floor', title: t('audit.floor'), value: row => months(row.floorMonths) },
    {
      key: 'keep',
      title: t('audit.keep'),
      value: row => months(row.keepMonths),
      cell: row => (
        <>
          {months(row.keepMonths)}{' '}
          {row.floorMonths !== null && may('security.configure') && (
            <Button size="small" type="link" onClick={() => setChanging(row)}>
              {t('audit.set')}
            </Button>
          )}
        </>
      ),
    },
    { key: 'basis', title: t('audit.basis'), value: row => said({ zh: row.basis, en: row.basisEnglish }), wrap: true },
  ]
  return (
    <Panel title={t('audit.retention')} extra={<span className="dim">{t('audit.verify')}</span>}>
      <p className="dim">{t('audit.retentionHint')}</p>
      <Loaded query={list}>
        {({ rows }) => (
          <DataTable
            caption={t('audit.retention')}
            columns={columns}
            rows={rows}
            rowKey={row => row.kind}
            tools={false}
          />
        )}
      </Loaded>
      {changing && <Change row={changing} close={() => setChanging(null)} />}
    </Panel>
  )
}

function Change({ row, close }: { row: Retention; close: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [months, setMonths] = useState(row.keepMonths)
  const [error, setError] = useState<unknown>(null)
  return (
    <Modal
      open
      title={t('audit.setTitle', { kind: t(`auditKind.${row.kind}`) })}
      okText={t('audit.set')}
      onCancel={close}
      onOk={async () => {
        try {
          await send('PUT', `/audit/retention/${row.kind}`, { keepMonths: months })
          await queries.invalidateQueries({ queryKey: ['/retention-terms'] })
          close()
        } catch (refused) {
          setError(refused)
        }
      }}
    >
      <Form.Item
        label={t('audit.monthsAsk')}
        layout="vertical"
        help={row.floorMonths === null ? null : t('audit.atLeast', { count: row.floorMonths })}
      >
        <InputNumber
          aria-label={t('audit.monthsAsk')}
          placeholder={t('audit.forEver')}
          min={1}
          max={1200}
          value={months}
          onChange={value => setMonths(value)}
        />
      </Form.Item>
      {error !== null && <FaultNotice error={error} />}
    </Modal>
  )
}
