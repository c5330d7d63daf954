import type { Part } from '../platform/part.ts'
import { routes } from './routes.ts'
import { expireAudit, sealAudit } from './seal.ts'
import { auditChecks } from './verify.ts'

export const part: Part = {
  name: 'audit',
  routes,
  verify: auditChecks,
  jobs: {
    seal: { everyMinutes: 1, work: async run => void (await sealAudit(run)) },
    expire: { dailyAt: '03:20', work: async run => void (await expireAudit(run)) },
  },
}
