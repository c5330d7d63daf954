import { maskPersonal } from './personal-data.ts'

/**
 * A refusal is a sentence with a code, in Chinese and English, that names the place, the value and the mend.
 * Bad input gets one fault per mistake, all of them at once.
 */
export interface Sentence {
  zh: string
  en: string
}

export interface Fault extends Sentence {
  /** Stable, kebab-case, e.g. `amount-decimals`; documented where the sentence is written. */
  code: string
  /** 1-based row as the office program shows it (the header is row 1), or the voucher's ordinal in a message. */
  row?: number
  field?: string
  value?: string
}

/** Something mended on the way in and said aloud: what stood there, and what was stored. */
export interface Repair extends Fault {
  to: string
}

/** The most faults that are listed of one file; the count goes on. */
export const FAULTS_LISTED = 1000

export type RefusalKind = 'input' | 'forbidden' | 'unauthenticated' | 'missing' | 'conflict' | 'too-large' | 'busy'

const STATUS: Record<RefusalKind, number> = {
  input: 422,
  forbidden: 403,
  unauthenticated: 401,
  missing: 404,
  conflict: 409,
  'too-large': 413,
  busy: 503,
}

// An account number in the column of amounts is a fault whose value it would be: sentences are kept with the import, and shown.
const clean = <Said extends { value?: string | undefined; zh: string; en: string }>(said: Said): Said => ({
  ...said,
  zh: maskPersonal(said.zh),
  en: maskPersonal(said.en),
  ...(said.value === undefined ? {} : { value: maskPersonal(said.value) }),
})

export class Refusal extends Error {
  readonly kind: RefusalKind
  readonly faults: readonly Fault[]
  /** All faults found, listed or not. */
  readonly count: number
  readonly repairs: readonly Repair[]

  constructor(kind: RefusalKind, faults: readonly Fault[], more: { count?: number; repairs?: readonly Repair[] } = {}) {
    const listed = faults.slice(0, FAULTS_LISTED).map(clean)
    super(listed.map(fault => `${fault.code}: ${fault.en}`).join('\n'))
    this.name = 'Refusal'
    this.kind = kind
    this.faults = listed
    this.count = more.count ?? faults.length
    this.repairs = (more.repairs ?? []).map(clean)
  }

  get status(): number {
    return STATUS[this.kind]
  }
}

/** Throws one refusal with one sentence. */
export function refuse(kind: RefusalKind, code: string, zh: string, en: string, at: Partial<Fault> = {}): never {
  throw new Refusal(kind, [{ ...at, code, zh, en }])
}

/** Gathers the faults and repairs of a file; lists the first thousand, counts all. */
export class FaultList {
  readonly faults: Fault[] = []
  readonly repairs: Repair[] = []
  count = 0
  repairCount = 0

  add(fault: Fault): void {
    this.count++
    if (this.faults.length < FAULTS_LISTED) this.faults.push(clean(fault))
  }

  repair(repair: Repair): void {
    this.repairCount++
    if (this.repairs.length < FAULTS_LISTED) this.repairs.push(clean(repair))
  }

  get refusal(): Refusal {
    return new Refusal('input', this.faults, { count: this.count, repairs: this.repairs })
  }

  throwIfAny(): void {
    if (this.count > 0) throw this.refusal
  }
}
