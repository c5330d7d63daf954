import { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { ImportOutcome, ImportRequest } from '../platform/part.ts'
import { outcomeOf, readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'
import { divisionField } from './fields.ts'
import {
  agenciesByCode,
  divisionsByCode,
  insertUnits,
  lockDivisions,
  officesByCode,
  renameUnits,
  scopeOf,
  type Unit,
  type UnitRow,
} from './store.ts'

const DIVISION: Column = { name: 'MOF_DIV_CODE', titles: ['区划代码', '财政区划代码'], required: true }

interface UnitFile {
  columns: readonly Column[]
  code: string
  name: string
  zh: string
  en: string
}

export const UNIT_FILES: Record<Unit, UnitFile> = {
  agency: {
    columns: [
      DIVISION,
      { name: 'AGENCY_CODE', titles: ['单位代码', '预算单位代码'], required: true },
      { name: 'AGENCY_NAME', titles: ['单位名称', '预算单位名称'], required: true },
    ],
    code: 'AGENCY_CODE',
    name: 'AGENCY_NAME',
    zh: '单位代码',
    en: 'agency code',
  },
  office: {
    columns: [
      DIVISION,
      { name: 'OFFICE_CODE', titles: ['股室代码', '处室代码'], required: true },
      { name: 'OFFICE_NAME', titles: ['股室', '股室名称', '处室名称'], required: true },
    ],
    code: 'OFFICE_CODE',
    name: 'OFFICE_NAME',
    zh: '股室代码',
    en: 'office code',
  },
}

/**
 * Takes in agencies (预算单位) or offices (股室). A known code under another name is a renaming: the new name is stored and
 * the old one stays in the audit record. Faults: `unknown-division`, `division-outside-scope`, `unit-duplicated`.
 */
export async function importUnits(context: Context, request: ImportRequest, unit: Unit): Promise<ImportOutcome> {
  const { tx } = context
  const file = UNIT_FILES[unit]
  const faults = new FaultList()
  await lockDivisions(tx)
  const divisions = await divisionsByCode(tx)
  const scope = await scopeOf(tx)
  const first = new Map<string, number>()
  const { read, rows } = await readRows(request, file.columns, faults, (reader): UnitRow | null => {
    const division = divisionField(reader, 'MOF_DIV_CODE', divisions, scope)
    const code = reader.text(file.code, { required: true, maxLength: 40 })
    const name = reader.text(file.name, { required: true, maxLength: 100 })
    if (division === null || code === null || name === null) return null
    const key = `${division.id} ${code}`
    const before = first.get(key)
    if (before !== undefined)
      return reader.fault(
        'unit-duplicated',
        file.code,
        code,
        `与第 ${before} 行的${file.zh}重复，请只留一行`,
        `is the ${file.en} of row ${before} already; keep one of the two`,
      )
    first.set(key, reader.row)
    return { division: division.id, code, name }
  })
  faults.throwIfAny()
  const known = await (unit === 'agency' ? agenciesByCode : officesByCode)(tx, [
    ...new Set(rows.map(row => row.division)),
  ])
  const nameOf = (row: UnitRow) => known.get(row.division)?.get(row.code)?.name
  const created = rows.filter(row => nameOf(row) === undefined)
  const renamed = rows.filter(row => nameOf(row) !== undefined && nameOf(row) !== row.name)
  if (!request.checkOnly) {
    await insertUnits(tx, unit, created)
    await renameUnits(tx, unit, renamed)
    await context.audit({
      division: request.division ?? 0,
      action: unit === 'agency' ? 'agencies.import' : 'offices.import',
      subject: request.source.fileName,
      detail: {
        read,
        created: created.length,
        renamed: renamed.length,
      },
      // Names as they were and are; those of new ones stand only after. A hundred are listed, all are counted.
      before: { renamed: renamed.slice(0, 100).map(row => ({ ...row, name: nameOf(row) })) },
      after: { renamed: renamed.slice(0, 100), created: created.slice(0, 100) },
    })
  }
  return outcomeOf(faults, read, created.length + renamed.length, { created: created.length, renamed: renamed.length })
}
