import type { Order, ReferenceLedger } from './reference-ledger.ts'
import { BELOW, DIVISIONS } from './world.ts'

/** Numbers that look random and are the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const KINDS = [
  ...Array<string>(2).fill('arrive'),
  ...Array<string>(4).fill('register'),
  ...Array<string>(9).fill('receive'),
  ...Array<string>(9).fill('assign'),
  ...Array<string>(8).fill('refine'),
  ...Array<string>(9).fill('pass-down'),
  ...Array<string>(7).fill('plan'),
  ...Array<string>(7).fill('pay'),
  ...Array<string>(2).fill('refund'),
  ...Array<string>(6).fill('correct'),
  ...Array<string>(2).fill('add'),
  ...Array<string>(3).fill('cut'),
  ...Array<string>(3).fill('withdraw'),
  ...Array<string>(1).fill('spread'),
  ...Array<string>(4).fill('vire'),
]
const SOURCES: Record<string, { forms: string[]; account: number }> = {
  assign: { forms: ['register', 'add', 'receive'], account: 1001 },
  refine: { forms: ['assign'], account: 5001 },
  'pass-down': { forms: ['assign'], account: 5001 },
  plan: { forms: ['refine'], account: 500201 },
}

/**
 * Draws orders from what stands in the model: mostly lawful ones, one in eight wrong on purpose (too much, from the wrong form,
 * from a line or entry that is not there, of another division, not positive, by an order that no form has).
 */
export class Drawer {
  #next = 0
  readonly draw01: () => number
  readonly #model: ReferenceLedger

  constructor(seed: number, model: ReferenceLedger) {
    this.draw01 = random(seed)
    this.#model = model
  }

  below = (n: number): number => Math.floor(this.draw01() * n)
  chance = (share: number): boolean => this.draw01() < share
  pick = <T>(from: readonly T[]): T => from[this.below(from.length)]!

  order(): Order {
    for (;;) {
      const order = this.#try(this.pick(KINDS), this.chance(0.12))
      if (order) return order
    }
  }

  /** Another client's form about the same money: the same order under ids of its own. */
  rival(order: Order): Order {
    const id = `o${++this.#next}`
    if (order.kind === 'issue' || order.kind === 'vire') {
      const lines = order.lines.map((line, n) => ({ ...line, id: `${id}.${n + 1}` }))
      return { ...order, id, lines } as Order
    }
    return { ...order, id }
  }

  #try(kind: string, wrong: boolean): Order | null {
    const id = `o${++this.#next}`
    if (kind === 'arrive')
      return { id, kind, division: this.chance(0.7) ? 1 : this.pick(DIVISIONS), amount: this.#amount(10n ** 12n) }
    if (kind === 'register' || kind === 'add') {
      const lines = this.#times(n => ({
        id: `${id}.${n}`,
        amount: wrong ? -BigInt(this.below(2)) : this.#amount(10n ** 11n),
      }))
      return { id, kind: 'issue', form: kind, division: this.pick(DIVISIONS), lines }
    }
    if (kind === 'receive') {
      const first = this.#some(this.#model.transfers, ([, { sent, taken }]) => wrong || sent > taken)
      if (!first) return null
      const [transfer, { to, sent, taken }] = first
      const fault = wrong ? this.pick(['too much', 'unknown', 'elsewhere'] as const) : null
      return {
        id,
        kind: 'issue',
        form: kind,
        division: fault === 'elsewhere' ? (to % 10) + 1 : to,
        lines: [
          {
            id: `${id}.1`,
            transfer: fault === 'unknown' ? 'none' : transfer,
            amount: this.#amount(sent - taken, fault === 'too much'),
          },
        ],
      }
    }
    if (kind === 'correct') {
      const entry = this.#some(
        this.#model.entries,
        ([, { corrects, amount, corrected, debit, credit }]) =>
          wrong || (!corrects && amount > corrected && !`${debit} ${credit}`.includes('/5201')),
      )
      if (!entry) return null
      const [name, { division, amount, corrected }] = entry
      const fault = wrong ? this.pick(['too much', 'unknown', 'elsewhere', 'nothing'] as const) : null
      return {
        id,
        kind,
        division: fault === 'elsewhere' ? (division % 10) + 1 : division,
        entry: fault === 'unknown' ? 'o0/1' : name,
        amount: fault === 'nothing' ? 0n : this.#amount(amount > 0n ? amount - corrected : 1n, fault === 'too much'),
      }
    }
    if (kind === 'pay' || kind === 'refund') return this.#use(id, kind, wrong)
    if (kind === 'cut' || kind === 'withdraw' || kind === 'vire') return this.#reduce(id, kind, wrong)
    if (kind === 'spread') return this.#spread(id, wrong)
    return this.#issue(id, kind, wrong)
  }

  #reduce(id: string, kind: 'cut' | 'withdraw' | 'vire', wrong: boolean): Order | null {
    const form = kind === 'vire' ? 'withdraw' : kind
    const fault = wrong ? this.pick(['too much', 'too much', 'wrong form', 'unknown', 'elsewhere', 'nothing']) : null
    const fits = (line: string) =>
      fault === 'wrong form'
        ? this.#model.reducible(form, line) === null
        : (this.#model.reducible(form, line) ?? 0n) > 0n
    const first = this.#some(this.#model.lines, ([line]) => fits(line))
    if (!first) return null
    const { division } = first[1]
    const left = new Map<string, bigint>()
    const lines = this.#times(n => {
      const [line] =
        n === 1
          ? first
          : (this.#some(this.#model.lines, ([key, one]) => one.division === division && fits(key)) ?? first)
      const most = (this.#model.reducible(form, line) ?? 1n) - (left.get(line) ?? 0n)
      const amount = fault === 'nothing' ? 0n : this.#amount(most, fault === 'too much')
      left.set(line, (left.get(line) ?? 0n) + amount)
      return { id: `${id}.${n}`, line: fault === 'unknown' ? 'none' : line, amount }
    })
    const where = fault === 'elsewhere' ? (division % 10) + 1 : division
    if (kind === 'vire') return { id, kind, division: where, lines }
    return {
      id,
      kind: 'reduce',
      form: kind,
      division: where,
      lines: lines.map(({ line, amount }) => ({ line, amount })),
    }
  }

  /** Over all lines of a division that have something left, be they many. */
  #spread(id: string, wrong: boolean): Order | null {
    const form = this.pick(['cut', 'withdraw'] as const)
    const first = this.#some(this.#model.lines, ([line]) => (this.#model.reducible(form, line) ?? 0n) > 0n)
    if (!first) return null
    const { division } = first[1]
    const all = [...this.#model.lines]
      .filter(([, line]) => line.division === division)
      .reduce((sum, [line]) => sum + (this.#model.reducible(form, line) ?? 0n), 0n)
    // A part of it, so that the division is not emptied each time.
    return { id, kind: 'spread', form, division, amount: wrong ? all + 1n : this.#amount(all / 7n + 1n) }
  }

  #issue(id: string, form: string, wrong: boolean): Order | null {
    const { forms, account } = SOURCES[form]!
    const fault = wrong
      ? this.pick(['too much', 'too much', 'wrong form', 'unknown', 'nothing', 'to itself'] as const)
      : null
    const fits = (line: { form: string }, key: string) =>
      fault === 'wrong form'
        ? !forms.includes(line.form)
        : forms.includes(line.form) && this.#model.standing(`${key}/${account}`) > 0n
    const first = this.#some(this.#model.lines, ([key, line]) => fits(line, key))
    if (!first) return null
    const { division } = first[1]
    const receivers = BELOW[division]!
    if (form === 'pass-down' && receivers.length === 0) return null
    const lines = this.#times(n => {
      const [source] =
        n === 1
          ? first
          : (this.#some(this.#model.lines, ([key, line]) => line.division === division && fits(line, key)) ?? first)
      const amount = this.#amount(this.#model.standing(`${source}/${account}`), fault === 'too much')
      const to = fault === 'to itself' ? division : this.pick(receivers)
      return {
        id: `${id}.${n}`,
        source: fault === 'unknown' ? 'none' : source,
        amount: fault === 'nothing' ? 0n : amount,
        ...(form === 'pass-down' ? { to } : {}),
      }
    })
    return { id, kind: 'issue', form, division, lines }
  }

  #use(id: string, form: 'pay' | 'refund', wrong: boolean): Order | null {
    const [debit, credit] =
      form === 'pay' ? [5201, this.chance(0.8) ? 5101 : 500201] : [this.chance(0.8) ? 5101 : 500201, 5201]
    const first = this.#some(
      this.#model.lines,
      ([key, line]) => line.form === 'refine' && (wrong || this.#model.standing(`${key}/${credit}`) > 0n),
    )
    if (!first) return null
    const [line, { division }] = first
    const fault = wrong ? this.pick(['too much', 'no order'] as const) : null
    const amount = this.#amount(this.#model.standing(`${line}/${credit}`), fault === 'too much')
    return {
      id,
      kind: 'use',
      form,
      division,
      lines: [{ line, debit, credit: fault === 'no order' ? 1001 : credit, amount }],
    }
  }

  /** All of it, or a part; or more than that by at least one fen. */
  #amount(most: bigint, tooMuch = false): bigint {
    if (tooMuch) return most + 1n + BigInt(this.below(3)) * most
    if (most <= 1n || this.chance(0.3)) return most > 0n ? most : 1n
    return 1n + (most * BigInt(this.below(1_000_000))) / 1_000_000n
  }

  #times<T>(make: (n: number) => T): T[] {
    return Array.from({ length: this.chance(0.6) ? 1 : 1 + this.below(4) }, (_, n) => make(n + 1))
  }

  /** One that fits, sought a while: recent ones more often than old ones, for that is where money still stands. */
  #some<K, V>(from: ReadonlyMap<K, V>, fits: (one: [K, V]) => boolean): [K, V] | null {
    if (from.size === 0) return null
    const all = this.#listed(from)
    for (let attempt = 0; attempt < 30; attempt++) {
      const back = Math.floor(all.length * this.draw01() ** (attempt % 2 === 0 ? 3 : 1))
      const key = all[all.length - 1 - back]!
      const one: [K, V] = [key, from.get(key)!]
      if (fits(one)) return one
    }
    return null
  }

  // The model's maps only grow, so a list of keys is lengthened, not made anew.
  readonly #lists = new Map<unknown, unknown[]>()
  #listed<K>(from: ReadonlyMap<K, unknown>): K[] {
    const list = (this.#lists.get(from) ?? []) as K[]
    if (list.length < from.size) {
      list.push(...[...from.keys()].slice(list.length))
      this.#lists.set(from, list)
    }
    return list
  }
}
