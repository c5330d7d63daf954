import { Refusal, refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { openFor, type SignedIn } from './sign-in.ts'
import { accountByName } from './store.ts'

/** What a provider is shown of a request. Headers are to be believed only where `fromTrustedProxy` says so. */
export interface Evidence {
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** Whether the request came through a proxy that FUNDWATCH_PROXY names. */
  fromTrustedProxy: boolean
}

/**
 * Somebody else who says who a person is: a client certificate checked by the proxy, a government sign-on. It answers the name by
 * which it knows the person, or null. Which account that is, is linked here (`identity.outside_name`): nobody comes in, and nobody
 * gains a post, because a provider says so.
 */
export interface IdentityProvider {
  readonly name: string
  identify(evidence: Evidence): Promise<string | null>
}

/** The subject of a client certificate that the proxy has verified, as it hands it on in two headers (see docs/operating.md). */
export const clientCertificate: IdentityProvider = {
  name: 'certificate',
  async identify({ headers, fromTrustedProxy }) {
    if (!fromTrustedProxy || headers['x-client-verify'] !== 'SUCCESS') return null
    const subject = headers['x-client-subject']
    return typeof subject === 'string' && subject.length > 0 && subject.length <= 400 ? subject : null
  },
}

/** Links a provider's name for a person to their account; refuses `account-unknown`, `outside-name-taken`. */
export async function linkOutside(
  context: Context,
  link: { provider: string; subject: string; signInName: string },
): Promise<void> {
  const account = await accountByName(context.tx, link.signInName)
  if (!account)
    refuse(
      'missing',
      'account-unknown',
      `没有登录名为“${link.signInName}”的账号。`,
      `There is no account “${link.signInName}”.`,
      { value: link.signInName },
    )
  const made = await context.tx.query(
    'insert into identity.outside_name (provider, subject, account) values ($1, $2, $3) on conflict do nothing returning account',
    [link.provider, link.subject, account.id],
  )
  if (made.length === 0)
    refuse(
      'conflict',
      'outside-name-taken',
      '该证书或外部身份已绑定账号：请先解除。',
      'This certificate or outside identity is linked to an account: undo that first.',
    )
  await context.audit({
    division: 0,
    action: 'outside-name-linked',
    subject: link.signInName,
    detail: { provider: link.provider },
  })
}

/** Opens a session for the account that a provider's name is linked to; refuses `outside-unknown` with one sentence for all that fails. */
export async function signInFromOutside(
  context: Context,
  provider: IdentityProvider,
  evidence: Evidence,
  agent: string,
): Promise<SignedIn> {
  const subject = await provider.identify(evidence)
  const account =
    subject === null
      ? undefined
      : await context.tx.maybe<{ id: bigint; sign_in_name: string }>(
          `select a.id, a.sign_in_name from identity.outside_name o join identity.account a on a.id = o.account
           where o.provider = $1 and o.subject = $2 and a.closed_at is null and (a.locked_until is null or a.locked_until <= $3)`,
          [provider.name, subject, context.clock.now()],
        )
  if (!account)
    return {
      refusal: new Refusal('unauthenticated', [
        {
          code: 'outside-unknown',
          zh: '证书或外部身份未绑定账号：请用密码登录，或找安全管理员绑定。',
          en: 'This certificate or outside identity is linked to no account: sign in by password, or ask the security administrator.',
        },
      ]),
    }
  return openFor(context, account, { agent, way: 'outside' })
}
