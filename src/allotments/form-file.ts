import type { Fen } from '../kernel/money.ts'
import type { RowReader } from '../platform/tables/fields.ts'
import type { Column } from '../platform/tables/table.ts'
import type { Poverty } from './allotment.ts'
import { divisionOf, povertyOf, yearOf } from './import-file.ts'

const column = (name: string, required: boolean, ...titles: string[]): Column => ({ name, titles, required })

/** A sheet of forms that change lines: which form each row is of, the ministry's names, and what of it the form needs. */
export const FORM_COLUMNS: readonly Column[] = [
  column('MOF_DIV_CODE', true, '财政区划代码', '区划代码'),
  column('FISCAL_YEAR', true, '预算年度', '年度'),
  column('FORM', false, '业务单', '业务类型'),
  column('COR_BGT_DOC_NO', true, '本级指标文号', '指标文号', '文号'),
  column('BGT_DOC_TITLE', true, '指标文标题', '文件标题'),
  column('DOC_DATE', true, '发文时间', '发文日期'),
  column('EFFECTIVE_DATE', false, '业务日期'),
  column('AMOUNT', true, '指标金额', '金额'),
  column('ORI_BGT_ID', false, '源指标主键', '来源指标'),
  column('ORI_DOC_NO', false, '原指标文号'),
  column('BGT_ID', false, '指标主键', '指标ID'),
  column('TRACK_PRO_CODE', false, '需要追踪项目代码', '专项资金代码'),
  column('FUND_DIV_CODE', false, '专项资金所属区划'),
  column('USE_PRO_CODE', false, '实际用途资金代码'),
  column('AGENCY_CODE', false, '单位代码', '预算单位代码'),
  column('PRO_CODE', false, '项目代码'),
  column('REC_DIV_CODE', false, '接收方财政区划代码', '接收方区划'),
  column('OTHER_REGION', false, '系统外地区', '对方地区'),
  column('SUP_BGT_DOC_NO', false, '上级指标文号', '对方文号'),
  column('FUND_TYPE_CODE', false, '资金性质代码', '资金性质'),
  column('EXP_FUNC_CODE', false, '支出功能分类科目代码', '支出功能分类科目'),
  column('GOV_BGT_ECO_CODE', false, '政府支出经济分类科目代码', '政府支出经济分类科目'),
  column('DEP_BGT_ECO_CODE', false, '部门支出经济分类科目代码', '部门支出经济分类科目'),
  column('SOURCE_TYPE_CODE', false, '指标来源代码'),
  column('POVERTY_FLAG', false, '扶贫标识'),
  column('MONITORED_AMT', false, '监控金额'),
  column('BGT_DEC', false, '指标说明', '备注'),
]

/** One row of such a sheet as it stands; codes are looked up afterwards, all at once. */
export interface FormRow {
  row: number
  divisionCode: string
  year: number
  form: string
  number: string
  title: string
  dated: string
  effectiveOn: string
  amount: Fen
  sourceId: string | null
  sourceNumber: string | null
  externalId: string | null
  fundCode: string | null
  fundDivision: string | null
  useCode: string | null
  agencyCode: string | null
  projectCode: string | null
  receiverCode: string | null
  region: string | null
  otherNumber: string | null
  fundNature: string | null
  functionSubject: string | null
  economicSubject: string | null
  departmentSubject: string | null
  sourceType: string | null
  poverty: Poverty | null
  monitored: Fen | null
  note: string | null
}

/** Reads one row; null where it has faults of its own. A sheet of one form need not name it. */
export function readFormRow(reader: RowReader, forms: ReadonlyMap<string, string>): FormRow | null {
  const before = reader.faults.count
  const only = new Set(forms.values())
  const division = divisionOf(reader, 'MOF_DIV_CODE', true)
  const receiverCode = divisionOf(reader, 'REC_DIV_CODE', false)
  const year = yearOf(reader)
  const known = [...forms.keys()].filter(word => /[\u4e00-\u9fff]/.test(word))
  const form =
    reader.raw('FORM') === '' && only.size === 1
      ? [...only][0]!
      : reader.code('FORM', forms, {
          required: true,
          fault: 'form-unknown',
          zh: '业务单',
          en: 'form',
          mend: { zh: `请填 ${known.join('、')} 之一`, en: `enter one of ${[...only].join(', ')}` },
        })
  const dated = reader.date('DOC_DATE', { required: true })
  const row = {
    row: reader.row,
    divisionCode: division ?? '',
    year: year ?? 0,
    form: form ?? '',
    number: reader.text('COR_BGT_DOC_NO', { required: true, maxLength: 200 }) ?? '',
    title: reader.text('BGT_DOC_TITLE', { required: true, maxLength: 300 }) ?? '',
    dated: dated ?? '',
    effectiveOn: reader.date('EFFECTIVE_DATE') ?? dated ?? '',
    amount: reader.money('AMOUNT') ?? (0n as Fen),
    sourceId: reader.text('ORI_BGT_ID', { maxLength: 80 }),
    sourceNumber: reader.text('ORI_DOC_NO', { maxLength: 200 }),
    externalId: reader.text('BGT_ID', { maxLength: 80 }),
    fundCode: reader.text('TRACK_PRO_CODE', { maxLength: 60 }),
    fundDivision: divisionOf(reader, 'FUND_DIV_CODE', false),
    useCode: reader.text('USE_PRO_CODE', { maxLength: 60 }),
    agencyCode: reader.text('AGENCY_CODE', { maxLength: 60 }),
    projectCode: reader.text('PRO_CODE', { maxLength: 60 }),
    receiverCode,
    region: reader.text('OTHER_REGION', { maxLength: 100 }),
    otherNumber: reader.text('SUP_BGT_DOC_NO', { maxLength: 200 }),
    fundNature: reader.text('FUND_TYPE_CODE', { maxLength: 40 }),
    functionSubject: reader.text('EXP_FUNC_CODE', { maxLength: 7 }),
    economicSubject: reader.text('GOV_BGT_ECO_CODE', { maxLength: 7 }),
    departmentSubject: reader.text('DEP_BGT_ECO_CODE', { maxLength: 7 }),
    sourceType: reader.text('SOURCE_TYPE_CODE', { maxLength: 20 }),
    poverty: povertyOf(reader),
    monitored: reader.money('MONITORED_AMT', { required: false, sign: 'non-negative' }),
    note: reader.text('BGT_DEC', { maxLength: 300 }),
  }
  return reader.faults.count === before ? row : null
}
