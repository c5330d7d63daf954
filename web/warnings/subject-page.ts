import type { WarningRow } from '../../src/warnings/contract.ts'

/** The page below which a warning's subject is shown; null where it has none. */
export function subjectPage(subject: WarningRow['subject']): string | null {
  switch (subject.kind) {
    case 'allotment':
      return `allotments/${subject.id}`
    case 'payment':
      return `payments/${subject.id}`
    case 'project':
      return `projects/${subject.id}`
    case 'fund':
      return `funds/${subject.id}`
    case 'transfer':
      return 'transfers'
    default:
      return null
  }
}
