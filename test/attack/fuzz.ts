import { fitting, HOSTILE_TEXTS, hostileBodies, SCRIPT, type Schema } from './hostile.ts'

/** A route as the server's own list (`openapi.json`) tells it. */
export interface Target {
  method: string
  path: string
  permission: string
  parameters: { name: string; in: string; required?: boolean; schema: Schema }[]
  body: Schema | null
  upload: boolean
}

export interface Found {
  route: string
  what: string
  sent: string
  said: string
}

export interface RouteSummary {
  route: string
  requests: number
  statuses: Record<string, number>
  found: Found[]
}

export interface Session {
  cookie: string
  csrf: string
}

interface Listed {
  'x-permission'?: string
  description?: string
  parameters?: Target['parameters']
  requestBody?: { content?: Record<string, { schema?: Schema }> }
}

/** The routes of an `openapi.json`. */
export function targetsOf(list: { paths?: Record<string, Record<string, unknown>> }): Target[] {
  return Object.entries(list.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, told]): Target => {
      const one = told as Listed
      return {
        method: method.toUpperCase(),
        path,
        permission: one['x-permission'] ?? /permission: (\S+)/.exec(one.description ?? '')?.[1] ?? 'none',
        parameters: one.parameters ?? [],
        body: one.requestBody?.content?.['application/json']?.schema ?? null,
        upload: /\/scan$|\/imports\/\{kind\}$/.test(path) && method === 'post',
      }
    }),
  )
}

// What a database, a runtime or a file system says of itself: none of it may reach a client.
const TELLS: readonly [string, RegExp][] = [
  [
    'SQL error text',
    /syntax error at|SQLSTATE|unterminated quoted|relation "|column "\w+" (does not|of)|pg_catalog|invalid input syntax|duplicate key value|violates (not-null|foreign key|check|unique)/i,
  ],
  ['stack or path', /\bat \w[\w.]* \(|node_modules|file:\/\/\/|\/src\/\w+\/\w+\.ts|ENOENT|TypeError|RangeError: /],
  ['file content', /root:x:0:0|\[fonts\]/],
]

/** What is wrong with an answer; empty where nothing is. */
export function judge(answer: { status: number; type: string; headers: Headers; text: string }): string[] {
  const { status, type, headers, text } = answer
  return [
    // Busy, said in a sentence, is an answer.
    ...(status >= 500 && !(status === 503 && text.includes('"faults"')) ? [`status ${status}`] : []),
    ...TELLS.filter(([, pattern]) => pattern.test(text)).map(([name]) => name),
    ...(text.includes(SCRIPT) && !type.startsWith('application/json') ? ['reflected script'] : []),
    ...(/^text\/html/.test(type) && status !== 200 ? ['a page where JSON belongs'] : []),
    ...(headers.get('set-cookie')?.includes('planted') ? ['planted header'] : []),
    ...(headers.get('x-content-type-options') === 'nosniff' ? [] : ['no nosniff']),
    ...(headers.get('cache-control') === 'no-store' ? [] : ['answer may be cached']),
  ]
}

/** A generator of whole numbers that its seed decides (mulberry32). */
export function picker(seed: number): (below: number) => number {
  let state = seed >>> 0
  return below => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return below > 0 ? ((t ^ (t >>> 14)) >>> 0) % below : 0
  }
}

/** An address of a route: values that fit, but one in three requests has a hostile one in path or query. */
export function addressOf(target: Target, hostile: string | null, at: number, sparse = false): string {
  const asked = target.parameters.filter(
    (one, place) => one.in === 'path' || one.required || !sparse || (hostile !== null && place === at),
  )
  const wanted = target.parameters[at]
  const value = (name: string, schema: Schema): string => {
    const plain = String(fitting(schema, name))
    return hostile !== null && wanted?.name === name ? hostile : plain
  }
  const encode = (text: string) => encodeURIComponent(Buffer.from(text).toString())
  let path = target.path
  for (const one of asked.filter(one => one.in === 'path'))
    path = path.replace(`{${one.name}}`, encode(value(one.name, one.schema)))
  const query = asked
    .filter(one => one.in === 'query')
    .map(one => `${encodeURIComponent(one.name)}=${encode(value(one.name, one.schema))}`)
  return query.length > 0 ? `${path}?${query.join('&')}` : path
}

function upload(pick: (below: number) => number): FormData {
  const names = ['../../../etc/cron.d/x.csv', 'a\u0000.xml', `${'长'.repeat(400)}.xlsx`, `${SCRIPT}.pdf`, '.csv', 'CON']
  const contents: (string | Uint8Array<ArrayBuffer>)[] = [
    '',
    'PK\u0003\u0004broken',
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    `${'"'.repeat(5000)},\n`,
    'MZ\u0090\u0000',
    new Uint8Array(4096).map(() => pick(256)),
    `${'<a>'.repeat(3000)}`,
    HOSTILE_TEXTS.join('\n'),
  ]
  const form = new FormData()
  form.set('file', new Blob([contents[pick(contents.length)] ?? '']), names[pick(names.length)])
  if (pick(2) === 0) form.set('extra', HOSTILE_TEXTS[pick(HOSTILE_TEXTS.length)] ?? '')
  return form
}

/** Sends `requests` hostile requests to one route; `session` is asked anew when one has been ended by what was sent. */
export async function attackRoute(
  base: string,
  target: Target,
  session: (again: boolean) => Promise<Session>,
  requests: number,
  pick: (below: number) => number,
): Promise<RouteSummary> {
  const route = `${target.method} ${target.path}`
  const summary: RouteSummary = { route, requests: 0, statuses: {}, found: [] }
  const bodies = target.body ? hostileBodies(target.body, pick) : null
  let who = await session(false)
  for (let i = 0; i < requests; i++) {
    const hostile =
      target.parameters.length > 0 && (i % 3 === 1 || (bodies === null && i > 0))
        ? (HOSTILE_TEXTS[(i + pick(3)) % HOSTILE_TEXTS.length] ?? '')
        : null
    const address = addressOf(target, hostile, pick(target.parameters.length), i % 2 === 0)
    const headers: Record<string, string> = { cookie: who.cookie, 'x-csrf-token': who.csrf }
    let body: string | FormData | undefined
    if (target.upload) body = upload(pick)
    else if (bodies) {
      headers['content-type'] = 'application/json'
      body = JSON.stringify(bodies.next().value)
      // Now and then what is no JSON at all, or JSON without an end.
      if (i % 17 === 16)
        body = ['{', '['.repeat(20_000), '{"a":'.repeat(5000), '\u0000', '{"__proto__":{"x":1}}'][pick(5)]
    }
    const answer = await fetch(base + address, {
      method: target.method,
      headers,
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    })
    const text = await answer.text()
    summary.requests++
    summary.statuses[answer.status] = (summary.statuses[answer.status] ?? 0) + 1
    for (const what of judge({
      status: answer.status,
      type: answer.headers.get('content-type') ?? '',
      headers: answer.headers,
      text,
    }))
      summary.found.push({
        route,
        what,
        sent: `${address} ${typeof body === 'string' ? body.slice(0, 300) : ''}`,
        said: text.slice(0, 200),
      })
    if (answer.status === 401) who = await session(true)
  }
  return summary
}
