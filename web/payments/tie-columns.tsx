import { useTranslation } from 'react-i18next'
import type { Brief, Tie } from '../../src/payments/tied/contract.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { Money } from '../ui/money.tsx'
import { PostedMark } from './posted-mark.tsx'

/** How ties are shown: what came later, what it belongs to, how that was found. `own` is the payment whose page shows them. */
export function useTieColumns(own?: string): Column<Tie>[] {
  const { t } = useTranslation()
  const brief = (one: Brief) =>
    one.id === own ? (
      <>
        {one.voucherNo} <span className="dim">{t('around.itself')}</span>
      </>
    ) : (
      <>
        <ThingLink page={`payments/${one.id}`}>{one.voucherNo}</ThingLink>
        <span className="under">
          {one.vouchedOn} {one.payee}
        </span>
      </>
    )
  return [
    { key: 'kind', title: t('ties.kind'), value: row => t(`ties.kinds.${row.kind}`), width: 90 },
    {
      key: 'later',
      title: t('ties.later'),
      wrap: true,
      value: row => row.payment?.voucherNo ?? row.adjustment?.voucherNo,
      cell: row =>
        row.payment ? (
          brief(row.payment)
        ) : (
          <>
            {row.adjustment?.voucherNo}
            <span className="under">{row.adjustment?.adjustedOn}</span>
          </>
        ),
    },
    {
      key: 'amount',
      title: t('column.amount'),
      kind: 'money',
      value: row => row.payment?.amountFen ?? row.adjustment?.amountFen,
    },
    {
      key: 'original',
      title: t('ties.original'),
      wrap: true,
      value: row => row.original.voucherNo,
      cell: row => brief(row.original),
    },
    {
      key: 'originalAmount',
      title: t('ties.originalAmount'),
      kind: 'money',
      value: row => row.original.amountFen,
      cell: row => <Money fen={row.original.amountFen} />,
    },
    { key: 'found', title: t('ties.found'), value: row => t(`ties.foundBy.${row.found}`), wrap: true },
    {
      key: 'state',
      title: t('ties.state'),
      value: row => t(`ties.states.${stateOf(row)}`),
      cell: row => (
        <>
          <span className={stateOf(row) === 'stands' ? 'tag tag-good' : 'tag tag-warn'}>
            {t(`ties.states.${stateOf(row)}`)}
          </span>{' '}
          {row.payment?.unposted && <PostedMark unposted={row.payment.unposted} />}
        </>
      ),
    },
  ]
}

const stateOf = (tie: Tie): 'proposed' | 'exceeding' | 'stands' =>
  tie.proposed ? 'proposed' : tie.exceeds ? 'exceeding' : 'stands'
