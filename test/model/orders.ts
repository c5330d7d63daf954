/** What the reference ledger and the real one are asked for, in the same words, and what the reference one keeps. */
export type Order = { id: string; division: number } & (
  | { kind: 'arrive'; amount: bigint }
  | {
      kind: 'issue'
      form: string
      lines: { id: string; source?: string; transfer?: string; to?: number; amount: bigint }[]
    }
  | { kind: 'use'; form: string; lines: { line: string; debit: number; credit: number; amount: bigint }[] }
  | { kind: 'correct'; entry: string; amount: bigint }
  | { kind: 'reduce'; form: 'cut' | 'withdraw'; lines: { line: string; amount: bigint }[] }
  | { kind: 'spread'; form: 'cut' | 'withdraw'; amount: bigint }
  | { kind: 'vire'; lines: { id: string; line: string; amount: bigint }[] }
  | { kind: 'integrate'; lines: { id: string; line: string; amount: bigint }[] }
  // What is left of lines goes into another's book: of those named, or of all.
  | { kind: 'hand-over'; to: number; parts: 'all' | { line: string; amount: bigint }[] }
  | {
      kind: 'recall'
      form: 'recall' | 'settle' | 'recalled' | 'settled'
      lines: { transfer: string; amount: bigint }[]
    }
)
export interface Entry {
  division: number
  debit: string
  credit: string
  amount: bigint
  corrected: bigint
  sends?: string
  takes?: string
  /** A transfer whose sent, or taken, or both (of a sender outside), this entry lowers. */
  calls?: string
  gives?: string
  corrects?: string
  /** The batch that it stands in, where that is not the order's own; and the half of a virement that goes with it. */
  batch?: string
  partner?: 1 | -1
}
export interface Transfer {
  to: number
  from: number | null
  line: string | null
  across: boolean
  /** Of a hand-over: nobody calls it back. */
  handed?: boolean
  sent: bigint
  taken: bigint
}
export interface Line {
  division: number
  form: string
  root: string
  source?: string
  transfer?: string
}
