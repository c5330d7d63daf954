import { fen } from '../kernel/money.ts'
import { cursorRows } from '../platform/database/cursor.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { Sheet } from '../platform/tables/sheet.ts'
import type { OutputCell, OutputColumn } from '../platform/tables/writers.ts'
import type { PaymentQuery } from './contract.ts'
import { conditions, JOINS } from './list-store.ts'
import type { Match, UnpostedReason } from './payment.ts'

const COLUMNS: OutputColumn[] = [
  { title: '凭证类型', kind: 'integer', width: 10 },
  { title: '凭证号', kind: 'text', width: 24 },
  { title: '明细序号', kind: 'integer', width: 10 },
  { title: '凭证日期', kind: 'date' },
  { title: '支付日期', kind: 'date' },
  { title: '单位代码', kind: 'text', width: 12 },
  { title: '预算单位', kind: 'text', width: 28 },
  { title: '项目代码', kind: 'text', width: 24 },
  { title: '项目', kind: 'text', width: 32 },
  { title: '收款人', kind: 'text', width: 28 },
  { title: '收款人账号', kind: 'text', width: 24 },
  { title: '收款银行', kind: 'text', width: 24 },
  { title: '功能科目', kind: 'text', width: 12 },
  { title: '政府经济科目', kind: 'text', width: 14 },
  { title: '资金', kind: 'text', width: 28 },
  { title: '指标文号', kind: 'text', width: 24 },
  { title: '用途', kind: 'text', width: 32 },
  { title: '金额（元）', kind: 'money' },
  { title: '匹配', kind: 'text', width: 16 },
  { title: '入账', kind: 'text', width: 18 },
]

const MATCHED: Record<Match, string> = {
  'by-id': '按指标编号',
  'by-elements': '按要素',
  'by-original': '随原支付',
  'by-person': '人工指定',
  'by-habit': '按惯例',
  ambiguous: '多笔相符，待人工指定',
  none: '未匹配',
}
const WAITS: Record<UnpostedReason, string> = {
  'no-allotment': '无对应指标',
  ambiguous: '多笔指标相符',
  'beyond-available': '超出可用余额',
  'not-paid': '银行未回单',
  'book-locked': '账期已锁',
  'book-provisional': '年度未开账',
  'refund-exceeds': '退款超过原支付',
}

/** So few that what is thrown away dies young: with two thousand the process held twenty megabytes more. */
const ROWS_AT_ONCE = 250

interface Row {
  voucher_type: number
  voucher_no: string
  line_no: number
  vouched_on: string
  paid_on: string | null
  agency_code: string | null
  agency: string | null
  project_code: string | null
  project: string | null
  payee: string | null
  account: string | null
  bank: string | null
  function_subject: string | null
  economic_subject: string | null
  fund: string | null
  document: string | null
  purpose: string | null
  amount_fen: bigint
  match: Match
  reason: UnpostedReason | null
}

/**
 * The payments of a division's year that fit the filters of the list, in its order and all of them: what the page shows, to be
 * carried away. Accounts are masked, as there. Nothing is read before the rows are asked for.
 */
export const paymentSheet = (
  tx: Tx,
  division: number,
  year: number,
  query: Omit<PaymentQuery, 'after' | 'year'>,
): Sheet => ({ name: `国库支付明细-${year}`, columns: COLUMNS, rows: rowsOf(tx, division, year, query) })

async function* rowsOf(tx: Tx, division: number, year: number, query: PaymentQuery): AsyncGenerator<OutputCell[][]> {
  const { sql, values } = conditions(division, year, query)
  // All rows will be read: a plan that is quick with the first few looks each name up for each row, and takes seven times as long.
  await tx.query('set local cursor_tuple_fraction = 1')
  const chunks = cursorRows<Row>(
    tx,
    `select p.voucher_type, p.voucher_no, p.line_no, p.vouched_on, coalesce(c.paid_on, p.paid_on) as paid_on,
       coalesce(g.code, p.agency_code) as agency_code, g.name as agency, coalesce(j.code, p.project_code) as project_code, j.name as project,
       h.name as payee, a.masked as account, nullif(h.bank, '') as bank, p.function_subject, p.economic_subject, f.name as fund,
       coalesce(d.number, p.document_number) as document, p.purpose, p.amount_fen, p.match, u.reason
     from payments.payment p
     left join payments.confirmation c on c.division = p.division and c.payment = p.id
     ${JOINS}
     where ${sql} order by p.vouched_on desc, p.id desc`,
    values,
    ROWS_AT_ONCE,
  )
  for await (const rows of chunks)
    yield rows.map(row => [
      row.voucher_type,
      row.voucher_no,
      row.line_no,
      row.vouched_on,
      row.paid_on,
      row.agency_code,
      row.agency,
      row.project_code,
      row.project,
      row.payee,
      row.account,
      row.bank,
      row.function_subject,
      row.economic_subject,
      row.fund,
      row.document,
      row.purpose,
      fen(row.amount_fen),
      MATCHED[row.match],
      row.reason === null ? '已入账' : `待入账：${WAITS[row.reason]}`,
    ])
}
