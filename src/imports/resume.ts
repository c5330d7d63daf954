import { SYSTEM } from '../kernel/actor.ts'
import type { Run } from '../platform/context.ts'
import { failImport, finishImport, IMPORT_LOCK } from '../platform/import-record.ts'
import type { Importer } from '../platform/part.ts'
import { leftOpen } from './store.ts'

/**
 * At server start: imports that were still being read are broken off, and said to be; those that were being posted go on where they
 * stopped, or, where their staged rows are gone, are broken off too. Imports that another process is working on are left alone.
 * @returns how many were resumed, and how many broken off
 */
export async function resumeImports(
  run: Run,
  importers: readonly Importer[],
): Promise<{ resumed: number; broken: number }> {
  const counts = { resumed: 0, broken: 0 }
  const open = await run(SYSTEM, ({ tx }) => leftOpen(tx, IMPORT_LOCK))
  for (const record of open) {
    const importer = importers.find(one => one.kind === record.kind)
    const outcome = record.state === 'posting' ? await importer?.resume?.(run, SYSTEM, record) : null
    if (outcome) {
      await finishImport(run, SYSTEM, record.division, record.id, outcome)
      counts.resumed++
    } else {
      await failImport(run, SYSTEM, record.division, record.id, null, { lost: true })
      counts.broken++
    }
  }
  return counts
}
