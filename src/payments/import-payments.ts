import type { Actor } from '../kernel/actor.ts'
import { RAISED } from '../kernel/raised.ts'
import type { Context, Run } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { IMPORT_LOCK, recordDivision, recorded } from '../platform/import-record.ts'
import { onlyLook } from '../platform/only-look.ts'
import type { Importer, ImportOutcome, ImportRequest } from '../platform/part.ts'
import { UNPOSTED_REASONS } from './contract.ts'
import { BILL_COLUMNS } from './field-names.ts'
import { matchElements } from './matching-store.ts'
import { peopleKeeper } from './messages/take-messages.ts'
import type { UnpostedReason } from './payment.ts'
import { booksToLookAt, postWaiting } from './post-waiting.ts'
import { insertPayments, type PostingOutcome, postCandidates, storeParties } from './posting-store.ts'
import type { Slice } from './slice.ts'
import { type Staged, stage } from './stage.ts'
import { clearStaged, type StagedDay, stagedDays } from './staging-store.ts'
import { lockDivision, storeOriginals, tieRefunds } from './ties.ts'
import { postConfirmed, storeConfirmations } from './transit.ts'

/** Lines of one posting transaction; a day of one division is never split, so that it may be more. */
const SLICE_LINES = 50_000

/** Chains that are posted at once. */
const LANES = 2

/** A guard of the ledger spoke although room was found under lock (a book locked meanwhile): looked at again, so often. */
const SLICE_TRIES = 3
const LOOKED_AT_AGAIN = new Set([RAISED.bookLocked, '23514'])

export interface ImporterOptions {
  sliceLines?: number
  /** Called when a slice is committed, with how many lines are posted so far; for tests that break an import off. */
  afterSlice?: (postedTo: number) => void
}

/**
 * Takes in treasury payments: a voucher message or a table, told apart by content. Pass one judges and stages the whole file in one
 * transaction, pass two posts it slice by slice in voucher order, so that an import that broke off is resumed where it stopped.
 * Refuses what `stage` refuses; then nothing is stored.
 */
export function paymentsImporter(options: ImporterOptions = {}): Importer {
  return {
    kind: 'payments',
    title: { zh: '国库集中支付凭证', en: 'treasury payment vouchers' },
    permission: 'payments.import',
    columns: BILL_COLUMNS,
    run(run, actor, request) {
      if (request.checkOnly) return look(run, actor, request)
      const work = (opened: ImportRequest & { importId: string }) => take(run, actor, opened, options)
      return request.importId === undefined
        ? recorded(run, actor, 'payments', request, work)
        : work({ ...request, importId: request.importId })
    },
    resume: (run, actor, record) => resume(run, actor, record, options),
  }
}

export const importer = paymentsImporter()

async function look(run: Run, actor: Actor, request: ImportRequest): Promise<ImportOutcome> {
  // No import has number 0: what is staged under it is seen by nobody and rolled back.
  const staged = await onlyLook(run, actor, context => stage(context, { ...request, importId: '0' }))
  return outcomeOf(staged, 0, { new: staged.staged + staged.messages.taken })
}

const outcomeOf = (staged: Staged, taken: number, figures: Record<string, number>): ImportOutcome => ({
  rows: staged.rows,
  taken,
  repeated: staged.repeated + staged.messages.repeated,
  repairs: staged.faults.repairs,
  repairCount: staged.faults.repairCount,
  figures: staged.deleted > 0 ? { ...figures, deleted: staged.deleted } : figures,
})

async function take(
  run: Run,
  actor: Actor,
  request: ImportRequest & { importId: string },
  options: ImporterOptions,
): Promise<ImportOutcome> {
  const division = recordDivision(actor, request.division)
  // Read by a column mapping, the same bytes may say another thing than before.
  const before = request.mapping
    ? null
    : await run(actor, context => sameFile(context, division, request.importId), { readOnly: true })
  if (before !== null)
    return { rows: before, taken: 0, repeated: before, repairs: [], repairCount: 0, figures: { sameFile: 1 } }
  const staged = await run(actor, async context => {
    await context.tx.query('select pg_advisory_xact_lock($1, $2)', [IMPORT_LOCK, Number(request.importId)])
    const found = await stage(context, request)
    await context.tx.query(
      `update platform.import set state = 'posting', rows_read = $3, rows_repeated = $4, repairs = $5, repair_count = $6,
         rows_taken = $7, figures = $8
       where division = $1 and id = $2`,
      [
        division,
        request.importId,
        found.rows,
        found.repeated + found.messages.repeated,
        JSON.stringify(found.faults.repairs),
        found.faults.repairCount,
        found.messages.taken,
        found.messages.taken > 0 ? { messages: found.messages.taken } : {},
      ],
    )
    return found
  })
  const posted = await postStaged(run, actor, division, request, options)
  return outcomeOf({ ...staged, repeated: staged.repeated + posted.repeated }, posted.taken, posted.figures)
}

/** The lines of an earlier import of the very same bytes that ended well: payments are never changed, so all of them are still there. */
async function sameFile({ tx }: Context, division: number, importId: string): Promise<number | null> {
  const row = await tx.maybe<{ rows_read: bigint }>(
    `select e.rows_read from platform.import i join platform.import e on e.division = i.division and e.kind = i.kind and e.file_sm3 = i.file_sm3
       and e.bytes = i.bytes and e.id < i.id and e.state = 'done' and not e.check_only and e.mapping is null
     where i.division = $1 and i.id = $2 and i.bytes > 0 limit 1`,
    [division, importId],
  )
  return row ? Number(row.rows_read) : null
}

interface Posted {
  taken: number
  repeated: number
  figures: Record<string, number>
}

/** Slices that follow one another because they share a division; those of different chains may be posted side by side. */
export type Chain = NumberedSlice[]

/** `end` counts the lines up to and with the slice, and names it. */
interface NumberedSlice extends Slice {
  end: number
  lines: number
}

/**
 * Cuts the staged days into slices of some lines each, in posting order, and the slices into chains: a division that fills half a
 * slice begins none together with the next one.
 */
export function chainsOf(days: readonly StagedDay[], lines: number): Chain[] {
  const chains: Chain[] = []
  let chain: Chain = []
  let from: StagedDay | undefined
  let held = 0
  let end = 0
  days.forEach((day, index) => {
    from ??= day
    held += day.lines
    end += day.lines
    const next = days[index + 1]
    const leaves = next?.division !== day.division
    if (held < lines && !(leaves && held >= lines / 2) && next) return
    chain.push({ from, to: day, end, lines: held })
    from = undefined
    held = 0
    if (!leaves) return
    chains.push(chain)
    chain = []
  })
  return chains
}

async function postStaged(
  run: Run,
  actor: Actor,
  division: number,
  request: Pick<ImportRequest, 'progress'> & { importId: string },
  options: ImporterOptions,
): Promise<Posted> {
  const { importId } = request
  const days = await run(actor, ({ tx }) => stagedDays(tx, importId), { readOnly: true })
  const chains = chainsOf(days, options.sliceLines ?? SLICE_LINES)
  const total = chains.at(-1)?.at(-1)?.end ?? 0
  const posted: Posted = { taken: 0, repeated: 0, figures: {} }
  let done = 0
  // Divisions share no row that a posting locks: two chains keep both a reading and a writing core busy.
  const waiting = [...chains]
  const lane = async () => {
    for (let chain = waiting.shift(); chain; chain = waiting.shift())
      for (const slice of chain) {
        await again(() => run(actor, context => postSlice(context, division, importId, slice)))
        done += slice.lines
        request.progress?.({ zh: `已入库 ${done} 笔`, en: `${done} lines taken in` }, done, total)
        options.afterSlice?.(done)
      }
  }
  await allOrFirstFault(Array.from({ length: LANES }, lane), () => waiting.splice(0))
  // Refunds make room, and adjustments may be of what has just been posted. An import that was broken off here would not know which
  // those were: the books themselves are asked.
  const divisions = [...new Set(days.map(day => day.division))]
  const books = await run(actor, ({ tx }) => booksToLookAt(tx, divisions), { readOnly: true })
  for (const book of books) await run(actor, context => postWaiting(context, book.division, book.fiscalYear))
  const row = await run(actor, async context => {
    await clearStaged(context.tx, importId)
    if (total >= SLICE_LINES) await context.tx.query('select payments.analyze_posted()')
    await peopleKeeper()?.join(context.tx)
    await context.announce('payments.imported', {
      importId,
      years: [
        ...new Map(days.map(day => [`${day.division} ${day.fiscalYear}`, [day.division, day.fiscalYear]])).values(),
      ],
    })
    return context.tx.one<{ rows_taken: bigint; figures: Record<string, number> }>(
      'select rows_taken, figures from platform.import where division = $1 and id = $2',
      [division, importId],
    )
  })
  posted.taken = Number(row.rows_taken)
  posted.repeated = total - (posted.taken - (row.figures.messages ?? 0))
  posted.figures = row.figures
  return posted
}

/** Waits for all lanes; after a failure in one, the others end the slice that they are at and take no more. */
async function allOrFirstFault(lanes: Promise<void>[], stop: () => void): Promise<void> {
  for (const lane of lanes) lane.catch(stop)
  const failed = (await Promise.allSettled(lanes)).find(end => end.status === 'rejected')
  if (failed) throw failed.reason
}

async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= SLICE_TRIES || !LOOKED_AT_AGAIN.has((error as { code?: string }).code ?? '')) throw error
    }
  }
}

/** Takes in and posts one slice, once: where another process was quicker it does nothing. */
async function postSlice({ tx }: Context, division: number, importId: string, slice: NumberedSlice): Promise<void> {
  await tx.query('select pg_advisory_xact_lock_shared($1, $2)', [IMPORT_LOCK, Number(importId)])
  // A slice's rows are sorted and hashed in memory, not in files.
  await tx.query(`set local work_mem = '32MB'`)
  // Whoever else is at the same slice is waited for; the record itself is locked only at the end, for other slices go on meanwhile.
  const mine = await tx.query(
    'insert into payments.posted_slice (import, slice_end) values ($1, $2) on conflict do nothing returning 1',
    [importId, slice.end],
  )
  if (mine.length === 0) return
  await storeParties(tx, importId, slice)
  await matchElements(tx, importId, slice)
  const { before, taken: paid, unpaid, refunds } = await insertPayments(tx, importId, slice)
  const confirmed = await storeConfirmations(tx, importId, slice)
  if (refunds > 0) await tieThose(tx, importId, before, slice)
  const taken = paid + confirmed
  const key = `import ${importId} to ${slice.end}`
  const outcomes: (PostingOutcome & { sent?: number })[] = []
  if (confirmed > 0) await postConfirmed(tx, slice.from.division, slice.to.division)
  if (paid > 0) {
    const which = { importId, after: before, slice }
    outcomes.push(await postCandidates(tx, which, 'pay', `${key} pay`))
    if (unpaid > 0) {
      const { posted, ...sent } = await postCandidates(tx, which, 'send', `${key} send`)
      outcomes.push({ ...sent, posted: 0, sent: posted })
    }
    if (refunds > 0) outcomes.push(await postCandidates(tx, which, 'refund', `${key} refund`))
  }
  await tx.query(
    `update platform.import set posted_to = posted_to + $3, rows_taken = rows_taken + $4,
       figures = figures || (select jsonb_object_agg(k, coalesce((figures ->> k)::bigint, 0) + n) from jsonb_each_text($5) as f(k, t), lateral (select t::bigint) as x(n))
     where division = $1 and id = $2`,
    [division, importId, slice.lines, taken, figuresOf(outcomes, confirmed)],
  )
}

/** Ties the refunds that a slice brought, before any of them is posted: one that exceeds its payment is not. */
async function tieThose(tx: Tx, importId: string, before: bigint, slice: Slice): Promise<void> {
  await storeOriginals(tx, importId, slice)
  const books = await tx.query<{ division: number; fiscal_year: number }>(
    `select distinct division, fiscal_year from payments.payment where amount_fen < 0 and import = $1 and id > $2 and division between $3 and $4
     order by 1, 2`,
    [importId, before, slice.from.division, slice.to.division],
  )
  for (const book of books) {
    await lockDivision(tx, book.division)
    await tieRefunds(tx, book.division, book.fiscal_year)
  }
}

function figuresOf(
  outcomes: readonly (PostingOutcome & { sent?: number })[],
  confirmed: number,
): Record<string, number> {
  const figures: Record<string, number> = confirmed > 0 ? { posted: 0, confirmed } : { posted: 0 }
  for (const reason of UNPOSTED_REASONS) figures[reason] = 0
  for (const outcome of outcomes) {
    figures.posted! += outcome.posted
    if (outcome.sent) figures.sent = (figures.sent ?? 0) + outcome.sent
    for (const [reason, lines] of Object.entries(outcome.waiting) as [UnpostedReason, number][])
      figures[reason]! += lines
  }
  return figures
}

async function resume(
  run: Run,
  actor: Actor,
  record: { division: number; id: string },
  options: ImporterOptions,
): Promise<ImportOutcome | null> {
  const known = await run(
    actor,
    ({ tx }) =>
      tx.maybe<{
        posted_to: bigint
        rows_read: bigint
        rows_repeated: bigint
        repairs: []
        repair_count: bigint
        staged: boolean
      }>(
        `select posted_to, rows_read, rows_repeated, repairs, repair_count, exists (select from payments.staged s where s.import = i.id) as staged
         from platform.import i where division = $1 and id = $2 and state = 'posting'`,
        [record.division, record.id],
      ),
    { readOnly: true },
  )
  // Staging does not outlive a crash of the database itself; what was posted is there, the file has to come again.
  if (!known?.staged) return null
  const posted = await postStaged(run, actor, record.division, { importId: record.id }, options)
  return {
    rows: Number(known.rows_read),
    taken: posted.taken,
    repeated: Number(known.rows_repeated) + posted.repeated,
    repairs: known.repairs,
    repairCount: Number(known.repair_count),
    figures: posted.figures,
  }
}
