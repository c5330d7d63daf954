import type { Tx } from '../platform/database/transaction.ts'
import type { Holding } from './standing.ts'

export interface AccountRow {
  id: bigint
  sign_in_name: string
  name: string
  password_hash: string | null
  must_change: boolean
  failures: number
  locked_until: Date | null
  activation: Buffer | null
  activation_ends: Date | null
  totp_secret: Buffer | null
  totp_since: Date | null
  totp_step: bigint | null
  demo: boolean
  person: bigint | null
}

const ACCOUNT = `select id, sign_in_name, name, password_hash, must_change, failures, locked_until, activation, activation_ends,
  totp_secret, totp_since, totp_step, demo, person from identity.account`

/** Locked until the transaction ends: two guesses at once are two failures. */
export const accountByName = (tx: Tx, name: string): Promise<AccountRow | undefined> =>
  tx.maybe<never>(`${ACCOUNT} where sign_in_name = $1 and closed_at is null for update`, [name])

export const accountById = (tx: Tx, id: bigint | number): Promise<AccountRow | undefined> =>
  tx.maybe<never>(`${ACCOUNT} where id = $1 and closed_at is null`, [id])

/** What a person holds today, or stands in for (代岗); `covers` says which of it reaches a division. */
export const holdingsOf = (tx: Tx, account: bigint, division: number | null): Promise<Holding[]> =>
  tx.query<never>(
    `select h.id, h.division, h.post, h.office, h.fund, h.agency, h.stands_for as "standsFor",
       $2::int is not null and exists (select from divisions.scope_division s where s.scope = h.division and s.division = $2) as covers
     from approvals.published_standing h where h.account = $1 order by h.division, h.post, h.id`,
    [account, division],
  )

/** Whether a person holds any post today: asked at the door, where nobody has a scope yet. */
export const holdsAPost = async (tx: Tx, account: bigint): Promise<boolean> =>
  (await tx.one<{ holds: boolean }>('select identity.holds_a_post($1) as holds', [account])).holds

/** The surrogate of a division's code, of one that ended too; null where there is none. */
export const divisionByCode = async (tx: Tx, code: string): Promise<number | null> =>
  (await tx.maybe<{ division: number }>('select division from divisions.published_latest where code = $1', [code]))
    ?.division ?? null

/** The scope that holds some divisions and all below each. */
export const scopeOfRoots = async (tx: Tx, roots: readonly number[]): Promise<number> => {
  const different = [...new Set(roots)]
  if (different.length === 1) return different[0]!
  return (await tx.one<{ scope: number }>('select divisions.scope_of($1::int[]) as scope', [different])).scope
}

export interface Policy {
  password_length: number
  password_kinds: number
  password_days: number | null
  former_passwords: number
  failures_allowed: number
  lock_minutes: number
  idle_minutes: number
  session_hours: number
  second_factor_posts: string[]
}

export const readPolicy = (tx: Tx): Promise<Policy> =>
  tx.one<never>(
    `select password_length, password_kinds, password_days, former_passwords, failures_allowed, lock_minutes, idle_minutes, session_hours,
       second_factor_posts from identity.policy`,
  )

export async function writePolicy(tx: Tx, policy: Policy): Promise<void> {
  await tx.query(
    `update identity.policy set password_length = $1, password_kinds = $2, password_days = $3, former_passwords = $4, failures_allowed = $5,
       lock_minutes = $6, idle_minutes = $7, session_hours = $8, second_factor_posts = $9`,
    [
      policy.password_length,
      policy.password_kinds,
      policy.password_days,
      policy.former_passwords,
      policy.failures_allowed,
      policy.lock_minutes,
      policy.idle_minutes,
      policy.session_hours,
      policy.second_factor_posts,
    ],
  )
}

export async function noteFailure(tx: Tx, account: bigint, lockedUntil: Date | null): Promise<void> {
  await tx.query('update identity.account set failures = failures + 1, locked_until = $2 where id = $1', [
    account,
    lockedUntil,
  ])
}

export async function clearFailures(tx: Tx, account: bigint): Promise<void> {
  await tx.query(
    'update identity.account set failures = 0, locked_until = null where id = $1 and (failures > 0 or locked_until is not null)',
    [account],
  )
}

export const failuresFrom = async (tx: Tx, address: string, since: Date): Promise<number> =>
  Number(
    (
      await tx.one<{ n: bigint }>('select count(*) as n from identity.failed_attempt where address = $1 and at > $2', [
        address,
        since,
      ])
    ).n,
  )

/** Remembers a failure by address, and forgets those of the day before. */
export async function noteFailureFrom(tx: Tx, address: string, now: Date): Promise<void> {
  await tx.query(`delete from identity.failed_attempt where at < $1::timestamptz - interval '1 day'`, [now])
  await tx.query('insert into identity.failed_attempt (address, at) values ($1, $2)', [address, now])
}

/** Sets a password; the one before joins the former ones, of which `kept` stay. */
export async function setPassword(tx: Tx, account: bigint, hash: string, now: Date, kept: number): Promise<void> {
  await tx.query(
    `insert into identity.former_password (account, set_at, hash)
     select id, coalesce(password_set_at, created_at), password_hash from identity.account where id = $1 and password_hash is not null
     on conflict do nothing`,
    [account],
  )
  await tx.query(
    `delete from identity.former_password where account = $1 and set_at not in (
       select set_at from identity.former_password where account = $1 order by set_at desc limit $2)`,
    [account, Math.max(0, kept - 1)],
  )
  await tx.query(
    `update identity.account set password_hash = $2, password_set_at = $3, must_change = false, activation = null, activation_ends = null,
       failures = 0, locked_until = null where id = $1`,
    [account, hash, now],
  )
}

/** The hashes that a new password must not equal: the one in force and the former ones. */
export const knownHashes = async (tx: Tx, account: bigint, count: number): Promise<string[]> =>
  (
    await tx.query<{ hash: string }>(
      `select hash from (select password_hash as hash, 'infinity'::timestamptz as set_at from identity.account where id = $1 and password_hash is not null
         union all select hash, set_at from identity.former_password where account = $1) h order by set_at desc limit $2`,
      [account, count],
    )
  ).map(row => row.hash)

/** A one-time code in the place of a password; sessions are ended by whoever calls. */
export async function setActivation(tx: Tx, account: bigint, digest: Buffer, ends: Date): Promise<void> {
  await tx.query(
    `update identity.account set activation = $2, activation_ends = $3, must_change = true, failures = 0, locked_until = null where id = $1`,
    [account, digest, ends],
  )
}

export async function insertAccount(
  tx: Tx,
  account: {
    signInName: string
    name: string
    office: string | null
    duty?: string | null
    person?: bigint | null
    hash: string | null
    now: Date
    mustChange: boolean
    demo: boolean
  },
): Promise<bigint | null> {
  const row = await tx.maybe<{ id: bigint }>(
    `insert into identity.account (sign_in_name, name, office, duty, person, password_hash, password_set_at, must_change, demo)
     values ($1, $2, $3, $4, $5, $6, case when $6::text is not null then $7::timestamptz end, $8, $9) on conflict (sign_in_name) do nothing returning id`,
    [
      account.signInName,
      account.name,
      account.office,
      account.duty ?? null,
      account.person ?? null,
      account.hash,
      account.now,
      account.mustChange,
      account.demo,
    ],
  )
  return row?.id ?? null
}

export interface NewHolding {
  division: number
  post: string
  office?: number | null
  fund?: number | null
  agency?: number | null
  /** `YYYY-MM-DD`; without them since always, and until it is ended. */
  from?: string | null
  /** The last day. */
  until?: string | null
}

export async function insertHolding(tx: Tx, account: bigint, holding: NewHolding): Promise<void> {
  await tx.query(
    `insert into identity.holding (account, division, post, office, fund, agency, valid)
     values ($1, $2, $3, $4, $5, $6, daterange($7::date, $8::date + 1))`,
    [
      account,
      holding.division,
      holding.post,
      holding.office ?? null,
      holding.fund ?? null,
      holding.agency ?? null,
      holding.from ?? null,
      holding.until ?? null,
    ],
  )
}
