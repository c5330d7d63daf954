import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import { beijingDate } from '../kernel/clock.ts'
import type { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { appointSystemAdministrator } from './appoint.ts'
import { clientCertificate, type IdentityProvider, linkOutside, signInFromOutside } from './outside-identity.ts'
import { beginSecondFactor, confirmSecondFactor, dropSecondFactor } from './second-factor.ts'
import { endSession, resetPassword, resetSecondFactor, unlockAccount } from './secure-account.ts'
import { liveSessions, tokenDigest } from './session-store.ts'
import { activate, changePassword } from './set-password.ts'
import { type SignedIn, signIn } from './sign-in.ts'
import { codesOf, identityWorld, PASSWORD, person } from './test-world.ts'
import { codeAt, stepOf } from './totp.ts'
import { visitorOf } from './visitor.ts'

/** A clock that the test moves. */
const time = { now: new Date('2026-03-02T09:00:00+08:00') }
const clock: Clock = { now: () => time.now, today: () => beijingDate(time.now) }
const pass = (minutes: number) => {
  time.now = new Date(time.now.getTime() + minutes * 60_000)
}

let here: Installation
let wang: Actor
let keeper: Actor
beforeAll(async () => {
  here = await identityWorld(clock)
  wang = await person(here, 'wang', [{ division: 2, post: 'viewer' }])
  keeper = await person(here, 'keeper', [{ division: 0, post: 'security-admin' }])
})
afterAll(() => here.close())

const attempt = (
  password: string,
  more: { name?: string; code?: string; address?: string; formerToken?: string } = {},
) =>
  here.run(SYSTEM, context => signIn(context, { name: more.name ?? 'wang', password, agent: 'test', ...more }), {
    address: more.address ?? null,
  })
const refusalOf = (outcome: SignedIn | { refusal: Refusal } | object) =>
  'refusal' in outcome ? (outcome as { refusal: Refusal }).refusal.faults[0]?.code : 'in'
const enter = async (password = PASSWORD, more: Parameters<typeof attempt>[1] = {}) => {
  const outcome = await attempt(password, more)
  if (!('token' in outcome)) throw outcome.refusal
  return outcome.token
}
const known = (token: string) => here.run(SYSTEM, context => visitorOf(context, token))
const policy = (set: string) => here.ownerPool.query(`update identity.policy set ${set}`)

describe('a session', () => {
  test('knows the person; a forged token opens none; the database does not hold the token', async () => {
    const token = await enter()
    expect((await known(token))?.actor.name).toBe('样例wang')
    expect(await known(`${token}x`)).toBeNull()
    const { rows } = await here.ownerPool.query('select row_to_json(s)::text as text from identity.session s')
    expect(rows.some(row => row.text.includes(token))).toBe(false)
  })
  test('ends after half an hour without use, and after twelve hours in any case', async () => {
    const token = await enter()
    pass(29)
    expect(await known(token)).not.toBeNull()
    pass(29)
    expect(await known(token)).not.toBeNull()
    pass(31)
    expect(await known(token)).toBeNull()
    const other = await enter()
    for (let i = 0; i < 27; i++) {
      pass(27)
      await known(other)
    }
    expect(await known(other)).toBeNull()
  })
  test('that a browser brings along is ended by a new sign-in, so that none can be planted', async () => {
    const planted = await enter()
    const token = await enter(PASSWORD, { formerToken: planted })
    expect(token).not.toBe(planted)
    expect(await known(planted)).toBeNull()
    expect(await known(token)).not.toBeNull()
  })
  test('is listed and ended by its owner, and by the security administrator, and by nobody else', async () => {
    const token = await enter()
    const live = await here.run(wang, ({ tx }) =>
      liveSessions(tx, clock.now(), { account: BigInt(wang.id), current: tokenDigest(token) }),
    )
    const mine = live.find(one => one.current)
    const stranger = await person(here, 'stranger', [{ division: 3, post: 'viewer' }])
    expect(await codesOf(here.run(stranger, context => endSession(context, mine!.id, true)))).toBe('session-missing')
    expect(await codesOf(here.run(stranger, context => endSession(context, mine!.id, false)))).toBe('session-missing')
    await here.run(keeper, context => endSession(context, mine!.id, false))
    expect(await known(token)).toBeNull()
  })
  test('ends when the last post is taken away', async () => {
    await person(here, 'leaver', [{ division: 2, post: 'viewer' }])
    const token = await enter(PASSWORD, { name: 'leaver' })
    await here.ownerPool.query(
      `update identity.holding set ended_at = now() where account = (select id from identity.account where sign_in_name = 'leaver')`,
    )
    expect(await known(token)).toBeNull()
    expect(refusalOf(await attempt(PASSWORD, { name: 'leaver' }))).toBe('no-post')
  })
})

describe('guessing', () => {
  test('five wrong passwords lock the account for half an hour, and then the right one is refused too', async () => {
    for (let i = 0; i < 5; i++) expect(refusalOf(await attempt('wrong'))).toBe('sign-in-wrong')
    expect(refusalOf(await attempt(PASSWORD))).toBe('account-locked')
    pass(31)
    expect(refusalOf(await attempt(PASSWORD))).toBe('in')
  })
  test('the security administrator unlocks; a county’s own may not touch an account with posts elsewhere', async () => {
    for (let i = 0; i < 5; i++) await attempt('wrong')
    const county = await person(here, 'county.keeper', [{ division: 3, post: 'security-admin' }])
    expect(await codesOf(here.run(county, context => unlockAccount(context, String(wang.id))))).toBe('account-missing')
    const both = await person(here, 'both', [
      { division: 2, post: 'viewer' },
      { division: 3, post: 'viewer' },
    ])
    expect(await codesOf(here.run(county, context => unlockAccount(context, String(both.id))))).toBe(
      'account-elsewhere',
    )
    await here.run(keeper, context => unlockAccount(context, String(wang.id)))
    expect(refusalOf(await attempt(PASSWORD))).toBe('in')
    expect(await codesOf(here.run(keeper, context => resetPassword(context, String(keeper.id))))).toBe('own-account')
  })
  test('names no more than whether name and password fit, and an address that tries many names has to wait', async () => {
    const address = '10.9.8.7'
    for (let i = 0; i < 30; i++)
      expect(refusalOf(await attempt('x', { name: `nobody${i}`, address }))).toBe('sign-in-wrong')
    expect(refusalOf(await attempt(PASSWORD, { address }))).toBe('address-locked')
    expect(refusalOf(await attempt(PASSWORD, { address: '10.9.8.6' }))).toBe('in')
    pass(16)
    expect(refusalOf(await attempt(PASSWORD, { address }))).toBe('in')
  })
})

describe('a password', () => {
  const change = (token: string, old: string, next: string) =>
    codesOf(here.run(wang, context => changePassword(context, { account: wang.id, token, old, new: next })))
  test('must be long and mixed, not one of the last five, and a new one ends the other sessions', async () => {
    const token = await enter()
    const other = await enter()
    expect(await change(token, 'wrong', 'Battery-Staple-2')).toBe('sign-in-wrong')
    expect(await change(token, PASSWORD, 'short-1A')).toBe('password-weak')
    expect(await change(token, PASSWORD, 'Wang-is-here-1')).toBe('password-weak')
    expect(await change(token, PASSWORD, PASSWORD)).toBe('password-used')
    let now = PASSWORD
    for (let i = 1; i <= 4; i++) {
      pass(1)
      expect(await change(token, now, `Battery-Staple-${i}`)).toBe('done')
      now = `Battery-Staple-${i}`
    }
    expect(await known(token)).not.toBeNull()
    expect(await known(other)).toBeNull()
    expect(await change(token, now, PASSWORD)).toBe('password-used')
    pass(1)
    expect(await change(token, now, 'Battery-Staple-5')).toBe('done')
    expect(await change(token, 'Battery-Staple-5', PASSWORD)).toBe('done')
  })
  test('grows too old where the policy says so, and must then be changed first', async () => {
    const token = await enter()
    expect((await known(token))?.mustChange).toBe(false)
    await policy('password_days = 30')
    expect((await known(token))?.mustChange).toBe(false)
    pass(31 * 24 * 60)
    expect((await known(await enter()))?.mustChange).toBe(true)
    await policy('password_days = null')
  })
  test('that is forgotten is replaced by a one-time code, told once, good for a week', async () => {
    const token = await enter()
    const code = await here.run(keeper, context => resetPassword(context, String(wang.id)))
    expect(await known(token)).toBeNull()
    expect(refusalOf(await attempt(PASSWORD))).toBe('sign-in-wrong')
    const use = (typed: string) =>
      here.run(SYSTEM, context => activate(context, { name: 'wang', code: typed, password: 'Fresh-Start-2026' }))
    expect(refusalOf(await use('AAAA-BBBB-CCCC'))).toBe('activation-wrong')
    expect(await use(` ${code.toLowerCase()} `)).toEqual({ done: true })
    expect(refusalOf(await use(code))).toBe('activation-wrong')
    expect(refusalOf(await attempt('Fresh-Start-2026'))).toBe('in')
    const late = await here.run(keeper, context => resetPassword(context, String(wang.id)))
    pass(8 * 24 * 60)
    expect(refusalOf(await use(late))).toBe('activation-wrong')
    const again = await here.run(keeper, context => resetPassword(context, String(wang.id)))
    await here.run(SYSTEM, context => activate(context, { name: 'wang', code: again, password: 'Fresh-Start-2027' }))
  })
})

describe('the second factor', () => {
  const now = 'Fresh-Start-2027'
  let secret: Buffer
  let recovery: string[]
  const setUp = async () => {
    const begun = await here.run(wang, context => beginSecondFactor(context))
    expect(begun.svg).toMatch(/^<svg/)
    const { rows } = await here.ownerPool.query('select totp_secret from identity.account where id = $1', [wang.id])
    secret = here.vault.decrypt(rows[0].totp_secret)
    recovery = await here.run(wang, context => confirmSecondFactor(context, codeAt(secret, stepOf(clock.now()))))
  }
  test('is in force once a code confirms it; then a password alone opens nothing, and a code works once', async () => {
    expect(await codesOf(here.run(wang, context => confirmSecondFactor(context, '000000')))).toBe('second-factor-wrong')
    await setUp()
    expect(recovery).toHaveLength(8)
    expect(refusalOf(await attempt(now))).toBe('second-factor-needed')
    expect(refusalOf(await attempt('wrong'))).toBe('sign-in-wrong')
    expect(refusalOf(await attempt(now, { code: '123456' }))).toBe('second-factor-wrong')
    const used = codeAt(secret, stepOf(clock.now()))
    expect(refusalOf(await attempt(now, { code: used }))).toBe('second-factor-wrong')
    pass(1)
    const fresh = codeAt(secret, stepOf(clock.now()))
    expect(refusalOf(await attempt(now, { code: fresh }))).toBe('in')
    expect(refusalOf(await attempt(now, { code: fresh }))).toBe('second-factor-wrong')
    expect(await codesOf(here.run(wang, context => beginSecondFactor(context)))).toBe('second-factor-there')
  })
  test('can be replaced by a recovery code, once each; wrong codes lock the account', async () => {
    expect(refusalOf(await attempt(now, { code: recovery[0]!.toLowerCase() }))).toBe('in')
    expect(refusalOf(await attempt(now, { code: recovery[0]! }))).toBe('second-factor-wrong')
    for (let i = 0; i < 4; i++) await attempt(now, { code: '000000' })
    expect(refusalOf(await attempt(now, { code: recovery[1]! }))).toBe('account-locked')
    pass(31)
  })
  test('is asked of the posts that the policy names, before anything else', async () => {
    await here.run(keeper, context => resetSecondFactor(context, String(wang.id)))
    expect((await known(await enter(now)))?.mustEnrol).toBe(false)
    await policy(`second_factor_posts = '{viewer}'`)
    expect((await known(await enter(now)))?.mustEnrol).toBe(true)
    await setUp()
    pass(1)
    expect((await known(await enter(now, { code: codeAt(secret, stepOf(clock.now())) })))?.mustEnrol).toBe(false)
    expect(await codesOf(here.run(wang, context => dropSecondFactor(context, 'wrong')))).toBe('sign-in-wrong')
    await here.run(wang, context => dropSecondFactor(context, now))
    await policy(`second_factor_posts = '{}'`)
    expect(refusalOf(await attempt(now))).toBe('in')
  })
})

describe('somebody else who says who a person is', () => {
  const provider: IdentityProvider = {
    name: 'test',
    identify: async ({ headers }) => (typeof headers['x-person'] === 'string' ? headers['x-person'] : null),
  }
  const come = (subject: string | undefined, by = provider, headers = {}, fromTrustedProxy = false) =>
    here.run(SYSTEM, context =>
      signInFromOutside(context, by, { headers: { 'x-person': subject, ...headers }, fromTrustedProxy }, 'test'),
    )
  test('opens a session for the account that was linked here, and for no other', async () => {
    expect(refusalOf(await come('cn=wang'))).toBe('outside-unknown')
    await here.run(keeper, context =>
      linkOutside(context, { provider: 'test', subject: 'cn=wang', signInName: 'wang' }),
    )
    const outcome = await come('cn=wang')
    expect('token' in outcome && (await known(outcome.token))?.actor.id).toBe(wang.id)
    expect(refusalOf(await come('cn=li'))).toBe('outside-unknown')
    expect(refusalOf(await come(undefined))).toBe('outside-unknown')
  })
  test('a certificate counts only if a proxy that we trust has verified it', async () => {
    await here.run(keeper, context =>
      linkOutside(context, { provider: 'certificate', subject: 'CN=wang', signInName: 'wang' }),
    )
    const headers = { 'x-client-verify': 'SUCCESS', 'x-client-subject': 'CN=wang' }
    expect(refusalOf(await come(undefined, clientCertificate, headers, false))).toBe('outside-unknown')
    expect(refusalOf(await come(undefined, clientCertificate, { ...headers, 'x-client-verify': 'FAILED' }, true))).toBe(
      'outside-unknown',
    )
    expect(refusalOf(await come(undefined, clientCertificate, headers, true))).toBe('in')
  })
})

test('the first system administrator is appointed once; another only in recovery, which the audit remembers', async () => {
  const appoint = (signInName: string, recovery = false) =>
    codesOf(
      here.run(SYSTEM, context =>
        appointSystemAdministrator(context, { signInName, name: '样例', password: PASSWORD, recovery }),
      ),
    )
  expect(await appoint('root1')).toBe('done')
  expect(await appoint('root2')).toBe('administrator-there')
  expect(await appoint('root2', true)).toBe('done')
  expect((await known(await enter(PASSWORD, { name: 'root1' })))?.mustChange).toBe(true)
  const { rows } = await here.ownerPool.query(
    `select action, subject from audit.entry where action like 'administrator-%' order by id`,
  )
  expect(rows).toEqual([
    { action: 'administrator-appointed', subject: 'root1' },
    { action: 'administrator-recovered', subject: 'root2' },
  ])
})
