import { randomBytes } from 'node:crypto'
import { Refusal, refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { accountState } from './account-state.ts'
import { hashPassword, matchesNobody, passwordMatches, requireStrong } from './password.ts'
import { factorTaken } from './second-factor.ts'
import { openSession, revokeSession, tokenDigest, type Way } from './session-store.ts'
import {
  type AccountRow,
  accountByName,
  clearFailures,
  failuresFrom,
  holdsAPost,
  insertAccount,
  insertHolding,
  type NewHolding,
  noteFailure,
  noteFailureFrom,
  type Policy,
  readPolicy,
} from './store.ts'

/** Failures from one address before it has to wait: many clerks may share one, so it is far above an account's own. */
const ADDRESS_FAILURES = 30
const ADDRESS_MINUTES = 15

const unauthenticated = (code: string, zh: string, en: string) => new Refusal('unauthenticated', [{ code, zh, en }])

const WRONG = () =>
  unauthenticated('sign-in-wrong', '登录名或密码不对：请重新输入。', 'The name or the password is wrong: try again.')

export type SignedIn = { token: string } | { refusal: Refusal }

/** Refuses `address-locked` where too many sign-ins failed from one address of late. */
export async function addressLocked(context: Context): Promise<Refusal | null> {
  if (!context.address) return null
  const since = new Date(context.clock.now().getTime() - ADDRESS_MINUTES * 60_000)
  if ((await failuresFrom(context.tx, context.address, since)) < ADDRESS_FAILURES) return null
  return unauthenticated(
    'address-locked',
    `本机地址登录失败过多：请 ${ADDRESS_MINUTES} 分钟后再试。`,
    `Too many sign-ins failed from this address: try again in ${ADDRESS_MINUTES} minutes.`,
  )
}

export function accountLocked(account: AccountRow, policy: Policy, now: Date): Refusal | null {
  if (!account.locked_until || account.locked_until <= now) return null
  return unauthenticated(
    'account-locked',
    `连续输错 ${policy.failures_allowed} 次，账号已锁定：请 ${policy.lock_minutes} 分钟后再试，或找安全管理员。`,
    `Locked after ${policy.failures_allowed} failures: try again in ${policy.lock_minutes} minutes, or ask the security administrator.`,
  )
}

/** Counts a failure against the account and the address; the account locks when it has failed too often. */
export async function remember(context: Context, account: AccountRow | undefined, policy: Policy): Promise<void> {
  const { tx, clock } = context
  const now = clock.now()
  if (context.address) await noteFailureFrom(tx, context.address, now)
  if (!account) return
  // An account whose lock has run out begins anew.
  const before = account.locked_until ? 0 : account.failures
  if (account.locked_until) await clearFailures(tx, account.id)
  const locked = before + 1 >= policy.failures_allowed
  await noteFailure(tx, account.id, locked ? new Date(now.getTime() + policy.lock_minutes * 60_000) : null)
  await context.audit({ division: 0, action: 'sign-in-failed', subject: account.sign_in_name, detail: { locked } })
}

/**
 * Opens a session for a right name, password and, where the account has one, second factor (`second-factor-needed`,
 * `second-factor-wrong`). The same sentence answers a wrong name and a wrong password (`sign-in-wrong`); too many failures lock the
 * account (`account-locked`) or the address (`address-locked`). The outcome is a value, not a throw, where it must be remembered: a
 * rolled-back transaction would forget the failure. A token that the browser brought along is ended, so that none can be planted.
 */
export async function signIn(
  context: Context,
  input: { name: string; password: string; code?: string | undefined; agent: string; formerToken?: string | null },
): Promise<SignedIn> {
  const { tx, clock } = context
  const now = clock.now()
  const away = await addressLocked(context)
  if (away) return { refusal: away }
  const policy = await readPolicy(tx)
  const account = await accountByName(tx, input.name.trim().toLowerCase())
  const locked = account && accountLocked(account, policy, now)
  if (locked) return { refusal: locked }
  if (!account?.password_hash || account.activation) {
    await matchesNobody(input.password)
    await remember(context, account, policy)
    return { refusal: WRONG() }
  }
  if (!(await passwordMatches(account.password_hash, input.password))) {
    await remember(context, account, policy)
    return { refusal: WRONG() }
  }
  if (account.totp_since) {
    if (!input.code)
      return {
        refusal: unauthenticated(
          'second-factor-needed',
          '请输入动态口令，或一个恢复码。',
          'Enter the code of your authenticator, or a recovery code.',
        ),
      }
    if (!(await factorTaken(context, account, input.code))) {
      await remember(context, account, policy)
      return {
        refusal: unauthenticated(
          'second-factor-wrong',
          '动态口令不对或已用过：请输入新的口令。',
          'The code is wrong or was used already: enter a new one.',
        ),
      }
    }
  }
  await clearFailures(tx, account.id)
  if (input.formerToken) await revokeSession(tx, tokenDigest(input.formerToken), now)
  return openFor(context, account, { agent: input.agent, way: account.totp_since ? 'second-factor' : 'password' })
}

/** Opens a session for someone who is known; refuses `no-post`. */
export async function openFor(
  context: Context,
  account: { id: bigint; sign_in_name: string },
  how: { agent: string; way: Way },
): Promise<SignedIn> {
  const { tx, clock } = context
  const now = clock.now()
  if (!(await holdsAPost(tx, account.id)))
    return {
      refusal: new Refusal('forbidden', [
        {
          code: 'no-post',
          zh: '您现在没有岗位：请提交权限申请。',
          en: 'You hold no post at present: apply for one.',
        },
      ]),
    }
  const policy = await readPolicy(tx)
  const token = randomBytes(32).toString('base64url')
  await openSession(tx, {
    digest: tokenDigest(token),
    account: account.id,
    csrf: randomBytes(18).toString('base64url'),
    address: context.address,
    agent: how.agent,
    way: how.way,
    now,
    ends: new Date(now.getTime() + policy.session_hours * 3_600_000),
  })
  await context.audit({ division: 0, action: 'sign-in', subject: account.sign_in_name, detail: { way: how.way } })
  return { token }
}

export async function signOut(context: Context, token: string): Promise<void> {
  await revokeSession(context.tx, tokenDigest(token), context.clock.now())
  await context.audit({ division: 0, action: 'sign-out', subject: context.actor.name })
}

/** Makes a named account with its posts; refuses `sign-in-name-taken`, `password-weak`. For installation, demo and tests: people come by application. */
export async function createAccount(
  context: Context,
  input: {
    signInName: string
    name: string
    office?: string
    password: string
    mustChange: boolean
    demo?: boolean
    holdings: NewHolding[]
  },
): Promise<bigint> {
  requireStrong(input.password, input.signInName, await readPolicy(context.tx))
  const id = await insertAccount(context.tx, {
    ...input,
    office: input.office ?? null,
    hash: await hashPassword(input.password),
    now: context.clock.now(),
    demo: input.demo ?? false,
  })
  if (id === null)
    refuse(
      'conflict',
      'sign-in-name-taken',
      `登录名“${input.signInName}”已被使用：请换一个。`,
      `The sign-in name “${input.signInName}” is taken: choose another.`,
      { field: 'signInName', value: input.signInName },
    )
  for (const holding of input.holdings) await insertHolding(context.tx, id, holding)
  await context.audit({
    division: 0,
    action: 'account-created',
    subject: input.signInName,
    after: { ...(await accountState(context.tx, { id })) },
  })
  return id
}
