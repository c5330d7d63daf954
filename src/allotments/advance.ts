import { refuse } from '../kernel/refusal.ts'
import { markBook } from '../ledger/book.ts'
import type { Context } from '../platform/context.ts'
import type { NewLine } from './allotment.ts'

/** Forms that use money rather than arrange it. */
const SPENDS = new Set(['plan'])

/**
 * A form enters its year's book. One whose day lies before the year is an advance notice (提前下达): the first of them opens the next year's
 * book provisionally, and its lines say so. A provisional book takes advance lines and what is made from them, until the year is opened.
 * `provisional` is what the book says of itself, null where there is none. Refuses `book-provisional`. @returns whether the lines are of an advance notice
 */
export async function enterBook(
  context: Context,
  input: { division: number; fiscalYear: number; form: string; effectiveOn: string; lines: readonly NewLine[] },
  provisional: boolean | null,
  inAdvance: (line: NewLine) => boolean,
): Promise<boolean> {
  const { division, fiscalYear, form, effectiveOn, lines } = input
  const early = effectiveOn < `${fiscalYear}-01-01`
  if (early && provisional === null)
    await markBook(context, { division, fiscalYear, kind: 'provisional', day: effectiveOn })
  if (provisional && (SPENDS.has(form) || (!early && !lines.every(inAdvance))))
    refuse(
      'conflict',
      'book-provisional',
      `${fiscalYear} 年度账簿尚未开账，只登记提前下达及其分配、细化和下达：请先开账。`,
      `The book of ${fiscalYear} is provisional: until the year is opened it takes advance notices and their assigning, refining and passing down.`,
      { field: 'fiscalYear', value: String(fiscalYear) },
    )
  return early
}
