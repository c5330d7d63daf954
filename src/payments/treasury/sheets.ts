import type { Tx } from '../../platform/database/transaction.ts'
import type { Sheet } from '../../platform/tables/sheet.ts'
import type { OutputColumn } from '../../platform/tables/writers.ts'
import type { TotalState, VoucherReason } from './contract.ts'
import { inTransitOn } from './cut-off.ts'
import { type Days, treasuryTotals } from './reconcile-totals.ts'
import { chosen, reconcileVouchers } from './reconcile-vouchers.ts'

const text = (title: string, width = 16): OutputColumn => ({ title, kind: 'text', width })
const money = (title: string): OutputColumn => ({ title: `${title}（元）`, kind: 'money' })
const date = (title: string): OutputColumn => ({ title, kind: 'date' })
const whole = (title: string): OutputColumn => ({ title, kind: 'integer' })
const fen = (amount: string | null): bigint | null => (amount === null ? null : BigInt(amount))
const less = (here: string | null, there: string | null): bigint => BigInt(here ?? 0) - BigInt(there ?? 0)

const STATES: Record<TotalState, string> = {
  agrees: '相符',
  'amount-differs': '金额不符',
  'count-differs': '笔数不符',
  untold: '国库未报数',
}
export const REASONS: Record<VoucherReason, string> = {
  'missing-here': '国库有、本系统无',
  'other-day': '本系统记在另一日',
  unconfirmed: '本系统未见银行回单',
  'missing-there': '本系统有、国库无',
  'doubled-here': '本系统疑似重复',
  'doubled-there': '国库清单重复',
  'amount-differs': '金额不符',
  'perhaps-doubled': '疑似重复（国库未列凭证）',
  perhaps: '金额恰为差额（国库未列凭证）',
  unlisted: '待与国库核对（国库未列凭证）',
}

/** 国库对账: the totals side by side, those that differ alone where asked. */
export async function totalsSheet(
  tx: Tx,
  division: number,
  year: number,
  days: Days,
  state?: TotalState | 'differing',
): Promise<Sheet> {
  const rows = (await treasuryTotals(tx, division, year, days)).filter(
    row => state === undefined || (state === 'differing' ? row.state !== 'agrees' : row.state === state),
  )
  return {
    name: `${year}年国库对账`,
    columns: [
      date('日期'),
      text('对账凭证', 10),
      text('资金性质或专项资金', 20),
      text('功能科目', 12),
      text('单位', 28),
      text('结果', 12),
      whole('本系统笔数'),
      whole('国库笔数'),
      money('本系统'),
      money('国库'),
      money('差额'),
    ],
    rows: [
      rows.map(row => [
        row.day,
        row.voucherType === null ? '' : String(row.voucherType),
        row.fund ?? '',
        row.functionSubject ?? '',
        row.agency === null ? '' : `${row.agency} ${row.agencyName ?? ''}`.trim(),
        STATES[row.state],
        row.hereCount,
        row.thereCount,
        fen(row.hereFen),
        fen(row.thereFen),
        less(row.hereFen, row.thereFen),
      ]),
    ],
  }
}

/** What differs, voucher by voucher. Payees are named, accounts are not in it. */
export async function vouchersSheet(
  tx: Tx,
  division: number,
  year: number,
  days: Days,
  only: { agency?: string | undefined; subject?: string | undefined; reason?: VoucherReason | undefined },
): Promise<Sheet> {
  const { differences } = await reconcileVouchers(tx, division, year, days)
  return {
    name: `${year}年国库对账差异`,
    columns: [
      date('日期'),
      text('差异', 26),
      text('凭证类型', 10),
      text('凭证号', 24),
      date('本系统支付日期'),
      text('收款人', 28),
      text('单位', 12),
      text('功能科目', 12),
      money('本系统'),
      money('国库'),
      money('差额'),
    ],
    rows: [
      chosen(differences, only).map(row => [
        row.day,
        REASONS[row.reason],
        row.voucherType === null ? '' : String(row.voucherType),
        row.voucherNo,
        row.hereOn,
        row.payee,
        row.agency,
        row.functionSubject,
        fen(row.hereFen),
        fen(row.thereFen),
        less(row.hereFen, row.thereFen),
      ]),
    ],
  }
}

/** 在途清单: the vouchers on 5102 at the end of a day. */
export async function cutOffSheet(tx: Tx, division: number, year: number, on: string): Promise<Sheet> {
  const rows = await inTransitOn(tx, division, year, on)
  return {
    name: `${on}在途清单`,
    columns: [
      text('单位', 28),
      text('专项资金', 28),
      text('文号', 24),
      text('凭证类型', 10),
      text('凭证号', 24),
      whole('明细序号'),
      date('凭证日期'),
      text('收款人', 28),
      money('在途'),
      date('此后支付日期'),
      money('此后支付'),
      money('此后退回'),
      money('仍在途'),
    ],
    rows: [
      rows.map(row => [
        row.agency ? `${row.agency.code} ${row.agency.name}` : '',
        `${row.fund.code} ${row.fund.name}`,
        row.documentNumber,
        String(row.voucherType),
        row.voucherNo,
        row.lineNo,
        row.vouchedOn,
        row.payee,
        fen(row.transitFen),
        row.paidOn,
        fen(row.paidFen),
        fen(row.releasedFen),
        fen(row.stillFen),
      ]),
    ],
  }
}
