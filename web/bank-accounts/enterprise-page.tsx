import { useTranslation } from 'react-i18next'
import type { EnterprisePage as Answer } from '../../src/payments/watch/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Facts } from '../ui/facts.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { CreditCode } from './credit-code.tsx'
import { PaymentBriefTable } from './payment-brief-table.tsx'

/** One enterprise: what the register says of it, what each fund paid it, its accounts, contracts and payments. */
export function EnterprisePage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const [{ name = '' }] = useFilters()
  const query = useApi<Answer>(`/divisions/${division}/enterprise`, { name, year })
  if (!query.data)
    return (
      <>
        <PageTitle title={t('enterprises.one')} />
        <Loaded query={query}>{() => null}</Loaded>
      </>
    )
  return <One page={query.data} />
}

function One({ page }: { page: Answer }) {
  const { t } = useTranslation()
  const { enterprise } = page
  const funds: Column<Answer['funds'][number]>[] = [
    {
      key: 'fund',
      title: t('column.fund'),
      wrap: true,
      value: row => (row.fund ? `${row.fund.code} ${row.fund.name}` : t('enterprises.noFund')),
    },
    {
      key: 'direct',
      title: t('enterprises.direct'),
      kind: 'money',
      value: row => row.directFen,
      total: enterprise.directFen,
    },
    {
      key: 'listed',
      title: t('enterprises.listed'),
      kind: 'money',
      value: row => row.listedFen,
      total: enterprise.listedFen,
    },
    {
      key: 'total',
      title: t('enterprises.total'),
      kind: 'money',
      value: row => row.totalFen,
      total: enterprise.totalFen,
    },
  ]
  const contracts: Column<Answer['contracts'][number]>[] = [
    { key: 'no', title: t('enterprises.contract'), value: row => row.contractNo },
    { key: 'project', title: t('column.project'), value: row => row.project, wrap: true },
    { key: 'signed', title: t('enterprises.signed'), value: row => row.signedOn },
    { key: 'amount', title: t('enterprises.contractAmount'), kind: 'money', value: row => row.amountFen },
    { key: 'paid', title: t('enterprises.contractPaid'), kind: 'money', value: row => row.paidFen },
  ]
  return (
    <>
      <PageTitle title={t('enterprises.one')} of={enterprise.name}>
        <Figure name={t('enterprises.total')}>
          <Money fen={enterprise.totalFen} strong withUnit />
        </Figure>
        <Figure name={t('bankAccounts.payments')}>{enterprise.payments}</Figure>
      </PageTitle>
      <div className="columns columns-even">
        <Panel title={t('enterprises.register')}>
          <Facts
            facts={[
              {
                name: t('enterprises.code'),
                value: <CreditCode code={enterprise.code} verdict={enterprise.codeVerdict} />,
                wide: true,
              },
              {
                name: t('enterprises.states'),
                value:
                  page.states.length === 0
                    ? t('enterprises.notRegistered')
                    : page.states.map(one => (
                        <span key={one.since} className="under">
                          {t('enterprises.since', { state: t(`companyState.${one.state}`), day: one.since })}
                        </span>
                      )),
                wide: true,
              },
              {
                name: t('enterprises.accounts'),
                value: page.accounts.map(one => (
                  <span key={`${one.id} ${one.bank}`} className="under">
                    {one.id && one.masked ? <ThingLink page={`bank-accounts/${one.id}`}>{one.masked}</ThingLink> : '—'}{' '}
                    {one.bank}
                  </span>
                )),
                wide: true,
              },
            ]}
          />
        </Panel>
        <Panel title={t('enterprises.byFund')}>
          <DataTable
            caption={t('enterprises.byFund')}
            columns={funds}
            rows={page.funds}
            rowKey={row => row.fund?.code ?? ''}
            empty={<Nothing title={t('bankAccounts.noPayments')} />}
          />
        </Panel>
      </div>
      {page.contracts.length > 0 && (
        <Panel title={t('enterprises.contracts')}>
          <DataTable
            caption={t('enterprises.contracts')}
            columns={contracts}
            rows={page.contracts}
            rowKey={row => row.contractNo}
          />
        </Panel>
      )}
      <Panel title={t('bankAccounts.latest')}>
        <PaymentBriefTable payments={page.payments} caption={t('bankAccounts.latest')} />
      </Panel>
    </>
  )
}
