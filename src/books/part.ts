import type { Part } from '../platform/part.ts'
import { booksExtracts } from './extract.ts'
import { routes } from './routes.ts'
import { bookChecks } from './verify.ts'

export const part: Part = { name: 'books', routes, verify: bookChecks, extracts: booksExtracts }
