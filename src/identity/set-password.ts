import { Refusal, refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { codeDigest, hashPassword, matchesNobody, newCode, passwordMatches, requireStrong } from './password.ts'
import { revokeSessionsOf, tokenDigest } from './session-store.ts'
import { accountLocked, addressLocked, remember } from './sign-in.ts'
import {
  type AccountRow,
  accountById,
  accountByName,
  knownHashes,
  readPolicy,
  setActivation,
  setPassword,
} from './store.ts'

/** How long a one-time code is good for: a slip of paper is fetched within a week. */
const ACTIVATION_DAYS = 7

/** Refuses `password-weak`, and `password-used` for one of the last few. */
async function take(context: Context, account: AccountRow, password: string): Promise<void> {
  const { tx, clock } = context
  const policy = await readPolicy(tx)
  requireStrong(password, account.sign_in_name, policy)
  for (const hash of await knownHashes(tx, account.id, policy.former_passwords))
    if (await passwordMatches(hash, password))
      refuse(
        'input',
        'password-used',
        `新密码与最近 ${policy.former_passwords} 次用过的密码相同：请换一个。`,
        `The new password is one of the last ${policy.former_passwords}: choose another.`,
        { field: 'new' },
      )
  await setPassword(tx, account.id, await hashPassword(password), clock.now(), policy.former_passwords)
}

/** Refuses `sign-in-wrong` for a wrong old password, `password-weak`, `password-used`. Other sessions of the account end. */
export async function changePassword(
  context: Context,
  input: { account: number; token: string; old: string; new: string },
): Promise<void> {
  const found = await accountById(context.tx, input.account)
  const account = found && (await accountByName(context.tx, found.sign_in_name))
  if (!account?.password_hash || !(await passwordMatches(account.password_hash, input.old)))
    refuse('input', 'sign-in-wrong', '原密码不对：请重新输入。', 'The old password is wrong: try again.', {
      field: 'old',
    })
  await take(context, account, input.new)
  await revokeSessionsOf(context.tx, account.id, context.clock.now(), tokenDigest(input.token))
  await context.audit({ division: 0, action: 'password-changed', subject: account.sign_in_name })
}

/** A one-time code for an account, good for a week, told once: instead of a first password, or of one that was forgotten. */
export async function issueCode(context: Context, account: bigint): Promise<string> {
  const code = newCode()
  const ends = new Date(context.clock.now().getTime() + ACTIVATION_DAYS * 86_400_000)
  await setActivation(context.tx, account, codeDigest(account, code), ends)
  return code
}

/**
 * Sets a password by a one-time code. `activation-wrong` answers a wrong name, a wrong code and one that is too old alike; failures
 * count as failed sign-ins. A value where the failure must be remembered, as in `signIn`.
 */
export async function activate(
  context: Context,
  input: { name: string; code: string; password: string },
): Promise<{ refusal: Refusal } | { done: true }> {
  const { tx, clock } = context
  const now = clock.now()
  const away = await addressLocked(context)
  if (away) return { refusal: away }
  const policy = await readPolicy(tx)
  const account = await accountByName(tx, input.name.trim().toLowerCase())
  const locked = account && accountLocked(account, policy, now)
  if (locked) return { refusal: locked }
  const right =
    account?.activation && account.activation_ends && account.activation_ends > now
      ? codeDigest(account.id, input.code).equals(account.activation)
      : false
  if (!account || !right) {
    if (!account) await matchesNobody(input.code)
    await remember(context, account, policy)
    return {
      refusal: new Refusal('unauthenticated', [
        {
          code: 'activation-wrong',
          zh: '登录名或激活码不对，或激活码已过期：请核对；过期的请找安全管理员重发。',
          en: 'The name or the code is wrong, or the code is too old: check it, or ask the security administrator for a new one.',
        },
      ]),
    }
  }
  await take(context, account, input.password)
  await revokeSessionsOf(tx, account.id, now, null)
  await context.audit({ division: 0, action: 'account-activated', subject: account.sign_in_name })
  return { done: true }
}
