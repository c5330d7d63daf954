import { useTranslation } from 'react-i18next'
import type { MatchRate } from '../../src/payments/tied/contract.ts'
import type { RulePage } from '../../src/rules/contract.ts'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

/** 匹配率: how payments of each month found their lines, by the way in which they came. */
export function RatesPanel() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const may = useMay()
  // The points of rule E20 as the catalogue has them today; what a division set otherwise, and months too small to judge, the rule alone knows.
  const rules = useApi<RulePage[]>(may('rules.read') ? '/rules' : null)
  const fall = rules.data?.find(rule => rule.code === 'E20')?.parameters.find(one => one.name === 'points')?.value
  const fell = ({ before, share }: MatchRate) => before !== null && typeof fall === 'number' && before - share >= fall
  const query = useApi<{ rows: MatchRate[] }>(`/divisions/${division}/match-rates`, { year })
  const percent = (value: number | null) => (value === null ? null : `${value.toFixed(1)}%`)
  const number = (key: string, title: string, value: (row: MatchRate) => number): Column<MatchRate> => ({
    key,
    title,
    kind: 'number',
    value,
  })
  const columns: Column<MatchRate>[] = [
    { key: 'month', title: t('rates.month'), value: row => row.month },
    { key: 'source', title: t('rates.source'), value: row => t(`rates.sources.${row.source}`) },
    number('payments', t('rates.payments'), row => row.payments),
    number('byId', t('rates.byId'), row => row.byId),
    number('byElements', t('rates.byElements'), row => row.byElements),
    number('others', t('rates.others'), row => row.byOriginal + row.byHabit),
    number('byPerson', t('rates.byPerson'), row => row.byPerson),
    number('ambiguous', t('rates.ambiguous'), row => row.ambiguous),
    number('unmatched', t('rates.unmatched'), row => row.unmatched),
    {
      key: 'share',
      title: t('rates.share'),
      value: row => percent(row.share),
      cell: row => <span className={fell(row) ? 'tag tag-warn' : 'money'}>{percent(row.share)}</span>,
    },
    { key: 'before', title: t('rates.before'), value: row => percent(row.before) },
  ]
  return (
    <Panel title={t('rates.title')}>
      <p className="form-about">{t('rates.about')}</p>
      <Loaded query={query}>
        {data => (
          <DataTable
            caption={t('rates.title')}
            columns={columns}
            rows={data.rows}
            rowKey={row => `${row.month} ${row.source}`}
            empty={<Nothing title={t('rates.none')} />}
          />
        )}
      </Loaded>
    </Panel>
  )
}
