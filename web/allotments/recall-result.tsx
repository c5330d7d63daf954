import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { RecallAnswer, RecallPart } from '../../src/allotments/recall-contract.ts'
import { usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { sumFen } from '../ui/format-money.ts'
import { Money } from '../ui/money.tsx'
import { Figure } from '../ui/page-title.tsx'

/** Where the money comes from, and what of it is gone. */
export function RecallResult({ answer }: { answer: RecallAnswer }) {
  const { t } = useTranslation()
  const { at } = usePlace()
  const gone = sumFen(answer.parts.map(part => part.goneFen))
  const columns: Column<RecallPart>[] = [
    {
      key: 'number',
      title: t('recall.passedBy'),
      value: part => part.documentNumber,
      cell: part =>
        part.line ? <ThingLink page={`allotments/${part.line}`}>{part.documentNumber}</ThingLink> : part.documentNumber,
    },
    { key: 'receiver', title: t('recall.receiver'), value: part => part.receiver.name },
    { key: 'fund', title: t('column.fund'), wrap: true, value: part => part.fund },
    { key: 'inTransit', title: t('recall.inTransit'), kind: 'money', value: part => part.inTransitFen },
    { key: 'taken', title: t('recall.taken'), kind: 'money', value: part => part.takenFen },
    { key: 'gone', title: t('recall.goneColumn'), kind: 'money', value: part => part.goneFen },
    {
      key: 'from',
      title: t('recall.from'),
      wrap: true,
      value: part => part.below.map(one => one.line).join(' '),
      cell: part => (
        <ul className="recall-from">
          {part.below.map(one => (
            <li key={one.line}>
              <ThingLink page={`allotments/${one.line}`} division={part.receiver.code}>
                {one.line}
              </ThingLink>{' '}
              <Money fen={one.amountFen} />
            </li>
          ))}
        </ul>
      ),
    },
  ]
  return (
    <>
      <div className="figure-line">
        <Figure name={t('recall.took')}>
          <Money fen={sumFen(answer.parts.flatMap(part => [part.inTransitFen, part.takenFen]))} strong withUnit />
        </Figure>
        <Figure name={t('recall.gone')}>
          <Money fen={gone} strong withUnit />
        </Figure>
        {answer.recall !== null && gone !== '0' && (
          <Link to={at('recoverables') as string}>{t('recall.toClaims')}</Link>
        )}
      </div>
      <DataTable
        caption={t('recall.looked')}
        columns={columns}
        rows={answer.parts}
        rowKey={part => part.transfer}
        tools={false}
      />
    </>
  )
}
