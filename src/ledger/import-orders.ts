import { EDITION_COLUMNS, HeadReader, lockedExplained } from '../base/edition.ts'
import { issueEdition } from '../base/issue-edition.ts'
import { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { ImportOutcome, ImportRequest } from '../platform/part.ts'
import { outcomeOf, readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'
import { accountsOfOurs, formsKnown, type OrderRow, orderYears, putOrders, shownIn } from './chart-store.ts'

export const ORDER_COLUMNS: readonly Column[] = [
  { name: 'FORM', titles: ['业务单'], required: true },
  { name: 'STEP', titles: ['顺序'], required: true },
  { name: 'DEBIT', titles: ['借方科目'], required: true },
  { name: 'CREDIT', titles: ['贷方科目'], required: true },
  ...EDITION_COLUMNS,
]

/**
 * Takes in transaction orders (交易令) for later years, in the codes that the chart of their first year shows. A form that the file names has
 * these orders from that year on and no others; forms that it does not name keep theirs. Where the chart shows several accounts of ours as
 * one, `#` and the first chart's code says which is meant.
 * Faults: `order-form-unknown`, `order-account-unknown`, `order-account-ambiguous`, `order-sides-equal`, `order-step-twice`, `order-year-taken`,
 * `edition-head-missing`; refuses what `issueEdition` refuses.
 */
export async function importOrders(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const { tx } = context
  const faults = new FaultList()
  const heads = new HeadReader(faults)
  const forms = await formsKnown(tx)
  const steps = new Map<string, number>()
  const { read, rows } = await readRows(request, ORDER_COLUMNS, faults, reader => {
    heads.read(reader)
    const form = reader.code('FORM', forms, {
      required: true,
      fault: 'order-form-unknown',
      zh: '业务单',
      en: 'form',
      mend: { zh: '不是本系统的业务单，请填业务单的名称或代码', en: 'is no form of this system; enter a form’s code' },
    })
    const step = reader.integer('STEP', { required: true, min: 1, max: 99 })
    const debit = reader.text('DEBIT', { required: true })
    const credit = reader.text('CREDIT', { required: true })
    if (form === null || step === null || debit === null || credit === null) return null
    const before = steps.get(`${form} ${step}`)
    if (before !== undefined)
      return reader.fault(
        'order-step-twice',
        'STEP',
        String(step),
        `与第 ${before} 行重复，请改正顺序`,
        `stands in row ${before} already; correct the order of steps`,
      )
    steps.set(`${form} ${step}`, reader.row)
    return { row: reader.row, form, step, debit, credit }
  })
  const head = heads.head()
  if (!head) faults.throwIfAny()
  const shown = await shownIn(tx, head!.firstYear)
  const ours = await accountsOfOurs(tx)
  const years = await orderYears(tx)
  const orders: OrderRow[] = []
  const say = (code: string, row: number, field: string, value: string, zh: string, en: string): null => {
    faults.add({ code, row, field, value, zh: `第 ${row} 行${zh}`, en: `Row ${row}: ${en}` })
    return null
  }
  const account = (row: number, field: string, typed: string): number | null => {
    if (typed.startsWith('#')) {
      const own = ours.get(typed.slice(1))
      return (
        own?.code ??
        say(
          'order-account-unknown',
          row,
          field,
          typed,
          `“${typed}”不是原科目：请核对。`,
          `“${typed}” is no account of the first chart: check it.`,
        )
      )
    }
    const found = shown.get(typed) ?? []
    if (found.length === 1) return found[0]!
    return found.length === 0
      ? say(
          'order-account-unknown',
          row,
          field,
          typed,
          `“${typed}”不是 ${head!.firstYear} 年度科目表中可记账的科目：请先下发科目表及其对应关系，或改正编码。`,
          `“${typed}” is no account of ${head!.firstYear} that entries can name: issue the chart with its mapping first, or correct the code.`,
        )
      : say(
          'order-account-ambiguous',
          row,
          field,
          typed,
          `“${typed}”对应多个原科目（${found.join('、')}）：请用 # 加原科目编码写明。`,
          `“${typed}” stands for several accounts (${found.join(', ')}): write # and the first chart’s code.`,
        )
  }
  for (const row of rows) {
    const debit = account(row.row, 'DEBIT', row.debit)
    const credit = account(row.row, 'CREDIT', row.credit)
    if (debit === null || credit === null) continue
    if (debit === credit)
      say(
        'order-sides-equal',
        row.row,
        'CREDIT',
        row.credit,
        '的借方和贷方是同一科目：请改正。',
        'debit and credit are the same account: correct one.',
      )
    orders.push({ form: row.form, step: row.step, debit, credit })
  }
  const lines = orders.map(order => JSON.stringify(order))
  faults.throwIfAny()
  let taken = read
  if (!request.checkOnly) {
    const edition = await issueEdition(context, { issuer: null, kind: 'orders', name: '交易令', head: head!, lines })
    if (edition === null) taken = 0
    else {
      for (const form of new Set(orders.map(order => order.form)))
        if ((years.get(form) ?? 0) >= head!.firstYear)
          say(
            'order-year-taken',
            rows.find(row => row.form === form)!.row,
            'FIRST_YEAR',
            String(head!.firstYear),
            `的业务单自 ${years.get(form)} 年度起已有交易令：新交易令须从其后的年度开始。`,
            `this form has orders from ${years.get(form)} on: further ones begin in a later year.`,
          )
      faults.throwIfAny()
      try {
        await putOrders(tx, { edition, firstYear: head!.firstYear, lastYear: head!.lastYear }, orders)
      } catch (error) {
        throw lockedExplained(error)
      }
    }
  }
  return outcomeOf(faults, read, taken, { forms: new Set(orders.map(order => order.form)).size })
}
