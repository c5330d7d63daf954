import type { Sentence } from '../../src/kernel/refusal.ts'
import type { LampCounts } from '../ui/lamps.tsx'

export interface DivisionFigures {
  code: string
  name: string
  level: string
  arrangedFen: string
  passedFen: string
  paidFen: string
  executableFen: string
  lamps: LampCounts
}
export interface FundFigures {
  id: string
  code: string
  name: string
  arrangedFen?: string
  registeredFen?: string
  executableFen?: string
  paidFen: string
}
export interface FlowNode {
  id?: string
  name: Sentence | string
  kind?: string
}
export interface FlowLink {
  source: string
  target: string
  amountFen?: string
  fen?: string
  valueFen?: string
}
export interface WorkItem {
  kind: string
  count: number
  link: string
}
export interface OverviewAnswer {
  stages: {
    registeredFen: string
    receivedFen: string
    toAssignFen: string
    toRefineFen: string
    ownFen: string
    passedFen: string
    planFen: string
    transitFen?: string
    paidFen: string
    inTransitFen: string
  }
  execution: { paidFen: string; executableFen: string }
  lamps: LampCounts
  divisions: DivisionFigures[]
  funds: FundFigures[]
  months: { month: number | string; paidFen: string; arrangedFen: string }[]
  flow: { nodes: FlowNode[]; links: FlowLink[] }
  work: WorkItem[]
}

export const linkFen = (link: FlowLink): string => link.amountFen ?? link.valueFen ?? link.fen ?? '0'
