import type { Branch, Lamps, Stages } from './contract.ts'
import type { AreaDivision, Balance, Lit, Sent } from './store.ts'

/** The accounts of the chart [seed 4] that figures are made of; the ledger names them in its own part. */
export const HELD = {
  revenue: [4001],
  toAssign: [1001],
  toRefine: [5001],
  own: [500201],
  plan: [5101],
  transit: [5102],
  paid: [5201],
  passed: [500202, 500203],
  carried: [5901],
  executable: [500201, 5101, 5102, 5201],
} as const satisfies Record<string, readonly number[]>

/** The division itself, and the divisions directly below it, each with all that hangs on it. */
export interface Tree {
  root: AreaDivision
  branches: { head: AreaDivision; members: ReadonlySet<number> }[]
  all: ReadonlySet<number>
}

/**
 * Cuts an area into branches, each division in exactly one: it hangs on its administrative parent, and on its fiscal one only
 * where the administrative parent lies outside the area.
 */
export function branchesOf(root: AreaDivision, area: readonly AreaDivision[]): Tree {
  const inside = new Map(area.map(division => [division.id, division]))
  const above = (division: AreaDivision): number =>
    [division.administrativeParent, division.fiscalParent].find(parent => parent !== null && inside.has(parent)) ??
    root.id
  const members = new Map<number, Set<number>>()
  for (const division of area) {
    if (division.id === root.id) continue
    let head = division
    // Parents never form a circle (divisions refuses it); the count only keeps a damaged table from hanging the page.
    for (let steps = 0; above(head) !== root.id && steps < area.length; steps++) head = inside.get(above(head))!
    const branch = members.get(head.id)
    if (branch) branch.add(division.id)
    else members.set(head.id, new Set([division.id]))
  }
  return {
    root,
    branches: [...members].map(([head, set]) => ({ head: inside.get(head)!, members: set })),
    all: new Set(inside.keys()),
  }
}

/** Sums what some divisions hold on some accounts, in fen. */
export function held(
  balances: readonly Balance[],
  accounts: readonly number[],
  where: (balance: Balance) => boolean = () => true,
): bigint {
  let sum = 0n
  for (const balance of balances) if (accounts.includes(balance.account) && where(balance)) sum += balance.fen
  return sum
}

/** Whether revenue came from outside a set of divisions: not an own budget, and not sent by one of them. */
export const fromOutside = (balance: Balance, members: ReadonlySet<number>): boolean =>
  balance.sender !== null && !members.has(balance.sender)

/** What a set of divisions arranged: own budgets, and what came from outside the set; what they send each other once. */
export const arrangedIn = (balances: readonly Balance[], members: ReadonlySet<number>): bigint =>
  held(
    balances,
    HELD.revenue,
    balance => members.has(balance.division) && (balance.sender === null || fromOutside(balance, members)),
  )

/** Where the area's money stands: each fen that came in is in exactly one of the later stages. */
export function stagesOf(balances: readonly Balance[], sent: readonly Sent[], all: ReadonlySet<number>): Stages {
  const takenInside = held(balances, HELD.revenue, one => one.sender !== null && all.has(one.sender))
  const inTransit = sent.reduce((sum, one) => sum + one.sentFen - one.takenFen, 0n)
  return {
    registeredFen: String(held(balances, HELD.revenue, one => one.sender === null)),
    receivedFen: String(held(balances, HELD.revenue, one => fromOutside(one, all))),
    toAssignFen: String(held(balances, HELD.toAssign)),
    toRefineFen: String(held(balances, HELD.toRefine)),
    ownFen: String(held(balances, HELD.own)),
    planFen: String(held(balances, HELD.plan)),
    transitFen: String(held(balances, HELD.transit)),
    paidFen: String(held(balances, HELD.paid)),
    passedFen: String(held(balances, HELD.passed) - takenInside),
    inTransitFen: String(inTransit),
    carriedFen: String(held(balances, HELD.carried)),
  }
}

/** paid / executable to four decimals, for showing; null where nothing is executable. */
export const rateOf = (paid: bigint, executable: bigint): number | null =>
  executable === 0n ? null : Number((paid * 20_000n + executable) / (executable * 2n)) / 10_000

export function lampsOf(lit: readonly Lit[], where: (division: number) => boolean = () => true): Lamps {
  const lamps = { bell: 0, yellow: 0, red: 0 }
  for (const one of lit) if (where(one.division)) lamps[one.level] += one.count
  return lamps
}

/** The rows of the division table: the division's own level, then its branches; none where nothing lies below it. */
export function branchRows(tree: Tree, balances: readonly Balance[], lit: readonly Lit[]): Branch[] {
  if (tree.branches.length === 0) return []
  // One pass over the balances, however many branches there are.
  const byDivision = new Map<number, Balance[]>()
  for (const balance of balances) {
    const some = byDivision.get(balance.division)
    if (some) some.push(balance)
    else byDivision.set(balance.division, [balance])
  }
  const row = (head: AreaDivision, members: ReadonlySet<number>, name: string): Branch => {
    const own = [...members].flatMap(division => byDivision.get(division) ?? [])
    const paid = held(own, HELD.paid)
    const executable = held(own, HELD.executable)
    return {
      code: head.code,
      name,
      level: head.level,
      arrangedFen: String(arrangedIn(own, members)),
      passedFen: String(held(own, HELD.passed, one => one.division === head.id)),
      paidFen: String(paid),
      executableFen: String(executable),
      rate: rateOf(paid, executable),
      lamps: lampsOf(lit, division => members.has(division)),
    }
  }
  return [
    row(tree.root, new Set([tree.root.id]), `${tree.root.name}本级`),
    ...tree.branches.map(branch => row(branch.head, branch.members, branch.head.name)),
  ]
}

export interface FundSum {
  fund: number
  arrangedFen: bigint
  executableFen: bigint
  paidFen: bigint
}

/**
 * The area's money by fund, the most arranged first. Money that a division takes under a fund of its own is arranged under both
 * funds: under each, what came into it from elsewhere.
 */
export function fundSums(balances: readonly Balance[], all: ReadonlySet<number>): FundSum[] {
  const sums = new Map<number, FundSum>()
  for (const balance of balances) {
    const sum = sums.get(balance.fund) ?? { fund: balance.fund, arrangedFen: 0n, executableFen: 0n, paidFen: 0n }
    sums.set(balance.fund, sum)
    if (balance.account === HELD.revenue[0]) {
      if (balance.sender === null || fromOutside(balance, all) || balance.renamed) sum.arrangedFen += balance.fen
    } else {
      if ((HELD.executable as readonly number[]).includes(balance.account)) sum.executableFen += balance.fen
      if (balance.account === HELD.paid[0]) sum.paidFen += balance.fen
    }
  }
  return [...sums.values()].sort((a, b) =>
    a.arrangedFen === b.arrangedFen ? a.fund - b.fund : a.arrangedFen > b.arrangedFen ? -1 : 1,
  )
}
