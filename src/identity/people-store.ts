import type { Tx } from '../platform/database/transaction.ts'
import type { Duty, Person, PersonPage } from './contract.ts'

const PAGE = 50

const named = (alias: string) =>
  `case when ${alias}.division is not null then jsonb_build_object('code', ${alias}.code, 'name', ${alias}.name) end`

// Seen under row-level security: posts outside the reader's divisions are not among them.
const JOINED = `
  left join divisions.published_division d on d.division = h.division
  left join divisions.office o on o.division = h.division and o.id = h.office
  left join funds.published_fund f on f.id = h.fund
  left join divisions.agency g on g.division = h.division and g.id = h.agency`
const DUTIES = `from identity.holding h ${JOINED}`
const DUTY = `'post', h.post, 'division', ${named('d')}, 'office', o.name, 'fund', f.name, 'agency', g.name, 'until', upper(h.valid) - 1`

/** The posts that an account holds today or stands in for, in the order of `holdingsOf`. */
export const dutiesOf = async (tx: Tx, account: number): Promise<Duty[]> =>
  (
    await tx.query<{ duty: Duty }>(
      `select jsonb_build_object(${DUTY}, 'standsFor', a.name) as duty from approvals.published_standing h
       left join identity.account a on a.id = h.stands_for ${JOINED}
       where h.account = $1 order by h.division, h.post, h.id`,
      [account],
    )
  ).map(row => row.duty)

/** The divisions that an account's posts reach, each with the posts (by their places) that reach it. */
export const reachOf = (
  tx: Tx,
  account: number,
): Promise<{ code: string; name: string; level: string; parent: string | null; duties: number[] }[]> =>
  tx.query<never>(
    `with held as (select h.division, (row_number() over (order by h.division, h.post, h.id) - 1)::int as n from approvals.published_standing h
       where h.account = $1),
     reached as (select s.division, array_agg(h.n order by h.n) as duties from held h join divisions.scope_division s on s.scope = h.division group by 1)
     select d.code, d.name, d.level, p.code as parent, r.duties from reached r
     join divisions.published_latest d on d.division = r.division
     left join divisions.published_division p on p.division = d.administrative_parent order by d.code`,
    [account],
  )

const PERSON = `select a.id::text as account, a.name, a.sign_in_name as "signInName", a.office, a.duty, n.number_masked as "numberMasked",
    n.phone_masked as "phoneMasked", a.totp_since is not null as "secondFactor", a.demo,
    case when a.closed_at is not null then 'closed' when a.locked_until > $1 then 'locked' when a.activation is not null or a.password_hash is null then 'waiting' else 'open' end as state,
    coalesce((select jsonb_agg(jsonb_build_object(${DUTY}) order by h.division, h.post, h.id) ${DUTIES}
      where h.account = a.id and h.ended_at is null and h.valid @> platform.today()), '[]') as posts
  from identity.account a left join identity.person n on n.id = a.person`

/** People who hold or held a post in the reader's divisions; of one division and below where it is named. */
export async function listPeople(
  tx: Tx,
  now: Date,
  filter: { division: number | null; q?: string | undefined; state?: string | undefined; after?: string | undefined },
): Promise<{ rows: Person[]; next: string | null }> {
  const rows = await tx.query<never>(
    `select * from (${PERSON} where exists (select from identity.holding h where h.account = a.id
         and ($2::int is null or h.division = 0 or h.division in (select s.division from divisions.scope_division s where s.scope = $2)))
       and ($3::text is null or a.name ilike $3 or a.sign_in_name ilike $3) and ($4::bigint is null or a.id > $4) order by a.id) x
     where ($5::text is null or x.state = $5) limit ${PAGE + 1}`,
    [
      now,
      filter.division,
      filter.q ? `%${filter.q.replace(/[\\%_]/g, '\\$&')}%` : null,
      filter.after ?? null,
      filter.state ?? null,
    ],
  )
  const page = rows.slice(0, PAGE) as Person[]
  return { rows: page, next: rows.length > PAGE ? page.at(-1)!.account : null }
}

/** One person with all posts, past ones too, and the applications that concerned them. */
export async function personPage(tx: Tx, now: Date, account: string): Promise<PersonPage | undefined> {
  const person = await tx.maybe<never>(
    `${PERSON} where a.id = $2 and exists (select from identity.holding h where h.account = a.id)`,
    [now, account],
  )
  if (!person) return undefined
  const holdings = await tx.query<{ holding: PersonPage['holdings'][number] }>(
    `select jsonb_build_object(${DUTY}, 'from', lower(h.valid), 'ended', h.ended_at is not null) as holding ${DUTIES}
     where h.account = $1 order by h.ended_at is not null, lower(h.valid) desc nulls last, h.id`,
    [account],
  )
  const applications = await tx.query<never>(
    `select d.code as division, p.id::text, l.kind, l.post, p.state, p.applied_on as "appliedOn"
     from identity.application_line l join identity.application p on p.division = l.division and p.id = l.application
     join divisions.published_division d on d.division = l.division join identity.account a on a.sign_in_name = l.sign_in_name
     where a.id = $1 order by p.id desc limit 100`,
    [account],
  )
  return { person, holdings: holdings.map(row => row.holding), applications }
}

/** An open account that holds a post in view, and whether it holds others out of view. */
export const accountInView = (
  tx: Tx,
  account: string,
): Promise<{ id: bigint; sign_in_name: string; elsewhere: boolean; person: bigint | null } | undefined> =>
  tx.maybe<never>(
    `select a.id, a.sign_in_name, identity.holds_elsewhere(a.id) as elsewhere, a.person from identity.account a
     where a.id = $1 and a.closed_at is null and exists (select from identity.holding h where h.account = a.id)`,
    [account],
  )

export const sealedPerson = (tx: Tx, person: bigint): Promise<{ number: Buffer; phone: Buffer | null } | undefined> =>
  tx.maybe<never>('select number_ciphertext as number, phone_ciphertext as phone from identity.person where id = $1', [
    person,
  ])
