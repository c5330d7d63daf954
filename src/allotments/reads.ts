import type { Tx } from '../platform/database/transaction.ts'
import type { EntriesAnswer, EntryView, Line, LinePage, LinesAnswer, TransferView } from './answers.ts'

const PAGE = 50
const ENTRIES = 200

// Lines as pages show them, by their keys ($1 divisions, $2 ids, side by side), with the names of what they name. The keys stand first:
// PostgreSQL keeps the order of so many joins, and would else begin with all documents. A line's amounts by state are its own and those of
// all that was made from it in its division (the path finds them in one look), so that they sum to what is left of it.
const LINES = `
  select l.id::text, jsonb_build_object('code', v.code, 'name', coalesce(vn.name, v.name)) as division, l.fiscal_year as "fiscalYear", l.form,
    jsonb_build_object('id', l.document::text, 'number', l.document_number, 'form', l.document_form, 'title', l.document_title, 'dated', l.document_dated, 'scan', l.document_scan is not null) as document,
    jsonb_build_object('id', f.id, 'code', f.code, 'name', f.name) as fund,
    l.amount_fen as "amountFen", s."totalFen", s."toRefineFen", s."ownFen", s."passedFen", s."planFen", s."transitFen", s."paidFen",
    case when g.id is not null then jsonb_build_object('code', g.code, 'name', g.name) end as agency,
    case when p.id is not null then jsonb_build_object('id', p.id::text, 'code', p.code, 'name', p.name) end as project,
    case when t.division is not null then jsonb_build_object('code', t.code, 'name', coalesce(tn.name, t.name))
      when o.to_outside is not null then jsonb_build_object('code', '', 'name', o.to_outside) end as "toDivision",
    l.function_subject as "functionSubject", l.economic_subject as "economicSubject", l.poverty, l.monitored_fen as "monitoredFen",
    l.source_level as "sourceLevel", l.superior_number as "superiorNumber", l.direct, l.budget_origin as "budgetOrigin", l.source::text, l.external_id as "externalId", l.note,
    ((select count(*) from allotments.allotment c where c.division = l.division and c.source = l.id)
      + case when l.to_division is null then 0 else (select count(*) from allotments.allotment c join ledger.published_transfer r on r.division = c.division and r.id = c.transfer
          where c.division = l.to_division and r.sender = l.division and r.sender_allotment = l.id) end)::int as children
  from unnest($1::int[], $2::bigint[]) with ordinality as k(division, id, n)
  join allotments.published_line l on l.division = k.division and l.id = k.id
  join allotments.allotment o on o.division = l.division and o.id = l.id
  left join divisions.published_latest v on v.division = l.division
  left join divisions.published_version vn on vn.division = l.division and vn.valid @> l.document_dated
  left join divisions.published_latest t on t.division = l.to_division
  left join divisions.published_version tn on tn.division = l.to_division and tn.valid @> l.document_dated
  left join funds.published_fund f on f.id = l.fund
  left join divisions.published_agency g on g.division = l.division and g.id = l.agency
  left join projects.published_project p on p.division = l.division and p.id = l.project
  cross join lateral (
    select coalesce(sum(b.balance_fen) filter (where b.account = 1001), 0)::bigint as "totalFen",
      coalesce(sum(b.balance_fen) filter (where b.account = 5001), 0)::bigint as "toRefineFen",
      coalesce(sum(b.balance_fen) filter (where b.account = 500201), 0)::bigint as "ownFen",
      coalesce(sum(b.balance_fen) filter (where b.account in (500202, 500203)), 0)::bigint as "passedFen",
      coalesce(sum(b.balance_fen) filter (where b.account = 5101), 0)::bigint as "planFen",
      coalesce(sum(b.balance_fen) filter (where b.account = 5102), 0)::bigint as "transitFen",
      coalesce(sum(b.balance_fen) filter (where b.account = 5201), 0)::bigint as "paidFen"
    from allotments.standing(l.division, l.fiscal_year, l.id) b
  ) s
  order by k.n`

export interface LineFilter {
  division: number
  year: number
  form?: string | undefined
  fund?: number | undefined
  q?: string | undefined
  after?: string | undefined
}

const likeOf = (q: string): string => `%${q.replace(/[\\%_]/g, '\\$&')}%`

/**
 * Lines by their keys, in the order given. What a list shows is picked first, so that the names and sums of the others are not looked up;
 * planned once for each connection, for planning so many joins takes longer than running them.
 */
const shown = (
  tx: Tx,
  keys: readonly { division: number; id: bigint | string }[],
): Promise<(Line & { id: string })[]> =>
  tx.prepared<never>(LINES, [keys.map(key => key.division), keys.map(key => key.id)])

/** The filters as conditions on `allotments.allotment a`; only those that are asked for. */
function conditions(filter: LineFilter): { sql: string; values: unknown[] } {
  const values: unknown[] = [filter.division, filter.year]
  const sql = ['a.division = $1', 'a.fiscal_year = $2']
  const put = (value: unknown): string => `$${values.push(value)}`
  if (filter.form) sql.push(`a.form = ${put(filter.form)}`)
  if (filter.fund) sql.push(`a.fund = ${put(filter.fund)}`)
  if (filter.q) {
    const like = put(likeOf(filter.q))
    sql.push(`(a.external_id ilike ${like}
      or exists (select from ledger.document d where d.division = a.division and d.id = a.document and (d.number ilike ${like} or d.title ilike ${like}))
      or exists (select from projects.published_project x where x.division = a.division and x.id = a.project and x.name ilike ${like}))`)
  }
  return { sql: sql.join(' and '), values }
}

export async function listLines(tx: Tx, filter: LineFilter): Promise<LinesAnswer> {
  const { sql, values } = conditions(filter)
  const keys = await tx.query<{ division: number; id: bigint }>(
    `select a.division, a.id from allotments.allotment a where ${sql} and a.id > $${values.length + 1} order by a.id limit ${PAGE + 1}`,
    [...values, filter.after ?? 0],
  )
  const rows = await shown(tx, keys.slice(0, PAGE))
  // Each line's balances are fetched by its key: a join would read those of all the division's years.
  const totals = await tx.one<never>(
    `select count(*)::int as count,
       coalesce(sum(b.registered), 0)::bigint as "registeredFen", coalesce(sum(b.total), 0)::bigint as "toAssignFen",
       coalesce(sum(b.to_refine), 0)::bigint as "toRefineFen", coalesce(sum(b.own), 0)::bigint as "ownFen",
       coalesce(sum(b.passed), 0)::bigint as "passedFen", coalesce(sum(b.transit), 0)::bigint as "transitFen", coalesce(sum(b.paid), 0)::bigint as "paidFen"
     from allotments.allotment a cross join lateral (
       select sum(s.credit_fen - s.debit_fen) filter (where s.account = 4001) as registered,
         sum(s.debit_fen - s.credit_fen) filter (where s.account = 1001) as total,
         sum(s.debit_fen - s.credit_fen) filter (where s.account = 5001) as to_refine,
         sum(s.debit_fen - s.credit_fen) filter (where s.account in (500201, 5101)) as own,
         sum(s.debit_fen - s.credit_fen) filter (where s.account in (500202, 500203)) as passed,
         sum(s.debit_fen - s.credit_fen) filter (where s.account = 5102) as transit,
         sum(s.debit_fen - s.credit_fen) filter (where s.account = 5201) as paid
       from ledger.balance s where s.division = a.division and s.allotment = a.id) b
     where ${sql}`,
    values,
  )
  return { rows, next: keys.length > PAGE ? rows[PAGE - 1]!.id : null, totals }
}

/** The roots of a division's year (own budget and receipts), or the children of one line: its own, and the receivers' of a line passed down. */
export async function treeLines(
  tx: Tx,
  division: number,
  year: number,
  fund: number | null,
  parent: string | null,
): Promise<Line[]> {
  const keys =
    parent === null
      ? await tx.query<{ division: number; id: bigint }>(
          `select a.division, a.id from allotments.allotment a join ledger.document d on d.division = a.division and d.id = a.document
           where a.division = $1 and a.fiscal_year = $2 and a.source is null and ($3::int is null or a.fund = $3) order by d.dated, a.id limit 1000`,
          [division, year, fund],
        )
      : await tx.query<{ division: number; id: bigint }>(
          `select a.division, a.id from allotments.allotment a where a.source = $2 and a.division = $1
           union all
           select c.division, c.id from ledger.published_transfer r join allotments.allotment c on c.division = r.division and c.transfer = r.id
           where r.sender = $1 and r.sender_allotment = $2
           order by id limit 1000`,
          [division, parent],
        )
  return shown(tx, keys)
}

export async function linePage(tx: Tx, division: number, id: string): Promise<LinePage | null> {
  const [line] = await shown(tx, [{ division, id }])
  if (!line) return null
  // The ancestors are named on the line itself: one query, at whatever level they are.
  const path = await tx.query<never>(
    `select a.id::text, jsonb_build_object('code', v.code, 'name', coalesce(vn.name, v.name)) as division, a.form, a.document_number as "documentNumber", f.name as fund, a.amount_fen as "amountFen"
     from allotments.allotment l cross join unnest(l.path) with ordinality as p(id, n)
     join allotments.published_line a on a.id = p.id left join divisions.published_latest v on v.division = a.division
     left join divisions.published_version vn on vn.division = a.division and vn.valid @> a.document_dated left join funds.published_fund f on f.id = a.fund
     where l.division = $1 and l.id = $2 and a.id <> l.id order by p.n`,
    [division, id],
  )
  const { rows: entries } = await lineEntries(tx, division, id)
  const payments = await tx.query<never>(
    `select id::text, voucher_no as "voucherNo", vouched_on as "vouchedOn", paid_on as "paidOn", payee_name as "payeeName", purpose, amount_fen as "amountFen", unposted_reason as unposted
     from payments.published_payment where division = $1 and allotment = $2 order by vouched_on desc, id desc limit 50`,
    [division, id],
  )
  const warnings = await tx.query<never>(
    `select id::text, rule, level, status, raised_on as "raisedOn" from warnings.published_warning
     where division = $1 and subject_kind = 'allotment' and subject = $2::text order by raised_on desc limit 50`,
    [division, id],
  )
  return { line, path, children: await treeLines(tx, division, 0, null, id), entries, payments, warnings }
}

/** The entries of a line, latest first, page after page: `after` is the `next` of the page before; or the one entry that is named. */
export async function lineEntries(
  tx: Tx,
  division: number,
  id: string,
  { after, entry }: { after?: string | undefined; entry?: string | undefined } = {},
): Promise<EntriesAnswer> {
  const [batch = null, line = null] = (entry ?? after)?.split('-') ?? []
  const rows = await tx.query<EntryView & Record<string, unknown>>(
    `select e.batch::text, e.line, e.form, jsonb_build_object('zh', f.name, 'en', f.english) as "formName", e.effective_on as "effectiveOn", e.recorded_at as "recordedAt",
       d.number as "documentNumber", jsonb_build_object('account', e.debit, 'allotment', e.debit_allotment::text) as debit,
       jsonb_build_object('account', e.credit, 'allotment', e.credit_allotment::text) as credit, e.amount_fen as "amountFen",
       case when e.corrects_batch is not null then jsonb_build_object('batch', e.corrects_batch::text, 'line', e.corrects_line) end as corrects,
       case when e.amount_fen > 0 then e.amount_fen - coalesce(c.corrected_fen, 0) else 0 end::bigint as "leftFen"
     from ledger.published_entry e join ledger.form f on f.code = e.form
     left join ledger.published_document d on d.division = e.division and d.id = e.document
     left join ledger.corrected c on c.division = e.division and c.batch = e.batch and c.line = e.line
     where e.division = $1 and (e.debit_allotment = $2 or e.credit_allotment = $2) and ($3::bigint is null or case when $5 then (e.batch, e.line) = ($3::bigint, $4::int) else (e.batch, e.line) < ($3::bigint, $4::int) end)
     order by e.batch desc, e.line desc limit ${ENTRIES + 1}`,
    [division, id, batch, line, entry !== undefined],
  )
  const last = rows[ENTRIES - 1]
  return { rows: rows.slice(0, ENTRIES), next: rows.length > ENTRIES && last ? `${last.batch}-${last.line}` : null }
}

export const listTransfers = (tx: Tx, division: number, year: number, waiting: boolean): Promise<TransferView[]> =>
  tx.query<never>(
    `select t.id::text, case when s.division is not null then jsonb_build_object('code', s.code, 'name', coalesce(sn.name, s.name)) end as sender,
       t.document_number as "documentNumber", t.document_title as "documentTitle", t.document_dated as dated,
       jsonb_build_object('id', f.id, 'code', f.code, 'name', f.name) as fund, t.sent_fen as "sentFen", t.taken_fen as "takenFen",
       t.in_transit_fen as "inTransitFen", t.source_level as "sourceLevel", t.direct, t.across,
       t.sender_name as "senderName"
     from ledger.published_transfer t left join divisions.published_latest s on s.division = t.sender
     left join divisions.published_version sn on sn.division = t.sender and sn.valid @> t.document_dated
     join funds.published_fund f on f.id = t.fund
     where t.division = $1 and t.fiscal_year = $2 and (not $3 or t.in_transit_fen > 0) order by t.document_dated desc, t.id desc limit 500`,
    [division, year, waiting],
  )
