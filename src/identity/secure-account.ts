import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { recordLook } from '../platform/look.ts'
import { accountState } from './account-state.ts'
import { accountInView, sealedPerson } from './people-store.ts'
import { dropSecondFactorOf } from './second-factor.ts'
import { revokeSessionById, revokeSessionsOf, sessionOwner } from './session-store.ts'
import { issueCode } from './set-password.ts'
import { clearFailures } from './store.ts'

/**
 * An account that the security administrator may act on: in view with all its posts, and not their own. Refuses
 * `account-missing`, `account-elsewhere`, `own-account`.
 */
async function secured(context: Context, account: string) {
  const found = await accountInView(context.tx, account)
  if (!found)
    refuse('missing', 'account-missing', `没有账号 ${account}。`, `There is no account ${account}.`, { value: account })
  if (found.elsewhere)
    refuse(
      'forbidden',
      'account-elsewhere',
      '该账号在您范围之外还有岗位：请由上级安全管理员办理。',
      'This account holds posts outside your divisions: let the superior security administrator do it.',
    )
  if (Number(found.id) === context.actor.id)
    refuse(
      'forbidden',
      'own-account',
      '不能对本人账号办理：请由另一位安全管理员办理。',
      'Not for your own account: let another security administrator do it.',
    )
  return found
}

/** Does something to an account and writes down how it stood before and stands now. */
async function changed<Answer>(
  context: Context,
  account: { id: bigint | string | number; sign_in_name: string },
  action: string,
  act: () => Promise<Answer>,
): Promise<Answer> {
  const before = await accountState(context.tx, account)
  const answer = await act()
  const after = await accountState(context.tx, account)
  await context.audit({
    division: 0,
    action,
    subject: account.sign_in_name,
    before: { ...before },
    after: { ...after },
  })
  return answer
}

export async function unlockAccount(context: Context, account: string): Promise<void> {
  const found = await secured(context, account)
  await changed(context, found, 'account-unlocked', () => clearFailures(context.tx, found.id))
}

/** Ends the account's sessions and answers a one-time code by which the person sets a new password; told once. */
export async function resetPassword(context: Context, account: string): Promise<string> {
  const found = await secured(context, account)
  return changed(context, found, 'password-reset', async () => {
    const code = await issueCode(context, found.id)
    await revokeSessionsOf(context.tx, found.id, context.clock.now(), null)
    return code
  })
}

/** For a lost telephone: the second factor falls away and the account's sessions end. */
export async function resetSecondFactor(context: Context, account: string): Promise<void> {
  const found = await secured(context, account)
  await changed(context, found, 'second-factor-reset', async () => {
    await dropSecondFactorOf(context.tx, found.id)
    await revokeSessionsOf(context.tx, found.id, context.clock.now(), null)
  })
}

/** Ends a session: one's own, or one of an account in view. Refuses `session-missing`. */
export async function endSession(context: Context, session: string, own: boolean): Promise<void> {
  const now = context.clock.now()
  const owner = await sessionOwner(context.tx, now, session)
  const mine = owner && Number(owner.account) === context.actor.id
  if (!owner || (own && !mine) || (!mine && !(await accountInView(context.tx, String(owner.account)))))
    refuse('missing', 'session-missing', '没有这个会话，或已结束。', 'There is no such session, or it has ended.', {
      value: session,
    })
  await revokeSessionById(context.tx, session, now)
  await context.audit({ division: 0, action: 'session-revoked', subject: owner.name, detail: { session, own } })
}

/** Identity number and phone in the clear, for a purpose that is written down. Refuses `account-missing`, `purpose-missing`, `looks-used-up`. */
export async function showPerson(
  context: Context,
  account: string,
  purpose: string,
): Promise<{ number: string | null; phone: string | null }> {
  const found = await accountInView(context.tx, account)
  if (!found)
    refuse('missing', 'account-missing', `没有账号 ${account}。`, `There is no account ${account}.`, { value: account })
  await recordLook(context, { division: 0, subject: found.sign_in_name, purpose })
  const sealed = found.person === null ? undefined : await sealedPerson(context.tx, found.person)
  const open = (bytes: Buffer | null | undefined) => (bytes ? context.vault.decrypt(bytes).toString() : null)
  return { number: open(sealed?.number), phone: open(sealed?.phone) }
}
