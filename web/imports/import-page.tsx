import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Import } from '../../src/imports/contract.ts'
import { usePlace } from '../shell/place.ts'
import { beijingTime } from '../ui/dates.ts'
import { Loaded } from '../ui/loaded.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { atWork } from './kinds.ts'
import { Outcome, Working } from './outcome.tsx'
import { StateMark } from './state-mark.tsx'

/** One file that was brought in, or is being brought in now. */
export function ImportPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { import: id } = useParams({ strict: false }) as { import: string }
  const query = useApi<Import>(`/divisions/${division}/imports/${id}`, {}, { refetchInterval: 2000 })
  const one = query.data
  return (
    <>
      <PageTitle title={t('import.title')} of={one?.fileName}>
        {one && (
          <>
            <Figure name={t('imports.kind')}>{t(`importKind.${one.kind}`, { defaultValue: one.kind })}</Figure>
            <Figure name={t('column.status')}>
              <StateMark one={one} />
            </Figure>
            <Figure name={t('imports.startedAt')}>{beijingTime(one.startedAt)}</Figure>
            {one.finishedAt && <Figure name={t('imports.finishedAt')}>{beijingTime(one.finishedAt)}</Figure>}
          </>
        )}
      </PageTitle>
      <Loaded query={query}>
        {data => (
          <Panel>
            {atWork(data) ? <Working one={data} /> : <Outcome one={data} step={data.checkOnly ? 'check' : 'store'} />}
          </Panel>
        )}
      </Loaded>
    </>
  )
}
