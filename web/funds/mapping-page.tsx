import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MappingQueue, UnmappedFund } from '../../src/funds/contract.ts'
import { send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

/** 资金关联: the funds that name no superior yet, one after the other, until none is left. */
export function MappingPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const query = useApi<MappingQueue>(`/divisions/${division}/fund-mapping`, { year })
  return (
    <>
      <PageTitle title={t('mapping.title')}>
        {query.data && (
          <>
            <Figure name={t('mapping.queue')}>{query.data.rows.length}</Figure>
            <Figure name={t('mapping.mapped')}>{query.data.mapped}</Figure>
            <Figure name={t('mapping.localOnly')}>{query.data.localOnly}</Figure>
          </>
        )}
      </PageTitle>
      <p className="form-about">{t('mapping.about')}</p>
      <Panel title={t('mapping.queue')}>
        <Loaded query={query}>{data => <Queue data={data} />}</Loaded>
      </Panel>
    </>
  )
}

function Queue({ data }: { data: MappingQueue }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState<string | null>(null)
  const decide = async (fund: string, superior: string | null) => {
    setBusy(fund)
    setError(null)
    try {
      await send('PUT', `/divisions/${division}/funds/${fund}/superior`, { superior, localOnly: superior === null })
      message.success(t('mapping.saved'))
      await queries.invalidateQueries()
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(null)
    }
  }
  const columns: Column<UnmappedFund>[] = [
    { key: 'code', title: t('column.code'), value: fund => fund.code },
    {
      key: 'name',
      title: t('column.fund'),
      wrap: true,
      value: fund => fund.name,
      cell: fund => <ThingLink page={`funds/${fund.id}`}>{fund.name}</ThingLink>,
    },
    { key: 'level', title: t('column.level'), value: fund => t(`level.${fund.level}`), width: 64 },
    { key: 'registered', title: t('funds.registered'), kind: 'money', value: fund => fund.registeredFen },
    {
      key: 'superior',
      title: t('funds.superior'),
      value: fund => fund.proposed?.label,
      cell: fund =>
        may('funds.write') ? (
          <span className="superior-choice">
            <Select
              size="small"
              showSearch={{ optionFilterProp: 'label' }}
              aria-label={`${t('mapping.choose')} ${fund.name}`}
              placeholder={t('mapping.choose')}
              style={{ width: 260 }}
              popupMatchSelectWidth={false}
              loading={busy === fund.id}
              value={null}
              options={data.eligible.map(one => ({ value: one.id, label: one.label }))}
              onChange={(value: string | null) => void decide(fund.id, value)}
            />
            {fund.proposed && (
              <Button size="small" type="link" onClick={() => void decide(fund.id, fund.proposed!.id)}>
                {t('mapping.accept')}: {fund.proposed.label}
              </Button>
            )}
            <Button size="small" onClick={() => void decide(fund.id, null)}>
              {t('mapping.toLocal')}
            </Button>
          </span>
        ) : (
          (fund.proposed?.label ?? '')
        ),
    },
  ]
  return (
    <>
      {error !== null && <FaultNotice error={error} />}
      <DataTable
        caption={t('mapping.queue')}
        columns={columns}
        rows={data.rows}
        rowKey={fund => fund.id}
        empty={<Nothing title={t('mapping.empty')} hint={t('mapping.emptyHint')} />}
      />
    </>
  )
}
