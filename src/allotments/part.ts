import type { Part } from '../platform/part.ts'
import { routes as choiceRoutes } from './choice-routes.ts'
import { comingInRoutes } from './coming-in-routes.ts'
import { allotmentsExtract } from './extract.ts'
import { adjustmentImporter, recallImporter } from './file-forms.ts'
import { handOverRoutes } from './hand-over-routes.ts'
import { handOverCheck } from './hand-over-store.ts'
import { importer } from './import.ts'
import { planImporter } from './import-plans.ts'
import { joinExact } from './join.ts'
import { joiningChecks } from './join-verify.ts'
import { recallRoutes } from './recall-routes.ts'
import { routes } from './routes.ts'
import { scanImporter } from './scan.ts'
import { allotmentChecks } from './verify.ts'
import { recallChecks } from './verify-recalls.ts'

export const part: Part = {
  name: 'allotments',
  routes: [...routes, ...choiceRoutes, ...handOverRoutes, ...recallRoutes, ...comingInRoutes],
  importers: [importer, adjustmentImporter, recallImporter, planImporter, scanImporter],
  verify: [...allotmentChecks, handOverCheck, ...joiningChecks, ...recallChecks],
  listens: {
    // What was entered by hand below, before the superior's line arrived, is joined with it.
    'allotments.passed-down': async (context, { division }) => {
      await joinExact(context, Number(division))
    },
  },
  extracts: [allotmentsExtract],
}
