import type { Level } from '../kernel/division-code.ts'
import { LEVELS } from '../kernel/division-code.ts'
import type { Sentence } from '../kernel/refusal.ts'
import type { Flow } from './contract.ts'
import { HELD, held, type Tree } from './figures.ts'
import type { Balance, Sent } from './store.ts'

/** More branches than this are drawn as one. */
const BRANCHES_DRAWN = 30

const SOURCES: Record<Level, Sentence> = {
  central: { zh: '中央资金', en: 'central funds' },
  province: { zh: '省级资金', en: 'provincial funds' },
  city: { zh: '市级资金', en: 'city funds' },
  county: { zh: '县级资金', en: 'county funds' },
  township: { zh: '乡级资金', en: 'township funds' },
}
const OWN: Sentence = { zh: '本级预算', en: 'own budget' }
const ELSEWHERE: Sentence = { zh: '下级预算及其他来源', en: 'budgets below and other sources' }

const SINKS: { id: string; name: Sentence; accounts: readonly number[] }[] = [
  { id: 'paid', name: { zh: '已支付', en: 'paid' }, accounts: HELD.paid },
  {
    id: 'ready',
    name: { zh: '已细化未支付', en: 'refined, not yet paid' },
    accounts: [...HELD.own, ...HELD.plan, ...HELD.transit],
  },
  {
    id: 'unrefined',
    name: { zh: '未分配、未细化', en: 'not yet assigned or refined' },
    accounts: [...HELD.toAssign, ...HELD.toRefine],
  },
  { id: 'carried', name: { zh: '结转下年', en: 'carried to next year' }, accounts: HELD.carried },
]
const UNDER_WAY: Sentence = { zh: '在途、转出', en: 'in transit or gone elsewhere' }

/**
 * Draws the year's money: sources → the division → own spending and the branches below → where it stands. Every inner node takes in
 * exactly as much as it gives out, because both sides are balances of the same books: for a set of divisions,
 * own budgets + what came from outside = what it holds + what it sent on and did not take itself.
 */
export function flowOf(tree: Tree, balances: readonly Balance[], sent: readonly Sent[]): Flow {
  const { root } = tree
  const nodes = new Map<string, Flow['nodes'][number]>()
  const links: Flow['links'] = []
  const link = (from: Flow['nodes'][number], to: Flow['nodes'][number], fen: bigint): void => {
    if (fen <= 0n) return
    nodes.set(from.id, from)
    nodes.set(to.id, to)
    links.push({ source: from.id, target: to.id, amountFen: String(fen) })
  }
  const sink = (id: string, name: Sentence) => ({ id, name, kind: 'stage' })
  const source = (id: string, name: Sentence) => ({ id, name, kind: 'source' })
  const self = { id: `division:${root.code}`, name: { zh: root.name, en: root.name }, kind: 'division' }

  const own = balances.filter(balance => balance.division === root.id)
  const received = (level: Level) => held(own, HELD.revenue, one => one.sender !== null && one.sourceLevel === level)
  link(
    source('source:own', OWN),
    self,
    held(own, HELD.revenue, one => one.sender === null),
  )
  for (const level of LEVELS) link(source(`source:${level}`, SOURCES[level]), self, received(level))
  for (const stage of SINKS) link(self, sink(stage.id, stage.name), held(own, stage.accounts))

  const sentTo = (members: ReadonlySet<number>) =>
    sent.filter(one => one.sender === root.id && members.has(one.receiver))
  const total = (some: readonly Sent[], of: 'sentFen' | 'takenFen') => some.reduce((sum, one) => sum + one[of], 0n)
  const sentBelow = total(
    sent.filter(one => one.sender === root.id),
    'sentFen',
  )
  link(self, sink('under-way', UNDER_WAY), held(own, HELD.passed) - sentBelow)

  const drawn = tree.branches
    .map(branch => ({ ...branch, sentFen: total(sentTo(branch.members), 'sentFen') }))
    .sort((a, b) => (a.sentFen > b.sentFen ? -1 : a.sentFen < b.sentFen ? 1 : 0))
  const rest = drawn.length > BRANCHES_DRAWN ? drawn.splice(BRANCHES_DRAWN - 1) : []
  const shown = [
    ...drawn.map(branch => ({
      id: `division:${branch.head.code}`,
      name: { zh: branch.head.name, en: branch.head.name },
      members: branch.members,
    })),
    ...(rest.length > 0
      ? [
          {
            id: 'rest',
            name: { zh: `其余 ${rest.length} 个`, en: `${rest.length} others` },
            members: new Set(rest.flatMap(branch => [...branch.members])),
          },
        ]
      : []),
  ]
  for (const { id, name, members } of shown) {
    const node = { id, name, kind: 'division' }
    const its = balances.filter(balance => members.has(balance.division))
    const fromSelf = sentTo(members)
    link(self, node, total(fromSelf, 'sentFen'))
    link(
      source('source:below', ELSEWHERE),
      node,
      held(its, HELD.revenue, one => one.sender === null || (one.sender !== root.id && !members.has(one.sender))),
    )
    for (const stage of SINKS) link(node, sink(stage.id, stage.name), held(its, stage.accounts))
    const takenWithin = held(its, HELD.revenue, one => one.sender !== null && members.has(one.sender))
    const stillComing = total(fromSelf, 'sentFen') - total(fromSelf, 'takenFen')
    link(node, sink('under-way', UNDER_WAY), held(its, HELD.passed) - takenWithin + stillComing)
  }
  return { nodes: [...nodes.values()], links }
}
