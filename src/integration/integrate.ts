import type { NewLine } from '../allotments/allotment.ts'
import type { Issued } from '../allotments/issue.ts'
import { newRow } from '../allotments/new-line.ts'
import { type Holding, takeOff } from '../allotments/reduction.ts'
import type { AllotmentRow } from '../allotments/store.ts'
import { goLive, holdings, insertAllotments, newIds } from '../allotments/store.ts'
import { displayMoney, type Fen } from '../kernel/money.ts'
import { FaultList, refuse } from '../kernel/refusal.ts'
import { ACCOUNT } from '../ledger/chart.ts'
import { type DocumentInput, registerDocument } from '../ledger/document.ts'
import { lineNaming, type Naming, refuseNamed } from '../ledger/line-names.ts'
import { type Posting, post, postedBefore } from '../ledger/post.ts'
import { askedOf } from '../ledger/request.ts'
import type { Context } from '../platform/context.ts'
import { knownFunds } from './store.ts'

export interface Integration {
  division: number
  fiscalYear: number
  document: DocumentInput
  effectiveOn: string
  requestKey?: string | null
  /** What was asked under the key, where it was not in these words (a row of a file). */
  asked?: Buffer
  lines: readonly (NewLine & { source: bigint; useFund: number })[]
}

/** What may be taken of a line: what is still to refine of an assigned one, what is neither paid nor under way of a refined one. */
const left = (line: Holding): bigint => (line.form === 'assign' ? line.toRefine : line.own + line.plan)

/**
 * Integrates agriculture-related funds (统筹整合涉农资金) within one division: money moves from a line to a new refined line that keeps its legal
 * source (fund, functional subject, source level, superior document) and adds its actual use (fund, project, agency). Only in a county that
 * declared that it integrates: the database refuses `not-integrating` otherwise.
 * Refuses, all faults at once: `source-missing`, `source-wrong-form`, `source-wrong-year`, `amount-not-positive`, `over-allotted`, `fund-unknown`,
 * `agency-missing`; and what `ledger.post` refuses.
 */
export async function integrate(context: Context, input: Integration): Promise<Issued> {
  const { tx } = context
  const { division, fiscalYear } = input
  if (input.lines.length === 0)
    refuse('input', 'no-lines', '业务单没有明细：请至少填写一行。', 'The form has no lines: enter at least one.')
  const before = input.requestKey
    ? await postedBefore(context, division, input.requestKey, input.asked ?? askedOf('integrate', input))
    : null
  if (before) {
    const made = await tx.query<{ id: bigint }>(
      `select e.debit_allotment as id from ledger.published_entry e where e.division = $1 and e.batch = $2 and e.credit = 5001 order by e.line`,
      [division, before.batch],
    )
    return { batch: before.batch, document: before.document!, lines: made.map(row => row.id), repair: null }
  }
  const from = await holdings(
    tx,
    division,
    input.lines.map(line => line.source),
  )
  await check(context, input, from)
  const registered = await registerDocument(context, division, input.document)
  const common = {
    division,
    fiscalYear,
    // What it makes is a refined line like any other, which payments find; its actual use says that it was integrated.
    form: 'refine',
    document: registered.id,
    dated: input.document.dated,
    live: await goLive(tx, division),
  }
  const ids = await newIds(tx, input.lines.length)
  const rows: AllotmentRow[] = []
  const postings: Posting[] = []
  input.lines.forEach((line, index) => {
    const old = from.get(line.source)!
    const id = ids[index]!
    const refined = old.form === 'refine'
    const parent = refined ? old.source! : old.id
    const origin = { ...old, path: refined ? old.sourcePath! : old.path, available: 0n }
    const fund = { id: old.fund, poverty: old.poverty, level: old.sourceLevel }
    const agency = line.agency ?? old.agency
    rows.push(newRow(common, id, { ...line, agency, source: parent, budgetOrigin: 3 }, origin, fund))
    if (refined) postings.push(...takeOff('virement', old, line.amount))
    else old.toRefine -= line.amount
    postings.push({
      debitAllotment: id,
      debit: ACCOUNT.own,
      creditAllotment: parent,
      credit: ACCOUNT.toRefine,
      amount: line.amount,
    })
  })
  await insertAllotments(tx, rows)
  const batch = await post(context, { ...input, form: 'integrate', lines: postings, document: registered.id })
  await context.audit({
    division,
    action: 'integrated',
    subject: registered.number,
    detail: { batch: String(batch), lines: ids.length },
  })
  await context.announce('allotments.room-made', { division, fiscalYear })
  return { batch, document: registered.id, lines: ids, repair: registered.repair }
}

async function check(context: Context, input: Integration, from: Map<bigint, Holding>): Promise<void> {
  const funds = await knownFunds(
    context.tx,
    input.lines.map(line => line.useFund),
  )
  await refuseNamed(
    () => lineNaming(context.tx, input.division, [...from.keys()]),
    name => faultsOf(input, from, funds, name),
  )
}

function faultsOf(
  input: Integration,
  from: Map<bigint, Holding>,
  funds: Awaited<ReturnType<typeof knownFunds>>,
  name: Naming,
): FaultList {
  const faults = new FaultList()
  const taken = new Map<bigint, bigint>()
  input.lines.forEach((line, index) => {
    const row = index + 1
    const old = from.get(line.source)
    const add = (code: string, field: string, value: string, zh: string, en: string): void =>
      faults.add({ code, row, field, value, zh, en })
    const amount = displayMoney(line.amount)
    if (line.amount <= 0n)
      add(
        'amount-not-positive',
        'amount',
        amount,
        `第 ${row} 行金额应大于零。`,
        `Line ${row}: the amount must be above zero.`,
      )
    if (!funds.has(line.useFund))
      add(
        'fund-unknown',
        'useFund',
        String(line.useFund),
        `第 ${row} 行的实际用途资金不存在或为涉密资金：请从目录中选择。`,
        `Line ${row}: there is no such fund to use it as, or it is secret: choose one from the catalogue.`,
      )
    if (!old) {
      add(
        'source-missing',
        'source',
        String(line.source),
        `第 ${row} 行的指标不存在或不属于本级：请重新选择。`,
        `Line ${row}: its source does not exist in this division: choose another.`,
      )
      return
    }
    if (old.form !== 'assign' && old.form !== 'refine') {
      add(
        'source-wrong-form',
        'source',
        String(line.source),
        `第 ${row} 行的指标${name(line.source).zh}尚未分配，不能整合：请先分配。`,
        `Line ${row}: ${name(line.source).en} is not assigned yet: assign it first.`,
      )
      return
    }
    if (old.fiscalYear !== input.fiscalYear)
      add(
        'source-wrong-year',
        'source',
        String(line.source),
        `第 ${row} 行的指标${name(line.source).zh}属于 ${old.fiscalYear} 年度：请分年度办理。`,
        `Line ${row}: ${name(line.source).en} is of ${old.fiscalYear}: use a form for each year.`,
      )
    if (line.agency == null && old.agency === null)
      add(
        'agency-missing',
        'agency',
        '',
        `第 ${row} 行没有预算单位：整合须落实到单位。`,
        `Line ${row} names no agency: integrating settles on a budget unit.`,
      )
    const sum = (taken.get(line.source) ?? 0n) + line.amount
    taken.set(line.source, sum)
    const rest = left(old) - (sum - line.amount)
    if (line.amount > rest)
      add(
        'over-allotted',
        'amount',
        amount,
        `第 ${row} 行金额 ${amount} 元超过指标${name(line.source).zh}的可用余额 ${displayMoney(rest as Fen)} 元：请减少金额。`,
        `Line ${row}: ${amount} yuan exceeds the ${displayMoney(rest as Fen)} yuan left of ${name(line.source).en}: lower it.`,
      )
  })
  return faults
}
