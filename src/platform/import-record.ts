import { createHash } from 'node:crypto'
import type { Actor } from '../kernel/actor.ts'
import { Refusal, type Sentence } from '../kernel/refusal.ts'
import type { Run } from './context.ts'
import type { Tx } from './database/transaction.ts'
import type { ImportCame, ImportOutcome, ImportRequest, Source } from './part.ts'

/** How often progress is written down at most. */
const PROGRESS_MILLISECONDS = 1000

/** Taken for as long as a process works on an import, in each of its transactions: others see that it is alive. */
export const IMPORT_LOCK = 1768779120

/** Opens the record of a file about to be read; its digest follows when the file has been walked through. */
export async function openImport(
  tx: Tx,
  request: { kind: string; division: number; source: Source; checkOnly?: boolean; came?: ImportCame },
): Promise<string> {
  const { id } = await tx.one<{ id: bigint }>(
    `insert into platform.import (division, kind, file_name, file_sm3, bytes, state, check_only, actor, source)
     values ($1, $2, $3, '', $4, 'reading', $5, platform.actor(), $6) returning id`,
    [
      request.division,
      request.kind,
      request.source.fileName,
      request.source.size ?? 0,
      request.checkOnly ?? false,
      request.came ?? 'command',
    ],
  )
  return String(id)
}

/** SM3 and size of a whole file, keeping none of it. */
export async function measure(source: Source): Promise<{ sm3: Buffer; bytes: number }> {
  const hash = createHash('sm3')
  let bytes = 0
  for await (const chunk of source.open()) {
    const piece = chunk as Buffer
    hash.update(piece)
    bytes += piece.length
  }
  return { sm3: hash.digest(), bytes }
}

/** Where imports of an actor who names no division are recorded: at the root of what they may see. */
export const recordDivision = (actor: Actor, division: number | null): number => division ?? actor.scope

/**
 * Runs an importer's work under a record (`platform.import`): opens it unless the request names one, writes progress, and ends it
 * as done, refused (with faults), or broken. An import that stopped while posting stays `posting`, to be resumed.
 */
export async function recorded(
  run: Run,
  actor: Actor,
  kind: string,
  request: ImportRequest,
  work: (request: ImportRequest & { importId: string }) => Promise<ImportOutcome>,
): Promise<ImportOutcome> {
  const division = recordDivision(actor, request.division)
  const importId =
    request.importId ?? (await run(actor, context => openImport(context.tx, { ...request, kind, division })))
  const watch = progressWriter(run, actor, division, importId, request.progress)
  try {
    const { sm3, bytes } = await measure(request.source)
    await run(actor, ({ tx }) =>
      tx.query('update platform.import set file_sm3 = $3, bytes = $4 where division = $1 and id = $2', [
        division,
        importId,
        sm3,
        bytes,
      ]),
    )
    const outcome = await work({ ...request, importId, progress: watch.progress })
    await watch.settled()
    await finishImport(run, actor, division, importId, outcome)
    return { ...outcome, importId }
  } catch (error) {
    await watch.settled()
    await failImport(run, actor, division, importId, error).catch(() => {})
    throw error
  }
}

/** Ends a record as done. */
export const finishImport = (
  run: Run,
  actor: Actor,
  division: number,
  id: string,
  outcome: ImportOutcome,
): Promise<void> =>
  run(actor, async ({ tx, audit }) => {
    const row = await tx.one<{ kind: string; check_only: boolean }>(
      `update platform.import set state = 'done', rows_read = $3, rows_taken = $4, rows_repeated = $5, repairs = $6, repair_count = $7,
         figures = $8, faults = '[]', fault_count = 0, progress = null, finished_at = clock_timestamp()
       where division = $1 and id = $2 returning kind, check_only`,
      [
        division,
        id,
        outcome.rows,
        outcome.taken,
        outcome.repeated,
        JSON.stringify(outcome.repairs),
        outcome.repairCount,
        outcome.figures,
      ],
    )
    if (!row.check_only)
      await audit({
        division,
        action: 'import-done',
        subject: `${row.kind} ${id}`,
        detail: { rows: outcome.rows, taken: outcome.taken, repeated: outcome.repeated },
      })
  })

const BROKEN: Sentence & { code: string } = {
  code: 'import-broken',
  zh: '导入中断，尚未入库的部分没有保存：请重新导入同一文件，已入库的不会重复。',
  en: 'The import broke off, and what was not yet taken was not kept: import the same file again; what was taken is not doubled.',
}

/** Ends a record as refused or broken; one that is posting stays so while its staged rows can still be posted. */
export const failImport = (
  run: Run,
  actor: Actor,
  division: number,
  id: string,
  error: unknown,
  options: { lost?: boolean } = {},
): Promise<void> =>
  run(actor, async ({ tx }) => {
    const refusal = error instanceof Refusal ? error : null
    await tx.query(
      `update platform.import set state = $3, faults = $4, fault_count = $5, repairs = $6, repair_count = $7, progress = null,
         finished_at = clock_timestamp()
       where division = $1 and id = $2 and ($3 = 'refused' or $8 or state <> 'posting')`,
      [
        division,
        id,
        refusal ? 'refused' : 'broken',
        JSON.stringify(refusal?.faults ?? [BROKEN]),
        refusal?.count ?? 1,
        JSON.stringify(refusal?.repairs ?? []),
        refusal?.repairs.length ?? 0,
        options.lost ?? false,
      ],
    )
  })

type Progress = NonNullable<ImportRequest['progress']>

/** Passes progress on and writes it into the record now and then, beside the work's own transactions. */
export function progressWriter(
  run: Run,
  actor: Actor,
  division: number,
  id: string,
  further: Progress | undefined,
): { progress: Progress; settled(): Promise<void> } {
  let last = 0
  let writing: Promise<unknown> = Promise.resolve()
  return {
    progress(sentence, done, total) {
      further?.(sentence, done, total)
      const now = performance.now()
      if (now - last < PROGRESS_MILLISECONDS) return
      last = now
      writing = writing.then(() =>
        run(actor, ({ tx }) =>
          // The work itself may hold the row for long: progress that cannot be written now is not worth waiting for.
          tx.query(
            `update platform.import set progress = $3
             where (division, id) in (select division, id from platform.import where division = $1 and id = $2 for update skip locked)`,
            [division, id, { zh: sentence.zh, en: sentence.en, done, total: total ?? null }],
          ),
        ).catch(() => {}),
      )
    },
    settled: () => writing.then(() => {}),
  }
}
