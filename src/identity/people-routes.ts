import { refuse } from '../kernel/refusal.ts'
import { defineRoute, NOTHING } from '../platform/http/define-route.ts'
import {
  NewCode,
  PeoplePage,
  PeopleQuery,
  PersonPage,
  PersonParams,
  PolicyBody,
  PurposeQuery,
  SessionList,
  SessionParams,
  Unmasked,
} from './contract.ts'
import { listPeople, personPage } from './people-store.ts'
import { POSTS } from './posts.ts'
import { endSession, resetPassword, resetSecondFactor, showPerson, unlockAccount } from './secure-account.ts'
import { liveSessions, tokenDigest } from './session-store.ts'
import { divisionByCode, type Policy, readPolicy, writePolicy } from './store.ts'

const shown = (policy: Policy): PolicyBody => ({
  passwordLength: policy.password_length,
  passwordKinds: policy.password_kinds,
  passwordDays: policy.password_days,
  formerPasswords: policy.former_passwords,
  failuresAllowed: policy.failures_allowed,
  lockMinutes: policy.lock_minutes,
  idleMinutes: policy.idle_minutes,
  sessionHours: policy.session_hours,
  secondFactorPosts: policy.second_factor_posts,
})

const secures = { permission: 'accounts.secure', params: PersonParams } as const

/** People and their posts; what the security administrator does to accounts, sessions and the policy. */
export const peopleRoutes = [
  defineRoute({
    method: 'GET',
    path: '/people',
    permission: 'people.read',
    summary: { zh: '查询用户', en: 'list people' },
    query: PeopleQuery,
    answer: PeoplePage,
    async handle({ tx, clock }, { query }) {
      const division = query.division ? await divisionByCode(tx, query.division) : null
      if (query.division && division === null)
        refuse(
          'missing',
          'division-unknown',
          `没有区划代码“${query.division}”。`,
          `There is no division with the code “${query.division}”.`,
          { value: query.division },
        )
      return listPeople(tx, clock.now(), { ...query, division })
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/people/:account',
    permission: 'people.read',
    summary: { zh: '查看一名用户', en: 'see one person' },
    params: PersonParams,
    answer: PersonPage,
    async handle({ tx, clock }, { params }) {
      const page = await personPage(tx, clock.now(), params.account)
      if (!page)
        refuse('missing', 'account-missing', `没有账号 ${params.account}。`, `There is no account ${params.account}.`, {
          value: params.account,
        })
      return page
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/people/:account/clear',
    permission: 'people.unmask',
    summary: { zh: '查看明文身份证号、电话', en: 'see identity number and phone in the clear' },
    params: PersonParams,
    query: PurposeQuery,
    answer: Unmasked,
    // The look itself is an entry of the audit.
    readOnly: false,
    handle: (context, { params, query }) => showPerson(context, params.account, query.purpose),
  }),
  defineRoute({
    ...secures,
    method: 'POST',
    path: '/people/:account/unlock',
    summary: { zh: '解锁账号', en: 'unlock an account' },
    answer: NOTHING,
    handle: (context, { params }) => unlockAccount(context, params.account),
  }),
  defineRoute({
    ...secures,
    method: 'POST',
    path: '/people/:account/reset',
    summary: { zh: '重置密码', en: 'reset a password' },
    answer: NewCode,
    handle: async (context, { params }) => ({ code: await resetPassword(context, params.account) }),
  }),
  defineRoute({
    ...secures,
    method: 'POST',
    path: '/people/:account/reset-second-factor',
    summary: { zh: '重置动态口令', en: 'reset a second factor' },
    answer: NOTHING,
    handle: (context, { params }) => resetSecondFactor(context, params.account),
  }),
  defineRoute({
    method: 'GET',
    path: '/sessions',
    permission: 'accounts.secure',
    summary: { zh: '在线会话', en: 'live sessions' },
    answer: SessionList,
    handle: async (context, asked) => ({
      rows: (await liveSessions(context.tx, context.clock.now(), {
        account: null,
        current: tokenDigest(asked.token ?? ''),
      })) as never,
    }),
  }),
  defineRoute({
    method: 'DELETE',
    path: '/sessions/:session',
    permission: 'accounts.secure',
    summary: { zh: '结束会话', en: 'end a session' },
    params: SessionParams,
    answer: NOTHING,
    handle: (context, asked) => endSession(context, asked.params.session, false),
  }),
  defineRoute({
    method: 'GET',
    path: '/security-policy',
    permission: 'security.configure',
    summary: { zh: '查看安全策略', en: 'see the security policy' },
    answer: PolicyBody,
    handle: async ({ tx }) => shown(await readPolicy(tx)),
  }),
  defineRoute({
    method: 'PUT',
    path: '/security-policy',
    permission: 'security.configure',
    summary: { zh: '设置安全策略', en: 'set the security policy' },
    body: PolicyBody,
    answer: NOTHING,
    async handle(context, { body }) {
      // One policy for the installation: whoever sets it answers for all of it.
      if (context.actor.scope !== 0)
        refuse(
          'forbidden',
          'whole-installation-only',
          '安全策略对全系统生效：请由全系统的安全管理员设置。',
          'The policy holds for the whole installation: let its security administrator set it.',
        )
      const unknown = body.secondFactorPosts.find(post => !Object.hasOwn(POSTS, post))
      if (unknown !== undefined)
        refuse('input', 'post-unknown', `没有岗位“${unknown}”。`, `There is no post “${unknown}”.`, {
          field: 'secondFactorPosts',
          value: unknown,
        })
      const before = shown(await readPolicy(context.tx))
      await writePolicy(context.tx, {
        password_length: body.passwordLength,
        password_kinds: body.passwordKinds,
        password_days: body.passwordDays,
        former_passwords: body.formerPasswords,
        failures_allowed: body.failuresAllowed,
        lock_minutes: body.lockMinutes,
        idle_minutes: body.idleMinutes,
        session_hours: body.sessionHours,
        second_factor_posts: body.secondFactorPosts,
      })
      await context.audit({ division: 0, action: 'security-policy-set', before: { ...before }, after: { ...body } })
    },
  }),
]
