import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { IntegrationView } from '../../src/integration/contract.ts'
import { usePlace } from '../shell/place.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { IntegrateForm } from './integrate-form.tsx'

type Source = IntegrationView['bySource'][number]
type Use = IntegrationView['byUse'][number]

/** 统筹整合涉农资金: the same lines by where they lawfully came from, and by what they are used for. */
export function IntegrationPage() {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const query = useApi<IntegrationView>(`/divisions/${division}/integration`, { year })
  const view = query.data
  const money = <Row extends Source | Use>(): Column<Row>[] => [
    {
      key: 'arranged',
      title: t('integration.arranged'),
      kind: 'money',
      value: row => row.arrangedFen,
      total: view?.total.arrangedFen,
    },
    { key: 'paid', title: t('integration.paid'), kind: 'money', value: row => row.paidFen, total: view?.total.paidFen },
  ]
  const sources: Column<Source>[] = [
    { key: 'fund', title: t('integration.sourceFund'), wrap: true, value: row => `${row.fund.code} ${row.fund.name}` },
    { key: 'subject', title: t('integration.subject'), value: row => row.functionSubject },
    ...money<Source>(),
  ]
  const uses: Column<Use>[] = [
    { key: 'fund', title: t('integration.useFund'), wrap: true, value: row => `${row.fund.code} ${row.fund.name}` },
    {
      key: 'project',
      title: t('integration.project'),
      wrap: true,
      value: row => (row.project ? `${row.project.code} ${row.project.name}` : null),
    },
    ...money<Use>(),
  ]
  return (
    <>
      <PageTitle title={t('menu.integration')}>
        {view && (
          <>
            {view.integrating && (
              <Figure name={t('integration.since')}>
                {t('integration.sinceOf', { day: view.since, number: view.documentNumber })}
              </Figure>
            )}
            <Figure name={t('integration.lines')}>{view.total.lines}</Figure>
            <Figure name={t('integration.arranged')}>
              <Money fen={view.total.arrangedFen} strong withUnit />
            </Figure>
            <Figure name={t('integration.paid')}>
              <Money fen={view.total.paidFen} />
            </Figure>
          </>
        )}
      </PageTitle>
      <Loaded query={query}>
        {loaded => (
          <>
            <p className="form-about">{t('integration.about')}</p>
            {loaded.total.lines > 0 ? (
              <>
                <Panel title={t('integration.bySource')}>
                  <DataTable
                    caption={t('integration.bySource')}
                    columns={sources}
                    rows={loaded.bySource}
                    rowKey={row => `${row.fund.id} ${row.functionSubject}`}
                  />
                </Panel>
                <Panel title={t('integration.byUse')}>
                  <DataTable
                    caption={t('integration.byUse')}
                    columns={uses}
                    rows={loaded.byUse}
                    rowKey={row => `${row.fund.id} ${row.project?.id}`}
                  />
                </Panel>
              </>
            ) : (
              loaded.integrating && <Nothing title={t('integration.none')} hint={t('integration.noneHint')} />
            )}
            {loaded.integrating ? (
              <IntegrateForm />
            ) : (
              <Nothing
                title={t('integration.notCounty')}
                hint={t('integration.notCountyHint')}
                action={<Link to={at('year') as string}>{t('book.title')}</Link>}
              />
            )}
          </>
        )}
      </Loaded>
    </>
  )
}
