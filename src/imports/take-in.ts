import { type Actor, SYSTEM } from '../kernel/actor.ts'
import { Refusal, refuse } from '../kernel/refusal.ts'
import type { Run } from '../platform/context.ts'
import { recordDivision, recorded } from '../platform/import-record.ts'
import type { Importer, ImportOutcome, ImportRequest } from '../platform/part.ts'
import { rememberedMapping } from './mapping.ts'
import { keepRefused } from './refused-rows.ts'

/**
 * Takes in a file of any kind and keeps a record of it (`platform.import`): by upload, by command, from the drop folder, by interface
 * alike. A table whose headings are remembered is read by their mapping. Throws what the importer refuses, after it is written down; the rows
 * with faults are kept for whoever corrects them. Refuses `import-needs-signatures` where nobody by name stands behind a file that a chain holds.
 */
export const takeIn = (run: Run, actor: Actor, importer: Importer, request: ImportRequest): Promise<ImportOutcome> =>
  recorded(run, actor, importer.kind, request, async opened => {
    const division = recordDivision(actor, request.division)
    if (actor.id === SYSTEM.id && !request.checkOnly) await refuseUnsigned(run, actor, importer, division)
    const mapping = request.mapping ?? (await rememberedMapping(run, actor, importer, request.division, request.source))
    if (mapping)
      await run(actor, ({ tx }) =>
        tx.query('update platform.import set mapping = $3 where division = $1 and id = $2', [
          division,
          opened.importId,
          mapping.name,
        ]),
      )
    try {
      return await importer.run(run, actor, mapping ? { ...opened, mapping } : opened)
    } catch (error) {
      if (error instanceof Refusal)
        await keepRefused(run, actor, { division, importId: opened.importId }, importer, request.source, error)
      throw error
    }
  })

/** The drop folder and the command line are nobody by name: what a chain of approval holds is not theirs to bring. */
async function refuseUnsigned(run: Run, actor: Actor, { kind, title }: Importer, division: number): Promise<void> {
  const held = await run(
    actor,
    ({ tx }) =>
      tx.maybe(
        `select from approvals.published_held_form where form = $1 and division = coalesce(nullif($2::int, 0),
           (select division from divisions.published_division where administrative_parent is null order by division limit 1))`,
        [`import.${kind}`, division],
      ),
    { readOnly: true },
  )
  if (held)
    refuse(
      'forbidden',
      'import-needs-signatures',
      `导入“${title.zh}”须按审批链签字，收件夹和命令行没有经办人，没有存入任何数据：请由经办人在“数据导入”页面上传，或用接口密钥推送。`,
      `Importing “${title.en}” needs the signatures of a chain of approval, and the drop folder and the command line have no maker, so nothing was stored: a clerk uploads it on the imports page, or a system pushes it with an interface key.`,
      { value: kind },
    )
}
