import type { Part } from '../platform/part.ts'
import { sealAll } from './seal.ts'

export const part: Part = {
  name: 'ledger',
  jobs: {
    seal: { everyMinutes: 1, work: async run => void (await sealAll(run)) },
  },
}
