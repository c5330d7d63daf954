import type { Part } from '../platform/part.ts'
import { paymentsExtract } from './extract.ts'
import { importer } from './import-payments.ts'
import { matchingRoutes } from './matching-routes.ts'
import { postWaiting } from './post-waiting.ts'
import { routes } from './routes.ts'
import { sealed } from './sealed.ts'
import { tiedRoutes } from './tied/routes.ts'
import { treasuryTotalsImporter } from './treasury/import-totals.ts'
import { treasuryRoutes } from './treasury/routes.ts'
import { paymentChecks } from './verify.ts'
import { companiesImporter } from './watch/import-companies.ts'
import { watchRoutes } from './watch/routes.ts'

export const part: Part = {
  name: 'payments',
  routes: [...routes, ...matchingRoutes, ...watchRoutes, ...treasuryRoutes, ...tiedRoutes],
  importers: [importer, companiesImporter, treasuryTotalsImporter],
  verify: paymentChecks,
  sealed,
  extracts: [paymentsExtract],
  listens: {
    // Any form may have made room, or brought the line that a payment was waiting for.
    'allotments.room-made': async (context, { division, fiscalYear }) => {
      await postWaiting(context, Number(division), Number(fiscalYear))
    },
  },
}
