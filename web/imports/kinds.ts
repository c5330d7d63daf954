import type { Import } from '../../src/imports/contract.ts'
import type { Permission } from '../../src/kernel/permission.ts'

/** The kinds of file that can be brought in, who may, and the order in which a new bureau brings them. */
export const IMPORT_KINDS: readonly { kind: string; needs: Permission }[] = [
  { kind: 'payments', needs: 'payments.import' },
  { kind: 'allotments', needs: 'allotments.write' },
  { kind: 'plans', needs: 'allotments.write' },
  { kind: 'projects', needs: 'projects.write' },
  { kind: 'funds', needs: 'funds.write' },
  { kind: 'fund-offices', needs: 'funds.write' },
  { kind: 'subjects', needs: 'funds.write' },
  { kind: 'agencies', needs: 'divisions.write' },
  { kind: 'offices', needs: 'divisions.write' },
  { kind: 'divisions', needs: 'divisions.write' },
]

export const atWork = (one: Pick<Import, 'state'>): boolean => one.state === 'reading' || one.state === 'posting'
