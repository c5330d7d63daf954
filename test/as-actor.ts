import { type Actor, may } from '../src/kernel/actor.ts'
import type { Permission } from '../src/kernel/permission.ts'
import type { Visitor, Wanted } from '../src/platform/http/define-route.ts'

/** The visitor that a server sees where a test says who acts, without an account: in the divisions given, by code. */
export function asActor(
  actor: Actor,
  wanted: Wanted,
  divisions: Readonly<Record<string, { id: number; inScope: boolean }>>,
  csrf = 'c',
): Visitor {
  const holds = (permission: Permission) => may(actor, permission)
  return {
    actor,
    csrf,
    mustChange: false,
    mustEnrol: false,
    granted: wanted.permission === 'public' || wanted.permission === 'signed-in' || holds(wanted.permission),
    division: (wanted.division !== undefined && divisions[wanted.division]) || null,
    standing: async permission => (holds(permission) ? actor : null),
  }
}
