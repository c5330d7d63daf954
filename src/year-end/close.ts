import { displayMoney, type Fen } from '../kernel/money.ts'
import { FaultList, Refusal, refuse } from '../kernel/refusal.ts'
import { inWords, markBook } from '../ledger/book.ts'
import { type DocumentInput, registerDocument } from '../ledger/document.ts'
import { explained } from '../ledger/post.ts'
import { askedOf, sameRequest } from '../ledger/request.ts'
import type { Context } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { Block, ClosingAnswer, Lapse, Look } from './contract.ts'
import {
  blocking,
  closingByKey,
  closingDays,
  closings,
  holdBook,
  lockRests,
  openCarried,
  postCarry,
  postClose,
  recordClosing,
  restRows,
  restTotals,
  takeBackCarried,
  takeBackClosed,
} from './store.ts'

/** What keeps a year's book from being closed, each in a sentence; empty where nothing does. */
export async function blocksOf(tx: Tx, division: number, year: number, today: string): Promise<Block[]> {
  const found = await blocking(tx, division, year)
  const blocks: Block[] = []
  const add = (code: string, count: number, fen: bigint, zh: string, en: string) => {
    if (count > 0) blocks.push({ code, count, fen: String(fen), zh, en })
  }
  const money = (fen: bigint) => displayMoney(fen as Fen)
  add(
    'year-not-over',
    today < `${year}-12-31` ? 1 : 0,
    0n,
    `${year} 年度尚未结束：12 月 31 日起才能年终结账。`,
    `The year ${year} is not over: its book is closed from 31 December on.`,
  )
  add(
    'book-closed',
    found.closedOn ? 1 : 0,
    0n,
    `本年度账簿已于 ${found.closedOn} 结账。`,
    `The year's book was closed on ${found.closedOn}.`,
  )
  add(
    'payments-in-transit',
    found.transit,
    found.transitFen,
    `有 ${found.transit} 条指标的支付在途，共 ${money(found.transitFen)} 元：请等银行确认，或导入退回凭证。`,
    `Payments in transit on lines: ${found.transit}, ${money(found.transitFen)} yuan: wait for the bank, or import what came back.`,
  )
  add(
    'payments-waiting',
    found.waiting,
    found.waitingFen,
    `有 ${found.waiting} 笔支付未入账，共 ${money(found.waitingFen)} 元：请先逐笔处理。`,
    `Payments waiting outside the book: ${found.waiting}, ${money(found.waitingFen)} yuan: settle each of them first.`,
  )
  add(
    'transfers-waiting',
    found.transfers,
    found.transfersFen,
    `有 ${found.transfers} 笔上级转移支付未接收，共 ${money(found.transfersFen)} 元：请先接收，或由上级收回。`,
    `Transfers from above not received: ${found.transfers}, ${money(found.transfersFen)} yuan: receive them, or have them recalled.`,
  )
  add(
    'earlier-year-open',
    found.earlier ? 1 : 0,
    0n,
    `${found.earlier} 年度仍有余额且没有结账：请先结较早的年度。`,
    `The year ${found.earlier} has balances and is not closed: close the earlier year first.`,
  )
  add(
    'next-year-closed',
    found.nextClosed ? 1 : 0,
    0n,
    `${year + 1} 年度已经结账，无法结转：请先反结账。`,
    `The year ${year + 1} is closed, so nothing can be carried into it: reopen it first.`,
  )
  return blocks
}

/** What a closing would do: what blocks it, what would be carried and what would lapse. Stores nothing. */
export async function lookAtYear(
  context: Pick<Context, 'tx' | 'clock'>,
  division: number,
  year: number,
  lapse: Lapse = {},
): Promise<Look> {
  const { tx } = context
  const { closedOn, limitYears } = await blocking(tx, division, year)
  return {
    fiscalYear: year,
    closedOn,
    limitYears,
    blocks: await blocksOf(tx, division, year, context.clock.today()),
    ...(await restTotals(tx, division, year, lapse)),
    rests: await restRows(tx, division, year, lapse),
    closings: await closings(tx, division, year),
  }
}

export interface YearEnd {
  division: number
  fiscalYear: number
  document: DocumentInput
  requestKey: string
  effectiveOn?: string | null
  lapse?: Lapse
}

/**
 * Closes a year (年终结账) and carries its rests into the next (结转), in one transaction: every balance of 1001, 5001, 500201 and 5101 goes
 * to 5901, or to 5902 where it lapses; what is carried stands in the new year where it stood in the old, down to agency and project. The
 * same request key again answers the first closing. Refuses all that `blocksOf` names, at once; and what `ledger.post` refuses.
 */
export async function closeYear(context: Context, input: YearEnd): Promise<ClosingAnswer> {
  const { tx } = context
  const { division, fiscalYear, requestKey, lapse = {} } = input
  await holdBook(tx, division, fiscalYear)
  await sameRequest(context, division, requestKey, askedOf('close', input))
  const before = await closingByKey(tx, division, requestKey)
  if (before) return before
  const blocks = await blocksOf(tx, division, fiscalYear, context.clock.today())
  const faults = new FaultList()
  for (const { code, zh, en, count } of blocks) faults.add({ code, zh, en, value: String(count) })
  if (faults.count > 0) throw new Refusal('conflict', faults.faults, { count: faults.count })
  const days = await closingDays(tx, division, fiscalYear)
  const registered = await registerDocument(context, division, input.document)
  const at = { division, year: fiscalYear, document: registered.id, requestKey }
  const { batch, carryBatch } = await worded(async () => {
    await lockRests(tx, division, fiscalYear)
    const closed = await postClose(tx, { ...at, on: input.effectiveOn ?? days.closeOn }, lapse)
    if (closed === null) return { batch: null, carryBatch: null }
    const ids = await openCarried(tx, division, closed)
    if (ids === '{}') return { batch: closed, carryBatch: null }
    const next = { ...at, year: fiscalYear + 1, requestKey: `${requestKey} carry`, on: days.carryOn }
    return { batch: closed, carryBatch: await postCarry(tx, next, closed, ids) }
  })
  const answer = await recordClosing(tx, at, { kind: 'close', batch, carryBatch, reason: null })
  await markBook(context, {
    division,
    fiscalYear,
    kind: 'close',
    day: context.clock.today(),
    document: registered.id,
    findings: { carriedFen: answer.carriedFen, lapsedFen: answer.lapsedFen },
  })
  // Payments of the new year may have been waiting for what was carried; refunds of the old one are now entered as recoveries.
  await context.announce('allotments.room-made', { division, fiscalYear: fiscalYear + 1 })
  await context.announce('allotments.room-made', { division, fiscalYear })
  return answer
}

/**
 * Takes a carry-over back (撤回结转): out of the new year and back into the old, in one transaction, of some lines or of all; what lapsed comes
 * back too. What has been spent, planned or moved on in the new year has to come back first (`over-allotted` names the line). The old year has to
 * be reopened before. Refuses `nothing-to-take-back`, `over-allotted`, `book-locked`.
 */
export async function takeBack(
  context: Context,
  input: Omit<YearEnd, 'lapse'> & { reason: string; lines?: readonly string[] },
): Promise<ClosingAnswer> {
  const { tx } = context
  const { division, fiscalYear, requestKey } = input
  await holdBook(tx, division, fiscalYear)
  await sameRequest(context, division, requestKey, askedOf('take-back', input))
  const before = await closingByKey(tx, division, requestKey)
  if (before) return before
  const days = await closingDays(tx, division, fiscalYear)
  const registered = await registerDocument(context, division, input.document)
  const at = { division, year: fiscalYear, document: registered.id, requestKey, lines: input.lines ?? null }
  const { batch, carryBatch } = await worded(async () => {
    const carried = await takeBackCarried(tx, { ...at, on: days.carryOn })
    return { carryBatch: carried, batch: await takeBackClosed(tx, { ...at, on: input.effectiveOn ?? days.closeOn }) }
  })
  if (batch === null)
    refuse(
      'conflict',
      'nothing-to-take-back',
      '所选指标没有已结转或已收回的余额：请核对。',
      'Nothing of these lines was carried or lapsed: check them.',
      { field: 'lines' },
    )
  const answer = await recordClosing(tx, at, { kind: 'take-back', batch, carryBatch, reason: input.reason })
  await context.audit({
    division,
    action: 'year.take-back',
    subject: String(fiscalYear),
    detail: { batch: String(batch), reason: input.reason, fen: answer.carriedFen },
  })
  return answer
}

const worded = <T>(work: () => Promise<T>): Promise<T> =>
  inWords(() =>
    work().catch(error => {
      throw explained(error)
    }),
  )
