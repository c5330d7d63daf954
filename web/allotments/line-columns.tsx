import { useTranslation } from 'react-i18next'
import type { AccountsAnswer } from '../../src/base/contract.ts'
import { useAccountName as useNameOf } from '../books/account-name.ts'
import { usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { Money } from '../ui/money.tsx'
import { type StageAmounts, StageBar } from '../ui/stage-bar.tsx'
import { useApi } from '../ui/use-api.ts'
import type { ShownLine, Totals } from './api.ts'

export const stagesOf = (line: ShownLine): StageAmounts => ({
  toAssign: line.totalFen,
  toRefine: line.toRefineFen,
  own: line.ownFen,
  plan: line.planFen,
  transit: line.transitFen,
  paid: line.paidFen,
  passed: line.passedFen,
})

/** An account as the chart of a fiscal year shows it, by number and name. */
export function useAccountName(year: number): (code: number) => string {
  const { division } = usePlace()
  const chart = useApi<AccountsAnswer>(`/divisions/${division}/accounts`, { year })
  return useNameOf(chart.data?.rows ?? [])
}

/** What a line is for: the project and agency of refined lines, the receiver of those passed down. */
export const useLineUse = (): ((line: ShownLine) => string) => {
  const { t } = useTranslation()
  return line =>
    [
      line.toDivision && t('allotments.to', { division: line.toDivision.name }),
      line.agency?.name,
      line.project && (line.project.name || t('verdict.missing')),
      !line.toDivision && !line.agency && !line.project && line.document.title,
    ]
      .filter(Boolean)
      .join(' · ')
}

/** A number with what is wrong about it, where its form is not the proper one. */
export function DocumentNumber({ line }: { line: Pick<ShownLine, 'document'> }) {
  const { t } = useTranslation()
  const form = line.document.form
  return (
    <>
      {line.document.number || t('allotments.noNumber')}
      {(form === 'invalid' || form === 'repaired') && (
        <span className="number-note">
          <span className={form === 'invalid' ? 'tag tag-warn' : 'tag'}>{t(`number.${form}`)}</span>
        </span>
      )}
    </>
  )
}

/** The columns of every list of lines; totals only where the list has them. */
export function useLineColumns(totals?: Totals, withDivision = false): Column<ShownLine>[] {
  const { t } = useTranslation()
  const use = useLineUse()
  return [
    {
      key: 'number',
      title: t('column.documentNumber'),
      value: line => line.document.number,
      cell: line => (
        <ThingLink page={`allotments/${line.id}`} division={line.division.code}>
          <DocumentNumber line={line} />
          <span className="under">{line.document.dated}</span>
        </ThingLink>
      ),
    },
    { key: 'dated', title: t('column.dated'), value: line => line.document.dated, carried: true },
    ...(withDivision
      ? [{ key: 'division', title: t('column.division'), value: (line: ShownLine) => line.division.name }]
      : []),
    {
      key: 'form',
      title: t('column.form'),
      value: line => t(`form.${line.form}`),
      width: 96,
      cell: line => (
        <>
          {t(`form.${line.form}`)}
          <span className="under">{t('allotments.fromLevel', { level: t(`level.${line.sourceLevel}`) })}</span>
        </>
      ),
    },
    { key: 'level', title: t('column.sourceLevel'), value: line => t(`level.${line.sourceLevel}`), carried: true },
    {
      key: 'fund',
      title: t('column.fund'),
      wrap: true,
      value: line => line.fund.name,
      cell: line => <ThingLink page={`funds/${line.fund.id}`}>{line.fund.name}</ThingLink>,
    },
    {
      key: 'use',
      title: t('column.use'),
      wrap: true,
      value: use,
      cell: line => <span className="clamp">{use(line)}</span>,
    },
    { key: 'amount', title: t('column.amount'), kind: 'money', value: line => line.amountFen },
    {
      key: 'toRefine',
      title: t('stage.toRefine'),
      kind: 'money',
      value: line => line.toRefineFen,
      total: totals?.toRefineFen,
    },
    { key: 'own', title: t('stage.own'), kind: 'money', value: line => line.ownFen, total: totals?.ownFen },
    { key: 'passed', title: t('stage.passed'), kind: 'money', value: line => line.passedFen, total: totals?.passedFen },
    { key: 'paid', title: t('stage.paid'), kind: 'money', value: line => line.paidFen, total: totals?.paidFen },
    {
      key: 'stages',
      title: t('column.where'),
      width: 76,
      value: () => '',
      cell: line => <StageBar amounts={stagesOf(line)} legend={false} />,
    },
  ]
}

export function TotalsLine({ totals }: { totals: Totals }) {
  const { t } = useTranslation()
  const figures: [string, string][] = [
    [t('overview.arranged'), totals.registeredFen],
    [t('stage.toAssign'), totals.toAssignFen],
    [t('stage.toRefine'), totals.toRefineFen],
    [t('stage.own'), totals.ownFen],
    [t('stage.passed'), totals.passedFen],
    [t('stage.transit'), totals.transitFen],
    [t('stage.paid'), totals.paidFen],
  ]
  return (
    <>
      <span className="figure">
        <span className="figure-name">{t('allotments.count')}</span>
        <span className="figure-value">{totals.count}</span>
      </span>
      {figures.map(([name, fen]) => (
        <span className="figure" key={name}>
          <span className="figure-name">{name}</span>
          <span className="figure-value">
            <Money fen={fen} strong />
          </span>
        </span>
      ))}
    </>
  )
}
