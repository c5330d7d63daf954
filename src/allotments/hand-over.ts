import type { Level } from '../kernel/division-code.ts'
import { displayMoney, type Fen } from '../kernel/money.ts'
import { FaultList, refuse } from '../kernel/refusal.ts'
import { ACCOUNT } from '../ledger/chart.ts'
import { type DocumentInput, registerDocument } from '../ledger/document.ts'
import { lineNaming, type Naming, refuseNamed } from '../ledger/line-names.ts'
import { type Posting, post, postedBefore } from '../ledger/post.ts'
import { askedOf } from '../ledger/request.ts'
import type { Context } from '../platform/context.ts'
import { handOverOf, handOverRests, rememberHandOver } from './hand-over-store.ts'
import { openTransfers } from './issue.ts'
import { newRow } from './new-line.ts'
import type { Holding } from './reduction.ts'
import { type AllotmentRow, fundPoverty, goLive, holdings, insertAllotments, newIds, transferOrigins } from './store.ts'

/** What is left of lines of one division goes into another's book, by one document, on one day. */
export interface HandOver {
  division: number
  to: number
  fiscalYear: number
  document: DocumentInput
  effectiveOn: string
  requestKey?: string | null
  /** Named lines, whole or with an amount; or all of the year that have something left. */
  lines: 'all' | readonly { line: bigint; amount?: Fen }[]
  /** Under which fund of its own the taker books a fund of the giver; the same one where not said. */
  funds?: ReadonlyMap<number, number>
  /** The order that changed the divisions, where there is one. */
  change?: number | null
  checkOnly?: boolean
}

export interface HandedOver {
  /** Both null where it was only looked at. */
  batch: bigint | null
  toBatch: bigint | null
  parts: { line: bigint; amount: Fen; taken: bigint | null }[]
}

/** What of a line is not paid, not under way to a payee and not passed down, in fen. */
export const restOf = (line: Holding): bigint => line.toAssign + line.toRefine + line.own + line.plan

/**
 * Hands over (划转) what is left of lines when divisions change: in the giver's book it goes out as a transfer, in the taker's it comes in
 * by taking that transfer, in one transaction, so that both books tie and lineage, level of source and superior document go along. What was
 * paid, is under way, or was passed further down stays where it is.
 * Refuses, all faults at once: `hand-over-itself`, `receiver-missing`, `nothing-to-hand-over`, `source-missing`, `source-wrong-year`,
 * `amount-not-positive`, `over-allotted`; and what `ledger.post` refuses.
 */
export async function handOver(context: Context, input: HandOver): Promise<HandedOver> {
  const { tx } = context
  if (!input.checkOnly) return perform(context, input)
  await tx.query('savepoint look')
  const { parts } = await perform(context, { ...input, requestKey: null })
  await tx.query('rollback to savepoint look')
  return { batch: null, toBatch: null, parts: parts.map(part => ({ ...part, taken: null })) }
}

async function perform(context: Context, input: HandOver): Promise<HandedOver> {
  const { tx } = context
  const { division, to, fiscalYear } = input
  if (division === to)
    refuse(
      'input',
      'hand-over-itself',
      '转出方和转入方是同一区划：请选择接收划转的区划。',
      'A division cannot hand over to itself: choose the one that takes over.',
      { field: 'to' },
    )
  const before = input.requestKey
    ? await postedBefore(context, division, input.requestKey, askedOf('hand-over', input))
    : null
  if (before) return { batch: before.batch, ...(await handOverOf(tx, division, before.batch)) }
  const asked = await askedFor(context, input)
  const lines = await holdings(
    tx,
    division,
    asked.map(one => one.line),
  )
  const parts = await checked(context, input, asked, lines)

  const out = await registerDocument(context, division, input.document)
  const funds = await fundPoverty(tx, [
    ...new Set([...lines.values()].map(line => line.fund).flatMap(fund => [fund, input.funds?.get(fund) ?? fund])),
  ])
  const ids = await newIds(tx, parts.length)
  const given = parts.map((part, index): AllotmentRow => {
    const line = lines.get(part.line)!
    const common = {
      division,
      fiscalYear,
      form: 'hand-over',
      document: out.id,
      dated: input.document.dated,
      live: null,
    }
    return newRow(
      common,
      ids[index]!,
      {
        amount: part.amount,
        source: line.id,
        toDivision: to,
        agency: line.agency,
        project: line.project,
        departmentSubject: line.departmentSubject,
      },
      { ...line, available: 0n },
      { id: line.fund, ...funds.get(line.fund)! },
    )
  })
  await insertAllotments(tx, given)
  const opened = await openTransfers(context, {
    sender: division,
    fiscalYear,
    document: { ...input.document, number: out.number },
    lines: given.map(row => ({
      receiver: to,
      senderAllotment: row.id,
      fund: row.fund,
      sourceLevel: row.source_level as Level,
      direct: row.direct,
      functionSubject: row.function_subject,
      fundNature: row.fund_nature,
      note: row.note,
      externalId: null,
      path: row.path,
      sent: 0n as Fen,
    })),
  })
  const batch = await post(context, {
    division,
    form: 'hand-over',
    fiscalYear,
    effectiveOn: input.effectiveOn,
    document: out.id,
    requestKey: input.requestKey ?? null,
    lines: parts.flatMap((part, index) => goesOut(lines.get(part.line)!, ids[index]!, part.amount)),
    transfers: parts.map((part, index) => ({ division: to, transfer: opened[index]!, amount: part.amount })),
  })
  const taken = await takeOver(context, input, given, opened, lines, funds)
  await rememberHandOver(tx, { division, batch, to, toBatch: taken.batch, change: input.change ?? null })
  await context.audit({
    division,
    action: 'allotment.hand-over',
    subject: out.number,
    detail: { batch: String(batch), to, toBatch: String(taken.batch), lines: parts.length },
  })
  return {
    batch,
    toBatch: taken.batch,
    parts: parts.map((part, index) => ({ ...part, taken: taken.ids[index]! })),
  }
}

async function takeOver(
  context: Context,
  input: HandOver,
  given: readonly AllotmentRow[],
  transfers: readonly bigint[],
  lines: ReadonlyMap<bigint, Holding>,
  funds: Awaited<ReturnType<typeof fundPoverty>>,
): Promise<{ batch: bigint; ids: bigint[] }> {
  const { tx } = context
  const document = await registerDocument(context, input.to, input.document)
  const origins = await transferOrigins(tx, input.to, transfers)
  const ids = await newIds(tx, given.length)
  const live = await goLive(tx, input.to)
  const rows = given.map((row, index): AllotmentRow => {
    const line = lines.get(row.source!)!
    const fund = input.funds?.get(row.fund) ?? row.fund
    const common = {
      division: input.to,
      fiscalYear: input.fiscalYear,
      form: 'take-over',
      document: document.id,
      dated: input.document.dated,
      live,
    }
    return newRow(
      common,
      ids[index]!,
      {
        amount: row.amount_fen as Fen,
        transfer: transfers[index]!,
        sourceType: line.sourceType,
        // The document by which the money once came stays with it; the hand-over's own is the line's document.
        superiorNumber: line.superiorNumber,
        advance: line.advance,
        functionSubject: line.functionSubject,
        economicSubject: line.economicSubject,
        poverty: line.poverty,
        monitored: row.monitored_fen as Fen,
        budgetOrigin: line.budgetOrigin,
      },
      origins.get(transfers[index]!),
      { id: fund, ...funds.get(fund)! },
    )
  })
  await insertAllotments(tx, rows)
  const batch = await post(context, {
    division: input.to,
    form: 'take-over',
    fiscalYear: input.fiscalYear,
    effectiveOn: input.effectiveOn,
    document: document.id,
    requestKey: input.requestKey ?? null,
    lines: rows.map(row => ({
      debitAllotment: row.id,
      debit: ACCOUNT.total,
      creditAllotment: row.id,
      credit: ACCOUNT.revenue,
      amount: row.amount_fen as Fen,
    })),
    transfers: rows.map(row => ({ division: input.to, transfer: row.transfer!, amount: row.amount_fen as Fen })),
  })
  return { batch, ids }
}

const askedFor = async (context: Context, input: HandOver): Promise<{ line: bigint; amount?: Fen }[]> =>
  input.lines === 'all'
    ? (await handOverRests(context.tx, input.division, input.fiscalYear)).map(one => ({ line: BigInt(one.id) }))
    : [...input.lines]

async function checked(
  context: Context,
  input: HandOver,
  asked: readonly { line: bigint; amount?: Fen }[],
  lines: ReadonlyMap<bigint, Holding>,
): Promise<{ line: bigint; amount: Fen }[]> {
  let parts: { line: bigint; amount: Fen }[] = []
  await refuseNamed(
    () => lineNaming(context.tx, input.division, [...lines.keys()]),
    name => {
      const found = partsOf(input, asked, lines, name)
      parts = found.parts
      return found.faults
    },
  )
  if (parts.length === 0)
    refuse(
      'conflict',
      'nothing-to-hand-over',
      `转出方 ${input.fiscalYear} 年度没有可划转的余额：请核对年度和区划。`,
      `Nothing of ${input.fiscalYear} is left to hand over: check the year and the division.`,
      { field: 'lines' },
    )
  return parts
}

function partsOf(
  input: HandOver,
  asked: readonly { line: bigint; amount?: Fen }[],
  lines: ReadonlyMap<bigint, Holding>,
  name: Naming,
): { parts: { line: bigint; amount: Fen }[]; faults: FaultList } {
  const faults = new FaultList()
  const left = new Map([...lines].map(([id, line]) => [id, restOf(line)]))
  const parts: { line: bigint; amount: Fen }[] = []
  asked.forEach(({ line: id, amount }, index) => {
    const row = index + 1
    const line = lines.get(id)
    const add = (code: string, field: string, value: string, zh: string, en: string): void =>
      faults.add({ code, row, field, value, zh: `第 ${row} 行${zh}`, en: `Line ${row}: ${en}` })
    if (!line) {
      add(
        'source-missing',
        'source',
        String(id),
        `的指标不存在或不属于转出方：请重新选择。`,
        `its source does not exist in the division that hands over: choose another.`,
      )
      return
    }
    if (line.fiscalYear !== input.fiscalYear) {
      add(
        'source-wrong-year',
        'source',
        String(id),
        `的指标${name(id).zh}属于 ${line.fiscalYear} 年度，不是 ${input.fiscalYear} 年度：请分年度划转。`,
        `${name(id).en} is of ${line.fiscalYear}, not of ${input.fiscalYear}: hand over year by year.`,
      )
      return
    }
    const rest = left.get(id)!
    const part = amount ?? (rest as Fen)
    if (part <= 0n && !(input.lines === 'all' && rest === 0n))
      add(
        'amount-not-positive',
        'amount',
        displayMoney(part as Fen),
        `的指标${name(id).zh}没有可划转的余额，或金额不大于零：请删去该行或改正金额。`,
        `nothing of ${name(id).en} is left to hand over, or the amount is not above zero: remove the line or correct it.`,
      )
    else if (part > rest)
      add(
        'over-allotted',
        'amount',
        displayMoney(part as Fen),
        `金额 ${displayMoney(part as Fen)} 元超过指标${name(id).zh}的余额 ${displayMoney(rest as Fen)} 元：请减少金额；已支付、在途和已下达的不划转。`,
        `${displayMoney(part as Fen)} yuan exceeds the ${displayMoney(rest as Fen)} yuan left of ${name(id).en}: lower it; what is paid, under way or passed down is not handed over.`,
      )
    left.set(id, rest - part)
    if (part > 0n) parts.push({ line: id, amount: part })
  })
  return { parts, faults }
}

/** The entries that take an amount out of a line's book: what is planned goes back to own spending first. Lowers the holding. */
function goesOut(line: Holding, out: bigint, amount: Fen): Posting[] {
  const entries: Posting[] = []
  const credit = (debitAllotment: bigint, debit: number, account: number, fen: bigint): void => {
    if (fen > 0n) entries.push({ debitAllotment, debit, creditAllotment: line.id, credit: account, amount: fen as Fen })
  }
  const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
  let left: bigint = amount
  const take = (of: bigint): bigint => {
    const part = least(of, left)
    left -= part
    return part
  }
  const fromTotal = take(line.toAssign)
  const fromRefine = take(line.toRefine)
  const fromOwn = take(line.own)
  const fromPlan = take(line.plan)
  line.toAssign -= fromTotal
  line.toRefine -= fromRefine
  line.own -= fromOwn
  line.plan -= fromPlan
  credit(out, ACCOUNT.passed, ACCOUNT.total, fromTotal)
  credit(out, ACCOUNT.passed, ACCOUNT.toRefine, fromRefine)
  credit(line.id, ACCOUNT.own, ACCOUNT.plan, fromPlan)
  credit(out, ACCOUNT.passed, ACCOUNT.own, fromOwn + fromPlan)
  return entries
}
