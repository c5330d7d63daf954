import type { Tx } from '../platform/database/transaction.ts'
import type { Application, ApplicationBrief, ApplicationLine } from './contract.ts'

const PAGE = 50

const hand = (column: string) =>
  `(select jsonb_build_object('account', h.id::text, 'name', h.name) from identity.account h where h.id = ${column})`

const BRIEF = `p.id::text, p.unit, p.applied_on as "appliedOn", p.state, ${hand('p.filled_by')} as "filledBy",
  (select count(*) from identity.application_line l where l.division = p.division and l.application = p.id)::int as people,
  (select string_agg(distinct n.name, '、') from identity.application_line l join identity.person n on n.id = l.person
   where l.division = p.division and l.application = p.id and l.line <= 5) as names`

/** Applications of a division, latest first. */
export async function listApplications(
  tx: Tx,
  division: number,
  filter: { state?: string | undefined; after?: string | undefined },
): Promise<{ rows: ApplicationBrief[]; next: string | null }> {
  const rows = await tx.query<never>(
    `select ${BRIEF} from identity.application p
     where p.division = $1 and ($2::text is null or p.state = $2) and ($3::bigint is null or p.id < $3) order by p.id desc limit ${PAGE + 1}`,
    [division, filter.state ?? null, filter.after ?? null],
  )
  const page = rows.slice(0, PAGE) as ApplicationBrief[]
  return { rows: page, next: rows.length > PAGE ? page.at(-1)!.id : null }
}

const LINES = `select l.line, l.kind, l.office_name as "officeName", n.name, n.number_masked as "numberMasked", l.duty, l.phone_masked as "phoneMasked",
    l.sign_in_name as "signInName", l.post, case when d.division is not null then jsonb_build_object('code', d.code, 'name', d.name) end as division,
    case when o.id is not null then jsonb_build_object('code', o.code, 'name', o.name) end as office,
    case when f.id is not null then jsonb_build_object('code', f.code, 'name', f.name) end as fund,
    case when g.id is not null then jsonb_build_object('code', g.code, 'name', g.name) end as agency, l.until, l.remark
  from identity.application_line l join identity.person n on n.id = l.person
  left join divisions.published_division d on d.division = l.at_division
  left join divisions.published_office o on o.division = l.at_division and o.id = l.at_office
  left join funds.published_fund f on f.id = l.at_fund
  left join divisions.published_agency g on g.division = l.at_division and g.id = l.at_agency
  where l.division = $1 and l.application = $2 order by l.line`

/** One application with its people (masked) and its history; undefined where there is none. */
export async function applicationOf(tx: Tx, division: number, id: string): Promise<Application | undefined> {
  const head = await tx.maybe<never>(
    `select ${BRIEF}, p.on_paper as "onPaper", ${hand('p.unit_by')} as "unitBy", p.unit_opinion as "unitOpinion", p.unit_on as "unitOn",
       ${hand('p.department_by')} as "departmentBy", p.department_opinion as "departmentOpinion", p.department_on as "departmentOn",
       ${hand('p.executed_by')} as "executedBy", p.executed_on as "executedOn"
     from identity.application p where p.division = $1 and p.id = $2`,
    [division, id],
  )
  if (!head) return undefined
  const lines = await tx.query<ApplicationLine>(LINES, [division, id])
  const events = await tx.query<never>(
    `select e.no, e.step, coalesce(a.name, '系统') as name, e.opinion, e.recorded_at as at
     from identity.application_event e left join identity.account a on a.id = e.actor where e.division = $1 and e.application = $2 order by e.no`,
    [division, id],
  )
  return { ...(head as Application), lines, events }
}

/** What the vault keeps of an application's people, by line; for the form that is signed, with a purpose that is recorded. */
export const sealedNumbers = (
  tx: Tx,
  division: number,
  id: string,
): Promise<{ line: number; number: Buffer; phone: Buffer | null }[]> =>
  tx.query<never>(
    `select l.line, n.number_ciphertext as number, l.phone_ciphertext as phone from identity.application_line l
     join identity.person n on n.id = l.person where l.division = $1 and l.application = $2`,
    [division, id],
  )
