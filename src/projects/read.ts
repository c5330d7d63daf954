import type { Tx } from '../platform/database/transaction.ts'
import type { Project, ProjectList, ProjectPage } from './contract.ts'

const PAGE = 50

/**
 * Projects with their money and lamps. `chosen` is a list of project rows; money comes from the ledger's balances of the
 * lines that name them, so that each figure is that of the books: 500201 own, 5101 planned, 5102 in transit, 5201 paid.
 */
const withMoney = (chosen: string): string => `
  with chosen as (${chosen}), money as (
    select l.project, sum(b.balance_fen) as arranged, sum(b.balance_fen) filter (where b.account = 5201) as paid
    from allotments.published_line l
    join ledger.published_balance b on b.division = l.division and b.allotment = l.id and b.account in (500201, 5101, 5102, 5201)
    where l.division = $1 and ($2::int is null or l.fiscal_year = $2) and l.project in (select id from chosen)
    group by l.project
  ), lamp as (
    select w.subject, count(*) filter (where w.level = 'bell')::int as bell, count(*) filter (where w.level = 'yellow')::int as yellow,
      count(*) filter (where w.level = 'red')::int as red
    from warnings.published_warning w
    where w.division = $1 and w.subject_kind = 'project' and w.status in ('open', 'violation')
      and w.subject in (select id::text from chosen)
    group by w.subject
  )
  select p.id::text, p.code, p.name, p.name_verdict as "nameVerdict", p.kind, p.place, p.first_year as "firstYear",
    p.last_year as "lastYear", p.investment_fen::text as "investmentFen",
    case when a.id is not null then jsonb_build_object('code', a.code, 'name', a.name) end as agency,
    coalesce(m.arranged, 0)::text as "arrangedFen", coalesce(m.paid, 0)::text as "paidFen",
    jsonb_build_object('bell', coalesce(w.bell, 0), 'yellow', coalesce(w.yellow, 0), 'red', coalesce(w.red, 0)) as lamps
  from chosen p
  left join divisions.published_agency a on a.division = $1 and a.id = p.agency
  left join money m on m.project = p.id
  left join lamp w on w.subject = p.id::text
  order by p.code`

export interface ProjectFilter {
  division: number
  year?: number | undefined
  q?: string | undefined
  verdict?: string | undefined
  after?: string | undefined
}

/** A page of projects by code: those that run in the year or have lines in it. `next` is the last code shown. */
export async function listProjects(tx: Tx, filter: ProjectFilter): Promise<ProjectList> {
  const rows = await tx.query<Project & Record<string, unknown>>(
    withMoney(`
      select p.* from projects.published_project p
      where p.division = $1
        and ($2::int is null or $2 between p.first_year and p.last_year or p.id in (
          select l.project from allotments.published_line l where l.division = $1 and l.fiscal_year = $2 and l.project is not null))
        and ($3::text is null or p.name ilike $3 or p.code ilike $3 or p.place ilike $3)
        and ($4::text is null or case when $4 = 'bad' then p.name_verdict <> 'ok' else p.name_verdict = $4 end)
        and ($5::text is null or p.code > $5)
      order by p.code limit ${PAGE + 1}`),
    [filter.division, filter.year ?? null, likeness(filter.q), filter.verdict ?? null, filter.after ?? null],
  )
  return { rows: rows.slice(0, PAGE), next: rows.length > PAGE ? rows[PAGE - 1]!.code : null }
}

const likeness = (q: string | undefined): string | null =>
  q?.trim() ? `%${q.trim().replace(/[\\%_]/g, found => `\\${found}`)}%` : null

/** One project with the lines, payments and warnings that name it; undefined where there is none. */
export async function projectPage(
  tx: Tx,
  division: number,
  project: string,
  year: number | null,
): Promise<ProjectPage | undefined> {
  const found = await tx.maybe<Project & Record<string, unknown>>(
    withMoney('select p.* from projects.published_project p where p.division = $1 and p.id = $3::bigint'),
    [division, year, project],
  )
  if (!found) return undefined
  const lines = await tx.query<never>(
    `select l.id::text, jsonb_build_object('code', d.code, 'name', d.name) as division, l.fiscal_year as "fiscalYear", l.form,
       jsonb_build_object('id', l.document::text, 'number', l.document_number, 'form', l.document_form,
         'title', l.document_title, 'dated', l.document_dated, 'scan', l.document_scan is not null) as document,
       jsonb_build_object('id', f.id::text, 'code', f.code, 'name', f.name) as fund,
       l.amount_fen::text as "amountFen", l.total_fen::text as "totalFen", l.to_refine_fen::text as "toRefineFen",
       l.own_fen::text as "ownFen", l.passed_fen::text as "passedFen", l.plan_fen::text as "planFen",
       l.transit_fen::text as "transitFen", l.paid_fen::text as "paidFen",
       case when a.id is not null then jsonb_build_object('id', a.id::text, 'code', a.code, 'name', a.name) end as agency,
       l.poverty, l.monitored_fen::text as "monitoredFen", l.source_level as "sourceLevel", l.superior_number as "superiorNumber",
       l.direct, l.source::text, l.function_subject as "functionSubject", l.economic_subject as "economicSubject", l.note
     from allotments.published_line l
     join divisions.published_division d on d.division = l.division
     join funds.published_fund f on f.id = l.fund
     left join divisions.published_agency a on a.division = l.division and a.id = l.agency
     where l.division = $1 and l.project = $2 and ($3::int is null or l.fiscal_year = $3)
     order by l.document_dated, l.id limit 500`,
    [division, project, year],
  )
  const payments = await tx.query<never>(
    `select p.id::text, p.voucher_type as "voucherType", p.voucher_no as "voucherNo", p.line_no as "lineNo",
       p.vouched_on as "vouchedOn", p.paid_on as "paidOn", p.amount_fen::text as "amountFen",
       case when p.payee_name is not null then jsonb_build_object('name', p.payee_name, 'account', p.payee_account) end as payee,
       case when a.id is not null then jsonb_build_object('id', a.id::text, 'code', a.code, 'name', a.name) end as agency,
       jsonb_build_object('id', j.id::text, 'code', j.code, 'name', j.name) as project,
       p.allotment::text, p.purpose, p.match, p.unposted_reason as unposted
     from payments.published_payment p
     join projects.published_project j on j.division = p.division and j.id = p.project
     left join divisions.published_agency a on a.division = p.division and a.id = p.agency
     where p.division = $1 and p.project = $2 and ($3::int is null or p.fiscal_year = $3)
     order by p.vouched_on desc, p.id desc limit 50`,
    [division, project, year],
  )
  const warnings = await tx.query<never>(
    `select id::text, rule, level, status, amount_fen::text as "amountFen", raised_on as "raisedOn", ended_on as "endedOn"
     from warnings.published_warning where division = $1 and subject_kind = 'project' and subject = $2
     order by raised_on desc, id desc limit 100`,
    [division, project],
  )
  return { ...found, lines, payments, warnings }
}
