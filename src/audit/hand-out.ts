import type { Actor } from '../kernel/actor.ts'
import type { Context, Run } from '../platform/context.ts'
import type { Streamed } from '../platform/http/define-route.ts'
import { MEDIA, type SheetFile, sheetBytes } from '../platform/tables/sheet.ts'
import type { OutputCell, OutputColumn } from '../platform/tables/writers.ts'
import type { AuditFilter } from './contract.ts'
import { countEntries, entriesBehind } from './store.ts'

const COLUMNS: OutputColumn[] = [
  { title: '序号', kind: 'text', width: 10 },
  { title: '时间', kind: 'text', width: 20 },
  { title: '区划', kind: 'text', width: 24 },
  { title: '操作人', kind: 'text', width: 16 },
  { title: '来源地址', kind: 'text', width: 18 },
  { title: '类别', kind: 'text', width: 12 },
  { title: '操作', kind: 'text', width: 28 },
  { title: '对象', kind: 'text', width: 28 },
  { title: '结果', kind: 'text', width: 10 },
]
const CHUNK = 2000

/**
 * The entries that fit a filter as a file of any length; that they were taken out is itself an entry. Entries never change, so reading
 * them piece by piece up to the one that was the last when it was asked for is reading one state.
 */
export async function handOutAudit(
  context: Context,
  run: Run,
  filter: AuditFilter,
  file: SheetFile,
): Promise<Streamed> {
  const { count, last } = await countEntries(context.tx, filter)
  await context.audit({
    division: Math.max(context.actor.scope, 0),
    action: 'audit.export',
    detail: { filter, file, entries: String(count) },
  })
  const rows = last === null ? [] : pieces(run, context.actor, filter, last)
  const stream = sheetBytes({ name: '审计记录', columns: COLUMNS, rows }, file)
  return { stream, mediaType: MEDIA[file], fileName: `审计记录-${context.clock.today()}.${file}` }
}

async function* pieces(run: Run, actor: Actor, filter: AuditFilter, last: bigint): AsyncGenerator<OutputCell[][]> {
  let after: string | undefined = String(last + 1n)
  while (after !== undefined) {
    const from: string = after
    const rows = await run(actor, ({ tx }) => entriesBehind(tx, filter, from, CHUNK), { readOnly: true })
    yield rows.map(row => [
      row.id,
      row.recordedAt,
      row.division ? `${row.division.code} ${row.division.name}` : '',
      row.actorName,
      row.address,
      row.kind,
      row.action,
      row.subject,
      row.outcome,
    ])
    after = rows.length === CHUNK ? rows.at(-1)?.id : undefined
  }
}
