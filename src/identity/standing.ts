import type { Actor, Narrowing } from '../kernel/actor.ts'
import type { Permission } from '../kernel/permission.ts'
import { POSTS } from './posts.ts'

/** A post held today, over a division or over less of it. */
export interface Holding {
  id: bigint
  division: number
  post: string
  office: number | null
  fund: number | null
  agency: number | null
  /** Whose post it is, where the person stands in for its holder (代岗); null where it is their own. */
  standsFor?: bigint | null
  /** Whether it reaches the division that was asked for; false where none was. */
  covers: boolean
}

export const permissionsOf = (holdings: readonly Holding[]): Set<Permission> =>
  new Set(holdings.flatMap(({ post }) => POSTS[post]?.permissions ?? []))

/** The holdings that grant a permission; all of them for what every signed-in person may do. */
export const granting = (
  holdings: readonly Holding[],
  permission: Permission | 'public' | 'signed-in',
): readonly Holding[] =>
  permission === 'public' || permission === 'signed-in'
    ? holdings
    : holdings.filter(({ post }) => POSTS[post]?.permissions.includes(permission))

/** What holdings cover, where one of them covers less than its division; undefined where all are whole. */
export function narrowingOf(holdings: readonly Holding[]): Narrowing[] | undefined {
  const whole = (one: Holding) => one.office === null && one.fund === null && one.agency === null
  if (holdings.every(whole)) return undefined
  return holdings.map(({ division, office, fund, agency }) => ({ scope: division, office, fund, agency }))
}

/**
 * Who acts, on some of a person's holdings: what one may do comes from the posts that reach the division asked for, how far it
 * reaches from the posts that grant it. So a viewer of a province who is treasurer of one county imports in that county alone.
 */
export function actorOn(
  person: { account: bigint; name: string },
  all: readonly Holding[],
  standsOn: readonly Holding[],
  scope: number,
  inDivision: boolean,
): Actor {
  const narrowing = narrowingOf(standsOn)
  // One who has a post of their own for it acts for themselves.
  const standsFor = standsOn.length > 0 && standsOn.every(one => one.standsFor) ? standsOn[0]!.standsFor : null
  return {
    id: Number(person.account),
    name: person.name,
    scope,
    permissions: permissionsOf(inDivision ? all.filter(one => one.covers) : all),
    ...(narrowing ? { narrowing } : {}),
    ...(standsFor ? { standsFor: Number(standsFor) } : {}),
  }
}
