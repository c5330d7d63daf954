import { randomBytes } from 'node:crypto'
import type { Actor } from '../kernel/actor.ts'
import { sm3 } from '../kernel/digest.ts'
import type { Permission } from '../kernel/permission.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Visitor, Wanted } from '../platform/http/define-route.ts'
import { POSTS } from './posts.ts'
import { divisionByCode } from './store.ts'

/** The longest a key may live: whoever is responsible confirms it once a year. */
export const KEY_DAYS = 366
const DAY_MILLISECONDS = 86_400_000

/** What a key begins with, so that one that leaked into a file is recognised. */
const PREFIX = 'fwk_'

/** What no key may do, whatever its post may: let others in or look at who is in, sign, lend a post, or see what is closed. */
const NOT_BY_KEY =
  /^(?:interface|applications|people|accounts|security|audit|personal)\.|^approvals\.(?!read$)|^releases\.sign$|^funds\.secret$/

export interface NewKey {
  division: number
  /** Which system will use it, e.g. 国库支付系统. */
  name: string
  /** The sign-in name of the person who answers for it. */
  account: string
  post: string
  days: number
}

/**
 * Makes a key by which another system acts for an account, in one of the business posts that the account holds over the whole of a division, there or in one below.
 * The key is answered once; only its digest is kept. Refuses `key-account-missing`, `post-not-held`, `key-days`, `key-name`.
 */
export async function makeInterfaceKey(
  context: Context,
  input: NewKey,
): Promise<{ id: string; key: string; endsAt: Date }> {
  const { tx, clock } = context
  const name = input.name.trim()
  if (name === '' || name.length > 60)
    refuse(
      'input',
      'key-name',
      '请写明哪个系统使用（60 字以内）。',
      'Say which system will use it, in 60 characters.',
      {
        field: 'name',
      },
    )
  if (!Number.isInteger(input.days) || input.days < 1 || input.days > KEY_DAYS)
    refuse('input', 'key-days', `有效期应为 1 至 ${KEY_DAYS} 天。`, `A key lives 1 to ${KEY_DAYS} days.`, {
      field: 'days',
      value: String(input.days),
    })
  const account = await tx.maybe<{ id: bigint }>(
    'select id from identity.account where sign_in_name = $1 and closed_at is null',
    [input.account.trim().toLowerCase()],
  )
  if (!account)
    refuse(
      'input',
      'key-account-missing',
      `没有账号“${input.account}”：接口密钥须有实名的负责人。`,
      `There is no account “${input.account}”: a named person must answer for a key.`,
      { field: 'account', value: input.account },
    )
  if (POSTS[input.post]?.kind !== 'business' || !(await holds(tx, account.id, input.post, input.division)))
    refuse(
      'conflict',
      'post-not-held',
      `账号“${input.account}”没有覆盖整个区划的业务岗位“${POSTS[input.post]?.zh ?? input.post}”：密钥不能多于本人的权限。`,
      `The account “${input.account}” does not hold “${input.post}”, a business post, over the whole of it: a key may not do more than its person.`,
      { field: 'post', value: input.post },
    )
  const key = PREFIX + randomBytes(32).toString('base64url')
  const endsAt = new Date(clock.now().getTime() + input.days * DAY_MILLISECONDS)
  const { id } = await tx.one<{ id: bigint }>(
    `insert into identity.interface_key (name, digest, shown, account, division, post, ends_at, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, platform.actor()) returning id`,
    [name, sm3(key), key.slice(0, 10), account.id, input.division, input.post, endsAt],
  )
  await context.audit({
    division: input.division,
    action: 'interface-key-made',
    subject: name,
    detail: { key: String(id), account: input.account, post: input.post, days: input.days },
  })
  return { id: String(id), key, endsAt }
}

const holds = async (tx: Context['tx'], account: bigint, post: string, division: number): Promise<boolean> =>
  (
    await tx.one<{ held: boolean }>(
      `select exists (select from identity.holding h where h.account = $1 and h.post = $2
         and h.ended_at is null and h.valid @> platform.today() and num_nonnulls(h.office, h.fund, h.agency) = 0
         and (h.division = 0 or exists (select from divisions.scope_division s where s.scope = h.division and s.division = $3))) as held`,
      [account, post, division],
    )
  ).held

/** Ends a key at once; refuses `key-missing`. */
export async function revokeInterfaceKey(context: Context, division: number, id: string): Promise<void> {
  const revoked = await context.tx.maybe<{ name: string }>(
    `update identity.interface_key set revoked_at = clock_timestamp(), revoked_by = platform.actor()
     where division = $1 and id = $2 and revoked_at is null returning name`,
    [division, id],
  )
  if (!revoked)
    refuse('missing', 'key-missing', '没有这个有效的接口密钥。', 'There is no such key in force.', { value: id })
  await context.audit({ division, action: 'interface-key-revoked', subject: revoked.name, detail: { key: id } })
}

/**
 * Who an interface key acts for; null where it is unknown, ended or revoked, where its account was closed, or no longer holds the post.
 */
export async function visitorOfKey(
  context: Pick<Context, 'tx' | 'clock' | 'address'>,
  key: string,
  wanted: Wanted = { permission: 'signed-in' },
): Promise<Visitor | null> {
  if (!key.startsWith(PREFIX)) return null
  const { tx } = context
  const now = context.clock.now()
  const found = await tx.maybe<{
    id: bigint
    name: string
    account: bigint
    person: string
    division: number
    post: string
    used_at: Date | null
  }>(
    `select k.id, k.name, k.account, a.name as person, k.division, k.post, k.used_at from identity.interface_key k
     join identity.account a on a.id = k.account
     where k.digest = $1 and k.revoked_at is null and k.ends_at > $2 and a.closed_at is null`,
    [sm3(key), now],
  )
  if (!found || !(await holds(tx, found.account, found.post, found.division))) return null
  // One write a minute is enough to know which keys are in use.
  if (!found.used_at || now.getTime() - found.used_at.getTime() > 60_000)
    await tx.query('update identity.interface_key set used_at = $2, used_from = $3 where id = $1', [
      found.id,
      now,
      context.address,
    ])
  const permissions = new Set<Permission>(
    (POSTS[found.post]?.permissions ?? []).filter(permission => !NOT_BY_KEY.test(permission)),
  )
  const actor: Actor = {
    id: Number(found.account),
    name: `${found.person}（${found.name}）`,
    scope: found.division,
    permissions,
  }
  const division = wanted.division === undefined ? null : await divisionByCode(tx, wanted.division)
  const { reached } = await tx.one<{ reached: boolean }>(
    'select exists (select from divisions.scope_division where scope = $1 and division = $2) as reached',
    [found.division, division],
  )
  // What every signed-in person may do outside a division is their own door: password, second factor, sessions.
  const open = wanted.permission === 'public' || (wanted.permission === 'signed-in' && wanted.division !== undefined)
  return {
    actor,
    csrf: '',
    mustChange: false,
    mustEnrol: false,
    byKey: true,
    granted: open || permissions.has(wanted.permission as Permission),
    division: division === null ? null : { id: division, inScope: reached },
    standing: async permission => (permissions.has(permission) && (division === null || reached) ? actor : null),
  }
}

export interface KeyRow {
  id: string
  name: string
  shown: string
  account: string
  person: string
  post: string
  endsAt: string
  createdAt: string
  revokedAt: string | null
  usedAt: string | null
  usedFrom: string | null
}

/** The keys of a division, those in force first. */
export const interfaceKeys = (tx: Context['tx'], division: number): Promise<KeyRow[]> =>
  tx.query<never>(
    `select k.id::text, k.name, k.shown, a.sign_in_name as account, a.name as person, k.post, to_json(k.ends_at) #>> '{}' as "endsAt",
       to_json(k.created_at) #>> '{}' as "createdAt", to_json(k.revoked_at) #>> '{}' as "revokedAt", to_json(k.used_at) #>> '{}' as "usedAt", k.used_from as "usedFrom"
     from identity.interface_key k join identity.account a on a.id = k.account
     where k.division = $1 order by k.revoked_at is not null, k.id desc limit 200`,
    [division],
  )
