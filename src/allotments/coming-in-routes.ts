import { Type } from 'typebox'
import { fen } from '../kernel/money.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import {
  JoinBody,
  JoiningAnswer,
  RecognitionAnswer,
  RecognitionBody,
  RecognitionMade,
  RecognitionQuery,
  UndoBody,
} from './contract.ts'
import { join, joinExact, undoJoining } from './join.ts'
import { joinings, joinProposals } from './join-store.ts'
import { recognise } from './recognition.ts'
import { recognitionQueue } from './recognition-store.ts'

const inDivision = Type.Object({ division: Type.String() })
const Id = Type.String({ pattern: '^\\d{1,19}$' })

/** What comes from above and must be settled on arrival: recognition and joining. */
export const comingInRoutes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/recognitions',
    permission: 'allotments.read',
    summary: { zh: '待认定的转移支付', en: 'transfers to recognise' },
    params: inDivision,
    query: RecognitionQuery,
    answer: RecognitionAnswer,
    handle: async ({ tx }, { division, query }) => ({
      rows: await recognitionQueue(tx, division, query.year, query.state ?? 'open'),
    }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/transfers/:transfer/recognition',
    permission: 'allotments.recognise',
    approval: 'transfer.recognition',
    summary: { zh: '认定是否纳入监控', en: 'recognise a transfer' },
    params: Type.Object({ division: Type.String(), transfer: Id }),
    body: RecognitionBody,
    answer: RecognitionMade,
    async handle(context, { division, params, body }) {
      const id = await recognise(context, {
        division,
        transfer: BigInt(params.transfer),
        verdict: body.verdict,
        monitored: body.monitoredFen === undefined ? undefined : fen(body.monitoredFen),
        reason: body.reason,
        document: body.document ?? null,
        supersedes: body.supersedes === null ? null : BigInt(body.supersedes),
      })
      return { id: String(id) }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/joinings',
    permission: 'allotments.read',
    summary: { zh: '待挂接与已挂接', en: 'what may be joined, and what was' },
    params: inDivision,
    answer: JoiningAnswer,
    handle: async ({ tx }, { division }) => ({
      proposals: await joinProposals(tx, division),
      joined: await joinings(tx, division),
    }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/joinings',
    permission: 'allotments.join',
    approval: 'allotment.join',
    summary: { zh: '挂接', en: 'join' },
    params: inDivision,
    body: JoinBody,
    answer: RecognitionMade,
    handle: async (context, { division, body }) => ({
      id: String(
        await join(context, {
          division,
          hand: BigInt(body.hand),
          superior: BigInt(body.superior),
          reason: body.reason,
        }),
      ),
    }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/joinings/exact',
    permission: 'allotments.join',
    approval: 'allotment.join-exact',
    summary: { zh: '挂接全部唯一且一致的', en: 'join all that leave no doubt' },
    params: inDivision,
    answer: Type.Object({ joined: Type.Integer() }),
    handle: async (context, { division }) => ({ joined: await joinExact(context, division) }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/joinings/:joining/undo',
    permission: 'allotments.join',
    approval: 'allotment.join-undo',
    summary: { zh: '撤销挂接', en: 'take a joining back' },
    params: Type.Object({ division: Type.String(), joining: Id }),
    body: UndoBody,
    answer: Type.Object({}),
    async handle(context, { division, params, body }) {
      await undoJoining(context, { division, joining: BigInt(params.joining), reason: body.reason })
      return {}
    },
  }),
]
