import { elements, yuan } from './files.ts'
import { type Payment, payerOf } from './payments.ts'
import { agenciesOf, divisionOf } from './province.ts'

/** Told where each payment came to stand. */
type Stands = (payment: Payment, row?: number) => void

export const BILL = [
  'PAY_CERT_ID',
  'MOF_DIV_CODE',
  'FISCAL_YEAR',
  'PAY_CERT_NO',
  'LINE_NO',
  'VOU_DATE',
  'XPAY_DATE',
  'PAY_AMT',
  'XPAY_AMT',
  'BGT_ID',
  'AGENCY_CODE',
  'PRO_CODE',
  'EXP_FUNC_CODE',
  'GOV_BGT_ECO_CODE',
  'PAY_ACCT_NAME',
  'PAY_ACCT_NO',
  'PAY_ACCT_BANK_NAME',
  'PAYEE_ACCT_NAME',
  'PAYEE_ACCT_NO',
  'PAYEE_ACCT_BANK_NAME',
  'USE_DES',
  'SET_MODE_CODE',
  'PAY_TYPE_CODE',
  'FUND_TYPE_CODE',
  'CONTRACT_NO',
]

/** A treasury voucher message: 5201 and 8202, several payees as details of one voucher. */
export function message(chosen: readonly Payment[], encoding: string, stands: Stands): string {
  const vouchers = new Map<string, Payment[]>()
  for (const one of chosen)
    vouchers.set(`${one.division} ${one.type} ${one.no}`, [
      ...(vouchers.get(`${one.division} ${one.type} ${one.no}`) ?? []),
      one,
    ])
  const bodies = [...vouchers.values()].map(lines => {
    const [first] = lines as [Payment]
    for (const one of lines) stands(one)
    const payer = payerOf(first.division)
    const agency = agenciesOf(divisionOf(first.division)).find(one => one.code === first.agency)!
    const total = lines.reduce((sum, one) => sum + one.amount, 0n)
    const day = (text: string): string => text.replaceAll('-', '')
    const header = elements(
      {
        Id: `${first.division}${first.no}`,
        AdmDivCode: first.division,
        StYear: String(first.year),
        VtCode: String(first.type),
        VouDate: day(first.vouched),
        VoucherNo: first.no,
        FundTypeCode: '11',
        FundTypeName: '一般公共预算资金',
        BgtTypeCode: '1',
        BgtTypeName: '年初预算',
        PayTypeCode: first.type === 5201 ? '1' : '2',
        PayTypeName: first.type === 5201 ? '直接支付' : '授权支付',
        FileNoCode: '',
        FileNoName: first.documentNumber,
        AgencyCode: first.agency,
        AgencyName: agency.name,
        ExpFuncCode: first.func,
        GovExpEcoCode: first.economic,
        DepProCode: first.project,
        SetModeCode: '1',
        SetModeName: '转账',
        PayBankCode: '999',
        PayBankName: payer.bank,
        PayeeAcctNo: lines.length === 1 ? first.payee.account : '',
        PayeeAcctName: lines.length === 1 ? first.payee.name : '',
        PayeeAcctBankName: lines.length === 1 ? first.payee.bank : '',
        PayAcctNo: payer.account,
        PayAcctName: payer.name,
        PayAcctBankName: payer.bank,
        PaySummaryCode: '',
        PaySummaryName: first.purpose,
        PayAmt: yuan(total),
        XPayDate: day(first.paid),
        XPayAmt: first.paid === '' ? '' : yuan(total),
        Hold1: first.reference,
        Hold2: '',
      },
      '    ',
    )
    const details = lines.map(one =>
      elements(
        {
          VoucherBillNo: one.no,
          Remark: '',
          ...(lines.length === 1
            ? {}
            : {
                PayeeAcctNo: one.payee.account,
                PayeeAcctName: one.payee.name,
                PayeeAcctBankName: one.payee.bank,
                PayAmt: yuan(one.amount),
              }),
        },
        '        ',
      ),
    )
    const list = details.map(detail => `      <Detail>\n${detail}      </Detail>\n`).join('')
    return `  <Voucher>\n${header}    <DetailList>\n${list}    </DetailList>\n  </Voucher>\n`
  })
  const name = encoding === 'gbk' ? 'GBK' : 'UTF-8'
  return `<?xml version="1.0" encoding="${name}"?>\n<MOF>\n${bodies.join('')}</MOF>\n`
}

/** Rows of PAY_VOUCHER_BILL. */
export function bills(chosen: readonly Payment[], stands: Stands): string[][] {
  return chosen.map((one, index) => {
    stands(one, index + 2)
    const payer = payerOf(one.division)
    return [
      `${one.division}${one.no}${one.line}`,
      one.division,
      String(one.year),
      one.no,
      String(one.line),
      one.vouched,
      one.paid,
      yuan(one.amount),
      one.paid === '' ? '' : yuan(one.amount),
      one.reference,
      one.agency,
      one.project,
      one.func,
      one.economic,
      payer.name,
      payer.account,
      payer.bank,
      one.payee.name,
      one.payee.account,
      one.payee.bank,
      one.purpose,
      one.settlement ?? '1',
      one.type === 5201 ? '1' : '2',
      '11',
      one.contract ?? '',
    ]
  })
}

/** The treasury's totals of some days (3503), as it states them. */
export function controlTotals(
  division: string,
  totals: readonly { day: string; payments: number; amount: bigint }[],
): string {
  const bodies = totals.map(({ day, payments, amount }, index) => {
    const plain = day.replaceAll('-', '')
    const header = elements(
      {
        AdmDivCode: division,
        StYear: day.slice(0, 4),
        VtCode: '3503',
        VouDate: plain,
        VoucherNo: `${plain}3503${String(index + 1).padStart(3, '0')}`,
        SumAmt: yuan(amount),
        SumNum: String(payments),
      },
      '    ',
    )
    const detail = elements({ ActDate: plain, Num: String(payments), PayAmt: yuan(amount) }, '        ')
    return `  <Voucher>\n${header}    <DetailList>\n      <Detail>\n${detail}      </Detail>\n    </DetailList>\n  </Voucher>\n`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<MOF>\n${bodies.join('')}</MOF>\n`
}
