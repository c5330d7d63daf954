import { sm3 } from '../kernel/digest.ts'
import { parseDocumentNumber } from '../kernel/document-number.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { type EditionHead, type EditionKind, lockedExplained } from './edition.ts'
import { editionsLike, insertEdition, mayIssue } from './store.ts'

/** Charts, orders and subjects are one for the whole installation, and are issued by whoever holds all of it. */
const WHOLE: readonly EditionKind[] = ['chart', 'orders', 'subjects']

/** Those of which a later document may replace an edition of the same year: what each held is kept, and nothing is posted by them. */
const AGAIN: readonly EditionKind[] = ['catalogue', 'subjects']

/**
 * Issues (下发) an edition of base data: the act, its document, its fiscal years, and a digest of what it holds. What it holds must be
 * written in this same transaction; the database takes it at no other time.
 * A catalogue or a list of subjects may be issued again for the same first year, by a later document; charts, orders and templates for a later
 * year alone, for a year's entries are shown and posted by one of them.
 * Refuses `edition-not-yours` (the issuer lies outside the scope), `edition-year-taken` (a later or equal edition of the same name stands),
 * `edition-document-older` (the document does not follow that of the edition that it replaces).
 * @param lines what it holds, a line each, in order
 * @returns its number, or null where the very same edition was issued before
 */
export async function issueEdition(
  context: Context,
  input: { issuer: number | null; kind: EditionKind; name: string; head: EditionHead; lines: readonly string[] },
): Promise<number | null> {
  const { tx } = context
  const { issuer, kind, name, head } = input
  if (!(await mayIssue(tx, WHOLE.includes(kind) ? null : issuer)))
    refuse(
      'forbidden',
      'edition-not-yours',
      `“${name}”须由上级下发，您的权限范围不含下发单位：请由其办理，本级只能增设自己的。`,
      `“${name}” is issued above, and the issuer lies outside your scope: let it do so; here you may only add your own.`,
      { value: name },
    )
  const content = sm3(input.lines.join('\n'))
  const before = await editionsLike(tx, { issuer, kind, name })
  if (before.some(one => one.content.equals(content) && one.firstYear === head.firstYear)) return null
  const again = AGAIN.includes(kind)
  const later = before.find(one => (again ? one.firstYear > head.firstYear : one.firstYear >= head.firstYear))
  if (later)
    refuse(
      'conflict',
      'edition-year-taken',
      `“${name}”自 ${later.firstYear} 年度起已由“${later.document}”下发，不能再下发 ${head.firstYear} 年度的版本：已下发的不得更改，请下发以后年度的版本。`,
      `“${name}” is issued from ${later.firstYear} on by “${later.document}”, so ${head.firstYear} cannot be issued again: what is issued stands, issue for a later year.`,
      { field: 'FIRST_YEAR', value: String(head.firstYear) },
    )
  const number = parseDocumentNumber(head.document.number).normalised ?? head.document.number.trim()
  const replaced = before.find(one => one.firstYear === head.firstYear)
  if (replaced && (replaced.document === number || replaced.dated > head.document.dated))
    refuse(
      'conflict',
      'edition-document-older',
      `“${name}” ${head.firstYear} 年度的版次已由“${replaced.document}”（${replaced.dated}）下发：再次下发须用其后发出的另一文件，现为“${number}”（${head.document.dated}）。`,
      `“${name}” for ${head.firstYear} was issued by “${replaced.document}” (${replaced.dated}): issuing it again takes another document that follows it, and this is “${number}” (${head.document.dated}).`,
      { field: 'DOC_NUMBER', value: number },
    )
  try {
    const id = await insertEdition(tx, { ...input, number, content })
    await context.audit({
      division: issuer ?? 0,
      action: 'base.issue',
      subject: number,
      detail: { edition: id, kind, name, firstYear: head.firstYear, lines: input.lines.length },
    })
    return id
  } catch (error) {
    throw lockedExplained(error)
  }
}
