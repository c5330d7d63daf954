import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { ApprovalWork } from '../../src/approvals/contract.ts'
import type { Overview } from '../../src/overview/contract.ts'
import type { WarningList } from '../../src/warnings/contract.ts'
import { usePlace } from '../shell/place.ts'
import { useMay, useSession } from '../shell/session.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { WarningTable } from '../warnings/warning-table.tsx'
import { LampPanel } from './lamp-panel.tsx'
import { WorkList } from './work-list.tsx'

/** A post's own page: what waits for it, and what burns. */
export function HomePage() {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const may = useMay()
  const { name, today } = useSession()
  const overview = useApi<Overview>(may('overview.read') ? `/divisions/${division}/overview` : null, { year })
  const warnings = useApi<WarningList>(may('warnings.read') ? `/divisions/${division}/warnings` : null, {
    year,
    status: 'lit',
    limit: 20,
  })
  const approvals = useApi<ApprovalWork>(may('approvals.read') ? `/divisions/${division}/approval-work` : null)
  const { toSign = 0, returned = 0, handovers = 0 } = approvals.data ?? {}
  const signing = [
    { kind: 'submissions-to-sign', count: toSign, link: 'submissions?show=sign' },
    { kind: 'submissions-returned', count: returned, link: 'submissions?show=mine&state=returned' },
    { kind: 'handovers-to-sign', count: handovers, link: 'handovers' },
  ]
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
              <WorkList work={[...signing, ...data.work]} />
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
                rows={data.rows}
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
