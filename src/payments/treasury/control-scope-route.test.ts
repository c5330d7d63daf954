import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asActor } from '../../../test/as-actor.ts'
import { testInstallation } from '../../../test/database.ts'
import { type Actor, SYSTEM } from '../../kernel/actor.ts'
import { clockAt } from '../../kernel/clock.ts'
import type { Permission } from '../../kernel/permission.ts'
import { buildServer } from '../../platform/http/server.ts'
import type { Installation } from '../../platform/installation.ts'
import { part } from '../part.ts'
import { county, DIVISION } from '../test-fixture.ts'
import type { ControlScopes } from './contract.ts'

let here: Installation
let server: FastifyInstance
let permissions: Permission[] = []
const PATH = `/divisions/${DIVISION}/control-scope`

beforeAll(async () => {
  here = await testInstallation({ clock: clockAt('2026-06-30') })
  await county(here)
  const clerk = (): Actor => ({ ...SYSTEM, name: '样例经办', scope: 2, permissions: new Set(permissions) })
  server = await buildServer({
    parts: [part],
    run: here.run,
    authenticate: async (token, _, wanted) =>
      token === 'sample' ? asActor(clerk(), wanted, { [DIVISION]: { id: 2, inScope: true } }, 'x') : null,
    refused: async () => {},
    webFolder: '/nonexistent',
    temporaryFolder: here.dataDir,
    secureCookies: false,
  })
})
afterAll(async () => {
  await server.close()
  await here.close()
})

async function call<T>(method: 'GET' | 'POST', payload?: object): Promise<{ status: number; body: T }> {
  const answer = await server.inject({
    method,
    url: `/api/v1${PATH}`,
    headers: { cookie: 'fundwatch_session=sample', 'x-csrf-token': 'x' },
    ...(payload ? { payload } : {}),
  })
  return { status: answer.statusCode, body: answer.json() as T }
}

test('the treasury desk settles what totals cover, to some vouchers and back to all; a reader only reads it', async () => {
  permissions = ['payments.read']
  expect((await call('POST', { voucherType: 3503, covers: [5201], reason: '口径' })).status).toBe(403)
  expect(await call('GET')).toEqual({ status: 200, body: { rows: [], history: [] } })
  permissions = ['payments.read', 'payments.reconcile']
  expect((await call('POST', { voucherType: 3503, covers: [5201], reason: '口径' })).status).toBe(200)
  expect((await call('POST', { voucherType: 3503, covers: null, reason: '银行改报全部' })).status).toBe(200)
  const { body } = await call<ControlScopes>('GET')
  expect(body.rows).toMatchObject([{ voucherType: 3503, covers: null, own: true, settledBy: { code: DIVISION } }])
  expect(body.history.map(one => one.reason)).toEqual(['银行改报全部', '口径'])
  const bad = [
    { voucherType: 5201, covers: [5201], reason: '口径' },
    { voucherType: 3503, covers: [5106], reason: '口径' },
    { voucherType: 3503, covers: [], reason: '口径' },
    { voucherType: 3503, covers: [5201] },
  ]
  for (const one of bad) expect((await call('POST', one)).status, JSON.stringify(one)).toBe(422)
})
