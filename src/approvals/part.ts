import type { Part } from '../platform/part.ts'
import { routes } from './routes.ts'

export const part: Part = { name: 'approvals', routes }
