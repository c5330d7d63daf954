import type { ChoiceKind } from '../../../src/allotments/contract.ts'
import type { FormLine } from './form-line.ts'

/** One column of a form's lines. Its label is the word `ask.<name>`. */
export interface LineColumn {
  /** As the body of the form names it; a person sees `ask.<name>`. */
  name: string
  kind: 'choice' | 'amount' | 'option' | 'text'
  /** What it is chosen from, on the server. */
  choice?: ChoiceKind
  /** The ids of choices that the body takes as numbers. */
  numbered?: boolean
  /** The values that it may have, each with what people write for it, and the family of words that shows them. */
  options?: Readonly<Record<string, readonly string[]>>
  words?: string
  needed?: boolean
  width: number
  /** What stands above such a column in an office's sheets. */
  titles: readonly string[]
}

/** A way to fill a form in: by lines, or by one amount that the server spreads. */
export interface FormMode {
  /** The word `formMode.<name>`. */
  name: string
  columns: readonly LineColumn[]
  /** What narrows a spread down; without it the mode has lines. */
  spread?: readonly LineColumn[]
  /** What the body says of one line beside its columns' plain values. */
  line?: (body: Record<string, unknown>, confirmed: boolean) => Record<string, unknown>
  /** The refusal that a tick may overrule, and the word of that tick. */
  confirm?: { code: string; word: string }
}

/** One business form's page: what it asks. The address it is sent to is `/divisions/:division/allotments/<form>`. */
export interface FormSpec {
  form: string
  modes: readonly [FormMode, ...FormMode[]]
  /** What lines begin with. */
  first?: (filters: Readonly<Record<string, string | undefined>>) => Partial<FormLine['cells']>
}

const YES_NO = { true: ['是', '1', 'yes', 'y', 'true'], false: ['否', '2', '0', 'no', 'n', 'false'] }

/** Every column that forms ask for; a form of another part may take from these, and add its own. */
export const COLUMN = {
  source: {
    name: 'source',
    kind: 'choice',
    choice: 'source',
    needed: true,
    width: 240,
    titles: ['来源指标', '源指标', '来源指标文号', '源指标主键', '指标文号', 'ORI_BGT_ID', 'source line', 'source'],
  },
  transfer: {
    name: 'transfer',
    kind: 'choice',
    choice: 'transfer',
    needed: true,
    width: 300,
    titles: ['上级指标', '上级指标文号', '上级文号', '上级转移支付', 'SUP_BGT_DOC_NO', 'transfer'],
  },
  fund: {
    name: 'fund',
    kind: 'choice',
    choice: 'fund',
    numbered: true,
    width: 220,
    titles: ['专项资金', '专项资金代码', '资金名称', '专项资金名称', '需要追踪项目代码', 'TRACK_PRO_CODE', 'fund'],
  },
  office: {
    name: 'office',
    kind: 'choice',
    choice: 'office',
    numbered: true,
    width: 150,
    titles: ['归口股室', '归口处室', '业务主管处室', '业务主管处室代码', '股室', '处室', 'office'],
  },
  agency: {
    name: 'agency',
    kind: 'choice',
    choice: 'agency',
    numbered: true,
    needed: true,
    width: 170,
    titles: [
      '预算单位',
      '单位',
      '单位名称',
      '单位代码',
      '预算单位代码',
      '用款单位',
      '项目单位',
      'AGENCY_CODE',
      'agency',
    ],
  },
  project: {
    name: 'project',
    kind: 'choice',
    choice: 'project',
    width: 170,
    titles: ['项目', '项目名称', '项目代码', 'PRO_CODE', 'project'],
  },
  functionSubject: {
    name: 'functionSubject',
    kind: 'choice',
    choice: 'functionSubject',
    width: 120,
    titles: [
      '支出功能分类科目',
      '支出功能分类',
      '功能科目',
      '功能分类科目',
      '功能分类',
      'EXP_FUNC_CODE',
      'functional subject',
    ],
  },
  economicSubject: {
    name: 'economicSubject',
    kind: 'choice',
    choice: 'economicSubject',
    width: 120,
    titles: [
      '政府支出经济分类科目',
      '政府经济分类',
      '政府支出经济分类',
      '经济科目',
      '经济分类',
      'GOV_BGT_ECO_CODE',
      'economic subject',
    ],
  },
  toDivision: {
    name: 'toDivision',
    kind: 'choice',
    choice: 'division',
    needed: true,
    width: 200,
    titles: [
      '下级区划',
      '接收方区划',
      '接收方',
      '区划',
      '区划代码',
      '县区',
      '县市区',
      '县(市、区)',
      '市县',
      '地区',
      '乡镇',
      '乡镇(街道)',
      '下达地区',
      'REC_DIV_CODE',
      'division',
      'receiver',
    ],
  },
  poverty: {
    name: 'poverty',
    kind: 'option',
    words: 'poverty',
    options: {
      whole: ['全部', '是', '1', 'whole'],
      part: ['部分', '2', 'part'],
      none: ['否', '非扶贫', '3', '0', 'none'],
    },
    width: 110,
    titles: ['扶贫标识', 'POVERTY_FLAG', 'poverty flag'],
  },
  monitored: {
    name: 'monitored',
    kind: 'amount',
    width: 130,
    titles: ['监控金额', 'MONITORED_AMT', 'monitored amount'],
  },
  superiorNumber: {
    name: 'superiorNumber',
    kind: 'text',
    needed: true,
    width: 200,
    titles: ['上级指标文号', '上级文号', '上级文件', 'SUP_BGT_DOC_NO', "superior's number"],
  },
  sourceLevel: {
    name: 'sourceLevel',
    kind: 'option',
    words: 'level',
    options: {
      central: ['中央', '中央级', '1'],
      province: ['省', '省级', '自治区', '2'],
      city: ['市', '市级', '地市级', '3'],
      county: ['县', '县级', '区县级', '4'],
    },
    width: 100,
    titles: ['来源级次', '预算级次', '资金级次', 'BUDGET_LEVEL_CODE', 'level'],
  },
  direct: {
    name: 'direct',
    kind: 'option',
    words: 'yesNo',
    options: YES_NO,
    width: 80,
    titles: ['直达资金', '直达标志', '直达资金标志', 'DIRECT_FLAG', 'direct'],
  },
  amount: {
    name: 'amount',
    kind: 'amount',
    needed: true,
    width: 130,
    titles: [
      '金额',
      '指标金额',
      '下达金额',
      '分配金额',
      '安排金额',
      '补助金额',
      '下达资金',
      '资金规模',
      '本次下达',
      '计划金额',
      '追减金额',
      '收回金额',
      '调剂金额',
      'AMOUNT',
    ],
  },
  note: {
    name: 'note',
    kind: 'text',
    width: 104,
    titles: ['备注', '说明', '指标说明', '摘要', '用途', 'BGT_DEC', 'note', 'remark'],
  },
} as const satisfies Record<string, LineColumn>

const { source, fund, office, agency, project, functionSubject, economicSubject, toDivision, amount, note } = COLUMN
const { transfer, poverty, monitored, superiorNumber, sourceLevel, direct } = COLUMN

const own = (form: string): FormSpec => ({
  form,
  modes: [{ name: 'lines', columns: [{ ...fund, needed: true }, poverty, amount, monitored, note] }],
  first: () => ({ poverty: { text: 'whole', id: 'whole' } }),
})

const fromSource: NonNullable<FormSpec['first']> = filters =>
  filters.source ? { source: { text: filters.source, id: filters.source } } : {}

const reduction = (form: string, spread: readonly LineColumn[]): FormSpec => ({
  form,
  modes: [
    { name: 'lines', columns: [{ ...source, width: 420 }, amount] },
    { name: 'spread', columns: [], spread },
  ],
  first: fromSource,
})

/** Of which document a spread is: a document's own number, one that it was made from, or the superior's. */
const documentNumber: LineColumn = { name: 'documentNumber', kind: 'text', width: 220, titles: [] }

/** The forms in the order in which money passes them, then those that change it in the year. */
export const FORM_SPECS: readonly FormSpec[] = [
  own('register'),
  own('add'),
  {
    form: 'receive',
    modes: [
      { name: 'sent', columns: [transfer, fund, amount, note] },
      {
        name: 'outside',
        columns: [superiorNumber, sourceLevel, direct, { ...fund, needed: true }, amount, note],
        line: ({ superiorNumber: number, sourceLevel: level, direct: straight, ...rest }, confirmed) => ({
          ...rest,
          outside: {
            number,
            ...(level === undefined ? {} : { sourceLevel: level }),
            ...(straight === undefined ? {} : { direct: straight === 'true' }),
            ...(confirmed ? { confirmed } : {}),
          },
        }),
        confirm: { code: 'superior-sent-nothing', word: 'formPage.confirmOutside' },
      },
    ],
    first: filters => (filters.transfer ? { transfer: { text: filters.transfer, id: filters.transfer } } : {}),
  },
  { form: 'assign', modes: [{ name: 'lines', columns: [source, fund, office, amount, note] }], first: fromSource },
  {
    form: 'refine',
    modes: [{ name: 'lines', columns: [source, agency, project, amount, functionSubject, economicSubject, note] }],
    first: fromSource,
  },
  { form: 'pass-down', modes: [{ name: 'lines', columns: [source, toDivision, amount, note] }], first: fromSource },
  { form: 'plan', modes: [{ name: 'lines', columns: [{ ...source, width: 420 }, amount, note] }], first: fromSource },
  reduction('cut', [fund, documentNumber]),
  reduction('withdraw', [fund, { ...agency, needed: false }, documentNumber]),
  {
    form: 'virement',
    modes: [
      {
        name: 'lines',
        columns: [source, { ...agency, needed: false }, project, amount, functionSubject, economicSubject, note],
      },
    ],
    first: fromSource,
  },
]
