import { useTranslation } from 'react-i18next'
import type { SubmissionBrief } from '../../src/approvals/contract.ts'
import { SUBMISSION_STATES, type SubmissionState } from '../../src/approvals/status.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'

interface List {
  rows: SubmissionBrief[]
  next: string | null
}

/** Where a submission stands, in words; colour only helps. */
export function SubmissionMark({ state }: { state: SubmissionState }) {
  const { t } = useTranslation()
  const tone =
    state === 'carried-out' ? 'tag-good' : state === 'returned' ? 'tag-warn' : state === 'withdrawn' ? '' : 'tag-busy'
  return <span className={`tag ${tone}`}>{t(`approvals.states.${state}`)}</span>
}

/** 送审件: what waits for signatures, what came back, what is done. */
export function SubmissionsPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const said = useSaid()
  const [filters] = useFilters()
  const path = `/divisions/${division}/submissions`
  const query = { show: filters.show, state: filters.state }
  const listing = useListing<List>(path, query)
  const columns: Column<SubmissionBrief>[] = [
    {
      key: 'id',
      title: t('approvals.id'),
      value: row => row.id,
      cell: row => <ThingLink page={`submissions/${row.id}`}>{row.id}</ThingLink>,
      width: 80,
    },
    { key: 'form', title: t('approvals.form'), value: row => said(row.title), wrap: true },
    { key: 'amount', title: t('approvals.amount'), kind: 'money', value: row => row.amountFen },
    {
      key: 'maker',
      title: t('approvals.maker'),
      value: row => row.maker + (row.makerFor ? t('approvals.forWhom', { name: row.makerFor }) : ''),
    },
    { key: 'madeOn', title: t('approvals.madeOn'), value: row => row.madeOn, width: 110 },
    {
      key: 'step',
      title: t('approvals.step'),
      value: row => (row.state === 'waiting' ? `${row.stepTitle ?? ''} (${row.step}/${row.steps})` : null),
    },
    {
      key: 'state',
      title: t('approvals.state'),
      value: row => t(`approvals.states.${row.state}`),
      cell: row => <SubmissionMark state={row.state} />,
    },
  ]
  return (
    <>
      <PageTitle title={t('approvals.submissions')} />
      <Panel>
        <div className="bar">
          <FilterBar>
            <ChoiceFilter
              name="show"
              label={t('approvals.show')}
              width={180}
              options={(['sign', 'mine'] as const).map(one => ({ value: one, label: t(`approvals.shows.${one}`) }))}
            />
            <ChoiceFilter
              name="state"
              label={t('approvals.state')}
              width={180}
              options={SUBMISSION_STATES.map(one => ({ value: one, label: t(`approvals.states.${one}`) }))}
            />
          </FilterBar>
        </div>
        <ListedTable<SubmissionBrief, List>
          path={path}
          query={query}
          listing={listing}
          caption={t('approvals.submissions')}
          columns={columns}
          rowKey={row => row.id}
          empty={<Nothing title={t('approvals.none')} hint={t('approvals.noneHint')} />}
        />
      </Panel>
    </>
  )
}
