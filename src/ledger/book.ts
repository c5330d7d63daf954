import { RAISED } from '../kernel/raised.ts'
import { refuse, type Sentence } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { BookAct } from './contract.ts'
import { type DocumentInput, registerDocument } from './document.ts'
import { askedOf, sameRequest } from './request.ts'
import { somethingStands, standingUpTo } from './standing.ts'

/** Why a book does not let something be done, by the code that the database raises (FW004); `of` is its detail. */
const REFUSED: Record<string, (of: string) => Sentence> = {
  'lock-not-forward': of => ({
    zh: `账簿已锁定至 ${of}，锁账只能向后：请选择更晚的日期；要提前须由有权的人解锁并写明原因。`,
    en: `The book is locked through ${of} and is only locked forward: choose a later day, or have it unlocked with a reason.`,
  }),
  'lock-outside-year': of => ({
    zh: `${of} 不在本会计年度内：请选择本年度的日期。`,
    en: `${of} lies outside this fiscal year: choose a day of the year.`,
  }),
  'book-closed': of => ({
    zh: `本年度账簿已于 ${of} 结账：须先凭文件反结账。`,
    en: `The year's book was closed on ${of}: it has to be reopened by a document first.`,
  }),
  'book-not-closed': () => ({
    zh: '本年度账簿没有结账，不需要反结账。',
    en: 'The year’s book is not closed: nothing to reopen.',
  }),
  'unlock-not-back': of => ({
    zh: of ? `账簿现锁定至 ${of}，解锁后的日期应更早：请重新选择。` : '账簿没有锁定，不需要解锁。',
    en: of
      ? `The book is locked through ${of}; unlocking sets an earlier day: choose one.`
      : 'The book is not locked: nothing to unlock.',
  }),
  'reason-missing': () => ({
    zh: '没有写明原因：解锁和反结账须写明原因（至少四个字），随记录保存。',
    en: 'The reason is missing: unlocking and reopening are kept with their reason (four characters at least).',
  }),
  'document-missing': () => ({ zh: '反结账须有文件依据。', en: 'Reopening needs a document.' }),
  'recall-carried-not-corrected': () => ({
    zh: '结转资金的收回是上下级同时办理的，不能单方红字更正：收回有误的，由上级再行下达。',
    en: 'A recall of carried money is an act of both sides, which no red letter undoes on one: what should not have been called back is passed down again.',
  }),
  'book-open': of => ({ zh: `本年度账簿已于 ${of} 开账。`, en: `The year's book was opened on ${of}.` }),
  'year-not-begun': of => ({
    zh: `${of} 年度尚未开始：1 月 1 日起才能开账；此前只登记提前下达。`,
    en: `The year ${of} has not begun: its book is opened from 1 January on; until then it takes advance notices.`,
  }),
  'year-not-over': of => ({
    zh: `${of} 年度尚未结束：12 月 31 日起才能年终结账。`,
    en: `The year ${of} is not over: its book is closed from 31 December on.`,
  }),
  'plans-posted': () => ({
    zh: '本年度已登记用款计划，不能再改变“是否使用计划”。',
    en: 'Payment plans were posted this year: whether the book keeps them can no longer be changed.',
  }),
  'rest-left': () => ({
    zh: '仍有指标有未结转的余额或在途支付：请重新结账。',
    en: 'A line still has a balance or a payment in transit: run the closing again.',
  }),
  'book-provisional': of => ({
    zh: `${of} 年度账簿尚未开账（只有提前下达），不能安排用款或支付：请先开账。`,
    en: `The book of ${of} is provisional (advance notices only), so nothing is spent from it: open the year first.`,
  }),
  'not-integrating': of => ({
    zh: `本区划在 ${of} 不是统筹整合县：请先凭文件登记，再办理整合。`,
    en: `On ${of} this division was not an integrating county: declare it by its document first.`,
  }),
  'year-end-not-corrected': () => ({
    zh: '结账和结转分录不作红字更正：请用“撤回结转”，新旧两年一起撤回。',
    en: 'Closing and carry-over are not corrected in red: take the carry-over back, in both years at once.',
  }),
}

/** An FW004 of the database as its refusal; null for any other error. */
export function refusedByBook(error: unknown): { code: string; said: Sentence; value: string } | null {
  const { code, message, detail } = error as { code?: string; message?: string; detail?: string }
  const say = code === RAISED.book && message ? REFUSED[message] : undefined
  return say ? { code: message!, said: say(detail ?? ''), value: detail ?? '' } : null
}

/** Runs what may be refused by a book, and says the refusal in words. */
export async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const refused = refusedByBook(error)
    if (!refused) throw error
    refuse('conflict', refused.code, refused.said.zh, refused.said.en, refused.value ? { value: refused.value } : {})
  }
}

export interface Mark {
  division: number
  fiscalYear: number
  kind: BookAct
  day: string
  reason?: string | null
  document?: bigint | null
  findings?: object | null
  requestKey?: string | null
}

/** Does one thing to a book, and keeps it among the book's events. Refuses what `REFUSED` says. @returns the event's number */
export async function markBook(context: Context, mark: Mark): Promise<number | null> {
  // The day of locking is chosen; that of other acts is the day on which they are done, which a retry after midnight does not change.
  const { division, fiscalYear, kind, requestKey, reason } = mark
  const day = kind === 'lock' || kind === 'unlock' ? mark.day : null
  if (requestKey) await sameRequest(context, division, requestKey, askedOf(kind, { division, fiscalYear, reason, day }))
  const row = await inWords(() =>
    context.tx.one<{ no: number | null }>('select ledger.mark_book($1, $2, $3, $4, $5, $6, $7, $8) as no', [
      mark.division,
      mark.fiscalYear,
      mark.kind,
      mark.day,
      mark.reason ?? null,
      mark.document ?? null,
      mark.findings ? JSON.stringify(mark.findings) : null,
      mark.requestKey ?? null,
    ]),
  )
  await context.audit({
    division: mark.division,
    action: `book.${mark.kind}`,
    subject: String(mark.fiscalYear),
    detail: { day: mark.day, ...(mark.reason ? { reason: mark.reason } : {}) },
  })
  return row.no
}

/**
 * Closes the months up to a day (月结、锁账): nothing is posted on or before it from then on. What still stands open is looked at first
 * and kept with the event; it keeps nothing from being locked, but has to be acknowledged.
 * Refuses `month-has-open-items`, `lock-not-forward`, `lock-outside-year`, `book-closed`.
 */
export async function lockThrough(
  context: Context,
  input: {
    division: number
    fiscalYear: number
    through: string
    acknowledged?: boolean
    note?: string | null
    requestKey?: string | null
  },
): Promise<number | null> {
  const { division, fiscalYear, through } = input
  const standing = await standingUpTo(context.tx, division, fiscalYear, through)
  if (somethingStands(standing) && !input.acknowledged)
    refuse(
      'conflict',
      'month-has-open-items',
      `截至 ${through} 仍有未封存批次 ${standing.unsealedBatches} 个、未入账支付 ${standing.waitingPayments} 笔、缺扫描件文件 ${standing.documentsWithoutScan} 份、未接收转移支付 ${standing.openTransfers} 笔：请先办理，或确认知悉后锁账。`,
      `Up to ${through} there are ${standing.unsealedBatches} unsealed batches, ${standing.waitingPayments} payments waiting, ${standing.documentsWithoutScan} documents without scan and ${standing.openTransfers} transfers not received: settle them, or acknowledge them and lock.`,
      { field: 'acknowledged' },
    )
  return markBook(context, {
    division,
    fiscalYear,
    kind: 'lock',
    day: through,
    reason: input.note ?? null,
    findings: standing,
    requestKey: input.requestKey ?? null,
  })
}

/**
 * Reopens a closed year by a document (反结账). What was carried stays carried; what is posted after it is closed again, with its rest.
 * Refuses `book-not-closed`, `reason-missing`.
 */
export async function reopen(
  context: Context,
  input: {
    division: number
    fiscalYear: number
    reason: string
    document: DocumentInput
    requestKey?: string | null
  },
): Promise<number | null> {
  const { division, requestKey } = input
  if (requestKey) {
    await sameRequest(
      context,
      division,
      requestKey,
      askedOf('reopen', { division, fiscalYear: input.fiscalYear, reason: input.reason }),
    )
    const known = await context.tx.maybe<{ no: number }>(
      'select no from ledger.published_book_event where division = $1 and request_key = $2',
      [division, requestKey],
    )
    if (known) return known.no
  }
  const document = await registerDocument(context, division, input.document)
  const { fiscalYear, reason } = input
  const no = await markBook(context, {
    division,
    fiscalYear,
    kind: 'reopen',
    day: context.clock.today(),
    reason,
    document: document.id,
    requestKey: requestKey ?? null,
  })
  await context.announce('allotments.room-made', { division, fiscalYear })
  return no
}

/**
 * Opens a year (开账): what an advance notice brought is part of its annual budget from here on, and payments that waited are posted.
 * Refuses `year-not-begun`, `book-open`, `book-closed`.
 */
export async function openYear(
  context: Context,
  input: { division: number; fiscalYear: number; requestKey?: string | null },
): Promise<number | null> {
  const no = await markBook(context, { ...input, kind: 'open', day: context.clock.today() })
  await context.announce('allotments.room-made', { division: input.division, fiscalYear: input.fiscalYear })
  return no
}
