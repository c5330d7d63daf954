import { PERMISSIONS, type Permission } from '../kernel/permission.ts'

/** What everyone reads whose duty is the money; the audit is not among it. */
const READS: readonly Permission[] = [
  'overview.read',
  'divisions.read',
  'funds.read',
  'projects.read',
  'allotments.read',
  'payments.read',
  'warnings.read',
  'rules.read',
]

/**
 * Posts (岗位) and what each may do, by the duties in the seeds: 指标总收发岗 [seed 0], office handler and supervisor [seed 1],
 * treasury [seeds 0, 2]. The audit is for the auditor alone.
 */
export const POSTS: Record<string, { zh: string; en: string; permissions: readonly Permission[] }> = {
  lead: {
    zh: '牵头股室经办',
    en: 'lead office handler',
    permissions: PERMISSIONS.filter(permission => permission !== 'audit.read'),
  },
  allotment: {
    zh: '指标总收发岗',
    en: 'allotment desk',
    permissions: [...READS, 'projects.write', 'allotments.write', 'warnings.handle'],
  },
  treasury: {
    zh: '国库支付岗',
    en: 'treasury desk',
    permissions: [...READS, 'payments.import', 'warnings.handle'],
  },
  viewer: {
    zh: '上级查询岗',
    en: "superior's viewer",
    permissions: READS,
  },
  auditor: {
    zh: '审计管理员',
    en: 'audit administrator',
    permissions: ['audit.read'],
  },
}
