import { randomBytes } from 'node:crypto'
import type { Actor } from '../kernel/actor.ts'
import { sm3 } from '../kernel/digest.ts'
import type { Permission } from '../kernel/permission.ts'
import { Refusal, refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Visitor } from '../platform/http/define-route.ts'
import { hashPassword, passwordMatches, requireStrong } from './password.ts'
import { POSTS } from './posts.ts'
import {
  accountByName,
  clearFailures,
  holdingsOf,
  insertAccount,
  liveSession,
  noteFailure,
  openSession,
  revokeSession,
  setPassword,
  touchSession,
} from './store.ts'

const FAILURES_ALLOWED = 5
const LOCK_MINUTES = 30
const IDLE_MINUTES = 30
const SESSION_HOURS = 12

export const tokenDigest = (token: string): Buffer => sm3(token)

// Compared where there is no such account, so that a wrong name takes as long as a wrong password.
const nobodysHash = hashPassword(randomBytes(16).toString('hex'))

/**
 * Opens a session for a right name and password. The same sentence answers a wrong name and a wrong password
 * (`sign-in-wrong`); five failures lock the account for half an hour (`account-locked`). The outcome is a value, not a
 * throw, where it must be remembered: a rolled-back transaction would forget the failure.
 */
export async function signIn(
  context: Context,
  input: { name: string; password: string; agent: string },
): Promise<{ token: string } | { refusal: Refusal }> {
  const { tx, clock } = context
  const now = clock.now()
  const account = await accountByName(tx, input.name.trim().toLowerCase())
  const wrong = new Refusal('unauthenticated', [
    {
      code: 'sign-in-wrong',
      zh: '登录名或密码不对：请重新输入。',
      en: 'The name or the password is wrong: try again.',
    },
  ])
  if (!account) {
    await passwordMatches(await nobodysHash, input.password)
    return { refusal: wrong }
  }
  if (account.locked_until && account.locked_until > now)
    return {
      refusal: new Refusal('unauthenticated', [
        {
          code: 'account-locked',
          zh: `连续输错 ${FAILURES_ALLOWED} 次，账号已锁定：请 ${LOCK_MINUTES} 分钟后再试，或找安全管理员。`,
          en: `Locked after ${FAILURES_ALLOWED} failures: try again in ${LOCK_MINUTES} minutes, or ask the security administrator.`,
        },
      ]),
    }
  if (!(await passwordMatches(account.password_hash, input.password))) {
    const locked = account.failures + 1 >= FAILURES_ALLOWED
    await noteFailure(tx, account.id, locked ? new Date(now.getTime() + LOCK_MINUTES * 60_000) : null)
    await context.audit({ division: 0, action: 'sign-in-failed', subject: account.sign_in_name, detail: { locked } })
    return { refusal: wrong }
  }
  await clearFailures(tx, account.id)
  const holdings = await holdingsOf(tx, account.id)
  const divisions = [...new Set(holdings.map(holding => holding.division))]
  if (divisions.length === 0)
    return {
      refusal: new Refusal('forbidden', [
        { code: 'no-post', zh: '您还没有岗位：请提交权限申请。', en: 'You hold no post yet: apply for one.' },
      ]),
    }
  const token = randomBytes(32).toString('base64url')
  await openSession(tx, {
    digest: tokenDigest(token),
    account: account.id,
    // A post over the whole installation is held at division 0, and scope 0 is the whole installation.
    scope: divisions.includes(0) ? 0 : divisions[0]!,
    csrf: randomBytes(18).toString('base64url'),
    address: context.address,
    agent: input.agent,
    ends: new Date(now.getTime() + SESSION_HOURS * 3_600_000),
  })
  await context.audit({ division: 0, action: 'sign-in', subject: account.sign_in_name })
  return { token }
}

/** Who a token belongs to; null once it ended, was revoked, or lay idle for half an hour. */
export async function visitorOf(
  context: Pick<Context, 'tx' | 'clock'>,
  token: string,
): Promise<(Visitor & { signInName: string; demo: boolean }) | null> {
  const now = context.clock.now()
  const session = await liveSession(
    context.tx,
    tokenDigest(token),
    now,
    new Date(now.getTime() - IDLE_MINUTES * 60_000),
  )
  if (!session) return null
  // One write a minute is enough to know who is idle.
  if (now.getTime() - session.seen_at.getTime() > 60_000) await touchSession(context.tx, tokenDigest(token), now)
  const holdings = await holdingsOf(context.tx, session.account)
  const permissions = new Set<Permission>(
    holdings
      // A post is held over its own division: what one may do elsewhere is not taken along.
      .filter(holding => holding.division === session.scope)
      .flatMap(holding => POSTS[holding.post]?.permissions ?? []),
  )
  const actor: Actor = { id: Number(session.account), name: session.name, scope: session.scope, permissions }
  return {
    actor,
    csrf: session.csrf,
    mustChange: session.must_change,
    signInName: session.sign_in_name,
    demo: session.demo,
  }
}

export async function signOut(context: Context, token: string): Promise<void> {
  await revokeSession(context.tx, tokenDigest(token))
  await context.audit({ division: 0, action: 'sign-out', subject: context.actor.name })
}

/** Refuses `sign-in-wrong` for a wrong old password, `password-weak`, `password-same`. */
export async function changePassword(
  context: Context,
  input: { signInName: string; old: string; new: string },
): Promise<void> {
  const account = await accountByName(context.tx, input.signInName)
  if (!account || !(await passwordMatches(account.password_hash, input.old)))
    refuse('input', 'sign-in-wrong', '原密码不对：请重新输入。', 'The old password is wrong: try again.', {
      field: 'old',
    })
  if (input.old === input.new)
    refuse(
      'input',
      'password-same',
      '新密码与原密码相同：请换一个。',
      'The new password equals the old one: choose another.',
      { field: 'new' },
    )
  requireStrong(input.new, account.sign_in_name)
  await setPassword(context.tx, account.id, await hashPassword(input.new))
  await context.audit({ division: 0, action: 'password-changed', subject: account.sign_in_name })
}

/** Makes a named account with its posts; refuses `sign-in-name-taken`, `password-weak`. */
export async function createAccount(
  context: Context,
  input: {
    signInName: string
    name: string
    office?: string
    password: string
    mustChange: boolean
    demo?: boolean
    holdings: { division: number; post: string }[]
  },
): Promise<bigint> {
  requireStrong(input.password, input.signInName)
  const id = await insertAccount(context.tx, {
    ...input,
    office: input.office ?? null,
    hash: await hashPassword(input.password),
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
  await context.audit({
    division: 0,
    action: 'account-created',
    subject: input.signInName,
    detail: { posts: input.holdings },
  })
  return id
}
