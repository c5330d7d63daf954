import { Type } from 'typebox'
import { defineRoute } from '../platform/http/define-route.ts'
import { InterfaceKeyBody, InterfaceKeyMade, InterfaceKeys } from './contract.ts'
import { interfaceKeys, makeInterfaceKey, revokeInterfaceKey } from './interface-key.ts'

const inDivision = Type.Object({ division: Type.String() })

/** Keys by which other systems push and read. */
export const interfaceRoutes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/interface-keys',
    permission: 'interface.keys',
    summary: { zh: '接口密钥', en: 'interface keys' },
    params: inDivision,
    answer: InterfaceKeys,
    handle: async ({ tx }, { division }) => ({ rows: await interfaceKeys(tx, division) }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/interface-keys',
    permission: 'interface.keys',
    summary: { zh: '签发接口密钥', en: 'make an interface key' },
    params: inDivision,
    body: InterfaceKeyBody,
    answer: InterfaceKeyMade,
    // The key is shown once, and must not be stored with an answer to be repeated.
    keepsKeys: true,
    async handle(context, { division, body }) {
      const { id, key, endsAt } = await makeInterfaceKey(context, { division, ...body })
      return { id, key, endsAt: endsAt.toISOString() }
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/interface-keys/:key/revoke',
    permission: 'interface.keys',
    summary: { zh: '吊销接口密钥', en: 'revoke an interface key' },
    params: Type.Object({ division: Type.String(), key: Type.String({ pattern: '^\\d{1,18}$' }) }),
    answer: Type.Object({}),
    async handle(context, { division, params }) {
      await revokeInterfaceKey(context, division, params.key)
      return {}
    },
  }),
]
