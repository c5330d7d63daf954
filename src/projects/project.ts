import type { FaultList } from '../kernel/refusal.ts'
import type { ProjectNameVerdict } from './project-name.ts'

/** A project as a file states it. */
export interface ProjectRow {
  row: number
  division: number
  code: string
  name: string
  verdict: ProjectNameVerdict
  kind: string | null
  agency: number | null
  place: string | null
  firstYear: number
  lastYear: number
  investmentFen: bigint
}

export type KnownProject = Omit<ProjectRow, 'row'>

export interface ProjectPlan {
  created: ProjectRow[]
  /** Projects whose bad name is mended; nothing else of them changes. */
  named: ProjectRow[]
}

const FIELDS = [
  ['kind', 'PRO_KIND', '项目类别', 'kind'],
  ['agency', 'AGENCY_CODE', '单位代码', 'agency'],
  ['place', 'PLACE', '建设地点', 'place'],
  ['firstYear', 'START_YEAR', '起始年度', 'first year'],
  ['lastYear', 'END_YEAR', '终止年度', 'last year'],
  ['investmentFen', 'INVESTMENT', '总投资', 'investment'],
] as const

/** Whether one name may take the place of another: a missing name by any, another bad one by a good one. */
export const mends = (from: ProjectNameVerdict, to: ProjectNameVerdict): boolean =>
  (from === 'missing' && to !== 'missing') || (from !== 'ok' && to === 'ok')

/**
 * What a file adds to the library. A project is known by its division and code; a row that says something else of a known
 * one is refused (`project-changed`), for a project is not redefined by a file, except that a bad name may be mended.
 */
export function planProjects(
  known: ReadonlyMap<string, KnownProject>,
  rows: readonly ProjectRow[],
  faults: FaultList,
): ProjectPlan {
  const plan: ProjectPlan = { created: [], named: [] }
  for (const row of rows) {
    const before = known.get(keyOf(row))
    if (!before) {
      plan.created.push(row)
      continue
    }
    const changed: { column: string; zh: string; en: string }[] = FIELDS.filter(
      ([field]) => before[field] !== row[field],
    ).map(([, column, zh, en]) => ({
      column,
      zh,
      en,
    }))
    if (before.name !== row.name && !mends(before.verdict, row.verdict))
      changed.unshift({
        column: 'PRO_NAME',
        zh: `项目名称（原为“${before.name}”）`,
        en: `name (was “${before.name}”)`,
      })
    if (changed.length > 0)
      faults.add({
        code: 'project-changed',
        row: row.row,
        field: changed[0]!.column,
        value: row.code,
        zh: `第 ${row.row} 行与项目库不一致：项目“${row.code}”的${changed.map(one => one.zh).join('、')}与已登记的不同。请核对代码；确为新项目的，请使用新代码。`,
        en: `Row ${row.row} differs from the library: ${changed.map(one => one.en).join(', ')} of project “${row.code}”. Check the code; a new project needs a new one.`,
      })
    else if (before.name !== row.name) plan.named.push(row)
  }
  return plan
}

export const keyOf = (one: { division: number; code: string }): string => `${one.division} ${one.code}`
