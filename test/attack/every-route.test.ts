import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parts } from '../../src/app.ts'
import { API, routesOf } from '../../src/platform/http/server.ts'
import { attackRoute, picker } from './fuzz.ts'
import { type Ground, layGround } from './ground.ts'

// The attack in short: the whole one is `npm run test:attack -- --full`.
const REQUESTS = Number(process.env.FUNDWATCH_ATTACKS ?? 36)
const SEED = Number(process.env.FUNDWATCH_SEED ?? 20_181_220)

let ground: Ground
let sent = 0
beforeAll(async () => {
  ground = await layGround()
})
afterAll(() => ground?.close())

const attacked = (target: Ground['hole'], name: string, requests: number) =>
  attackRoute(
    ground.base,
    target,
    async anew => {
      if (anew) await ground.unlock()
      return ground.signIn(name, anew)
    },
    requests,
    picker(SEED),
  )

test('a hole that was dug on purpose is found: the attack can find something', async () => {
  const { found } = await attacked(ground.hole, 'county', REQUESTS)
  expect(found.map(one => one.what)).toContain('SQL error text')
})

describe(`${REQUESTS} hostile requests, seed ${SEED}, break nothing and betray nothing:`, () => {
  const routes = routesOf(parts).map(({ route }) => [route.method, API + route.path.replace(/:([a-zA-Z]+)/g, '{$1}')])
  test.each(routes)('%s %s', async (method, path) => {
    const target = ground.targets.find(one => one.method === method && one.path === path)!
    const { name, at } = ground.aimed(target)
    await ground.unlock()
    const { requests, found } = await attacked(at, name, REQUESTS)
    expect(found.slice(0, 3)).toEqual([])
    expect(requests).toBe(REQUESTS)
    sent += requests
  })
})

test('the server met what was sent, and its log holds no password and no session', () => {
  expect(ground.seen.get('own')?.requests).toBeGreaterThanOrEqual(sent)
  expect(ground.leaks()).toEqual([])
})
