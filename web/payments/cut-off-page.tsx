import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import type { CutOff, InTransit } from '../../src/payments/treasury/contract.ts'
import { CarryOut } from '../books/view-bar.tsx'
import { useFilters, usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'

type Group = CutOff['groups'][number]

/** 在途清单: what lay on 5102 at the end of a day, by agency and fund, and what was paid of it later. */
export function CutOffPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const [filters, change] = useFilters()
  const on = filters.on ?? `${year}-12-31`
  const path = `/divisions/${division}/cut-off`
  const query = { year, on }
  const listing = useListing<CutOff>(path, query)
  const first = listing.data?.pages[0]
  const totals = first?.totals
  const sums = <Row extends { transitFen: string; paidFen: string; releasedFen: string; stillFen: string }>(
    whole: boolean,
  ): Column<Row>[] => {
    const one = (key: 'transit' | 'paid' | 'released' | 'still', title: string): Column<Row> => ({
      key,
      title,
      kind: 'money',
      value: row => row[`${key}Fen`],
      ...(whole && totals ? { total: totals[`${key}Fen`] } : {}),
    })
    return [
      one('transit', t('cutOff.transit')),
      one('paid', t('cutOff.paidLater')),
      one('released', t('cutOff.released')),
      one('still', t('cutOff.still')),
    ]
  }
  const groups: Column<Group>[] = [
    { key: 'agency', title: t('column.agency'), value: row => row.agency, wrap: true },
    { key: 'fund', title: t('column.fund'), value: row => row.fund, wrap: true },
    { key: 'vouchers', title: t('cutOff.vouchers'), kind: 'number', value: row => row.vouchers },
    ...sums<Group>(true),
  ]
  const columns: Column<InTransit>[] = [
    {
      key: 'voucher',
      title: t('column.voucher'),
      value: row => `${row.voucherNo}-${row.lineNo}`,
      cell: row => <ThingLink page={`payments/${row.payment}`}>{`${row.voucherNo}-${row.lineNo}`}</ThingLink>,
    },
    { key: 'vouched', title: t('column.vouchedOn'), value: row => row.vouchedOn, width: 96 },
    { key: 'payee', title: t('column.payee'), value: row => row.payee, wrap: true },
    { key: 'agency', title: t('column.agency'), value: row => row.agency?.name, wrap: true },
    { key: 'fund', title: t('column.fund'), value: row => row.fund.name, wrap: true },
    {
      key: 'allotment',
      title: t('column.allotment'),
      value: row => row.documentNumber,
      cell: row => (
        <ThingLink page={`allotments/${row.allotment}`}>{row.documentNumber || t('allotments.noNumber')}</ThingLink>
      ),
    },
    { key: 'paidOn', title: t('cutOff.paidOn'), value: row => row.paidOn },
    ...sums<InTransit>(true),
  ]
  return (
    <>
      <PageTitle title={t('menu.cutOff')} actions={<CarryOut path={path} query={query} />}>
        {totals && (
          <>
            <Figure name={t('cutOff.vouchers')}>{totals.vouchers}</Figure>
            <Figure name={t('cutOff.transit')}>
              <Money fen={totals.transitFen} strong withUnit />
            </Figure>
            <Figure name={t('cutOff.still')}>
              <Money fen={totals.stillFen} />
            </Figure>
          </>
        )}
      </PageTitle>
      <Panel>
        <p className="form-about">{t('cutOff.about')}</p>
        <div className="bar">
          <DatePicker
            aria-label={t('cutOff.on')}
            allowClear={false}
            value={dayjs(on)}
            onChange={day => change({ on: day?.format('YYYY-MM-DD') })}
          />
        </div>
      </Panel>
      {first && first.groups.length > 0 && (
        <Panel title={t('cutOff.groups')}>
          <DataTable
            caption={t('cutOff.groups')}
            columns={groups}
            rows={first.groups}
            rowKey={row => `${row.agency} ${row.fund}`}
          />
        </Panel>
      )}
      <Panel title={t('cutOff.list')}>
        <ListedTable<InTransit, CutOff>
          path={path}
          query={query}
          listing={listing}
          caption={t('cutOff.list')}
          columns={columns}
          rowKey={row => `${row.payment} ${row.allotment}`}
          empty={<Nothing title={t('cutOff.none', { on })} hint={t('cutOff.noneHint')} />}
        />
      </Panel>
    </>
  )
}
