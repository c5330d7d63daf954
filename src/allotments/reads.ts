import type { Tx } from '../platform/database/transaction.ts'
import type { EntryView, Line, LinePage, LinesAnswer, TransferView } from './contract.ts'

const PAGE = 50

// One line as pages show it, with the names of what it names; `l` is allotments.published_line. Its amounts by state are those of the
// line and of all that was made from it in its division (the path finds them in one look), so that they sum to what is left of it.
const LINE = `
  select l.id::text, jsonb_build_object('code', v.code, 'name', v.name) as division, l.fiscal_year as "fiscalYear", l.form,
    jsonb_build_object('id', l.document::text, 'number', l.document_number, 'form', l.document_form, 'title', l.document_title, 'dated', l.document_dated, 'scan', l.document_scan is not null) as document,
    jsonb_build_object('id', f.id, 'code', f.code, 'name', f.name) as fund,
    l.amount_fen as "amountFen", s."totalFen", s."toRefineFen", s."ownFen", s."passedFen", s."planFen", s."transitFen", s."paidFen",
    case when g.id is not null then jsonb_build_object('code', g.code, 'name', g.name) end as agency,
    case when p.id is not null then jsonb_build_object('id', p.id::text, 'code', p.code, 'name', p.name) end as project,
    case when t.division is not null then jsonb_build_object('code', t.code, 'name', t.name) end as "toDivision",
    l.function_subject as "functionSubject", l.economic_subject as "economicSubject", l.poverty, l.monitored_fen as "monitoredFen",
    l.source_level as "sourceLevel", l.superior_number as "superiorNumber", l.direct, l.budget_origin as "budgetOrigin", l.source::text, l.external_id as "externalId", l.note,
    ((select count(*) from allotments.allotment c where c.division = l.division and c.source = l.id)
      + case when l.to_division is null then 0 else (select count(*) from allotments.allotment c join ledger.published_transfer r on r.division = c.division and r.id = c.transfer
          where c.division = l.to_division and r.sender = l.division and r.sender_allotment = l.id) end)::int as children
  from allotments.published_line l
  left join divisions.published_division v on v.division = l.division
  left join divisions.published_division t on t.division = l.to_division
  left join funds.published_fund f on f.id = l.fund
  left join divisions.published_agency g on g.division = l.division and g.id = l.agency
  left join projects.published_project p on p.division = l.division and p.id = l.project
  cross join lateral (
    select coalesce(sum(b.balance_fen) filter (where b.account = 1001), 0)::bigint as "totalFen",
      coalesce(sum(b.balance_fen) filter (where b.account = 5001), 0)::bigint as "toRefineFen",
      coalesce(sum(b.balance_fen) filter (where b.account = 500201), 0)::bigint as "ownFen",
      coalesce(sum(b.balance_fen) filter (where b.account = 500202), 0)::bigint as "passedFen",
      coalesce(sum(b.balance_fen) filter (where b.account = 5101), 0)::bigint as "planFen",
      coalesce(sum(b.balance_fen) filter (where b.account = 5102), 0)::bigint as "transitFen",
      coalesce(sum(b.balance_fen) filter (where b.account = 5201), 0)::bigint as "paidFen"
    from allotments.allotment d join ledger.published_balance b on b.division = d.division and b.allotment = d.id
    where d.path @> array[l.id] and d.division = l.division
  ) s`

export interface LineFilter {
  division: number
  year: number
  form?: string | undefined
  fund?: number | undefined
  q?: string | undefined
  after?: string | undefined
}

const WHERE = `l.division = $1 and l.fiscal_year = $2 and ($3::text is null or l.form = $3) and ($4::int is null or l.fund = $4)
  and ($5::text is null or l.document_number ilike $5 or l.document_title ilike $5 or l.external_id ilike $5 or exists (
    select from projects.published_project x where x.division = l.division and x.id = l.project and x.name ilike $5))`

const likeOf = (q: string | undefined): string | null => (q ? `%${q.replace(/[\\%_]/g, '\\$&')}%` : null)

export async function listLines(tx: Tx, filter: LineFilter): Promise<LinesAnswer> {
  const values = [filter.division, filter.year, filter.form ?? null, filter.fund ?? null, likeOf(filter.q)]
  const rows = await tx.query<Line & { id: string }>(
    `${LINE} where ${WHERE} and ($6::bigint is null or l.id > $6) order by l.id limit ${PAGE + 1}`,
    [...values, filter.after ?? null],
  )
  const totals = await tx.one<never>(
    `select count(*)::int as count, coalesce(sum(revenue_fen), 0)::bigint as "registeredFen", coalesce(sum(total_fen), 0)::bigint as "toAssignFen",
       coalesce(sum(to_refine_fen), 0)::bigint as "toRefineFen", coalesce(sum(own_fen + plan_fen), 0)::bigint as "ownFen",
       coalesce(sum(passed_fen), 0)::bigint as "passedFen", coalesce(sum(paid_fen), 0)::bigint as "paidFen"
     from allotments.published_line l where ${WHERE}`,
    values,
  )
  return { rows: rows.slice(0, PAGE), next: rows.length > PAGE ? rows[PAGE - 1]!.id : null, totals }
}

/** The roots of a division's year (own budget and receipts), or the children of one line: its own, and the receivers' of a line passed down. */
export const treeLines = (
  tx: Tx,
  division: number,
  year: number,
  fund: number | null,
  parent: string | null,
): Promise<Line[]> =>
  parent === null
    ? tx.query<never>(
        `${LINE} where l.division = $1 and l.fiscal_year = $2 and l.source is null and ($3::int is null or l.fund = $3) order by l.document_dated, l.id limit 1000`,
        [division, year, fund],
      )
    : tx.query<never>(
        `${LINE} where (l.division = $1 and l.source = $2) or (l.division, l.id) in (
           select c.division, c.id from ledger.published_transfer r join allotments.allotment c on c.division = r.division and c.transfer = r.id
           where r.sender = $1 and r.sender_allotment = $2) order by l.id limit 1000`,
        [division, parent],
      )

export async function linePage(tx: Tx, division: number, id: string): Promise<LinePage | null> {
  const line = await tx.maybe<never>(`${LINE} where l.division = $1 and l.id = $2`, [division, id])
  if (!line) return null
  // The ancestors are named on the line itself: one query, at whatever level they are.
  const path = await tx.query<never>(
    `select a.id::text, jsonb_build_object('code', v.code, 'name', v.name) as division, a.form, a.document_number as "documentNumber", f.name as fund, a.amount_fen as "amountFen"
     from allotments.allotment l cross join unnest(l.path) with ordinality as p(id, n)
     join allotments.published_line a on a.id = p.id left join divisions.published_division v on v.division = a.division left join funds.published_fund f on f.id = a.fund
     where l.division = $1 and l.id = $2 and a.id <> l.id order by p.n`,
    [division, id],
  )
  const entries = await tx.query<EntryView & Record<string, unknown>>(
    `select e.batch::text, e.line, e.form, jsonb_build_object('zh', f.name, 'en', f.english) as "formName", e.effective_on as "effectiveOn", e.recorded_at as "recordedAt",
       d.number as "documentNumber", jsonb_build_object('account', e.debit, 'allotment', e.debit_allotment::text) as debit,
       jsonb_build_object('account', e.credit, 'allotment', e.credit_allotment::text) as credit, e.amount_fen as "amountFen",
       case when e.corrects_batch is not null then jsonb_build_object('batch', e.corrects_batch::text, 'line', e.corrects_line) end as corrects,
       case when e.amount_fen > 0 then e.amount_fen - coalesce(c.corrected_fen, 0) else 0 end::bigint as "leftFen"
     from ledger.published_entry e join ledger.form f on f.code = e.form
     left join ledger.published_document d on d.division = e.division and d.id = e.document
     left join ledger.corrected c on c.division = e.division and c.batch = e.batch and c.line = e.line
     where e.division = $1 and (e.debit_allotment = $2 or e.credit_allotment = $2) order by e.batch desc, e.line desc limit 200`,
    [division, id],
  )
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

export const listTransfers = (tx: Tx, division: number, year: number, waiting: boolean): Promise<TransferView[]> =>
  tx.query<never>(
    `select t.id::text, case when s.division is not null then jsonb_build_object('code', s.code, 'name', s.name) end as sender,
       t.document_number as "documentNumber", t.document_title as "documentTitle", t.document_dated as dated,
       jsonb_build_object('id', f.id, 'code', f.code, 'name', f.name) as fund, t.sent_fen as "sentFen", t.taken_fen as "takenFen",
       t.in_transit_fen as "inTransitFen", t.source_level as "sourceLevel", t.direct
     from ledger.published_transfer t left join divisions.published_division s on s.division = t.sender
     join funds.published_fund f on f.id = t.fund
     where t.division = $1 and t.fiscal_year = $2 and (not $3 or t.in_transit_fen > 0) order by t.document_dated desc, t.id desc limit 500`,
    [division, year, waiting],
  )
