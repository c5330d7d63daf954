import type { Part } from '../platform/part.ts'
import { sealAll } from './seal.ts'
import { ledgerChecks } from './verify.ts'

export const part: Part = {
  name: 'ledger',
  verify: ledgerChecks,
  jobs: {
    seal: { everyMinutes: 1, work: async run => void (await sealAll(run)) },
  },
}
