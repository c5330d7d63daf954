import type { Pool } from '../platform/database/pool.ts'
import type { Part } from '../platform/part.ts'
import { checkOrLeave, routes } from './routes.ts'

/** @param rulesPool the read-only connections of the rules' role, opened by the installation */
export const part = (rulesPool: () => Pool): Part => ({
  name: 'warnings',
  routes: routes(rulesPool),
  jobs: {
    // After the day's documents and payments, before the offices open.
    check: { dailyAt: '02:30', work: run => checkOrLeave({ rulesPool: rulesPool(), run }) },
  },
})
