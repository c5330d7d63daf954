import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { usePlace } from '../shell/place.ts'
import { useMay, useSession } from '../shell/session.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import type { WarningsAnswer } from '../warnings/api.ts'
import { WarningTable } from '../warnings/warning-table.tsx'
import type { OverviewAnswer } from './api.ts'
import { LampPanel } from './lamp-panel.tsx'
import { WorkList } from './work-list.tsx'

/** A post's own page: what waits for it, and what burns. */
export function HomePage() {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const may = useMay()
  const { name, today } = useSession()
  const overview = useApi<OverviewAnswer>(may('overview.read') ? `/divisions/${division}/overview` : null, { year })
  const warnings = useApi<WarningsAnswer>(may('warnings.read') ? `/divisions/${division}/warnings` : null, {
    year,
    status: 'open',
  })
  if (!may('overview.read'))
    return (
      <>
        <PageTitle title={t('menu.home')} />
        <Panel>
          <Nothing title={t('menu.none')} hint={t('menu.noneHint')} />
        </Panel>
      </>
    )
  return (
    <>
      <PageTitle title={t('menu.home')} actions={<Link to={at('overview') as string}>{t('home.toOverview')}</Link>}>
        <Figure name={t('home.who')}>{name}</Figure>
        <Figure name={t('home.today')}>{today}</Figure>
      </PageTitle>
      <Loaded query={overview}>
        {data => (
          <div className="columns columns-home">
            <Panel title={t('work.title')}>
              <WorkList work={data.work} />
            </Panel>
            <Panel title={t('lamp.title')}>
              <LampPanel lamps={data.lamps} />
            </Panel>
          </div>
        )}
      </Loaded>
      {may('warnings.read') && (
        <Panel title={t('home.latest')} extra={<Link to={at('warnings') as string}>{t('home.allWarnings')}</Link>}>
          <Loaded query={warnings}>
            {data => (
              <WarningTable
                rows={data.rows.slice(0, 12)}
                caption={t('home.latest')}
                tools={false}
                empty={<Nothing title={t('warnings.noneOpen')} hint={t('warnings.noneOpenHint')} />}
              />
            )}
          </Loaded>
        </Panel>
      )}
    </>
  )
}
