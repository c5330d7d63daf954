/**
 * The ledger again, in memory and as short as it can be, to watch the real one: it shares no code with it, knows nothing of
 * documents, funds, digests or locks, and says only which orders are lawful and what stands where afterwards.
 */
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
)
interface Entry {
  division: number
  debit: string
  credit: string
  amount: bigint
  corrected: bigint
  sends?: string
  takes?: string
  corrects?: string
}

const FLOW: Record<string, { debit: number; credit: number; after?: string[] }> = {
  register: { debit: 1001, credit: 4001 },
  add: { debit: 1001, credit: 4001 },
  receive: { debit: 1001, credit: 4001 },
  assign: { debit: 5001, credit: 1001, after: ['register', 'add', 'receive'] },
  refine: { debit: 500201, credit: 5001, after: ['assign'] },
  'pass-down': { debit: 500202, credit: 5001, after: ['assign'] },
  plan: { debit: 5101, credit: 500201, after: ['refine'] },
}
const USES: Record<string, string[]> = {
  pay: ['5201<5101', '5201<500201', '5201<5102'],
  refund: ['5101<5201', '500201<5201'],
}

export class ReferenceLedger {
  readonly lines = new Map<string, { division: number; form: string; root: string; source?: string }>()
  readonly transfers = new Map<string, { to: number; sent: bigint; taken: bigint }>()
  readonly entries = new Map<string, Entry>()
  /** `line/account` → what stands there: on the debit side, for 4001 on the credit side. */
  readonly balances = new Map<string, bigint>()

  /** Takes the order, or leaves everything as it was and says why not. `lossesOnly` takes what it lowers and not what it raises. */
  apply(order: Order, lossesOnly = false): string | null {
    const { division } = order
    if (order.kind === 'arrive') {
      this.transfers.set(`t${order.id}`, { to: division, sent: order.amount, taken: 0n })
      return null
    }
    const made: Entry[] = []
    if (order.kind === 'issue')
      for (const line of order.lines) {
        const { debit, credit, after } = FLOW[order.form]!
        const source = after ? this.lines.get(line.source!) : undefined
        if (line.amount <= 0n) return 'amount-not-positive'
        if (after && source?.division !== division) return 'source-missing'
        if (after && !after.includes(source!.form)) return 'source-wrong-form'
        if (order.form === 'receive' && this.transfers.get(line.transfer!)?.to !== division) return 'source-missing'
        if (order.form === 'pass-down' && line.to === division) return 'receiver-missing'
        const [own, from] = order.form === 'plan' ? [line.source!, line.source!] : [line.id, line.source ?? line.id]
        const way =
          order.form === 'pass-down'
            ? { sends: `t${line.id}` }
            : order.form === 'receive'
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
    else if (order.kind !== 'correct') {
      const refusal = this.takeOff(order, made, lossesOnly)
      if (refusal) return refusal
    } else {
      const wrong = this.entries.get(order.entry)
      if (wrong?.division !== division) return 'entry-missing'
      if (wrong!.corrects) return 'correction-of-red'
      if ([wrong!.debit, wrong!.credit].some(side => side.endsWith('/5201'))) return 'correction-of-payment'
      if (order.amount <= 0n) return 'correction-not-positive'
      if (order.amount > wrong!.amount - wrong!.corrected) return 'correction-exceeds'
      made.push({ ...wrong!, amount: -order.amount, corrected: 0n, corrects: order.entry })
    }
    const left = new Map<string, bigint>()
    const move = (key: string, by: bigint) =>
      left.set(key, (left.get(key) ?? this.standing(key)) + (lossesOnly && by > 0n ? 0n : by))
    for (const { debit, credit, amount, sends, takes } of made) {
      if (sends) move(`transit ${sends}`, amount)
      if (takes) move(`transit ${takes}`, -amount)
      move(debit, debit.endsWith('/4001') ? -amount : amount)
      move(credit, credit.endsWith('/4001') ? amount : -amount)
    }
    const short = [...left].find(([, stands]) => stands < 0n)
    if (short && !lossesOnly) return short[0].startsWith('transit') ? 'transfer-exceeded' : 'over-allotted'
    for (const { division: d, sends, takes, amount } of made) {
      if (sends && !this.transfers.has(sends))
        this.transfers.set(sends, { to: this.receiver(order, sends) ?? d, sent: 0n, taken: 0n })
      if (sends && !(lossesOnly && amount > 0n)) this.transfers.get(sends)!.sent += amount
      if (takes && !(lossesOnly && amount < 0n)) this.transfers.get(takes)!.taken += amount
    }
    for (const [key, stands] of left) if (!key.startsWith('transit')) this.balances.set(key, stands)
    for (const [n, entry] of made.entries()) this.entries.set(`${order.id}/${n + 1}`, entry)
    for (const entry of made) if (entry.corrects) this.entries.get(entry.corrects)!.corrected -= entry.amount
    if (order.kind === 'issue' && order.form !== 'plan')
      for (const { id, source } of order.lines)
        this.lines.set(id, {
          division,
          form: order.form,
          root: source ? this.lines.get(source)!.root : id,
          ...(source ? { source } : {}),
        })
    if (order.kind === 'vire')
      for (const { id, line } of order.lines) {
        const { root, source } = this.lines.get(line)!
        this.lines.set(id, { division, form: 'refine', root, source: source! })
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
    const all = live.reduce((sum, { left }) => sum + left, 0n)
    const parts = live.map(({ line, left }) => ({ line, amount: (amount * left) / all, rest: (amount * left) % all }))
    let over = amount - parts.reduce((sum, part) => sum + part.amount, 0n)
    for (const part of [...parts].sort((a, b) => (a.rest === b.rest ? 0 : a.rest > b.rest ? -1 : 1)))
      if (over-- > 0n) part.amount++
    return parts.filter(part => part.amount > 0n)
  }

  /** Which of two lines is the older; the world knows, for it may have taken orders that were sent at once in another order. */
  age: (line: string) => bigint = () => 0n

  private takeOff(order: Order, made: Entry[], lossesOnly: boolean): string | null {
    if (order.kind !== 'reduce' && order.kind !== 'spread' && order.kind !== 'vire') return null
    const { division } = order
    const form = order.kind === 'vire' ? 'withdraw' : order.form
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
    const entry = (debit: string, credit: string, amount: bigint) =>
      void made.push({ division, debit, credit, amount, corrected: 0n })
    for (const part of parts) {
      const { line: id, amount } = part
      const line = this.lines.get(id)
      if (amount <= 0n) return 'amount-not-positive'
      if (line?.division !== division) return 'source-missing'
      const most = this.reducible(form, id)
      if (most === null) return 'source-wrong-form'
      const before = gone.get(id) ?? 0n
      gone.set(id, before + amount)
      if (before + amount > most && !lossesOnly) return 'over-allotted'
      const up = line!.source ?? id
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
      entry(`${up}/5001`, `${id}/500201`, amount)
      if ('id' in part) entry(`${part.id}/500201`, `${up}/5001`, amount)
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
      const { root } = this.lines.get(line)!
      trees.set(root, (trees.get(root) ?? 0n) + (account === '4001' ? stands : -stands))
    }
    return trees
  }

  copy(): ReferenceLedger {
    const copy = new ReferenceLedger()
    copy.age = this.age
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
