import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { EntriesAnswer, EntryView, LinePage } from '../../src/allotments/answers.ts'
import { SignedBy } from '../approvals/signed-by.tsx'
import { BookLinks } from '../books/book-links.tsx'
import { PaymentBriefs } from '../payments/payment-briefs.tsx'
import { usePlace } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Facts } from '../ui/facts.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { Reasoned } from '../ui/reasoned.tsx'
import { StageBar } from '../ui/stage-bar.tsx'
import { useApi } from '../ui/use-api.ts'
import { WarningBriefs } from '../warnings/warning-briefs.tsx'
import { correctionHindrance, entryName } from './corrections.ts'
import { DocumentNumber, stagesOf, useAccountName, useLineColumns } from './line-columns.tsx'
import { NextSteps } from './next-steps.tsx'
import { PathUp } from './path-up.tsx'
import { Scan } from './scan.tsx'

/** One line: facts, where its money stands, what moved it, where it came from and what became of it. */
export function AllotmentPage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { allotment } = useParams({ strict: false }) as { allotment: string }
  const query = useApi<LinePage>(`/divisions/${division}/allotments/${allotment}`)
  if (!query.data)
    return (
      <>
        <PageTitle title={t('allotment.title')} />
        <Loaded query={query}>{() => null}</Loaded>
      </>
    )
  return <One page={query.data} />
}

function One({ page }: { page: LinePage }) {
  const { t } = useTranslation()
  const { line } = page
  return (
    <>
      <PageTitle
        title={t('allotment.title')}
        of={line.document.number || t('allotments.noNumber')}
        actions={<BookLinks trace={`allotment:${line.id}`} subLedger={{ allotment: line.id }} year={line.fiscalYear} />}
      >
        <Figure name={t('column.amount')}>
          <Money fen={line.amountFen} strong withUnit />
        </Figure>
        <Figure name={t('column.form')}>{t(`form.${line.form}`)}</Figure>
        <Figure name={t('column.fund')}>
          <ThingLink page={`funds/${line.fund.id}`}>{line.fund.name}</ThingLink>
        </Figure>
      </PageTitle>
      <PathUp path={page.path} current={line.id} />
      <div className="columns columns-thing">
        <Panel title={t('allotment.facts')}>
          <Facts
            facts={[
              { name: t('column.documentNumber'), value: <DocumentNumber line={line} /> },
              { name: t('allotment.documentTitle'), value: line.document.title, wide: true },
              { name: t('column.dated'), value: line.document.dated },
              {
                name: t('allotment.scan'),
                value: <Scan key={line.document.id} document={line.document} />,
                wide: true,
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
      {page.warnings.length > 0 && (
        <Panel title={t('menu.warnings')}>
          <WarningBriefs rows={page.warnings} />
        </Panel>
      )}
      <Panel title={t('allotment.children')}>
        <Children lines={page.children} />
      </Panel>
      <Panel title={t('allotment.entries')} extra={<CorrectWhole line={line} />}>
        <Entries line={line} />
      </Panel>
      <SignedBy document={line.document.id} />
      <Panel
        title={t('allotment.payments')}
        extra={
          page.payments.length > 0 && (
            <ThingLink page="payments" search={{ allotment: line.id }}>
              {t('allotment.allPayments')}
            </ThingLink>
          )
        }
      >
        <PaymentBriefs rows={page.payments} empty={t('allotment.noPayments')} />
      </Panel>
    </>
  )
}

function Children({ lines }: { lines: LinePage['children'] }) {
  const { t } = useTranslation()
  return (
    <DataTable
      caption={t('allotment.children')}
      columns={useLineColumns(undefined, true)}
      rows={lines}
      rowKey={child => `${child.division.code} ${child.id}`}
      empty={<Nothing title={t('allotment.noChildren')} />}
    />
  )
}

/** To the correction of the whole document (整单红字), for who may correct. */
function CorrectWhole({ line }: { line: LinePage['line'] }) {
  const { t } = useTranslation()
  const may = useMay()
  return may('allotments.correct') ? (
    <ThingLink page={`allotments/${line.id}/correct-document`}>{t('whole.correct')}</ThingLink>
  ) : (
    <Reasoned label={t('whole.correct')} reason={t('correction.noPermission')} />
  )
}

function Entries({ line }: { line: LinePage['line'] }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const path = `/divisions/${division}/allotments/${line.id}/entries`
  const listing = useListing<EntriesAnswer>(path, {})
  const said = useSaid()
  const may = useMay()
  const account = useAccountName(line.fiscalYear)
  const columns: Column<EntryView>[] = [
    { key: 'on', title: t('column.effectiveOn'), value: entry => entry.effectiveOn, width: 96 },
    { key: 'batch', title: t('column.batch'), value: entryName, width: 90 },
    { key: 'form', title: t('column.form'), value: entry => said(entry.formName) },
    { key: 'number', title: t('column.documentNumber'), value: entry => entry.documentNumber },
    { key: 'debit', title: t('column.debit'), value: entry => account(entry.debit.account) },
    { key: 'credit', title: t('column.credit'), value: entry => account(entry.credit.account) },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: entry => entry.amountFen },
    {
      key: 'corrects',
      title: t('column.corrects'),
      value: entry => (entry.corrects ? entryName(entry.corrects) : null),
    },
    { key: 'left', title: t('correction.left'), kind: 'money', value: entry => entry.leftFen, carried: true },
    {
      key: 'correct',
      title: t('column.action'),
      value: () => '',
      wrap: true,
      width: 170,
      cell: entry => {
        const hindrance = correctionHindrance(entry, may)
        return hindrance === null ? (
          <ThingLink page={`allotments/${line.id}/correct/${entryName(entry)}`}>{t('form.correct')}</ThingLink>
        ) : (
          <Reasoned label={t('form.correct')} reason={t(hindrance)} />
        )
      },
    },
  ]
  return (
    <ListedTable<EntryView, EntriesAnswer>
      path={path}
      query={{}}
      listing={listing}
      caption={t('allotment.entries')}
      columns={columns}
      rowKey={entryName}
      empty={<Nothing title={t('allotment.noEntries')} />}
    />
  )
}
