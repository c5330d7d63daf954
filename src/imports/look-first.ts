import type { Context, Run } from '../platform/context.ts'
import type { Upload, Visitor } from '../platform/http/define-route.ts'
import type { Importer } from '../platform/part.ts'
import { importerFor } from './importer-for.ts'

/** The importer's own look at a file: its work begins after the answer, so this is what is checked before a chain of approval holds it. */
export async function lookFirst(
  _: Context,
  asked: {
    visitor: Visitor | null
    params: { kind: string }
    importer(kind: string): Importer | undefined
    run: Run
    upload: Upload
    division: number
  },
): Promise<object> {
  const { importer, actor } = await importerFor(asked.visitor, asked.params.kind, asked.importer)
  const { rows, taken, repeated, repairs } = await importer.run(asked.run, actor, {
    source: asked.upload,
    division: asked.division,
    checkOnly: true,
  })
  return { rows, taken, repeated, repairs: repairs.slice(0, 100) }
}
