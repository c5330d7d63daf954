import type { Context } from '../platform/context.ts'
import { insertRows } from '../platform/database/insert.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { Vault } from '../platform/vault.ts'
import { maskNumber, maskPhone, readIdentityNumber } from './identity-number.ts'
import type { Judged } from './judge-lines.ts'
import type { PostKind } from './posts.ts'
import type { ApplicationState } from './status.ts'

export interface Unit {
  id: number
  name: string
}

/** What the lines of an application are held against. */
export interface World {
  own: { id: number; code: string }
  /** Divisions at or below the applying one, by code. */
  divisions: ReadonlyMap<string, number>
  /** By `division code`. */
  offices: ReadonlyMap<string, Unit>
  agencies: ReadonlyMap<string, Unit>
  /** By code, and by id. */
  funds: ReadonlyMap<string, Unit>
  /** By identity number, as far as the lines name them. */
  persons: ReadonlyMap<string, { id: bigint; name: string; signInName: string | null }>
  accounts: ReadonlyMap<
    string,
    { id: bigint; name: string; person: bigint | null; closed: boolean; kinds: readonly PostKind[] }
  >
}

export async function lineWorld(
  { tx, vault }: Pick<Context, 'tx' | 'vault'>,
  division: number,
  lines: readonly { number: string; signInName: string }[],
): Promise<World> {
  const divisions = await tx.query<{ id: number; code: string }>(
    `select d.division as id, d.code from divisions.published_division d
     where d.division in (select s.division from divisions.scope_division s where s.scope = $1)`,
    [division],
  )
  const units = (kind: 'office' | 'agency') =>
    tx.query<Unit & { division: number; code: string }>(
      `select division, id, code, name from divisions.published_${kind}
       where division in (select s.division from divisions.scope_division s where s.scope = $1)`,
      [division],
    )
  const byCode = (rows: (Unit & { division: number; code: string })[]) =>
    new Map(rows.map(({ division: at, code, id, name }) => [`${at} ${code}`, { id, name }]))
  const funds = await tx.query<Unit & { code: string }>(
    'select id, code, name from funds.published_fund order by id desc',
  )
  const numbers = [...new Set(lines.flatMap(line => readIdentityNumber(line.number) ?? []))]
  // While keys are rotated a person may stand under the old version or the new one.
  const known = numbers.flatMap((number, n) => vault.digests(number).map(digest => ({ digest, n: n + 1 })))
  const persons = await tx.query<{ n: number; id: bigint; name: string; signInName: string | null }>(
    `select distinct on (w.n) w.n, p.id, p.name, a.sign_in_name as "signInName" from unnest($1::bytea[], $2::int[]) as w(digest, n)
     join identity.person p on p.number_digest = w.digest
     left join identity.account a on a.person = p.id and a.closed_at is null
     order by w.n, p.key_version desc`,
    [known.map(one => one.digest), known.map(one => one.n)],
  )
  const accounts = await tx.query<{
    id: bigint
    signInName: string
    name: string
    person: bigint | null
    closed: boolean
    kinds: PostKind[]
  }>(
    `select a.id, a.sign_in_name as "signInName", a.name, a.person, a.closed_at is not null as closed,
       array(select distinct h.kind from identity.holding h where h.account = a.id and h.ended_at is null and upper(h.valid) is distinct from platform.today()) as kinds
     from identity.account a where a.sign_in_name = any ($1)`,
    [lines.map(line => line.signInName.trim().toLowerCase())],
  )
  return {
    own: divisions.find(one => one.id === division) ?? { id: division, code: '' },
    divisions: new Map(divisions.map(one => [one.code, one.id])),
    offices: byCode(await units('office')),
    agencies: byCode(await units('agency')),
    funds: new Map(
      funds.flatMap(({ id, code, name }) => [[code, { id, name }] as const, [String(id), { id, name }] as const]),
    ),
    persons: new Map(persons.map(({ n, ...person }) => [numbers[n - 1]!, person])),
    accounts: new Map(accounts.map(({ signInName, ...account }) => [signInName, account])),
  }
}

/** Stores people that are new, by identity number; answers all their ids. */
async function personIds(tx: Tx, vault: Vault, lines: readonly Judged[]): Promise<Map<string, bigint>> {
  const people = [...new Map(lines.map(line => [line.number, line])).values()]
  const sealed = people.map(one => vault.seal(one.number))
  const rows = await tx.query<{ n: number; id: bigint }>(
    `with given as (select n, name, ciphertext, masked, array(select decode(x, 'hex') from string_to_table(matches, ' ') x) as matches
       from unnest($1::text[], $2::text[], $3::bytea[], $4::text[]) with ordinality as g(name, matches, ciphertext, masked, n)),
     old as (select distinct on (g.n) g.n, p.id from given g join identity.person p on p.number_digest = any (g.matches)
       order by g.n, p.key_version desc),
     made as (insert into identity.person (name, key_version, number_digest, number_ciphertext, number_masked)
       select name, get_byte(ciphertext, 0), matches[1], ciphertext, masked from given g where not exists (select from old o where o.n = g.n)
       on conflict (number_digest, key_version) do nothing returning id, number_digest)
     select g.n::int as n, coalesce(o.id, m.id) as id from given g left join old o on o.n = g.n left join made m on m.number_digest = g.matches[1]`,
    [
      people.map(one => one.name),
      sealed.map(one => one.matches.map(match => match.toString('hex')).join(' ')),
      sealed.map(one => one.ciphertext),
      people.map(one => maskNumber(one.number)),
    ],
  )
  return new Map(rows.map(row => [people[row.n - 1]!.number, row.id]))
}

export async function writeLines(
  tx: Tx,
  vault: Vault,
  division: number,
  application: string,
  lines: readonly Judged[],
): Promise<void> {
  const persons = await personIds(tx, vault, lines)
  await tx.query('delete from identity.application_line where division = $1 and application = $2', [
    division,
    application,
  ])
  await insertRows(
    tx,
    'identity.application_line',
    {
      division: 'int',
      application: 'bigint',
      line: 'smallint',
      kind: 'text',
      office_name: 'text',
      person: 'bigint',
      duty: 'text',
      phone_ciphertext: 'bytea',
      phone_masked: 'text',
      sign_in_name: 'text',
      post: 'text',
      at_division: 'int',
      at_office: 'int',
      at_fund: 'int',
      at_agency: 'int',
      until: 'date',
      remark: 'text',
    },
    lines.map((line, i) => ({
      division,
      application,
      line: i + 1,
      kind: line.kind,
      office_name: line.officeName,
      person: persons.get(line.number)!,
      duty: line.duty,
      phone_ciphertext: line.phone === null ? null : vault.encrypt(line.phone),
      phone_masked: line.phone === null ? null : maskPhone(line.phone),
      sign_in_name: line.signInName,
      post: line.post,
      at_division: line.division,
      at_office: line.office,
      at_fund: line.fund,
      at_agency: line.agency,
      until: line.until,
      remark: line.remark,
    })),
  )
}

export interface ApplicationRow {
  id: bigint
  state: ApplicationState
  on_paper: boolean
  filled_by: bigint
  unit_by: bigint | null
  department_by: bigint | null
}

/** Locked: two who act on one application at once act one after the other. */
export const applicationForUpdate = (tx: Tx, division: number, id: string): Promise<ApplicationRow | undefined> =>
  tx.maybe<never>(
    `select id, state, on_paper, filled_by, unit_by, department_by from identity.application where division = $1 and id = $2 for update`,
    [division, id],
  )

export const applicationByKey = (tx: Tx, division: number, key: string): Promise<{ id: bigint } | undefined> =>
  tx.maybe<never>('select id from identity.application where division = $1 and request_key = $2', [division, key])

export const addEvent = (
  tx: Tx,
  division: number,
  application: string,
  step: string,
  opinion: string | null,
): Promise<unknown> =>
  tx.query(
    `insert into identity.application_event (division, application, no, step, opinion)
     select $1, $2, coalesce(max(no), 0) + 1, $3, $4 from identity.application_event where division = $1 and application = $2`,
    [division, application, step, opinion],
  )

export interface LineToDo {
  line: number
  kind: 'open' | 'change' | 'revoke'
  office_name: string
  duty: string
  person: bigint
  name: string
  phone_ciphertext: Buffer | null
  phone_masked: string | null
  sign_in_name: string
  post: string
  at_division: number
  at_office: number | null
  at_fund: number | null
  at_agency: number | null
  until: string | null
}

export const linesToDo = (tx: Tx, division: number, application: string): Promise<LineToDo[]> =>
  tx.query<never>(
    `select l.line, l.kind, l.office_name, l.duty, l.person, p.name, l.phone_ciphertext, l.phone_masked, l.sign_in_name, l.post,
       l.at_division, l.at_office, l.at_fund, l.at_agency, l.until
     from identity.application_line l join identity.person p on p.id = l.person where l.division = $1 and l.application = $2 order by l.line`,
    [division, application],
  )

/** Ends posts that an account holds: one of them, or all at and below a division; answers how many. */
export const endHoldings = async (
  tx: Tx,
  account: bigint,
  which: { below: number } | { line: LineToDo },
  now: Date,
): Promise<number> => {
  const line = 'line' in which ? which.line : null
  const rows = await tx.query(
    `update identity.holding h set ended_at = $2,
       valid = case when lower(h.valid) > platform.today() then h.valid else daterange(lower(h.valid), platform.today() + 1) end
     where h.account = $1 and h.ended_at is null and (upper(h.valid) is null or upper(h.valid) > platform.today())
       and case when $3::int is not null then h.division in (select s.division from divisions.scope_division s where s.scope = $3)
         else h.post = $4 and h.division = $5 and h.office is not distinct from $6 and h.fund is not distinct from $7 and h.agency is not distinct from $8 end
     returning h.id`,
    [
      account,
      now,
      'below' in which ? which.below : null,
      line?.post ?? null,
      line?.at_division ?? null,
      line?.at_office ?? null,
      line?.at_fund ?? null,
      line?.at_agency ?? null,
    ],
  )
  return rows.length
}
