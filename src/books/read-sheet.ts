import { parseDivisionCode } from '../kernel/division-code.ts'
import { parseDocumentNumber } from '../kernel/document-number.ts'
import type { MoneyUnit } from '../kernel/money.ts'
import { FaultList } from '../kernel/refusal.ts'
import type { Source } from '../platform/part.ts'
import type { RowReader } from '../platform/tables/fields.ts'
import { readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'
import type { ReconciliationKind } from './contract.ts'

const MAX_ROWS = 300_000
const column = (name: string, required: boolean, ...titles: string[]): Column => ({ name, titles, required })

const NUMBER = column('COR_BGT_DOC_NO', true, '本级指标文号', '指标文号', '文号', '上级文号')
const AMOUNT = column('AMOUNT', true, '指标金额', '金额', '决算数', '结算金额', '支出合计', '合计')

/** The columns of each sheet: BA_BGT_INFO of the budget system, 年终结算单, 决算. */
const COLUMNS: Record<ReconciliationKind, readonly Column[]> = {
  allotments: [
    column('BGT_ID', true, '指标主键', '指标ID'),
    NUMBER,
    AMOUNT,
    column('MOF_DIV_CODE', false, '财政区划代码', '区划代码'),
    column('FISCAL_YEAR', false, '预算年度', '年度'),
    column('TRACK_PRO_CODE', false, '需要追踪项目代码', '专项资金代码'),
    column('AGENCY_CODE', false, '单位代码', '预算单位代码'),
  ],
  settlement: [NUMBER, column('TRACK_PRO_CODE', false, '专项资金代码', '专项资金', '资金名称', '项目名称'), AMOUNT],
  'final-accounts': [
    column('EXP_FUNC_CODE', true, '支出功能分类科目代码', '支出功能分类科目', '科目编码', '科目代码', '功能科目'),
    AMOUNT,
  ],
}

/** One row of a sheet, as far as its kind has it. */
export interface SheetRow {
  row: number
  externalId: string
  number: string
  fund: string
  agency: string
  subject: string
  fen: bigint
}

/**
 * Reads a sheet of any of the kinds, from CSV, XLSX or cells pasted as text. All faults at once; rows of another division or year are
 * faults (`other-division`, `other-year`), for a sheet of elsewhere would differ in every line.
 */
export async function readSheet(
  source: Source,
  kind: ReconciliationKind,
  of: { divisionCode: string; year: number; unit: MoneyUnit },
): Promise<SheetRow[]> {
  const faults = new FaultList()
  const columns = COLUMNS[kind]
  const has = (name: string) => columns.some(one => one.name === name)
  const text = (reader: RowReader, name: string, required = false) =>
    has(name) ? (reader.text(name, { required, maxLength: 300 }) ?? '') : ''
  const { rows } = await readRows(
    { source, division: null },
    columns,
    faults,
    (reader): SheetRow | null => {
      const before = faults.count
      const number = text(reader, 'COR_BGT_DOC_NO')
      const row: SheetRow = {
        row: reader.row,
        externalId: text(reader, 'BGT_ID', true),
        number: parseDocumentNumber(number).normalised ?? number,
        fund: text(reader, 'TRACK_PRO_CODE'),
        agency: text(reader, 'AGENCY_CODE'),
        subject: text(reader, 'EXP_FUNC_CODE', true),
        fen: reader.money('AMOUNT', { sign: 'any', unit: of.unit }) ?? 0n,
      }
      if (kind === 'final-accounts' && row.subject !== '' && !/^\d{3,7}$/.test(row.subject))
        reader.fault(
          'subject-malformed',
          'EXP_FUNC_CODE',
          row.subject,
          '不是 3 至 7 位的功能分类科目代码，请核对（合计行请删去）',
          'is no functional subject of 3 to 7 digits; check it (leave rows of totals out)',
        )
      const division = text(reader, 'MOF_DIV_CODE')
      if (division !== '' && parseDivisionCode(division) !== of.divisionCode)
        reader.fault(
          'other-division',
          'MOF_DIV_CODE',
          division,
          `不是本区划 ${of.divisionCode} 的行，请换用本区划的表`,
          `is not of this division, ${of.divisionCode}; take this division's sheet`,
        )
      const year = text(reader, 'FISCAL_YEAR')
      if (year !== '' && year !== String(of.year))
        reader.fault(
          'other-year',
          'FISCAL_YEAR',
          year,
          `不是 ${of.year} 年度的行，请换用该年度的表`,
          `is not of ${of.year}; take that year's sheet`,
        )
      return faults.count === before ? row : null
    },
    MAX_ROWS,
  )
  faults.throwIfAny()
  return rows
}
