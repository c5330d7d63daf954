import type { Permission } from '../../src/kernel/permission.ts'
import type { Fault, Repair, Sentence } from '../../src/kernel/refusal.ts'

/** The kinds of file that can be brought in, who may, and the order in which a new bureau brings them. */
export const IMPORT_KINDS: readonly { kind: string; needs: Permission }[] = [
  { kind: 'payments', needs: 'payments.import' },
  { kind: 'allotments', needs: 'allotments.write' },
  { kind: 'projects', needs: 'projects.write' },
  { kind: 'funds', needs: 'funds.write' },
  { kind: 'divisions', needs: 'divisions.write' },
]

export type ImportState = 'reading' | 'refused' | 'posting' | 'done' | 'broken'

export interface Import {
  id: string
  kind: string
  fileName: string
  state: ImportState
  checkOnly?: boolean
  rowsRead: number | string
  rowsTaken: number | string
  rowsRepeated: number | string
  faults: Fault[]
  faultCount: number | string
  repairs: Repair[]
  repairCount: number | string
  figures: Record<string, number | string> | null
  startedAt: string
  finishedAt: string | null
  progress: (Sentence & { done: number; total: number | null }) | null
}
export interface ImportsAnswer {
  rows: Import[]
  next?: string | null
}

export const atWork = (one: Pick<Import, 'state'>): boolean => one.state === 'reading' || one.state === 'posting'
