import { useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { DeclassifiedTotals } from '../../src/funds/contract.ts'
import { parseMoney } from '../../src/kernel/money.ts'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

/** All that may be kept of a secret fund besides its name, for the cleared. */
export function DeclassifiedPanel({ fund }: { fund: string }) {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const may = useMay()
  const queries = useQueryClient()
  const path = `/divisions/${division}/funds/${fund}/declassified-totals`
  const list = useApi<DeclassifiedTotals>(may('funds.secret') ? path : null)
  const [amount, setAmount] = useState('')
  const [basis, setBasis] = useState('')
  const [error, setError] = useState<unknown>(null)
  if (!may('funds.secret')) return null
  const money = parseMoney(amount)
  const store = async () => {
    if (!('fen' in money)) return
    setError(null)
    try {
      await send('PUT', path, { year, amountFen: String(money.fen), basis })
      setAmount('')
      setBasis('')
      await queries.invalidateQueries({ queryKey: [path] })
    } catch (refused) {
      setError(refused)
    }
  }
  return (
    <Panel title={t('declassified.title')}>
      <p className="dim">{t('declassified.hint')}</p>
      <Loaded query={list}>
        {({ rows }) => (
          <DataTable
            caption={t('declassified.title')}
            tools={false}
            rows={rows}
            rowKey={row => String(row.fiscalYear)}
            columns={[
              { key: 'year', title: t('declassified.year'), value: row => String(row.fiscalYear) },
              { key: 'amount', title: t('declassified.amount'), kind: 'money', value: row => row.amountFen },
              { key: 'basis', title: t('declassified.basis'), value: row => row.basis, wrap: true },
            ]}
            empty={<Nothing title={t('declassified.none')} />}
          />
        )}
      </Loaded>
      <div className="bar">
        <span>{year}</span>
        <Input
          aria-label={t('declassified.amount')}
          placeholder={t('declassified.amount')}
          style={{ width: 180 }}
          value={amount}
          status={amount !== '' && !('fen' in money) ? 'error' : ''}
          onChange={event => setAmount(event.target.value)}
        />
        <Input
          aria-label={t('declassified.basis')}
          placeholder={t('declassified.basis')}
          style={{ width: 260 }}
          value={basis}
          onChange={event => setBasis(event.target.value)}
        />
        <Button disabled={!('fen' in money)} onClick={() => void store()}>
          {t('declassified.set')}
        </Button>
      </div>
      {error !== null && <FaultNotice error={error} />}
    </Panel>
  )
}
