import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import multipart from '@fastify/multipart'
import rateLimit from '@fastify/rate-limit'
import fastifyStatic from '@fastify/static'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { type Actor, may } from '../../kernel/actor.ts'
import { type Fault, Refusal } from '../../kernel/refusal.ts'
import type { Run } from '../context.ts'
import type { Importer, Part } from '../part.ts'
import type { Asked, Route, Streamed, Upload, Visitor } from './define-route.ts'

export const API = '/api/v1'
export const COOKIE = 'fundwatch_session'

/** The largest upload: a file of 300 MB is refused with a sentence, by whichever reader it goes to. */
const MAX_UPLOAD_BYTES = 310 * 1024 * 1024

export interface ServerPorts {
  parts: readonly Part[]
  run: Run
  authenticate(token: string, address: string): Promise<Visitor | null>
  /** The surrogate of a division's code, and whether it lies in the actor's scope; null when no such code exists today. */
  divisionOf(actor: Actor, code: string): Promise<{ id: number; inScope: boolean } | null>
  refused(actor: Actor | null, address: string, route: string, refusal: Refusal): Promise<void>
  webFolder: string
  temporaryFolder: string
  /** False where the server speaks plain HTTP on a closed network; cookies are then not marked Secure. */
  secureCookies: boolean
  log?: boolean
}

const digits = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value)

/** All routes with the part that owns them, in order: what the refusal test and the permissions matrix walk. */
export const routesOf = (parts: readonly Part[]): { part: string; route: Route }[] =>
  parts.flatMap(part => (part.routes ?? []).map(route => ({ part: part.name, route })))

function signIn(): Refusal {
  return new Refusal('unauthenticated', [{ code: 'sign-in-needed', zh: '请先登录。', en: 'Please sign in first.' }])
}

/** Turns the schema checker's findings into faults that name field, value and mend. */
function schemaFaults(
  error: {
    validation?: { instancePath: string; message?: string; params?: Record<string, unknown>; data?: unknown }[]
    validationContext?: string
  },
  body: unknown,
): Fault[] {
  return (error.validation ?? []).map(found => {
    const missing = found.params?.missingProperty
    const field = [...found.instancePath.split('/').filter(Boolean), ...(missing ? [String(missing)] : [])].join('.')
    let value: unknown = body
    for (const step of found.instancePath.split('/').filter(Boolean))
      value = (value as Record<string, unknown> | undefined)?.[step]
    const shown =
      missing || value === undefined
        ? undefined
        : String(typeof value === 'object' ? JSON.stringify(value) : value).slice(0, 80)
    return {
      code: missing ? 'field-missing' : 'field-invalid',
      field,
      value: shown,
      zh: missing ? `缺少“${field}”：请填写。` : `“${field}”不合要求（${shown ?? ''}）：请按接口说明改正。`,
      en: missing
        ? `“${field}” is missing: fill it in.`
        : `“${field}” does not fit (${shown ?? ''}): ${found.message ?? 'see the API page'}.`,
    }
  })
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    found => found.isFile(),
    () => false,
  )

export async function buildServer(ports: ServerPorts): Promise<FastifyInstance> {
  const server = Fastify({
    logger: ports.log ? { level: 'warn', redact: ['req.headers.cookie', 'req.headers.authorization'] } : false,
    bodyLimit: 20 * 1024 * 1024,
    trustProxy: false,
    ajv: { customOptions: { allErrors: true, coerceTypes: 'array', removeAdditional: false } },
  })
  await server.register(cookie)
  await server.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        // Ant Design writes its styles into the page; nothing else is inline.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        upgradeInsecureRequests: null,
      },
    },
    strictTransportSecurity: ports.secureCookies,
  })
  await server.register(rateLimit, { max: 1200, timeWindow: '1 minute' })
  await server.register(compress, { threshold: 2048 })
  await server.register(multipart, { limits: { fileSize: MAX_UPLOAD_BYTES, files: 1, fields: 10 } })
  await server.register(swagger, { openapi: { info: { title: 'fundwatch', version: 'v1' } } })
  // Fen and ids are bigint: they leave as text, with a response schema or without one.
  server.setSerializerCompiler(() => data => JSON.stringify(data, digits))
  server.setReplySerializer(payload => JSON.stringify(payload, digits))
  await mkdir(ports.temporaryFolder, { recursive: true, mode: 0o700 })

  const importers = new Map<string, Importer>(
    ports.parts.flatMap(part => (part.importers ?? []).map(one => [one.kind, one] as const)),
  )
  const visitors = new WeakMap<FastifyRequest, Visitor>()

  server.setErrorHandler(async (error, request, reply) => {
    let refusal: Refusal
    const raised = error as Error & { validation?: never[]; statusCode?: number; code?: string }
    if (raised instanceof Refusal) refusal = raised
    else if (raised.validation) refusal = new Refusal('input', schemaFaults(raised, request.body))
    else if (raised.statusCode === 413 || raised.code === 'FST_REQ_FILE_TOO_LARGE')
      refusal = new Refusal('too-large', [
        {
          code: 'upload-too-large',
          zh: '上传的内容超过上限：请拆分后再传。',
          en: 'The upload is over the limit: split it and try again.',
        },
      ])
    else if (raised.statusCode === 429)
      return reply.status(429).send({
        faults: [
          {
            code: 'too-often',
            zh: '操作过于频繁：请一分钟后再试。',
            en: 'Too many requests: try again in a minute.',
          },
        ],
        count: 1,
      })
    else if (raised.statusCode && raised.statusCode < 500)
      refusal = new Refusal('input', [
        { code: 'request-malformed', zh: '请求格式不对。', en: 'The request is malformed.' },
      ])
    else {
      request.log.error(raised)
      return reply.status(500).send({
        faults: [
          {
            code: 'broken',
            zh: '系统出错，本次操作没有保存：请重试；仍不行请告诉管理员，并说明时间。',
            en: 'Something broke and nothing was stored: try again; if it persists, tell the administrator the time.',
          },
        ],
        count: 1,
      })
    }
    if (refusal.kind === 'forbidden' || refusal.kind === 'unauthenticated' || refusal.kind === 'conflict')
      await ports
        .refused(
          visitors.get(request)?.actor ?? null,
          request.ip,
          `${request.method} ${request.routeOptions.url}`,
          refusal,
        )
        .catch(() => {})
    return reply.status(refusal.status).send({ faults: refusal.faults, count: refusal.count, repairs: refusal.repairs })
  })

  for (const { part, route } of routesOf(ports.parts)) mount(part, route)

  function mount(part: string, route: Route): void {
    server.route({
      method: route.method,
      url: API + route.path,
      schema: {
        tags: [part],
        summary: `${route.summary.en} · ${route.summary.zh}`,
        description: `permission: ${route.permission}`,
        ...(route.params ? { params: route.params } : {}),
        ...(route.query ? { querystring: route.query } : {}),
        ...(route.body && !route.upload ? { body: route.body } : {}),
        ...(route.answer ? { response: { 200: route.answer } } : {}),
      },
      // Who asks is settled before what is asked: a stranger learns nothing from the shape of a refusal.
      preValidation: async request => admit(route, request),
      handler: (request, reply) => answer(route, request, reply),
    })
  }

  async function admit(route: Route, request: FastifyRequest): Promise<void> {
    const token = request.cookies[COOKIE]
    const visitor = token ? await ports.authenticate(token, request.ip) : null
    if (visitor) visitors.set(request, visitor)
    if (route.permission === 'public') return
    if (!visitor) throw signIn()
    if (request.method !== 'GET' && request.headers['x-csrf-token'] !== visitor.csrf)
      throw new Refusal('forbidden', [
        { code: 'csrf', zh: '页面已过期：请刷新后重做。', en: 'The page has expired: reload it and try again.' },
      ])
    if (visitor.mustChange && route.path !== '/session' && route.path !== '/password')
      throw new Refusal('forbidden', [
        { code: 'password-change-needed', zh: '首次登录请先修改密码。', en: 'Change your password first.' },
      ])
    if (route.permission !== 'signed-in' && !may(visitor.actor, route.permission))
      throw new Refusal('forbidden', [
        {
          code: 'permission-missing',
          value: route.permission,
          zh: `您的岗位没有“${route.summary.zh}”的权限：如需办理，请提交权限申请。`,
          en: `Your post may not do this (${route.summary.en}): apply for the permission if you need it.`,
        },
      ])
    const code = (request.params as { division?: string }).division
    if (code !== undefined) {
      const division = await ports.divisionOf(visitor.actor, code)
      if (!division)
        throw new Refusal('missing', [
          {
            code: 'division-unknown',
            value: code,
            zh: `没有区划代码“${code}”。`,
            en: `There is no division with the code “${code}”.`,
          },
        ])
      if (!division.inScope)
        throw new Refusal('forbidden', [
          {
            code: 'division-outside-scope',
            value: code,
            zh: `区划“${code}”不在您的权限范围内。`,
            en: `Division “${code}” lies outside your scope.`,
          },
        ])
      divisions.set(request, division.id)
    }
  }

  const divisions = new WeakMap<FastifyRequest, number>()
  const NOBODY: Actor = { id: 0, name: '', scope: -1, permissions: new Set() }

  async function answer(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const visitor = visitors.get(request)
    const later: (() => Promise<void>)[] = []
    let refusedAfter: Refusal | undefined
    const upload = route.upload ? await receive(request) : undefined
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
      afterAnswer: (work: () => Promise<void>) => later.push(work),
    } as unknown as Asked<never, never, never>
    const clean = async () => {
      if (upload) await rm((upload as Upload & { path: string }).path, { force: true })
    }
    try {
      const result = await ports.run(visitor?.actor ?? NOBODY, context => route.handle(context, asked), {
        address: request.ip,
        readOnly: route.readOnly ?? route.method === 'GET',
      })
      if (refusedAfter) throw refusedAfter
      if (later.length > 0)
        setImmediate(async () => {
          for (const work of later) await work().catch(error => request.log.error(error))
          await clean()
        })
      else await clean()
      const streamed = result as Streamed | undefined
      if (streamed?.stream instanceof Readable) {
        reply.header('content-type', streamed.mediaType)
        reply.header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(streamed.fileName)}`)
        return reply.send(streamed.stream)
      }
      return reply.header('cache-control', 'no-store').send(result ?? {})
    } catch (error) {
      await clean()
      throw error
    }
  }

  async function receive(request: FastifyRequest): Promise<(Upload & { path: string }) | undefined> {
    if (!request.isMultipart()) return undefined
    const part = await request.file()
    if (!part) return undefined
    const path = join(ports.temporaryFolder, randomUUID())
    try {
      await pipeline(part.file, createWriteStream(path, { mode: 0o600 }))
      if (part.file.truncated) throw Object.assign(new Error('too large'), { statusCode: 413 })
      // The other fields of the form arrive beside the file.
      request.body = Object.fromEntries(
        Object.entries(part.fields).flatMap(([name, field]) =>
          field && 'value' in field ? [[name, field.value]] : [],
        ),
      )
      return { path, fileName: part.filename, size: (await stat(path)).size, open: () => createReadStream(path) }
    } catch (error) {
      await rm(path, { force: true })
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
    const token = request.cookies[COOKIE]
    if (!token || !(await ports.authenticate(token, request.ip))) throw signIn()
    return server.swagger()
  })

  if (existsSync(ports.webFolder)) {
    await server.register(fastifyStatic, {
      root: ports.webFolder,
      serve: false,
      cacheControl: false,
      // The names of the page's parts hold their digests; the page itself names the parts of this version.
      setHeaders: (answer, path) =>
        answer.setHeader(
          'cache-control',
          relative(ports.webFolder, path).startsWith(`assets${sep}`)
            ? 'public, max-age=31536000, immutable'
            : 'no-cache',
        ),
    })
    // Files are looked for when they are asked for, so that pages built anew need no restart. The browser's own addresses all open the
    // one page. Unknown API addresses do not, and neither do the page's parts: who kept the page of an earlier version would be given
    // this one for its script.
    server.get('/*', { schema: { hide: true } }, async (request, reply) => {
      const path = request.url.split('?')[0] ?? '/'
      if (path.startsWith('/api/')) return nothing(reply)
      if (await isFile(join(ports.webFolder, path))) return reply.sendFile(path)
      return path.startsWith('/assets/') ? nothing(reply) : reply.sendFile('index.html')
    })
  }
  server.setNotFoundHandler((_, reply) => nothing(reply))
  return server
}

const nothing = (reply: FastifyReply) =>
  reply.status(404).send({
    faults: [{ code: 'address-unknown', zh: '没有这个地址。', en: 'There is no such address.' }],
    count: 1,
  })
