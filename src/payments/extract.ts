import { Type } from 'typebox'
import { fen } from '../kernel/money.ts'
import { cursorRows } from '../platform/database/cursor.ts'
import type { Extract } from '../platform/extract.ts'

const ACCOUNT_CELL = 7

/** The payments of a year or of some days of it, one line a voucher line, as they stand when the release is asked for. */
export const paymentsExtract: Extract = {
  kind: 'payments',
  title: { zh: '国库支付明细', en: 'treasury payments' },
  permission: 'payments.read',
  personal: true,
  parameters: Type.Object({
    year: Type.Integer({ minimum: 1994, maximum: 2100 }),
    from: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
    to: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
  }),
  columns: [
    { title: '凭证号', kind: 'text', width: 24 },
    { title: '明细序号', kind: 'integer' },
    { title: '凭证日期', kind: 'date' },
    { title: '支付日期', kind: 'date' },
    { title: '预算单位', kind: 'text', width: 28 },
    { title: '项目', kind: 'text', width: 32 },
    { title: '收款人', kind: 'text', width: 28 },
    { title: '收款人账号', kind: 'text', width: 24 },
    { title: '用途', kind: 'text', width: 32 },
    { title: '金额（元）', kind: 'money' },
    { title: '入账', kind: 'text', width: 16 },
  ],
  async *lines({ tx, vault }, division, parameters, clear) {
    const chunks = cursorRows<{
      id: bigint
      voucher_no: string
      line_no: number
      vouched_on: string
      paid_on: string | null
      agency: string | null
      project: string | null
      payee_name: string | null
      payee_account: string | null
      ciphertext: Buffer | null
      purpose: string | null
      amount_fen: bigint
      unposted_reason: string | null
    }>(
      tx,
      `select p.id, p.voucher_no, p.line_no, p.vouched_on, p.paid_on, g.name as agency, j.name as project, p.payee_name, p.payee_account,
           a.ciphertext, p.purpose, p.amount_fen, p.unposted_reason
         from payments.published_payment p
         left join divisions.published_agency g on g.division = p.division and g.id = p.agency
         left join projects.published_project j on j.division = p.division and j.id = p.project
         left join payments.holder h on h.division = p.division and h.id = p.payee
         left join payments.bank_account a on $5 and a.division = h.division and a.id = h.account
         where p.division = $1 and p.fiscal_year = $2 and ($3::date is null or p.vouched_on >= $3) and ($4::date is null or p.vouched_on <= $4)
         order by p.id`,
      [division, parameters.year, parameters.from ?? null, parameters.to ?? null, clear],
    )
    for await (const rows of chunks)
      yield rows.map(row => ({
        key: row.id,
        cells: [
          row.voucher_no,
          row.line_no,
          row.vouched_on,
          row.paid_on,
          row.agency,
          row.project,
          row.payee_name,
          row.payee_account,
          row.purpose,
          fen(row.amount_fen),
          row.unposted_reason === null ? '已入账' : '待入账',
        ],
        ...(row.ciphertext ? { clear: { [ACCOUNT_CELL]: vault.decrypt(row.ciphertext).toString() } } : {}),
      }))
  },
}
