import type { Actor } from '../kernel/actor.ts'
import type { Run } from '../platform/context.ts'
import { recorded } from '../platform/import-record.ts'
import type { Importer, ImportOutcome, ImportRequest } from '../platform/part.ts'

/**
 * Takes in a file of any kind and keeps a record of it (`platform.import`): by upload, by command, by interface alike. Throws what
 * the importer refuses, after it is written down.
 */
export const takeIn = (run: Run, actor: Actor, importer: Importer, request: ImportRequest): Promise<ImportOutcome> =>
  recorded(run, actor, importer.kind, request, opened => importer.run(run, actor, opened))
