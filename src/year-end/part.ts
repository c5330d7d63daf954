import type { Part } from '../platform/part.ts'
import { routes } from './routes.ts'
import { yearEndChecks } from './verify.ts'

export const part: Part = { name: 'year-end', routes, verify: yearEndChecks }
