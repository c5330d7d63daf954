import type { Level } from '../kernel/division-code.ts'

/** How a division was called, coded and placed from one day up to (not including) another; `to` null is until further notice. */
export interface DivisionVersion {
  division: number
  from: string
  to: string | null
  code: string
  name: string
  level: Level
  administrativeParent: number | null
  fiscalParent: number | null
}

export const LEVEL_NAMES: Record<Level, string> = {
  central: '中央',
  province: '省',
  city: '市',
  county: '县',
  township: '乡',
}

/** Whether a version holds on a day. */
export const covers = (version: DivisionVersion, day: string): boolean =>
  version.from <= day && (version.to === null || day < version.to)
