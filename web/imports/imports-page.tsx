import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Static } from 'typebox'
import type { ImportPage, ImportRow } from '../../src/imports/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { beijingTime } from '../ui/dates.ts'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { BringFile } from './bring-file.tsx'
import { InboxPanel } from './inbox-panel.tsx'
import { atWork, IMPORT_KINDS, IMPORT_STATES } from './kinds.ts'
import { StateMark } from './state-mark.tsx'

/** 数据导入: a file is checked whole before anything is stored; what was brought in before is listed below. */
export function ImportsPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()
  const queries = useQueryClient()
  const [filters, change] = useFilters()
  const kinds = IMPORT_KINDS.filter(one => may(one.needs))
  const chosen = kinds.find(one => one.kind === filters.kind) ?? kinds[0]
  return (
    <>
      <PageTitle title={t('menu.imports')} />
      {chosen ? (
        <Panel title={t('imports.new')}>
          <fieldset className="kind-choice">
            <legend>{t('imports.kind')}</legend>
            {kinds.map(({ kind }) => (
              <label key={kind} className={kind === chosen.kind ? 'kind kind-chosen' : 'kind'}>
                <input
                  type="radio"
                  name="kind"
                  value={kind}
                  checked={kind === chosen.kind}
                  onChange={() => change({ kind })}
                />
                <span className="kind-name">{t(`importKind.${kind}`)}</span>
                <span className="kind-hint">{t(`importKindHint.${kind}`)}</span>
              </label>
            ))}
          </fieldset>
          <p className="form-about">{t(`importColumns.${chosen.kind}`)}</p>
          <BringFile
            key={`${division} ${chosen.kind}`}
            kind={chosen}
            stored={() => void queries.invalidateQueries({ predicate: query => query.queryKey[0] !== '/session' })}
          />
        </Panel>
      ) : (
        <Panel>
          <Nothing title={t('imports.notYours')} />
        </Panel>
      )}
      <InboxPanel />
      <Panel title={t('imports.before')}>
        <Before />
      </Panel>
    </>
  )
}

type Answer = Static<typeof ImportPage>

/** How often the list looks whether the work under way has ended. */
const LOOK_AGAIN_MILLISECONDS = 5000

function Before() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const [filters] = useFilters()
  const path = `/divisions/${division}/imports`
  // The address's `kind` is the one to bring in; the list has a name of its own for what it shows.
  const query = { kind: filters.listed, state: filters.state }
  const listing = useListing<Answer>(path, query, { refetchInterval: LOOK_AGAIN_MILLISECONDS })
  const columns: Column<ImportRow>[] = [
    { key: 'at', title: t('imports.startedAt'), value: row => beijingTime(row.startedAt), width: 140 },
    {
      key: 'source',
      title: t('importSource.title'),
      value: row => t(`importSource.${row.source}`) + (row.mapping ? ` · ${row.mapping}` : ''),
    },
    { key: 'kind', title: t('imports.kind'), value: row => t(`importKind.${row.kind}`, { defaultValue: row.kind }) },
    {
      key: 'file',
      title: t('imports.file'),
      wrap: true,
      value: row => row.fileName,
      cell: row => <ThingLink page={`imports/${row.id}`}>{row.fileName}</ThingLink>,
    },
    {
      key: 'state',
      title: t('column.status'),
      value: row => t(`importState.${row.state}`) + (row.checkOnly ? t('imports.onlyChecked') : ''),
      cell: row => (
        <>
          <StateMark one={row} />
          {row.checkOnly && <span className="dim">{t('imports.onlyChecked')}</span>}
        </>
      ),
    },
    { key: 'read', title: t('imports.rowsRead'), kind: 'number', value: row => row.rowsRead },
    { key: 'taken', title: t('imports.rowsTaken'), kind: 'number', value: row => (atWork(row) ? null : row.rowsTaken) },
    { key: 'repeated', title: t('imports.rowsRepeated'), kind: 'number', value: row => row.rowsRepeated },
    { key: 'faults', title: t('imports.faults'), kind: 'number', value: row => row.faultCount },
    { key: 'repairs', title: t('imports.repairs'), kind: 'number', value: row => row.repairCount },
  ]
  return (
    <>
      <div className="bar">
        <FilterBar names={['listed', 'state']}>
          <ChoiceFilter
            name="listed"
            label={t('imports.kind')}
            width={200}
            options={IMPORT_KINDS.map(({ kind }) => ({ value: kind, label: t(`importKind.${kind}`) }))}
          />
          <ChoiceFilter
            name="state"
            label={t('column.status')}
            options={IMPORT_STATES.map(state => ({ value: state, label: t(`importState.${state}`) }))}
          />
        </FilterBar>
      </div>
      <ListedTable<ImportRow, Answer>
        path={path}
        query={query}
        listing={listing}
        caption={t('imports.before')}
        columns={columns}
        rowKey={row => String(row.id)}
        empty={
          filters.listed || filters.state ? (
            <Nothing title={t('filter.noneFit')} hint={t('imports.noneFitHint')} />
          ) : (
            <Nothing title={t('imports.none')} hint={t('imports.noneHint')} />
          )
        }
      />
    </>
  )
}
