import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Actor } from '../../kernel/actor.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { Act, Run } from '../context.ts'
import type { Tx } from '../database/transaction.ts'
import { MEDIA, type Sheet, type SheetFile, sheetBytes } from '../tables/sheet.ts'
import type { Streamed } from './define-route.ts'

/** Downloads at once: each holds a connection of the pool for as long as it lasts, and forms must go on finding one. */
const AT_ONCE = 4
let under = 0

/**
 * Hands a sheet out as a file while it is being made, in a read transaction of its own that lives as long as the download: a table
 * of any size is one snapshot and fits in little memory. A refusal comes before the first byte; `downloads-busy` where as many as
 * the server bears are under way. It is a working copy (工作底稿): its name and its last line say so, and who took it is audited; what goes up
 * or out is a release of the same kind. Rows that are to be corrected and sent again (`returning`) are audited likewise, and carry no
 * line that the next import would stumble over. `kind` and `detail` go into the audit.
 */
export async function handOut(
  run: Run,
  actor: Actor,
  file: SheetFile,
  make: (tx: Tx) => Promise<Sheet> | Sheet,
  options: { returning?: boolean; kind?: Act['kind']; detail?: Record<string, unknown> } = {},
): Promise<Streamed> {
  if (under >= AT_ONCE)
    refuse(
      'busy',
      'downloads-busy',
      `正在进行的导出已有 ${under} 个：请稍后再试。`,
      `${under} exports are under way already: try again later.`,
    )
  under++
  return new Promise((resolve, reject) => {
    const out = new PassThrough()
    // A refusal before the first byte is answered by the promise, and nobody listens to the stream yet; one that nobody hears would end
    // the process.
    out.on('error', () => {})
    run(
      actor,
      async ({ tx, clock }) => {
        const sheet = await make(tx)
        await run(actor, context =>
          context.audit({
            division: Math.max(actor.scope, 0),
            action: 'working-copy.take',
            subject: sheet.name,
            ...(options.kind ? { kind: options.kind } : {}),
            detail: { file, ...options.detail },
          }),
        )
        const copy = options.returning ? sheet : marked(sheet, `工作底稿，不得外报 · ${actor.name} · ${clock.today()}`)
        const fileName = options.returning ? sheet.name : `${sheet.name}-工作底稿`
        resolve({ stream: out, mediaType: MEDIA[file], fileName: `${fileName}.${file}` })
        await pipeline(sheetBytes(copy, file), out)
      },
      { readOnly: true },
    )
      .catch(error => {
        reject(error)
        out.destroy(error)
      })
      .finally(() => {
        under--
      })
  })
}

/** The sheet with one more line at its end, in its first column of words. */
function marked(sheet: Sheet, mark: string): Sheet {
  const place = sheet.columns.findIndex(column => column.kind === 'text')
  async function* rows() {
    yield* sheet.rows
    yield [[...Array<null>(Math.max(place, 0)).fill(null), mark]]
  }
  return { ...sheet, rows: rows() }
}
