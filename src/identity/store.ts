import type { Tx } from '../platform/database/transaction.ts'

export interface AccountRow {
  id: bigint
  sign_in_name: string
  name: string
  password_hash: string
  must_change: boolean
  failures: number
  locked_until: Date | null
  demo: boolean
}

export const accountByName = (tx: Tx, name: string): Promise<AccountRow | undefined> =>
  tx.maybe<never>(
    `select id, sign_in_name, name, password_hash, must_change, failures, locked_until, demo from identity.account
     where sign_in_name = $1 and closed_at is null for update`,
    [name],
  )

export const holdingsOf = (tx: Tx, account: bigint): Promise<{ division: number; post: string }[]> =>
  tx.query('select division, post from identity.holding where account = $1 order by division, post', [account])

export async function noteFailure(tx: Tx, account: bigint, lockedUntil: Date | null): Promise<void> {
  await tx.query('update identity.account set failures = failures + 1, locked_until = $2 where id = $1', [
    account,
    lockedUntil,
  ])
}

export async function clearFailures(tx: Tx, account: bigint): Promise<void> {
  await tx.query('update identity.account set failures = 0, locked_until = null where id = $1', [account])
}

export async function openSession(
  tx: Tx,
  session: {
    digest: Buffer
    account: bigint
    scope: number
    csrf: string
    address: string | null
    agent: string
    ends: Date
  },
): Promise<void> {
  await tx.query(
    'insert into identity.session (token_digest, account, scope, csrf, address, agent, ends_at) values ($1, $2, $3, $4, $5, $6, $7)',
    [session.digest, session.account, session.scope, session.csrf, session.address, session.agent, session.ends],
  )
}

export interface SessionRow {
  account: bigint
  scope: number
  csrf: string
  seen_at: Date
  name: string
  sign_in_name: string
  must_change: boolean
  demo: boolean
}

export const liveSession = (tx: Tx, digest: Buffer, now: Date, idleSince: Date): Promise<SessionRow | undefined> =>
  tx.maybe<never>(
    `select s.account, s.scope, s.csrf, s.seen_at, a.name, a.sign_in_name, a.must_change, a.demo
     from identity.session s join identity.account a on a.id = s.account
     where s.token_digest = $1 and s.revoked_at is null and a.closed_at is null and s.ends_at > $2 and s.seen_at > $3`,
    [digest, now, idleSince],
  )

export async function touchSession(tx: Tx, digest: Buffer, now: Date): Promise<void> {
  await tx.query('update identity.session set seen_at = $2 where token_digest = $1', [digest, now])
}

export async function revokeSession(tx: Tx, digest: Buffer): Promise<void> {
  await tx.query(
    'update identity.session set revoked_at = clock_timestamp() where token_digest = $1 and revoked_at is null',
    [digest],
  )
}

export async function setPassword(tx: Tx, account: bigint, hash: string): Promise<void> {
  await tx.query('update identity.account set password_hash = $2, must_change = false where id = $1', [account, hash])
}

export async function insertAccount(
  tx: Tx,
  account: {
    signInName: string
    name: string
    office: string | null
    hash: string
    mustChange: boolean
    demo: boolean
    holdings: { division: number; post: string }[]
  },
): Promise<bigint | null> {
  const row = await tx.maybe<{ id: bigint }>(
    `insert into identity.account (sign_in_name, name, office, password_hash, must_change, demo) values ($1, $2, $3, $4, $5, $6)
     on conflict (sign_in_name) do nothing returning id`,
    [account.signInName, account.name, account.office, account.hash, account.mustChange, account.demo],
  )
  if (!row) return null
  for (const { division, post } of account.holdings)
    await tx.query('insert into identity.holding (account, division, post) values ($1, $2, $3)', [
      row.id,
      division,
      post,
    ])
  return row.id
}
