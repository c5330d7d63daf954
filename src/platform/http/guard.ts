import type { FastifyHelmetOptions } from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { maskPersonal } from '../../kernel/personal-data.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { MAX_CONNECTIONS, PATIENCE, type Patience, RATES, type Rates } from './limits.ts'

/** What a browser is told never to do with our pages. */
const NEVER = [
  'camera',
  'microphone',
  'geolocation',
  'payment',
  'usb',
  'serial',
  'bluetooth',
  'midi',
  'display-capture',
]
const PERMISSIONS_POLICY = NEVER.map(one => `${one}=()`).join(', ')

/** The security headers; `tls` where a proxy speaks TLS before us. */
export const headers = (tls: boolean): FastifyHelmetOptions => ({
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      scriptSrcAttr: ["'none'"],
      // Ant Design writes its styles into the page; nothing else is inline.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      upgradeInsecureRequests: null,
    },
  },
  crossOriginOpenerPolicy: { policy: 'same-origin' },
  crossOriginResourcePolicy: { policy: 'same-origin' },
  frameguard: { action: 'deny' },
  referrerPolicy: { policy: 'no-referrer' },
  strictTransportSecurity: tls ? { maxAge: 31_536_000, includeSubDomains: false } : false,
})

/** The parts of the log's options that keep secrets out: no query, no cookie, and of an error of the database no value. */
export const logOptions = {
  level: 'warn',
  redact: ['req.headers.cookie', 'req.headers.authorization', 'req.headers["x-csrf-token"]'],
  serializers: {
    req: (request: { method: string; url: string; ip?: string }) => ({
      method: request.method,
      path: String(request.url).split('?')[0],
      address: request.ip,
    }),
    err: errorShown,
  },
}

/** What is left of typed text in the log, identity numbers, cards and phones, is masked before it is written. */
export const masked = (to: { write(line: string): unknown } = process.stdout) => ({
  write: (line: string): void => void to.write(maskPersonal(line)),
})

// The database's messages quote what was stored or typed ("Failing row contains …"), so only its own names are kept.
function errorShown(error: Error & { code?: string; table?: string; constraint?: string; routine?: string }) {
  const database = /^[0-9A-Z]{5}$/.test(error.code ?? '')
  const { code, table, constraint, routine } = error
  const where = (error.stack ?? '').split('\n').filter(line => /^\s+at /.test(line))
  return {
    type: error.name,
    message: database ? `database error ${code}` : error.message,
    stack: where.join('\n'),
    ...(database ? { code, table, constraint, routine } : code ? { code } : {}),
  }
}

/** How long the server waits, as Fastify takes it. */
export const patienceOptions = (patience: Patience = PATIENCE) => ({
  requestTimeout: patience.request,
  connectionTimeout: patience.silence,
  http: { headersTimeout: patience.headers, connectionsCheckingInterval: patience.look },
})

/** Headers beyond helmet's, no keeping of answers, and an end to bodies that never come. */
export function keepGuard(server: FastifyInstance, patience: Patience = PATIENCE): void {
  server.server.maxConnections = MAX_CONNECTIONS
  server.addHook('onRequest', async (request, reply) => {
    reply.header('permissions-policy', PERMISSIONS_POLICY)
    // What is about people and money stays out of every cache, refusals and files included.
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store')
    // Files may take their time; a type that the route does not take is refused before its body is read.
    const type = request.headers['content-type']
    if (type && !type.startsWith('application/json')) return
    const raw = request.raw
    if (raw.complete || !raw.socket) return
    const timer = setTimeout(() => {
      if (!raw.complete) raw.destroy()
    }, patience.body)
    timer.unref()
    raw.once('close', () => clearTimeout(timer))
  })
}

/** Refuses `cross-site`: browsers say of a request whether another site made it. Guards signing in too, which has no token yet. */
export function refuseCrossSite(request: FastifyRequest): void {
  if (request.method === 'GET' || request.headers['sec-fetch-site'] !== 'cross-site') return
  throw new Refusal('forbidden', [
    {
      code: 'cross-site',
      zh: '请求来自别的网站：请在本系统的页面上操作。',
      en: 'Another site made this request: work on the pages of this system.',
    },
  ])
}

/**
 * What PostgreSQL refuses as data (class 22: a number too large, a character that cannot be stored, a day that does not exist), or
 * because nothing has the id (23503), was sent by the client: a refusal, not a breakdown. A part that checks its input says more; this is the wall behind it.
 */
export function unfitData(error: unknown): Refusal | null {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown }
  if (code === '23503') {
    // `allotment_division_project_fkey` names a project that is not there.
    const field = /_([a-z]+)_fkey$/.exec(String(constraint))?.[1]
    return new Refusal('input', [
      {
        code: 'reference-unknown',
        ...(field ? { field } : {}),
        zh: `引用的对象${field ? `（${field}）` : ''}在本区划不存在：请重新选择。`,
        en: `What is named here${field ? ` (${field})` : ''} does not exist in this division: choose it anew.`,
      },
    ])
  }
  if (typeof code !== 'string' || !/^22[0-9A-Z]{3}$/.test(code)) return null
  return new Refusal('input', [
    {
      code: 'value-unfit',
      zh: '有一项内容超出允许的范围，或含有不能保存的字符：请核对后重新填写。',
      en: 'A value is out of range or holds characters that cannot be stored: check it and enter it again.',
    },
  ])
}

/** Limits requests by address at once; the answered functions count one for a person, or for signing in, and throw a 429. */
export async function limitRates(
  server: FastifyInstance,
  rates: Rates = RATES,
  personOf: (request: FastifyRequest) => number | undefined,
): Promise<{ person: (request: FastifyRequest) => Promise<void>; signIn: (request: FastifyRequest) => Promise<void> }> {
  const timeWindow = '1 minute'
  await server.register(rateLimit, { max: rates.address, timeWindow })
  const limit = (max: number, keyGenerator: (request: FastifyRequest) => string) => {
    const count = server.createRateLimit({ max, timeWindow, keyGenerator })
    return async (request: FastifyRequest) => {
      const found = await count(request)
      if (!found.isAllowed && found.isExceeded) throw Object.assign(new Error('too often'), { statusCode: 429 })
    }
  }
  return {
    person: limit(rates.person, request => `person ${personOf(request)}`),
    signIn: limit(rates.signIn, request => `sign-in ${request.ip}`),
  }
}
