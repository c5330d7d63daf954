import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { PaymentTable } from '../payments/payment-table.tsx'
import { usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Facts } from '../ui/facts.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { StageBar } from '../ui/stage-bar.tsx'
import { useApi } from '../ui/use-api.ts'
import { WarningTable } from '../warnings/warning-table.tsx'
import type { AllotmentAnswer, Entry, LineLite, Side } from './api.ts'
import { DocumentNumber, stagesOf, useLineColumns } from './line-columns.tsx'
import { NextSteps } from './next-steps.tsx'

/** One line: facts, where its money stands, what moved it, where it came from and what became of it. */
export function AllotmentPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { allotment } = useParams({ strict: false }) as { allotment: string }
  const query = useApi<AllotmentAnswer>(`/divisions/${division}/allotments/${allotment}`)
  if (!query.data)
    return (
      <>
        <PageTitle title={t('allotment.title')} />
        <Loaded query={query}>{() => null}</Loaded>
      </>
    )
  return <One line={query.data} />
}

function One({ line }: { line: AllotmentAnswer }) {
  const { t } = useTranslation()
  return (
    <>
      <PageTitle title={t('allotment.title')} of={line.document.number || t('allotments.noNumber')}>
        <Figure name={t('column.amount')}>
          <Money fen={line.amountFen} strong withUnit />
        </Figure>
        <Figure name={t('column.form')}>{t(`form.${line.form}`)}</Figure>
        <Figure name={t('column.fund')}>
          <ThingLink page={`funds/${line.fund.id}`}>{line.fund.name}</ThingLink>
        </Figure>
      </PageTitle>
      <PathUp path={line.path} current={line.id} />
      <div className="columns columns-thing">
        <Panel title={t('allotment.facts')}>
          <Facts
            facts={[
              { name: t('column.documentNumber'), value: <DocumentNumber line={line} /> },
              { name: t('allotment.documentTitle'), value: line.document.title, wide: true },
              { name: t('column.dated'), value: line.document.dated },
              {
                name: t('allotment.scan'),
                value: line.document.scan ? (
                  t('allotment.scanThere')
                ) : (
                  <span className="tag tag-warn">{t('allotment.scanMissing')}</span>
                ),
              },
              { name: t('column.sourceLevel'), value: t(`level.${line.sourceLevel}`) },
              { name: t('allotment.superiorNumber'), value: line.superiorNumber },
              line.direct && { name: t('allotment.direct'), value: t('yes') },
              { name: t('column.agency'), value: line.agency?.name },
              line.project && {
                name: t('column.project'),
                value: (
                  <ThingLink page={`projects/${line.project.id}`}>
                    {line.project.name || t('verdict.missing')}
                  </ThingLink>
                ),
              },
              { name: t('allotment.toDivision'), value: line.toDivision?.name },
              { name: t('allotment.functionSubject'), value: line.functionSubject },
              { name: t('allotment.economicSubject'), value: line.economicSubject },
              { name: t('allotment.poverty'), value: t(`poverty.${line.poverty}`) },
              line.poverty === 'part' && { name: t('allotment.monitored'), value: <Money fen={line.monitoredFen} /> },
              { name: t('allotment.externalId'), value: line.externalId },
              { name: t('allotment.note'), value: line.note, wide: true },
            ]}
          />
        </Panel>
        <Panel title={t('allotment.where')}>
          <StageBar amounts={stagesOf(line)} />
          <NextSteps line={line} />
        </Panel>
      </div>
      {line.warnings.length > 0 && (
        <Panel title={t('menu.warnings')}>
          <WarningTable rows={line.warnings} caption={t('menu.warnings')} tools={false} />
        </Panel>
      )}
      <Panel title={t('allotment.children')}>
        <Children line={line} />
      </Panel>
      <Panel title={t('allotment.entries')}>
        <Entries entries={line.entries} />
      </Panel>
      <Panel title={t('allotment.payments')}>
        <PaymentTable
          rows={line.payments}
          caption={t('allotment.payments')}
          empty={<Nothing title={t('allotment.noPayments')} />}
        />
      </Panel>
    </>
  )
}

/** From the centre down to this line, every level a link. */
function PathUp({ path, current }: { path: readonly LineLite[]; current: string }) {
  const { t } = useTranslation()
  if (path.length < 2) return null
  return (
    <nav className="path-up" aria-label={t('allotment.path')}>
      <span className="path-name">{t('allotment.path')}</span>
      <ol>
        {path.map(step => (
          <li key={`${step.division.code} ${step.id}`} aria-current={step.id === current ? 'step' : undefined}>
            <span className="path-division">{step.division.name}</span>
            <span>
              {step.id === current ? (
                <strong>{step.document.number || t('allotments.noNumber')}</strong>
              ) : (
                <ThingLink page={`allotments/${step.id}`} division={step.division.code}>
                  {step.document.number || t('allotments.noNumber')}
                </ThingLink>
              )}{' '}
              <span className="dim">{t(`form.${step.form}`)}</span>
            </span>
            <Money fen={step.amountFen} />
          </li>
        ))}
      </ol>
    </nav>
  )
}

function Children({ line }: { line: AllotmentAnswer }) {
  const { t } = useTranslation()
  return (
    <DataTable
      caption={t('allotment.children')}
      columns={useLineColumns(undefined, true)}
      rows={line.children}
      rowKey={child => `${child.division.code} ${child.id}`}
      empty={<Nothing title={t('allotment.noChildren')} />}
    />
  )
}

function Entries({ entries }: { entries: readonly Entry[] }) {
  const { t } = useTranslation()
  const side = (of: Side) => `${of.account} ${t(`account.${of.account}`, { defaultValue: of.name })}`
  const columns: Column<Entry>[] = [
    { key: 'on', title: t('column.effectiveOn'), value: entry => entry.effectiveOn, width: 96 },
    { key: 'batch', title: t('column.batch'), value: entry => `${entry.batch}-${entry.line}`, width: 90 },
    { key: 'form', title: t('column.form'), value: entry => t(`form.${entry.form}`) },
    { key: 'debit', title: t('column.debit'), value: entry => side(entry.debit) },
    { key: 'credit', title: t('column.credit'), value: entry => side(entry.credit) },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: entry => entry.amountFen },
    {
      key: 'corrects',
      title: t('column.corrects'),
      value: entry =>
        entry.corrects
          ? typeof entry.corrects === 'string'
            ? entry.corrects
            : `${entry.corrects.batch}-${entry.corrects.line}`
          : null,
    },
  ]
  return (
    <DataTable
      caption={t('allotment.entries')}
      columns={columns}
      rows={entries}
      rowKey={entry => `${entry.batch}-${entry.line}`}
      empty={<Nothing title={t('allotment.noEntries')} />}
    />
  )
}
