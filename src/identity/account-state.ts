import type { Tx } from '../platform/database/transaction.ts'

/** An account as the audit keeps it before and after a change: no secret, and what is personal masked. */
export interface AccountState {
  name: string
  office: string | null
  duty: string | null
  phone: string | null
  closed: boolean
  locked: boolean
  failures: number
  mustChange: boolean
  passwordSet: boolean
  secondFactor: boolean
  /** What it holds now or later, within the scope of whoever acts. */
  posts: {
    post: string
    division: string
    office: string | null
    fund: string | null
    agency: string | null
    from: string | null
    until: string | null
  }[]
}

/** The account of a number, or of a sign-in name; null where there is none. */
export const accountState = (
  tx: Tx,
  by: { id: bigint | number | string } | { signInName: string },
): Promise<AccountState | undefined> =>
  tx.maybe<never>(
    `select a.name, a.office, a.duty, p.phone_masked as phone, a.closed_at is not null as closed,
       coalesce(a.locked_until > now(), false) as locked, a.failures, a.must_change as "mustChange", a.password_hash is not null as "passwordSet",
       a.totp_since is not null as "secondFactor",
       coalesce((select jsonb_agg(jsonb_build_object('post', h.post, 'division', coalesce(d.code, h.division::text), 'office', o.name, 'fund', h.fund::text,
           'agency', g.name, 'from', lower(h.valid)::text, 'until', (upper(h.valid) - 1)::text) order by h.id)
         from identity.holding h left join divisions.published_division d on d.division = h.division
         left join divisions.published_office o on o.division = h.division and o.id = h.office
         left join divisions.published_agency g on g.division = h.division and g.id = h.agency
         where h.account = a.id and h.ended_at is null and (upper(h.valid) is null or upper(h.valid) > platform.today())), '[]') as posts
     from identity.account a left join identity.person p on p.id = a.person
     where case when $1::bigint is not null then a.id = $1 else a.sign_in_name = $2 end`,
    ['id' in by ? by.id : null, 'signInName' in by ? by.signInName : null],
  )
