import type { Sentence } from '../../src/kernel/refusal.ts'
import type { Listing } from '../ui/listed.tsx'

export const LEVELS = ['bell', 'yellow', 'red'] as const
export type WarningLevel = (typeof LEVELS)[number]
export const STATUSES = ['open', 'violation', 'normal', 'corrected', 'out'] as const
export type WarningStatus = (typeof STATUSES)[number]

export interface WarningRow {
  id: string
  division: { code: string; name: string }
  rule: string
  ruleName: Sentence
  level: WarningLevel
  status: WarningStatus
  subject: { kind: string; id: string; label: string; division?: string | { code: string; name?: string } | null }
  fund: { id: string; code: string; name: string } | null
  amountFen: string | null
  evidence: Sentence & { figures?: Record<string, unknown> }
  raisedOn: string
  endedOn: string | null
  episode: number
}
export interface WarningsAnswer extends Listing<WarningRow> {
  counts: { bell: number; yellow: number; red: number }
}
export interface WarningEvent {
  no: number
  kind: string
  level: WarningLevel | null
  note: string | null
  actor?: { name: string } | string | null
  recordedAt: string
}
export interface WarningAnswer extends WarningRow {
  events: WarningEvent[]
  rulePage?: { sentence: Sentence | string; basis: Sentence | string }
  sentence?: Sentence | string
  basis?: Sentence | string
}

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

export const subjectDivision = (subject: WarningRow['subject'], otherwise: string): string =>
  typeof subject.division === 'string' ? subject.division : (subject.division?.code ?? otherwise)
