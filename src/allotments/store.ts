import type { Posting } from '../ledger/post.ts'
import { insertRows } from '../platform/database/insert.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { Origin } from './allotment.ts'
import type { Holding } from './reduction.ts'

export interface AllotmentRow {
  division: number
  id: bigint
  fiscal_year: number
  form: string
  document: bigint
  fund: number
  amount_fen: bigint
  source: bigint | null
  transfer: bigint | null
  path: string
  source_type: string
  source_level: string
  superior_number: string | null
  direct: boolean
  advance: boolean
  fund_nature: string | null
  function_subject: string | null
  economic_subject: string | null
  department_subject: string | null
  transfer_subject: string | null
  poverty: string
  monitored_fen: bigint
  office: number | null
  agency: number | null
  project: bigint | null
  below_project_code: string | null
  to_division: number | null
  to_outside: string | null
  note: string | null
  external_id: string | null
  back_entered: boolean
  budget_origin: number
  use_fund: number | null
}

const COLUMNS: { [Column in keyof AllotmentRow]: string } = {
  division: 'int',
  id: 'bigint',
  fiscal_year: 'smallint',
  form: 'text',
  document: 'bigint',
  fund: 'int',
  amount_fen: 'bigint',
  source: 'bigint',
  transfer: 'bigint',
  path: 'bigint[]',
  source_type: 'text',
  source_level: 'text',
  superior_number: 'text',
  direct: 'boolean',
  advance: 'boolean',
  fund_nature: 'text',
  function_subject: 'text',
  economic_subject: 'text',
  department_subject: 'text',
  transfer_subject: 'text',
  poverty: 'text',
  monitored_fen: 'bigint',
  office: 'int',
  agency: 'int',
  project: 'bigint',
  below_project_code: 'text',
  to_division: 'int',
  to_outside: 'text',
  note: 'text',
  external_id: 'text',
  back_entered: 'boolean',
  budget_origin: 'smallint',
  use_fund: 'int',
}

export const insertAllotments = (tx: Tx, rows: readonly AllotmentRow[]): Promise<void> =>
  insertRows(tx, 'allotments.allotment', COLUMNS, rows)

export const newIds = async (tx: Tx, count: number): Promise<bigint[]> =>
  (
    await tx.prepared<{ ids: bigint[] }>(
      `select array(select nextval('allotments.allotment_id') from generate_series(1, $1)) as ids`,
      [count],
    )
  )[0]!.ids

/** Shared by whoever makes lines, held alone by whoever joins them (migrations/0020): ancestors that are read stay true. */
const LINEAGE_LOCK = 1818848617
const shareLineage = (tx: Tx) => tx.query('select pg_advisory_xact_lock_shared($1)', [LINEAGE_LOCK])

/** The lines that a form takes from, with what is left of them on the account that it takes (read, not locked: the guard locks). */
export async function origins(
  tx: Tx,
  division: number,
  ids: readonly bigint[],
  account: number,
): Promise<Map<bigint, Origin>> {
  const rows = await tx.prepared<never>(
    `select id, form, fund, path, source_type as "sourceType", source_level as "sourceLevel", superior_number as "superiorNumber", direct, advance,
       fund_nature as "fundNature", function_subject as "functionSubject", economic_subject as "economicSubject", poverty, office,
       budget_origin as "budgetOrigin", use_fund as "useFund", available
     from allotments.origins($1, $2::bigint[], $3)`,
    [division, ids, account],
  )
  return new Map((rows as Origin[]).map(row => [row.id, row]))
}

/** Transfers that wait in a division, as origins of received lines; `form` is the one that receives it, `available` what is still in transit. */
export async function transferOrigins(
  tx: Tx,
  division: number,
  ids: readonly bigint[],
): Promise<Map<bigint, Origin & { documentNumber: string }>> {
  await shareLineage(tx)
  const rows = await tx.prepared<never>(
    `select t.id, case when t.across then 'receive-across' else 'receive' end as form, t.fund, t.path,
       case when t.across then 'across' else 'superior' end as "sourceType", t.source_level as "sourceLevel", t.document_number as "superiorNumber",
       t.direct, t.document_dated < make_date(t.fiscal_year, 1, 1) as advance, t.fund_nature as "fundNature", t.function_subject as "functionSubject", null as "economicSubject",
       coalesce(r.verdict, f.poverty) as poverty, null as office, 1 as "budgetOrigin", t.sent_fen - t.taken_fen as available,
       t.document_number as "documentNumber",
       case when r.id is not null then jsonb_build_object('verdict', r.verdict, 'monitored', r.monitored_fen::text, 'sent', t.sent_fen::text,
         'taken', t.taken_fen::text) end as recognised
     from ledger.transfer t join funds.published_fund f on f.id = t.fund
     left join allotments.published_recognition r on r.division = t.division and r.transfer = t.id
     where t.division = $1 and t.id = any ($2::bigint[])`,
    [division, ids],
  )
  return new Map((rows as (Origin & { documentNumber: string })[]).map(row => [row.id, row]))
}

export const goLive = async (tx: Tx, division: number): Promise<string | null> =>
  (
    await tx.prepared<{ go_live: string | null }>(
      'select go_live from divisions.published_division where division = $1',
      [division],
    )
  )[0]?.go_live ?? null

/** The book that a form enters, its division's first day with the system, and numbers for all that it writes: read at once, as every form does. */
export const beforeLines = async (
  tx: Tx,
  division: number,
  fiscalYear: number,
  count: number,
): Promise<{ provisional: boolean | null; live: string | null; document: bigint; batch: bigint; ids: bigint[] }> =>
  (
    await tx.prepared<{
      provisional: boolean | null
      live: string | null
      document: bigint
      batch: bigint
      ids: bigint[]
    }>(
      `select (select b.provisional from ledger.published_book b where b.division = $1 and b.fiscal_year = $2) as provisional,
         (select d.go_live from divisions.published_division d where d.division = $1) as live,
         nextval('ledger.document_id') as document, nextval('ledger.batch_id') as batch,
         array(select nextval('allotments.allotment_id') from generate_series(1, $3)) as ids`,
      [division, fiscalYear, count],
    )
  )[0]!

/** Funds by id, those that are named and those of the lines that are named. */
export async function fundPoverty(
  tx: Tx,
  funds: readonly number[],
  lines?: { division: number; ids: readonly bigint[]; transfers: boolean },
): Promise<Map<number, { poverty: string; level: string; secret: boolean; name: string; endedFrom: number | null }>> {
  const of = lines
    ? ` union select fund from ${lines.transfers ? 'ledger.transfer' : 'allotments.allotment'} where division = $2 and id = any ($3::bigint[])`
    : ''
  // Whoever is not cleared does not see a secret fund, and is told all the same why its detail is refused; its name they do not hear.
  const rows = await tx.prepared<{
    id: number
    poverty: string
    level: string
    secret: boolean
    name: string
    endedFrom: number | null
  }>(
    `with asked as materialized (select unnest($1::int[]) as id${of})
      select a.id, coalesce(f.poverty, 'none') as poverty, coalesce(f.level, '') as level, f.id is null or f.secret as secret,
        coalesce(f.name, '#' || a.id) as name, f.ended_from as "endedFrom"
      from asked a left join funds.published_fund f on f.id = a.id
      where f.id is not null or exists (select from funds.secret_refs() s where s.id = a.id)`,
    lines ? [funds, lines.division, lines.ids] : [funds],
  )
  return new Map(rows.map(row => [row.id, row]))
}

/**
 * Lines with what reductions may take of them. Their balances, and those of the lines that they were made from, are locked first, in key
 * order as `ledger.post` locks them: what is read here stays true until the form is posted.
 */
export async function holdings(tx: Tx, division: number, ids: readonly bigint[]): Promise<Map<bigint, Holding>> {
  await shareLineage(tx)
  const { all } = await tx.one<{ all: bigint[] }>(
    `select coalesce(array_agg(distinct k.id), '{}') as all from allotments.allotment a cross join unnest(array[a.id, a.source]) as k(id)
     where a.division = $1 and a.id = any ($2::bigint[]) and k.id is not null`,
    [division, ids],
  )
  await tx.query('select ledger.lock_balances($1, $2::bigint[])', [division, all])
  const rows = await tx.query<never>(
    `select a.id, a.form, a.fiscal_year as "fiscalYear", a.fund, a.source, s.form as "sourceForm", a.path, s.path as "sourcePath", a.source_type as "sourceType",
       a.source_level as "sourceLevel", a.superior_number as "superiorNumber", a.direct, a.advance, a.fund_nature as "fundNature",
       a.function_subject as "functionSubject", a.economic_subject as "economicSubject", a.department_subject as "departmentSubject",
       a.poverty, a.office, a.agency, a.project, a.budget_origin as "budgetOrigin",
       (select u.use_fund from allotments.allotment u where u.division = a.division and u.id = a.id) as "useFund", a.total_fen as "toAssign", a.to_refine_fen as "toRefine",
       a.own_fen as own, a.plan_fen as plan
     from allotments.published_line a left join allotments.allotment s on s.division = a.division and s.id = a.source
     where a.division = $1 and a.id = any ($2::bigint[])`,
    [division, ids],
  )
  return new Map((rows as Holding[]).map(row => [row.id, row]))
}

/** What a reduction that names no lines is spread over: each given word narrows it down. */
export interface SpreadFilter {
  fund: number | null
  agency: number | null
  /** Of the line itself, of one that it was made from in its division, or of the superior's document behind it. */
  documentNumber: string | null
}

/** The lines of a year that a spread reduction may be of, by id; whether anything is left of them is not asked here. */
export const spreadOver = async (
  tx: Tx,
  division: number,
  fiscalYear: number,
  forms: readonly string[],
  filter: SpreadFilter,
): Promise<bigint[]> =>
  (
    await tx.query<{ id: bigint }>(
      `select a.id from allotments.allotment a
       where a.division = $1 and a.fiscal_year = $2 and a.form = any ($3) and ($4::int is null or a.fund = $4) and ($5::int is null or a.agency = $5)
         and ($6::text is null or a.superior_number = $6 or exists (
           select from allotments.allotment p join ledger.document d on d.division = p.division and d.id = p.document
           where p.division = a.division and p.id = any (a.path) and d.number = $6))
       order by a.id`,
      [division, fiscalYear, forms, filter.fund, filter.agency, filter.documentNumber],
    )
  ).map(row => row.id)

/** The entries of a batch, in their order. */
export const entriesOf = (tx: Tx, division: number, batch: bigint): Promise<Posting[]> =>
  tx.query<never>(
    `select debit_allotment as "debitAllotment", debit, credit_allotment as "creditAllotment", credit, amount_fen as amount
     from ledger.entry where division = $1 and batch = $2 order by line`,
    [division, batch],
  )
