import { refuse } from '../kernel/refusal.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { PasswordBody, Session, SessionInfo, SignInBody } from './contract.ts'
import { changePassword, signIn, signOut, visitorOf } from './sign-in.ts'

export const routes = [
  defineRoute({
    method: 'POST',
    path: '/session',
    permission: 'public',
    summary: { zh: '登录', en: 'sign in' },
    body: SignInBody,
    async handle(context, asked) {
      const outcome = await signIn(context, { ...asked.body, agent: asked.agent })
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
    async handle(context, asked) {
      const visitor = await visitorOf(context, asked.token ?? '')
      if (!visitor) refuse('unauthenticated', 'sign-in-needed', '请先登录。', 'Please sign in first.')
      const divisions = await context.tx.query<{ code: string; name: string; level: string; parent: string | null }>(
        `select d.code, d.name, d.level, p.code as parent from divisions.published_division d
         left join divisions.published_division p on p.division = d.administrative_parent
         where d.division in (select division from divisions.scope_division where scope = platform.scope()) order by d.code`,
      )
      const years = await context.tx.query<{ fiscal_year: number }>(
        'select distinct fiscal_year from ledger.published_book order by fiscal_year desc',
      )
      return {
        name: visitor.actor.name,
        signInName: visitor.signInName,
        permissions: [...visitor.actor.permissions],
        csrf: visitor.csrf,
        mustChange: visitor.mustChange,
        demo: visitor.demo,
        divisions,
        today: context.clock.today(),
        years: years.map(row => row.fiscal_year),
      }
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
    async handle(context, asked) {
      await signOut(context, asked.token ?? '')
      asked.setToken(null)
    },
  }),
  defineRoute({
    method: 'PUT',
    path: '/password',
    permission: 'signed-in',
    summary: { zh: '修改密码', en: 'change password' },
    body: PasswordBody,
    async handle(context, asked) {
      const visitor = await visitorOf(context, asked.token ?? '')
      if (!visitor) refuse('unauthenticated', 'sign-in-needed', '请先登录。', 'Please sign in first.')
      await changePassword(context, { signInName: visitor.signInName, ...asked.body })
    },
  }),
]
