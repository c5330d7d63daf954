import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Static } from 'typebox'
import type { ImportPage, ImportRow } from '../../src/imports/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { beijingTime } from '../ui/dates.ts'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { BringFile } from './bring-file.tsx'
import { atWork, IMPORT_KINDS } from './kinds.ts'
import { StateMark } from './state-mark.tsx'

/** 数据导入: a file is checked whole before anything is stored; what was brought in before is listed below. */
export function ImportsPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()
  const queries = useQueryClient()
  const [filters, change] = useFilters()
  const kinds = IMPORT_KINDS.filter(one => may(one.needs)).map(one => one.kind)
  const kind = kinds.find(one => one === filters.kind) ?? kinds[0]
  const path = `/divisions/${division}/imports`
  const before = useApi<Static<typeof ImportPage>>(path, {}, { refetchInterval: 5000 })
  return (
    <>
      <PageTitle title={t('menu.imports')} />
      {kind ? (
        <Panel title={t('imports.new')}>
          <fieldset className="kind-choice">
            <legend>{t('imports.kind')}</legend>
            {kinds.map(one => (
              <label key={one} className={one === kind ? 'kind kind-chosen' : 'kind'}>
                <input
                  type="radio"
                  name="kind"
                  value={one}
                  checked={one === kind}
                  onChange={() => change({ kind: one })}
                />
                <span className="kind-name">{t(`importKind.${one}`)}</span>
                <span className="kind-hint">{t(`importKindHint.${one}`)}</span>
              </label>
            ))}
          </fieldset>
          <BringFile
            key={`${division} ${kind}`}
            kind={kind}
            stored={() => void queries.invalidateQueries({ predicate: query => query.queryKey[0] !== '/session' })}
          />
        </Panel>
      ) : (
        <Panel>
          <Nothing title={t('imports.notYours')} />
        </Panel>
      )}
      <Panel title={t('imports.before')}>
        <Loaded query={before}>{data => <Before rows={data.rows} />}</Loaded>
      </Panel>
    </>
  )
}

function Before({ rows }: { rows: readonly ImportRow[] }) {
  const { t } = useTranslation()
  const columns: Column<ImportRow>[] = [
    { key: 'at', title: t('imports.startedAt'), value: row => beijingTime(row.startedAt), width: 140 },
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
    <DataTable
      caption={t('imports.before')}
      columns={columns}
      rows={rows}
      rowKey={row => String(row.id)}
      empty={<Nothing title={t('imports.none')} hint={t('imports.noneHint')} />}
    />
  )
}
