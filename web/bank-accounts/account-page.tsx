import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { AccountPage as Answer } from '../../src/payments/watch/contract.ts'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { KindForm } from './kind-form.tsx'
import { ListingForm } from './listing-form.tsx'
import { ListingTable } from './listing-table.tsx'
import { PaymentBriefTable } from './payment-brief-table.tsx'

type Use = Answer['uses'][number]
type Other = Answer['others'][number]

/** One account: its names and uses, its kind, the lists it stands on, other accounts of the same names, its payments. */
export function AccountWatchPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { account } = useParams({ strict: false }) as { account: string }
  const query = useApi<Answer>(`/divisions/${division}/bank-accounts/${account}`)
  if (!query.data)
    return (
      <>
        <PageTitle title={t('bankAccounts.one')} />
        <Loaded query={query}>{() => null}</Loaded>
      </>
    )
  return <One account={query.data} />
}

function One({ account }: { account: Answer }) {
  const { t } = useTranslation()
  const may = useMay()('bank-accounts.settle')
  const sum = (of: (use: Use) => string) => account.uses.reduce((total, use) => total + BigInt(of(use)), 0n)
  const uses: Column<Use>[] = [
    {
      key: 'name',
      title: t('bankAccounts.name'),
      wrap: true,
      value: row => row.name,
      cell: row => (
        <>
          {row.name}
          {row.bank && <span className="under">{row.bank}</span>}
        </>
      ),
    },
    { key: 'side', title: t('bankAccounts.side'), value: row => t(`accountSide.${row.side}`) },
    { key: 'year', title: t('bankAccounts.year'), value: row => String(row.fiscalYear), sortable: true },
    { key: 'payments', title: t('bankAccounts.payments'), kind: 'number', value: row => row.payments },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: row => row.amountFen, sortable: true },
    { key: 'firstOn', title: t('bankAccounts.firstOn'), value: row => row.firstOn },
    { key: 'lastOn', title: t('bankAccounts.lastOn'), value: row => row.lastOn, sortable: true },
  ]
  const others: Column<Other>[] = [
    {
      key: 'account',
      title: t('bankAccounts.account'),
      value: row => row.masked,
      cell: row => <ThingLink page={`bank-accounts/${row.id}`}>{row.masked}</ThingLink>,
    },
    { key: 'name', title: t('bankAccounts.name'), value: row => row.name, wrap: true },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: row => row.amountFen },
    { key: 'firstOn', title: t('bankAccounts.firstOn'), value: row => row.firstOn },
    { key: 'lastOn', title: t('bankAccounts.lastOn'), value: row => row.lastOn },
  ]
  return (
    <>
      <PageTitle title={t('bankAccounts.one')} of={account.masked}>
        <Figure name={t('bankAccounts.kind')}>
          {t(`accountKind.${account.kind}`)} ({t(account.settled ? 'bankAccounts.settled' : 'bankAccounts.proposed')})
        </Figure>
        <Figure name={t('bankAccounts.payments')}>{String(sum(use => use.payments))}</Figure>
        <Figure name={t('column.amount')}>
          <Money fen={String(sum(use => use.amountFen))} strong />
        </Figure>
      </PageTitle>
      <Panel title={t('bankAccounts.uses')}>
        <DataTable
          caption={t('bankAccounts.uses')}
          columns={uses}
          rows={account.uses}
          rowKey={row => `${row.holder} ${row.side} ${row.fiscalYear}`}
        />
      </Panel>
      {account.others.length > 0 && (
        <Panel title={t('bankAccounts.others')}>
          <p className="form-about">{t('bankAccounts.othersAbout')}</p>
          <DataTable
            caption={t('bankAccounts.others')}
            columns={others}
            rows={account.others}
            rowKey={row => row.id}
            tools={false}
          />
        </Panel>
      )}
      <div className="columns columns-even">
        <Panel title={t('bankAccounts.kindTitle')}>
          <KindForm account={account} may={may} />
        </Panel>
        <Panel title={t('bankAccounts.listTitle')}>
          <ListingTable account={account} may={may} />
          {may && <ListingForm account={account.id} />}
        </Panel>
      </div>
      <Panel title={t('bankAccounts.latest')}>
        <PaymentBriefTable payments={account.payments} caption={t('bankAccounts.latest')} />
      </Panel>
    </>
  )
}
