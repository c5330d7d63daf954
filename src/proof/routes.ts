import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Type } from 'typebox'
import { defineRoute } from '../platform/http/define-route.ts'
import { auditPackage } from './write-package.ts'

export const routes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/audit-package',
    permission: 'proof.package',
    summary: { zh: '下载稽核包（工作底稿）', en: 'download the audit package, a working copy' },
    params: Type.Object({ division: Type.String() }),
    // Who took it is written down.
    readOnly: false,
    file: true,
    async handle(context, asked) {
      const { division, run } = asked
      const code = asked.params.division
      await context.audit({ division, action: 'working-copy.take', subject: `audit-package ${code}` })
      // The stream outlives the request's transaction; it reads in one of its own, in the scope of the division that was asked for.
      const out = new PassThrough({ highWaterMark: 262_144 })
      // What breaks before the answer begins is heard by nobody yet, and would end the process.
      out.on('error', () => {})
      const actor = { ...context.actor, scope: division }
      run(actor, ({ tx }) => pipeline(Readable.from(auditPackage(tx, code)), out), { readOnly: true }).catch(error =>
        out.destroy(error),
      )
      return {
        stream: out,
        mediaType: 'application/zip',
        fileName: `稽核包-工作底稿-${code}-${context.clock.today()}.zip`,
      }
    },
  }),
]
