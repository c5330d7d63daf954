import { useTranslation } from 'react-i18next'
import type { Trace, TraceLine, TracePayment } from '../../src/books/contract.ts'
import { yuan } from '../../src/kernel/money.ts'
import { FlowDrawing } from '../overview/drawings.tsx'
import { useFilters, usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { FilterBar, WordFilter } from '../ui/filters.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { useAccountName } from './account-name.ts'
import { CarryOut, ClockFilters, useClocks, ViewNote } from './view-bar.tsx'

/** 流程追溯: from anything that money touched up to its sources and down to its payees. */
export function TracePage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const [filters] = useFilters()
  const path = `/divisions/${division}/trace`
  const query = { ref: filters.ref, ...useClocks() }
  const trace = useApi<Trace>(filters.ref ? path : null, query)
  return (
    <>
      <PageTitle
        title={t('menu.trace')}
        of={trace.data ? `${t(`books.kind.${trace.data.kind}`)} ${trace.data.name}` : undefined}
        actions={filters.ref ? <CarryOut path={path} query={query} /> : undefined}
      >
        {trace.data && (
          <>
            <Figure name={t('books.traced')}>
              <Money fen={trace.data.totals.netFen} strong withUnit />
            </Figure>
            <Figure name={t('stage.paid')}>
              <Money fen={trace.data.totals.paidFen} strong />
            </Figure>
            <Figure name={t('books.lines')}>{trace.data.totals.lines}</Figure>
            <Figure name={t('menu.payments')}>{trace.data.totals.payments}</Figure>
            <Figure name={t('books.payees')}>{trace.data.totals.payees}</Figure>
          </>
        )}
      </PageTitle>
      <Panel>
        <div className="bar">
          <FilterBar>
            <WordFilter name="ref" label={t('books.traceRef')} width={320} />
            <ClockFilters />
          </FilterBar>
        </div>
        {filters.ref ? (
          <Loaded query={trace}>{data => <Also trace={data} />}</Loaded>
        ) : (
          <Nothing title={t('books.traceEmpty')} hint={t('books.traceHint')} />
        )}
      </Panel>
      {trace.data && <Found trace={trace.data} />}
    </>
  )
}

function Also({ trace }: { trace: Trace }) {
  const { t } = useTranslation()
  const ref = trace.ref.replace(/^[a-z]+:/, '')
  return (
    <>
      <ViewNote />
      {trace.also.length > 0 && (
        <div className="bar">
          <span className="under">{t('books.also')}</span>
          {trace.also.map(kind => (
            <span key={kind}>
              <ThingLink page="trace" search={{ ref: `${kind}:${ref}` }}>
                {`${t(`books.kind.${kind}`)} ${ref}`}
              </ThingLink>
            </span>
          ))}
        </div>
      )}
      {!trace.whole && <p className="under">{t('books.partShown')}</p>}
    </>
  )
}

function Found({ trace }: { trace: Trace }) {
  const { t } = useTranslation()
  type Source = Trace['sources'][number]
  const sources: Column<Source>[] = [
    { key: 'level', title: t('column.sourceLevel'), value: row => t(`level.${row.sourceLevel}`), width: 90 },
    { key: 'superior', title: t('books.superiorNumber'), value: row => row.superiorNumber },
    {
      key: 'number',
      title: t('column.documentNumber'),
      value: row => row.documentNumber,
      cell: row => (
        <ThingLink page="trace" search={{ ref: `allotment:${row.line}` }}>
          {row.documentNumber}
        </ThingLink>
      ),
    },
    { key: 'division', title: t('column.division'), value: row => row.division },
    { key: 'fund', title: t('column.fund'), value: row => row.fund, wrap: true },
    { key: 'fen', title: t('books.cameFrom'), kind: 'money', value: row => row.fen, total: trace.totals.netFen },
  ]
  return (
    <>
      <Panel title={t('books.sources')}>
        <DataTable caption={t('books.sources')} columns={sources} rows={trace.sources} rowKey={row => row.line} />
      </Panel>
      <Panel title={t('overview.flow')}>
        <FlowDrawing flow={trace.flow} />
      </Panel>
      <Panel title={t('books.lines')}>
        <Lines trace={trace} />
      </Panel>
      <Panel title={t('menu.payments')}>
        <Payments trace={trace} />
      </Panel>
    </>
  )
}

function Lines({ trace }: { trace: Trace }) {
  const { t } = useTranslation()
  const nameOf = useAccountName(trace.accounts)
  const columns: Column<TraceLine>[] = [
    {
      key: 'line',
      title: t('books.line'),
      value: row => row.id,
      cell: row => (
        <span style={{ paddingLeft: row.depth * 14 }}>
          <ThingLink page={`allotments/${row.id}`} division={row.division.code} year={row.fiscalYear}>
            #{row.id}
          </ThingLink>
        </span>
      ),
    },
    { key: 'kin', title: t('books.kin'), value: row => t(`books.kinOf.${row.kin}`), width: 70 },
    { key: 'division', title: t('column.division'), value: row => row.division.name },
    { key: 'form', title: t('column.form'), value: row => t(`form.${row.form}`, { defaultValue: row.form }) },
    { key: 'number', title: t('column.documentNumber'), value: row => row.document.number },
    { key: 'level', title: t('column.sourceLevel'), value: row => t(`level.${row.sourceLevel}`), width: 76 },
    {
      key: 'superior',
      title: t('books.superiorNumber'),
      value: row => row.superiorNumber ?? row.transfer?.documentNumber,
    },
    {
      key: 'what',
      title: t('books.what'),
      wrap: true,
      value: row =>
        [row.fund.name, row.agency, row.project?.name, row.toDivision && `→ ${row.toDivision}`]
          .filter(Boolean)
          .join(' · '),
    },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: row => row.amountFen },
    { key: 'net', title: t('books.net'), kind: 'money', value: row => row.netFen },
    {
      key: 'stands',
      title: t('books.stands'),
      wrap: true,
      value: row => row.balances.map(one => `${nameOf(one.account)} ${yuan(BigInt(one.fen))}`).join('; '),
      cell: row => (
        <>
          {row.balances.map(one => (
            <span key={one.account} className="nowrap">
              {nameOf(one.account)} <Money fen={one.fen} />{' '}
            </span>
          ))}
        </>
      ),
    },
  ]
  return (
    <DataTable
      caption={t('books.lines')}
      columns={columns}
      rows={trace.lines}
      rowKey={row => row.id}
      rowClass={row => (row.kin === 'traced' ? 'row-total' : undefined)}
    />
  )
}

function Payments({ trace }: { trace: Trace }) {
  const { t } = useTranslation()
  const byId = new Map(trace.lines.map(line => [line.id, line]))
  const columns: Column<TracePayment>[] = [
    { key: 'day', title: t('books.day'), value: row => row.day, width: 92 },
    {
      key: 'voucher',
      title: t('column.voucher'),
      value: row => row.voucherNo,
      cell: row => (
        <ThingLink
          page={`payments/${row.id}`}
          {...(byId.get(row.allotment) ? { division: byId.get(row.allotment)!.division.code } : {})}
        >
          {row.voucherNo}
        </ThingLink>
      ),
    },
    { key: 'line', title: t('books.line'), value: row => `#${row.allotment}` },
    { key: 'payee', title: t('column.payee'), value: row => row.payee },
    { key: 'account', title: t('books.bankAccount'), value: row => row.account },
    { key: 'purpose', title: t('column.purpose'), value: row => row.purpose, wrap: true },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: row => row.amountFen },
    { key: 'unposted', title: t('books.unposted'), value: row => (row.unposted ? t('yes') : null), width: 80 },
  ]
  return (
    <DataTable
      caption={t('menu.payments')}
      columns={columns}
      rows={trace.payments}
      rowKey={row => `${row.id} ${row.allotment} ${row.amountFen}`}
      empty={<Nothing title={t('books.noPayments')} />}
    />
  )
}
