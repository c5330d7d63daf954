import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MappingProposal, Mappings, MappingView } from '../../src/imports/contract.ts'
import { send, upload } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { beijingTime } from '../ui/dates.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { FileDrop } from './file-drop.tsx'
import { type Draft, MappingForm } from './mapping-form.tsx'

/** 列对照: which column of a bureau's own spreadsheet is which field. */
export function MappingPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const path = `/divisions/${division}/mappings`
  const query = useApi<Mappings>(path)
  const [kind, setKind] = useState<string | null>(null)
  const [draft, setDraft] = useState<Draft | null>(null)
  const [error, setError] = useState<unknown>(null)
  const chosen = kind ?? query.data?.kinds[0]?.kind ?? null

  const act = async (work: () => Promise<void>) => {
    setError(null)
    try {
      await work()
      await queries.invalidateQueries({ queryKey: [path] })
    } catch (refused) {
      setError(refused)
    }
  }
  const edit = (one: MappingView) => {
    setKind(one.kind)
    setDraft({ name: one.name, headings: one.headings, samples: [], fields: one.fields })
  }
  const columns: Column<MappingView>[] = [
    {
      key: 'kind',
      title: t('columnMapping.kind'),
      value: row => t(`importKind.${row.kind}`, { defaultValue: row.kind }),
    },
    { key: 'name', title: t('columnMapping.name'), value: row => row.name, wrap: true },
    { key: 'columns', title: t('columnMapping.columns'), kind: 'number', value: row => Object.keys(row.fields).length },
    { key: 'by', title: t('columnMapping.by'), value: row => row.actor },
    { key: 'at', title: t('columnMapping.at'), value: row => beijingTime(row.recordedAt) },
    {
      key: 'action',
      title: t('column.action'),
      value: () => '',
      cell: row => (
        <>
          <Button size="small" onClick={() => edit(row)}>
            {t('columnMapping.change')}
          </Button>{' '}
          <Button
            size="small"
            onClick={() =>
              void act(async () => {
                await send('DELETE', `${path}/${row.kind}/${row.id}`)
                message.success(t('columnMapping.retired'))
              })
            }
          >
            {t('columnMapping.retire')}
          </Button>
        </>
      ),
    },
  ]
  return (
    <>
      <PageTitle title={t('menu.mappings')} />
      <Loaded query={query}>
        {({ rows, kinds }) => {
          const fields = kinds.find(one => one.kind === chosen)?.fields ?? []
          return (
            <>
              <Panel title={draft?.name ? t('columnMapping.edit', { name: draft.name }) : t('columnMapping.new')}>
                <p className="form-about">{t('columnMapping.about')}</p>
                {error !== null && <FaultNotice error={error} />}
                {kinds.length === 0 && <Nothing title={t('columnMapping.notYours')} />}
                {kinds.length > 0 && !draft && (
                  <>
                    <p className="chosen-line">
                      <Select
                        aria-label={t('columnMapping.kind')}
                        value={chosen}
                        style={{ width: 220 }}
                        options={kinds.map(one => ({ value: one.kind, label: t(`importKind.${one.kind}`) }))}
                        onChange={setKind}
                      />
                    </p>
                    <FileDrop
                      accept=".csv,.xlsx,.txt,text/csv"
                      hint={t('columnMapping.hint')}
                      disabled={false}
                      take={file =>
                        void act(async () => {
                          const proposal = await upload<MappingProposal>(
                            `${path}/${chosen}/proposal`,
                            {},
                            file,
                            () => {},
                          )
                          setDraft({ name: '', ...proposal })
                        })
                      }
                    />
                  </>
                )}
                {draft && (
                  <MappingForm
                    key={draft.headings.join()}
                    draft={draft}
                    fields={fields}
                    discard={() => setDraft(null)}
                    save={body =>
                      act(async () => {
                        await send('PUT', `${path}/${chosen}`, body)
                        message.success(t('columnMapping.saved'))
                        setDraft(null)
                      })
                    }
                  />
                )}
              </Panel>
              <Panel title={t('columnMapping.remembered')}>
                <DataTable
                  caption={t('columnMapping.remembered')}
                  columns={columns}
                  rows={rows}
                  rowKey={row => row.id}
                  empty={<Nothing title={t('columnMapping.none')} hint={t('columnMapping.noneHint')} />}
                />
              </Panel>
            </>
          )
        }}
      </Loaded>
    </>
  )
}
