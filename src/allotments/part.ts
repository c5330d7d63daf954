import type { Part } from '../platform/part.ts'
import { importer } from './import.ts'
import { planImporter } from './import-plans.ts'
import { routes } from './routes.ts'
import { scanImporter } from './scan.ts'
import { allotmentChecks } from './verify.ts'

export const part: Part = {
  name: 'allotments',
  routes,
  importers: [importer, planImporter, scanImporter],
  verify: allotmentChecks,
}
