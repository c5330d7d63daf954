import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parts } from '../src/app.ts'
import { buildApp } from '../src/cli/serve.ts'
import { POSTS } from '../src/identity/posts.ts'
import { createAccount } from '../src/identity/sign-in.ts'
import { SYSTEM } from '../src/kernel/actor.ts'
import { API, COOKIE, routesOf } from '../src/platform/http/server.ts'
import type { Installation } from '../src/platform/installation.ts'
import { testInstallation } from './database.ts'

const PASSWORD = 'Correct-Horse-1'
const OWN = '990101000'
const OTHER = '990102000'

let here: Installation
let server: FastifyInstance
const signedIn = new Map<string, { cookie: string; csrf: string }>()

beforeAll(async () => {
  here = await testInstallation()
  await here.ownerPool.query(`insert into divisions.division values (1, null), (2, null), (3, null);
    insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
      (1, '[2018-01-01,)', '990000000', '样例省', 'province', null, null),
      (2, '[2018-01-01,)', '${OWN}', '甲县', 'county', 1, 1), (3, '[2018-01-01,)', '${OTHER}', '乙县', 'county', 1, 1);
    select divisions.rebuild_scopes()`)
  server = await buildApp(here)
  for (const post of Object.keys(POSTS)) {
    await here.run(SYSTEM, context =>
      createAccount(context, {
        signInName: `test-${post}`,
        name: '测试',
        password: PASSWORD,
        mustChange: false,
        holdings: [{ division: 2, post }],
      }),
    )
    const answer = await server.inject({
      method: 'POST',
      url: `${API}/session`,
      payload: { name: `test-${post}`, password: PASSWORD },
    })
    expect(answer.statusCode).toBe(200)
    const cookie = `${COOKIE}=${answer.cookies.find(one => one.name === COOKIE)?.value}`
    const session = await server.inject({ url: `${API}/session`, headers: { cookie } })
    signedIn.set(post, { cookie, csrf: session.json().csrf })
  }
})
afterAll(async () => {
  await server.close()
  await here.close()
})

let asked = 0
const routes = routesOf(parts)
const urlOf = (path: string, division: string) => API + path.replace(':division', division).replace(/:[a-zA-Z]+/g, '1')
const ask = async (
  route: (typeof routes)[number]['route'],
  division: string,
  as?: { cookie: string; csrf?: string },
) => {
  const answer = await server.inject({
    // So many routes times so many posts are more requests than one address may send in a minute.
    remoteAddress: `10.0.${(asked >> 8) & 255}.${asked++ & 255}`,
    method: route.method,
    url: urlOf(route.path, division),
    headers: as ? { cookie: as.cookie, ...(as.csrf ? { 'x-csrf-token': as.csrf } : {}) } : {},
    ...(route.method === 'GET' ? {} : { payload: {} }),
  })
  return { status: answer.statusCode, code: answer.json().faults?.[0]?.code as string | undefined }
}

test('the server mounts exactly the routes that the parts declare', () => {
  const mounted = Object.entries(server.swagger().paths ?? {})
    .filter(([path]) => path !== `${API}/openapi.json` && path.startsWith(API))
    .flatMap(([path, methods]) => Object.keys(methods as object).map(method => `${method.toUpperCase()} ${path}`))
  const declared = routes.map(({ route }) => `${route.method} ${API}${route.path.replace(/:([a-zA-Z]+)/g, '{$1}')}`)
  expect(mounted.sort()).toEqual(declared.sort())
  expect(declared.length).toBeGreaterThan(20)
})

describe.each(
  routes
    .filter(({ route }) => route.permission !== 'public')
    .map(({ route }) => [`${route.method} ${route.path}`, route] as const),
)('%s', (_, route) => {
  test('refuses the anonymous', async () => {
    expect(await ask(route, OWN)).toEqual({ status: 401, code: 'sign-in-needed' })
  })

  test('refuses a forged session', async () => {
    expect(await ask(route, OWN, { cookie: `${COOKIE}=forged` })).toEqual({ status: 401, code: 'sign-in-needed' })
  })

  if (route.method !== 'GET')
    test('refuses a request that another site made (no CSRF token)', async () => {
      expect(await ask(route, OWN, { cookie: signedIn.get('lead')!.cookie })).toEqual({ status: 403, code: 'csrf' })
    })

  if (route.permission !== 'signed-in') {
    const without = Object.keys(POSTS).filter(post => !POSTS[post]!.permissions.includes(route.permission as never))
    test('refuses every post without its permission', async () => {
      expect(without.length).toBeGreaterThan(0)
      for (const post of without)
        expect(await ask(route, OWN, signedIn.get(post))).toEqual({ status: 403, code: 'permission-missing' })
    })
  }

  if (route.path.includes(':division'))
    test('refuses a division outside the scope, and one that does not exist', async () => {
      const post = Object.keys(POSTS).find(one => POSTS[one]!.permissions.includes(route.permission as never)) ?? 'lead'
      expect(await ask(route, OTHER, signedIn.get(post))).toEqual({ status: 403, code: 'division-outside-scope' })
      expect(await ask(route, '123456789', signedIn.get(post))).toEqual({ status: 404, code: 'division-unknown' })
    })
})

test('what each post may do is printed in git, so that a change of power shows in review', async () => {
  const posts = Object.entries(POSTS)
  const lines = [
    '# Who may do what',
    '',
    'Written by `test/routes.test.ts` from the routes themselves; a change fails until it is written anew (`npx vitest run test/routes.test.ts -u`).',
    '',
    `| Part | Route | Duty | Permission | ${posts.map(([, post]) => post.zh).join(' | ')} |`,
    `|---|---|---|---|${posts.map(() => ':-:').join('|')}|`,
    ...routes.map(({ part, route }) => {
      const open = route.permission === 'public' || route.permission === 'signed-in'
      return `| ${part} | \`${route.method} ${route.path}\` | ${route.summary.zh} | ${route.permission} | ${posts.map(([, post]) => (open || post.permissions.includes(route.permission as never) ? '✓' : '')).join(' | ')} |`
    }),
    '',
  ]
  await expect(lines.join('\n')).toMatchFileSnapshot('permissions.md')
})
