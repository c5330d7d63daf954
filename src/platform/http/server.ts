import { mkdir, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import multipart from '@fastify/multipart'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Actor } from '../../kernel/actor.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { Context, Run } from '../context.ts'
import type { Importer, Part } from '../part.ts'
import { answerErrors } from './answer-errors.ts'
import type { Asked, Intercept, Route, RouteBook, Streamed, Upload, Visitor, Wanted } from './define-route.ts'
import { headers, keepGuard, limitRates, logOptions, masked, patienceOptions, refuseCrossSite } from './guard.ts'
import { undeclared } from './hold-answer.ts'
import { idempotencyKey, once } from './idempotency.ts'
import { BODY_BYTES, bodyRoom, type Patience, pathSchema, type Rates, withIdBounds } from './limits.ts'
import { openApi } from './openapi.ts'
import { nothing, servePages } from './pages.ts'
import { acceptRawBodies, MAX_UPLOAD_BYTES, type Received, receive } from './receive.ts'
import { signInFirst } from './schema-faults.ts'

export const API = '/api/v1'
export const COOKIE = 'fundwatch_session'

export interface ServerPorts {
  parts: readonly Part[]
  run: Run
  /** Who a token belongs to, on which posts, and where: one short transaction before the one that answers. */
  authenticate(token: string, address: string, wanted: Wanted): Promise<Visitor | null>
  /** Who an interface key acts for; no keys are known where this is left out. */
  authenticateKey?(key: string, address: string, wanted: Wanted): Promise<Visitor | null>
  refused(actor: Actor | null, address: string, route: string, refusal: Refusal): Promise<void>
  webFolder: string
  temporaryFolder: string
  /** False where the server speaks plain HTTP on a closed network; cookies are then not marked Secure. */
  secureCookies: boolean
  /** Addresses of the proxies in front: only from them is the client's address taken from what they say. */
  trustedProxies?: readonly string[]
  log?: boolean
  /** Holds acts back for their signatures, where a chain of approval is in force. */
  intercept?: Intercept
  /** Where the log goes, if not to standard output. */
  logTo?: { write(line: string): void }
  rates?: Rates
  patience?: Patience
  /** Breaks an answer that is not as its route declares it; for tests. */
  holdAnswers?: boolean
}

const digits = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value)

/** All routes with the part that owns them, in order: what the refusal test and the permissions matrix walk. */
export const routesOf = (parts: readonly Part[]): { part: string; route: Route }[] =>
  parts.flatMap(part => (part.routes ?? []).map(route => ({ part: part.name, route })))

/** The forms that chains may name, each by the plainest name of its routes; a form of files is one by each kind of file. */
const formsOf = (parts: readonly Part[]): RouteBook['forms'] => {
  const all = routesOf(parts).flatMap(({ route: { approval, summary } }) => {
    if (!approval) return []
    if (!approval.includes(':kind')) return [{ form: approval, title: summary }]
    return parts.flatMap(part =>
      (part.importers ?? []).map(({ kind, title }) => ({
        form: approval.replace(':kind', kind),
        title: { zh: `${summary.zh}：${title.zh}`, en: `${summary.en}: ${title.en}` },
      })),
    )
  })
  const plainer = (one: (typeof all)[number], other: (typeof all)[number]) =>
    other.form === one.form && other.title.zh.length < one.title.zh.length
  return all.filter(one => !all.some(other => plainer(one, other)))
}

/** What a request may say to only look: in its body, of a form; in its address, of a file. */
const LOOKS = { checkOnly: true, check: '1' } as const

/**
 * Whether a request only looks, so that no signature is needed. It counts only where the route itself knows the word: said beside any other
 * form it would lead past the chain.
 */
function onlyLooks(route: Route, request: FastifyRequest): 'form' | 'file' | null {
  const says = (schema: object | undefined, value: unknown, word: keyof typeof LOOKS) =>
    word in ((schema as { properties?: object } | undefined)?.properties ?? {}) &&
    (value as Record<string, unknown> | undefined)?.[word] === LOOKS[word]
  if (says(route.body, request.body, 'checkOnly')) return 'form'
  return says(route.query, request.query, 'check') ? 'file' : null
}

/** Whatever a form that only looks has written is undone, also where it forgets to. */
async function undone<T>(context: Context, work: () => Promise<T>): Promise<T> {
  await context.tx.query('savepoint only_looks')
  const answer = await work()
  await context.tx.query('rollback to savepoint only_looks')
  return answer
}

/** What is open to a person who must first set a password, or a second factor. */
const BEFORE_ALL_ELSE = {
  password: ['/session', '/password'],
  secondFactor: ['/session', '/password', '/second-factor', '/second-factor/confirm'],
}

export async function buildServer(ports: ServerPorts): Promise<FastifyInstance> {
  const server = Fastify({
    logger: ports.log ? { ...logOptions, stream: masked(ports.logTo) } : false,
    bodyLimit: BODY_BYTES.form,
    // The schema says how long a value in the path may be: the router would answer as if nothing were there.
    routerOptions: { maxParamLength: 16_384 },
    ...patienceOptions(ports.patience),
    // An address that cannot be read is answered like one that is not there, without repeating it.
    frameworkErrors: (_error, _request, reply) => nothing(reply as unknown as FastifyReply),
    trustProxy: ports.trustedProxies?.length ? [...ports.trustedProxies] : false,
    // A number that is not finite (1e309) would pass unmeasured by its bounds, were numbers checked strictly.
    ajv: { customOptions: { allErrors: true, coerceTypes: 'array', removeAdditional: false, strictNumbers: false } },
  })
  await server.register(cookie)
  keepGuard(server, ports.patience)
  await server.register(helmet, headers(ports.secureCookies))
  const rates = await limitRates(server, ports.rates, request => visitors.get(request)?.actor.id)
  await server.register(compress, { threshold: 2048 })
  await server.register(multipart, {
    limits: {
      fileSize: MAX_UPLOAD_BYTES,
      files: 1,
      fields: 10,
      parts: 12,
      fieldSize: 10_000,
      fieldNameSize: 100,
      headerPairs: 50,
    },
  })
  acceptRawBodies(server)
  await server.register(swagger, { openapi: { info: { title: 'fundwatch', version: 'v1' } } })
  // Fen and ids are bigint: they leave as text, with a response schema or without one.
  server.setSerializerCompiler(() => data => JSON.stringify(data, digits))
  server.setReplySerializer(payload => JSON.stringify(payload, digits))
  await mkdir(ports.temporaryFolder, { recursive: true, mode: 0o700 })

  const importers = new Map<string, Importer>(
    ports.parts.flatMap(part => (part.importers ?? []).map(one => [one.kind, one] as const)),
  )
  const visitors = new WeakMap<FastifyRequest, Visitor>()
  const keyed = new Map(routesOf(ports.parts).map(({ route }) => [`${route.method} ${route.path}`, route]))
  const book: RouteBook = { forms: formsOf(ports.parts), of: key => keyed.get(key) }

  answerErrors(server, (request, refusal) =>
    ports.refused(
      visitors.get(request)?.actor ?? null,
      request.ip,
      `${request.method} ${request.routeOptions.url}`,
      refusal,
    ),
  )

  for (const { part, route } of routesOf(ports.parts)) mount(part, route)

  function mount(part: string, route: Route): void {
    server.route({
      method: route.method,
      url: API + route.path,
      config: { raw: route.raw ?? false },
      schema: {
        tags: [part],
        summary: `${route.summary.en} · ${route.summary.zh}`,
        description: `permission: ${route.permission}`,
        ...(route.path.includes(':') ? { params: pathSchema(route) } : {}),
        ...(route.query ? { querystring: withIdBounds(route.query) } : {}),
        ...(route.body && !route.upload ? { body: withIdBounds(route.body) } : {}),
        ...(route.answer ? { response: { 200: route.answer } } : {}),
      },
      bodyLimit: bodyRoom(route),
      // Who asks is settled before what is asked: a stranger learns nothing from the shape of a refusal.
      preValidation: async request => admit(route, request),
      handler: (request, reply) => answer(route, request, reply),
    })
  }

  /** By the key of another system, where the request carries one; else by the cookie. */
  async function whoAsks(request: FastifyRequest, wanted: Wanted): Promise<Visitor | null> {
    const [, key] = /^Bearer (\S{1,200})$/i.exec(request.headers.authorization ?? '') ?? []
    if (key) return (await ports.authenticateKey?.(key, request.ip, wanted)) ?? null
    const token = request.cookies[COOKIE]
    return token ? ports.authenticate(token, request.ip, wanted) : null
  }

  async function admit(route: Route, request: FastifyRequest): Promise<void> {
    refuseCrossSite(request)
    const code = (request.params as { division?: string }).division
    const visitor = await whoAsks(request, { permission: route.permission, division: code })
    if (visitor) {
      visitors.set(request, visitor)
      await rates.person(request)
    }
    if (route.permission === 'public') {
      if (request.method !== 'GET') await rates.signIn(request)
      return
    }
    if (!visitor) throw signInFirst()
    if (!visitor.byKey && request.method !== 'GET' && request.headers['x-csrf-token'] !== visitor.csrf)
      throw new Refusal('forbidden', [
        { code: 'csrf', zh: '页面已过期：请刷新后重做。', en: 'The page has expired: reload it and try again.' },
      ])
    if (visitor.mustChange && !BEFORE_ALL_ELSE.password.includes(route.path))
      throw new Refusal('forbidden', [
        {
          code: 'password-change-needed',
          zh: '首次登录或密码到期，请先修改密码。',
          en: 'Change your password first: it is a first one, or too old.',
        },
      ])
    if (visitor.mustEnrol && !visitor.mustChange && !BEFORE_ALL_ELSE.secondFactor.includes(route.path))
      throw new Refusal('forbidden', [
        {
          code: 'second-factor-setup-needed',
          zh: '您的岗位要求双因素登录，请先设置动态口令。',
          en: 'Your post asks for a second factor: set it up first.',
        },
      ])
    if (code !== undefined && visitor.division === null && visitor.granted)
      throw new Refusal('missing', [
        {
          code: 'division-unknown',
          value: code,
          zh: `没有区划代码“${code}”。`,
          en: `There is no division with the code “${code}”.`,
        },
      ])
    if (!visitor.granted)
      throw new Refusal('forbidden', [
        {
          code: 'permission-missing',
          value: route.permission,
          zh: `您的岗位没有“${route.summary.zh}”的权限：如需办理，请提交权限申请。`,
          en: `Your post may not do this (${route.summary.en}): apply for the permission if you need it.`,
        },
      ])
    if (visitor.division && !visitor.division.inScope)
      throw new Refusal('forbidden', [
        {
          code: 'division-outside-scope',
          value: code ?? '',
          zh: `区划“${code}”不在您的权限范围内。`,
          en: `Division “${code}” lies outside your scope.`,
        },
      ])
    if (visitor.division) divisions.set(request, visitor.division.id)
  }

  const divisions = new WeakMap<FastifyRequest, number>()
  const NOBODY: Actor = { id: 0, name: '', scope: -1, permissions: new Set() }

  async function answer(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const visitor = visitors.get(request)
    const later: (() => Promise<void>)[] = []
    let refusedAfter: Refusal | undefined
    const key = idempotencyKey(request.headers['idempotency-key'])
    const upload = route.upload ? await receive(request, ports.temporaryFolder, route.raw ?? false) : undefined
    const asked = {
      params: request.params,
      query: request.query,
      body: request.body,
      division: divisions.get(request) ?? 0,
      get upload(): Upload {
        if (!upload)
          throw new Refusal('input', [
            { code: 'file-missing', zh: '请求里没有文件：请选择文件。', en: 'The request holds no file: choose one.' },
          ])
        return upload
      },
      token: request.cookies[COOKIE] ?? null,
      visitor: visitor ?? null,
      idempotencyKey: key,
      agent: String(request.headers['user-agent'] ?? '').slice(0, 200),
      setToken(token: string | null) {
        const options = { path: '/', httpOnly: true, sameSite: 'strict', secure: ports.secureCookies } as const
        if (token) reply.setCookie(COOKIE, token, options)
        else reply.clearCookie(COOKIE, options)
      },
      refuseAfterCommit(refusal: Refusal) {
        refusedAfter = refusal
        return {}
      },
      run: ports.run,
      importer: (kind: string) => importers.get(kind),
      routes: book,
      afterAnswer: (work: () => Promise<void>) => later.push(work),
    } as unknown as Asked<never, never, never>
    const clean = async () => {
      if (upload) await rm((upload as Received).path, { force: true })
    }
    try {
      const readOnly = route.readOnly ?? route.method === 'GET'
      const keyed = key !== null && visitor && !readOnly && !route.keepsKeys
      const { approval } = route
      let isHeld = false
      const { result, replayed } = await ports.run(
        visitor?.actor ?? NOBODY,
        context => {
          // A transaction that is run again begins anew.
          later.length = 0
          refusedAfter = undefined
          isHeld = false
          const work = async () => {
            if (!approval || !ports.intercept) return route.handle(context, asked)
            const looks = onlyLooks(route, request)
            if (looks === 'form') return undone(context, async () => route.handle(context, asked))
            if (looks === 'file') return route.handle(context, asked)
            const form = approval.replace(':kind', (request.params as { kind?: string }).kind ?? '')
            const held = await ports.intercept(context, { form, route, path: request.url.slice(API.length) }, asked)
            if (held === null) return route.handle(context, asked)
            isHeld = true
            later.length = 0
            return held
          }
          if (!keyed) return work().then(result => ({ result, replayed: null }))
          return once(
            context,
            {
              actor: visitor.actor.id,
              key,
              route: `${request.method} ${request.url}`,
              asked: upload ? upload.sm3 : JSON.stringify(request.body ?? null),
            },
            work,
            answer =>
              refusedAfter || (answer as Streamed | undefined)?.stream ? null : JSON.stringify(answer ?? {}, digits),
          )
        },
        { address: request.ip, readOnly, action: `${route.method} ${route.path}` },
      )
      if (isHeld) reply.status(202)
      if (refusedAfter) throw refusedAfter
      if (replayed !== null) {
        await clean()
        return reply
          .header('cache-control', 'no-store')
          .header('idempotency-replayed', 'true')
          .type('application/json; charset=utf-8')
          .serializer(String)
          .send(replayed)
      }
      if (later.length > 0)
        setImmediate(async () => {
          for (const work of later)
            await work().catch(error => request.log.error({ err: error }, 'work after the answer broke'))
          await clean()
        })
      else await clean()
      const streamed = result as Streamed | undefined
      if (streamed?.stream instanceof Readable) {
        reply.header('content-type', streamed.mediaType)
        reply.header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(streamed.fileName)}`)
        return reply.send(streamed.stream)
      }
      const wrong = ports.holdAnswers && !isHeld && undeclared(route, JSON.stringify(result ?? {}, digits))
      if (wrong) throw new Error(`${route.method} ${route.path}: ${wrong}`)
      return reply.header('cache-control', 'no-store').send(result ?? {})
    } catch (error) {
      await clean()
      throw error
    }
  }

  server.get('/livez', async () => ({ live: true }))
  server.get('/readyz', async () => {
    await ports.run(NOBODY, context => context.tx.query('select 1'), { readOnly: true })
    return { ready: true }
  })
  // What the interface is, is told to those who may use some of it.
  server.get(`${API}/openapi.json`, async request => {
    if (!(await whoAsks(request, { permission: 'signed-in' }))) throw signInFirst()
    return openApi(routesOf(ports.parts), API)
  })

  await servePages(server, ports.webFolder)
  server.setNotFoundHandler((_, reply) => nothing(reply))
  return server
}
