import { insertRows } from '../platform/database/insert.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { type KnownProject, keyOf, type ProjectRow } from './project.ts'

export const lockProjects = (tx: Tx): Promise<unknown> =>
  tx.query(`select pg_advisory_xact_lock(hashtext('projects.project'))`)

export async function knownProjects(tx: Tx, divisions: readonly number[]): Promise<Map<string, KnownProject>> {
  const rows = await tx.query<KnownProject & Record<string, unknown>>(
    `select division, code, name, name_verdict as verdict, kind, agency, place, first_year as "firstYear",
       last_year as "lastYear", investment_fen as "investmentFen"
     from projects.project where division = any ($1::int[])`,
    [divisions],
  )
  return new Map(rows.map(row => [keyOf(row), row]))
}

/** What a project must not be called: the names of all funds. */
export const fundNames = async (tx: Tx): Promise<string[]> =>
  (await tx.query<{ name: string }>('select distinct name from funds.published_fund')).map(row => row.name)

/** The places that a name of each division may carry: itself and what lies below it. */
export async function placesOf(tx: Tx, divisions: readonly number[]): Promise<Map<number, string[]>> {
  const rows = await tx.query<{ scope: number; names: string[] }>(
    `select s.scope, array_agg(d.name) as names from divisions.scope_division s
     join divisions.published_division d on d.division = s.division
     where s.scope = any ($1::int[]) and s.scope > 0 group by s.scope`,
    [divisions],
  )
  return new Map(rows.map(row => [row.scope, row.names]))
}

export const insertProjects = (tx: Tx, rows: readonly ProjectRow[]): Promise<void> =>
  insertRows(
    tx,
    'projects.project',
    {
      division: 'int',
      code: 'text',
      name: 'text',
      name_verdict: 'text',
      kind: 'text',
      agency: 'int',
      place: 'text',
      first_year: 'smallint',
      last_year: 'smallint',
      investment_fen: 'bigint',
    },
    rows.map(row => ({
      division: row.division,
      code: row.code,
      name: row.name,
      name_verdict: row.verdict as string,
      kind: row.kind,
      agency: row.agency,
      place: row.place,
      first_year: row.firstYear,
      last_year: row.lastYear,
      investment_fen: row.investmentFen,
    })),
  )

export async function nameProjects(tx: Tx, rows: readonly ProjectRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx.query(
    `update projects.project p set name = n.name, name_verdict = n.verdict
     from unnest($1::int[], $2::text[], $3::text[], $4::text[]) as n(division, code, name, verdict)
     where p.division = n.division and p.code = n.code`,
    [rows.map(row => row.division), rows.map(row => row.code), rows.map(row => row.name), rows.map(row => row.verdict)],
  )
}

/** Projects of some divisions, by `division code`. */
export async function projectsByCode(tx: Tx, divisions: readonly number[]): Promise<Map<string, bigint>> {
  const rows = await tx.query<{ division: number; code: string; id: bigint }>(
    'select division, code, id from projects.project where division = any ($1::int[])',
    [divisions],
  )
  return new Map(rows.map(row => [keyOf(row), row.id]))
}
