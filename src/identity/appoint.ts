import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { createAccount } from './sign-in.ts'

/**
 * Makes a system administrator of the whole installation: the first, or in recovery another one, which the audit remembers. Refuses
 * `administrator-there`, and what `createAccount` refuses.
 */
export async function appointSystemAdministrator(
  context: Context,
  input: { signInName: string; name: string; office?: string; password: string; recovery: boolean },
): Promise<bigint> {
  const { tx } = context
  await tx.query(`select pg_advisory_xact_lock(hashtext('identity.appoint'))`)
  const there = await tx.maybe<{ sign_in_name: string }>(
    `select a.sign_in_name from identity.holding h join identity.account a on a.id = h.account
     where h.post = 'system-admin' and h.ended_at is null and (upper(h.valid) is null or upper(h.valid) > platform.today()) and a.closed_at is null limit 1`,
  )
  if (there && !input.recovery)
    refuse(
      'conflict',
      'administrator-there',
      `已有系统管理员“${there.sign_in_name}”：其他人员请凭权限申请表开通；确实无人能登录时，用 --recovery 另建（记入审计）。`,
      `There is a system administrator, “${there.sign_in_name}”: others come by permission application; if nobody can sign in any more, use --recovery (the audit remembers it).`,
    )
  const account = await createAccount(context, {
    ...input,
    mustChange: true,
    holdings: [{ division: 0, post: 'system-admin' }],
  })
  await context.audit({
    division: 0,
    action: input.recovery ? 'administrator-recovered' : 'administrator-appointed',
    subject: input.signInName,
  })
  return account
}
