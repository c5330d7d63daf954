import type { Column } from '../platform/tables/table.ts'
import type { MessageType } from './messages/description.ts'

/** Under which name each thing stands in a source; an empty name says that the source never has it. */
export interface FieldNames {
  division: string
  fiscalYear: string
  voucherType: string
  voucherNo: string
  lineNo: string
  vouchedOn: string
  paidOn: string
  amount: string
  paidAmount: string
  payerAccount: string
  payerName: string
  payerBank: string
  payeeAccount: string
  payeeName: string
  payeeBank: string
  paidToAccount: string
  paidToName: string
  paidToBank: string
  agentNo: string
  agency: string
  project: string
  allotment: string
  documentNumber: string
  functionSubject: string
  economicSubject: string
  settlement: string
  payType: string
  purpose: string
  contractNo: string
  deleted: string
  /** Of a refund: which payment it takes back. */
  originalType: string
  originalNo: string
  originalOn: string
  originalPaidOn: string
}

const NO_ORIGINAL = { originalType: '', originalNo: '', originalOn: '', originalPaidOn: '' }

const SHARED = {
  division: 'MOF_DIV_CODE',
  fiscalYear: 'FISCAL_YEAR',
  voucherType: 'VT_CODE',
  lineNo: 'LINE_NO',
  paidOn: 'XPAY_DATE',
  paidAmount: 'XPAY_AMT',
  payerAccount: 'PAY_ACCT_NO',
  payerName: 'PAY_ACCT_NAME',
  payerBank: 'PAY_ACCT_BANK_NAME',
  payeeAccount: 'PAYEE_ACCT_NO',
  payeeName: 'PAYEE_ACCT_NAME',
  payeeBank: 'PAYEE_ACCT_BANK_NAME',
  paidToAccount: 'XPAYEE_ACCT_NO',
  paidToName: 'XPAYEE_ACCT_NAME',
  paidToBank: 'XPAYEE_ACCT_BANK_NAME',
  agentNo: 'AGENT_BUSINESS_NO',
  agency: 'AGENCY_CODE',
  project: 'PRO_CODE',
  allotment: 'BGT_ID',
  documentNumber: 'COR_BGT_DOC_NO',
  functionSubject: 'EXP_FUNC_CODE',
  economicSubject: 'GOV_BGT_ECO_CODE',
  settlement: 'SET_MODE_CODE',
  payType: 'PAY_TYPE_CODE',
  purpose: 'USE_DES',
  contractNo: 'CONTRACT_NO',
  deleted: 'IS_DELETED',
  ...NO_ORIGINAL,
}

/** PAY_VOUCHER_BILL 国库集中支付凭证信息: what the treasury paid. */
export const BILL: FieldNames = { ...SHARED, voucherNo: 'PAY_CERT_NO', vouchedOn: 'VOU_DATE', amount: 'PAY_AMT' }

/** PAY_VOUCHER 国库集中支付申请信息: what was applied for; it knows no day of payment unless the export adds it. */
export const APPLICATION: FieldNames = {
  ...SHARED,
  voucherNo: 'PAY_APP_NO',
  vouchedOn: 'CREATE_DATE',
  amount: 'PAY_APP_AMT',
}

/** What the elements of a message mean, as its description says; `''` for what that type never has. */
export function namesOf(type: MessageType): FieldNames {
  const names: FieldNames = { ...SHARED, ...NO_ORIGINAL, voucherNo: '', vouchedOn: '', amount: '' }
  for (const name of Object.keys(names) as (keyof FieldNames)[]) names[name] = ''
  for (const field of type.header) if (field.is) names[field.is] = field.name
  return names
}

const SHARED_COLUMNS: Column[] = [
  { name: 'MOF_DIV_CODE', titles: ['财政区划代码', '区划代码'], required: true },
  { name: 'FISCAL_YEAR', titles: ['年度', '预算年度'], required: true },
  { name: 'VT_CODE', titles: ['凭证类型编号', '凭证类型'], required: false },
  { name: 'LINE_NO', titles: ['明细序号', '行号'], required: false },
  { name: 'XPAY_DATE', titles: ['实际支付日期'], required: false },
  { name: 'XPAY_AMT', titles: ['实际支付金额'], required: false },
  { name: 'PAY_ACCT_NO', titles: ['付款人账号'], required: false },
  { name: 'PAY_ACCT_NAME', titles: ['付款人全称'], required: false },
  { name: 'PAY_ACCT_BANK_NAME', titles: ['付款人开户银行'], required: false },
  { name: 'PAYEE_ACCT_NO', titles: ['收款人账号'], required: false },
  { name: 'PAYEE_ACCT_NAME', titles: ['收款人全称', '收款人'], required: false },
  { name: 'PAYEE_ACCT_BANK_NAME', titles: ['收款人开户银行'], required: false },
  { name: 'XPAYEE_ACCT_NO', titles: ['实际收款人账号'], required: false },
  { name: 'XPAYEE_ACCT_NAME', titles: ['实际收款人全称'], required: false },
  { name: 'XPAYEE_ACCT_BANK_NAME', titles: ['实际收款人开户银行'], required: false },
  { name: 'AGENT_BUSINESS_NO', titles: ['银行交易流水号'], required: false },
  { name: 'AGENCY_CODE', titles: ['单位代码', '预算单位代码'], required: false },
  { name: 'PRO_CODE', titles: ['项目代码'], required: false },
  { name: 'BGT_ID', titles: ['指标主键', '指标编号'], required: false },
  { name: 'COR_BGT_DOC_NO', titles: ['本级指标文号', '指标文号'], required: false },
  { name: 'EXP_FUNC_CODE', titles: ['支出功能分类科目代码', '支出功能分类代码'], required: false },
  { name: 'GOV_BGT_ECO_CODE', titles: ['政府支出经济分类代码', '政府支出经济分类科目代码'], required: false },
  { name: 'SET_MODE_CODE', titles: ['结算方式代码'], required: false },
  { name: 'PAY_TYPE_CODE', titles: ['支付方式代码'], required: false },
  { name: 'USE_DES', titles: ['用途'], required: false },
  { name: 'CONTRACT_NO', titles: ['采购合同编号', '合同编号'], required: false },
  { name: 'IS_DELETED', titles: ['是否删除'], required: false },
]

export const BILL_COLUMNS: readonly Column[] = [
  ...SHARED_COLUMNS,
  { name: 'PAY_CERT_NO', titles: ['支付凭证号', '凭证号'], required: true },
  { name: 'VOU_DATE', titles: ['凭证日期'], required: true },
  { name: 'PAY_AMT', titles: ['支付金额'], required: true },
]

export const APPLICATION_COLUMNS: readonly Column[] = [
  ...SHARED_COLUMNS,
  { name: 'PAY_APP_NO', titles: ['支付申请编号'], required: true },
  { name: 'CREATE_DATE', titles: ['申请日期'], required: true },
  { name: 'PAY_APP_AMT', titles: ['支付申请金额'], required: true },
]
