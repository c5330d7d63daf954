import type { Part } from '../platform/part.ts'
import { packageExtract } from './extract.ts'
import { routes } from './routes.ts'

export const part: Part = { name: 'proof', routes, extracts: [packageExtract] }
