import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Line } from '../../src/allotments/answers.ts'
import type { FundList } from '../../src/funds/contract.ts'
import { get } from '../shell/api.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import { UnitNote } from '../ui/data-table.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { StageBar } from '../ui/stage-bar.tsx'
import { useApi } from '../ui/use-api.ts'
import { DocumentNumber, stagesOf, useLineUse } from './line-columns.tsx'
import { FormLinks, Views } from './views.tsx'

/** The lines as they came apart, across levels: each opens into what became of it, here and below. */
export function TreePage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const [filters] = useFilters()
  const roots = useApi<TreeAnswer>(`/divisions/${division}/allotments/tree`, {
    year,
    fund: filters.fund,
  })
  const funds = useApi<FundList>(`/divisions/${division}/funds`, { year })
  const heads = ['amount', 'toAssign', 'toRefine', 'own', 'plan', 'paid', 'passed'] as const
  return (
    <>
      <PageTitle title={t('menu.allotments')} actions={<FormLinks />} />
      <Panel>
        <div className="bar">
          <Views current="tree" />
          <FilterBar>
            <ChoiceFilter
              name="fund"
              label={t('column.fund')}
              width={280}
              options={(funds.data?.rows ?? []).map(fund => ({ value: fund.id, label: `${fund.code} ${fund.name}` }))}
            />
          </FilterBar>
          <UnitNote />
        </div>
        <Loaded query={roots}>
          {data =>
            data.rows.length === 0 ? (
              <Nothing title={t('allotments.none')} hint={t('allotments.noneHint')} />
            ) : (
              // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
              <div className="table-scroll" tabIndex={0}>
                <table className="data-table tree-table">
                  <caption className="sr-only">{t('allotments.tree')}</caption>
                  <thead>
                    <tr>
                      <th scope="col">{t('allotments.treeLine')}</th>
                      <th scope="col">{t('column.form')}</th>
                      {heads.map(head => (
                        <th key={head} scope="col" className="cell-money">
                          {head === 'amount' ? t('column.amount') : t(`stage.${head}`)}
                        </th>
                      ))}
                      <th scope="col" style={{ width: 90 }}>
                        {t('column.where')}
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {data.rows.map(line => (
                      <Branch key={`${line.division.code} ${line.id}`} line={line} depth={0} home={division} />
                    ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </Loaded>
      </Panel>
    </>
  )
}

interface TreeAnswer {
  rows: Line[]
}

/** How many levels deep a tree is drawn: centre to township with each level's own steps is well below. */
const MAX_DEPTH = 24

function Branch({ line, depth, home }: { line: Line; depth: number; home: string }): ReactNode {
  const { t } = useTranslation()
  const { year } = usePlace()
  const queries = useQueryClient()
  const use = useLineUse()
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  const [children, setChildren] = useState<Line[] | null>(null)
  const [error, setError] = useState<unknown>(null)
  const crossed = line.division.code !== home
  const toggle = async () => {
    if (open || children) return setOpen(!open)
    setBusy(true)
    setError(null)
    try {
      const path = `/divisions/${line.division.code}/allotments/tree`
      const query = { year, parent: line.id }
      const answer = await queries.fetchQuery({ queryKey: [path, query], queryFn: () => get<TreeAnswer>(path, query) })
      setChildren(answer.rows)
      setOpen(true)
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  const cells = [
    line.amountFen,
    line.totalFen,
    line.toRefineFen,
    line.ownFen,
    line.planFen,
    line.paidFen,
    line.passedFen,
  ]
  return (
    <>
      <tr className={depth === 0 ? 'tree-root' : crossed ? 'tree-crossed' : undefined}>
        <td className="cell-wrap">
          <div className="tree-cell" style={{ paddingInlineStart: Math.min(depth, MAX_DEPTH) * 18 }}>
            {line.children > 0 && depth < MAX_DEPTH ? (
              <button
                type="button"
                className="tree-toggle"
                aria-expanded={open}
                aria-busy={busy}
                aria-label={t(open ? 'allotments.close' : 'allotments.open', { number: line.document.number })}
                onClick={() => void toggle()}
              >
                <span aria-hidden="true">{busy ? '…' : open ? '▾' : '▸'}</span>
              </button>
            ) : (
              <span className="tree-leaf" aria-hidden="true">
                ·
              </span>
            )}
            <span>
              {(crossed || depth === 0) && <span className="tag">{line.division.name}</span>}
              <ThingLink page={`allotments/${line.id}`} division={line.division.code}>
                <DocumentNumber line={line} />
              </ThingLink>
              <span className="tree-fund">{line.fund.name}</span>
              <span className="tree-use" title={use(line)}>
                {use(line)}
              </span>
            </span>
          </div>
        </td>
        <td>{t(`form.${line.form}`)}</td>
        {cells.map((fen, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the columns stand still
          <td key={index} className="cell-money">
            <Money fen={fen} />
          </td>
        ))}
        <td>
          <StageBar amounts={stagesOf(line)} legend={false} />
        </td>
      </tr>
      {error !== null && (
        <tr>
          <td colSpan={10}>
            <FaultNotice error={error} />
          </td>
        </tr>
      )}
      {open &&
        children?.map(child => (
          <Branch key={`${child.division.code} ${child.id}`} line={child} depth={depth + 1} home={line.division.code} />
        ))}
    </>
  )
}
