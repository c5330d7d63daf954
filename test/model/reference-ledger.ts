import { handOver } from './hand-over.ts'
import type { Entry, Line, Order, Transfer } from './orders.ts'
import { proportional } from './proportional.ts'

const FLOW: Record<string, { debit: number; credit: number; after?: string[] }> = {
  register: { debit: 1001, credit: 4001 },
  add: { debit: 1001, credit: 4001 },
  receive: { debit: 1001, credit: 4001 },
  'receive-across': { debit: 1001, credit: 4001 },
  assign: { debit: 5001, credit: 1001, after: ['register', 'add', 'receive', 'receive-across', 'take-over', 'carry'] },
  refine: { debit: 500201, credit: 5001, after: ['assign'] },
  'pass-down': { debit: 500202, credit: 5001, after: ['assign'] },
  'send-across': { debit: 500203, credit: 5001, after: ['assign'] },
  plan: { debit: 5101, credit: 500201, after: ['refine'] },
}
const USES: Record<string, string[]> = {
  pay: ['5201<5101', '5201<500201', '5201<5102'],
  refund: ['5101<5201', '500201<5201'],
}

/** What may stand on a line at the year's end, and is carried. */
export const RESTS = [1001, 5001, 500201, 5101]

const sending = (form: string) => form === 'pass-down' || form === 'send-across'
const receiving = (form: string) => form === 'receive' || form === 'receive-across'

/**
 * The ledger again, in memory and as short as it can be, to watch the real one: it shares no code with it, knows nothing of
 * documents, funds, digests or locks, and says only which orders are lawful and what stands where afterwards.
 */
export class ReferenceLedger {
  readonly lines = new Map<string, Line>()
  readonly transfers = new Map<string, Transfer>()
  /** What was called back of a transfer when it was gone. */
  readonly claimed = new Map<string, bigint>()
  readonly entries = new Map<string, Entry>()
  /** Lines and transfers of a year that was closed: they stand as they are, and no order reaches them. */
  readonly past = { lines: new Map<string, Line>(), transfers: new Map<string, Transfer>() }
  /** `line/account` → what stands there: on the debit side, for 4001 on the credit side. */
  readonly balances = new Map<string, bigint>()

  /** Takes the order, or leaves everything as it was and says why not. `lossesOnly` takes what it lowers and not what it raises. */
  apply(order: Order, lossesOnly = false): string | null {
    const { division } = order
    if (order.kind === 'arrive') {
      const outside = { from: null, line: null, across: false }
      this.transfers.set(`t${order.id}`, { to: division, ...outside, sent: order.amount, taken: 0n })
      return null
    }
    const made: Entry[] = []
    // Of a transfer from outside what is still in transit is called back without an entry.
    const dropped = new Map<string, bigint>()
    const claims = new Map<string, bigint>()
    if (order.kind === 'issue')
      for (const line of order.lines) {
        const { debit, credit, after } = FLOW[order.form]!
        const source = after ? this.lines.get(line.source!) : undefined
        if (line.amount <= 0n) return 'amount-not-positive'
        if (after && source?.division !== division) return 'source-missing'
        if (after && !after.includes(source!.form)) return 'source-wrong-form'
        if (receiving(order.form) && this.transfers.get(line.transfer!)?.to !== division) return 'source-missing'
        if (sending(order.form) && line.to === division) return 'receiver-missing'
        const [own, from] = order.form === 'plan' ? [line.source!, line.source!] : [line.id, line.source ?? line.id]
        const way = sending(order.form)
          ? { sends: `t${line.id}` }
          : receiving(order.form)
            ? { takes: line.transfer! }
            : {}
        made.push({
          division,
          debit: `${own}/${debit}`,
          credit: `${from}/${credit}`,
          amount: line.amount,
          corrected: 0n,
          ...way,
        })
      }
    else if (order.kind === 'use')
      for (const { line, debit, credit, amount } of order.lines) {
        if (!USES[order.form]!.includes(`${debit}<${credit}`)) return 'no-such-order'
        made.push({ division, debit: `${line}/${debit}`, credit: `${line}/${credit}`, amount, corrected: 0n })
      }
    else if (order.kind === 'recall') {
      const refusal = this.callBack(order, made, dropped, claims)
      if (refusal) return refusal
    } else if (order.kind === 'hand-over') {
      const refusal = handOver(this, order, made, lossesOnly)
      if (refusal) return refusal
    } else if (order.kind !== 'correct') {
      const refusal = this.takeOff(order, made, lossesOnly)
      if (refusal) return refusal
    } else {
      const wrong = this.entries.get(order.entry)
      if (wrong?.division !== division) return 'entry-missing'
      if (wrong!.corrects) return 'correction-of-red'
      if ([wrong!.debit, wrong!.credit].some(side => side.endsWith('/5201'))) return 'correction-of-payment'
      if (order.amount <= 0n) return 'correction-not-positive'
      if (order.amount > wrong!.amount - wrong!.corrected) return 'correction-exceeds'
      const { batch: _, ...same } = wrong!
      made.push({ ...same, amount: -order.amount, corrected: 0n, corrects: order.entry })
      if (wrong!.partner) {
        const [of, n] = order.entry.split('/') as [string, string]
        const name = `${of}/${Number(n) + wrong!.partner}`
        made.push({ ...this.entries.get(name)!, amount: -order.amount, corrected: 0n, corrects: name })
      }
    }
    const left = new Map<string, bigint>()
    const move = (key: string, by: bigint) =>
      left.set(key, (left.get(key) ?? this.standing(key)) + (lossesOnly && by > 0n ? 0n : by))
    for (const [transfer, amount] of dropped) move(`transit ${transfer}`, -amount)
    for (const { debit, credit, amount, sends, takes, calls, gives } of made) {
      if (calls) move(`transit ${calls}`, -amount)
      if (gives) move(`transit ${gives}`, amount)
      if (sends) move(`transit ${sends}`, amount)
      if (takes) move(`transit ${takes}`, -amount)
      move(debit, debit.endsWith('/4001') ? -amount : amount)
      move(credit, credit.endsWith('/4001') ? amount : -amount)
    }
    // Of a receipt that was called back since, less can be corrected than was received.
    const back = made.some(
      ({ takes, amount }) => takes && amount < 0n && this.transfers.get(takes)!.taken + amount < 0n,
    )
    if (back && !lossesOnly) return 'transfer-exceeded'
    const short = [...left].find(([, stands]) => stands < 0n)
    if (short && !lossesOnly) return short[0].startsWith('transit') ? 'transfer-exceeded' : 'over-allotted'
    for (const [transfer, amount] of dropped) this.transfers.get(transfer)!.sent -= amount
    for (const [transfer, amount] of claims) this.claimed.set(transfer, (this.claimed.get(transfer) ?? 0n) + amount)
    for (const { division: d, debit, sends, takes, calls, gives, amount } of made) {
      if (sends && !this.transfers.has(sends)) {
        const line = debit.split('/')[0]!
        const across = debit.endsWith('/500203')
        const to = order.kind === 'hand-over' ? order.to : (this.receiver(order, sends) ?? d)
        const handed = order.kind === 'hand-over'
        this.transfers.set(sends, { to, from: d, line, across, handed, sent: 0n, taken: 0n })
      }
      if (calls) this.transfers.get(calls)!.sent -= amount
      if (gives) this.transfers.get(gives)!.taken -= amount
      if (sends && !(lossesOnly && amount > 0n)) this.transfers.get(sends)!.sent += amount
      if (takes && !(lossesOnly && amount < 0n)) this.transfers.get(takes)!.taken += amount
    }
    for (const [key, stands] of left) if (!key.startsWith('transit')) this.balances.set(key, stands)
    const numbered = new Map<string, number>()
    for (const entry of made) {
      const batch = entry.batch ?? order.id
      numbered.set(batch, (numbered.get(batch) ?? 0) + 1)
      this.entries.set(`${batch}/${numbered.get(batch)}`, entry)
    }
    for (const entry of made) if (entry.corrects) this.entries.get(entry.corrects)!.corrected -= entry.amount
    if (order.kind === 'issue' && order.form !== 'plan')
      for (const { id, source, transfer } of order.lines)
        this.lines.set(id, {
          division,
          form: order.form,
          root: source ? this.lines.get(source)!.root : id,
          ...(source ? { source } : {}),
          ...(transfer ? { transfer } : {}),
        })
    if (order.kind === 'hand-over')
      for (const { sends, debit } of made) {
        if (!sends) continue
        const [out] = debit.split('/') as [string]
        if (this.lines.has(out)) continue
        const source = this.outOf.get(out)!
        this.lines.set(out, { division, form: 'hand-over', root: this.lines.get(source)!.root, source })
        const taken = out.replace('.', '<')
        this.lines.set(taken, { division: order.to, form: 'take-over', root: taken, transfer: sends })
      }
    if (order.kind === 'vire' || order.kind === 'integrate')
      for (const { id, line } of order.lines) {
        const { form, root, source } = this.lines.get(line)!
        this.lines.set(id, { division, form: 'refine', root, source: form === 'assign' ? line : source! })
      }
    return null
  }

  /** Whether a reduction may take from a line, and what it could take of it: what is unassigned or unrefined; own spending and plan. */
  reducible(form: 'cut' | 'withdraw', id: string): bigint | null {
    const line = this.lines.get(id)!
    const own = (of: string) => of === 'register' || of === 'add'
    if (form === 'withdraw')
      return line.form === 'refine' ? this.standing(`${id}/500201`) + this.standing(`${id}/5101`) : null
    if (own(line.form)) return this.standing(`${id}/1001`)
    return line.form === 'assign' && own(this.lines.get(line.source!)!.form) ? this.standing(`${id}/5001`) : null
  }

  /** What a spread takes off each line of a division: largest remainders first, the older line first where they tie. */
  spread(form: 'cut' | 'withdraw', division: number, amount: bigint): { line: string; amount: bigint }[] {
    const live = [...this.lines]
      .filter(([id, line]) => line.division === division && (this.reducible(form, id) ?? 0n) > 0n)
      .map(([id]) => ({ line: id, left: this.reducible(form, id)! }))
      .sort((a, b) => (this.age(a.line) < this.age(b.line) ? -1 : 1))
    return proportional(amount, live)
  }

  /** Which of two lines is the older; the world knows, for it may have taken orders that were sent at once in another order. */
  age: (line: string) => bigint = () => 0n

  private takeOff(order: Order, made: Entry[], lossesOnly: boolean): string | null {
    if (order.kind !== 'reduce' && order.kind !== 'spread' && order.kind !== 'vire' && order.kind !== 'integrate')
      return null
    const { division } = order
    const form = order.kind === 'reduce' || order.kind === 'spread' ? order.form : 'withdraw'
    if (order.kind === 'spread') {
      if (order.amount <= 0n) return 'amount-not-positive'
      const all = [...this.lines]
        .filter(([, line]) => line.division === division)
        .reduce((sum, [id]) => sum + (this.reducible(form, id) ?? 0n), 0n)
      if (all === 0n) return 'nothing-to-reduce'
      if (order.amount > all) return 'over-allotted'
    }
    const parts = order.kind === 'spread' ? this.spread(form, division, order.amount) : order.lines
    const gone = new Map<string, bigint>()
    const entry = (debit: string, credit: string, amount: bigint, half?: { partner: 1 | -1 }) =>
      void made.push({ division, debit, credit, amount, corrected: 0n, ...half })
    for (const part of parts) {
      const { line: id, amount } = part
      const line = this.lines.get(id)
      if (amount <= 0n) return 'amount-not-positive'
      if (line?.division !== division) return 'source-missing'
      const whole = order.kind === 'integrate' && line!.form === 'assign'
      const most = whole ? this.standing(`${id}/5001`) : this.reducible(form, id)
      if (most === null) return 'source-wrong-form'
      const before = gone.get(id) ?? 0n
      gone.set(id, before + amount)
      if (before + amount > most && !lossesOnly) return 'over-allotted'
      const up = line!.source ?? id
      if (whole && 'id' in part) {
        entry(`${part.id}/500201`, `${id}/5001`, amount)
        continue
      }
      if (form === 'cut') {
        if (line!.form === 'assign') entry(`${up}/1001`, `${id}/5001`, amount)
        entry(`${up}/4001`, `${up}/1001`, amount)
        continue
      }
      const own = this.standing(`${id}/500201`) - before
      const planned = amount - (own > 0n ? (own < amount ? own : amount) : 0n)
      // Of losses alone, each account loses what it might lose: which of the two it was depends on what came before.
      if (lossesOnly) entry(`${up}/5001`, `${id}/5101`, amount)
      else if (planned > 0n) entry(`${id}/500201`, `${id}/5101`, planned)
      // The two halves of a virement are corrected together.
      const halves = order.kind === 'vire'
      entry(`${up}/5001`, `${id}/500201`, amount, halves ? { partner: 1 } : undefined)
      if ('id' in part) entry(`${part.id}/500201`, `${up}/5001`, amount, halves ? { partner: -1 } : undefined)
    }
    return null
  }

  /** The line that each handed-over one was made from, until it stands among the lines. */
  readonly outOf = new Map<string, string>()

  /** The layers in which money of a transfer lies below, unspent: on received, assigned and refined lines, the older line first. */
  layers(transfer: string): { line: string; left: bigint }[][] {
    const made = (fits: (line: Line) => boolean) =>
      [...this.lines]
        .flatMap(([id, line]) => (fits(line) ? [id] : []))
        .sort((a, b) => (this.age(a) < this.age(b) ? -1 : 1))
    const received = made(line => line.transfer === transfer)
    const assigned = made(line => received.includes(line.source ?? ''))
    const used = made(line => assigned.includes(line.source ?? ''))
    const at = (lines: string[], ...accounts: number[]) =>
      lines
        .map(line => ({ line, left: accounts.reduce((sum, account) => sum + this.standing(`${line}/${account}`), 0n) }))
        .filter(({ left }) => left > 0n)
    return [at(received, 1001), at(assigned, 5001), at(used, 500201, 5101)]
  }

  unspent(transfer: string): bigint {
    const { sent, taken } = this.transfers.get(transfer)!
    const there = this.layers(transfer)
      .flat()
      .reduce((sum, { left }) => sum + left, sent - taken)
    const most = sent - (this.claimed.get(transfer) ?? 0n)
    return there < most ? there : most
  }

  /** Whether what was received was passed further, and not all of that is spent. */
  passedOn(transfer: string): boolean {
    const unspentBelow = (of: string): bigint =>
      this.standing(`transit ${of}`) +
      this.layers(of)
        .flat()
        .reduce((sum, { left }) => sum + left, 0n) +
      further(of).reduce((sum, one) => sum + unspentBelow(one), 0n)
    const further = (of: string): string[] => {
      const received = [...this.lines].flatMap(([id, line]) => (line.transfer === of ? [id] : []))
      return [...this.lines].flatMap(([id, line]) =>
        (sending(line.form) || line.form === 'hand-over') &&
        received.includes(line.root) &&
        this.transfers.has(`t${id}`)
          ? [`t${id}`]
          : [],
      )
    }
    const stands = (of: string) => this.transfers.get(of)!.sent > 0n
    const chain = (of: string): boolean =>
      further(of).some(one => (stands(one) && unspentBelow(one) > 0n) || chain(one))
    return chain(transfer)
  }

  private callBack(
    order: Order & { kind: 'recall' },
    made: Entry[],
    dropped: Map<string, bigint>,
    claims: Map<string, bigint>,
  ): string | null {
    const { division, form } = order
    const own = form === 'recall' || form === 'settle'
    const asked = new Map<string, bigint>()
    for (const { transfer, amount } of order.lines) {
      const one = this.transfers.get(transfer)
      if (amount <= 0n) return 'amount-not-positive'
      if (!one || one.across || one.handed || (own ? one.from !== division : one.from !== null || one.to !== division))
        return 'source-missing'
      asked.set(transfer, (asked.get(transfer) ?? 0n) + amount)
      if (asked.get(transfer)! > one.sent - (this.claimed.get(transfer) ?? 0n)) return 'recall-exceeds'
    }
    for (const [transfer, amount] of asked) {
      const { to, line, sent, taken } = this.transfers.get(transfer)!
      const there = this.unspent(transfer)
      const take = amount < there ? amount : there
      if (amount > take) {
        if (this.passedOn(transfer)) return 'recall-passed-on'
        claims.set(transfer, amount - take)
      }
      const inTransit = take < sent - taken ? take : sent - taken
      let rest = take - inTransit
      const below = { division: to, corrected: 0n, batch: own ? `${order.id}<${to}` : order.id }
      for (const layer of this.layers(transfer)) {
        const all = layer.reduce((sum, { left }) => sum + left, 0n)
        const of = rest < all ? rest : all
        rest -= of
        if (of === 0n) continue
        for (const part of proportional(of, layer)) {
          const { source, transfer: direct } = this.lines.get(part.line)!
          const step = (debit: string, credit: string, by = part.amount, more: Partial<Entry> = {}) =>
            void made.push({ ...below, debit, credit, amount: by, ...more })
          const root = direct ? part.line : this.lines.get(part.line)!.root
          if (!direct && source !== root) {
            const free = this.standing(`${part.line}/500201`)
            if (part.amount > free) step(`${part.line}/500201`, `${part.line}/5101`, part.amount - free)
            step(`${source}/5001`, `${part.line}/500201`)
            step(`${root}/1001`, `${source}/5001`)
          } else if (!direct) step(`${root}/1001`, `${part.line}/5001`)
          step(
            `${root}/4001`,
            `${root}/1001`,
            part.amount,
            own ? { gives: transfer } : { gives: transfer, calls: transfer },
          )
        }
      }
      if (own && take > 0n) {
        const source = this.lines.get(line!)!.source!
        const above = { division, corrected: 0n, batch: `${order.id}>${to}` }
        made.push({ ...above, debit: `${source}/5001`, credit: `${line}/500202`, amount: take, calls: transfer })
      } else if (inTransit > 0n) dropped.set(transfer, inTransit)
    }
    return null
  }

  standing(key: string): bigint {
    if (!key.startsWith('transit ')) return this.balances.get(key) ?? 0n
    const transfer = this.transfers.get(key.slice(8))
    return transfer ? transfer.sent - transfer.taken : 0n
  }

  /** What came into each tree of a division, less what stands in it: nothing but zeros, always. */
  trees(): Map<string, bigint> {
    const trees = new Map<string, bigint>()
    for (const [key, stands] of this.balances) {
      const [line, account] = key.split('/') as [string, string]
      const { root } = (this.lines.get(line) ?? this.past.lines.get(line))!
      trees.set(root, (trees.get(root) ?? 0n) + (account === '4001' ? stands : -stands))
    }
    return trees
  }

  /**
   * The year is over in every division: each rest goes to 5901, and stands in the new year where it stood, on a line that mirrors the old
   * one, below mirrors of what that was made from. @returns the new line of each old one that was carried
   */
  turnTheYear(): Map<string, string> {
    const carried = new Map<string, bigint>()
    const left = [...this.lines.keys()].flatMap(line =>
      RESTS.map(account => ({ line, account, fen: this.standing(`${line}/${account}`) })).filter(({ fen }) => fen > 0n),
    )
    for (const { line, account, fen } of left) {
      this.balances.set(`${line}/${account}`, 0n)
      this.balances.set(`${line}/5901`, this.standing(`${line}/5901`) + fen)
      this.balances.set(`${line}'/${account}`, fen)
      for (let up: string | undefined = line; up; up = this.lines.get(up)!.source)
        carried.set(up, (carried.get(up) ?? 0n) + fen)
    }
    for (const [id, line] of this.lines) this.past.lines.set(id, line)
    for (const [id, transfer] of this.transfers) this.past.transfers.set(id, transfer)
    for (const gone of [this.lines, this.transfers, this.entries, this.claimed]) gone.clear()
    for (const [id, fen] of carried) {
      const { division, form, root, source } = this.past.lines.get(id)!
      this.lines.set(`${id}'`, {
        division,
        root: `${root}'`,
        ...(source ? { form, source: `${source}'` } : { form: 'carry' }),
      })
      if (!source) this.balances.set(`${id}'/4001`, fen)
    }
    return new Map([...carried.keys()].map(id => [id, `${id}'`]))
  }

  copy(): ReferenceLedger {
    const copy = new ReferenceLedger()
    copy.age = this.age
    for (const [out, line] of this.outOf) copy.outOf.set(out, line)
    for (const [id, line] of this.past.lines) copy.past.lines.set(id, line)
    for (const [id, transfer] of this.past.transfers) copy.past.transfers.set(id, transfer)
    for (const [id, amount] of this.claimed) copy.claimed.set(id, amount)
    for (const [id, line] of this.lines) copy.lines.set(id, line)
    for (const [id, transfer] of this.transfers) copy.transfers.set(id, { ...transfer })
    for (const [id, entry] of this.entries) copy.entries.set(id, { ...entry })
    for (const [key, stands] of this.balances) copy.balances.set(key, stands)
    return copy
  }

  private receiver(order: Order, transfer: string): number | undefined {
    return order.kind === 'issue' ? order.lines.find(line => `t${line.id}` === transfer)?.to : undefined
  }
}
