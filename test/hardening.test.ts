import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
// @ts-expect-error a command in plain JavaScript
import { billOfMaterials } from '../bin/sbom.mjs'
import { parts } from '../src/app.ts'
import { buildApp } from '../src/cli/serve.ts'
import { createAccount } from '../src/identity/sign-in.ts'
import { SYSTEM } from '../src/kernel/actor.ts'
import { logOptions, unfitData } from '../src/platform/http/guard.ts'
import { fileNameShown, PATIENCE, RATES, unlimited, withIdBounds } from '../src/platform/http/limits.ts'
import { API, COOKIE, routesOf } from '../src/platform/http/server.ts'
import type { Installation } from '../src/platform/installation.ts'
import { ROOT } from '../src/platform/root.ts'
import { testInstallation } from './database.ts'

const PASSWORD = 'Correct-Horse-1'
const DIVISION = '990101000'
let here: Installation
let server: FastifyInstance
let cookie = ''
let csrf = ''
let log = ''

beforeAll(async () => {
  here = await testInstallation()
  await here.ownerPool.query(`insert into divisions.division values (1, null);
    insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
      (1, '[2018-01-01,)', '${DIVISION}', '甲县', 'county', null, null);
    select divisions.rebuild_scopes()`)
  await here.run(SYSTEM, context =>
    createAccount(context, {
      signInName: 'clerk',
      name: '测试',
      password: PASSWORD,
      mustChange: false,
      holdings: [{ division: 1, post: 'lead' }],
    }),
  )
  server = await buildApp(here, {
    secureCookies: true,
    log: true,
    logTo: {
      write: line => {
        log += line
      },
    },
  })
  const answer = await server.inject({
    method: 'POST',
    url: `${API}/session`,
    payload: { name: 'clerk', password: PASSWORD },
  })
  cookie = `${COOKIE}=${answer.cookies.find(one => one.name === COOKIE)?.value}`
  csrf = (await server.inject({ url: `${API}/session`, headers: { cookie } })).json().csrf
})
afterAll(async () => {
  await server.close()
  await here.close()
})

interface Operation {
  parameters?: { name: string; in: string; schema: object }[]
  requestBody?: { content?: Record<string, { schema?: object }> }
}

test('no route of the server takes text, lists or numbers without end', () => {
  const found = Object.entries(server.swagger().paths ?? {})
    .filter(([path]) => path.startsWith(API))
    .flatMap(([path, methods]) =>
      Object.entries(methods as Record<string, Operation>).flatMap(([method, one]) => [
        ...(one.parameters ?? []).flatMap(p => unlimited(p.schema, `${method} ${path} ${p.in} ${p.name}`)),
        ...Object.values(one.requestBody?.content ?? {}).flatMap(c => unlimited(c.schema, `${method} ${path} body`)),
      ]),
    )
  expect(found).toEqual([])
})

test('a schema without limits is seen', () => {
  expect(unlimited({ type: 'string' })).toEqual([': text'])
  expect(unlimited({ type: 'string', pattern: '^\\d+$' })).toEqual([': text'])
  expect(unlimited({ type: 'string', pattern: '^\\d{9}$' })).toEqual([])
  expect(unlimited({ type: 'string', pattern: '^(true|false)$' })).toEqual([])
  for (const pattern of ['^a|b$', '^\\d{9,}$', '^(a|b)+$', 'a'])
    expect(unlimited({ type: 'string', pattern }), pattern).toEqual([': text'])
  expect(unlimited({ type: 'object', properties: { a: { type: 'array', items: { type: 'integer' } } } })).toEqual([
    '.a: list',
    '.a[]: number',
  ])
  expect(unlimited(withIdBounds({ type: 'integer', minimum: 1 }))).toEqual([])
  expect(unlimited({})).toEqual([': anything'])
})

describe.each(
  routesOf(parts)
    .map(({ route }) => route)
    .filter(route => route.method !== 'GET')
    .map(route => [`${route.method} ${route.path}`, route] as const),
)('%s', (_, route) => {
  const url = API + route.path.replace(':division', DIVISION).replace(/:[a-zA-Z]+/g, '1')

  test('refuses a request that a browser says another site made, with the right token too', async () => {
    const answer = await server.inject({
      method: route.method,
      url,
      headers: { cookie, 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' },
      payload: {},
    })
    expect([answer.statusCode, answer.json().faults[0].code]).toEqual([403, 'cross-site'])
  })

  test('refuses an oversized body, in a sentence', async () => {
    const answer = await server.inject({
      method: route.method,
      url,
      headers: { cookie, 'x-csrf-token': csrf, 'content-type': 'application/json' },
      payload: `{"a":"${'x'.repeat(21 * 1024 * 1024)}"}`,
    })
    expect([answer.statusCode, answer.json().faults[0].code]).toEqual([413, 'upload-too-large'])
  })
})

test('the method of a request cannot be changed by a header, a field or the address', async () => {
  for (const how of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
    await server.inject({
      method: 'POST',
      url: `${API}/session?_method=DELETE`,
      headers: { cookie, 'x-csrf-token': csrf, [how]: 'DELETE' },
      payload: { name: 'clerk', password: 'wrong', _method: 'DELETE' },
    })
    const still = await server.inject({ url: `${API}/session`, headers: { cookie } })
    expect(still.statusCode).toBe(200)
  }
})

test('every answer about data carries the security headers and is kept by nobody', async () => {
  for (const url of [`${API}/session`, `${API}/nowhere`, `${API}/divisions/990101000`, `${API}/divisions/%zz`]) {
    const { headers } = await server.inject({ url, headers: { cookie } })
    if (!url.includes('%')) {
      expect(headers['cache-control'], url).toBe('no-store')
      expect(headers['content-security-policy']).toContain("default-src 'self'")
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers['content-security-policy']).not.toContain("script-src 'self' '")
      expect(headers['strict-transport-security']).toContain('max-age=31536000')
      expect(headers['cross-origin-opener-policy']).toBe('same-origin')
      expect(headers['permissions-policy']).toContain('camera=()')
      expect(headers['x-content-type-options']).toBe('nosniff')
    }
    expect(headers['x-powered-by']).toBeUndefined()
  }
})

test('secrets of real requests are not in the log, nor what the database quotes', async () => {
  await server.inject({ url: `${API}/session?secret=6222020200098765432`, headers: { cookie } })
  server.log.error(
    {
      err: Object.assign(new Error('Failing row contains (6222020200098765432)'), {
        code: '23514',
        detail: 'Key (number)=(6222020200098765432)',
        constraint: 'c',
      }),
      req: { method: 'GET', url: '/x?account=6222020200098765432', headers: { cookie, 'x-csrf-token': csrf } },
    },
    'a request broke',
  )
  expect(log).toContain('"code":"23514"')
  for (const secret of ['6222020200098765432', PASSWORD, cookie.split('=')[1]!, csrf]) expect(log).not.toContain(secret)
  expect(logOptions.level).toBe('warn')
})

test('what the database refuses as data is a refusal, and what breaks it is not', () => {
  expect(unfitData({ code: '22003' })?.faults[0]?.code).toBe('value-unfit')
  expect(unfitData({ code: '23503', constraint: 'allotment_division_project_fkey' })?.faults[0]).toMatchObject({
    code: 'reference-unknown',
    field: 'project',
  })
  expect(unfitData({ code: '42601' })).toBeNull()
  expect(unfitData(new Error('x'))).toBeNull()
})

test('names of uploads lose folders, control characters and marks that turn text round', () => {
  expect(fileNameShown('../../etc/passwd')).toBe('passwd')
  expect(fileNameShown('C:\\a\\指标.xlsx')).toBe('指标.xlsx')
  expect(fileNameShown('a\u0000\u202egnp.exe')).toBe('agnp.exe')
  expect(fileNameShown('..')).toBe('upload')
  expect([...fileNameShown(`${'长'.repeat(400)}.xlsx`)].length).toBe(200)
  expect(fileNameShown(`${'长'.repeat(400)}.xlsx`).endsWith('.xlsx')).toBe(true)
})

test('a person, an address and signing in each have their limit; another person goes on', async () => {
  const strict = await buildApp(here, { rates: { address: 1000, person: 5, signIn: 3 } })
  try {
    const codes: number[] = []
    for (let i = 0; i < 7; i++)
      codes.push((await strict.inject({ url: `${API}/session`, headers: { cookie } })).statusCode)
    expect(codes).toEqual([200, 200, 200, 200, 200, 429, 429])
    const signIns: number[] = []
    for (let i = 0; i < 4; i++)
      signIns.push(
        (await strict.inject({ method: 'POST', url: `${API}/session`, payload: { name: `n${i}`, password: 'x' } }))
          .statusCode,
      )
    expect(signIns).toEqual([401, 401, 401, 429])
    expect((await strict.inject({ url: `${API}/session-info` })).statusCode).toBe(200)
  } finally {
    await strict.close()
  }
})

test('behind a named proxy the limits go by the client, and a forged address from elsewhere is not believed', async () => {
  const behind = async (trustedProxies: string[]) => {
    const strict = await buildApp(here, { trustedProxies, rates: { ...RATES, address: 2 } })
    try {
      const codes: number[] = []
      for (let i = 0; i < 4; i++)
        codes.push(
          (await strict.inject({ url: `${API}/session-info`, headers: { 'x-forwarded-for': `192.0.2.${i}` } }))
            .statusCode,
        )
      return codes
    } finally {
      await strict.close()
    }
  }
  expect(await behind(['127.0.0.1'])).toEqual([200, 200, 200, 200])
  expect(await behind([])).toEqual([200, 200, 429, 429])
})

test('a client that never ends its headers, or its body, is hung up on', async () => {
  const strict = await buildApp(here, { patience: { ...PATIENCE, headers: 200, body: 200, request: 1000, look: 50 } })
  try {
    const { port } = new URL(await strict.listen({ host: '127.0.0.1', port: 0 }))
    const hungUp = (start: string) =>
      new Promise<void>((resolve, reject) => {
        const socket = connect(Number(port), '127.0.0.1', () => socket.write(start))
        socket.on('close', () => resolve())
        socket.on('error', reject)
        socket.resume()
      })
    await hungUp('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ')
    await hungUp(
      `POST ${API}/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name":`,
    )
  } finally {
    await strict.close()
  }
})

test('the bill of materials names every package of the lock file with its licence', () => {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
  const bill = billOfMaterials(lock)
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' })
  const places = Object.keys(lock.packages).filter(place => place !== '')
  const versions = new Set(
    places.map(place => `${place.split('node_modules/').at(-1)}@${lock.packages[place].version}`),
  )
  expect(bill.components.length).toBe(versions.size)
  for (const one of bill.components) expect(one.licenses[0].license?.name, one.purl).toBeUndefined()
})
