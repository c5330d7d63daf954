import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { LinePage } from '../../src/allotments/answers.ts'
import { MATCHES, type Payment, UNPOSTED_REASONS } from '../../src/payments/contract.ts'
import type { ProjectPage } from '../../src/projects/contract.ts'
import { CarryOut } from '../books/view-bar.tsx'
import { useFilters, usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ChipFilter, ChoiceFilter, DaysFilter, FilterBar, WordFilter } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import type { PaymentsAnswer } from './api.ts'
import { usePaymentColumns } from './payment-columns.tsx'

/** 国库集中支付: every treasury payment of a division and year, posted or waiting. */
export function PaymentsPage() {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const may = useMay()
  const [filters] = useFilters()
  const path = `/divisions/${division}/payments`
  const { q, match, reason, allotment, project, payee, from, to } = filters
  const query = { year, q, match, reason, allotment, project, payee, from, to }
  const listing = useListing<PaymentsAnswer>(path, query)
  const line = useApi<LinePage>(allotment ? `/divisions/${division}/allotments/${allotment}` : null)
  const works = useApi<ProjectPage>(project ? `/divisions/${division}/projects/${project}` : null)
  const named = listing.data?.pages[0]?.rows.find(row => row.payee?.id === payee)
  const totals = listing.data?.pages[0]?.totals
  const filtered = Object.values({ q, match, reason, allotment, project, payee, from, to }).some(Boolean)
  const upload = may('payments.import') && (
    <Link to={at('imports') as string} search={{ kind: 'payments' } as never} className="button-link">
      {t('payments.import')}
    </Link>
  )
  return (
    <>
      <PageTitle
        title={t('menu.payments')}
        actions={
          <>
            <CarryOut path={`${path}/export`} query={query} />
            {upload}
          </>
        }
      >
        {totals && (
          <>
            <Figure name={t('payments.count')}>{totals.count}</Figure>
            <Figure name={t('payments.amount')}>
              <Money fen={totals.amountFen} strong />
            </Figure>
            <Figure name={t('payments.postedFigure')}>
              <Money fen={totals.postedFen} />
            </Figure>
            <Figure name={t('payments.unposted')}>
              <Money fen={totals.unpostedFen} />
            </Figure>
          </>
        )}
      </PageTitle>
      <Panel>
        <div className="bar">
          <FilterBar>
            <WordFilter name="q" label={t('payments.search')} width={240} />
            <ChoiceFilter
              name="match"
              label={t('payments.match')}
              options={MATCHES.map(one => ({ value: one, label: t(`match.${one}`) }))}
            />
            <ChoiceFilter
              name="reason"
              label={t('payments.unpostedReason')}
              options={UNPOSTED_REASONS.map(one => ({ value: one, label: t(`unposted.${one}`) }))}
            />
            <DaysFilter label={t('column.vouchedOn')} />
            <ChipFilter
              name="allotment"
              label={t('column.allotment')}
              value={line.data && (line.data.line.document.number || t('allotments.noNumber'))}
            />
            <ChipFilter name="project" label={t('column.project')} value={works.data?.name} />
            <ChipFilter name="payee" label={t('column.payee')} value={named?.payee?.name} />
          </FilterBar>
        </div>
        <ListedTable<Payment, PaymentsAnswer>
          path={path}
          query={query}
          listing={listing}
          caption={t('menu.payments')}
          exports={false}
          columns={usePaymentColumns(totals)}
          rowKey={row => row.id}
          total={totals ? Number(totals.count) : undefined}
          empty={
            filtered ? (
              <Nothing title={t('filter.noneFit')} hint={t('filter.noneFitHint')} />
            ) : (
              <Nothing title={t('payments.none')} hint={t('payments.noneHint')} action={upload} />
            )
          }
        />
      </Panel>
    </>
  )
}
