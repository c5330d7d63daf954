import { yuan } from '../../src/kernel/money.ts'
import { fenOf } from '../allotments/amount-rule.ts'

/** One value of a submitted form: where it stands, and what it says; amounts in yuan, as people read them. */
export interface Leaf {
  path: string
  name: string
  row: number | null
  value: string
  isMoney: boolean
}

// What is no business of a reader, or no matter of mending.
const LEFT_OUT = new Set(['requestKey', 'checkOnly'])

/** All values of a body that are text or numbers, in their order. */
export function leavesOf(body: unknown, path = '', row: number | null = null): Leaf[] {
  if (typeof body !== 'object' || body === null) return []
  return Object.entries(body).flatMap(([name, value]): Leaf[] => {
    if (LEFT_OUT.has(name)) return []
    const here = path ? `${path}.${name}` : name
    if (typeof value === 'object' && value !== null)
      return leavesOf(value, here, Array.isArray(body) ? Number(name) + 1 : row)
    const isMoney = name.endsWith('Fen') && /^-?\d+$/.test(String(value))
    return [{ path: here, name, row, value: isMoney ? yuan(BigInt(String(value))) : String(value ?? ''), isMoney }]
  })
}

/** The body with some values changed; amounts come in yuan and go in fen. Numbers stay numbers. */
export function withLeaves(body: unknown, changed: Readonly<Record<string, string>>): unknown {
  const copy = structuredClone(body)
  for (const leaf of leavesOf(body)) {
    const typed = changed[leaf.path]
    if (typed === undefined || typed === leaf.value) continue
    const steps = leaf.path.split('.')
    let at = copy as Record<string, unknown>
    for (const step of steps.slice(0, -1)) at = at[step] as Record<string, unknown>
    const last = steps.at(-1) ?? ''
    if (leaf.isMoney) at[last] = fenOf(typed)
    else if (typeof at[last] === 'number') at[last] = Number(typed)
    else at[last] = typed
  }
  return copy
}
