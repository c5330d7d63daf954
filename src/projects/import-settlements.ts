import { divisionField } from '../divisions/fields.ts'
import { divisionsByCode, scopeOf } from '../divisions/store.ts'
import { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { ImportOutcome, ImportRequest } from '../platform/part.ts'
import { outcomeOf, readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'
import { insertSettlements, knownSettlements, type SettlementRow } from './contract-store.ts'
import { lockProjects, projectsByCode } from './store.ts'

export const SETTLEMENT_COLUMNS: readonly Column[] = [
  { name: 'MOF_DIV_CODE', titles: ['区划代码', '财政区划代码'], required: true },
  { name: 'PRO_CODE', titles: ['项目代码'], required: true },
  { name: 'SETTLE_DATE', titles: ['结算审定日期', '审定日期'], required: true },
  { name: 'SUBMIT_AMT', titles: ['送审金额'], required: false },
  { name: 'SETTLE_AMT', titles: ['结算审定金额', '审定金额'], required: true },
  { name: 'DOC_NO', titles: ['评审文号', '文号'], required: false },
]

/**
 * Takes in what reviews settled for projects (财政评审结算). A later day supersedes an earlier one; the same again is counted as repeated.
 * Faults: `unknown-division`, `division-outside-scope`, `unknown-project`, `settlement-duplicated`, `settlement-changed`, `settled-beyond-submitted`,
 * and of the fields.
 */
export async function importSettlements(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const { tx } = context
  const faults = new FaultList()
  await lockProjects(tx)
  const divisions = await divisionsByCode(tx)
  const scope = await scopeOf(tx)
  const first = new Map<string, number>()
  const { read, rows } = await readRows<SettlementRow>(request, SETTLEMENT_COLUMNS, faults, reader => {
    const division = divisionField(reader, 'MOF_DIV_CODE', divisions, scope)
    const projectCode = reader.text('PRO_CODE', { required: true, maxLength: 40 })
    const settledOn = reader.date('SETTLE_DATE', { required: true })
    const submittedFen = reader.money('SUBMIT_AMT', { required: false, sign: 'non-negative' })
    const settledFen = reader.money('SETTLE_AMT', { sign: 'non-negative' })
    const document = reader.text('DOC_NO', { maxLength: 100 })
    if (division === null || projectCode === null || settledOn === null || settledFen === null) return null
    if (submittedFen !== null && settledFen > submittedFen)
      return reader.fault(
        'settled-beyond-submitted',
        'SETTLE_AMT',
        reader.raw('SETTLE_AMT'),
        '大于送审金额，请核对两列是否填反',
        'exceeds what was submitted; check whether the two columns were exchanged',
      )
    const key = `${division.id} ${projectCode} ${settledOn}`
    const before = first.get(key)
    if (before !== undefined)
      return reader.fault(
        'settlement-duplicated',
        'PRO_CODE',
        projectCode,
        `与第 ${before} 行的项目和审定日期重复，请只留一行`,
        `stands in row ${before} already with the same day; keep one of the two`,
      )
    first.set(key, reader.row)
    return { row: reader.row, division: division.id, projectCode, settledOn, submittedFen, settledFen, document }
  })
  const named = [...new Set(rows.map(row => row.division))]
  const known = await knownSettlements(tx, named)
  const projects = await projectsByCode(tx, named)
  const fresh: (SettlementRow & { project: bigint })[] = []
  for (const row of rows) {
    const at = { row: row.row, field: 'PRO_CODE', value: row.projectCode }
    const project = projects.get(`${row.division} ${row.projectCode}`)
    const before = known.get(`${row.division} ${row.projectCode} ${row.settledOn}`)
    if (project === undefined)
      faults.add({
        ...at,
        code: 'unknown-project',
        zh: `第 ${row.row} 行项目代码“${row.projectCode}”不在项目库内：请先导入项目，或改正代码。`,
        en: `Row ${row.row}: project “${row.projectCode}” is not in the library; import it first, or correct the code.`,
      })
    else if (!before) fresh.push({ ...row, project })
    else if (
      before.settledFen !== row.settledFen ||
      before.submittedFen !== row.submittedFen ||
      before.document !== row.document
    )
      faults.add({
        ...at,
        code: 'settlement-changed',
        zh: `第 ${row.row} 行项目“${row.projectCode}”当日的结算审定已登记，内容不同：复核结果请用复核的日期登记。`,
        en: `Row ${row.row}: what was settled for project “${row.projectCode}” on that day is known with another content; enter a second review with its own day.`,
      })
  }
  faults.throwIfAny()
  if (!request.checkOnly) {
    await insertSettlements(tx, fresh, request.importId ?? null)
    await context.audit({
      division: request.division ?? 0,
      action: 'settlements.import',
      subject: request.source.fileName,
      detail: { read, created: fresh.length },
    })
  }
  return outcomeOf(faults, read, fresh.length, { created: fresh.length })
}
