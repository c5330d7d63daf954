import type { Part } from '../platform/part.ts'
import { importer } from './import.ts'
import { routes } from './routes.ts'
import { allotmentChecks } from './verify.ts'

export const part: Part = { name: 'allotments', routes, importers: [importer], verify: allotmentChecks }
