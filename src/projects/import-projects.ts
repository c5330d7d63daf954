import { divisionField } from '../divisions/fields.ts'
import { agenciesByCode, type DivisionRef, divisionsByCode, scopeOf } from '../divisions/store.ts'
import { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { ImportOutcome, ImportRequest } from '../platform/part.ts'
import type { RowReader } from '../platform/tables/fields.ts'
import { outcomeOf, readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'
import { keyOf, type ProjectRow, planProjects } from './project.ts'
import { judgeProjectName } from './project-name.ts'
import { fundNames, insertProjects, knownProjects, lockProjects, nameProjects, placesOf } from './store.ts'

export const PROJECT_COLUMNS: readonly Column[] = [
  { name: 'MOF_DIV_CODE', titles: ['区划代码', '财政区划代码'], required: true },
  { name: 'PRO_CODE', titles: ['项目代码'], required: true },
  { name: 'PRO_NAME', titles: ['项目名称'], required: true },
  { name: 'PRO_KIND', titles: ['项目类别'], required: false },
  { name: 'AGENCY_CODE', titles: ['单位代码', '预算单位代码'], required: false },
  { name: 'PLACE', titles: ['建设地点', '实施地点'], required: false },
  { name: 'START_YEAR', titles: ['起始年度', '开始年度'], required: true },
  { name: 'END_YEAR', titles: ['终止年度', '结束年度'], required: false },
  { name: 'INVESTMENT', titles: ['总投资'], required: false },
]

/** A library of more projects comes in several files. */
const MAX_ROWS = 300_000

/**
 * Takes in projects. A bad name is a fact, kept with its verdict for rule P01 to point at, never refused. A blank end year is
 * the start year. Faults: `unknown-division`, `division-outside-scope`, `unknown-agency`, `years-reversed`,
 * `project-duplicated`, `project-changed`, and of the fields.
 */
export async function importProjects(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const { tx } = context
  const faults = new FaultList()
  await lockProjects(tx)
  const divisions = await divisionsByCode(tx)
  const scope = await scopeOf(tx)
  const agencies = await agenciesByCode(tx)
  const first = new Map<string, number>()
  const { read, rows } = await readRows(
    request,
    PROJECT_COLUMNS,
    faults,
    reader => {
      const row = projectRow(reader, divisions, scope, agencies)
      if (row === null) return null
      const before = first.get(keyOf(row))
      if (before !== undefined)
        return reader.fault(
          'project-duplicated',
          'PRO_CODE',
          row.code,
          `与第 ${before} 行的项目代码重复，请只留一行`,
          `is the project code of row ${before} already; keep one of the two`,
        )
      first.set(keyOf(row), reader.row)
      return row
    },
    MAX_ROWS,
  )
  const named = [...new Set(rows.map(row => row.division))]
  const funds = await fundNames(tx)
  const places = await placesOf(tx, named)
  for (const row of rows)
    row.verdict = judgeProjectName(row.name, { funds, places: places.get(row.division) ?? [] }).verdict
  const plan = planProjects(await knownProjects(tx, named), rows, faults)
  faults.throwIfAny()
  if (!request.checkOnly) {
    await insertProjects(tx, plan.created)
    await nameProjects(tx, plan.named)
    await context.audit({
      division: request.division ?? 0,
      action: 'projects.import',
      subject: request.source.fileName,
      detail: { read, created: plan.created.length, named: plan.named.map(row => row.code).slice(0, 100) },
    })
  }
  return outcomeOf(faults, read, plan.created.length + plan.named.length, {
    created: plan.created.length,
    named: plan.named.length,
    badNames: rows.filter(row => row.verdict !== 'ok').length,
  })
}

function projectRow(
  reader: RowReader,
  divisions: ReadonlyMap<string, DivisionRef>,
  scope: ReadonlySet<number>,
  agencies: ReadonlyMap<number, ReadonlyMap<string, { id: number }>>,
): ProjectRow | null {
  const division = divisionField(reader, 'MOF_DIV_CODE', divisions, scope)
  const code = reader.text('PRO_CODE', { required: true, maxLength: 40 })
  const name = reader.text('PRO_NAME', { maxLength: 300 }) ?? ''
  const kind = reader.text('PRO_KIND', { maxLength: 60 })
  const place = reader.text('PLACE', { maxLength: 200 })
  const years = { min: 1994, max: 2100 }
  const firstYear = reader.integer('START_YEAR', { required: true, ...years })
  const stated = reader.integer('END_YEAR', years)
  const investment = reader.money('INVESTMENT', { required: false, sign: 'non-negative' })
  const agency = division
    ? reader.code('AGENCY_CODE', agencies.get(division.id) ?? new Map<string, { id: number }>(), {
        required: false,
        fault: 'unknown-agency',
        zh: '预算单位',
        en: 'agency of this division',
      })
    : null
  const lastYear = stated ?? firstYear
  if (firstYear !== null && lastYear !== null && lastYear < firstYear)
    return reader.fault(
      'years-reversed',
      'END_YEAR',
      String(lastYear),
      `早于起始年度 ${firstYear}，请核对`,
      `lies before the start year ${firstYear}; check both`,
    )
  if (division === null || code === null || firstYear === null || lastYear === null) return null
  return {
    row: reader.row,
    division: division.id,
    code,
    name,
    verdict: 'ok',
    kind,
    agency: agency?.id ?? null,
    place,
    firstYear,
    lastYear,
    investmentFen: investment ?? 0n,
  }
}
