import type { Part } from '../platform/part.ts'
import { checkOrLeave } from './check.ts'
import { routes } from './routes.ts'

export const part: Part = {
  name: 'warnings',
  routes,
  // After the day's documents and payments, before the offices open.
  jobs: { check: { dailyAt: '02:30', work: run => checkOrLeave(run) } },
}
