import type { Part } from '../platform/part.ts'

export const part: Part = { name: 'audit' }
