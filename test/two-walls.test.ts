import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parts } from '../src/app.ts'
import { buildApp } from '../src/cli/serve.ts'
import { POSTS } from '../src/identity/posts.ts'
import { COUNTY, OTHER, PASSWORD, PROVINCE, person } from '../src/identity/test-world.ts'
import { visitorOf } from '../src/identity/visitor.ts'
import { SYSTEM } from '../src/kernel/actor.ts'
import { defineRoute } from '../src/platform/http/define-route.ts'
import { API, buildServer, COOKIE, routesOf } from '../src/platform/http/server.ts'
import type { Installation } from '../src/platform/installation.ts'
import { MARKS, markedWorld } from './marked-world.ts'

/**
 * Two walls: the route's own condition, and row-level security under it. Two offices (and two funds, two agencies) of one county, and
 * another county, each with a line, a payment, a project and a warning that carry its name; whose post covers one must meet no other.
 */

let here: Installation
let server: FastifyInstance

beforeAll(async () => {
  here = await markedWorld()
  await person(here, 'whole', [{ division: 2, post: 'handler' }])
  await person(here, 'office1', [{ division: 2, post: 'handler', office: 1 }])
  await person(here, 'fund1', [{ division: 2, post: 'handler', fund: 1 }])
  await person(here, 'agency1', [{ division: 2, post: 'agency-clerk', agency: 1 }])
  await person(here, 'other', [{ division: 3, post: 'handler' }])
  await person(here, 'both', [
    { division: 3, post: 'handler' },
    { division: 2, post: 'handler', office: 1 },
  ])
  await person(here, 'ministry', [
    { division: 2, post: 'local-office' },
    { division: 3, post: 'local-office' },
  ])
  await person(here, 'mixed', [
    { division: 1, post: 'viewer' },
    { division: 2, post: 'treasury' },
  ])
  server = await buildApp(here)
})
afterAll(async () => {
  await server?.close()
  await here?.close()
})

const entered = new Map<string, { cookie: string; csrf: string }>()
async function as(name: string, at = server): Promise<{ cookie: string; csrf: string }> {
  const known = entered.get(name)
  if (known) return known
  const answer = await at.inject({ method: 'POST', url: `${API}/session`, payload: { name, password: PASSWORD } })
  expect(answer.statusCode).toBe(200)
  const cookie = `${COOKIE}=${answer.cookies.find(one => one.name === COOKIE)?.value}`
  const session = await at.inject({ url: `${API}/session`, headers: { cookie } })
  const found = { cookie, csrf: session.json().csrf as string }
  entered.set(name, found)
  return found
}

/** Of whose secrets a text tells. */
const told = (text: string) => MARKS.filter(mark => text.includes(mark))

/** Who is held to what, and whose things they may meet. Projects are one library for all offices and funds of a division. */
const HELD: readonly [name: string, code: string, own: string, post: string][] = [
  ['office1', COUNTY, '秘密甲', 'handler'],
  ['fund1', COUNTY, '秘密甲', 'handler'],
  ['agency1', COUNTY, '秘密甲', 'agency-clerk'],
  ['other', OTHER, '秘密丙', 'handler'],
]

describe.each(HELD)('%s', (name, code, own, post) => {
  const reads = routesOf(parts).filter(
    ({ route }) =>
      route.method === 'GET' &&
      route.path.includes(':division') &&
      POSTS[post]!.permissions.includes(route.permission as never),
  )
  test.each(reads.map(({ route }) => [route.path, route] as const))(
    'meets nothing of others by %s',
    async (path, route) => {
      const { cookie } = await as(name)
      for (const id of ['1', '2', '3']) {
        const url = API + path.replace(':division', code).replace(/:[a-zA-Z]+/g, id)
        const answer = await server.inject({ url: `${url}?year=2018`, headers: { cookie } })
        const shared =
          route.permission === 'projects.read' && name !== 'agency1' ? MARKS.filter(mark => mark !== '秘密丙') : []
        const strange = told(answer.body).filter(
          mark => mark !== own && !(name !== 'other' && shared.includes(mark as never)),
        )
        expect([answer.statusCode, strange]).toEqual([answer.statusCode, []])
        expect(answer.statusCode).toBeLessThan(500)
      }
    },
  )
  test('meets its own, so that it was not the page that was empty', async () => {
    const { cookie } = await as(name)
    for (const page of ['allotments', 'payments', 'warnings', 'projects']) {
      const answer = await server.inject({ url: `${API}/divisions/${code}/${page}?year=2018`, headers: { cookie } })
      expect([page, answer.statusCode, told(answer.body).includes(own as never)]).toEqual([page, 200, true])
    }
  })
  test('is refused the pages of other counties', async () => {
    const { cookie } = await as(name)
    const elsewhere = code === COUNTY ? OTHER : COUNTY
    const answer = await server.inject({
      url: `${API}/divisions/${elsewhere}/allotments?year=2018`,
      headers: { cookie },
    })
    expect([answer.statusCode, answer.json().faults[0].code]).toEqual([403, 'division-outside-scope'])
  })
})

test('who covers the whole county meets both its offices: the marks are there to be seen', async () => {
  const { cookie } = await as('whole')
  for (const page of ['allotments', 'payments', 'warnings', 'projects']) {
    const answer = await server.inject({ url: `${API}/divisions/${COUNTY}/${page}?year=2018`, headers: { cookie } })
    expect([page, told(answer.body)]).toEqual([page, ['秘密甲', '秘密乙']])
  }
})

test('totals are of what is seen: an office is not told what the whole county paid', async () => {
  for (const [name, paid] of [
    ['whole', '100'],
    ['office1', '50'],
  ] as const) {
    const { cookie } = await as(name)
    const answer = await server.inject({ url: `${API}/divisions/${COUNTY}/payments?year=2018`, headers: { cookie } })
    expect([name, answer.json().totals.amountFen]).toEqual([name, paid])
  }
})

describe('with the first wall taken away', () => {
  /** Routes whose queries forgot every condition. */
  const TABLES = [
    'allotments.allotment',
    'allotments.published_line',
    'payments.payment',
    'payments.published_payment',
    'warnings.warning',
    'warnings.event',
    'ledger.document',
    'ledger.batch',
    'ledger.entry',
    'ledger.balance',
    'payments.unposted',
    'payments.confirmation',
    'payments.in_transit',
    'payments.stated_original',
    'projects.project',
  ]
  const forgetful = {
    name: 'forgetful',
    routes: [
      ...parts.find(part => part.name === 'identity')!.routes!,
      ...TABLES.map(table =>
        defineRoute({
          method: 'GET',
          path: `/forgetful/${table}`,
          permission: 'allotments.read',
          summary: { zh: '忘了条件', en: 'forgot its condition' },
          answer: Type.Any(),
          handle: ({ tx }) => tx.query(`select x.*, row_to_json(x)::text as text from ${table} x`),
        }),
      ),
    ],
  }
  let open: FastifyInstance
  beforeAll(async () => {
    open = await buildServer({
      parts: [forgetful],
      run: here.run,
      authenticate: async (token, _, wanted) => {
        const visitor = await here.run(SYSTEM, context => visitorOf(context, token, wanted))
        return visitor && { ...visitor, standing: async () => null }
      },
      refused: async () => {},
      webFolder: '/nonexistent',
      temporaryFolder: here.dataDir,
      secureCookies: false,
    })
  })
  afterAll(() => open?.close())

  /** Whose rows a forgetful route hands out: 1 and 2 of the county, 3 of the other one. */
  const seen = async (name: string, table: string): Promise<number[]> => {
    const answer = await open.inject({ url: `${API}/forgetful/${table}`, headers: { cookie: (await as(name)).cookie } })
    expect([table, answer.statusCode]).toEqual([table, 200])
    const of = (row: Record<string, unknown>) =>
      Number(row.id ?? row.batch ?? row.allotment ?? row.payment ?? row.warning)
    return (answer.json() as Record<string, unknown>[]).map(of).sort()
  }
  test.each(TABLES)('%s shows each post its own part and no more', async table => {
    const library = table === 'projects.project'
    const shown: Record<string, number[]> = {
      whole: [1, 2],
      office1: library ? [1, 2] : [1],
      fund1: library ? [1, 2] : [1],
      agency1: [1],
      other: [3],
      // A whole county and one office of another: the union, not the product.
      both: library ? [1, 2, 3] : [1, 3],
      ministry: [1, 2, 3],
    }
    for (const [name, rows] of Object.entries(shown)) expect([name, await seen(name, table)]).toEqual([name, rows])
  })
  test('what is narrowed cannot be written either: not a line of another office', async () => {
    const { rows } = await here.ownerPool.query(`select id from identity.account where sign_in_name = 'office1'`)
    const visitor = (allotment: number, office: number) =>
      here.run(
        {
          id: Number(rows[0].id),
          name: 'office1',
          scope: 2,
          permissions: new Set(),
          narrowing: [{ scope: 2, office: 1, fund: null, agency: null }],
        },
        ({ tx }) =>
          tx.query(
            `insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, path, source_level, poverty, monitored_fen, office)
             values (2, $1, 2018, 'assign', 1, 1, 1, array[$1]::bigint[], 'county', 'none', 0, $2)`,
            [allotment, office],
          ),
      )
    await expect(visitor(901, 2)).rejects.toThrow(/row-level security/)
    await visitor(902, 1)
    await here.ownerPool.query('delete from allotments.allotment where id = 902')
  })
})

describe('posts in several places', () => {
  const ask = async (name: string, method: 'GET' | 'POST', path: string, payload?: object) => {
    const { cookie, csrf } = await as(name)
    const answer = await server.inject({
      method,
      url: `${API}${path}`,
      headers: { cookie, 'x-csrf-token': csrf },
      ...(payload ? { payload } : {}),
    })
    return {
      status: answer.statusCode,
      code: answer.json().faults?.[0]?.code as string | undefined,
      body: answer.json(),
    }
  }
  test('work in all of them, in one session', async () => {
    for (const code of [COUNTY, OTHER])
      expect((await ask('ministry', 'GET', `/divisions/${code}/allotments?year=2018`)).status).toBe(200)
    expect(await ask('ministry', 'GET', `/divisions/${PROVINCE}/allotments?year=2018`)).toMatchObject({
      status: 403,
      code: 'division-outside-scope',
    })
    const { body } = await ask('ministry', 'GET', '/session')
    expect(body.divisions.map((one: { code: string; duties: number[] }) => [one.code, one.duties])).toEqual([
      [COUNTY, [0]],
      [OTHER, [1]],
    ])
  })
  test('carry no power from one place to another: a viewer of the province imports only where they are the treasury', async () => {
    expect((await ask('mixed', 'GET', `/divisions/${OTHER}/payments?year=2018`)).status).toBe(200)
    expect(await ask('mixed', 'POST', `/divisions/${OTHER}/imports/payments`)).toMatchObject({
      status: 403,
      code: 'permission-missing',
    })
    // In the treasury's own county it is the file that is missing, not the permission.
    expect(await ask('mixed', 'POST', `/divisions/${COUNTY}/imports/payments`)).not.toMatchObject({
      code: 'permission-missing',
    })
    expect(await ask('mixed', 'POST', `/divisions/${OTHER}/warnings/3/events`, {})).toMatchObject({
      status: 403,
      code: 'permission-missing',
    })
  })
  test('make a scope that follows the tree: a division that joins later is seen at once', async () => {
    await here.ownerPool.query(`insert into divisions.division values (4, null);
      insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent)
        values (4, '[2015-01-01,)', '990101101', '甲镇', 'township', 2, 2);
      select divisions.rebuild_scopes()`)
    expect((await ask('ministry', 'GET', '/divisions/990101101/allotments?year=2018')).status).toBe(200)
    expect((await ask('other', 'GET', '/divisions/990101101/allotments?year=2018')).code).toBe('division-outside-scope')
  })
})
