import { displayMoney, type Fen } from '../kernel/money.ts'
import { FaultList, refuse } from '../kernel/refusal.ts'
import { ACCOUNT } from '../ledger/chart.ts'
import { type DocumentInput, registerDocument } from '../ledger/document.ts'
import { lineNaming, type Naming, refuseNamed } from '../ledger/line-names.ts'
import { type Posting, post, postedBefore } from '../ledger/post.ts'
import { askedOf } from '../ledger/request.ts'
import type { Context } from '../platform/context.ts'
import type { NewLine } from './allotment.ts'
import type { Issued } from './issue.ts'
import { newRow } from './new-line.ts'
import { checkTaken } from './reduce.ts'
import { type Holding, takeOff } from './reduction.ts'
import { type AllotmentRow, entriesOf, goLive, holdings, insertAllotments, newIds } from './store.ts'

/** One document that moves money between uses: each line names the line it takes from, and what the new line is for. */
export interface Virement {
  division: number
  fiscalYear: number
  document: DocumentInput
  effectiveOn: string
  requestKey?: string | null
  /** What was asked under the key, where it was not in these words (a row of a file). */
  asked?: Buffer
  lines: readonly NewLine[]
}

/** What a virement may change; at least one of them it must. */
const USES = ['agency', 'project', 'functionSubject', 'economicSubject', 'departmentSubject'] as const

/**
 * Moves money from one use to another within the same assigned line (调剂): out of a refined line's own spending (and plan) and into a
 * new refined line, in one batch. Fund, source level and superior document stay; so no tree gains or loses. What the new line does
 * not state it takes over from the one that it is taken from.
 * Refuses, all faults at once: `no-lines`, `amount-not-positive`, `source-missing`, `source-wrong-form`, `source-wrong-year`,
 * `over-allotted`, `virement-other-fund`, `virement-same-use`; and what `ledger.post` refuses.
 * @returns the new lines in the order given
 */
export async function vire(context: Context, input: Virement): Promise<Issued> {
  const { tx } = context
  const { division } = input
  if (input.lines.length === 0)
    refuse('input', 'no-lines', '业务单没有明细：请至少填写一行。', 'The form has no lines: enter at least one.')
  const before = input.requestKey
    ? await postedBefore(context, division, input.requestKey, input.asked ?? askedOf('virement', input))
    : null
  if (before) {
    const entries = await entriesOf(tx, division, before.batch)
    const made = entries.filter(entry => entry.credit === ACCOUNT.toRefine).map(entry => entry.debitAllotment)
    return { batch: before.batch, document: before.document!, lines: made, repair: null }
  }
  const asked = input.lines.map(line => ({ line: line.source ?? 0n, amount: line.amount }))
  const from = await holdings(
    tx,
    division,
    asked.map(one => one.line),
  )
  const wanted = input.lines.map(line => wantedOf(line, from.get(line.source ?? 0n)))
  await refuseNamed(
    () => lineNaming(tx, division, [...from.keys()]),
    name => check(input, asked, wanted, from, name),
  )

  const registered = await registerDocument(context, division, input.document)
  const common = {
    division,
    fiscalYear: input.fiscalYear,
    // What it makes is a refined line like any other, which payments find and plans take from; its origin says how it came.
    form: 'refine',
    document: registered.id,
    dated: input.document.dated,
    live: await goLive(tx, division),
  }
  const ids = await newIds(tx, input.lines.length)
  const rows: AllotmentRow[] = []
  const postings: Posting[] = []
  wanted.forEach((line, index) => {
    const old = from.get(asked[index]!.line)!
    const id = ids[index]!
    const origin = { ...old, path: old.sourcePath!, available: 0n }
    const fund = { id: old.fund, poverty: old.poverty, level: old.sourceLevel }
    rows.push(newRow(common, id, { ...line, source: old.source!, budgetOrigin: 3 }, origin, fund))
    postings.push(...takeOff('virement', old, line.amount), {
      debitAllotment: id,
      debit: ACCOUNT.own,
      creditAllotment: old.source!,
      credit: ACCOUNT.toRefine,
      amount: line.amount,
    })
  })
  await insertAllotments(tx, rows)
  const batch = await post(context, { ...input, form: 'virement', lines: postings, document: registered.id })
  await context.audit({
    division,
    action: 'allotment.virement',
    subject: registered.number,
    detail: { batch: String(batch), lines: ids.length },
  })
  // Payments may have been waiting for the new use.
  await context.announce('allotments.room-made', { division, fiscalYear: input.fiscalYear })
  return { batch, document: registered.id, lines: ids, repair: registered.repair }
}

const wantedOf = (line: NewLine, old: Holding | undefined): NewLine => ({
  ...line,
  transfer: undefined,
  toDivision: null,
  agency: line.agency ?? old?.agency ?? null,
  project: line.project ?? old?.project ?? null,
  functionSubject: line.functionSubject ?? old?.functionSubject ?? null,
  economicSubject: line.economicSubject ?? old?.economicSubject ?? null,
  departmentSubject: line.departmentSubject ?? old?.departmentSubject ?? null,
})

function check(
  input: Virement,
  asked: { line: bigint; amount: Fen }[],
  wanted: readonly NewLine[],
  from: Map<bigint, Holding>,
  name: Naming,
): FaultList {
  const faults = new FaultList()
  checkTaken(faults, { form: 'virement', fiscalYear: input.fiscalYear }, asked, from, name)
  wanted.forEach((line, index) => {
    const row = index + 1
    const old = from.get(asked[index]!.line)
    if (old?.form !== 'refine') return
    if (line.fund !== undefined && line.fund !== old.fund)
      faults.add({
        code: 'virement-other-fund',
        row,
        field: 'fund',
        value: String(line.fund),
        zh: `第 ${row} 行改变了专项资金：调剂只在同一资金内改变单位、项目或科目。`,
        en: `Line ${row} changes the fund: a virement changes agency, project or subject within one fund.`,
      })
    if (USES.every(use => line[use] === old[use]))
      faults.add({
        code: 'virement-same-use',
        row,
        field: 'project',
        value: displayMoney(line.amount),
        zh: `第 ${row} 行调入的单位、项目、科目与调出的相同：请填写调入的用途。`,
        en: `Line ${row} goes to the same agency, project and subjects as it comes from: state the new use.`,
      })
  })
  return faults
}
