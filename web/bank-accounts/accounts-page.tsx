import { useTranslation } from 'react-i18next'
import { ACCOUNT_KINDS, type AccountList, type WatchedAccount } from '../../src/payments/watch/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar, WordFilter } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { AccountKindMark } from './account-kind-mark.tsx'

/** 账户信息监控: every account that money went through in the year, masked, the largest first. */
export function AccountsPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const [filters] = useFilters()
  const path = `/divisions/${division}/bank-accounts`
  const { q, side, kind, list, sign } = filters
  const query = { year, q, side, kind, list, sign }
  const listing = useListing<AccountList>(path, query)
  const columns: Column<WatchedAccount>[] = [
    {
      key: 'account',
      title: t('bankAccounts.account'),
      value: row => row.masked,
      cell: row => <ThingLink page={`bank-accounts/${row.id}`}>{row.masked}</ThingLink>,
    },
    {
      key: 'name',
      title: t('bankAccounts.name'),
      wrap: true,
      value: row => row.name,
      cell: row => (
        <>
          {row.name}{' '}
          {row.names > 1 && <span className="tag tag-warn">{t('bankAccounts.names', { count: row.names })}</span>}
          {row.bank && <span className="under">{row.bank}</span>}
        </>
      ),
    },
    { key: 'bank', title: t('bankAccounts.bank'), value: row => row.bank, carried: true },
    {
      key: 'kind',
      title: t('bankAccounts.kind'),
      value: row => t(`accountKind.${row.kind}`),
      cell: row => <AccountKindMark kind={row.kind} settled={row.settled} />,
    },
    {
      key: 'list',
      title: t('bankAccounts.list'),
      value: row => (row.list ? t(`accountList.${row.list}`) : ''),
      cell: row =>
        row.list ? (
          <span className={row.list === 'watch' ? 'tag tag-warn' : 'tag'}>{t(`accountList.${row.list}`)}</span>
        ) : null,
    },
    { key: 'payments', title: t('bankAccounts.payments'), kind: 'number', value: row => row.payments },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: row => row.amountFen },
    { key: 'firstOn', title: t('bankAccounts.firstOn'), value: row => row.firstOn, width: 100 },
    { key: 'lastOn', title: t('bankAccounts.lastOn'), value: row => row.lastOn, width: 100 },
  ]
  const choices = (names: readonly string[], words: string) =>
    names.map(value => ({ value, label: t(`${words}.${value}`) }))
  return (
    <>
      <PageTitle title={t('menu.bankAccounts')} />
      <Panel>
        <p className="form-about">{t('bankAccounts.about')}</p>
        <div className="bar">
          <FilterBar>
            <WordFilter name="q" label={t('bankAccounts.search')} width={220} />
            <ChoiceFilter
              name="side"
              label={t('bankAccounts.side')}
              options={choices(['payee', 'payer'], 'accountSide')}
            />
            <ChoiceFilter
              name="kind"
              label={t('bankAccounts.kind')}
              options={choices([...ACCOUNT_KINDS, 'unknown'], 'accountKind')}
            />
            <ChoiceFilter
              name="list"
              label={t('bankAccounts.list')}
              options={choices(['watch', 'white'], 'accountList')}
            />
            <ChoiceFilter
              name="sign"
              label={t('bankAccounts.sign')}
              options={choices(['several', 'changed'], 'accountSign')}
              width={190}
            />
          </FilterBar>
        </div>
        <ListedTable<WatchedAccount, AccountList>
          path={path}
          query={query}
          listing={listing}
          caption={t('menu.bankAccounts')}
          columns={columns}
          rowKey={row => row.id}
          empty={
            q || side || kind || list || sign ? (
              <Nothing title={t('filter.noneFit')} hint={t('filter.noneFitHint')} />
            ) : (
              <Nothing title={t('bankAccounts.none')} hint={t('bankAccounts.noneHint')} />
            )
          }
        />
      </Panel>
    </>
  )
}
