import type { Tx } from '../platform/database/transaction.ts'
import type { AdvanceView, ClosingAnswer, ClosingView, Lapse, Rest } from './contract.ts'

/** What stands at the year's end and is to go: 1001, 5001, 500201, 5101. What is under way to a payee (5102) blocks instead. */
const RESTS = '1001, 5001, 500201, 5101'

/** Balances left of a year, $1 division, $2 year; $3–$6 say what lapses; `since` is the year in which the money was first arranged here. */
const REST = `stands as materialized (
  select a.id, a.path, a.fund, a.agency, a.project, a.document, a.source_type, a.fiscal_year as year, b.account, b.debit_fen - b.credit_fen as fen
  from allotments.allotment a join ledger.balance b on b.division = a.division and b.allotment = a.id
  where a.division = $1 and a.fiscal_year = $2 and b.account in (${RESTS}) and b.debit_fen > b.credit_fen),
 u as materialized (
  select s.id, x.id as above from (select distinct id, path from stands where source_type = 'carried-over') s cross join unnest(s.path) as x(id)),
 origin as materialized (
  select u.id, min(p.fiscal_year) as since from u join allotments.allotment p on p.division = $1 and p.id = u.above group by u.id),
 rest as materialized (
  select r.*, r.year - r.since + 1 >= limit_years as overdue,
    r.id = any ($3::bigint[]) or r.fund = any ($4::int[]) or coalesce(r.agency = any ($5::int[]), false) or ($6 and r.year - r.since + 1 >= limit_years) as lapses
  from (select s.id, s.fund, s.agency, s.project, s.document, s.account, s.fen, s.year, coalesce(o.since, s.year) as since
    from stands s left join origin o on o.id = s.id) r
  cross join (select years as limit_years from allotments.carry_limit where first_year <= $2 order by first_year desc limit 1) k)`

const chosen = (division: number, year: number, lapse: Lapse): unknown[] => [
  division,
  year,
  lapse.lines ?? [],
  lapse.funds ?? [],
  lapse.agencies ?? [],
  lapse.overdue ?? false,
]

export interface Totals {
  lines: number
  restFen: string
  carriedFen: string
  lapsedFen: string
  overdueFen: string
}

export const restTotals = (tx: Tx, division: number, year: number, lapse: Lapse): Promise<Totals> =>
  tx.one<never>(
    `with ${REST}
     select count(distinct id)::int as lines, coalesce(sum(fen), 0)::text as "restFen", coalesce(sum(fen) filter (where not lapses), 0)::text as "carriedFen",
       coalesce(sum(fen) filter (where lapses), 0)::text as "lapsedFen", coalesce(sum(fen) filter (where overdue), 0)::text as "overdueFen" from rest`,
    chosen(division, year, lapse),
  )

export const restRows = (tx: Tx, division: number, year: number, lapse: Lapse): Promise<Rest[]> =>
  tx.query<never>(
    `with ${REST}
     select r.id::text as line, d.number as "documentNumber", jsonb_build_object('id', f.id, 'code', f.code, 'name', f.name) as fund,
       case when g.id is not null then jsonb_build_object('id', g.id, 'code', g.code, 'name', g.name) end as agency, p.name as project,
       r.account, r.fen::text, r.since::int, r.overdue, r.lapses
     from (select * from rest order by fen desc, id limit 300) r
     join ledger.published_document d on d.division = $1 and d.id = r.document join funds.published_fund f on f.id = r.fund
     left join divisions.published_agency g on g.division = $1 and g.id = r.agency
     left join projects.published_project p on p.division = $1 and p.id = r.project order by r.fen desc, r.id`,
    chosen(division, year, lapse),
  )

/** Counts and amounts of what keeps a year from being closed. */
export const blocking = (tx: Tx, division: number, year: number) =>
  tx.one<{
    transit: number
    transitFen: bigint
    waiting: number
    waitingFen: bigint
    transfers: number
    transfersFen: bigint
    earlier: number | null
    nextClosed: boolean
    closedOn: string | null
    limitYears: number
  }>(
    `select t.n as transit, t.fen as "transitFen", p.n as waiting, p.fen as "waitingFen", r.n as transfers, r.fen as "transfersFen",
       (select min(b.fiscal_year)::int from ledger.published_book b where b.division = $1 and b.fiscal_year < $2 and b.closed_on is null
          and exists (select from allotments.allotment a join ledger.balance s on s.division = a.division and s.allotment = a.id
            where a.division = $1 and a.fiscal_year = b.fiscal_year and s.account in (${RESTS}, 5102) and s.debit_fen > s.credit_fen)) as earlier,
       exists (select from ledger.published_book where division = $1 and fiscal_year = $2 + 1 and closed_on is not null) as "nextClosed",
       (select closed_on from ledger.published_book where division = $1 and fiscal_year = $2) as "closedOn",
       (select years::int from allotments.carry_limit where first_year <= $2 order by first_year desc limit 1) as "limitYears"
     from (select count(*)::int as n, coalesce(sum(s.debit_fen - s.credit_fen), 0)::bigint as fen from ledger.balance s
         join allotments.allotment a on a.division = s.division and a.id = s.allotment
         where s.division = $1 and a.fiscal_year = $2 and s.account = 5102 and s.debit_fen > s.credit_fen) t,
       (select count(*)::int as n, coalesce(sum(abs(amount_fen)), 0)::bigint as fen from payments.published_payment
         where division = $1 and fiscal_year = $2 and unposted_reason is not null) p,
       (select count(*)::int as n, coalesce(sum(in_transit_fen), 0)::bigint as fen from ledger.published_transfer
         where division = $1 and fiscal_year = $2 and in_transit_fen > 0) r`,
    [division, year],
  )

/** Waits for every form that is being posted to a year's book, and keeps those that come after waiting until this transaction ends. */
export const holdBook = async (tx: Tx, division: number, year: number): Promise<void> =>
  void (await tx.query(`select pg_advisory_xact_lock(hashtextextended('book ' || $1::int, $2::int))`, [division, year]))

export const lockRests = async (tx: Tx, division: number, year: number): Promise<void> =>
  void (await tx.query(
    `select ledger.lock_balances($1, array(select distinct a.id from ledger.balance b join allotments.allotment a on a.division = b.division and a.id = b.allotment
       where b.division = $1 and a.fiscal_year = $2 and b.account in (${RESTS}) and b.debit_fen > b.credit_fen))`,
    [division, year],
  ))

/** The days on which the closing and the carry-over are entered: the year's last and the next one's first, where these are not locked. */
export const closingDays = (tx: Tx, division: number, year: number): Promise<{ closeOn: string; carryOn: string }> =>
  tx.one<never>(
    `select case when coalesce((select locked_through from ledger.published_book where division = $1 and fiscal_year = $2) >= make_date($2, 12, 31), false)
         then platform.today() else make_date($2, 12, 31) end as "closeOn",
       case when coalesce((select locked_through from ledger.published_book where division = $1 and fiscal_year = $2 + 1) >= make_date($2 + 1, 1, 1), false)
         then platform.today() else make_date($2 + 1, 1, 1) end as "carryOn"`,
    [division, year],
  )

/** Posts the closing: each rest to 5901 (carried) or 5902 (lapsed). Null where nothing is left. */
export async function postClose(
  tx: Tx,
  at: { division: number; year: number; on: string; document: bigint; requestKey: string },
  lapse: Lapse,
): Promise<bigint | null> {
  await tx.query(
    `with ${REST}
     select ledger.open_balances($1, array_agg(id), array_agg(case when lapses then 5902 else 5901 end)) from rest having count(*) > 0`,
    chosen(at.division, at.year, lapse),
  )
  const row = await tx.maybe<{ batch: bigint }>(
    `with ${REST}
     select ledger.post($1, 'close', $2, $7, $8, $9, array_agg(id order by id, account), array_agg(case when lapses then 5902 else 5901 end order by id, account),
       array_agg(id order by id, account), array_agg(account order by id, account), array_agg(fen order by id, account)) as batch
     from rest having count(*) > 0`,
    [...chosen(at.division, at.year, lapse), at.on, at.document, at.requestKey],
  )
  return row?.batch ?? null
}

/**
 * Opens the lines of the new year that mirror the old ones: for each line with a carried rest, itself and what it was made from in its
 * division, with all of its elements. Their paths hold the old lines and the new ones above. @returns their ids, in the database's text form
 */
export async function openCarried(tx: Tx, division: number, batch: bigint): Promise<string> {
  // What these make for themselves has no statistics: nested loops over it would take minutes.
  await tx.query(`select set_config('enable_nestloop', 'off', true)`)
  const { ids } = await tx.one<{ ids: string }>(
    `with carried as materialized (
       select credit_allotment as id, sum(amount_fen) as fen from ledger.entry where division = $1 and batch = $2 and debit = 5901 group by 1),
     up as materialized (
       select c.id as of, c.fen, x.n, p.id, p.source from carried c join allotments.allotment a on a.division = $1 and a.id = c.id
       cross join unnest(a.path) with ordinality as x(id, n)
       join allotments.allotment p on p.division = $1 and p.id = x.id and p.fiscal_year = a.fiscal_year),
     -- From its tree's root on: money that left the division and came back has the older tree in its path as well.
     need as materialized (
       select id, sum(fen)::bigint as fen from (
         select u.*, max(n) filter (where source is null) over (partition by of) as root from up u) u where n >= root group by id),
     made as materialized (select id, fen, nextval('allotments.allotment_id') as new from (select id, fen from need order by id) n),
     tail as materialized (
       select t.id, array_agg(t.new order by t.n) as news from (
         select k.id, m.new, x.n, max(x.n) filter (where p.source is null) over (partition by k.id) as root
         from made k join allotments.allotment a on a.division = $1 and a.id = k.id cross join unnest(a.path) with ordinality as x(id, n)
         join made m on m.id = x.id join allotments.allotment p on p.division = $1 and p.id = x.id) t
       where t.n >= t.root group by t.id),
     opened as (
       insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, source, carried_from, path, source_type, source_level,
         superior_number, direct, fund_nature, function_subject, economic_subject, department_subject, transfer_subject, poverty, monitored_fen, office, agency,
         project, below_project_code, note, external_id, back_entered, budget_origin, use_fund)
       select $1, m.new, a.fiscal_year + 1, case when a.source is null then 'carry' else a.form end, a.document, a.fund, m.fen, s.new, a.id, a.path || t.news,
         'carried-over', a.source_level, a.superior_number, a.direct, a.fund_nature, a.function_subject, a.economic_subject, a.department_subject,
         a.transfer_subject, a.poverty, case a.poverty when 'whole' then m.fen when 'none' then 0 else floor(m.fen::numeric * a.monitored_fen / a.amount_fen) end,
         a.office, a.agency, a.project, a.below_project_code, a.note,
         case when not exists (select from allotments.allotment x where x.external_id = a.external_id and x.division = $1 and x.fiscal_year = a.fiscal_year + 1)
           then a.external_id end, a.back_entered, a.budget_origin, a.use_fund
       from made m join allotments.allotment a on a.division = $1 and a.id = m.id join tail t on t.id = m.id left join made s on s.id = a.source
       returning id)
     select coalesce(array_agg(id order by id), '{}')::text as ids from opened`,
    [division, batch],
  )
  await tx.query(`select set_config('enable_nestloop', 'on', true)`)
  return ids
}

/** The entries of a carry-over: $1 division, $2 the lines that were opened, $3 the closing's batch. */
const STEPS = `line as materialized (
       select id, source, form, carried_from, amount_fen as fen from allotments.allotment where division = $1 and id = any ($2::bigint[])),
     kept as materialized (
       select l.id, l.source, e.credit as account, e.amount_fen as fen from ledger.entry e join line l on l.carried_from = e.credit_allotment
       where e.division = $1 and e.batch = $3 and e.debit = 5901),
     step as (
       select id as n, 1 as step, id as da, case when source is null then 1001 when form = 'assign' then 5001 else 500201 end as d, coalesce(source, id) as ca,
         case when source is null then 4001 when form = 'assign' then 1001 else 5001 end as c, fen from line
       union all
       -- A root that holds money to refine by itself.
       select id, 2, id, 5001, id, 1001, sum(fen)::bigint from (
         select k.id, k.fen from kept k where k.source is null and k.account = 5001
         union all select l.source, l.fen from line l join line r on r.id = l.source and r.source is null where l.form <> 'assign') x group by id
       union all
       select id, 3, id, 5101, id, 500201, fen from kept where account = 5101)`

/**
 * Posts the carry-over of the lines that were opened: in at the root (1001/4001), and down to where the rest stood, each step an entry,
 * so that what an agency had may be spent at once.
 */
export async function postCarry(
  tx: Tx,
  at: { division: number; year: number; on: string; document: bigint; requestKey: string },
  closeBatch: bigint,
  ids: string,
): Promise<bigint> {
  await tx.query(
    `with ${STEPS}
     select ledger.open_balances($1, array_agg(x), array_agg(y)) from (select da, d from step union select ca, c from step) as k(x, y)`,
    [at.division, ids, closeBatch],
  )
  const { batch } = await tx.one<{ batch: bigint }>(
    `with ${STEPS}
     select ledger.post($1, 'carry', $4, $5, $6, $7, array_agg(da order by n, step), array_agg(d order by n, step), array_agg(ca order by n, step),
       array_agg(c order by n, step), array_agg(fen order by n, step)) as batch from step`,
    [at.division, ids, closeBatch, at.year, at.on, at.document, at.requestKey],
  )
  return batch
}

/** What of a year's closing still stands carried (by line and account of the new year), of some old lines or of all. */
const LEAVES = `leaf as materialized (
  select n.id, n.carried_from, n.path, m.account, sum(m.fen)::bigint as fen
  from allotments.allotment n join (
    select e.debit_allotment as id, e.debit as account, e.amount_fen as fen from ledger.entry e join ledger.batch b on b.division = e.division and b.id = e.batch
      where b.division = $1 and b.fiscal_year = $2 + 1 and b.form in ('carry', 'take-back')
    union all select e.credit_allotment, e.credit, -e.amount_fen from ledger.entry e join ledger.batch b on b.division = e.division and b.id = e.batch
      where b.division = $1 and b.fiscal_year = $2 + 1 and b.form in ('carry', 'take-back')) m on m.id = n.id
  where n.division = $1 and n.fiscal_year = $2 + 1 and n.carried_from is not null and n.form <> 'recover' and m.account in (${RESTS})
    and ($3::bigint[] is null or n.carried_from = any ($3::bigint[]))
  group by n.id, n.carried_from, n.path, m.account having sum(m.fen) > 0)`

interface TakeBack {
  division: number
  year: number
  on: string
  document: bigint
  requestKey: string
  lines: readonly string[] | null
}

/** Takes the carried rests out of the new year, each step back the way it came. Null where nothing is carried. */
export async function takeBackCarried(tx: Tx, at: TakeBack): Promise<bigint | null> {
  const row = await tx.maybe<{ batch: bigint }>(
    `with ${LEAVES},
     up as materialized (select x.account, x.fen, p.id as above from leaf x cross join unnest(x.path) as p(id)),
     back as (
       select e.debit_allotment as ca, e.debit as c, e.credit_allotment as da, e.credit as d, sum(x.fen)::bigint as fen
       from up x join ledger.entry e on e.division = $1 and e.debit_allotment = x.above
       join ledger.batch b on b.division = e.division and b.id = e.batch and b.form = 'carry' and b.fiscal_year = $2 + 1
       where (e.debit <> 5101 or x.account = 5101) and (e.debit <> 5001 or x.account <> 1001) and (e.debit <> 500201 or x.account in (500201, 5101))
       group by 1, 2, 3, 4)
     select ledger.post($1, 'take-back', $2 + 1, $4, $5, $6, array_agg(da order by ca, c), array_agg(d order by ca, c), array_agg(ca order by ca, c),
       array_agg(c order by ca, c), array_agg(fen order by ca, c)) as batch from back having count(*) > 0`,
    [at.division, at.year, at.lines, at.on, at.document, `${at.requestKey} carry`],
  )
  return row?.batch ?? null
}

/** Puts what was closed back where it stood in the old year: what is no longer carried (run after `takeBackCarried`), and what lapsed. */
export async function takeBackClosed(tx: Tx, at: TakeBack): Promise<bigint | null> {
  const row = await tx.maybe<{ batch: bigint }>(
    `with ${LEAVES},
     closed as (
       select id, target, account, sum(fen)::bigint as fen from (
         select e.credit_allotment as id, e.debit as target, e.credit as account, e.amount_fen as fen from ledger.entry e
           join ledger.batch b on b.division = e.division and b.id = e.batch where b.division = $1 and b.fiscal_year = $2 and b.form = 'close'
         union all select e.debit_allotment, e.credit, e.debit, -e.amount_fen from ledger.entry e
           join ledger.batch b on b.division = e.division and b.id = e.batch where b.division = $1 and b.fiscal_year = $2 and b.form = 'take-back'
             and e.credit in (5901, 5902)) m
       where $3::bigint[] is null or id = any ($3::bigint[]) group by 1, 2, 3),
     back as (
       select c.id, c.target, c.account, c.fen - coalesce(l.fen, 0) as fen from closed c
       left join (select carried_from as id, account, sum(fen)::bigint as fen from leaf group by 1, 2) l on c.target = 5901 and l.id = c.id and l.account = c.account
       where c.fen > coalesce(l.fen, 0))
     select ledger.post($1, 'take-back', $2, $4, $5, $6, array_agg(id order by id, account, target), array_agg(account order by id, account, target),
       array_agg(id order by id, account, target), array_agg(target order by id, account, target), array_agg(fen order by id, account, target)) as batch
     from back having count(*) > 0`,
    [at.division, at.year, at.lines, at.on, at.document, at.requestKey],
  )
  return row?.batch ?? null
}

const ANSWER = `no, batch::text, carry_batch::text as "carryBatch", carried_lines as "carriedLines", carried_fen::text as "carriedFen",
  lapsed_lines as "lapsedLines", lapsed_fen::text as "lapsedFen"`

export const closingByKey = (tx: Tx, division: number, requestKey: string): Promise<ClosingAnswer | undefined> =>
  tx.maybe<never>(`select ${ANSWER} from allotments.closing where division = $1 and request_key = $2`, [
    division,
    requestKey,
  ])

/** Writes down a closing or its taking back, with the sums of its batch in the old year. */
export const recordClosing = (
  tx: Tx,
  at: { division: number; year: number; document: bigint; requestKey: string },
  of: { kind: 'close' | 'take-back'; batch: bigint | null; carryBatch: bigint | null; reason: string | null },
): Promise<ClosingAnswer> =>
  tx.one<never>(
    `insert into allotments.closing (division, fiscal_year, no, kind, request_key, document, batch, carry_batch, reason, carried_lines, carried_fen, lapsed_lines, lapsed_fen)
     select $1, $2, (select coalesce(max(no), 0) + 1 from allotments.closing where division = $1 and fiscal_year = $2), $3, $4, $5, $6::bigint, $7::bigint, $8,
       count(distinct e.debit_allotment) filter (where 5901 in (e.debit, e.credit)), coalesce(sum(e.amount_fen) filter (where 5901 in (e.debit, e.credit)), 0),
       count(distinct e.debit_allotment) filter (where 5902 in (e.debit, e.credit)), coalesce(sum(e.amount_fen) filter (where 5902 in (e.debit, e.credit)), 0)
     from ledger.entry e where e.division = $1 and e.batch = $6::bigint
     returning ${ANSWER}`,
    [at.division, at.year, of.kind, at.requestKey, at.document, of.batch, of.carryBatch, of.reason],
  )

export const closings = (tx: Tx, division: number, year: number): Promise<ClosingView[]> =>
  tx.query<never>(
    `select c.no, c.kind, d.number as "documentNumber", c.carried_lines as "carriedLines", c.carried_fen::text as "carriedFen", c.lapsed_lines as "lapsedLines",
       c.lapsed_fen::text as "lapsedFen", c.reason, coalesce(a.name, '-') as actor, c.recorded_at as "recordedAt"
     from allotments.closing c join ledger.published_document d on d.division = c.division and d.id = c.document left join identity.account a on a.id = c.actor
     where c.division = $1 and c.fiscal_year = $2 order by c.no desc`,
    [division, year],
  )

/** By fund: what came from above and what was passed down in advance, beside what was in the whole year before. */
export const advanceRows = (tx: Tx, division: number, year: number): Promise<AdvanceView['rows']> =>
  tx.query<never>(
    `select jsonb_build_object('id', f.id, 'code', f.code, 'name', f.name) as fund, x."receivedFen", x."receivedBeforeFen", x."passedFen", x."passedBeforeFen" from (
       select fund, coalesce(sum(received) filter (where year = $2 and early), 0)::text as "receivedFen", coalesce(sum(received) filter (where year = $2 - 1), 0)::text as "receivedBeforeFen",
         coalesce(sum(passed) filter (where year = $2 and early), 0)::text as "passedFen", coalesce(sum(passed) filter (where year = $2 - 1), 0)::text as "passedBeforeFen"
       from (
         select t.fund, t.fiscal_year as year, t.sent_fen as received, 0::bigint as passed, t.document_dated < make_date(t.fiscal_year, 1, 1) as early
           from ledger.published_transfer t where t.division = $1 and t.fiscal_year in ($2, $2 - 1)
         union all select l.fund, l.fiscal_year, 0, l.passed_fen, l.advance
           from allotments.published_line l where l.division = $1 and l.fiscal_year in ($2, $2 - 1) and l.form = 'pass-down') m
       group by fund having sum(received + passed) filter (where year = $2 and early) > 0) x
     join funds.published_fund f on f.id = x.fund order by f.code, f.id`,
    [division, year],
  )
