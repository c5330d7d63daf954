import { SYSTEM } from '../kernel/actor.ts'
import { forgetRequests } from '../platform/http/idempotency.ts'
import type { Part } from '../platform/part.ts'
import { inboxOf } from './inbox.ts'
import { lookIntoInbox } from './inbox-pass.ts'
import { interfaceRoutes } from './interface-routes.ts'
import { mappingRoutes } from './mapping-routes.ts'
import { forgetRefused } from './refused-rows.ts'
import { routes } from './routes.ts'

export const part: Part = {
  name: 'imports',
  routes: [...routes, ...interfaceRoutes, ...mappingRoutes],
  sealed: [
    {
      table: 'platform.import_refused',
      key: [
        ['division', 'int'],
        ['import', 'bigint'],
        ['row_no', 'int'],
      ],
      ciphertext: 'ciphertext',
    },
  ],
  jobs: {
    'forget-refused-rows': {
      dailyAt: '03:20',
      work: run => run(SYSTEM, async ({ tx, clock }) => void (await forgetRefused(tx, clock.now()))),
    },
    inbox: {
      everyMinutes: 1,
      work: async run => {
        const inbox = inboxOf(run)
        if (inbox) await lookIntoInbox(inbox)
      },
    },
    'forget-requests': {
      dailyAt: '03:10',
      work: run => run(SYSTEM, ({ tx, clock }) => forgetRequests(tx, clock.now())),
    },
  },
}
