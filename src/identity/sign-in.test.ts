import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import type { Installation } from '../platform/installation.ts'
import { createAccount, signIn, visitorOf } from './sign-in.ts'

let here: Installation
beforeAll(async () => {
  here = await testInstallation()
  await here.run(SYSTEM, context =>
    createAccount(context, {
      signInName: 'wang',
      name: '王经办',
      password: 'Correct-Horse-1',
      mustChange: false,
      holdings: [{ division: 0, post: 'viewer' }],
    }),
  )
})
afterAll(() => here.close())

const attempt = (password: string) =>
  here.run(SYSTEM, context => signIn(context, { name: 'wang', password, agent: 'test' }))

test('a right password opens a session that knows the person, and a forged token opens none', async () => {
  const outcome = await attempt('Correct-Horse-1')
  if (!('token' in outcome)) throw outcome.refusal
  const visitor = await here.run(SYSTEM, context => visitorOf(context, outcome.token))
  expect(visitor?.actor.name).toBe('王经办')
  expect(await here.run(SYSTEM, context => visitorOf(context, `${outcome.token}x`))).toBeNull()
})

test('five wrong passwords lock the account, and then the right one is refused too', async () => {
  for (let i = 0; i < 5; i++) expect(await attempt('wrong')).toHaveProperty('refusal')
  const outcome = await attempt('Correct-Horse-1')
  expect('refusal' in outcome && outcome.refusal.faults[0]?.code).toBe('account-locked')
})
