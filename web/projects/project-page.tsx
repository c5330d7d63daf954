import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { ProjectPage as Answer } from '../../src/projects/contract.ts'
import { useLineColumns } from '../allotments/line-columns.tsx'
import { BookLinks } from '../books/book-links.tsx'
import { PaymentBriefs } from '../payments/payment-briefs.tsx'
import { usePlace } from '../shell/place.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Facts } from '../ui/facts.tsx'
import { LampCells } from '../ui/lamps.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money, Rate } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { WarningBriefs } from '../warnings/warning-briefs.tsx'
import { VerdictMark } from './verdict-mark.tsx'

/** One project: what it is, the lines that pay for it, what was paid. */
export function ProjectPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const { project } = useParams({ strict: false }) as { project: string }
  const query = useApi<Answer>(`/divisions/${division}/projects/${project}`, { year })
  if (!query.data)
    return (
      <>
        <PageTitle title={t('project.title')} />
        <Loaded query={query}>{() => null}</Loaded>
      </>
    )
  return <One project={query.data} />
}

function One({ project }: { project: Answer }) {
  const { t } = useTranslation()
  const columns = useLineColumns()
  return (
    <>
      <PageTitle
        title={t('project.title')}
        of={project.name || project.code}
        actions={<BookLinks trace={`project:${project.code}`} subLedger={{ project: project.id }} />}
      >
        <Figure name={t('projects.investment')}>
          <Money fen={project.investmentFen} strong withUnit />
        </Figure>
        <Figure name={t('projects.arranged')}>
          <Money fen={project.arrangedFen} />
        </Figure>
        <Figure name={t('overview.rate')}>
          <Rate part={project.paidFen} whole={project.arrangedFen} />
        </Figure>
        <Figure name={t('lamp.counts')}>
          <LampCells lamps={project.lamps} />
        </Figure>
      </PageTitle>
      <Panel title={t('project.facts')}>
        <Facts
          facts={[
            { name: t('column.code'), value: project.code },
            {
              name: t('column.projectName'),
              value: (
                <>
                  {project.name} <VerdictMark verdict={project.nameVerdict} />
                </>
              ),
            },
            project.nameVerdict !== 'ok' && {
              name: t('project.nameMend'),
              value: t(`verdictHint.${project.nameVerdict}`),
              wide: true,
            },
            { name: t('column.kind'), value: project.kind },
            {
              name: t('column.agency'),
              value: project.agency ? `${project.agency.code} ${project.agency.name}` : null,
            },
            { name: t('column.place'), value: project.place },
            { name: t('column.years'), value: `${project.firstYear}–${project.lastYear}` },
          ]}
        />
      </Panel>
      {project.warnings.length > 0 && (
        <Panel title={t('menu.warnings')}>
          <WarningBriefs rows={project.warnings} />
        </Panel>
      )}
      <Panel title={t('project.lines')}>
        <DataTable
          caption={t('project.lines')}
          columns={columns}
          rows={project.lines}
          rowKey={line => line.id}
          empty={<Nothing title={t('project.noLines')} hint={t('project.noLinesHint')} />}
        />
      </Panel>
      <Panel title={t('allotment.payments')}>
        <PaymentBriefs
          rows={project.payments.map(one => ({ ...one, payeeName: one.payee?.name ?? null }))}
          empty={t('project.noPayments')}
        />
      </Panel>
    </>
  )
}
