import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import { Facts } from '../ui/facts.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import type { WarningRow } from '../warnings/api.ts'
import { WarningTable } from '../warnings/warning-table.tsx'
import { allotmentIdOf, type Payment } from './api.ts'
import { PostedMark } from './payment-table.tsx'

/** One line of a voucher: what the treasury and the bank said, and what the ledger made of it. */
export function PaymentPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { payment } = useParams({ strict: false }) as { payment: string }
  const query = useApi<Payment & { warnings?: WarningRow[] }>(`/divisions/${division}/payments/${payment}`)
  if (!query.data)
    return (
      <>
        <PageTitle title={t('payment.title')} />
        <Loaded query={query}>{() => null}</Loaded>
      </>
    )
  const one = query.data
  const allotment = allotmentIdOf(one)
  const number = typeof one.allotment === 'object' ? one.allotment?.documentNumber : null
  return (
    <>
      <PageTitle title={t('payment.title')} of={`${one.voucherNo}-${one.lineNo}`}>
        <Figure name={t('column.amount')}>
          <Money fen={one.amountFen} strong withUnit />
        </Figure>
        <Figure name={t('column.posted')}>
          <PostedMark payment={one} />
        </Figure>
      </PageTitle>
      <div className="columns columns-even">
        <Panel title={t('payment.voucher')}>
          <Facts
            facts={[
              {
                name: t('payment.type'),
                value: `${one.voucherType} ${t(`voucher.${one.voucherType}`, { defaultValue: '' })}`,
              },
              { name: t('column.voucher'), value: `${one.voucherNo}-${one.lineNo}` },
              { name: t('column.vouchedOn'), value: one.vouchedOn },
              { name: t('column.paidOn'), value: one.paidOn ?? t('payment.notPaid') },
              { name: t('column.payee'), value: one.payee?.name, wide: true },
              { name: t('payment.payeeAccount'), value: one.payee?.account },
              { name: t('payment.payer'), value: one.payer?.name },
              { name: t('column.purpose'), value: one.purpose || t('payment.noPurpose'), wide: true },
              { name: t('payment.settlement'), value: one.settlement },
              { name: t('payment.payType'), value: one.payType },
              { name: t('payment.contract'), value: one.contractNo },
            ]}
          />
        </Panel>
        <Panel title={t('payment.ledger')}>
          <Facts
            facts={[
              { name: t('payments.match'), value: t(`match.${one.match}`) },
              {
                name: t('column.allotment'),
                value: allotment ? (
                  <ThingLink page={`allotments/${allotment}`}>{number ?? allotment}</ThingLink>
                ) : (
                  t('payment.noAllotment')
                ),
              },
              { name: t('column.posted'), value: <PostedMark payment={one} /> },
              one.unposted && { name: t('payment.why'), value: t(`unpostedHint.${one.unposted}`), wide: true },
              one.fund && {
                name: t('column.fund'),
                value: <ThingLink page={`funds/${one.fund.id}`}>{one.fund.name}</ThingLink>,
                wide: true,
              },
              {
                name: t('column.agency'),
                value: one.agency ? `${one.agency.code} ${one.agency.name}` : null,
                wide: true,
              },
              one.project && {
                name: t('column.project'),
                value: one.project.id ? (
                  <ThingLink page={`projects/${one.project.id}`}>{one.project.name || one.project.code}</ThingLink>
                ) : (
                  one.project.name
                ),
                wide: true,
              },
              { name: t('allotment.functionSubject'), value: one.functionSubject },
              { name: t('allotment.economicSubject'), value: one.economicSubject },
              { name: t('column.documentNumber'), value: one.documentNumber },
            ]}
          />
        </Panel>
      </div>
      {one.warnings && one.warnings.length > 0 && (
        <Panel title={t('menu.warnings')}>
          <WarningTable rows={one.warnings} caption={t('menu.warnings')} tools={false} />
        </Panel>
      )}
    </>
  )
}
