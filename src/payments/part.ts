import type { Part } from '../platform/part.ts'
import { importer } from './import-payments.ts'
import { postWaiting } from './post-waiting.ts'
import { routes } from './routes.ts'
import { paymentChecks } from './verify.ts'

export const part: Part = {
  name: 'payments',
  routes,
  importers: [importer],
  verify: paymentChecks,
  listens: {
    // Any form may have made room, or brought the line that a payment was waiting for.
    'allotments.room-made': async (context, { division, fiscalYear }) => {
      await postWaiting(context, Number(division), Number(fiscalYear))
    },
  },
}
