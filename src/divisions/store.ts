import type { Level } from '../kernel/division-code.ts'
import { insertRows } from '../platform/database/insert.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { DivisionPlan, KnownDivisions } from './division.ts'
import type { DivisionVersion } from './version.ts'

export interface DivisionRef {
  id: number
  name: string
  level: Level
}

/** All divisions of today by their nine-digit code: reference data of a few thousand rows. */
export async function divisionsByCode(tx: Tx): Promise<Map<string, DivisionRef>> {
  const rows = await tx.query<DivisionRef & { code: string }>(
    'select division as id, code, name, level from divisions.published_division',
  )
  return new Map(rows.map(({ code, id, name, level }) => [code, { id, name, level }]))
}

export interface UnitRef {
  id: number
  name: string
}

/** The agencies of some divisions (of all in the transaction's scope where none are named): division → code → agency. */
export const agenciesByCode = (tx: Tx, divisions?: readonly number[]): Promise<Map<number, Map<string, UnitRef>>> =>
  unitsByCode(tx, 'agency', divisions)

/** The offices of some divisions: division → code → office. */
export const officesByCode = (tx: Tx, divisions?: readonly number[]): Promise<Map<number, Map<string, UnitRef>>> =>
  unitsByCode(tx, 'office', divisions)

export type Unit = 'agency' | 'office'

async function unitsByCode(tx: Tx, unit: Unit, divisions?: readonly number[]) {
  const rows = await tx.query<UnitRef & { division: number; code: string }>(
    `select division, id, code, name from divisions.published_${unit} where $1::int[] is null or division = any ($1)`,
    [divisions ?? null],
  )
  const found = new Map<number, Map<string, UnitRef>>()
  for (const { division, code, id, name } of rows) {
    const units = found.get(division) ?? new Map<string, UnitRef>()
    found.set(division, units.set(code, { id, name }))
  }
  return found
}

/** The divisions that the transaction's scope holds; 0 is among them for the whole installation. */
export const scopeOf = async (tx: Tx): Promise<Set<number>> =>
  new Set(
    (
      await tx.query<{ division: number }>(
        'select division from divisions.scope_division where scope = platform.scope()',
      )
    ).map(row => row.division),
  )

/** The divisions above one, by either parent, at any distance. */
export const divisionsAbove = async (tx: Tx, division: number): Promise<Set<number>> =>
  new Set(
    (
      await tx.query<{ scope: number }>(
        'select scope from divisions.scope_division where division = $1 and scope not in (0, $1)',
        [division],
      )
    ).map(row => row.scope),
  )

/** Held while divisions change: two files at once must not take the same numbers. */
export const lockDivisions = (tx: Tx): Promise<unknown> =>
  tx.query(`select pg_advisory_xact_lock(hashtext('divisions.division'))`)

export async function knownDivisions(tx: Tx): Promise<KnownDivisions> {
  const versions = await tx.query<DivisionVersion & { goLive: string | null }>(
    `select v.division, lower(v.valid) as "from", upper(v.valid) as "to", v.code, v.name, v.level,
       v.administrative_parent as "administrativeParent", v.fiscal_parent as "fiscalParent", d.go_live as "goLive"
     from divisions.version v join divisions.division d on d.id = v.division`,
  )
  return { versions, goLives: new Map(versions.map(version => [version.division, version.goLive])) }
}

/** Writes a plan: old versions end before new ones begin, and scopes follow at once. `change` is the order behind it, if there is one. */
export async function applyDivisions(tx: Tx, plan: DivisionPlan, change: number | null = null): Promise<void> {
  await insertRows(
    tx,
    'divisions.division',
    { id: 'int' },
    plan.created.map(id => ({ id })),
  )
  if (plan.goLives.length > 0)
    await tx.query(
      `update divisions.division d set go_live = n.go_live from unnest($1::int[], $2::date[]) as n(id, go_live) where d.id = n.id`,
      [plan.goLives.map(one => one.division), plan.goLives.map(one => one.goLive)],
    )
  if (plan.closed.length > 0)
    await tx.query(
      `update divisions.version v set valid = daterange(c.start, c.stop)
       from unnest($1::int[], $2::date[], $3::date[]) as c(division, start, stop)
       where v.division = c.division and lower(v.valid) = c.start`,
      [plan.closed.map(one => one.division), plan.closed.map(one => one.from), plan.closed.map(one => one.to)],
    )
  await insertRows(
    tx,
    'divisions.version',
    {
      division: 'int',
      valid: 'daterange',
      code: 'text',
      name: 'text',
      level: 'text',
      administrative_parent: 'int',
      fiscal_parent: 'int',
      change: 'int',
    },
    plan.opened.map(one => ({
      division: one.division,
      valid: `[${one.from},${one.to ?? ''})`,
      code: one.code,
      name: one.name,
      level: one.level,
      administrative_parent: one.administrativeParent,
      fiscal_parent: one.fiscalParent,
      change,
    })),
  )
  if (plan.opened.length + plan.closed.length > 0) await rebuildScopes(tx)
}

export const rebuildScopes = (tx: Tx): Promise<unknown> => tx.query('select divisions.rebuild_scopes()')

export interface UnitRow {
  division: number
  code: string
  name: string
}

export const insertUnits = (tx: Tx, unit: Unit, rows: readonly UnitRow[]): Promise<void> =>
  insertRows(tx, `divisions.${unit}`, { division: 'int', code: 'text', name: 'text' }, rows)

export async function renameUnits(tx: Tx, unit: Unit, rows: readonly UnitRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx.query(
    `update divisions.${unit} u set name = n.name from unnest($1::int[], $2::text[], $3::text[]) as n(division, code, name)
     where u.division = n.division and u.code = n.code`,
    [rows.map(row => row.division), rows.map(row => row.code), rows.map(row => row.name)],
  )
}

export interface Named {
  code: string
  name: string
}

export interface VersionRow {
  from: string
  to: string | null
  code: string
  name: string
  level: Level
  administrativeParent: string | null
  fiscalParent: string | null
  document: string | null
}

/** How a division was called, coded and placed, oldest first; parents by the name that they had on that day. */
export const versionsOf = (tx: Tx, division: number): Promise<VersionRow[]> =>
  tx.query<never>(
    `select lower(v.valid) as "from", upper(v.valid) as "to", v.code, v.name, v.level, a.name as "administrativeParent", f.name as "fiscalParent",
       c.document_number as document
     from divisions.version v
     left join divisions.version a on a.division = v.administrative_parent and a.valid @> lower(v.valid)
     left join divisions.version f on f.division = v.fiscal_parent and f.valid @> lower(v.valid)
     left join divisions.change c on c.id = v.change
     where v.division = $1 order by v.valid`,
    [division],
  )

/** One division as it is today, or as it last was, with what hangs on it; undefined where it never began. */
export async function divisionPage(tx: Tx, division: number) {
  const own = await tx.maybe<
    Named & {
      level: Level
      goLive: string | null
      endedOn: string | null
      administrativeParent: Named | null
      fiscalParent: Named | null
    }
  >(
    `select d.code, d.name, d.level, d.go_live as "goLive", d.ended_on as "endedOn",
       case when a.division is not null then jsonb_build_object('code', a.code, 'name', a.name) end as "administrativeParent",
       case when f.division is not null then jsonb_build_object('code', f.code, 'name', f.name) end as "fiscalParent"
     from divisions.published_latest d
     left join divisions.published_latest a on a.division = d.administrative_parent
     left join divisions.published_latest f on f.division = d.fiscal_parent
     where d.division = $1`,
    [division],
  )
  if (!own) return undefined
  const children = await tx.query<Named & { level: Level }>(
    `select code, name, level from divisions.published_division
     where administrative_parent = $1 or fiscal_parent = $1 order by code`,
    [division],
  )
  const agencies = await tx.query<UnitRef & { code: string }>(
    'select id, code, name from divisions.published_agency where division = $1 order by code',
    [division],
  )
  const offices = await tx.query<UnitRef & { code: string }>(
    'select id, code, name from divisions.published_office where division = $1 order by code',
    [division],
  )
  return { ...own, children, agencies, offices, history: await versionsOf(tx, division) }
}
