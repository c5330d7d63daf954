import type { Level } from '../kernel/division-code.ts'
import { parseDivisionCode } from '../kernel/division-code.ts'
import { parseFiscalYear } from '../kernel/fiscal-year.ts'
import type { Fen } from '../kernel/money.ts'
import type { RowReader } from '../platform/tables/fields.ts'
import type { Column } from '../platform/tables/table.ts'
import type { Poverty } from './allotment.ts'

const column = (name: string, required: boolean, ...titles: string[]): Column => ({ name, titles, required })

/** The ministry's BA_BGT_INFO, as far as a line needs it, and three columns of ours (fund's owner, poverty flag, monitored amount). */
export const COLUMNS: readonly Column[] = [
  column('BGT_ID', true, '指标主键', '指标ID'),
  column('MOF_DIV_CODE', true, '财政区划代码', '区划代码'),
  column('FISCAL_YEAR', true, '预算年度', '年度'),
  column('COR_BGT_DOC_NO', true, '本级指标文号', '指标文号', '文号'),
  column('BGT_DOC_TITLE', false, '指标文标题', '文件标题'),
  column('DOC_DATE', true, '发文时间', '发文日期'),
  column('AMOUNT', true, '指标金额', '金额'),
  column('TRACK_PRO_CODE', true, '需要追踪项目代码', '专项资金代码'),
  column('FUND_DIV_CODE', false, '专项资金所属区划'),
  column('SUP_BGT_DOC_NO', false, '上级指标文号'),
  column('ORI_BGT_ID', false, '源指标主键', '来源指标'),
  column('REC_DIV_CODE', false, '接收方财政区划代码', '接收方区划'),
  column('AGENCY_CODE', false, '单位代码', '预算单位代码'),
  column('PRO_CODE', false, '项目代码'),
  column('MANAGE_MOF_DEP_CODE', false, '业务主管处室代码', '归口股室代码'),
  column('FUND_TYPE_CODE', false, '资金性质代码', '资金性质'),
  column('TP_FUNC_CODE', false, '转移支付支出功能分类科目代码'),
  column('EXP_FUNC_CODE', false, '支出功能分类科目代码', '支出功能分类科目'),
  column('GOV_BGT_ECO_CODE', false, '政府支出经济分类科目代码', '政府支出经济分类科目'),
  column('DEP_BGT_ECO_CODE', false, '部门支出经济分类科目代码', '部门支出经济分类科目'),
  column('BUDGET_LEVEL_CODE', false, '预算级次代码', '预算级次'),
  column('SOURCE_TYPE_CODE', false, '指标来源代码'),
  column('DIRECT_FLAG', false, '直达标志', '直达资金标志'),
  column('POVERTY_FLAG', false, '扶贫标识'),
  column('MONITORED_AMT', false, '监控金额'),
  column('BGT_DEC', false, '指标说明', '备注'),
]

/** One row, as it stands; codes are looked up afterwards, all at once. */
export interface FileRow {
  row: number
  externalId: string
  divisionCode: string
  year: number
  number: string
  title: string
  dated: string
  amount: Fen
  fundCode: string
  fundDivision: string | null
  superiorNumber: string | null
  sourceId: string | null
  receiverCode: string | null
  agencyCode: string | null
  projectCode: string | null
  officeCode: string | null
  fundNature: string | null
  transferSubject: string | null
  functionSubject: string | null
  economicSubject: string | null
  departmentSubject: string | null
  level: Level | null
  sourceType: string | null
  direct: boolean
  poverty: Poverty | null
  monitored: Fen | null
  note: string | null
}

const LEVELS_READ: ReadonlyMap<string, Level> = new Map([
  ...(['1', '中央', '中央级', 'central'] as const).map(word => [word, 'central'] as const),
  ...(['2', '省', '省级', 'province'] as const).map(word => [word, 'province'] as const),
  ...(['3', '市', '市级', '地市级', 'city'] as const).map(word => [word, 'city'] as const),
  ...(['4', '县', '县级', '区县级', 'county'] as const).map(word => [word, 'county'] as const),
  ...(['5', '乡', '乡级', '乡镇级', 'township'] as const).map(word => [word, 'township'] as const),
])
const POVERTY_READ: ReadonlyMap<string, Poverty> = new Map([
  ...(['1', '全部', '是', 'whole'] as const).map(word => [word, 'whole'] as const),
  ...(['2', '部分', 'part'] as const).map(word => [word, 'part'] as const),
  ...(['3', '0', '否', '非扶贫', 'none'] as const).map(word => [word, 'none'] as const),
])

/** A division's code of a row; null where there is none, or none that is one (`division-code-malformed`). */
export function divisionOf(reader: RowReader, field: string, required: boolean): string | null {
  const text = reader.text(field, { required, maxLength: 12 })
  const code = text === null ? null : parseDivisionCode(text)
  if (text !== null && code === null)
    reader.fault(
      'division-code-malformed',
      field,
      text,
      '不是 6 位或 9 位区划代码，请核对',
      'is no division code of 6 or 9 digits; check it',
    )
  return code
}

/** The fiscal year of a row; null where it has none, or none that is one (`year-malformed`). */
export function yearOf(reader: RowReader): number | null {
  const text = reader.text('FISCAL_YEAR', { required: true, maxLength: 8 })
  const year = text === null ? null : parseFiscalYear(text)
  if (text !== null && year === null)
    reader.fault(
      'year-malformed',
      'FISCAL_YEAR',
      text,
      '不是年度，请填写如 2018 的四位年份',
      'is no fiscal year; enter four digits such as 2018',
    )
  return year
}

/** The poverty flag of a row, in the words that a sheet may use for it; null where it has none (`poverty-flag-unknown`). */
export const povertyOf = (reader: RowReader): Poverty | null =>
  reader.code('POVERTY_FLAG', POVERTY_READ, {
    required: false,
    fault: 'poverty-flag-unknown',
    zh: '扶贫标识',
    en: 'poverty flag',
    mend: { zh: '请填“全部”“部分”或“否”', en: 'enter 1 whole, 2 part or 3 none' },
  })

/** Reads one row; null where it has faults of its own. */
export function readRow(reader: RowReader): FileRow | null {
  const before = reader.faults.count
  const divisionCode = divisionOf(reader, 'MOF_DIV_CODE', true)
  const receiverCode = divisionOf(reader, 'REC_DIV_CODE', false)
  const year = yearOf(reader)
  const row: Omit<FileRow, 'divisionCode' | 'year'> & { divisionCode: string | null; year: number | null } = {
    row: reader.row,
    externalId: reader.text('BGT_ID', { required: true, maxLength: 80 }) ?? '',
    divisionCode,
    year,
    // A missing or malformed number is a fact for rule A07 to point at; the money has moved all the same.
    number: reader.text('COR_BGT_DOC_NO', { maxLength: 200 }) ?? '',
    title: reader.text('BGT_DOC_TITLE', { maxLength: 300 }) ?? '',
    dated: reader.date('DOC_DATE', { required: true }) ?? '',
    amount: reader.money('AMOUNT') ?? (0n as Fen),
    fundCode: reader.text('TRACK_PRO_CODE', { required: true, maxLength: 60 }) ?? '',
    fundDivision: reader.text('FUND_DIV_CODE', { maxLength: 12 }),
    superiorNumber: reader.text('SUP_BGT_DOC_NO', { maxLength: 200 }),
    sourceId: reader.text('ORI_BGT_ID', { maxLength: 80 }),
    receiverCode,
    agencyCode: reader.text('AGENCY_CODE', { maxLength: 60 }),
    projectCode: reader.text('PRO_CODE', { maxLength: 60 }),
    officeCode: reader.text('MANAGE_MOF_DEP_CODE', { maxLength: 60 }),
    fundNature: reader.text('FUND_TYPE_CODE', { maxLength: 40 }),
    transferSubject: reader.text('TP_FUNC_CODE', { maxLength: 7 }),
    functionSubject: reader.text('EXP_FUNC_CODE', { maxLength: 7 }),
    economicSubject: reader.text('GOV_BGT_ECO_CODE', { maxLength: 7 }),
    departmentSubject: reader.text('DEP_BGT_ECO_CODE', { maxLength: 7 }),
    level: reader.code('BUDGET_LEVEL_CODE', LEVELS_READ, {
      required: false,
      fault: 'level-unknown',
      zh: '预算级次',
      en: 'budget level',
      mend: {
        zh: '请填 1 中央、2 省、3 市、4 县、5 乡',
        en: 'enter 1 central, 2 province, 3 city, 4 county or 5 township',
      },
    }),
    sourceType: reader.text('SOURCE_TYPE_CODE', { maxLength: 20 }),
    direct: reader.flag('DIRECT_FLAG') ?? false,
    poverty: povertyOf(reader),
    monitored: reader.money('MONITORED_AMT', { required: false, sign: 'non-negative' }),
    note: reader.text('BGT_DEC', { maxLength: 1000 }),
  }
  if (row.monitored !== null && row.amount > 0n && row.monitored > row.amount)
    reader.fault(
      'monitored-too-large',
      'MONITORED_AMT',
      reader.raw('MONITORED_AMT'),
      '监控金额大于指标金额，请核对',
      'exceeds the amount of the line; check it',
    )
  return reader.faults.count === before ? (row as FileRow) : null
}
