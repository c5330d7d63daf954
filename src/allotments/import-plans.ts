import { divisionsByCode, scopeOf } from '../divisions/store.ts'
import { parseDivisionCode } from '../kernel/division-code.ts'
import { parseFiscalYear } from '../kernel/fiscal-year.ts'
import { groupBy } from '../kernel/group-by.ts'
import { displayMoney, type Fen } from '../kernel/money.ts'
import { FaultList } from '../kernel/refusal.ts'
import { ACCOUNT } from '../ledger/chart.ts'
import { post } from '../ledger/post.ts'
import type { Context } from '../platform/context.ts'
import type { Importer, ImportOutcome, ImportRequest } from '../platform/part.ts'
import { readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'

const COLUMNS: readonly Column[] = [
  { name: 'MOF_DIV_CODE', titles: ['财政区划代码', '区划代码'], required: true },
  { name: 'FISCAL_YEAR', titles: ['预算年度', '年度'], required: true },
  { name: 'PLAN_VOUCHER_NO', titles: ['计划明细编号', '计划编号'], required: true },
  { name: 'PLAN_MONTH', titles: ['计划月份', '月份'], required: true },
  { name: 'BGT_ID', titles: ['指标主键'], required: true },
  { name: 'PLAN_AMT', titles: ['计划审批金额', '计划金额'], required: true },
]

interface PlanRow {
  row: number
  division: number
  year: number
  number: string
  month: number
  externalId: string
  amount: Fen
}

/** Payment plans (用款计划, PAY_PLAN_VOUCHER): money of refined lines set aside for payment in a month. */
export const planImporter: Importer = {
  kind: 'plans',
  title: { zh: '用款计划', en: 'payment plans' },
  permission: 'allotments.write',
  run: (run, actor, request) => run(actor, context => importPlans(context, request)),
}

/**
 * Takes in plans, whole or not at all; a plan number known in its division and year is a repeat. Faults: `unknown-division`,
 * `division-outside-scope`, `month-malformed`, `line-missing`, `plan-duplicated`, `over-allotted`.
 */
export async function importPlans(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const { tx } = context
  const faults = new FaultList()
  const divisions = await divisionsByCode(tx)
  const scope = await scopeOf(tx)
  const first = new Map<string, number>()
  const { read, rows } = await readRows(request, COLUMNS, faults, (reader): PlanRow | null => {
    const before = faults.count
    const code = reader.text('MOF_DIV_CODE', { required: true, maxLength: 12 }) ?? ''
    const division = divisions.get(parseDivisionCode(code) ?? '')
    if (code && !division)
      reader.fault(
        'unknown-division',
        'MOF_DIV_CODE',
        code,
        '没有这个区划，请先登记区划或改正代码',
        'is no division known here; register it first, or mend the code',
      )
    else if (division && !scope.has(division.id))
      reader.fault('division-outside-scope', 'MOF_DIV_CODE', code, '不在您的权限范围内', 'lies outside your scope')
    const yearText = reader.text('FISCAL_YEAR', { required: true, maxLength: 8 }) ?? ''
    const year = parseFiscalYear(yearText)
    if (yearText && year === null)
      reader.fault('year-malformed', 'FISCAL_YEAR', yearText, '不是年度', 'is no fiscal year')
    const month = reader.integer('PLAN_MONTH', { required: true, min: 1, max: 12 })
    const number = reader.text('PLAN_VOUCHER_NO', { required: true, maxLength: 60 }) ?? ''
    const externalId = reader.text('BGT_ID', { required: true, maxLength: 80 }) ?? ''
    const amount = reader.money('PLAN_AMT') ?? (0n as Fen)
    if (faults.count > before || !division || year === null || month === null) return null
    const key = `${division.id}/${year}/${number}`
    const twin = first.get(key)
    if (twin !== undefined)
      return reader.fault(
        'plan-duplicated',
        'PLAN_VOUCHER_NO',
        number,
        `与第 ${twin} 行重复，请只留一行`,
        `stands in row ${twin} already; keep one of the two`,
      )
    first.set(key, reader.row)
    return { row: reader.row, division: division.id, year, number, month: Number(month), externalId, amount }
  })
  const lines = await refinedLines(tx, rows)
  const posted = await postedPlans(tx, rows)
  const fresh = rows.filter(row => {
    const before = posted.get(`${row.division}/${keyOf(row)}`)
    if (before !== undefined && before !== row.amount)
      faults.add({
        code: 'plan-changed',
        row: row.row,
        field: 'PLAN_AMT',
        value: displayMoney(row.amount),
        zh: `第 ${row.row} 行计划“${row.number}”已登记为 ${displayMoney(before as Fen)} 元，与本行不同：更改请用红字更正。`,
        en: `Row ${row.row}: the plan “${row.number}” is registered with ${displayMoney(before as Fen)} yuan, which differs: use a correction to change it.`,
      })
    return before === undefined
  })
  const left = new Map<string, bigint>()
  for (const row of fresh) {
    const key = `${row.division}/${row.year}/${row.externalId}`
    const line = lines.get(key)
    if (!line) {
      faults.add({
        code: 'line-missing',
        row: row.row,
        field: 'BGT_ID',
        value: row.externalId,
        zh: `第 ${row.row} 行的指标“${row.externalId}”未登记或尚未细化：请先细化到单位。`,
        en: `Row ${row.row}: the line “${row.externalId}” is not registered or not refined: refine it to an agency first.`,
      })
      continue
    }
    const available = left.get(key) ?? line.own_fen
    if (row.amount > available)
      faults.add({
        code: 'over-allotted',
        row: row.row,
        field: 'PLAN_AMT',
        value: displayMoney(row.amount),
        zh: `第 ${row.row} 行计划 ${displayMoney(row.amount)} 元超过指标“${row.externalId}”剩余的 ${displayMoney(available as Fen)} 元：请减少计划。`,
        en: `Row ${row.row}: the plan of ${displayMoney(row.amount)} yuan exceeds the ${displayMoney(available as Fen)} yuan left of “${row.externalId}”: lower it.`,
      })
    left.set(key, available - row.amount)
  }
  faults.throwIfAny()
  if (!request.checkOnly) {
    // One batch a plan number, which is also its key: the same plan again posts nothing. A plan has a number, no official document.
    for (const group of groupBy(fresh, row => `${row.division}/${row.year}/${row.month}`).values()) {
      const { division, year, month } = group[0]!
      const effectiveOn = `${year}-${String(month).padStart(2, '0')}-01`
      for (const row of group) {
        const id = lines.get(`${division}/${year}/${row.externalId}`)!.id
        await post(context, {
          division,
          form: 'plan',
          fiscalYear: year,
          effectiveOn,
          document: null,
          requestKey: keyOf(row),
          lines: [
            { debitAllotment: id, debit: ACCOUNT.plan, creditAllotment: id, credit: ACCOUNT.own, amount: row.amount },
          ],
        })
      }
      await context.audit({
        division,
        action: 'allotment.plan',
        subject: `${year}-${month}`,
        detail: { plans: group.length },
      })
      await context.announce('allotments.room-made', { division, fiscalYear: year })
    }
  }
  return {
    rows: read,
    taken: fresh.length,
    repeated: read - fresh.length,
    repairs: faults.repairs,
    repairCount: faults.repairCount,
    figures: {},
  }
}

const keyOf = (row: PlanRow): string => `plan:${row.year}:${row.number}`

async function refinedLines(
  tx: Context['tx'],
  rows: readonly PlanRow[],
): Promise<Map<string, { id: bigint; own_fen: bigint }>> {
  const found = await tx.query<{
    division: number
    fiscal_year: number
    external_id: string
    id: bigint
    own_fen: bigint
  }>(
    `select division, fiscal_year, external_id, id, own_fen from allotments.published_line where form = 'refine' and division = any ($1::int[]) and external_id = any ($2)`,
    [[...new Set(rows.map(row => row.division))], [...new Set(rows.map(row => row.externalId))]],
  )
  return new Map(found.map(row => [`${row.division}/${row.fiscal_year}/${row.external_id}`, row]))
}

/** What has been posted under these plan numbers already, by division and key. */
async function postedPlans(tx: Context['tx'], rows: readonly PlanRow[]): Promise<Map<string, bigint>> {
  const found = await tx.query<{ division: number; request_key: string; amount: bigint }>(
    `select b.division, b.request_key, sum(e.amount_fen)::bigint as amount from ledger.batch b
     join ledger.entry e on e.division = b.division and e.batch = b.id
     where b.form = 'plan' and b.division = any ($1::int[]) and b.request_key = any ($2) group by 1, 2`,
    [[...new Set(rows.map(row => row.division))], [...new Set(rows.map(keyOf))]],
  )
  return new Map(found.map(batch => [`${batch.division}/${batch.request_key}`, batch.amount]))
}
