import { groupBy } from '../kernel/group-by.ts'
import type { Flow } from '../overview/contract.ts'
import type { AccountName, TraceLine } from './contract.ts'
import type { FamilyLine } from './trace-store.ts'

/** More lines or payees than this are not drawn one by one; the table has all. */
const LINES_DRAWN = 28
const PAYEES_DRAWN = 12

interface Drawn {
  lines: readonly TraceLine[]
  traced: readonly { line: FamilyLine; fen: bigint }[]
  payees: readonly { allotment: string; payee: string | null; fen: bigint }[]
  ofPayment: boolean
  accounts: readonly AccountName[]
}

/** The trace as a drawing: sources, lines, where the money rests on each, and payees; lengths are what is left, in fen. */
export function drawTrace({ lines, traced, payees, ofPayment, accounts }: Drawn): Flow {
  const nodes = new Map<string, Flow['nodes'][number]>()
  const links = new Map<string, Flow['links'][number]>()
  const byId = new Map(lines.map(line => [line.id, line]))
  // The nearest first, so that no line is drawn whose source is not.
  const nearest = [...lines].sort((a, b) => a.depth - b.depth).slice(0, LINES_DRAWN)
  const drawn = new Set(nearest.map(line => line.id))
  for (const { line } of traced.slice(0, LINES_DRAWN)) for (const id of line.path) if (byId.has(id)) drawn.add(id)
  const lineNode = (id: string): string => {
    const line = byId.get(id)!
    const what = line.project?.name ?? line.agency ?? line.toDivision ?? line.fund.name
    const name = `${line.division.name} ${what} #${id}`
    nodes.set(`line:${id}`, { id: `line:${id}`, name: { zh: name, en: name }, kind: 'line' })
    return `line:${id}`
  }
  const link = (source: string, target: string, fen: bigint): void => {
    if (fen <= 0n) return
    const found = links.get(`${source} ${target}`)
    if (found) found.amountFen = String(BigInt(found.amountFen) + fen)
    else links.set(`${source} ${target}`, { source, target, amountFen: String(fen) })
  }
  const level = (line: TraceLine): string => {
    const id = `source:${line.sourceLevel}:${line.transfer ? 'superior' : 'own'}`
    const name = line.transfer
      ? {
          zh: `${LEVELS[line.sourceLevel]?.zh ?? ''}资金（上级转移支付）`,
          en: `${LEVELS[line.sourceLevel]?.en ?? ''} funds, from above`,
        }
      : { zh: '本级预算', en: 'own budget' }
    nodes.set(id, { id, name, kind: 'source' })
    return id
  }
  // Up: what is traced, along each path.
  for (const { line, fen } of traced) {
    const path = line.path.filter(id => byId.has(id) && drawn.has(id))
    if (path.length === 0 || fen <= 0n) continue
    link(level(byId.get(path[0]!)!), lineNode(path[0]!), fen)
    for (let n = 1; n < path.length; n++) link(lineNode(path[n - 1]!), lineNode(path[n]!), fen)
  }
  if (!ofPayment) {
    for (const line of lines) {
      if (line.kin === 'above' || !drawn.has(line.id)) continue
      if (line.kin === 'below' && line.parent && drawn.has(line.parent))
        link(lineNode(line.parent), lineNode(line.id), BigInt(line.netFen ?? '0'))
      rests(line)
    }
    const others = lines.filter(
      line => line.kin === 'below' && !drawn.has(line.id) && line.parent && drawn.has(line.parent),
    )
    for (const line of others) {
      nodes.set('rest', { id: 'rest', name: { zh: `其余指标`, en: 'other lines' }, kind: 'line' })
      link(lineNode(line.parent!), 'rest', BigInt(line.netFen ?? '0'))
    }
  }
  const most = new Set(
    [...groupBy(payees, one => one.payee ?? '')]
      .map(([name, some]) => ({ name, fen: some.reduce((sum, one) => sum + one.fen, 0n) }))
      .sort((a, b) => (a.fen > b.fen ? -1 : 1))
      .slice(0, PAYEES_DRAWN)
      .map(one => one.name),
  )
  for (const { allotment, payee, fen } of payees) {
    if (!drawn.has(allotment)) continue
    const name = most.has(payee ?? '') ? (payee ?? '—') : null
    const id = name === null ? 'payee-rest' : `payee:${name}`
    nodes.set(id, {
      id,
      name: name === null ? { zh: '其余收款人', en: 'other payees' } : { zh: name, en: name },
      kind: 'payee',
    })
    link(lineNode(allotment), id, fen)
  }
  const used = new Set([...links.values()].flatMap(one => [one.source, one.target]))
  return { nodes: [...nodes.values()].filter(node => used.has(node.id)), links: [...links.values()] }

  /** What stands on a line itself, but for what was paid (its payees are drawn) and passed down (its receivers are). */
  function rests(line: TraceLine): void {
    const taken = line.toDivision
      ? lines.filter(one => one.parent === line.id).reduce((sum, one) => sum + BigInt(one.netFen ?? '0'), 0n)
      : 0n
    const paidTo = payees.some(one => one.allotment === line.id)
    for (const { account, fen } of line.balances) {
      const of = accounts.find(one => one.code === account)
      if (of?.side !== 'D' || (account === 5201 && paidTo)) continue
      const left = BigInt(fen) - (line.toDivision && [500202, 500203].includes(account) ? taken : 0n)
      if (left <= 0n) continue
      nodes.set(`account:${account}`, { id: `account:${account}`, name: { zh: of.zh, en: of.en }, kind: 'account' })
      link(lineNode(line.id), `account:${account}`, left)
    }
  }
}

const LEVELS: Record<string, { zh: string; en: string }> = {
  central: { zh: '中央', en: 'central' },
  province: { zh: '省级', en: 'provincial' },
  city: { zh: '市级', en: 'city' },
  county: { zh: '县级', en: 'county' },
  township: { zh: '乡级', en: 'township' },
}
