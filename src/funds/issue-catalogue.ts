import type { EditionHead } from '../base/edition.ts'
import { lockedExplained } from '../base/edition.ts'
import { issueEdition } from '../base/issue-edition.ts'
import { insertEdition } from '../base/store.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { catalogueById, catalogueLines, catalogueNamed, lockCatalogue } from './catalogue-store.ts'
import { lockFunds } from './store.ts'

/** A catalogue as it stands, or with what `write` changes of it: by its number, or by its name where it may be new. */
export interface CatalogueIssue {
  division: number
  catalogue?: number
  name?: string
  head: EditionHead
  /** Writes the changes and answers the catalogue; run in the act of issuing, in which alone an issued catalogue takes any. */
  write?: (head: EditionHead) => Promise<number>
}

/**
 * Issues (下发) a catalogue of funds from a fiscal year on: it is locked for all below and for its owner, and what it held is kept for those
 * years. Issued again, it takes the changes in the same act; what editions before held stays (decision 0047). Refuses `catalogue-unknown`,
 * `catalogue-not-own`, `catalogue-empty`, and what `issueEdition` refuses.
 * @returns the edition; null where this very one was issued before
 */
export async function issueCatalogue(
  context: Context,
  input: CatalogueIssue,
): Promise<{ edition: number | null; funds: number }> {
  const { tx } = context
  const { division, head, write } = input
  await lockFunds(tx)
  const known =
    input.catalogue ?? (input.name === undefined ? undefined : (await catalogueNamed(tx, division, input.name))?.id)
  const catalogue = known === undefined ? undefined : await catalogueById(tx, known)
  const at = { field: 'catalogue', value: String(input.catalogue ?? input.name) }
  if (!catalogue && !write)
    refuse(
      'missing',
      'catalogue-unknown',
      `没有资金目录 ${input.catalogue}。`,
      `There is no catalogue ${input.catalogue}.`,
      at,
    )
  const name = catalogue?.name ?? input.name!
  if (catalogue && catalogue.division !== division)
    refuse(
      'forbidden',
      'catalogue-not-own',
      `目录“${name}”属于其他区划：只能由其自己下发。`,
      `The catalogue “${name}” belongs to another division: that one issues it.`,
      at,
    )
  try {
    const lines = await linesAfter(context, { ...input, name, known })
    if (lines.length === 0)
      refuse(
        'conflict',
        'catalogue-empty',
        `目录“${name}”没有资金，不能下发：请先导入。`,
        `The catalogue “${name}” holds no funds: import them first.`,
        at,
      )
    const edition = await issueEdition(context, { issuer: division, kind: 'catalogue', name, head, lines })
    if (edition !== null) await lockCatalogue(tx, write ? await write(head) : known!, edition)
    return { edition, funds: lines.length }
  } catch (error) {
    throw lockedExplained(error)
  }
}

/** What the catalogue will hold: the changes are written under an edition that is taken back, for the true one is digested from them. */
async function linesAfter(
  { tx }: Context,
  { division, name, head, write, known }: CatalogueIssue & { name: string; known: number | undefined },
): Promise<string[]> {
  if (!write) return catalogueLines(tx, known!)
  await tx.query('savepoint look')
  await insertEdition(tx, {
    issuer: division,
    kind: 'catalogue',
    name,
    head,
    lines: [name],
    number: head.document.number,
    content: Buffer.alloc(0),
  })
  const lines = await catalogueLines(tx, await write(head))
  await tx.query('rollback to savepoint look')
  return lines
}
