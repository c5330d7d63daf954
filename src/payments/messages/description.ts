import type { FieldNames } from '../field-names.ts'

/**
 * What an element may hold. `text` and `code` up to `max` characters; `day` as 20180228 or 2018-02-28; `money` any sign, `amount`
 * above zero, `non-zero` either sign; `month` 1 to 12; `count` a whole number.
 */
export type FieldKind =
  | 'text'
  | 'code'
  | 'account'
  | 'division'
  | 'year'
  | 'type'
  | 'day'
  | 'money'
  | 'non-zero'
  | 'amount'
  | 'month'
  | 'count'

/** One element of a message. */
export interface Field {
  name: string
  kind: FieldKind
  required: boolean
  zh: string
  en: string
  /** `std` where the ministry's standard names it (DOMAIN §10); `ours` where it does not, and we had to. */
  source: 'std' | 'ours'
  /** Longest text; 60 for codes, 200 for names. */
  max?: number
  /** Which thing of a payment it is; fields without one, in messages that pay, are kept by nobody and may hold any text. */
  is?: keyof FieldNames
}

/** What a message becomes here. */
export type Becomes = 'payment' | 'refund' | 'quota' | 'clearing' | 'adjustment' | 'control' | 'people'

export interface MessageType {
  code: number
  zh: string
  en: string
  becomes: Becomes
  header: readonly Field[]
  detail: readonly Field[]
  /** Whether it must have details. */
  detailed: boolean
  /** The header's field that the details' field must sum to. */
  sum?: { header: string; detail: string }
}

type More = Partial<Pick<Field, 'required' | 'source' | 'max' | 'is'>>
const field = (name: string, kind: FieldKind, zh: string, en: string, more: More = {}): Field => ({
  name,
  kind,
  zh,
  en,
  required: more.required ?? false,
  source: more.source ?? 'std',
  ...(more.max === undefined ? {} : { max: more.max }),
  ...(more.is === undefined ? {} : { is: more.is }),
})
const pair = (stem: string, zh: string, en: string): Field[] => [
  field(`${stem}Code`, 'code', `${zh}编码`, `${en}, code`),
  field(`${stem}Name`, 'text', `${zh}名称`, `${en}, name`),
]
const must = (one: Field): Field => ({ ...one, required: true })

const OURS = { source: 'ours' } as const
const MUST = { required: true } as const

/** What every voucher says: whose, of which year and type, its number and day. */
const HEAD: readonly Field[] = [
  field('Id', 'text', '凭证唯一号', 'id of the voucher'),
  field('AdmDivCode', 'division', '行政区划代码，6 位或 9 位', 'division code, 6 or 9 digits', {
    ...MUST,
    is: 'division',
  }),
  field('StYear', 'year', '业务年度', 'fiscal year', { ...MUST, is: 'fiscalYear' }),
  field('VtCode', 'type', '凭证类型编号', 'type of the voucher', { ...MUST, is: 'voucherType' }),
  field('VouDate', 'day', '凭证日期', 'day of the voucher', { ...MUST, is: 'vouchedOn' }),
  field('VoucherNo', 'text', '凭证号', 'number of the voucher', { ...MUST, max: 60, is: 'voucherNo' }),
]

const PAYEE = [
  field('PayeeAcctNo', 'account', '收款人账号', 'payee’s account', { is: 'payeeAccount', max: 100 }),
  field('PayeeAcctName', 'text', '收款人名称', 'payee', { is: 'payeeName', max: 200 }),
  field('PayeeAcctBankName', 'text', '收款人开户银行', 'payee’s bank', { is: 'payeeBank', max: 200 }),
  field('PayeeAcctBankNo', 'code', '收款银行行号', 'number of the payee’s bank'),
]
const PAYER = [
  field('PayAcctNo', 'account', '付款人账号', 'payer’s account', { is: 'payerAccount', max: 100 }),
  field('PayAcctName', 'text', '付款人名称', 'payer', { is: 'payerName', max: 200 }),
  field('PayAcctBankName', 'text', '付款人开户银行', 'payer’s bank', { is: 'payerBank', max: 200 }),
]
const ELEMENTS = [
  field('AgencyCode', 'code', '预算单位代码', 'agency', { is: 'agency', max: 60 }),
  field('AgencyName', 'text', '预算单位名称', 'agency, name'),
  field('ExpFuncCode', 'code', '支出功能分类科目代码', 'functional subject', { is: 'functionSubject', max: 60 }),
  field('ExpFuncName', 'text', '支出功能分类科目名称', 'functional subject, name'),
  field('ExpEcoCode', 'code', '支出经济分类科目代码', 'economic subject of the department'),
  field('ExpEcoName', 'text', '支出经济分类科目名称', 'economic subject of the department, name'),
  field('GovExpEcoCode', 'code', '政府支出经济分类科目代码', 'government economic subject', {
    is: 'economicSubject',
    max: 60,
  }),
  field('DepExpEcoCode', 'code', '部门支出经济分类科目代码', 'economic subject of the department'),
  field('DepProCode', 'code', '预算项目代码', 'project', { is: 'project', max: 60 }),
  field('DepProName', 'text', '预算项目名称', 'project, name'),
  field('BgtId', 'text', '指标主键', 'allotment’s id', { ...OURS, is: 'allotment', max: 200 }),
  field('FileNoCode', 'code', '指标文号编码', 'document number, code'),
  field('FileNoName', 'text', '指标文号', 'document number', { is: 'documentNumber', max: 200 }),
]
const BACK_FILL = [
  field('XPayDate', 'day', '实际支付日期，由银行回填', 'day of payment, filled in by the bank', { is: 'paidOn' }),
  field('XAgentBusinessNo', 'text', '银行交易流水号，由银行回填', 'bank’s own number, filled in by the bank', {
    is: 'agentNo',
    max: 60,
  }),
  field('XCheckNo', 'text', '支票号，由银行回填', 'cheque number, filled in by the bank'),
  field('XPayAmt', 'money', '实际支付金额，由银行回填', 'amount paid, filled in by the bank', { is: 'paidAmount' }),
  field('XPayeeAcctNo', 'account', '实际收款人账号，由银行回填', 'account paid to, filled in by the bank', {
    is: 'paidToAccount',
    max: 100,
  }),
  field('XPayeeAcctName', 'text', '实际收款人名称，由银行回填', 'who was paid, filled in by the bank', {
    is: 'paidToName',
    max: 200,
  }),
  field('XPayeeAcctBankName', 'text', '实际收款银行，由银行回填', 'bank paid to, filled in by the bank', {
    is: 'paidToBank',
    max: 200,
  }),
]
const PURPOSE = [
  field('PaySummaryCode', 'code', '用途编码', 'purpose, code'),
  field('PaySummaryName', 'text', '用途', 'purpose', { is: 'purpose', max: 1000 }),
]
const WAY = [
  field('SetModeCode', 'code', '结算方式编码', 'way of settlement', { is: 'settlement', max: 60 }),
  field('SetModeName', 'text', '结算方式名称', 'way of settlement, name'),
  field('PayTypeCode', 'code', '支付方式编码', 'way of payment', { is: 'payType', max: 60 }),
  field('PayTypeName', 'text', '支付方式名称', 'way of payment, name'),
]
const CONTRACT = field('ContractNo', 'text', '采购合同编号', 'contract', { ...OURS, is: 'contractNo', max: 200 })

const GENERAL = [
  ...pair('FundType', '资金性质', 'nature of the fund'),
  ...pair('BgtType', '预算类型', 'kind of budget'),
  ...pair('ProCat', '收支管理', 'category of expenditure'),
  ...pair('MOFDep', '业务处室', 'office'),
  ...pair('SupDep', '一级预算单位', 'superior department'),
  ...pair('PayBank', '代理银行', 'agent bank'),
  ...pair('ClearBank', '清算银行', 'clearing bank'),
  ...pair('BusinessType', '业务类型', 'kind of business'),
  field('CheckNo', 'text', '支票号', 'cheque number'),
]
const VOUCHER: readonly Field[] = [
  ...HEAD,
  ...GENERAL,
  ...WAY,
  ...ELEMENTS,
  ...PAYEE,
  ...PAYER,
  ...PURPOSE,
  CONTRACT,
  field('PayAmt', 'non-zero', '支付金额，元；负数为冲回', 'amount in yuan; negative takes back', {
    ...MUST,
    is: 'amount',
  }),
  ...BACK_FILL,
]
const BILL: readonly Field[] = [
  field('VoucherBillId', 'text', '明细唯一号', 'id of the line'),
  field('VoucherBillNo', 'text', '明细凭证号', 'number of the line'),
  ...pair('PayKind', '支出类型', 'kind of expenditure'),
  field('Remark', 'text', '备注；没有用途时作用途', 'remark; the purpose where none is given'),
  field('XAddWord', 'text', '附言', 'postscript'),
]
const PAYMENT_DETAIL: readonly Field[] = [
  ...BILL,
  ...ELEMENTS,
  ...PAYEE,
  ...PURPOSE,
  CONTRACT,
  field('PayAmt', 'money', '明细金额；有一条填写则每条都要填写', 'amount of the line; all lines or none', {
    is: 'amount',
  }),
  ...BACK_FILL,
]
const AUTHORISED = [
  field('PayMgrCode', 'code', '支付管理编码', 'management of payment'),
  field('FundDealModeCode', 'code', '办理方式编码', 'way of dealing'),
  field('TaxayerID', 'text', '纳税人识别号', 'tax payer’s number'),
  field('TaxOrgCode', 'code', '征收机关代码', 'tax office'),
  field('TaxBillNo', 'text', '税票号码', 'number of the tax bill'),
]
const ORIGINAL = (required: boolean): Field[] => [
  field('OriVtCode', 'type', '原凭证类型', 'type of the original voucher', { ...OURS, is: 'originalType' }),
  field('OriBillNo', 'text', '原凭证号', 'number of the original voucher', { is: 'originalNo', max: 60, required }),
  field('OriVouDate', 'day', '原凭证日期', 'day of the original voucher', { is: 'originalOn' }),
  field('OriPayDate', 'day', '原支付日期', 'day on which the original was paid', { is: 'originalPaidOn' }),
  field('AgentBusinessNo', 'text', '原银行交易流水号', 'the bank’s number of the original'),
]
const without = (fields: readonly Field[], ...names: string[]): Field[] =>
  fields.filter(one => !names.includes(one.name))
const REFUND: readonly Field[] = [
  ...without(VOUCHER, 'PayAmt'),
  field('PayAmt', 'amount', '退款金额，元，填正数', 'amount that came back, in yuan, above zero', {
    ...MUST,
    is: 'amount',
  }),
  ...ORIGINAL(true),
]
const REFUND_DETAIL: readonly Field[] = [...PAYMENT_DETAIL, ...ORIGINAL(false)]

const paying = (code: number, zh: string, en: string, more: readonly Field[] = []): MessageType => ({
  code,
  zh,
  en,
  becomes: 'payment',
  header: [...VOUCHER, ...more],
  detail: PAYMENT_DETAIL,
  detailed: false,
})
const refunding = (code: number, zh: string, en: string): MessageType => ({
  code,
  zh,
  en,
  becomes: 'refund',
  header: REFUND,
  detail: REFUND_DETAIL,
  detailed: false,
})
const elements = (...names: string[]): Field[] => ELEMENTS.filter(one => names.includes(one.name))

const quota = (code: number, zh: string, en: string): MessageType => ({
  code,
  zh,
  en,
  becomes: 'quota',
  header: [
    ...HEAD,
    ...pair('FundType', '资金性质', 'nature of the fund'),
    ...pair('BgtType', '预算类型', 'kind of budget'),
    ...pair('PayBank', '代理银行', 'agent bank'),
    field('SumAmt', 'money', '额度合计，元', 'sum of the quotas, in yuan', MUST),
  ],
  detail: [
    field('Id', 'text', '明细唯一号', 'id of the line'),
    ...elements('AgencyName', 'ExpFuncName', 'DepProCode', 'DepProName'),
    ...elements('AgencyCode', 'ExpFuncCode').map(must),
    field('SetMonth', 'month', '额度月份，1 到 12', 'month from which the quota may be used, 1 to 12', {
      ...MUST,
      ...OURS,
    }),
    field('PayAmt', 'non-zero', '额度，元；负数为收回', 'quota in yuan; negative takes back', MUST),
  ],
  detailed: true,
  sum: { header: 'SumAmt', detail: 'PayAmt' },
})
const clearing = (code: number, zh: string, en: string): MessageType => ({
  code,
  zh,
  en,
  becomes: 'clearing',
  header: [
    ...HEAD,
    ...pair('PayBank', '代理银行', 'agent bank'),
    ...pair('ClearBank', '清算银行', 'clearing bank'),
    ...PAYER,
    field('ClearDate', 'day', '清算日期；空为凭证日期', 'day of clearing; the voucher’s where blank', OURS),
    field('SumAmt', 'money', '清算合计，元', 'sum cleared, in yuan', MUST),
  ],
  detail: [
    field('Id', 'text', '明细唯一号', 'id of the line'),
    field('OriVtCode', 'type', '支付凭证类型', 'type of the payment voucher', OURS),
    field('OriVoucherNo', 'text', '支付凭证号', 'number of the payment voucher', { ...MUST, max: 60 }),
    ...elements('AgencyCode', 'AgencyName', 'ExpFuncCode'),
    field('PayAmt', 'non-zero', '清算金额，元；负数为退款', 'amount cleared, in yuan; negative for refunds', MUST),
  ],
  detailed: true,
  sum: { header: 'SumAmt', detail: 'PayAmt' },
})
const adjusting = (code: number, zh: string, en: string): MessageType => ({
  code,
  zh,
  en,
  becomes: 'adjustment',
  header: [
    ...HEAD,
    field('OriginalVtCode', 'type', '原支付凭证类型', 'type of the payment voucher'),
    field('OriginalVoucherNo', 'text', '原支付凭证号', 'number of the payment voucher', { ...MUST, max: 60 }),
    field('PayAmt', 'amount', '调整金额，元', 'amount that is moved, in yuan', MUST),
    ...elements('AgencyCode', 'AgencyName', 'ExpFuncCode', 'ExpFuncName', 'DepProCode', 'DepProName', 'BgtId'),
    ...elements('FileNoName'),
    field('Remark', 'text', '调整原因', 'why', { max: 1000 }),
  ],
  detail: [],
  detailed: false,
})
const control = (code: number): MessageType => ({
  code,
  zh: `对账凭证 ${code}`,
  en: `reconciliation ${code}`,
  becomes: 'control',
  header: [
    ...HEAD,
    field('SumAmt', 'money', '合计金额，元', 'sum of the totals, in yuan', MUST),
    field('SumNum', 'count', '合计笔数', 'number of payments', OURS),
  ],
  detail: [
    field('Id', 'text', '明细唯一号', 'id of the line'),
    field('ActDate', 'day', '对账日期；空为凭证日期', 'day of the total; the voucher’s where blank', OURS),
    field('FundTypeCode', 'code', '资金性质编码；空为全部', 'nature of the fund; all where blank', { max: 60 }),
    ...elements('ExpFuncCode', 'AgencyCode', 'AgencyName'),
    field('Num', 'count', '笔数', 'number of payments', OURS),
    field('PayAmt', 'money', '金额，元', 'amount in yuan', MUST),
  ],
  detailed: true,
  sum: { header: 'SumAmt', detail: 'PayAmt' },
})

const PEOPLE: MessageType = {
  code: 8207,
  zh: '批量支付明细（到人到户）',
  en: 'batch detail: the people paid',
  becomes: 'people',
  header: [
    ...HEAD,
    field('OriginalVtCode', 'type', '原支付凭证类型', 'type of the payment voucher', MUST),
    field('OriginalVoucherNo', 'text', '原支付凭证号', 'number of the payment voucher', { ...MUST, max: 60 }),
    ...pair('FundType', '资金性质', 'nature of the fund'),
    field('SumAmt', 'money', '合计金额，元', 'sum of the list, in yuan', MUST),
    ...elements('AgencyCode', 'AgencyName', 'ExpFuncCode'),
    ...PAYER,
    ...pair('PayBank', '代理银行', 'agent bank'),
    ...pair('BusinessType', '业务类型', 'kind of business'),
    field('PayTypeCode', 'code', '支付方式编码', 'way of payment'),
    field('XPayDate', 'day', '实际支付日期，由银行回填', 'day of payment, filled in by the bank'),
    field('XSumAmt', 'money', '实际支付合计，由银行回填', 'sum paid, filled in by the bank'),
  ],
  detail: [
    field('Id', 'text', '明细唯一号', 'id of the line', { ...MUST, max: 60 }),
    field('OriVoucherNo', 'text', '原明细凭证号', 'number of the original line'),
    field('PayeeAcctNo', 'account', '收款人账号', 'payee’s account', { ...MUST, max: 100 }),
    field('PayeeAcctName', 'text', '收款人姓名', 'payee', { ...MUST, max: 200 }),
    field('PayeeAcctBankName', 'text', '收款人开户银行', 'payee’s bank', { max: 200 }),
    field('PayAmt', 'non-zero', '金额，元；负数为冲回', 'amount in yuan; negative takes back', MUST),
    field('Remark', 'text', '备注', 'remark', { max: 1000 }),
    field('XPayDate', 'day', '实际支付日期，由银行回填', 'day of payment, filled in by the bank'),
    field('XAgentBusinessNo', 'text', '银行交易流水号，由银行回填', 'bank’s own number', { max: 60 }),
    field('XPayAmt', 'money', '实际支付金额，由银行回填', 'amount paid, filled in by the bank'),
    field('XPayeeAcctNo', 'account', '实际收款人账号', 'account paid to'),
    field('XPayeeAcctName', 'text', '实际收款人姓名', 'who was paid'),
    field('XPayeeAcctBankName', 'text', '实际收款银行', 'bank paid to'),
    field('XAddWordCode', 'code', '失败原因编码，由银行回填', 'why it failed, code, filled in by the bank'),
    field('XAddWord', 'text', '失败原因，由银行回填', 'why it failed, filled in by the bank', { max: 1000 }),
  ],
  detailed: true,
  sum: { header: 'SumAmt', detail: 'PayAmt' },
}

/** Every message of the treasury that is taken in (DOMAIN §10); schemas, reading and the page about them come from this table. */
export const MESSAGE_TYPES: readonly MessageType[] = [
  paying(5201, '财政直接支付凭证', 'direct payment'),
  paying(8202, '财政授权支付凭证', 'authorised payment', AUTHORISED),
  paying(5207, '实拨拨款凭证', 'real allocation'),
  refunding(2203, '直接支付退款通知书', 'refund of a direct payment'),
  refunding(2252, '收款行退款通知书', 'refund by the payee’s bank'),
  refunding(3208, '实拨退款通知书', 'refund of a real allocation'),
  PEOPLE,
  quota(5106, '授权支付额度通知单', 'quota notice for authorised payment'),
  quota(5108, '直接支付额度通知单', 'quota notice for direct payment'),
  clearing(2301, '直接支付清算回单', 'clearing receipt, direct payment'),
  clearing(2302, '授权支付清算回单', 'clearing receipt, authorised payment'),
  adjusting(5253, '支付更正通知书', 'adjustment of a payment'),
  adjusting(5351, '授权支付更正通知书', 'adjustment of an authorised payment'),
  ...Array.from({ length: 11 }, (_, n) => control(3503 + n)),
]

export const messageType: ReadonlyMap<string, MessageType> = new Map(
  MESSAGE_TYPES.map(type => [String(type.code), type]),
)

/** Spare elements that any voucher and any detail may carry; nobody reads them. */
export const SPARE = ['Hold1', 'Hold2', 'Hold3', 'Hold4'] as const
