import type { Tx } from '../platform/database/transaction.ts'
import type { Reach } from './recallable.ts'

/** Which transfers a recall is of: named, or all that fit the words given. */
export interface Called {
  division: number
  fiscalYear: number
  /** Of the division's own sending, or of what superiors outside this installation sent it. */
  sent: boolean
  transfers?: readonly bigint[]
  fund?: number | null
  documentNumber?: string | null
  receiver?: number | null
}

/** Transfers of earlier years of which something was carried into a year, or came back in it. */
export const carriedTransfers = (
  tx: Tx,
  of: { division: number; sent: boolean; into: number },
): Promise<{ division: number; transfer: bigint }[]> =>
  tx.query<never>(
    `select t.division, t.id as transfer from ledger.transfer t
     where ($2 and t.sender = $1 or not $2 and t.division = $1 and t.sender is null) and not t.across and t.fiscal_year < $3
       and exists (select from allotments.allotment r cross join lateral allotments.made_of(array[r.id]) m
         join allotments.allotment a on a.division = r.division and a.division = m.division and a.id = m.id
         where r.division = t.division and r.transfer = t.id and a.fiscal_year = $3 and a.form in ('carry', 'recover'))
     order by t.division, t.id`,
    [of.division, of.sent, of.into],
  )

const names = (reaches: readonly Pick<Reach, 'division' | 'transfer'>[]) => [
  reaches.map(reach => reach.division),
  reaches.map(reach => reach.transfer),
]

/** The transfers called, by key. Not by year where they are named: the verb says what is wrong with another year's. */
export const calledTransfers = (
  tx: Tx,
  called: Called,
): Promise<{ division: number; transfer: bigint; fiscalYear: number }[]> =>
  tx.query<never>(
    `select t.division, t.id as transfer, t.fiscal_year as "fiscalYear" from ledger.transfer t
     left join allotments.allotment a on a.division = t.sender and a.id = t.sender_allotment
     where ($2 and t.sender = $1 and a.form = 'pass-down' or not $2 and t.division = $1 and t.sender is null)
       and case when $3::bigint[] is not null then t.id = any ($3)
         else t.fiscal_year = $4 and not t.across and ($5::int is null or t.fund = $5) and ($6::text is null or t.document_number = $6)
           and ($7::int is null or t.division = $7) end
     order by t.division, t.id`,
    [
      called.division,
      called.sent,
      called.transfers ?? null,
      called.fiscalYear,
      called.fund ?? null,
      called.documentNumber ?? null,
      called.receiver ?? null,
    ],
  )

// The lines made from transfers in the receivers' own divisions: received, assigned, refined or passed on. By their sources and not by
// paths, for a path goes on into the divisions below and the years after.
const MADE = `
  asked as (select d as division, i as transfer from unnest($1::int[], $2::bigint[]) as x(d, i)),
  received as (select a.division, k.transfer, a.id, a.id as source, a.id as root, a.form from asked k
    join allotments.allotment a on a.division = k.division and a.transfer = k.transfer),
  assigned as (select a.division, r.transfer, a.id, a.source, r.root, a.form from received r
    join allotments.allotment a on a.division = r.division and a.source = r.id),
  used as (select a.division, s.transfer, a.id, a.source, s.root, a.form from assigned s
    join allotments.allotment a on a.division = s.division and a.source = s.id),
  made as (select * from received union all select * from assigned union all select * from used)`

/**
 * Locks transfers, and then the balances of all lines made from them and of the lines that they came from, in the order in which forms
 * lock them. A line that another form made meanwhile is found when its form has committed: then all is locked anew, from the start.
 */
export async function lockReaches(
  tx: Tx,
  division: number,
  called: readonly { division: number; transfer: bigint }[],
): Promise<void> {
  await tx.query('select ledger.lock_transfers($1, $2::int[], $3::bigint[])', [division, ...names(called)])
  const lines = () =>
    tx.query<{ division: number; id: bigint }>(
      `with ${MADE} select division, id from made where form not in ('pass-down', 'send-across', 'hand-over')
       union select t.sender, k.id from asked x join ledger.transfer t on t.division = x.division and t.id = x.transfer
         join allotments.allotment a on a.division = t.sender and a.id = t.sender_allotment cross join unnest(array[a.id, a.source]) as k(id)
       order by 1, 2`,
      names(called),
    )
  for (;;) {
    const found = await lines()
    await tx.query('savepoint reach')
    await tx.query('select ledger.lock_balances_across($1::int[], $2::bigint[])', [
      found.map(line => line.division),
      found.map(line => line.id),
    ])
    if ((await lines()).length === found.length) return
    await tx.query('rollback to savepoint reach')
  }
}

/** Transfers with what of them is still unspent, and where. */
export async function reachesOf(
  tx: Tx,
  called: readonly { division: number; transfer: bigint }[],
): Promise<Map<bigint, Reach>> {
  const heads = await tx.query<never>(
    `with asked as (select d as division, i as transfer from unnest($1::int[], $2::bigint[]) as x(d, i))
     select t.division, t.id as transfer, t.fiscal_year as "fiscalYear", t.sender, t.across, t.sender_allotment as line, a.source as assigned,
       t.sent_fen as sent, t.taken_fen as taken,
       coalesce((select sum(r.amount_fen - coalesce(v.fen, 0)) from allotments.recoverable r left join lateral (
         select sum(x.amount_fen) as fen from allotments.recovered x where x.division = r.division and x.recoverable = r.id and x.recall is not null) v on true
         where r.transfer = t.id and r.transfer_division = t.division), 0)::bigint as claimed,
       coalesce((select sum(p.taken_fen) from allotments.recall_part p join allotments.recall c on c.division = p.division and c.id = p.recall
         where p.transfer = t.id and p.transfer_division = t.division and c.fiscal_year > t.fiscal_year), 0)::bigint as returned
     from asked k join ledger.transfer t on t.division = k.division and t.id = k.transfer
     left join allotments.allotment a on a.division = t.sender and a.id = t.sender_allotment`,
    names(called),
  )
  const lines = await tx.query<never>(
    `with ${MADE}
     select m.transfer, m.id, m.source, m.root,
       coalesce(sum(b.balance_fen) filter (where b.account = 1001), 0)::bigint as "toAssign",
       coalesce(sum(b.balance_fen) filter (where b.account = 5001), 0)::bigint as "toRefine",
       coalesce(sum(b.balance_fen) filter (where b.account = 500201), 0)::bigint as own,
       coalesce(sum(b.balance_fen) filter (where b.account = 5101), 0)::bigint as plan
     from made m join ledger.published_balance b on b.division = m.division and b.allotment = m.id and b.account in (1001, 5001, 500201, 5101)
     group by m.transfer, m.id, m.source, m.root order by m.id`,
    names(called),
  )
  const reaches = new Map((heads as Reach[]).map(reach => [reach.transfer, { ...reach, lines: [] as Reach['lines'] }]))
  for (const { transfer, ...line } of lines as (Reach['lines'][number] & { transfer: bigint })[])
    reaches.get(transfer)?.lines.push(line)
  return reaches
}

/** What of some transfers was carried into a later year's book of the receiver and is still unspent there. */
export interface Carried {
  transfer: bigint
  divisionName: string
  documentNumber: string
  fiscalYear: number
  unspent: bigint
}

/** Found by the lineage: a carried line has the old ones among its ancestors, however often it was carried. */
export const carriedOn = (tx: Tx, called: readonly { division: number; transfer: bigint }[]): Promise<Carried[]> =>
  tx.query<never>(
    `with ${MADE}
     select r.transfer, v.name as "divisionName", t.document_number as "documentNumber", a.fiscal_year as "fiscalYear", sum(b.balance_fen)::bigint as unspent
     from received r cross join lateral allotments.made_of(array[r.id]) m
     join allotments.allotment a on a.division = m.division and a.id = m.id and a.division = r.division and a.source_type = 'carried-over'
     join ledger.published_balance b on b.division = a.division and b.allotment = a.id and b.account in (1001, 5001, 500201, 5101) and b.balance_fen > 0
     join ledger.transfer t on t.division = r.division and t.id = r.transfer
     left join divisions.published_latest v on v.division = r.division
     group by 1, 2, 3, 4 order by 2, 3, 4`,
    names(called),
  )

/** A document's form that has something to be undone first. */
export interface PassedOn {
  form: string
  division: number
  divisionName: string
  line: bigint
  receiverName: string
  documentNumber: string
  passed: bigint
  unspent: bigint
}

/**
 * What the receivers of some transfers passed further and is not all spent yet, from the bottom up: the document below first.
 * Seen as far as the scope reaches.
 */
export const passedOn = (tx: Tx, called: readonly { division: number; transfer: bigint }[]): Promise<PassedOn[]> =>
  tx.query<never>(
    `with ${MADE},
     links as (
       select distinct a.division, a.id, a.form, a.document, a.to_division, a.to_outside, cardinality(a.path) as depth
       from received r cross join lateral allotments.made_of(array[r.id]) m
       join allotments.allotment a on a.division = m.division and a.id = m.id and a.form in ('pass-down', 'send-across', 'hand-over'))
     select l.form, l.division, v.name as "divisionName", l.id as line, coalesce(w.name, l.to_outside) as "receiverName", d.number as "documentNumber",
       b.passed::bigint as passed, (u.unspent + u.waiting)::bigint as unspent
     from links l
     join ledger.document d on d.division = l.division and d.id = l.document
     left join divisions.published_latest v on v.division = l.division
     left join divisions.published_latest w on w.division = l.to_division
     cross join lateral (select coalesce(sum(b.balance_fen), 0) as passed from ledger.published_balance b
       where b.division = l.division and b.allotment = l.id and b.account in (500202, 500203)) b
     cross join lateral (select
       coalesce((select sum(b.balance_fen) from allotments.made_of(array[l.id]) x join ledger.published_balance b on b.division = x.division and b.allotment = x.id
         where b.account in (1001, 5001, 500201, 5101)), 0) as unspent,
       coalesce((select sum(t.in_transit_fen) from ledger.published_transfer t join links s on s.id = t.sender_allotment
         where t.path @> array[l.id]), 0) as waiting) u
     where b.passed > 0 and u.unspent + u.waiting > 0
     order by l.depth desc, l.division, l.id`,
    names(called),
  )
