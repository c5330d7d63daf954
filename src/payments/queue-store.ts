import type { Tx } from '../platform/database/transaction.ts'
import type { Candidate, Elements, MatchHistory, MatchingCase, MatchingGroup, MatchingQueue } from './contract.ts'

/** Groups of the queue shown at once, payments shown as alike, lines shown as candidates. */
const GROUPS = 300
const ALIKE = 200
const CANDIDATES = 30

const ELEMENTS = `p.agency_code as "agencyCode", g.name as "agencyName", p.project_code as "projectCode", j.name as "projectName",
  p.function_subject as "functionSubject", p.document_number as "documentNumber", p.allotment_ref as "allotmentRef"`
const NAMES = `left join divisions.published_agency g on g.division = p.division and g.id = p.agency
  left join projects.published_project j on j.division = p.division and j.code = p.project_code`
/** Those that wait first, each looked up by its key: to walk a division's payments for those without a line cost a second a million. */
const WAITING = `(select division, payment, reason from payments.unposted where division = $1 and reason in ('no-allotment', 'ambiguous') offset 0) u
  join payments.payment p on p.division = u.division and p.id = u.payment`
const NO_LINE = `u.reason in ('no-allotment', 'ambiguous') and p.allotment is null`

/** What waits for a person, by what the payments state, most money first. */
export async function matchingQueue(tx: Tx, division: number, year: number): Promise<MatchingQueue> {
  const rows = await tx.query<never>(
    `select min(p.id)::text as first, ${ELEMENTS}, case when bool_or(p.match = 'ambiguous') then 'ambiguous' else 'none' end as match,
       bool_or(o.payment is not null) as "takenBack", count(*)::int as count, sum(p.amount_fen)::text as "amountFen",
       min(p.vouched_on)::text as "firstOn", max(p.vouched_on)::text as "lastOn"
     from ${WAITING} ${NAMES}
     left join lateral (select payment from payments.undoing o where o.division = p.division and o.payment = p.id limit 1) o on true
     where u.division = $1 and p.fiscal_year = $2 and ${NO_LINE}
     group by p.agency_code, g.name, p.project_code, j.name, p.function_subject, p.document_number, p.allotment_ref
     order by abs(sum(p.amount_fen)) desc, min(p.id) limit ${GROUPS + 1}`,
    [division, year],
  )
  const sums = await tx.one<{ payments: number; amountFen: string }>(
    `select count(*)::int as payments, coalesce(sum(p.amount_fen), 0)::text as "amountFen" from ${WAITING}
     where u.division = $1 and p.fiscal_year = $2 and ${NO_LINE}`,
    [division, year],
  )
  return { rows: (rows as MatchingGroup[]).slice(0, GROUPS), ...sums, complete: rows.length <= GROUPS }
}

/**
 * A waiting payment, those that state the same, and the lines that it may belong to: of the division and year, sharing its agency, project
 * or document number at least, best first; with `q`, lines whose document number or project is like it instead. Undefined where the
 * payment is unknown or waits for nobody.
 */
export async function matchingCase(
  tx: Tx,
  division: number,
  payment: string,
  q: string | undefined,
): Promise<MatchingCase | undefined> {
  const one = await tx.maybe<Elements & { match: never; fiscalYear: number }>(
    `select ${ELEMENTS}, p.match, p.fiscal_year as "fiscalYear" from ${WAITING} ${NAMES}
     where u.division = $1 and p.id = $2 and ${NO_LINE}`,
    [division, payment],
  )
  if (!one) return undefined
  const { match, fiscalYear, ...elements } = one
  const alike = await tx.query<never>(
    `select p.id::text as id, p.voucher_no as "voucherNo", p.line_no as "lineNo", p.vouched_on::text as "vouchedOn",
       coalesce(c.paid_on, p.paid_on)::text as "paidOn", p.amount_fen::text as "amountFen", h.name as "payeeName", p.purpose,
       count(*) over ()::int as alike
     from ${WAITING} join payments.payment s on s.division = p.division and s.id = $2
       and (p.fiscal_year, coalesce(p.agency_code, ''), coalesce(p.project_code, ''), coalesce(p.function_subject, ''), coalesce(p.document_number, ''),
         coalesce(p.allotment_ref, '')) = (s.fiscal_year, coalesce(s.agency_code, ''), coalesce(s.project_code, ''), coalesce(s.function_subject, ''),
         coalesce(s.document_number, ''), coalesce(s.allotment_ref, ''))
     left join payments.confirmation c on c.division = p.division and c.payment = p.id
     left join payments.holder h on h.division = p.division and h.id = p.payee
     where u.division = $1 and ${NO_LINE} order by p.id <> s.id, p.vouched_on, p.id limit ${ALIKE}`,
    [division, payment],
  )
  const rows = alike as (MatchingCase['payments'][number] & { alike: number })[]
  return {
    elements,
    match,
    fiscalYear,
    payments: rows.map(({ alike: _, ...row }) => row),
    alike: rows[0]?.alike ?? 0,
    candidates: await candidates(tx, division, payment, q),
  }
}

async function candidates(tx: Tx, division: number, payment: string, q: string | undefined): Promise<Candidate[]> {
  const word = (column: string) =>
    `case when ${column} is null then 'unstated' when ${column} then 'agrees' else 'differs' end`
  return tx.query<never>(
    `with p as (select * from payments.payment where division = $1 and id = $2),
     compared as (
       select a.*, d.number, p.fiscal_year as year, case when p.agency_code is not null then coalesce(a.agency = p.agency, false) end as same_agency,
         case when p.project_code is not null then coalesce(j.code = p.project_code, false) end as same_project,
         case when p.function_subject is not null then coalesce(a.function_subject = p.function_subject, false) end as same_subject,
         case when p.document_number is not null then d.number = p.document_number end as same_document
       from p join allotments.allotment a on a.division = p.division and a.fiscal_year = p.fiscal_year and a.form = 'refine'
       join ledger.document d on d.division = a.division and d.id = a.document
       left join projects.project j on j.division = a.division and j.id = a.project
       where case when $3::text is null then coalesce(a.agency = p.agency, false) or coalesce(j.code = p.project_code, false) or coalesce(d.number = p.document_number, false)
         else d.number like $3 or j.name like $3 or j.code like $3 end),
     best as (
       select c.*, payments.match_score(w, c.same_agency, c.same_project, c.same_subject, c.same_document) as score from compared c
       join payments.match_weight w on w.first_year = (select max(first_year) from payments.match_weight where first_year <= c.year)
       order by score desc nulls last, c.id limit ${CANDIDATES})
     select c.id::text as allotment, c.number as "documentNumber", jsonb_build_object('code', f.code, 'name', f.name) as fund,
       case when g.id is not null then jsonb_build_object('code', g.code, 'name', g.name) end as agency,
       case when j.id is not null then jsonb_build_object('code', j.code, 'name', j.name) end as project, c.function_subject as "functionSubject", c.score,
       jsonb_build_object('agency', ${word('c.same_agency')}, 'project', ${word('c.same_project')}, 'functionSubject', ${word('c.same_subject')},
         'documentNumber', ${word('c.same_document')}) as agrees,
       c.amount_fen::text as "amountFen", b.own::text as "ownFen", b.plan::text as "planFen", b.paid::text as "paidFen"
     from best c join funds.published_fund f on f.id = c.fund
     left join divisions.published_agency g on g.division = c.division and g.id = c.agency
     left join projects.published_project j on j.division = c.division and j.id = c.project
     cross join lateral (select coalesce(sum(balance_fen) filter (where account = 500201), 0)::bigint as own,
         coalesce(sum(balance_fen) filter (where account = 5101), 0)::bigint as plan, coalesce(sum(balance_fen) filter (where account = 5201), 0)::bigint as paid
       from ledger.published_balance where division = c.division and allotment = c.id) b
     order by c.score desc nulls last, b.own + b.plan desc, c.id`,
    [division, payment, q ? `%${q.replace(/[\\%_]/g, '\\$&')}%` : null],
  )
}

/** How a payment was matched: by which score, how it is split, and what was decided and taken back, newest first. */
export async function matchHistory(tx: Tx, division: number, payment: string): Promise<MatchHistory | undefined> {
  const parts = (
    from: string,
    where: string,
  ) => `coalesce((select jsonb_agg(jsonb_build_object('allotment', s.allotment::text,
      'documentNumber', d.number, 'amountFen', s.amount_fen::text) order by s.amount_fen desc, s.allotment)
    from ${from} s join allotments.allotment a on a.division = s.division and a.id = s.allotment
    join ledger.document d on d.division = a.division and d.id = a.document where ${where}), '[]')`
  return tx.maybe<never>(
    `select p.match_score as score, coalesce(string_to_array(p.match_differs, ' '), '{}') as differs,
       ${parts('payments.part', 's.division = p.division and s.payment = p.id')} as parts,
       coalesce((select jsonb_agg(jsonb_build_object('kind', e.kind, 'reason', e.reason, 'actor', coalesce(x.name, '-'), 'at', e.recorded_at, 'batch', e.batch::text,
           'parts', e.parts) order by e.recorded_at desc)
         from (select 'decided' as kind, c.reason, c.actor, c.recorded_at, null::bigint as batch,
                 ${parts('payments.decision_part', 's.division = c.division and s.decision = c.id and s.payment = p.id')} as parts
               from payments.decision c where c.division = p.division
                 and c.id in (select k.decision from payments.decision_part k where k.division = p.division and k.payment = p.id)
               union all
               select 'taken-back', o.reason, o.actor, o.recorded_at, o.batch, '[]' from payments.undoing o where o.division = p.division and o.payment = p.id) e
         left join identity.account x on x.id = e.actor), '[]') as events
     from payments.payment p where p.division = $1 and p.id = $2`,
    [division, payment],
  )
}
