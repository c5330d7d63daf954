import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { PaymentDetail } from '../../src/payments/contract.ts'
import { useAccountName } from '../allotments/line-columns.tsx'
import { PathUp } from '../allotments/path-up.tsx'
import { BookLinks } from '../books/book-links.tsx'
import { usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Facts } from '../ui/facts.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { WarningBriefs } from '../warnings/warning-briefs.tsx'
import { HangingPanels } from './hanging-panels.tsx'
import { MatchHistoryPanel } from './match-history.tsx'
import { PostedMark } from './posted-mark.tsx'
import { UnmaskAccount } from './unmask-account.tsx'

/** One line of a voucher: what the treasury and the bank said, and what the ledger made of it. */
export function PaymentPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { payment } = useParams({ strict: false }) as { payment: string }
  const query = useApi<PaymentDetail>(`/divisions/${division}/payments/${payment}`)
  if (!query.data)
    return (
      <>
        <PageTitle title={t('payment.title')} />
        <Loaded query={query}>{() => null}</Loaded>
      </>
    )
  return <One payment={query.data} />
}

const coded = (thing: { code: string; name: string } | null) => (thing ? `${thing.code} ${thing.name}` : null)

function One({ payment }: { payment: PaymentDetail }) {
  const { t } = useTranslation()
  const { stated } = payment
  return (
    <>
      <PageTitle
        title={t('payment.title')}
        of={`${payment.voucherNo}-${payment.lineNo}`}
        actions={<BookLinks trace={`payment:${payment.id}`} subLedger={postedOn(payment)} />}
      >
        <Figure name={t('column.amount')}>
          <Money fen={payment.amountFen} strong withUnit />
        </Figure>
        <Figure name={t('column.posted')}>
          <PostedMark unposted={payment.unposted} />
        </Figure>
      </PageTitle>
      <PathUp path={payment.path} current="" />
      <div className="columns columns-even">
        <Panel title={t('payment.voucher')}>
          <Facts
            facts={[
              {
                name: t('payment.type'),
                value: `${payment.voucherType} ${t(`voucher.${payment.voucherType}`, { defaultValue: '' })}`,
              },
              { name: t('column.voucher'), value: `${payment.voucherNo}-${payment.lineNo}` },
              { name: t('column.vouchedOn'), value: payment.vouchedOn },
              { name: t('column.paidOn'), value: payment.paidOn ?? t('payment.notPaid') },
              { name: t('column.payee'), value: payment.payee?.name, wide: true },
              {
                name: t('payment.payeeAccount'),
                value: payment.payee?.account && (
                  <UnmaskAccount payment={payment.id} whose="payee" masked={payment.payee.account} />
                ),
              },
              { name: t('payment.payeeBank'), value: payment.payeeBank },
              { name: t('payment.payer'), value: payment.payer?.name, wide: true },
              { name: t('column.purpose'), value: payment.purpose || t('payment.noPurpose'), wide: true },
              { name: t('payment.settlement'), value: payment.settlement },
              { name: t('payment.payType'), value: payment.payType },
              { name: t('payment.contract'), value: payment.contractNo },
              { name: t('payment.statedAgency'), value: payment.agency ? null : stated.agencyCode },
              { name: t('payment.statedProject'), value: payment.project ? null : stated.projectCode },
              { name: t('payment.statedNumber'), value: stated.documentNumber },
              { name: t('payment.statedAllotment'), value: stated.allotmentRef },
              {
                name: t('payment.import'),
                value: <ThingLink page={`imports/${payment.import}`}>{t('import.title')}</ThingLink>,
              },
            ]}
          />
        </Panel>
        <Panel title={t('payment.ledger')}>
          <Facts
            facts={[
              { name: t('payments.match'), value: t(`match.${payment.match}`) },
              {
                name: t('column.allotment'),
                value: payment.allotment ? (
                  <ThingLink page={`allotments/${payment.allotment.id}`}>
                    {payment.allotment.documentNumber || t('allotments.noNumber')}
                  </ThingLink>
                ) : (
                  t('payment.noAllotment')
                ),
              },
              payment.unposted && {
                name: t('payment.why'),
                value: t(`unpostedHint.${payment.unposted}`),
                wide: true,
              },
              { name: t('column.fund'), value: coded(payment.allotment?.fund ?? null), wide: true },
              { name: t('column.agency'), value: coded(payment.agency), wide: true },
              payment.project && {
                name: t('column.project'),
                value: (
                  <ThingLink page={`projects/${payment.project.id}`}>
                    {payment.project.name || payment.project.code}
                  </ThingLink>
                ),
                wide: true,
              },
              { name: t('allotment.functionSubject'), value: coded(payment.functionSubject), wide: true },
              { name: t('allotment.economicSubject'), value: coded(payment.economicSubject), wide: true },
            ]}
          />
          <Postings postings={payment.postings} year={payment.postings[0]?.fiscalYear ?? payment.fiscalYear} />
        </Panel>
      </div>
      <HangingPanels payment={payment} />
      <MatchHistoryPanel payment={payment.id} match={payment.match} matched={payment.allotment !== null} />
      {payment.warnings.length > 0 && (
        <Panel title={t('menu.warnings')}>
          <WarningBriefs rows={payment.warnings} />
        </Panel>
      )}
    </>
  )
}

/** The days of the line's sub-ledger on which the payment was posted; null while it is in no book. */
function postedOn({ allotment, postings }: PaymentDetail): Record<string, string> | null {
  const days = postings.map(posting => posting.effectiveOn).sort()
  const [first] = days
  return allotment && first ? { allotment: allotment.id, from: first, to: days.at(-1) ?? first } : null
}

type Posting = PaymentDetail['postings'][number]

/** The entries of a payment, all of one book; accounts are numbered and called as by the chart of its year. */
function Postings({ postings, year }: { postings: readonly Posting[]; year: number }) {
  const { t } = useTranslation()
  const account = useAccountName(year)
  const columns: Column<Posting>[] = [
    { key: 'on', title: t('column.effectiveOn'), value: posting => posting.effectiveOn },
    { key: 'batch', title: t('column.batch'), value: posting => `${posting.batch}-${posting.line}` },
    { key: 'debit', title: t('column.debit'), value: posting => account(posting.debit), wrap: true },
    { key: 'credit', title: t('column.credit'), value: posting => account(posting.credit), wrap: true },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: posting => posting.amountFen },
  ]
  return (
    <DataTable
      caption={t('allotment.entries')}
      columns={columns}
      rows={postings}
      rowKey={posting => `${posting.batch}-${posting.line}`}
      tools={false}
      empty={<Nothing title={t('payment.noPosting')} />}
    />
  )
}
