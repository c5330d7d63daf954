import { PERMISSIONS, type Permission } from '../kernel/permission.ts'

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
    permissions: [
      'overview.read',
      'divisions.read',
      'funds.read',
      'projects.read',
      'projects.write',
      'allotments.read',
      'allotments.write',
      'payments.read',
      'warnings.read',
      'warnings.handle',
      'rules.read',
    ],
  },
  treasury: {
    zh: '国库支付岗',
    en: 'treasury desk',
    permissions: [
      'overview.read',
      'divisions.read',
      'funds.read',
      'projects.read',
      'allotments.read',
      'payments.read',
      'payments.import',
      'warnings.read',
      'warnings.handle',
      'rules.read',
    ],
  },
  viewer: {
    zh: '上级查询岗',
    en: "superior's viewer",
    permissions: [
      'overview.read',
      'divisions.read',
      'funds.read',
      'projects.read',
      'allotments.read',
      'payments.read',
      'warnings.read',
      'rules.read',
    ],
  },
  auditor: {
    zh: '审计管理员',
    en: 'audit administrator',
    permissions: ['audit.read'],
  },
}
