import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'
import type { InboxFolder, InboxState } from '../../src/imports/contract.ts'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { beijingTime } from '../ui/dates.ts'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

/** How often the drop folder is looked at again. */
const LOOK_AGAIN_MILLISECONDS = 15_000

/** 收件夹: where files may be dropped, what lies there, and what is wrong. */
export function InboxPanel() {
  const { t } = useTranslation()
  const said = useSaid()
  const { division } = usePlace()
  const query = useApi<InboxState>(`/divisions/${division}/inbox`, {}, { refetchInterval: LOOK_AGAIN_MILLISECONDS })
  const number = (key: 'waiting' | 'taking' | 'done' | 'refused' | 'duplicate'): Column<InboxFolder> => ({
    key,
    title: t(`inbox.${key}`),
    kind: 'number',
    value: row => row[key],
  })
  const columns: Column<InboxFolder>[] = [
    { key: 'kind', title: t('imports.kind'), value: row => t(`importKind.${row.kind}`, { defaultValue: row.kind }) },
    { key: 'path', title: t('inbox.folder'), value: row => row.path },
    number('waiting'),
    number('taking'),
    number('done'),
    number('refused'),
    number('duplicate'),
  ]
  return (
    <Panel title={t('inbox.title')}>
      <Loaded query={query}>
        {state =>
          state.folder === null ? (
            <Nothing title={t('inbox.off')} hint={t('inbox.offHint')} />
          ) : (
            <>
              <p className="form-about">
                {t('inbox.about', { seconds: state.stillSeconds })} {t('inbox.lookedAt')}:{' '}
                {state.lookedAt ? beijingTime(state.lookedAt) : t('inbox.never')}
              </p>
              {state.problems.map(one => (
                <Alert key={`${one.code} ${one.value}`} type="warning" showIcon title={said(one)} />
              ))}
              <DataTable
                caption={t('inbox.title')}
                columns={columns}
                rows={state.folders}
                rowKey={row => row.path}
                tools={false}
                empty={<Nothing title={t('inbox.none')} hint={t('inbox.noneHint')} />}
              />
            </>
          )
        }
      </Loaded>
    </Panel>
  )
}
