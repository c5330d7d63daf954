import type { Route } from './define-route.ts'
import { RAW_BODIES } from './receive.ts'

/** The version of the interface that this program promises; a change that breaks callers gets another path. */
export const INTERFACE_VERSION = '1.0.0'

type Json = Record<string, unknown>

/** Schemas carry marks of the library that made them; what is published is plain JSON Schema. */
const plain = (schema: unknown): Json => JSON.parse(JSON.stringify(schema)) as Json

const FAULT: Json = {
  type: 'object',
  required: ['code', 'zh', 'en'],
  properties: {
    code: { type: 'string', description: 'stable, kebab-case · 稳定代码' },
    row: { type: 'integer', description: 'row of the file or line of the form · 行号' },
    field: { type: 'string', description: 'field or column · 字段' },
    value: { type: 'string', description: 'the value that does not fit · 问题值' },
    zh: { type: 'string', description: 'the sentence in Chinese · 中文说明' },
    en: { type: 'string', description: 'the sentence in English · 英文说明' },
  },
}
const FAULTS: Json = {
  type: 'object',
  required: ['faults', 'count'],
  properties: {
    faults: {
      type: 'array',
      items: { $ref: '#/components/schemas/Fault' },
      description: 'the first thousand · 前一千条',
    },
    count: { type: 'integer', description: 'all of them · 总数' },
    repairs: {
      type: 'array',
      items: {
        allOf: [
          { $ref: '#/components/schemas/Fault' },
          { type: 'object', required: ['to'], properties: { to: { type: 'string' } } },
        ],
      },
    },
  },
}

const HELD: Json = {
  description:
    'a chain of approval holds it: checked, and waiting for its signatures; beside it what the act would answer · 已送审，待审批链签字；并附试办结果',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['submission'],
        properties: {
          submission: {
            type: 'object',
            required: ['id', 'state'],
            properties: { id: { type: 'string' }, state: { type: 'string' } },
          },
        },
      },
    },
  },
}

const REFUSALS: Readonly<Record<number, [name: string, en: string, zh: string]>> = {
  401: [
    'Unauthenticated',
    'not signed in, or the key is unknown, ended or revoked',
    '未登录，或接口密钥无效、到期、已吊销',
  ],
  403: [
    'Forbidden',
    'the post lacks the permission, or the division lies outside the scope',
    '岗位无此权限，或区划不在范围内',
  ],
  404: ['Missing', 'there is no such thing', '没有这一项'],
  409: [
    'Conflict',
    'what is stored does not allow it, or a key was used for another request',
    '与已存数据冲突，或幂等键已用于其他请求',
  ],
  413: ['TooLarge', 'the body is over the limit', '内容超过上限'],
  422: ['Input', 'the input does not fit: one sentence for each fault', '输入有误：逐条说明'],
  429: ['TooOften', 'too many requests', '请求过于频繁'],
  500: ['Broken', 'something broke, nothing was stored', '系统出错，没有保存'],
  503: ['Busy', 'cannot be done just now, try again', '暂时不能办理，请稍后再试'],
}

const said = (en: string, zh: string): string => `${en} · ${zh}`

/** Whether a request may carry an Idempotency-Key: whatever changes something, by somebody who is known. */
export const takesKey = (route: Pick<Route, 'method' | 'permission' | 'readOnly'>): boolean =>
  route.method !== 'GET' && route.permission !== 'public' && !route.readOnly

function parametersOf(route: Route): Json[] {
  const params = route.params ? (plain(route.params).properties as Record<string, Json>) : {}
  const path = [...route.path.matchAll(/:([a-zA-Z]+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: name === 'division' ? { type: 'string', pattern: '^\\d{9}$' } : (params[name] ?? { type: 'string' }),
    ...(name === 'division' ? { description: said('code of the division', '区划代码') } : {}),
  }))
  const query = route.query ? plain(route.query) : { properties: {} }
  const required = new Set((query.required as string[] | undefined) ?? [])
  const asked = Object.entries((query.properties ?? {}) as Record<string, Json>).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.has(name),
    schema,
  }))
  const headers = takesKey(route)
    ? [
        {
          name: 'Idempotency-Key',
          in: 'header',
          required: route.raw ?? false,
          schema: { type: 'string', minLength: 8, maxLength: 80 },
          description: said(
            'the same key and content again is given the first answer and does nothing twice',
            '同一键、同一内容再次发送，只返回第一次的结果，不会重复办理',
          ),
        },
      ]
    : []
  return [...path, ...asked, ...headers]
}

function bodyOf(route: Route): Json | null {
  const file = { type: 'string', contentMediaType: 'application/octet-stream' }
  if (route.upload) {
    const form = { 'multipart/form-data': { schema: { type: 'object', required: ['file'], properties: { file } } } }
    const raw = Object.fromEntries(Object.keys(RAW_BODIES).map(type => [type, {}]))
    return { required: true, content: route.raw ? { ...raw, ...form } : form }
  }
  return route.body ? { required: true, content: { 'application/json': { schema: plain(route.body) } } } : null
}

function operationOf(part: string, route: Route): Json {
  const open = route.permission === 'public'
  const body = bodyOf(route)
  const statuses = [
    ...(open ? [] : [401, 403]),
    404,
    ...(route.method === 'GET' ? [] : [409]),
    ...(route.upload ? [413] : []),
    422,
    429,
    500,
    503,
  ]
  return {
    tags: [part],
    operationId: `${route.method.toLowerCase()}${route.path.replace(/[/:.-]+([a-zA-Z])/g, (_, letter: string) => letter.toUpperCase())}`,
    summary: said(route.summary.en, route.summary.zh),
    'x-summary': { zh: route.summary.zh, en: route.summary.en },
    'x-permission': route.permission,
    description: open
      ? said('needs no sign-in', '无需登录')
      : said(`permission: ${route.permission}`, `权限：${route.permission}`),
    parameters: parametersOf(route),
    ...(body ? { requestBody: body } : {}),
    responses: {
      200: {
        description: said('done', '成功'),
        content: {
          ...(route.answer ? { 'application/json': { schema: plain(route.answer) } } : {}),
          ...(route.file ? { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } : {}),
        },
      },
      ...(route.approval ? { 202: { $ref: '#/components/responses/Held' } } : {}),
      ...Object.fromEntries(
        statuses.map(status => [status, { $ref: `#/components/responses/${REFUSALS[status]![0]}` }]),
      ),
    },
    security: open ? [] : [{ key: [] }, route.method === 'GET' ? { session: [] } : { session: [], csrf: [] }],
  }
}

/** The whole interface as an OpenAPI 3.1 document, from the routes themselves: what the server mounts is what is written here. */
export function openApi(routes: readonly { part: string; route: Route }[], prefix: string): Json {
  const paths: Record<string, Json> = {}
  for (const { part, route } of routes) {
    const path = prefix + route.path.replace(/:([a-zA-Z]+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(part, route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: said('fundwatch', '财政专项资金动态监控平台'),
      version: INTERFACE_VERSION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: said(
        'Amounts are whole fen as text; days are YYYY-MM-DD; a refusal is a list of sentences with codes.',
        '金额为以分为单位的整数文本；日期为 YYYY-MM-DD；退回是一组带代码的说明。',
      ),
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ part }) => part))].map(name => ({ name })),
    paths,
    components: {
      schemas: { Fault: FAULT, Faults: FAULTS },
      responses: {
        Held: HELD,
        ...Object.fromEntries(
          Object.values(REFUSALS).map(([name, en, zh]) => [
            name,
            {
              description: said(en, zh),
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Faults' } } },
            },
          ]),
        ),
      },
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: said('an interface key', '接口密钥') },
        session: { type: 'apiKey', in: 'cookie', name: 'fundwatch_session' },
        csrf: { type: 'apiKey', in: 'header', name: 'X-CSRF-Token' },
      },
    },
  }
}
