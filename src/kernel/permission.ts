/** What a route may ask for. Posts (src/identity/posts.ts) hold sets of these; test/permissions.json shows who holds what. */
export const PERMISSIONS = [
  'overview.read',
  'divisions.read',
  'divisions.write',
  'funds.read',
  'funds.write',
  'projects.read',
  'projects.write',
  'allotments.read',
  'allotments.write',
  'allotments.correct',
  'payments.read',
  'payments.import',
  'warnings.read',
  'warnings.handle',
  'rules.read',
  'rules.run',
  'audit.read',
] as const

export type Permission = (typeof PERMISSIONS)[number]
