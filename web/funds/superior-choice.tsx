import { useQueryClient } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FundPage } from '../../src/funds/contract.ts'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'

/** 指定关联: which superior fund this one answers to; the owner alone may say, and at most one. */
export function SuperiorChoice({ fund }: { fund: FundPage }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  if (!fund.own || !may('funds.write') || fund.eligible.length === 0) return null
  const choose = async (superior: string | null) => {
    setBusy(true)
    setError(null)
    try {
      await send('PUT', `/divisions/${division}/funds/${fund.id}/superior`, { superior })
      await queries.invalidateQueries()
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  return (
    <span className="superior-choice">
      <Select
        size="small"
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        aria-label={t('fund.chooseSuperior')}
        placeholder={t('fund.chooseSuperior')}
        style={{ width: 320 }}
        popupMatchSelectWidth={false}
        loading={busy}
        value={fund.superior?.id}
        options={fund.eligible.map(one => ({ value: one.id, label: `${one.divisionName} ${one.code} ${one.name}` }))}
        onChange={value => void choose(value ?? null)}
      />
      {error !== null && <FaultNotice error={error} />}
    </span>
  )
}
