import { Type } from 'typebox'
import { cursorRows } from '../platform/database/cursor.ts'
import type { Extract } from '../platform/extract.ts'

/** The allotment lines of a year with what is left of each, as they stand when the release is asked for. */
export const allotmentsExtract: Extract = {
  kind: 'allotments',
  title: { zh: '预算指标明细', en: 'allotments' },
  permission: 'allotments.read',
  personal: false,
  parameters: Type.Object({ year: Type.Integer({ minimum: 1994, maximum: 2100 }) }),
  columns: [
    { title: '指标', kind: 'integer' },
    { title: '业务单', kind: 'text', width: 14 },
    { title: '文号', kind: 'text', width: 28 },
    { title: '专项资金', kind: 'text', width: 32 },
    { title: '预算单位', kind: 'text', width: 28 },
    { title: '项目', kind: 'text', width: 32 },
    { title: '金额（元）', kind: 'money' },
    { title: '可用余额（元）', kind: 'money' },
  ],
  async *lines({ tx }, division, parameters) {
    const chunks = cursorRows<{
      id: bigint
      form: string
      number: string | null
      fund: string | null
      agency: string | null
      project: string | null
      amount: bigint
      rest: bigint
    }>(
      tx,
      `select l.id, m.name as form, d.number, f.name as fund, g.name as agency, j.name as project, l.amount_fen as amount,
           coalesce((select sum(b.balance_fen) from ledger.published_balance b where b.division = l.division and b.allotment = l.id
             and b.account in (1001, 5001, 500201, 5101)), 0)::bigint as rest
         from allotments.allotment l join ledger.form m on m.code = l.form
         left join ledger.published_document d on d.division = l.division and d.id = l.document
         left join funds.published_fund f on f.id = l.fund
         left join divisions.published_agency g on g.division = l.division and g.id = l.agency
         left join projects.published_project j on j.division = l.division and j.id = l.project
         where l.division = $1 and l.fiscal_year = $2 order by l.id`,
      [division, parameters.year],
    )
    for await (const rows of chunks)
      yield rows.map(row => ({
        key: row.id,
        cells: [row.id, row.form, row.number, row.fund, row.agency, row.project, row.amount, row.rest],
      }))
  },
}
