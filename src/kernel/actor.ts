import type { Permission } from './permission.ts'

/** Who acts. Every write, job and refusal carries one. */
export interface Actor {
  /** `identity.account` id; 0 is the system itself (start-up, scheduled work, the command line). */
  id: number
  name: string
  /** The set of divisions this actor may see: `divisions.scope_division.scope`; 0 is the whole installation. */
  scope: number
  permissions: ReadonlySet<Permission | '*'>
  /** What the posts behind a request cover where they cover less than their divisions; absent where they cover all of the scope. */
  narrowing?: readonly Narrowing[]
  /** The account in whose place they act (代岗), where no post of their own grants it. */
  standsFor?: number
}

/** One post's part of a division and what lies below: null where a dimension is not narrowed. */
export interface Narrowing {
  scope: number
  office: number | null
  fund: number | null
  agency: number | null
}

export const SYSTEM: Actor = { id: 0, name: '系统', scope: 0, permissions: new Set(['*']) }

export const may = (actor: Actor, permission: Permission): boolean =>
  actor.permissions.has('*') || actor.permissions.has(permission)
