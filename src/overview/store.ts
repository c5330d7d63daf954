import type { Level } from '../kernel/division-code.ts'
import type { Tx } from '../platform/database/transaction.ts'

export interface AreaDivision {
  id: number
  code: string
  name: string
  level: Level
  administrativeParent: number | null
  fiscalParent: number | null
  /** Whether the reader may see its books: one that has since gone to another superior may lie outside the scope. */
  seen: boolean
}

/**
 * A division and all below it by either parent, in the tree of a day; with those that ended earlier in that year, whose books hold a part
 * of the year's money.
 */
export const areaOf = (tx: Tx, division: number, day: string): Promise<AreaDivision[]> =>
  tx.query<never>(
    `select d.division as id, d.code, d.name, d.level, d.administrative_parent as "administrativeParent",
       d.fiscal_parent as "fiscalParent", s.division is not null as seen
     from divisions.area($1, $2) d
     left join divisions.scope_division s on s.scope = platform.scope() and s.division = d.division order by d.code`,
    [division, day],
  )

/** What one division's lines under one fund hold on one account. Revenue (4001) is split by where it came from. */
export interface Balance {
  division: number
  fund: number
  account: number
  /** Of revenue only: the level that the money comes from, and who sent it (0: nobody in this installation; null: own budget). */
  sourceLevel: Level | null
  sender: number | null
  /** Of revenue only: taken under a fund other than the one that it was sent under. */
  renamed: boolean
  fen: bigint
}

/**
 * The balances of an area's year, one row for each division, fund and account: what all figures of the overview are made of.
 * A line's revenue is what entered the division by it, by its own budget (no transfer) or from a sender.
 */
export const balancesOf = (tx: Tx, area: readonly number[], year: number): Promise<Balance[]> =>
  tx.query<never>(
    `select l.division, l.fund, b.account,
       case when b.account = 4001 then l.source_level end as "sourceLevel",
       case when b.account = 4001 and l.transfer is not null then coalesce(t.sender, 0) end as sender,
       b.account = 4001 and coalesce(t.fund <> l.fund, false) as renamed,
       sum(b.balance_fen)::bigint as fen
     from unnest($1::int[]) as s(division)
     join allotments.published_line l on l.division = s.division and l.fiscal_year = $2
     join ledger.published_balance b on b.division = l.division and b.allotment = l.id
     left join ledger.published_transfer t on t.division = l.division and t.id = l.transfer
     where b.balance_fen <> 0
     group by 1, 2, 3, 4, 5, 6`,
    [area, year],
  )

export interface Sent {
  sender: number
  receiver: number
  sentFen: bigint
  takenFen: bigint
}

/** What divisions of the area sent to each other. Transfers to receivers outside the scope are not seen here. */
export const sentWithin = (tx: Tx, area: readonly number[], year: number): Promise<Sent[]> =>
  tx.query<never>(
    `select t.sender, t.division as receiver, sum(t.sent_fen)::bigint as "sentFen", sum(t.taken_fen)::bigint as "takenFen"
     from unnest($1::int[]) as s(division)
     join ledger.published_transfer t on t.division = s.division and t.fiscal_year = $2
     join unnest($1::int[]) as o(division) on o.division = t.sender
     group by 1, 2`,
    [area, year],
  )

export interface Lit {
  division: number
  level: 'bell' | 'yellow' | 'red'
  count: number
}

/** Lit warnings: open, or found to be a violation and not yet corrected. */
export const litIn = (tx: Tx, area: readonly number[], year: number): Promise<Lit[]> =>
  tx.query<never>(
    `select w.division, w.level, count(*)::int as count
     from warnings.published_warning w
     where w.division = any ($1::int[]) and w.fiscal_year = $2 and w.status in ('open', 'violation') group by 1, 2`,
    [area, year],
  )

export interface Month {
  month: number
  arrangedFen: bigint
  paidFen: bigint
}

/**
 * Month by month: what came into the area (own budgets, and transfers from senders outside it, red letters taken off), by the
 * day of the form; and what was paid and posted, by the bank's day, or the voucher's where the bank gave none.
 */
export const monthsOf = (tx: Tx, area: readonly number[], year: number): Promise<Month[]> =>
  tx.query<never>(
    `with area as (select unnest($1::int[]) as division),
     arranged as (
       -- What came in, less what was cut again, each in its own month.
       select extract(month from e.effective_on)::int as month, sum(case when e.credit = 4001 then e.amount_fen else -e.amount_fen end) as fen
       from area s
       join allotments.allotment l on l.division = s.division and l.fiscal_year = $2
       join ledger.balance b on b.division = l.division and b.allotment = l.id and b.account = 4001
       -- The entries of these lines alone, by their key: the division's others, of all its years, are not read.
       cross join lateral (
         select e.effective_on, e.credit, e.amount_fen from ledger.published_entry e
         where e.division = l.division and e.credit_allotment = l.id and (e.credit = 4001 or e.debit = 4001) offset 0) e
       left join ledger.published_transfer t on t.division = l.division and t.id = l.transfer
       where t.sender is null or t.sender not in (select division from area) group by 1
     ), paid as (
       select extract(month from coalesce(p.paid_on, p.vouched_on))::int as month, sum(p.amount_fen) as fen
       from area s join payments.published_payment p on p.division = s.division and p.fiscal_year = $2
       where p.unposted_reason is null group by 1
     )
     select m as month, coalesce(a.fen, 0)::bigint as "arrangedFen", coalesce(p.fen, 0)::bigint as "paidFen"
     from generate_series(1, 12) as m left join arranged a on a.month = m left join paid p on p.month = m order by m`,
    [area, year],
  )

export const fundNames = (tx: Tx, funds: readonly number[]): Promise<{ id: number; code: string; name: string }[]> =>
  tx.query<never>('select id, code, name from funds.published_fund where id = any ($1::int[])', [funds])

/** What waits in one division itself, by kind, and by what the page of its kind can be asked for. */
export interface Waiting {
  kind: string
  /** The form of the lines, or the reason of the payments; null where the kind has no such thing. */
  of: string | null
  count: number
}

export const waitingIn = (tx: Tx, division: number, year: number): Promise<Waiting[]> =>
  tx.query<never>(
    `select 'transfers-to-receive' as kind, null as of, count(*)::int as count
       from ledger.published_transfer where division = $1 and fiscal_year = $2 and in_transit_fen > 0
     union all
     select case b.account when 1001 then 'lines-to-assign' else 'lines-to-refine' end, l.form, count(*)::int
       from allotments.published_line l join ledger.published_balance b
         on b.division = l.division and b.allotment = l.id and b.account in (1001, 5001) and b.balance_fen > 0
       where l.division = $1 and l.fiscal_year = $2 group by 1, 2
     union all
     select 'payments-unposted', unposted_reason, count(*)::int
       from payments.published_payment where division = $1 and fiscal_year = $2 and unposted_reason is not null group by 2
     union all
     select 'warnings-open', null, count(*)::int
       from warnings.published_warning where division = $1 and fiscal_year = $2 and status in ('open', 'violation')
     union all
     select 'projects-unnamed', null, count(*)::int
       from projects.published_project where division = $1 and $2 between first_year and last_year and name_verdict <> 'ok'`,
    [division, year],
  )
