import type { Import } from '../../src/imports/contract.ts'
import type { Permission } from '../../src/kernel/permission.ts'

export interface ImportKind {
  kind: string
  needs: Permission
  /** What a file of this kind may be, for the browser's own choice of files. */
  accept: string
}

const TABLES = '.csv,.xlsx,.txt,text/csv'
const SCANS = '.pdf,.jpg,.jpeg,.png,.tif,.tiff,application/pdf,image/jpeg,image/png,image/tiff'

/** The kinds of file that can be brought in, who may, and what the desks bring most often first. */
export const IMPORT_KINDS: readonly ImportKind[] = [
  { kind: 'payments', needs: 'payments.import', accept: `${TABLES},.xml,application/xml` },
  { kind: 'allotments', needs: 'allotments.write', accept: TABLES },
  { kind: 'plans', needs: 'allotments.write', accept: TABLES },
  { kind: 'scans', needs: 'allotments.write', accept: SCANS },
  { kind: 'projects', needs: 'projects.write', accept: TABLES },
  { kind: 'funds', needs: 'funds.write', accept: TABLES },
  { kind: 'fund-offices', needs: 'funds.write', accept: TABLES },
  { kind: 'subjects', needs: 'funds.write', accept: TABLES },
  { kind: 'agencies', needs: 'divisions.write', accept: TABLES },
  { kind: 'offices', needs: 'divisions.write', accept: TABLES },
  { kind: 'divisions', needs: 'divisions.write', accept: TABLES },
]

export const IMPORT_STATES: readonly Import['state'][] = ['reading', 'posting', 'done', 'refused', 'broken']

export const atWork = (one: Pick<Import, 'state'>): boolean => one.state === 'reading' || one.state === 'posting'
