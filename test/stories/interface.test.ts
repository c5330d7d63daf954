import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parts } from '../../src/app.ts'
import { buildApp } from '../../src/cli/serve.ts'
import { makeInterfaceKey, revokeInterfaceKey } from '../../src/identity/interface-key.ts'
import { createAccount } from '../../src/identity/sign-in.ts'
import { SYSTEM } from '../../src/kernel/actor.ts'
import { type Clock, systemClock } from '../../src/kernel/clock.ts'
import { sm3 } from '../../src/kernel/digest.ts'
import { Refusal } from '../../src/kernel/refusal.ts'
import { arrange, county, DIVISION, OTHER_DIVISION, table } from '../../src/payments/test-fixture.ts'
import { forgetRequests, KEPT_DAYS } from '../../src/platform/http/idempotency.ts'
import { openApi } from '../../src/platform/http/openapi.ts'
import { API, routesOf } from '../../src/platform/http/server.ts'
import type { Installation } from '../../src/platform/installation.ts'
import { ROOT } from '../../src/platform/root.ts'
import { testInstallation } from '../database.ts'

let here: Installation
let server: FastifyInstance
let key: { id: string; key: string }
let later = 0
const clock: Clock = { now: () => new Date(systemClock.now().getTime() + later), today: () => '2026-06-30' }

beforeAll(async () => {
  here = await testInstallation({ clock })
  await county(here)
  server = await buildApp(here)
  for (const [signInName, post, division] of [
    ['guoku', 'treasury', 2],
    ['zhibiao', 'lead', 1],
  ] as const)
    await here.run(SYSTEM, context =>
      createAccount(context, {
        signInName,
        name: '李经办',
        password: 'Correct-Horse-1',
        mustChange: true,
        holdings: [{ division, post }],
      }),
    )
  key = await make({})
})
afterAll(async () => {
  await server.close()
  await here.close()
})

const make = (more: object) =>
  here.run(SYSTEM, context =>
    makeInterfaceKey(context, { division: 2, name: '国库系统', account: 'guoku', post: 'treasury', days: 30, ...more }),
  )
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    error => (error instanceof Refusal ? error.faults[0]!.code : String(error)),
  )
async function ask(
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  more: { body?: unknown; type?: string; idempotency?: string; as?: string; headers?: Record<string, string> } = {},
) {
  const answer = await server.inject({
    method,
    url: path.startsWith('/api') ? path : `${API}/divisions/${DIVISION}${path}`,
    headers: {
      authorization: `Bearer ${more.as ?? key.key}`,
      ...(more.body === undefined ? {} : { 'content-type': more.type ?? 'application/json' }),
      ...(more.idempotency ? { 'idempotency-key': more.idempotency } : {}),
      ...more.headers,
    },
    ...(more.body === undefined ? {} : { payload: more.body as string }),
  })
  return { status: answer.statusCode, body: answer.json(), replayed: answer.headers['idempotency-replayed'] }
}
async function csv(rows: Parameters<typeof table>[0]): Promise<string> {
  let text = ''
  for await (const piece of table(rows).open()) text += piece
  return text
}
async function receipt(idempotency: string) {
  for (;;) {
    const { body } = await ask('GET', `/interface/receipts/${idempotency}`)
    if (body.state !== 'reading' && body.state !== 'posting') return body
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
const count = async (sql: string) =>
  (await here.ownerPool.query(`select count(*)::int as n from ${sql}`)).rows[0].n as number

test('a pushed file is given a receipt with number, digest and counts; the same again changes nothing, another body is refused', async () => {
  await arrange(here, { externalId: 'A1', fen: 100_000n })
  const body = await csv([{ PAY_CERT_NO: 'P1', BGT_ID: 'A1' }, { PAY_CERT_NO: 'P2' }])
  const push = (text: string, idempotency = 'push-0001') =>
    ask('POST', '/interface/payments', {
      body: text,
      type: 'text/csv',
      idempotency,
      headers: { 'x-file-name': encodeURIComponent('日报.csv') },
    })
  const twins = await Promise.all([push(body), push(body), push(body)])
  expect(twins.map(one => one.status)).toEqual([200, 200, 200])
  expect(new Set(twins.map(one => one.body.number)).size).toBe(1)
  const done = await receipt('push-0001')
  expect(done).toMatchObject({
    number: expect.stringMatching(/^R\d{12}$/),
    key: 'push-0001',
    kind: 'payments',
    fileName: '日报.csv',
    state: 'done',
    rowsRead: 2,
    rowsTaken: 2,
    count: 0,
    sm3: sm3(body).toString('hex'),
    bytes: Buffer.byteLength(body),
  })
  expect((await push(body)).body).toMatchObject({ number: done.number, state: 'done', rowsTaken: 2 })
  expect(await count(`platform.import where request_key = 'push-0001'`)).toBe(1)
  expect(await count('payments.payment')).toBe(2)
  const other = await push(await csv([{ PAY_CERT_NO: 'P3' }]))
  expect([other.status, other.body.faults[0].code]).toEqual([409, 'idempotency-key-reused'])
  expect((await ask('POST', '/interface/payments', { body, type: 'text/csv' })).body.faults[0].code).toBe(
    'idempotency-key-missing',
  )
  expect((await ask('GET', '/interface/receipts/unknown-key')).status).toBe(404)
})

test('JSON lines, workbooks and messages are told apart by their content; refusals come as faults in the receipt', async () => {
  const lines = [
    {
      MOF_DIV_CODE: DIVISION,
      FISCAL_YEAR: 2026,
      PAY_CERT_NO: 'J1',
      VOU_DATE: '2026-03-01',
      PAY_AMT: '1.00',
      IS_DELETED: null,
    },
    {
      MOF_DIV_CODE: DIVISION,
      FISCAL_YEAR: 2026,
      PAY_CERT_NO: 'J2',
      VOU_DATE: '2026-03-01',
      PAY_AMT: 2.5,
      IS_DELETED: false,
    },
  ]
  const text = (rows: unknown[]) => rows.map(row => JSON.stringify(row)).join('\n')
  const push = (body: string, idempotency: string) =>
    ask('POST', '/interface/payments', { body, type: 'application/x-ndjson', idempotency })
  await push(text(lines), 'json-0001')
  expect(await receipt('json-0001')).toMatchObject({ state: 'done', rowsTaken: 2 })
  await push(
    `${text(lines)}\n{"broken"\n${text([
      { ...lines[0], PAY_CERT_NO: 'J9', WHAT: 1 },
      { ...lines[0], PAY_AMT: [1] },
    ])}`,
    'json-0002',
  )
  const refused = await receipt('json-0002')
  expect(refused.state).toBe('refused')
  expect(refused.faults.map((one: { code: string; row: number }) => [one.code, one.row])).toEqual(
    expect.arrayContaining([
      ['json-line-malformed', 3],
      ['json-key-late', 4],
      ['json-value', 5],
    ]),
  )
  for (const fault of refused.faults) expect(fault.zh && fault.en).toBeTruthy()
  await push(text([{ PAY_CERT_NO: 'J3' }]), 'json-0003')
  expect((await receipt('json-0003')).faults[0].code).toBe('column-missing')
})

test('a push that broke off is begun again under its own key', async () => {
  const body = await csv([{ PAY_CERT_NO: 'AGAIN1' }])
  const push = () => ask('POST', '/interface/payments', { body, type: 'text/csv', idempotency: 'again-0001' })
  await push()
  await receipt('again-0001')
  await here.ownerPool.query(`update platform.import set state = 'broken' where request_key = 'again-0001'`)
  expect((await push()).body.state).toBe('reading')
  expect(await receipt('again-0001')).toMatchObject({ state: 'done', rowsTaken: 0, rowsRepeated: 1 })
  expect(await count(`payments.payment where voucher_no = 'AGAIN1'`)).toBe(1)
})

test('a key does what its post may, over its division alone, until it ends, is revoked, or its person loses the post', async () => {
  const get = (as: string, path = '/payments?year=2026') => ask('GET', path, { as }).then(one => one.status)
  expect(await get(key.key)).toBe(200)
  expect(await get(`${key.key}x`)).toBe(401)
  expect(
    (await ask('POST', `/interface/allotments`, { body: 'x', type: 'text/csv', idempotency: 'not-mine-1' })).body
      .faults[0].code,
  ).toBe('permission-missing')
  expect((await ask('GET', `${API}/divisions/${OTHER_DIVISION}/payments?year=2026`)).body.faults[0].code).toBe(
    'division-outside-scope',
  )
  expect(await get(key.key, '/interface-keys')).toBe(403)
  expect(await codeOf(make({ account: 'nobody' }))).toBe('key-account-missing')
  expect(await codeOf(make({ post: 'lead' }))).toBe('post-not-held')
  expect(await codeOf(make({ division: 3 }))).toBe('post-not-held')
  expect(await codeOf(make({ days: 400 }))).toBe('key-days')
  // A post over the city is held over its counties too; but no key lets others in, whatever its post.
  const lead = await make({ account: 'zhibiao', post: 'lead' })
  expect(await get(lead.key, '/interface-keys')).toBe(403)
  await here.run(SYSTEM, context => revokeInterfaceKey(context, 2, lead.id))
  expect(await get(lead.key)).toBe(401)
  const short = await make({ days: 1 })
  later = 86_400_000 + 1000
  expect(await get(short.key)).toBe(401)
  later = 0
  const { rows } = await here.ownerPool.query(
    'select digest, shown, used_at from identity.interface_key where id = $1',
    [key.id],
  )
  expect(rows[0].digest.equals(sm3(key.key))).toBe(true)
  expect(rows[0].used_at).not.toBeNull()
  const other = await make({})
  await here.ownerPool.query(`update identity.holding set ended_at = now() where post = 'treasury'`)
  expect(await get(other.key)).toBe(401)
  await here.ownerPool.query(`update identity.holding set ended_at = null where post = 'treasury'`)
  expect(await get(other.key)).toBe(200)
})

test('a key is no hand: it signs and releases nothing, lends no post, looks at no number, and leaves its person’s own door alone', async () => {
  const lead = (await make({ account: 'zhibiao', post: 'lead' })).key
  const agreed = { round: 1, step: 1, agree: true, opinion: '同意' }
  const refused = async (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => {
    const { status, body: said } = await ask(method, path, { as: lead, ...(body ? { body } : {}) })
    return [path, status, said.faults?.[0]?.code]
  }
  const chain = { form: 'allotment.register', from: '2026-06-30', reason: '制度', chains: [] }
  for (const [method, path, body] of [
    ['POST', '/submissions/1/sign', agreed],
    ['POST', '/approval-chains', chain],
    ['POST', '/releases/1/decision', { agree: true, sm3: '0'.repeat(64) }],
    ['POST', '/payments/1/unmask', { whose: 'payee', purpose: '核对收款账号' }],
    ['GET', `${API}/session`],
    ['GET', `${API}/own/sessions`],
    ['POST', `${API}/second-factor`, {}],
    ['PUT', `${API}/password`, { old: 'x', new: 'y' }],
  ] as const)
    expect(await refused(method, path, body)).toEqual([path, 403, 'permission-missing'])
  expect(await count('identity.account where totp_secret is not null')).toBe(0)
  // What its post reads, it reads.
  expect((await ask('GET', '/releases', { as: lead })).status).toBe(200)
  expect((await ask('GET', `${API}/openapi.json`, { as: lead })).status).toBe(200)
})

test('any request that changes something may carry a key: a retry, and concurrent twins, are given the first answer', async () => {
  const lead = (await make({ account: 'zhibiao', post: 'lead' })).key
  const body = (title: string) =>
    JSON.stringify({
      fiscalYear: 2026,
      document: { number: '样财农〔2026〕8号', title, dated: '2026-02-01' },
      lines: [{ fund: 1, amountFen: '12300' }],
    })
  const register = (idempotency: string, title = '通知') =>
    ask('POST', '/allotments/register', { body: body(title), idempotency, as: lead })
  const lines = () => count('allotments.allotment')
  const before = await lines()
  const twins = await Promise.all(Array.from({ length: 6 }, () => register('form-00001')))
  expect(twins.map(one => one.status)).toEqual([200, 200, 200, 200, 200, 200])
  expect(new Set(twins.map(one => JSON.stringify(one.body))).size).toBe(1)
  expect(twins.filter(one => one.replayed === 'true')).toHaveLength(5)
  expect(await lines()).toBe(before + 1)
  expect((await register('form-00001', '另一份')).body.faults[0].code).toBe('idempotency-key-reused')
  expect((await register('short')).body.faults[0].code).toBe('idempotency-key-malformed')
  // A refusal leaves the key free: mended, the same key goes through.
  const refused = await ask('POST', '/allotments/register', {
    body: body('').replace('"title":""', '"title":"x"').replace('"fund":1', '"fund":99'),
    idempotency: 'form-00002',
    as: lead,
  })
  expect(refused.status).toBe(422)
  expect((await register('form-00002')).status).toBe(200)
  // The answer is written with the work: where the transaction dies, neither is there, and the retry does it.
  await here.ownerPool.query(`create function public.die() returns trigger language plpgsql as $$ begin raise exception 'killed'; end $$;
    create constraint trigger die after insert on platform.request deferrable initially deferred for each row execute function public.die()`)
  expect((await register('form-00003')).status).toBe(500)
  await here.ownerPool.query('drop trigger die on platform.request')
  expect(await lines()).toBe(before + 2)
  const again = await register('form-00003')
  expect([again.status, again.replayed]).toEqual([200, undefined])
  expect(await lines()).toBe(before + 3)
  // Another person's key of the same name is their own.
  expect(await count(`platform.request where key = 'form-00001'`)).toBe(1)
  await here.run(SYSTEM, ({ tx }) => forgetRequests(tx, new Date(Date.now() + (KEPT_DAYS + 1) * 86_400_000)))
  expect(await count('platform.request')).toBe(0)
})

const document = JSON.parse(JSON.stringify(openApi(routesOf(parts), API))) as {
  openapi: string
  paths: Record<
    string,
    Record<
      string,
      {
        operationId: string
        summary: string
        parameters: { name: string; in: string; required: boolean }[]
        responses: Record<string, unknown>
        security: Record<string, unknown>[]
      } & Record<string, unknown>
    >
  >
  components: { schemas: object; responses: object; securitySchemes: object }
}

test('the interface is described route by route, as the server mounts it', () => {
  const mounted = Object.entries(server.swagger().paths ?? {})
    .filter(([path]) => path.startsWith(API) && path !== `${API}/openapi.json`)
    .flatMap(([path, methods]) => Object.keys(methods as object).map(method => `${method} ${path}`))
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method} ${path}`),
  )
  expect(described.sort()).toEqual(mounted.sort())
})

test('the description is a whole OpenAPI 3.1 document: every reference leads somewhere, every schema is one, every name is once', async () => {
  expect(document.openapi).toBe('3.1.0')
  const ajv = new Ajv2020({ strict: false })
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).map(one => ({ path, ...one })),
  )
  expect(new Set(operations.map(one => one.operationId)).size).toBe(operations.length)
  for (const { path, parameters, responses, security, ...one } of operations) {
    expect(one.summary, path).toMatch(/ · .*\p{Script=Han}/u)
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    expect(parameters.filter(each => each.in === 'path' && each.required).map(each => each.name)).toEqual(inPath)
    expect(Object.keys(responses)).toContain('200')
    for (const scheme of security.flatMap(Object.keys))
      expect(document.components.securitySchemes).toHaveProperty(scheme)
  }
  const walk = (value: unknown, place: string[]): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [name, inner] of Object.entries(value)) {
      if (name === '$ref') {
        const found = String(inner)
          .slice(2)
          .split('/')
          .reduce<unknown>((at, step) => (at as Record<string, unknown>)?.[step], document)
        expect(found, `${place.join('/')} names ${inner}`).toBeDefined()
      } else if (name === 'schema' && place.at(-1) !== 'properties') {
        const local = (value: unknown) =>
          JSON.parse(JSON.stringify(value).replaceAll('#/components/schemas/', '#/$defs/'))
        const schema = local(inner)
        const compiled = ajv.compile({ ...schema, $defs: local(document.components.schemas) })
        expect(compiled).toBeTypeOf('function')
      }
      walk(inner, [...place, name])
    }
  }
  walk(document, [])
  const served = await ask('GET', `${API}/openapi.json`)
  expect(served.body).toEqual(document)
  expect((await server.inject({ url: `${API}/openapi.json` })).statusCode).toBe(401)
})

test('the examples of docs/interface.md do what the page says', async () => {
  const page = readFileSync(join(ROOT, 'docs', 'interface.md'), 'utf8')
  const examples = [...page.matchAll(/```http\n(GET|POST) (\S+)\n([\s\S]*?)```\s+```json\n([\s\S]*?)```/g)]
  expect(examples.length).toBeGreaterThanOrEqual(4)
  const lead = (await make({ account: 'zhibiao', post: 'lead' })).key
  for (const [, method, path, rest, expected] of examples) {
    const [head = '', ...body] = rest!.split('\n\n')
    const headers = Object.fromEntries(
      head
        .split('\n')
        .filter(Boolean)
        .map(line => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
    )
    const wanted = JSON.parse(expected!)
    const fill = (text: string) => text.replaceAll('990102000', DIVISION)
    let answer: { status: number; body: Record<string, unknown> } = { status: 0, body: {} }
    for (let time = 0; time < 100; time++) {
      answer = await ask(method as 'GET', fill(path!), {
        as: lead,
        headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'Authorization')),
        ...(body.length > 0 ? { body: fill(body.join('\n\n').trimEnd()), type: headers['Content-Type']! } : {}),
      })
      if (method !== 'GET' || !['reading', 'posting'].includes(String(answer.body.state))) break
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    expect(answer.body, `${method} ${path}`).toMatchObject(wanted)
  }
})
