import type { Order } from './orders.ts'
import type { ReferenceLedger } from './reference-ledger.ts'
import { ACROSS, BELOW, DIVISIONS } from './world.ts'

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
  ...Array<string>(2).fill('send-across'),
  ...Array<string>(7).fill('plan'),
  ...Array<string>(7).fill('pay'),
  ...Array<string>(2).fill('refund'),
  ...Array<string>(6).fill('correct'),
  ...Array<string>(2).fill('add'),
  ...Array<string>(3).fill('cut'),
  ...Array<string>(3).fill('withdraw'),
  ...Array<string>(1).fill('spread'),
  ...Array<string>(4).fill('vire'),
  ...Array<string>(5).fill('recall'),
  ...Array<string>(2).fill('hand-over'),
  ...Array<string>(3).fill('integrate'),
]
const SOURCES: Record<string, { forms: string[]; account: number }> = {
  assign: { forms: ['register', 'add', 'receive', 'receive-across', 'take-over', 'carry'], account: 1001 },
  refine: { forms: ['assign'], account: 5001 },
  'pass-down': { forms: ['assign'], account: 5001 },
  'send-across': { forms: ['assign'], account: 5001 },
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

  /** What is in transit at the year's end is received first: a book with transfers waiting is not closed. */
  receipts(): Order[] {
    return [...this.#model.transfers].flatMap(([transfer, { to, sent, taken, across }]) => {
      const id = `o${++this.#next}`
      const form = across ? 'receive-across' : 'receive'
      return sent > taken
        ? [
            {
              id,
              kind: 'issue' as const,
              form,
              division: to,
              lines: [{ id: `${id}.1`, transfer, amount: sent - taken }],
            },
          ]
        : []
    })
  }

  /** The model holds other lines, transfers and entries now. */
  forget(): void {
    this.#lists.clear()
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
    if (order.kind === 'issue' || order.kind === 'vire' || order.kind === 'integrate') {
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
      const [transfer, { to, sent, taken, across }] = first
      const fault = wrong ? this.pick(['too much', 'unknown', 'elsewhere'] as const) : null
      return {
        id,
        kind: 'issue',
        form: across ? 'receive-across' : kind,
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
    if (kind === 'cut' || kind === 'withdraw' || kind === 'vire' || kind === 'integrate')
      return this.#reduce(id, kind, wrong)
    if (kind === 'spread') return this.#spread(id, wrong)
    if (kind === 'recall') return this.#recall(id, wrong)
    if (kind === 'hand-over') return this.#handOver(id, wrong)
    return this.#issue(id, kind, wrong)
  }

  /** Some lines of a division, whole or in part; now and then all that a small one has, as when it is dissolved. */
  #handOver(id: string, wrong: boolean): Order | null {
    const fault = wrong ? this.pick(['too much', 'too much', 'unknown', 'nothing', 'to itself'] as const) : null
    const rest = (line: string) =>
      [1001, 5001, 500201, 5101].reduce((sum, account) => sum + this.#model.standing(`${line}/${account}`), 0n)
    const first = this.#some(this.#model.lines, ([line]) => rest(line) > 0n)
    if (!first) return null
    const { division } = first[1]
    const to = fault === 'to itself' ? division : this.pick(DIVISIONS.filter(one => one !== division))
    if (!fault && division > 7 && this.chance(0.3)) return { id, kind: 'hand-over', division, to, parts: 'all' }
    const left = new Map<string, bigint>()
    const parts = this.#times(n => {
      const [line] =
        n === 1
          ? first
          : (this.#some(this.#model.lines, ([key, one]) => one.division === division && rest(key) > 0n) ?? first)
      const most = rest(line) - (left.get(line) ?? 0n)
      const amount = fault === 'nothing' ? 0n : this.#amount(most, fault === 'too much')
      left.set(line, (left.get(line) ?? 0n) + amount)
      return { line: fault === 'unknown' ? 'none' : line, amount }
    })
    return { id, kind: 'hand-over', division, to, parts }
  }

  /** Mostly of what is still unspent; now and then of more, which is claimed, or was passed further. */
  #recall(id: string, wrong: boolean): Order | null {
    const fault = wrong ? this.pick(['too much', 'too much', 'unknown', 'elsewhere', 'nothing'] as const) : null
    const first = this.#some(this.#model.transfers, ([, one]) => !one.across && !one.handed && one.sent > 0n)
    if (!first) return null
    const { from, to } = first[1]
    const act = this.pick(['recall', 'settle'] as const)
    const division = from ?? to
    const lines = this.#times(n => {
      const [transfer, { sent }] =
        n === 1
          ? first
          : (this.#some(
              this.#model.transfers,
              ([, one]) => one.from === from && !one.across && !one.handed && (from !== null || one.to === to),
            ) ?? first)
      const there = this.#model.unspent(transfer)
      const all = sent - (this.#model.claimed.get(transfer) ?? 0n)
      const beyond = this.chance(this.#model.passedOn(transfer) ? 0.1 : 0.5)
      const most = there > 0n && !beyond ? there : all
      const amount = fault === 'nothing' ? 0n : this.#amount(fault === 'too much' ? sent : most, fault === 'too much')
      return { transfer: fault === 'unknown' ? 'none' : transfer, amount }
    })
    return {
      id,
      kind: 'recall',
      form: from === null ? (act === 'recall' ? 'recalled' : 'settled') : act,
      division: fault === 'elsewhere' ? (division % 10) + 1 : division,
      lines,
    }
  }

  /** A recall, and others who reach for the same money: who receives it, refines it, plans it, pays it, or recalls it too. */
  race(): Order[] | null {
    const called = this.#recall(`o${++this.#next}`, false)
    if (called?.kind !== 'recall') return null
    const { transfer } = called.lines[0]!
    const { to, sent, taken, across } = this.#model.transfers.get(transfer)!
    const orders: Order[] = [called]
    const id = () => `o${++this.#next}`
    if (sent > taken) {
      const one = id()
      orders.push({
        id: one,
        kind: 'issue',
        form: across ? 'receive-across' : 'receive',
        division: to,
        lines: [{ id: `${one}.1`, transfer, amount: this.#amount(sent - taken) }],
      })
    }
    const [received = [], assigned = [], refined = []] = this.#model.layers(transfer)
    for (const { line, left } of received.slice(0, 1)) {
      const one = id()
      orders.push({
        id: one,
        kind: 'issue',
        form: 'assign',
        division: to,
        lines: [{ id: `${one}.1`, source: line, amount: this.#amount(left) }],
      })
    }
    for (const { line, left } of assigned.slice(0, 1)) {
      const one = id()
      orders.push({
        id: one,
        kind: 'issue',
        form: 'refine',
        division: to,
        lines: [{ id: `${one}.1`, source: line, amount: this.#amount(left) }],
      })
    }
    for (const { line } of refined.slice(0, 2))
      for (const credit of [500201, 5101]) {
        const stands = this.#model.standing(`${line}/${credit}`)
        if (stands > 0n && orders.length < 4)
          orders.push({
            id: id(),
            kind: 'use',
            form: 'pay',
            division: to,
            lines: [{ line, debit: 5201, credit, amount: this.#amount(stands) }],
          })
      }
    if (orders.length < 4) orders.push({ ...called, id: id() })
    return orders.slice(0, 4)
  }

  #reduce(id: string, kind: 'cut' | 'withdraw' | 'vire' | 'integrate', wrong: boolean): Order | null {
    const form = kind === 'cut' ? kind : 'withdraw'
    // What is integrated is taken of an assigned line as well.
    const left = (line: string) =>
      kind === 'integrate' && this.#model.lines.get(line)?.form === 'assign'
        ? this.#model.standing(`${line}/5001`)
        : this.#model.reducible(form, line)
    const fault = wrong ? this.pick(['too much', 'too much', 'wrong form', 'unknown', 'elsewhere', 'nothing']) : null
    const fits = (line: string) => (fault === 'wrong form' ? left(line) === null : (left(line) ?? 0n) > 0n)
    const first = this.#some(this.#model.lines, ([line]) => fits(line))
    if (!first) return null
    const { division } = first[1]
    const gone = new Map<string, bigint>()
    const lines = this.#times(n => {
      const [line] =
        n === 1
          ? first
          : (this.#some(this.#model.lines, ([key, one]) => one.division === division && fits(key)) ?? first)
      const most = (left(line) ?? 1n) - (gone.get(line) ?? 0n)
      const amount = fault === 'nothing' ? 0n : this.#amount(most, fault === 'too much')
      gone.set(line, (gone.get(line) ?? 0n) + amount)
      return { id: `${id}.${n}`, line: fault === 'unknown' ? 'none' : line, amount }
    })
    const where = fault === 'elsewhere' ? (division % 10) + 1 : division
    if (kind === 'vire' || kind === 'integrate') return { id, kind, division: where, lines }
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
    const receivers = form === 'send-across' ? ACROSS(division) : BELOW[division]!
    const sends = form === 'pass-down' || form === 'send-across'
    if (sends && receivers.length === 0) return null
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
        ...(sends ? { to } : {}),
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

  // Within a year the model's maps only grow, so a list of keys is lengthened, not made anew.
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
