import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { open } from '../../src/app.ts'
import { DEMO_ACCOUNTS, demoAsOf, loadDemo } from '../../src/cli/demo.ts'
import { buildApp } from '../../src/cli/serve.ts'
import { POSTS } from '../../src/identity/posts.ts'
import { standingOn } from '../../src/kernel/clock.ts'
import type { Permission } from '../../src/kernel/permission.ts'
import { API, COOKIE } from '../../src/platform/http/server.ts'
import { type Session, type Target, targetsOf } from './fuzz.ts'

/** Requests as the server met them, whoever claims to have sent them: by program, then by status. */
export type Seen = Map<string, { requests: number; statuses: Record<string, number> }>

/** The server on a fresh demo, signed in as each post. */
export interface Ground {
  base: string
  /** All routes of the server but its own description. */
  targets: Target[]
  /**
   * Holes dug on purpose, in an address and in a JSON body: text goes into SQL as it came. Whoever finds nothing here finds nothing
   * anywhere.
   */
  hole: Target
  bodyHole: Target
  folder: string
  /** With the division filled in, and the first demo account that may use it: else nothing behind the first wall is reached. */
  aimed(target: Target): { name: string; at: Target }
  signIn(name: string, again: boolean): Promise<Session>
  /** Opens the accounts that hostile sign-ins have locked. */
  unlock(): Promise<unknown>
  seen: Seen
  /** Secrets that stand in the server's log. */
  leaks(): string[]
  /** Lines of the log that name a breakdown. */
  breakdowns(): string[]
  close(): Promise<void>
}

const accountFor = (target: Target): string =>
  DEMO_ACCOUNTS.find(one => POSTS[one.post]?.permissions.includes(target.permission as Permission))?.signInName ??
  'county'
const divisionOf = (name: string): string => DEMO_ACCOUNTS.find(one => one.signInName === name)?.division ?? '990102000'

/** Programs that say who they are. */
const programOf = (agent: string | undefined): string =>
  /^(sqlmap|wfuzz)/i.exec(agent ?? '')?.[1]?.toLowerCase() ?? 'own'

const HOLE = `${API}/attack-hole`

/** Lays the ground; `close` takes it away. */
export async function layGround(say: (text: string) => void = () => {}): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'fundwatch-attack-'))
  const here = await open({
    dataDir: folder,
    clock: standingOn(demoAsOf()),
    progress: ({ en }) => say(`  ${en}`),
  })
  const { password } = await loadDemo(here, () => {})
  let log = ''
  const many = 1_000_000_000
  const server = await buildApp(here, {
    rates: { address: many, person: many, signIn: many },
    log: true,
    logTo: {
      write: line => {
        log += line
      },
    },
  })
  const seen: Seen = new Map()
  server.addHook('onResponse', async (request: FastifyRequest, reply: FastifyReply) => {
    const program = programOf(request.headers['user-agent'])
    const known = seen.get(program) ?? { requests: 0, statuses: {} }
    known.requests++
    known.statuses[reply.statusCode] = (known.statuses[reply.statusCode] ?? 0) + 1
    seen.set(program, known)
  })
  const fall = async (q: unknown, reply: FastifyReply) => {
    try {
      return await here.ownerPool
        .query(`select id, name from divisions.office where name = '${q}' order by id limit 5`)
        .then(({ rows }) => ({ rows }))
    } catch (error) {
      const { code } = error as { code?: string }
      return reply.status(500).send({ broken: `SQLSTATE ${code}: syntax error at or near "${q}"` })
    }
  }
  server.get(HOLE, { schema: { hide: true } }, (request, reply) => fall((request.query as { q?: string }).q, reply))
  server.post(HOLE, { schema: { hide: true } }, (request, reply) =>
    fall((request.body as { inner?: { q?: string }[] } | null)?.inner?.[0]?.q, reply),
  )
  const base = await server.listen({ host: '127.0.0.1', port: 0 })
  const sessions = new Map<string, Session>()
  const signIn = async (name: string, again: boolean): Promise<Session> => {
    const known = sessions.get(name)
    if (known && !again) return known
    const answer = await fetch(`${base}${API}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, password }),
    })
    const token = new RegExp(`${COOKIE}=([^;]+)`).exec(answer.headers.get('set-cookie') ?? '')?.[1]
    if (!token) throw new Error(`${name} cannot sign in: ${answer.status} ${await answer.text()}`)
    const cookie = `${COOKIE}=${token}`
    const told = (await (await fetch(`${base}${API}/session`, { headers: { cookie } })).json()) as { csrf: string }
    const session = { cookie, csrf: told.csrf }
    sessions.set(name, session)
    return session
  }
  const { cookie } = await signIn('county', false)
  const list = await fetch(`${base}${API}/openapi.json`, { headers: { cookie } })
  const text = { type: 'string', minLength: 1, maxLength: 2000 } as const
  return {
    base,
    folder,
    targets: targetsOf((await list.json()) as never).filter(
      one => one.path.startsWith(API) && !one.path.endsWith('/openapi.json'),
    ),
    hole: {
      method: 'GET',
      path: HOLE,
      permission: 'none',
      parameters: [{ name: 'q', in: 'query', required: true, schema: text }],
      body: null,
      upload: false,
    },
    bodyHole: {
      method: 'POST',
      path: HOLE,
      permission: 'none',
      parameters: [],
      body: {
        type: 'object',
        properties: {
          year: { type: 'integer' },
          inner: { type: 'array', items: { type: 'object', properties: { q: text } } },
        },
      },
      upload: false,
    },
    aimed(target) {
      const name = accountFor(target)
      return {
        name,
        at: {
          ...target,
          path: target.path.replace('{division}', divisionOf(name)),
          parameters: target.parameters.filter(one => one.name !== 'division'),
        },
      }
    },
    signIn,
    unlock: () =>
      here.ownerPool.query(
        `update identity.account set failures = 0, locked_until = null; delete from identity.failed_attempt`,
      ),
    seen,
    leaks: () =>
      [password, ...[...sessions.values()].flatMap(one => [one.cookie.split('=')[1] ?? '', one.csrf])].filter(
        secret => secret !== '' && log.includes(secret),
      ),
    breakdowns: () => [...new Set(log.split('\n').filter(line => line.includes('"level":50')))],
    async close() {
      await server.close()
      await here.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
