import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '../../kernel/refusal.ts'
import { isWritten } from '../run.ts'
import { unfitData } from './guard.ts'
import { schemaFaults } from './schema-faults.ts'

/** Refusals that the audit keeps; what was merely mistyped is none of its business. */
const WRITTEN: ReadonlySet<string> = new Set(['forbidden', 'unauthenticated', 'conflict'])

/**
 * What a client is told when a request fails: a refusal by its sentences, anything else by one sentence that says nothing of the inside,
 * which goes to the log.
 * @param written writes a refusal to the audit
 */
export function answerErrors(
  server: FastifyInstance,
  written: (request: FastifyRequest, refusal: Refusal) => Promise<void>,
): void {
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
      return reply
        .status(429)
        .header('retry-after', '60')
        .send({
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
    else if (unfitData(raised)) {
      refusal = unfitData(raised)!
      request.log.warn({ err: raised }, 'the database refused what a part let through')
    } else {
      request.log.error({ err: raised }, 'a request broke')
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
    // What a use case refused is written down by its run already.
    if (WRITTEN.has(refusal.kind) && !isWritten(refusal)) await written(request, refusal).catch(() => {})
    return reply.status(refusal.status).send({ faults: refusal.faults, count: refusal.count, repairs: refusal.repairs })
  })
}
