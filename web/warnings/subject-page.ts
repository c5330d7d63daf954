import type { WarningRow } from '../../src/warnings/contract.ts'

/** Where a warning's subject is shown: a page, with filters where the page is a list. */
export interface SubjectPage {
  page: string
  search?: Record<string, string>
}

/** The page on which a warning's subject is shown; null where it has none. */
export function subjectPage({ subject, evidence }: Pick<WarningRow, 'subject' | 'evidence'>): SubjectPage | null {
  switch (subject.kind) {
    case 'allotment':
      return { page: `allotments/${subject.id}` }
    case 'payment':
      return { page: `payments/${subject.id}` }
    case 'project':
      return { page: `projects/${subject.id}` }
    case 'fund':
      return { page: `funds/${subject.id}` }
    case 'transfer':
      return { page: 'transfers' }
    // A document has no page of its own: its lines show it, and take its scan.
    case 'document': {
      const words = String(evidence.figures.number || subject.label)
      return words ? { page: 'allotments', search: { q: words.slice(0, 100) } } : null
    }
    // A day of the treasury: what was vouched about then.
    case 'day':
      return { page: 'payments', search: { from: subject.id, to: subject.id } }
    default:
      return null
  }
}
