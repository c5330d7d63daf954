import { PERMISSIONS, type Permission } from '../kernel/permission.ts'

/** What everyone reads whose duty is the money; the audit is not among it. */
const READS: readonly Permission[] = [
  'overview.read',
  'divisions.read',
  'base.read',
  'funds.read',
  'projects.read',
  'allotments.read',
  'payments.read',
  'warnings.read',
  'books.read',
  'rules.read',
]

/** Every unit fills in its own permission applications. */
const APPLIES: readonly Permission[] = ['applications.read', 'applications.fill']

/** Who works with the money also signs, stands in and hands over. */
const SIGNS: readonly Permission[] = ['approvals.read', 'approvals.sign', 'approvals.delegate']

/** Who prepares what goes up or out; the lead office signs it. */
const RELEASES: readonly Permission[] = ['releases.read', 'releases.ask']

/** What only administrators, the information office and leaders do; the lead office does the rest. */
const KEPT_APART: ReadonlySet<Permission> = new Set([
  'audit.read',
  'applications.agree-unit',
  'applications.execute',
  'applications.found',
  'people.read',
  'people.unmask',
  'accounts.secure',
  'security.configure',
  'interface.keys',
])

/** The three administrators exclude each other and business posts; `identity.holding` holds them to it. */
export type PostKind = 'business' | 'system' | 'security' | 'audit'

export interface Post {
  zh: string
  en: string
  permissions: readonly Permission[]
  kind: PostKind
  /** Whether it may be held over less than a division: an office, a fund, an agency. */
  narrow: boolean
}

const business = (zh: string, en: string, permissions: readonly Permission[], narrow = true): Post => ({
  zh,
  en,
  permissions,
  kind: 'business',
  narrow,
})

/**
 * Posts (岗位) and what each may do, by the duties in the seeds: 指标总收发岗 [seed 0], office handler and supervisor [seed 1],
 * treasury [seeds 0, 2], information office [seed 1]. The audit is for the audit administrator alone.
 */
export const POSTS: Record<string, Post> = {
  lead: business(
    '牵头股室经办',
    'lead office handler',
    PERMISSIONS.filter(permission => !KEPT_APART.has(permission)),
    false,
  ),
  allotment: business(
    '指标总收发岗',
    'allotment desk',
    [
      ...READS,
      'projects.write',
      'allotments.write',
      'allotments.recall',
      'allotments.recognise',
      'allotments.join',
      'ledger.lock',
      'books.reconcile',
      'warnings.handle',
      ...SIGNS,
      ...RELEASES,
      ...APPLIES,
    ],
    false,
  ),
  handler: business('股室经办岗', 'office handler', [
    ...READS,
    'projects.write',
    'allotments.write',
    'warnings.handle',
    ...SIGNS,
    ...RELEASES,
    ...APPLIES,
  ]),
  reviewer: business('审核岗', 'reviewer', [
    ...READS,
    'allotments.correct',
    'warnings.handle',
    ...SIGNS,
    'applications.read',
    'applications.agree-department',
  ]),
  treasury: business(
    '国库支付岗',
    'treasury desk',
    [
      ...READS,
      'payments.import',
      'payments.match',
      'payments.reconcile',
      'bank-accounts.read',
      'bank-accounts.settle',
      'enterprises.import',
      'beneficiaries.read',
      'beneficiaries.import',
      'books.reconcile',
      'warnings.handle',
      ...SIGNS,
      ...RELEASES,
      'personal.unmask',
      ...APPLIES,
    ],
    false,
  ),
  supervisor: business('监督岗', 'supervisor', [
    ...READS,
    'bank-accounts.read',
    'bank-accounts.settle',
    'enterprises.import',
    'warnings.handle',
    'rules.run',
    ...SIGNS,
    ...APPLIES,
  ]),
  information: business(
    '信息办',
    'information office',
    ['divisions.read', 'divisions.write', 'applications.read', 'applications.execute', 'people.read', 'people.unmask'],
    false,
  ),
  'agency-clerk': business('预算单位经办岗', 'agency clerk', [
    ...READS,
    'projects.write',
    'warnings.handle',
    ...APPLIES,
  ]),
  'township-clerk': business('乡镇经办岗', 'township clerk', [
    ...READS,
    'projects.write',
    'allotments.write',
    'warnings.handle',
    ...SIGNS,
    ...APPLIES,
  ]),
  leader: business('领导岗', 'leader', [
    ...READS,
    'bank-accounts.read',
    ...SIGNS,
    'applications.read',
    'applications.agree-unit',
    'people.read',
  ]),
  viewer: business('上级查询岗', "superior's viewer", [...READS, 'bank-accounts.read']),
  'local-office': business(
    '财政部监管局查询岗',
    "viewer of the ministry's local office",
    [...READS, 'bank-accounts.read'],
    false,
  ),
  auditor: {
    zh: '审计管理员',
    en: 'audit administrator',
    permissions: ['audit.read', 'proof.package'],
    kind: 'audit',
    narrow: false,
  },
  'system-admin': {
    zh: '系统管理员',
    en: 'system administrator',
    permissions: ['divisions.read', 'people.read', 'applications.read', 'applications.found'],
    kind: 'system',
    narrow: false,
  },
  'security-admin': {
    zh: '安全管理员',
    en: 'security administrator',
    permissions: [
      'people.read',
      'applications.read',
      'accounts.secure',
      'security.configure',
      'interface.keys',
      'approvals.chains',
    ],
    kind: 'security',
    narrow: false,
  },
}

/** In the order of the permissions matrix. */
export const POST_KEYS = Object.keys(POSTS)

/** With these a fresh installation begins; the system administrator opens them from the signed paper, and no others. */
export const FOUNDING_POSTS: readonly string[] = [
  'system-admin',
  'security-admin',
  'auditor',
  'information',
  'leader',
  'lead',
]
