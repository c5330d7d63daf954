import type { Permission } from './permission.ts'

/** Who acts. Every write, job and refusal carries one. */
export interface Actor {
  /** `identity.account` id; 0 is the system itself (start-up, scheduled work, the command line). */
  id: number
  name: string
  /** The set of divisions this actor may see: `divisions.scope_division.scope`; 0 is the whole installation. */
  scope: number
  permissions: ReadonlySet<Permission | '*'>
}

export const SYSTEM: Actor = { id: 0, name: '系统', scope: 0, permissions: new Set(['*']) }

export const may = (actor: Actor, permission: Permission): boolean =>
  actor.permissions.has('*') || actor.permissions.has(permission)
