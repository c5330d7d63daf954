import { LEVELS, type Level } from '../kernel/division-code.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { FundMap, MapNode } from './contract.ts'

interface FundNode {
  fund: number
  code: string
  name: string
  level: Level
  superior: number | null
  owner: { code: string; name: string }
}
interface Held {
  fund: number
  code: string
  name: string
  level: Level
  registered: bigint
  /** Of it, what did not come from another division under the same fund: money is counted once over the levels. */
  entered: bigint
  passed: bigint
  paid: bigint
}

/**
 * The whole map of a fund (指定关联) from its topmost superior down to every fund that answers to it, with what each division registered,
 * passed down and paid under each in a year, in fen; and what moved between them, as it was taken. Money of divisions outside the reader's
 * scope is not in it.
 */
export async function fundMap(tx: Tx, fund: number, year: number): Promise<FundMap> {
  const funds = await tx.query<FundNode>(
    `with recursive up(id, superior) as (
       select id, superior from funds.fund where id = $1 union select f.id, f.superior from funds.fund f join up on f.id = up.superior
     ), down(id) as (
       select id from up where superior is null union select f.id from funds.fund f join down on f.superior = down.id
     )
     select f.id as fund, f.code, f.name, f.level, f.superior, jsonb_build_object('code', coalesce(d.code, ''), 'name', coalesce(d.name, '')) as owner
     from down join funds.fund f on f.id = down.id left join divisions.published_latest d on d.division = f.division`,
    [fund],
  )
  const ids = funds.map(one => one.fund)
  const held = await tx.query<Held>(
    `select l.fund, d.code, d.name, d.level,
       coalesce(sum(l.revenue_fen), 0)::bigint as registered,
       coalesce(sum(l.revenue_fen) filter (where t.sender is null or t.fund <> l.fund), 0)::bigint as entered, coalesce(sum(l.passed_fen), 0)::bigint as passed, coalesce(sum(l.paid_fen), 0)::bigint as paid
     from allotments.published_line l join divisions.published_latest d on d.division = l.division
     left join ledger.published_transfer t on t.division = l.division and t.id = l.transfer
     where l.fund = any ($1::int[]) and l.fiscal_year = $2 group by 1, 2, 3, 4
     order by array_position(array['central', 'province', 'city', 'county', 'township'], d.level), d.code`,
    [ids, year],
  )
  const flows = await tx.query<{
    from: string
    to: string
    fromName: string
    toName: string
    fromLevel: Level
    toLevel: Level
    fen: bigint
  }>(
    `select case when s.division is null then 'outside:' || t.source_level else s.code || ':' || t.fund end as "from", d.code || ':' || l.fund as "to",
       case when s.division is null then '' else s.name || ' · ' || tf.name end as "fromName", d.name || ' · ' || lf.name as "toName",
       coalesce(s.level, 'central') as "fromLevel", d.level as "toLevel", sum(l.revenue_fen)::bigint as fen
     from allotments.published_line l join ledger.published_transfer t on t.division = l.division and t.id = l.transfer
     join divisions.published_latest d on d.division = l.division left join divisions.published_latest s on s.division = t.sender
     join funds.published_fund lf on lf.id = l.fund join funds.published_fund tf on tf.id = t.fund
     where l.fiscal_year = $2 and (l.fund = any ($1::int[]) or t.fund = any ($1::int[])) and l.revenue_fen > 0
     group by 1, 2, 3, 4, 5, 6`,
    [ids, year],
  )
  return {
    nodes: inOrder(funds, held),
    // A picture of what goes down: what a neighbour hands over would close circles in it.
    flows: flows
      .filter(one => one.from.startsWith('outside:') || LEVELS.indexOf(one.fromLevel) < LEVELS.indexOf(one.toLevel))
      .map(({ from, to, fromName, toName, fen }) => ({ from, to, fromName, toName, amountFen: String(fen) })),
    history: await tx.query<never>(
      `select m.since::text, m.decided, case when s.id is not null then s.code || ' ' || s.name end as superior, coalesce(a.name, '系统') as actor
       from funds.mapping m left join funds.published_fund s on s.id = m.superior left join identity.account a on a.id = m.actor
       where m.fund = $1 order by m.no desc limit 100`,
      [fund],
    ),
  }
}

/** Parents before children, each with how deep it stands. */
function inOrder(funds: readonly FundNode[], held: readonly Held[]): MapNode[] {
  const byFund = new Map<number, Held[]>()
  for (const one of held) byFund.set(one.fund, [...(byFund.get(one.fund) ?? []), one])
  const below = new Map<number | null, FundNode[]>()
  const inside = new Set(funds.map(one => one.fund))
  for (const one of funds) {
    const above = one.superior !== null && inside.has(one.superior) ? one.superior : null
    below.set(above, [...(below.get(above) ?? []), one])
  }
  const nodes: MapNode[] = []
  const walk = (one: FundNode, depth: number): void => {
    const money = byFund.get(one.fund) ?? []
    const sum = (of: 'entered' | 'paid') => String(money.reduce((total, row) => total + row[of], 0n))
    nodes.push({
      fund: String(one.fund),
      code: one.code,
      name: one.name,
      level: one.level,
      superior: depth === 0 ? null : String(one.superior),
      depth,
      owner: one.owner,
      registeredFen: sum('entered'),
      paidFen: sum('paid'),
      divisions: money.map(({ code, name, level, registered, passed, paid }) => ({
        code,
        name,
        level,
        registeredFen: String(registered),
        passedFen: String(passed),
        paidFen: String(paid),
      })),
    })
    const children = [...(below.get(one.fund) ?? [])].sort((a, b) =>
      a.owner.code + a.code < b.owner.code + b.code ? -1 : 1,
    )
    for (const child of children) walk(child, depth + 1)
  }
  for (const root of below.get(null) ?? []) walk(root, 0)
  return nodes
}
