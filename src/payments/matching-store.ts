import type { Tx } from '../platform/database/transaction.ts'
import type { Slice } from './slice.ts'

/** A project that is stated and unknown is none of the lines' projects, and not the same as none stated (0). */
const projectKey = (p: string): string =>
  `coalesce(${p}.project, case when ${p}.project_code is null then 0 else -1 end)`

/** Whether a line `a` of document `d` agrees with what a key `k` states; null where it states nothing. */
const AGREES = `true, case when k.project <> 0 then coalesce(a.project = k.project, false) end,
  case when k.subject <> '' then coalesce(a.function_subject = k.subject, false) end, case when k.document <> '' then d.number = k.document end`

const KEY = 'division, fiscal_year, agency, project, subject, document'
const KEY_OF_K = KEY.replace(/\w+/g, 'k.$&')

/**
 * What is found by elements, for `with`: own-spending lines of the division and year with the payment's agency. First the lines that agree
 * in all that the payment states, its project or subject at least; of several none is taken. Where there is none, the only line with the
 * best score is taken if the score reaches the threshold (`payments.match_weight`). The agency is never left open: money is not moved to
 * another agency's line by a score.
 */
const element = (payments: string): string => `
  key as materialized (
    select distinct division, fiscal_year, agency, ${projectKey('p')} as project, coalesce(function_subject, '') as subject,
      coalesce(document_number, '') as document
    from ${payments} p where allotment is null and agency is not null),
  exact as materialized (
    select ${KEY_OF_K}, count(*) as lines, min(a.id) as allotment, min(a.fund) as fund, min(a.project) as line_project
    from key k
    join allotments.allotment a on a.division = k.division and a.fiscal_year = k.fiscal_year and a.form = 'refine' and a.agency = k.agency
      and (k.project = 0 or a.project = k.project) and (k.subject = '' or a.function_subject = k.subject)
    join ledger.document d on d.division = a.division and d.id = a.document and (k.document = '' or d.number = k.document)
    where k.project > 0 or k.project = 0 and k.subject <> ''
    group by 1, 2, 3, 4, 5, 6),
  inexact as materialized (
    select k.*, w from key k
    join payments.match_weight w on w.first_year = (select max(first_year) from payments.match_weight where first_year <= k.fiscal_year)
    where (${KEY_OF_K}) not in (select ${KEY} from exact) and w.agency + case when k.project <> 0 then w.project else 0 end
      + case when k.subject <> '' then w.function_subject else 0 end + case when k.document <> '' then w.document else 0 end >= w.least),
  scored as (
    select k.*, (k.w).threshold, a.id as allotment, a.fund, a.project as line_project, payments.match_score(k.w, ${AGREES}) as score,
      payments.match_differs(${AGREES}) as differs
    from inexact k
    join allotments.allotment a on a.division = k.division and a.fiscal_year = k.fiscal_year and a.form = 'refine' and a.agency = k.agency
    join ledger.document d on d.division = a.division and d.id = a.document),
  element as materialized (
    select ${KEY}, case lines when 1 then 'by-elements' else 'ambiguous' end as match, case lines when 1 then allotment end as allotment,
      case lines when 1 then fund end as fund, case lines when 1 then line_project end as line_project,
      case lines when 1 then 100::smallint end as score, null as differs
    from exact
    union all
    select ${KEY}, case count(*) when 1 then 'by-elements' else 'ambiguous' end, case count(*) when 1 then min(allotment) end,
      case count(*) when 1 then min(fund) end, case count(*) when 1 then min(line_project) end, case count(*) when 1 then min(score) end,
      case count(*) when 1 then min(differs) end
    from (select *, rank() over (partition by ${KEY} order by score desc) as place from scored where score >= threshold) s
    where place = 1 group by ${KEY})`

const sameElements = (m: string, p: string): string => `${p}.allotment is null and ${m}.division = ${p}.division
  and ${m}.fiscal_year = ${p}.fiscal_year and ${m}.agency = ${p}.agency and ${m}.project = ${projectKey(p)}
  and ${m}.subject = coalesce(${p}.function_subject, '') and ${m}.document = coalesce(${p}.document_number, '')`

/** The line that a row `p` names by its id, or else that a habit gives it. */
const named = (p: string): string => `
  left join allotments.allotment a on a.division = ${p}.division and a.fiscal_year = ${p}.fiscal_year and a.external_id = ${p}.allotment_ref
    and a.form = 'refine'
  left join payments.habit h on a.id is null and h.ended_at is null and h.division = ${p}.division and h.fiscal_year = ${p}.fiscal_year
    and h.agency_code = ${p}.agency_code and h.project_code = coalesce(${p}.project_code, '')
    and h.function_subject = coalesce(${p}.function_subject, '') and h.document_number = coalesce(${p}.document_number, '')
  left join allotments.allotment i on i.division = h.division and i.id = h.allotment`
const NAMED = `coalesce(a.id, i.id) as allotment, coalesce(a.fund, i.fund) as fund, coalesce(a.project, i.project) as line_project,
  case when a.id is not null then 'by-id' when i.id is not null then 'by-habit' end as how`

/** Finds the lines of what an import's payments are matched by, in some divisions; what was found by an earlier slice stands. */
export async function matchElements(tx: Tx, importId: string, slice: Slice): Promise<void> {
  await tx.query(
    `with line as materialized (
       select s.no, s.division, s.fiscal_year, s.project_code, s.function_subject, s.document_number, g.id as agency, j.id as project, ${NAMED}
       from payments.staged_elements s
       left join divisions.agency g on g.division = s.division and g.code = s.agency_code
       left join projects.project j on j.division = s.division and j.code = s.project_code ${named('s')}
       where s.import = $1 and s.division between $2 and $3 and s.allotment is null),
     ${element('line')}
     update payments.staged_elements t set agency = l.agency, project = coalesce(l.line_project, m.line_project, l.project),
       allotment = coalesce(l.allotment, m.allotment), fund = coalesce(l.fund, m.fund), match = coalesce(l.how, m.match, 'none'),
       match_score = m.score, match_differs = m.differs
     from line l left join element m on ${sameElements('m', 'l')}
     where t.import = $1 and t.no = l.no`,
    [importId, slice.from.division, slice.to.division],
  )
}

/**
 * Looks again for the allotments of waiting payments that have none: by id, by habit, else by elements. What a person has taken back
 * waits for a person.
 */
export async function matchWaiting(tx: Tx, division: number, fiscalYear: number): Promise<number> {
  const rows = await tx.query(
    `with line as materialized (
       select p.division, p.id, p.fiscal_year, p.agency, p.project, p.project_code, p.function_subject, p.document_number, ${NAMED}
       from payments.unposted u join payments.payment p on p.division = u.division and p.id = u.payment ${named('p')}
       where u.division = $1 and p.fiscal_year = $2 and p.allotment is null
         and not exists (select from payments.undoing o where o.division = p.division and o.payment = p.id)),
     ${element('line')}
     update payments.payment p
     set allotment = coalesce(l.allotment, m.allotment), fund = coalesce(l.fund, m.fund),
       project = coalesce(l.line_project, m.line_project, p.project), match = coalesce(l.how, m.match, 'none'),
       match_score = m.score, match_differs = m.differs
     from line l left join element m on ${sameElements('m', 'l')}
     where p.division = l.division and p.id = l.id and p.match <> coalesce(l.how, m.match, 'none')
     returning 1`,
    [division, fiscalYear],
  )
  return rows.length
}
