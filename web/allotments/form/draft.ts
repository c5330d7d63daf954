import type { DocumentUnit, FormLine } from './form-line.ts'

/** A form that was begun and not stored, as the browser keeps it. */
export interface Draft {
  /** The day and minute on which it was last touched, as this machine's clock says. */
  kept: string
  mode: string
  unit: DocumentUnit
  printed: string
  document: Record<string, string>
  lines: FormLine[]
  spread: FormLine['cells']
  /** Kept with it, so that a retry after a lost answer posts nothing twice. */
  requestKey: string
}

/** The place of a draft: whose it is, of which book, form and source. */
export const draftKey = (...parts: readonly (string | number | undefined)[]): string =>
  `fundwatch.draft.${parts.map(part => part ?? '').join('.')}`

/** What is kept; null where there is none, or nothing that can be read. */
export function readDraft(key: string): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(key) ?? 'null') as Draft | null
    return draft && Array.isArray(draft.lines) && typeof draft.document === 'object' ? draft : null
  } catch {
    return null
  }
}

/** Whether it could be kept: a browser may allow nothing, or be full. */
export function keepDraft(key: string, draft: Draft): boolean {
  try {
    localStorage.setItem(key, JSON.stringify(draft))
    return true
  } catch {
    return false
  }
}

export function dropDraft(key: string): void {
  try {
    localStorage.removeItem(key)
  } catch {
    // Then nothing was kept either.
  }
}
