import type { Level } from '../kernel/division-code.ts'
import { insertRows } from '../platform/database/insert.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { FundPlan, FundRow, KnownFund, SuperiorFund } from './fund.ts'

/** Held while catalogues and links change: two changes at once could take one code, or close a circle that neither sees. */
export const lockFunds = (tx: Tx): Promise<unknown> => tx.query(`select pg_advisory_xact_lock(hashtext('funds.fund'))`)

export const knownFunds = (tx: Tx, division: number): Promise<KnownFund[]> =>
  tx.query<never>(
    `select f.id, c.name as catalogue, f.code, f.parent, f.superior, f.name, f.level, f.owner_office as "ownerOffice",
       f.poverty, f.secret, f.included, f.excepted
     from funds.fund f join funds.catalogue c on c.id = f.catalogue where f.division = $1`,
    [division],
  )

/** The funds of the divisions above one. */
export const fundsAbove = (tx: Tx, divisions: ReadonlySet<number>): Promise<SuperiorFund[]> =>
  tx.query<never>('select id, code, level from funds.published_fund where division = any ($1::int[])', [[...divisions]])

export async function applyFunds(
  tx: Tx,
  division: number,
  plan: FundPlan,
  sources: ReadonlyMap<string, string>,
): Promise<void> {
  const catalogues = [...new Set(plan.created.map(row => row.catalogue))]
  if (catalogues.length > 0)
    await tx.query(
      `insert into funds.catalogue (division, name, source) select $1, n, s from unnest($2::text[], $3::text[]) as c(n, s)
       on conflict (division, name) do nothing`,
      [division, catalogues, catalogues.map(name => sources.get(name) ?? null)],
    )
  const ids = new Map(
    (
      await tx.query<{ id: number; name: string }>('select id, name from funds.catalogue where division = $1', [
        division,
      ])
    ).map(row => [row.name, row.id]),
  )
  const columns = {
    catalogue: 'int',
    division: 'int',
    code: 'text',
    name: 'text',
    level: 'text',
    owner_office: 'text',
    poverty: 'text',
    secret: 'boolean',
    included: 'text',
    excepted: 'text',
  }
  const written = (row: FundRow) => ({
    catalogue: ids.get(row.catalogue)!,
    division,
    code: row.code,
    name: row.name,
    level: row.level as string,
    owner_office: row.ownerOffice,
    poverty: row.poverty as string,
    secret: row.secret,
    included: row.included,
    excepted: row.excepted,
  })
  await insertRows(tx, 'funds.fund', columns, plan.created.map(written))
  if (plan.changed.length > 0) {
    const rows = plan.changed
    await tx.query(
      `update funds.fund f set name = n.name, level = n.level, owner_office = n.office, poverty = n.poverty,
         secret = n.secret, included = n.included, excepted = n.excepted
       from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::text[])
         as n(id, name, level, office, poverty, secret, included, excepted) where f.id = n.id`,
      [
        rows.map(row => row.id),
        rows.map(row => row.name),
        rows.map(row => row.level),
        rows.map(row => row.ownerOffice),
        rows.map(row => row.poverty),
        rows.map(row => row.secret),
        rows.map(row => row.included),
        rows.map(row => row.excepted),
      ],
    )
  }
  if (plan.parents.length > 0)
    await tx.query(
      `update funds.fund f set parent = (select p.id from funds.fund p where p.division = f.division and p.code = n.parent)
       from unnest($2::text[], $3::text[]) as n(code, parent) where f.division = $1 and f.code = n.code`,
      [division, plan.parents.map(one => one.code), plan.parents.map(one => one.parent)],
    )
  if (plan.superiors.length > 0)
    await tx.query(
      `update funds.fund f
       set superior = coalesce(n.id, (select s.id from funds.fund s where s.division = f.division and s.code = n.superior))
       from unnest($2::text[], $3::int[], $4::text[]) as n(code, id, superior) where f.division = $1 and f.code = n.code`,
      [
        division,
        plan.superiors.map(one => one.code),
        plan.superiors.map(one => ('id' in one.superior ? one.superior.id : null)),
        plan.superiors.map(one => ('code' in one.superior ? one.superior.code : null)),
      ],
    )
}

export interface LinkedFund {
  id: number
  division: number
  code: string
  name: string
  level: Level
  superior: number | null
}

export const fundById = (tx: Tx, id: number): Promise<(LinkedFund & { localOnly: boolean }) | undefined> =>
  tx.maybe<never>(
    'select id, division, code, name, level, superior, local_only as "localOnly" from funds.fund where id = $1',
    [id],
  )

/** Where secret funds stand, without their names: detail of them is refused with the reason, whoever types it. */
export const secretFunds = (tx: Tx): Promise<{ id: number; division: number; code: string }[]> =>
  tx.query('select id, division, code from funds.secret_refs()')

/** All funds above one, by the superiors that they name. */
export const superiorChain = async (tx: Tx, id: number): Promise<Set<number>> =>
  new Set(
    (
      await tx.query<{ id: number }>(
        `with recursive chain(id) as (select $1::int union select f.superior from chain c join funds.fund f on f.id = c.id
           where f.superior is not null) select id from chain`,
        [id],
      )
    ).map(row => row.id),
  )

/** Links a fund to its superior, or says that it answers to none (`localOnly`); the table itself keeps the history. */
export const setSuperior = (tx: Tx, fund: number, superior: number | null, localOnly: boolean): Promise<unknown> =>
  tx.query('update funds.fund set superior = $2, local_only = $3 where id = $1', [fund, superior, localOnly])

// --- offices that answer for funds -------------------------------------------------------------------------------------

export interface FundOffice {
  division: number
  fund: number
  office: number
  from: string
  to: string | null
}

export const fundOffices = (tx: Tx, divisions: readonly number[]): Promise<FundOffice[]> =>
  tx.query<never>(
    `select division, fund, office, lower(valid) as "from", upper(valid) as "to" from funds.fund_office
     where division = any ($1::int[]) order by division, fund, valid`,
    [divisions],
  )

/** The funds that a file may mean by owner and code. */
export const fundsOf = (tx: Tx, divisions: readonly number[]): Promise<LinkedFund[]> =>
  tx.query<never>(
    'select id, division, code, name, level, superior from funds.published_fund where division = any ($1::int[])',
    [divisions],
  )

export async function changeFundOffices(
  tx: Tx,
  ended: readonly FundOffice[],
  begun: readonly FundOffice[],
): Promise<void> {
  if (ended.length > 0)
    await tx.query(
      `delete from funds.fund_office o using unnest($1::int[], $2::int[], $3::date[]) as e(division, fund, start)
       where o.division = e.division and o.fund = e.fund and lower(o.valid) = e.start`,
      [ended.map(one => one.division), ended.map(one => one.fund), ended.map(one => one.from)],
    )
  await insertRows(
    tx,
    'funds.fund_office',
    { division: 'int', fund: 'int', office: 'int', valid: 'daterange' },
    [...ended, ...begun].map(one => ({
      division: one.division,
      fund: one.fund,
      office: one.office,
      valid: `[${one.from},${one.to ?? ''})`,
    })),
  )
}

// --- budget subjects ---------------------------------------------------------------------------------------------------

export interface Subject {
  kind: string
  year: number
  code: string
  name: string
}

export const subjectsOf = (tx: Tx, years: readonly number[]): Promise<Subject[]> =>
  tx.query<never>(
    'select kind, fiscal_year as year, code, name from funds.published_subject where fiscal_year = any ($1::smallint[])',
    [years],
  )

export async function putSubjects(tx: Tx, rows: readonly Subject[], edition: number | null = null): Promise<void> {
  if (rows.length === 0) return
  // What an edition issued is kept beside, whatever a later one calls it.
  if (edition !== null)
    await insertRows(
      tx,
      'funds.edition_subject',
      { edition: 'int', kind: 'text', fiscal_year: 'smallint', code: 'text', name: 'text' },
      rows.map(({ year, ...row }) => ({ edition, fiscal_year: year, ...row })),
    )
  await tx.query(
    `insert into funds.subject (kind, fiscal_year, code, name, edition)
     select k, y, c, n, $5::int from unnest($1::text[], $2::smallint[], $3::text[], $4::text[]) as r(k, y, c, n)
     on conflict (kind, fiscal_year, code) do update set name = excluded.name, edition = coalesce(excluded.edition, subject.edition)`,
    [
      rows.map(row => row.kind),
      rows.map(row => row.year),
      rows.map(row => row.code),
      rows.map(row => row.name),
      edition,
    ],
  )
}

/** The subjects of which kinds and years were issued, by which document. */
export const issuedSubjects = (tx: Tx): Promise<{ kind: string; year: number; document: string }[]> =>
  tx.query<never>(
    `select distinct s.kind, s.fiscal_year as year, e.document_number as document from funds.subject s join base.edition e on e.id = s.edition`,
  )
