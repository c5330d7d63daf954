import type { Actor } from '../kernel/actor.ts'
import type { Context, Run } from '../platform/context.ts'
import { IMPORT_LOCK, recordDivision, recorded } from '../platform/import-record.ts'
import type { Importer, ImportOutcome, ImportRequest } from '../platform/part.ts'
import { UNPOSTED_REASONS, type UnpostedReason } from './payment.ts'
import { postWaiting } from './post-waiting.ts'
import {
  hasRefunds,
  insertPayments,
  type PostingOutcome,
  postCandidates,
  type Slice,
  storeParties,
} from './posting-store.ts'
import { type Staged, stage } from './stage.ts'
import { clearStaged, type StagedDay, stagedDays } from './staging-store.ts'

/** Lines of one posting transaction; a day of one division is never split, so that it may be more. */
const SLICE_LINES = 50_000

/** A guard of the ledger spoke although room was found under lock (a book locked meanwhile): looked at again, so often. */
const SLICE_TRIES = 3
const LOOKED_AT_AGAIN = new Set(['FW001', '23514'])

/** Thrown to leave nothing behind when a file was only to be looked at. */
class OnlyLooked extends Error {
  readonly staged: Staged

  constructor(staged: Staged) {
    super('only looked at')
    this.staged = staged
  }
}

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
  try {
    return await run(actor, async context => {
      // No import has number 0: what is staged under it is seen by nobody and rolled back.
      throw new OnlyLooked(await stage(context, { ...request, importId: '0' }))
    })
  } catch (error) {
    if (!(error instanceof OnlyLooked)) throw error
    const { staged } = error
    return outcomeOf(staged, 0, { new: staged.staged })
  }
}

const outcomeOf = (staged: Staged, taken: number, figures: Record<string, number>): ImportOutcome => ({
  rows: staged.rows,
  taken,
  repeated: staged.repeated,
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
  const before = await run(actor, context => sameFile(context, division, request.importId), { readOnly: true })
  if (before !== null)
    return { rows: before, taken: 0, repeated: before, repairs: [], repairCount: 0, figures: { sameFile: 1 } }
  const staged = await run(actor, async context => {
    await context.tx.query('select pg_advisory_xact_lock($1, $2)', [IMPORT_LOCK, Number(request.importId)])
    const found = await stage(context, request)
    await context.tx.query(
      `update platform.import set state = 'posting', rows_read = $3, rows_repeated = $4, repairs = $5, repair_count = $6
       where division = $1 and id = $2`,
      [
        division,
        request.importId,
        found.rows,
        found.repeated,
        JSON.stringify(found.faults.repairs),
        found.faults.repairCount,
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
       and e.bytes = i.bytes and e.id < i.id and e.state = 'done' and not e.check_only
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

/** Cuts the staged days into slices of some lines each, in posting order; `end` counts the lines up to and with the slice. */
export function slicesOf(days: readonly StagedDay[], lines: number): (Slice & { end: number })[] {
  const slices: (Slice & { end: number })[] = []
  let from: StagedDay | undefined
  let held = 0
  let end = 0
  days.forEach((day, index) => {
    from ??= day
    held += day.lines
    end += day.lines
    if (held >= lines || index === days.length - 1) {
      slices.push({ from, to: day, end })
      from = undefined
      held = 0
    }
  })
  return slices
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
  const slices = slicesOf(days, options.sliceLines ?? SLICE_LINES)
  const total = slices.at(-1)?.end ?? 0
  const posted: Posted = { taken: 0, repeated: 0, figures: {} }
  const refunded = new Map<string, StagedDay>()
  for (const slice of slices) {
    const outcome = await again(() => run(actor, context => postSlice(context, division, importId, slice)))
    if (outcome?.refunds)
      for (const day of days)
        if (day.division >= slice.from.division && day.division <= slice.to.division)
          refunded.set(`${day.division} ${day.fiscalYear}`, day)
    request.progress?.({ zh: `已入库 ${slice.end} 笔`, en: `${slice.end} lines taken in` }, slice.end, total)
    options.afterSlice?.(slice.end)
  }
  for (const day of refunded.values()) await run(actor, context => postWaiting(context, day.division, day.fiscalYear))
  const row = await run(actor, async context => {
    await clearStaged(context.tx, importId)
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
  posted.repeated = total - posted.taken
  posted.figures = row.figures
  return posted
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
async function postSlice(
  { tx }: Context,
  division: number,
  importId: string,
  slice: Slice & { end: number },
): Promise<{ refunds: boolean } | null> {
  await tx.query('select pg_advisory_xact_lock($1, $2)', [IMPORT_LOCK, Number(importId)])
  const record = await tx.one<{ posted_to: bigint }>(
    'select posted_to from platform.import where division = $1 and id = $2 for update',
    [division, importId],
  )
  if (record.posted_to >= BigInt(slice.end)) return null
  const parties = await storeParties(tx, importId, slice)
  const { before, taken } = await insertPayments(tx, importId, slice, parties)
  const key = `import ${importId} to ${slice.end}`
  const outcomes: PostingOutcome[] = []
  let refunds = false
  if (taken > 0) {
    const which = { importId, after: before, slice }
    outcomes.push(await postCandidates(tx, which, 'pay', `${key} pay`))
    refunds = await hasRefunds(tx, importId, before, slice)
    if (refunds) outcomes.push(await postCandidates(tx, which, 'refund', `${key} refund`))
  }
  await tx.query(
    `update platform.import set posted_to = $3, rows_taken = rows_taken + $4,
       figures = figures || (select jsonb_object_agg(k, coalesce((figures ->> k)::bigint, 0) + n) from jsonb_each_text($5) as f(k, t), lateral (select t::bigint) as x(n))
     where division = $1 and id = $2`,
    [division, importId, slice.end, taken, figuresOf(outcomes)],
  )
  return { refunds }
}

function figuresOf(outcomes: readonly PostingOutcome[]): Record<string, number> {
  const figures: Record<string, number> = { posted: 0 }
  for (const reason of UNPOSTED_REASONS) figures[reason] = 0
  for (const outcome of outcomes) {
    figures.posted! += outcome.posted
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
