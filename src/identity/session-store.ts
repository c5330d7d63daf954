import { sm3 } from '../kernel/digest.ts'
import type { Tx } from '../platform/database/transaction.ts'

export const tokenDigest = (token: string): Buffer => sm3(token)

export type Way = 'password' | 'second-factor' | 'outside'

export async function openSession(
  tx: Tx,
  session: {
    digest: Buffer
    account: bigint
    csrf: string
    address: string | null
    agent: string
    way: Way
    now: Date
    ends: Date
  },
): Promise<void> {
  await tx.query(
    `insert into identity.session (token_digest, account, csrf, address, agent, way, created_at, seen_at, ends_at)
     values ($1, $2, $3, $4, $5, $6, $7, $7, $8)`,
    [
      session.digest,
      session.account,
      session.csrf,
      session.address,
      session.agent,
      session.way,
      session.now,
      session.ends,
    ],
  )
}

export interface LiveSession {
  account: bigint
  csrf: string
  seen_at: Date
  way: Way
  name: string
  must_change: boolean
  password_set_at: Date | null
  totp_since: Date | null
}

// A session is live until it ends, is revoked, or lies idle for as long as the policy says.
const LIVE = `s.revoked_at is null and a.closed_at is null and s.ends_at > $1
  and s.seen_at > $1::timestamptz - make_interval(mins => (select idle_minutes::int from identity.policy))`

export const liveSession = (tx: Tx, digest: Buffer, now: Date): Promise<LiveSession | undefined> =>
  tx.maybe<never>(
    `select s.account, s.csrf, s.seen_at, s.way, a.name, a.must_change, a.password_set_at, a.totp_since
     from identity.session s join identity.account a on a.id = s.account where s.token_digest = $2 and ${LIVE}`,
    [now, digest],
  )

export async function touchSession(tx: Tx, digest: Buffer, now: Date): Promise<void> {
  await tx.query('update identity.session set seen_at = $2 where token_digest = $1', [digest, now])
}

export async function revokeSession(tx: Tx, digest: Buffer, now: Date): Promise<void> {
  await tx.query('update identity.session set revoked_at = $2 where token_digest = $1 and revoked_at is null', [
    digest,
    now,
  ])
}

/** Ends all sessions of an account but one; answers how many. */
export const revokeSessionsOf = async (tx: Tx, account: bigint, now: Date, except: Buffer | null): Promise<number> =>
  (
    await tx.query(
      `update identity.session set revoked_at = $2 where account = $1 and revoked_at is null and ($3::bytea is null or token_digest <> $3)
       returning id`,
      [account, now, except],
    )
  ).length

export interface SessionView {
  id: string
  account: string
  name: string
  signInName: string
  address: string | null
  agent: string | null
  way: Way
  createdAt: Date
  seenAt: Date
  current: boolean
}

/** Live sessions, latest first: of one account, or of all whose posts lie in the transaction's scope. */
export const liveSessions = (
  tx: Tx,
  now: Date,
  of: { account: bigint | null; current: Buffer | null },
): Promise<SessionView[]> =>
  tx.query<never>(
    `select s.id::text, a.id::text as account, a.name, a.sign_in_name as "signInName", s.address, s.agent, s.way,
       s.created_at as "createdAt", s.seen_at as "seenAt", s.token_digest is not distinct from $3 as current
     from identity.session s join identity.account a on a.id = s.account
     where ${LIVE} and case when $2::bigint is not null then s.account = $2
       else exists (select from identity.holding h where h.account = a.id and h.ended_at is null
         and h.division in (select d.division from divisions.scope_division d where d.scope = platform.scope())) end
     order by s.seen_at desc limit 500`,
    [now, of.account, of.current],
  )

/** Whose a live session is; undefined where there is none of that number. */
export const sessionOwner = (tx: Tx, now: Date, id: string): Promise<{ account: bigint; name: string } | undefined> =>
  tx.maybe<never>(
    `select s.account, a.sign_in_name as name from identity.session s join identity.account a on a.id = s.account where s.id = $2 and ${LIVE}`,
    [now, id],
  )

export async function revokeSessionById(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.query('update identity.session set revoked_at = $2 where id = $1 and revoked_at is null', [id, now])
}
