import iconv from 'iconv-lite'
import { memorySource } from '../../platform/tables/memory-source.ts'
import { DIVISION } from '../test-fixture.ts'

export type Fields = Record<string, string>

const elements = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')

const HEAD: Fields = { AdmDivCode: DIVISION, StYear: '2026', VouDate: '20260310' }
const PAY: Fields = {
  AgencyCode: '101001',
  PayeeAcctNo: '6200000000000099999',
  PayeeAcctName: '样例建筑公司',
  PaySummaryName: '工程款',
  PayAmt: '30.00',
  XPayDate: '20260310',
  Hold1: '备用',
}
const REFUND: Fields = { PayAmt: '30.00', OriBillNo: 'V1', XPayDate: '20260310' }
const QUOTA_LINE: Fields = { AgencyCode: '101001', ExpFuncCode: '2130504', SetMonth: '3', PayAmt: '100.00' }
const CLEARED: Fields = { OriVtCode: '5201', OriVoucherNo: 'V1', PayAmt: '30.00' }
const TOTAL: Fields = { ExpFuncCode: '2130504', AgencyCode: '101001', Num: '1', PayAmt: '30.00' }
const PERSON: Fields = { Id: '1', PayeeAcctNo: '6200000000000000011', PayeeAcctName: '样例甲', PayAmt: '30.00' }

/** A good voucher of each type, as header and details; the numbers of the payments that they speak of are V1. */
export const GOOD: Readonly<Record<number, { header: Fields; details: readonly Fields[] }>> = {
  5201: { header: { ...PAY, VoucherNo: 'V1' }, details: [{ VoucherBillNo: '1', Hold3: '' }] },
  8202: { header: { ...PAY, VoucherNo: 'V2', PayMgrCode: '1' }, details: [] },
  5207: { header: { ...PAY, VoucherNo: 'V3' }, details: [] },
  2203: { header: { ...REFUND, VoucherNo: 'R1' }, details: [] },
  2252: { header: { ...REFUND, VoucherNo: 'R2' }, details: [] },
  3208: { header: { ...REFUND, VoucherNo: 'R3', OriVouDate: '20260310', AgentBusinessNo: 'B1' }, details: [] },
  8207: {
    header: { VoucherNo: 'L1', OriginalVtCode: '5201', OriginalVoucherNo: 'V1', SumAmt: '30.00' },
    details: [
      { ...PERSON, PayAmt: '10.00' },
      { ...PERSON, Id: '2', PayAmt: '20.00', PayeeAcctName: '样例乙', XPayDate: '20260311', XPayAmt: '20.00' },
    ],
  },
  5106: { header: { VoucherNo: 'Q1', SumAmt: '100.00' }, details: [QUOTA_LINE] },
  5108: {
    header: { VoucherNo: 'Q2', SumAmt: '60.00' },
    details: [QUOTA_LINE, { ...QUOTA_LINE, SetMonth: '4', PayAmt: '-40.00' }],
  },
  2301: { header: { VoucherNo: 'C1', SumAmt: '30.00', PayBankName: '样例银行' }, details: [CLEARED] },
  2302: { header: { VoucherNo: 'C2', SumAmt: '-30.00' }, details: [{ ...CLEARED, PayAmt: '-30.00' }] },
  5253: { header: { VoucherNo: 'A1', OriginalVoucherNo: 'V1', PayAmt: '10.00', AgencyCode: '102001' }, details: [] },
  5351: { header: { VoucherNo: 'A2', OriginalVoucherNo: 'V2', PayAmt: '10.00', ExpFuncCode: '2130505' }, details: [] },
  ...Object.fromEntries(
    Array.from({ length: 11 }, (_, n) => [
      3503 + n,
      { header: { VoucherNo: `D${n}`, SumAmt: '30.00', SumNum: '1' }, details: [TOTAL] },
    ]),
  ),
}

/** One voucher: what is said replaces what the good one of its type says; `null` leaves it out. */
export function voucher(
  type: number,
  header: Record<string, string | null> = {},
  details: readonly Record<string, string | null>[] | null = null,
): string {
  const good = GOOD[type]
  const said = (fields: Record<string, string | null>): Fields =>
    Object.fromEntries(Object.entries(fields).filter((one): one is [string, string] => one[1] !== null))
  const all = said({ ...HEAD, VtCode: String(type), ...good?.header, ...header })
  const lines = details ?? good?.details ?? []
  const list =
    lines.length > 0
      ? `<DetailList>${lines.map(line => `<Detail>${elements(said(line))}</Detail>`).join('')}</DetailList>`
      : ''
  return `<Voucher>${elements(all)}${list}</Voucher>`
}

/** A detail of the good voucher of a type, with what is said instead. */
export const detail = (type: number, said: Record<string, string | null>, n = 0): Record<string, string | null> => ({
  ...GOOD[type]!.details[n],
  ...said,
})

export const text = (vouchers: readonly string[], encoding = 'UTF-8'): string =>
  `<?xml version="1.0" encoding="${encoding}"?>\n<MOF>${vouchers.join('\n')}</MOF>\n`

/** A message file of some vouchers. */
export const message = (vouchers: readonly string[], encoding: 'UTF-8' | 'GBK' = 'UTF-8') =>
  memorySource(iconv.encode(text(vouchers, encoding), encoding), 'message.xml')
