import { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { ImportOutcome, ImportRequest } from '../platform/part.ts'
import type { RowReader } from '../platform/tables/fields.ts'
import { outcomeOf, readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'
import { type DivisionRow, parseLevel, planDivisions } from './division.ts'
import { divisionCodeField } from './fields.ts'
import { applyDivisions, knownDivisions, lockDivisions, scopeOf } from './store.ts'

export const DIVISION_COLUMNS: readonly Column[] = [
  { name: 'MOF_DIV_CODE', titles: ['区划代码', '财政区划代码'], required: true },
  { name: 'MOF_DIV_NAME', titles: ['区划名称', '财政区划名称'], required: true },
  { name: 'LEVEL', titles: ['级次', '预算级次'], required: true },
  { name: 'ADMIN_PARENT', titles: ['行政上级', '行政上级代码'], required: true },
  { name: 'FISCAL_PARENT', titles: ['财政上级', '财政上级代码'], required: false },
  { name: 'VALID_FROM', titles: ['起始日期', '生效日期'], required: true },
  { name: 'GO_LIVE', titles: ['上线日期'], required: false },
  { name: 'FORMER_CODE', titles: ['原区划代码'], required: false },
]

/**
 * Takes in a file of divisions. A blank fiscal parent is the administrative one; a blank administrative parent is the top.
 * All faults at once (those of `planDivisions`, and `division-code-malformed`, `level-unknown`, and of the fields); then
 * nothing is stored. The same file again changes nothing.
 */
export async function importDivisions(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const { tx } = context
  const faults = new FaultList()
  await lockDivisions(tx)
  const seen = new Set<string>()
  const { read, rows } = await readRows(request, DIVISION_COLUMNS, faults, reader => divisionRow(reader, seen))
  const scope = await scopeOf(tx)
  const plan = planDivisions(await knownDivisions(tx), rows, faults, seen, division => scope.has(division))
  faults.throwIfAny()
  if (!request.checkOnly) {
    await applyDivisions(tx, plan)
    await context.audit({
      division: 0,
      action: 'divisions.import',
      subject: request.source.fileName,
      detail: { read, created: plan.created.length, closed: plan.closed.length, opened: plan.opened.length },
    })
  }
  return outcomeOf(faults, read, plan.taken, {
    created: plan.created.length,
    changed: plan.closed.length,
  })
}

function divisionRow(reader: RowReader, seen: Set<string>): DivisionRow | null {
  const code = divisionCodeField(reader, 'MOF_DIV_CODE')
  if (code !== null) seen.add(code)
  const name = reader.text('MOF_DIV_NAME', { required: true, maxLength: 60 })
  const stated = reader.text('LEVEL', { required: true })
  const level = stated === null ? null : parseLevel(stated)
  if (stated !== null && level === null)
    reader.fault(
      'level-unknown',
      'LEVEL',
      stated,
      '不是级次，请填 中央、省、市、县、乡 之一',
      'is no level; enter one of central, province, city, county, township',
    )
  const administrativeParent = divisionCodeField(reader, 'ADMIN_PARENT', { required: false })
  const fiscalParent = divisionCodeField(reader, 'FISCAL_PARENT', { required: false })
  const from = reader.date('VALID_FROM', { required: true })
  const goLive = reader.date('GO_LIVE')
  const formerCode = divisionCodeField(reader, 'FORMER_CODE', { required: false })
  if (code === null || name === null || level === null || from === null) return null
  return { row: reader.row, code, name, level, administrativeParent, fiscalParent, from, goLive, formerCode }
}
