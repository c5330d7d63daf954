import { storedNumber } from '../kernel/document-number.ts'
import { FaultList } from '../kernel/refusal.ts'
import { type DocumentInput, registerDocument } from '../ledger/document.ts'
import { postedBefore } from '../ledger/post.ts'
import { askedOf } from '../ledger/request.ts'
import type { Context } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { NewLine } from './allotment.ts'
import { type Issue, type Issued, issue, openTransfers } from './issue.ts'
import { refusePapers } from './paper.ts'
import { fundPoverty } from './store.ts'

/** The division $1 with all that stands above it, and all that stands below it, of whatever distance, by money or by administration. */
const NEAR = `with recursive above(division) as (
    select $1::int
    union select p.division from above a join divisions.published_division v on v.division = a.division
      join divisions.published_division p on p.division in (v.fiscal_parent, v.administrative_parent)
  ), below(division) as (
    select $1::int
    union select o.division from below b
      join divisions.published_division o on b.division in (o.fiscal_parent, o.administrative_parent)
  )`

/**
 * Sends money to another region (地区间横向转移): debit 500203, credit 5001, to a division of this installation, where it waits to be
 * received, or to a region outside it, by name. A superior or a division below is no other region.
 * Refuses what `issue` refuses, and `receiver-not-across`.
 */
export async function sendAcross(context: Context, input: Omit<Issue, 'form'>): Promise<Issued> {
  const near = await context.tx.query<{ division: number }>(
    `${NEAR} select division from above union select division from below`,
    [input.division],
  )
  // Itself is neither above nor below: that no receiver is named, the form says.
  const levels = new Set(near.map(one => one.division).filter(one => one !== input.division))
  const faults = new FaultList()
  input.lines.forEach((line, index) => {
    if (line.toDivision == null || !levels.has(line.toDivision)) return
    faults.add({
      code: 'receiver-not-across',
      row: index + 1,
      field: 'toDivision',
      zh: `第 ${index + 1} 行的接收方是本级的上级或下级：对下级请用下达下级，横向转移只在没有隶属关系的地区之间。`,
      en: `Line ${index + 1}: the receiver lies above or below this division: pass down to a lower one; a horizontal transfer is between regions of which neither is the other's superior.`,
    })
  })
  faults.throwIfAny()
  return issue(context, { ...input, form: 'send-across' })
}

/** The regions that a division could send across to: those that lie neither above nor below it. */
export const listRegions = (tx: Tx, division: number): Promise<{ code: string; name: string }[]> =>
  tx.query<never>(
    `${NEAR} select o.code, o.name from divisions.published_division o
     where o.division not in (select division from above union select division from below) order by o.code`,
    [division],
  )

/** Who sent across, where that is a region outside this installation: its name, and its own document. */
export interface OutsideRegion extends DocumentInput {
  region: string
}

/**
 * Receives what another region sent: transfers that wait here, or what a region outside this installation sent by its own document;
 * that is written down as a transfer with its amount, and taken in the same act, so that it interlocks like the others.
 * Refuses what `issue` refuses, `region-missing`, and `outside-document-taken`.
 */
export async function receiveAcross(
  context: Context,
  input: Omit<Issue, 'form'> & { from?: OutsideRegion | null },
): Promise<Issued> {
  const { from = null, ...form } = input
  const asked = input.asked ?? askedOf('receive-across', input)
  const before = form.requestKey ? await postedBefore(context, form.division, form.requestKey, asked) : null
  const known = form.lines.filter(line => line.transfer !== undefined)
  if (before || (!from && known.length === form.lines.length))
    return issue(context, { ...form, asked, form: 'receive-across' })
  const faults = new FaultList()
  form.lines.forEach((line, index) => {
    const whole = line.fund !== undefined && line.amount > 0n
    if (!from || line.transfer !== undefined || !whole)
      faults.add({
        code: 'region-missing',
        row: index + 1,
        field: from ? 'fund' : 'from',
        zh: `第 ${index + 1} 行：系统外地区转来的，请填写该地区名称、其文件以及资金和金额，且不同时选择待接收的转移。`,
        en: `Line ${index + 1}: of a region outside this installation state its name and document, and the fund and amount; do not choose a waiting transfer beside it.`,
      })
  })
  const funds = await fundPoverty(context.tx, [...new Set(form.lines.flatMap(line => line.fund ?? []))])
  form.lines.forEach(({ fund }, index) => {
    if (fund !== undefined && !funds.has(fund))
      faults.add({
        code: 'fund-unknown',
        row: index + 1,
        field: 'fund',
        value: String(fund),
        zh: `第 ${index + 1} 行的专项资金不存在：请从目录中选择。`,
        en: `Line ${index + 1}: there is no such fund: choose one from the catalogue.`,
      })
  })
  faults.throwIfAny()
  await refusePapers(context, {
    ...form,
    across: true,
    papers: form.lines.map((line, index) => ({
      row: index + 1,
      number: storedNumber(from!.number),
      fund: line.fund!,
      sender: from!.region,
    })),
  })
  const { lines } = form
  const paper = await registerDocument(context, form.division, from!)
  const opened = await openTransfers(context, {
    sender: null,
    across: true,
    byHand: true,
    senderName: from!.region.trim(),
    fiscalYear: form.fiscalYear,
    document: { ...from!, number: paper.number },
    lines: lines.map(line => ({
      receiver: form.division,
      senderAllotment: null,
      fund: line.fund!,
      sourceLevel: line.sourceLevel ?? funds.get(line.fund!)!.level,
      direct: false,
      functionSubject: line.functionSubject ?? null,
      fundNature: line.fundNature ?? null,
      note: line.note ?? null,
      externalId: null,
      path: '{}',
      sent: line.amount,
    })),
  })
  const byLine = new Map<NewLine, bigint>(lines.map((line, index) => [line, opened[index]!]))
  return issue(context, {
    ...form,
    asked,
    form: 'receive-across',
    lines: lines.map(line => ({ ...line, transfer: byLine.get(line) })),
  })
}
