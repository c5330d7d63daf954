import type { Sentence } from '../../src/kernel/refusal.ts'

export interface Rule {
  code: string
  name: Sentence | string
  sentence: Sentence | string
  basis: Sentence | string | readonly (Sentence | string)[]
  /** One lamp, several joined, or a list of them. */
  level?: string
  levels?: readonly string[]
  class: Sentence | string
  parameters: Record<string, unknown> | { name: string; value: unknown; unit?: string; title?: Sentence }[] | null
  suspended: boolean | string | { reason: string } | null
}
