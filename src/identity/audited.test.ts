import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildApp } from '../cli/serve.ts'
import type { Actor } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { API, COOKIE } from '../platform/http/server.ts'
import type { Installation } from '../platform/installation.ts'
import { giveOpinion } from './decide-application.ts'
import { executeApplication } from './execute-application.ts'
import { fillApplication } from './fill-application.ts'
import { identityWorld, line, PASSWORD, person } from './test-world.ts'

let here: Installation
let server: FastifyInstance
const people: Record<string, Actor> = {}
beforeAll(async () => {
  here = await identityWorld(clockAt('2026-03-02'))
  for (const [name, post, division] of [
    ['clerk', 'allotment', 2],
    ['boss', 'leader', 2],
    ['lead', 'lead', 2],
    ['office', 'information', 2],
    ['secure', 'security-admin', 0],
    ['auditor', 'auditor', 0],
    ['viewer', 'viewer', 2],
  ] as const)
    people[name] = await person(here, name, [{ division, post }])
  server = await buildApp(here)
})
afterAll(async () => {
  await server?.close()
  await here?.close()
})

async function door(name: string) {
  const answer = await server.inject({ method: 'POST', url: `${API}/session`, payload: { name, password: PASSWORD } })
  const cookie = `${COOKIE}=${answer.cookies.find(one => one.name === COOKIE)?.value}`
  return { cookie, csrf: (await server.inject({ url: `${API}/session`, headers: { cookie } })).json().csrf as string }
}
async function call(name: string, method: 'GET' | 'PUT' | 'POST', path: string, payload?: object) {
  const { cookie, csrf } = await door(name)
  const answer = await server.inject({
    method,
    url: API + path,
    headers: { cookie, 'x-csrf-token': csrf },
    ...(payload ? { payload } : {}),
  })
  return { status: answer.statusCode, code: answer.json().faults?.[0]?.code as string | undefined, body: answer.json() }
}
const entries = async (action: string, subject?: string) =>
  (
    await here.ownerPool.query(
      `select before, after, detail::text as detail from audit.entry where action = $1 and ($2::text is null or subject = $2) order by id`,
      [action, subject ?? null],
    )
  ).rows
const through = async (lines: ReturnType<typeof line>[], key: string) => {
  const id = await here.run(people.clerk!, context =>
    fillApplication(context, 2, { requestKey: key, unit: '甲县财政局农业股', lines }),
  )
  for (const [step, who] of [
    ['agree-unit', 'boss'],
    ['agree-department', 'lead'],
  ] as const)
    await here.run(people[who]!, context => giveOpinion(context, 2, id, step, { agree: true, opinion: '同意' }))
  await here.run(people.office!, context => executeApplication(context, 2, id, { agree: true, opinion: '已办理' }))
}

describe('the audit says how an account stood before and stands after', () => {
  test('its opening, the change of its post and office, and its end, with the telephone masked', async () => {
    await through([line(31)], 'opening-of-31')
    await through([line(31, { kind: 'change', officeName: '社保股', post: 'reviewer' })], 'change-of-31')
    await through([line(31, { kind: 'revoke', officeName: '社保股', post: 'reviewer' })], 'revoke-of-31')
    const [opened] = await entries('account-opened', 'clerk.31')
    expect(opened.before).toBeNull()
    expect(opened.after).toMatchObject({
      office: '农业股',
      closed: false,
      posts: [{ post: 'handler', from: '2026-03-02' }],
    })
    const [changed] = await entries('account-changed', 'clerk.31')
    expect([changed.before.office, changed.after.office]).toEqual(['农业股', '社保股'])
    expect([changed.before.posts[0].post, changed.after.posts[0].post]).toEqual(['handler', 'reviewer'])
    const [closed] = await entries('account-closed', 'clerk.31')
    expect(closed).toMatchObject({ before: { closed: false }, after: { closed: true, posts: [] } })
    const all = JSON.stringify([opened, changed, closed])
    expect(all).not.toContain('13900000031')
    expect(changed.after.phone).toMatch(/^139\*+0031$/)
  })
  test('a locked account, a reset password, a fallen second factor', async () => {
    await here.ownerPool.query(
      `update identity.account set failures = 5, locked_until = now() + interval '1 hour', totp_since = now() where sign_in_name = 'viewer'`,
    )
    const { id } = people.viewer!
    expect((await call('secure', 'POST', `/people/${id}/unlock`, {})).status).toBe(200)
    expect((await entries('account-unlocked', 'viewer'))[0]).toMatchObject({
      before: { locked: true, failures: 5 },
      after: { locked: false, failures: 0 },
    })
    expect((await call('secure', 'POST', `/people/${id}/reset-second-factor`, {})).status).toBe(200)
    expect((await entries('second-factor-reset', 'viewer'))[0]).toMatchObject({
      before: { secondFactor: true },
      after: { secondFactor: false },
    })
    expect((await call('secure', 'POST', `/people/${id}/reset`, {})).status).toBe(200)
    const [reset] = await entries('password-reset', 'viewer')
    expect([reset.before.mustChange, reset.after.mustChange]).toEqual([false, true])
    expect(JSON.stringify(reset)).not.toMatch(/argon2|hash/)
  })
  test('the security policy', async () => {
    const policy = (await call('secure', 'GET', '/security-policy')).body
    expect((await call('secure', 'PUT', '/security-policy', { ...policy, idleMinutes: 20 })).status).toBe(200)
    expect((await entries('security-policy-set'))[0]).toMatchObject({
      before: { idleMinutes: policy.idleMinutes },
      after: { idleMinutes: 20 },
    })
  })
})

describe('the terms of retention', () => {
  test('are seen and changed by the security administrator, never below the law, and by nobody else', async () => {
    const { rows } = (await call('secure', 'GET', '/retention-terms')).body
    expect(rows.find((row: { kind: string }) => row.kind === 'network')).toMatchObject({
      floorMonths: 6,
      keepMonths: 12,
    })
    expect((await call('secure', 'PUT', '/audit/retention/network', { keepMonths: 24 })).status).toBe(200)
    expect((await call('secure', 'PUT', '/audit/retention/network', { keepMonths: 5 })).code).toBe(
      'retention-too-short',
    )
    for (const name of ['auditor', 'lead'])
      expect((await call(name, 'PUT', '/audit/retention/network', { keepMonths: 36 })).code).toBe('permission-missing')
    expect(
      (await call('auditor', 'GET', '/audit/retention')).body.rows.map((row: { keepMonths: number }) => row.keepMonths),
    ).toContain(24)
  })
  test('are held by the database too: too short a term is refused, and whoever may not configure changes nothing', async () => {
    const set = (actor: Actor, months: number) =>
      here.run(actor, ({ tx }) =>
        tx.query(`update audit.retention set keep_months = ${months} where kind = 'network' returning kind`),
      )
    const may: Actor = { ...people.secure!, permissions: new Set(['security.configure']) }
    await expect(set(may, 5)).rejects.toThrow(/kept_as_long_as_the_law_says/)
    expect(await set({ ...people.lead!, permissions: new Set(['audit.read']) }, 36)).toEqual([])
    expect(await set(may, 18)).toHaveLength(1)
  })
})

test('what is refused stands in the audit once', async () => {
  const refusals = async () =>
    Number((await here.ownerPool.query(`select count(*) as n from audit.entry where outcome = 'refused'`)).rows[0].n)
  const own = people.secure!.id
  for (const [path, code] of [
    [`/people/${own}/unlock`, 'own-account'],
    ['/rules/check', 'permission-missing'],
  ] as const) {
    const { cookie, csrf } = await door('secure')
    const before = await refusals()
    const answer = await server.inject({
      method: 'POST',
      url: API + path,
      headers: { cookie, 'x-csrf-token': csrf },
      payload: {},
    })
    expect([answer.json().faults[0].code, (await refusals()) - before]).toEqual([code, 1])
  }
})
