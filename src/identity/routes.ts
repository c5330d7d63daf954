import { refuse } from '../kernel/refusal.ts'
import { defineRoute, NOTHING } from '../platform/http/define-route.ts'
import {
  ActivationBody,
  CodeBody,
  Codes,
  DropFactorBody,
  NewFactor,
  PasswordBody,
  Session,
  SessionInfo,
  SessionList,
  SessionParams,
  SignInBody,
} from './contract.ts'
import { dutiesOf, reachOf } from './people-store.ts'
import { beginSecondFactor, confirmSecondFactor, dropSecondFactor } from './second-factor.ts'
import { endSession } from './secure-account.ts'
import { liveSessions, tokenDigest } from './session-store.ts'
import { activate, changePassword } from './set-password.ts'
import { signIn, signOut } from './sign-in.ts'

/** Coming in, going out, and what is one's own: password, second factor, sessions. */
export const routes = [
  defineRoute({
    method: 'POST',
    path: '/session',
    permission: 'public',
    summary: { zh: '登录', en: 'sign in' },
    body: SignInBody,
    answer: NOTHING,
    async handle(context, asked) {
      const outcome = await signIn(context, { ...asked.body, agent: asked.agent, formerToken: asked.token })
      // The failure is already part of this transaction, which must commit: the refusal is sent as an answer of its own.
      if ('refusal' in outcome) return asked.refuseAfterCommit(outcome.refusal)
      asked.setToken(outcome.token)
      return {}
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/session',
    permission: 'signed-in',
    summary: { zh: '当前用户', en: 'who is signed in' },
    answer: Session,
    async handle({ tx, clock, actor }, { visitor }) {
      if (!visitor) refuse('unauthenticated', 'sign-in-needed', '请先登录。', 'Please sign in first.')
      const own = await tx.one<never>(
        `select id::text as account, name, sign_in_name as "signInName", office, duty, totp_since is not null as "secondFactor",
           password_set_at as "passwordSetAt", demo from identity.account where id = $1`,
        [actor.id],
      )
      const years = await tx.query<{ fiscal_year: number }>(
        'select distinct fiscal_year from ledger.published_book order by fiscal_year desc',
      )
      return {
        ...(own as object),
        permissions: [...actor.permissions],
        duties: await dutiesOf(tx, actor.id),
        csrf: visitor.csrf,
        mustChange: visitor.mustChange,
        mustEnrol: visitor.mustEnrol,
        divisions: await reachOf(tx, actor.id),
        today: clock.today(),
        years: years.map(row => row.fiscal_year),
      } as never
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/session-info',
    permission: 'public',
    summary: { zh: '登录页说明', en: 'what the sign-in page says' },
    answer: SessionInfo,
    handle: async ({ tx }) =>
      tx.one('select exists (select from identity.account where demo and closed_at is null) as demo'),
  }),
  defineRoute({
    method: 'DELETE',
    path: '/session',
    permission: 'signed-in',
    summary: { zh: '退出', en: 'sign out' },
    answer: NOTHING,
    async handle(context, asked) {
      await signOut(context, asked.token ?? '')
      asked.setToken(null)
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/activation',
    permission: 'public',
    summary: { zh: '激活账号', en: 'set a password by a one-time code' },
    body: ActivationBody,
    answer: NOTHING,
    async handle(context, asked) {
      const outcome = await activate(context, asked.body)
      return 'refusal' in outcome ? asked.refuseAfterCommit(outcome.refusal) : {}
    },
  }),
  defineRoute({
    method: 'PUT',
    path: '/password',
    permission: 'signed-in',
    summary: { zh: '修改密码', en: 'change password' },
    body: PasswordBody,
    answer: NOTHING,
    handle: (context, asked) =>
      changePassword(context, { account: context.actor.id, token: asked.token ?? '', ...asked.body }),
  }),
  defineRoute({
    method: 'POST',
    path: '/second-factor',
    permission: 'signed-in',
    summary: { zh: '设置动态口令', en: 'begin a second factor' },
    answer: NewFactor,
    handle: context => beginSecondFactor(context),
  }),
  defineRoute({
    method: 'POST',
    path: '/second-factor/confirm',
    permission: 'signed-in',
    summary: { zh: '启用动态口令', en: 'put the second factor in force' },
    body: CodeBody,
    answer: Codes,
    handle: async (context, asked) => ({ codes: await confirmSecondFactor(context, asked.body.code) }),
  }),
  defineRoute({
    method: 'DELETE',
    path: '/second-factor',
    permission: 'signed-in',
    summary: { zh: '停用动态口令', en: 'turn the second factor off' },
    body: DropFactorBody,
    answer: NOTHING,
    handle: (context, asked) => dropSecondFactor(context, asked.body.password),
  }),
  defineRoute({
    method: 'GET',
    path: '/own/sessions',
    permission: 'signed-in',
    summary: { zh: '本人会话', en: "one's own sessions" },
    answer: SessionList,
    handle: async (context, asked) => ({
      rows: (await liveSessions(context.tx, context.clock.now(), {
        account: BigInt(context.actor.id),
        current: tokenDigest(asked.token ?? ''),
      })) as never,
    }),
  }),
  defineRoute({
    method: 'DELETE',
    path: '/own/sessions/:session',
    permission: 'signed-in',
    summary: { zh: '结束本人会话', en: "end one of one's own sessions" },
    params: SessionParams,
    answer: NOTHING,
    handle: (context, asked) => endSession(context, asked.params.session, true),
  }),
]
