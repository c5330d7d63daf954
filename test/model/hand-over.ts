import type { Entry, Order } from './orders.ts'
import { RESTS, type ReferenceLedger } from './reference-ledger.ts'

/** Of a line what is unassigned, unrefined, own and planned: in this order; what is planned becomes own spending first. */
export function handOver(
  ledger: ReferenceLedger,
  order: Order & { kind: 'hand-over' },
  made: Entry[],
  lossesOnly: boolean,
): string | null {
  const { id, division, to } = order
  if (to === division) return 'hand-over-itself'
  const rest = (line: string) => RESTS.reduce((sum, account) => sum + ledger.standing(`${line}/${account}`), 0n)
  const all = () =>
    [...ledger.lines]
      .flatMap(([line, one]) => (one.division === division && rest(line) > 0n ? [line] : []))
      .sort((a, b) => (ledger.age(a) < ledger.age(b) ? -1 : 1))
  const parts = order.parts === 'all' ? all().map(line => ({ line, amount: rest(line) })) : order.parts
  if (parts.length === 0) return 'nothing-to-hand-over'
  const gone = new Map<string, bigint>()
  const came: Entry[] = []
  for (const [n, { line, amount }] of parts.entries()) {
    if (ledger.lines.get(line)?.division !== division) return 'source-missing'
    if (amount <= 0n) return 'amount-not-positive'
    const before = gone.get(line) ?? 0n
    if (before + amount > rest(line) && !lossesOnly) return 'over-allotted'
    gone.set(line, before + amount)
    const out = `${id}.${n + 1}`
    const sends = `t${out}`
    ledger.outOf.set(out, line)
    const step = (debit: string, account: number, fen: bigint, more: Partial<Entry> = {}) =>
      void (
        fen > 0n && made.push({ division, debit, credit: `${line}/${account}`, amount: fen, corrected: 0n, ...more })
      )
    // Each balance gives what an earlier part of the same order has left of it.
    let skip = before
    let left = amount
    const [total = 0n, unrefined = 0n, own = 0n, plan = 0n] = RESTS.map(account => {
      const stands = ledger.standing(`${line}/${account}`)
      const skipped = skip < stands ? skip : stands
      skip -= skipped
      // Of losses alone, each account loses what it might lose.
      if (lossesOnly) return stands > 0n ? amount : 0n
      const part = left < stands - skipped ? left : stands - skipped
      left -= part
      return part
    })
    step(`${out}/500202`, 1001, total, { sends })
    step(`${out}/500202`, 5001, unrefined, { sends })
    if (!lossesOnly) step(`${line}/500201`, 5101, plan)
    step(`${out}/500202`, 500201, own + plan, { sends })
    if (lossesOnly) step(`${out}/500202`, 5101, plan, { sends })
    const taken = `${id}<${n + 1}`
    const into = { division: to, corrected: 0n, batch: `${id}>`, takes: sends }
    came.push({ ...into, debit: `${taken}/1001`, credit: `${taken}/4001`, amount })
  }
  made.push(...came)
  return null
}
