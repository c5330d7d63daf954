import type { Line } from '../allotments/api.ts'
import type { Payment } from '../payments/api.ts'
import type { LampCounts } from '../ui/lamps.tsx'
import type { Listing } from '../ui/listed.tsx'
import type { WarningRow } from '../warnings/api.ts'

export const VERDICTS = ['ok', 'missing', 'digits', 'unrefined', 'fund-name', 'notice-title'] as const

export interface Project {
  id: string
  code: string
  name: string
  nameVerdict: (typeof VERDICTS)[number]
  kind: string | null
  agency: { code: string; name: string } | null
  place: string | null
  firstYear: number
  lastYear: number
  investmentFen: string
  arrangedFen: string
  paidFen: string
  lamps: LampCounts
}
export type ProjectsAnswer = Listing<Project>
export interface ProjectAnswer extends Project {
  lines: Line[]
  payments: Payment[]
  warnings: WarningRow[]
}
