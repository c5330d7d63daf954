import { parseDocumentNumber } from '../kernel/document-number.ts'
import type { Repair } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'

/** An official document as someone typed it. */
export interface DocumentInput {
  number: string
  title: string
  /** `YYYY-MM-DD` */
  dated: string
  issuer?: string | null
  scan?: string | null
}

export interface Registered {
  id: bigint
  number: string
  repair: Repair | null
}

/**
 * Registers the document behind a posting. A number whose brackets, blanks or digits are off is repaired and the repair told;
 * one that is no document number at all is kept as typed, for rule A07 to point at: the money has moved all the same.
 */
export async function registerDocument(
  context: Context,
  division: number,
  input: DocumentInput,
  importId: bigint | null = null,
  /** The document's id, where it was drawn before. */
  drawn: bigint | null = null,
): Promise<Registered> {
  const parsed = parseDocumentNumber(input.number)
  const form = parsed.verdict === 'valid' ? 'valid' : parsed.verdict === 'repairable' ? 'repaired' : 'invalid'
  const number = parsed.normalised ?? input.number.trim()
  const [row] = await context.tx.prepared<{ id: bigint }>(
    `insert into ledger.document (division, number, number_form, number_read, title, dated, issuer, scan, import, id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce($10, nextval('ledger.document_id'))) returning id`,
    [
      division,
      number,
      form,
      form === 'repaired' ? input.number : null,
      input.title,
      input.dated,
      input.issuer ?? null,
      input.scan ?? null,
      importId,
      drawn,
    ],
  )
  const { id } = row!
  const repair: Repair | null =
    form === 'repaired'
      ? {
          code: 'document-number-repaired',
          field: 'number',
          value: input.number,
          to: number,
          zh: `文号“${input.number}”已规范为“${number}”。`,
          en: `The document number “${input.number}” was mended to “${number}”.`,
        }
      : null
  return { id, number, repair }
}
