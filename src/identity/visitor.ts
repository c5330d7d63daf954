import type { Actor } from '../kernel/actor.ts'
import type { Permission } from '../kernel/permission.ts'
import type { Context } from '../platform/context.ts'
import type { Visitor, Wanted } from '../platform/http/define-route.ts'
import { liveSession, tokenDigest, touchSession } from './session-store.ts'
import { actorOn, granting, type Holding } from './standing.ts'
import { divisionByCode, holdingsOf, readPolicy, scopeOfRoots } from './store.ts'

export interface KnownVisitor extends Omit<Visitor, 'standing'> {
  account: bigint
  name: string
  holdings: readonly Holding[]
}

/**
 * Who a token belongs to, standing on the posts that grant what is wanted; null once the session ended, was revoked, lay idle,
 * or no post is held any more.
 */
export async function visitorOf(
  context: Pick<Context, 'tx' | 'clock'>,
  token: string,
  wanted: Wanted = { permission: 'signed-in' },
): Promise<KnownVisitor | null> {
  const { tx, clock } = context
  const now = clock.now()
  const digest = tokenDigest(token)
  const session = await liveSession(tx, digest, now)
  if (!session) return null
  // One write a minute is enough to know who is idle.
  if (now.getTime() - session.seen_at.getTime() > 60_000) await touchSession(tx, digest, now)
  const division = wanted.division === undefined ? null : await divisionByCode(tx, wanted.division)
  const holdings = await holdingsOf(tx, session.account, division)
  if (holdings.length === 0) return null
  const policy = await readPolicy(tx)
  const grants = granting(holdings, wanted.permission)
  const reaches = holdings.some(one => one.covers)
  const here = division === null || !reaches ? grants : grants.filter(one => one.covers)
  const scope = await scopeOfRoots(
    tx,
    grants.map(one => one.division),
  )
  const aged =
    policy.password_days !== null &&
    session.password_set_at !== null &&
    now.getTime() - session.password_set_at.getTime() > policy.password_days * 86_400_000
  return {
    account: session.account,
    name: session.name,
    holdings,
    actor: actorOn(session, holdings, grants, scope, division !== null),
    csrf: session.csrf,
    mustChange: session.way !== 'outside' && (session.must_change || aged),
    mustEnrol:
      session.way !== 'outside' &&
      session.totp_since === null &&
      holdings.some(one => policy.second_factor_posts.includes(one.post)),
    granted: here.length > 0,
    division: division === null ? null : { id: division, inScope: reaches },
  }
}

/** The same person on the posts that grant another permission, in the division asked for if there is one; null where none does. */
export async function standingOf(
  { tx }: Pick<Context, 'tx'>,
  visitor: KnownVisitor,
  permission: Permission,
): Promise<Actor | null> {
  const grants = granting(visitor.holdings, permission)
  if (!grants.some(one => visitor.division === null || one.covers)) return null
  const scope = await scopeOfRoots(
    tx,
    grants.map(one => one.division),
  )
  return actorOn(visitor, visitor.holdings, grants, scope, visitor.division !== null)
}
