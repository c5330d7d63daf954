import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Loose, TIE_KINDS, type Tie, type TieList } from '../../src/payments/tied/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { SettleForm } from './settle-form.tsx'
import { useTieColumns } from './tie-columns.tsx'

/** 退款与更正: what came back, was issued again or adjusted, with what it belongs to; and what found nothing that it belongs to. */
export function TiesPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const may = useMay()('payments.match')
  const [{ kind, state }] = useFilters()
  const [settling, setSettling] = useState<Tie | null>(null)
  const path = `/divisions/${division}/ties`
  const query = { year, kind, state }
  const listing = useListing<TieList>(path, query)
  const counts = listing.data?.pages[0]?.counts
  const columns: Column<Tie>[] = [
    ...useTieColumns(),
    ...(may
      ? [
          {
            key: 'settle',
            title: t('ties.settle'),
            value: () => '',
            cell: (row: Tie) =>
              row.proposed && (
                <Button size="small" onClick={() => setSettling(row)}>
                  {t('ties.settle')}
                </Button>
              ),
          },
        ]
      : []),
  ]
  return (
    <>
      <PageTitle title={t('menu.ties')}>
        {counts && (
          <>
            {TIE_KINDS.map(one => (
              <Figure key={one} name={t(`ties.kinds.${one}`)}>
                {counts[one]}
              </Figure>
            ))}
            <Figure name={t('ties.states.proposed')}>{counts.proposed}</Figure>
            <Figure name={t('ties.states.exceeding')}>{counts.exceeding}</Figure>
            <Figure name={t('ties.untied')}>{counts.untied}</Figure>
            <Figure name={t('ties.waiting')}>{counts.waiting}</Figure>
          </>
        )}
      </PageTitle>
      {settling && <SettleForm key={settling.id} tie={settling} close={() => setSettling(null)} />}
      <Panel>
        <p className="form-about">{t('ties.about')}</p>
        <div className="bar">
          <FilterBar>
            <ChoiceFilter
              name="kind"
              label={t('ties.kind')}
              options={TIE_KINDS.map(one => ({ value: one, label: t(`ties.kinds.${one}`) }))}
            />
            <ChoiceFilter
              name="state"
              label={t('ties.state')}
              options={(['proposed', 'exceeding'] as const).map(one => ({
                value: one,
                label: t(`ties.states.${one}`),
              }))}
            />
          </FilterBar>
        </div>
        <ListedTable<Tie, TieList>
          path={path}
          query={query}
          listing={listing}
          caption={t('menu.ties')}
          columns={columns}
          rowKey={row => row.id}
          empty={
            kind || state ? (
              <Nothing title={t('filter.noneFit')} hint={t('filter.noneFitHint')} />
            ) : (
              <Nothing title={t('ties.none')} hint={t('ties.noneHint')} />
            )
          }
        />
      </Panel>
      <LooseEnds />
    </>
  )
}

function LooseEnds() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const query = useApi<{ rows: Loose[] }>(`/divisions/${division}/loose-ends`, { year })
  const columns: Column<Loose>[] = [
    { key: 'kind', title: t('ties.kind'), value: row => t(`ties.kinds.${row.kind}`), width: 90 },
    {
      key: 'voucher',
      title: t('column.voucher'),
      value: row => row.voucherNo,
      cell: row =>
        row.payment ? <ThingLink page={`payments/${row.payment}`}>{row.voucherNo}</ThingLink> : row.voucherNo,
    },
    { key: 'on', title: t('treasury.day'), value: row => row.on, width: 96 },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: row => row.amountFen },
    { key: 'names', title: t('ties.names'), value: row => row.originalNo, wrap: true },
    { key: 'says', title: t('ties.says'), value: row => row.says, wrap: true },
    { key: 'why', title: t('ties.why'), value: row => t(`ties.reasons.${row.reason}`), wrap: true },
  ]
  return (
    <Panel title={t('ties.loose')}>
      <Loaded query={query}>
        {data => (
          <DataTable
            caption={t('ties.loose')}
            columns={columns}
            rows={data.rows}
            rowKey={row => `${row.kind} ${row.id}`}
            empty={<Nothing title={t('ties.noLoose')} hint={t('ties.looseHint')} />}
          />
        )}
      </Loaded>
    </Panel>
  )
}
