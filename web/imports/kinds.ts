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
  { kind: 'treasury-totals', needs: 'payments.import', accept: TABLES },
  { kind: 'disbursements', needs: 'beneficiaries.import', accept: `${TABLES},.jsonl,.ndjson,application/x-ndjson` },
  { kind: 'allotments', needs: 'allotments.write', accept: TABLES },
  { kind: 'adjustments', needs: 'allotments.write', accept: TABLES },
  { kind: 'recalls', needs: 'allotments.recall', accept: TABLES },
  { kind: 'integrations', needs: 'allotments.write', accept: TABLES },
  { kind: 'plans', needs: 'allotments.write', accept: TABLES },
  { kind: 'scans', needs: 'allotments.write', accept: SCANS },
  { kind: 'projects', needs: 'projects.write', accept: TABLES },
  { kind: 'contracts', needs: 'projects.write', accept: TABLES },
  { kind: 'settlements', needs: 'projects.write', accept: TABLES },
  { kind: 'companies', needs: 'enterprises.import', accept: TABLES },
  { kind: 'funds', needs: 'funds.write', accept: TABLES },
  { kind: 'catalogue-editions', needs: 'base.issue', accept: TABLES },
  { kind: 'fund-offices', needs: 'funds.write', accept: TABLES },
  { kind: 'subjects', needs: 'funds.write', accept: TABLES },
  { kind: 'agencies', needs: 'divisions.write', accept: TABLES },
  { kind: 'offices', needs: 'divisions.write', accept: TABLES },
  { kind: 'divisions', needs: 'divisions.write', accept: TABLES },
  { kind: 'division-changes', needs: 'divisions.change', accept: TABLES },
  { kind: 'chart', needs: 'base.issue', accept: TABLES },
  { kind: 'orders', needs: 'base.issue', accept: TABLES },
  { kind: 'templates', needs: 'base.issue', accept: TABLES },
  { kind: 'permission-applications', needs: 'applications.fill', accept: TABLES },
]

export const IMPORT_STATES: readonly Import['state'][] = ['reading', 'posting', 'done', 'refused', 'broken']

export const atWork = (one: Pick<Import, 'state'>): boolean => one.state === 'reading' || one.state === 'posting'
