import type { Tx } from '../platform/database/transaction.ts'

interface Version {
  division: number
  from: string
  to: string
}

/** What codes on a voucher are held against: loaded once an import. */
export interface Reference {
  /** The division that a code meant on a day; the one that it means today where it meant none then. */
  division(code: string, day: string): number | null
  /** Divisions whose vouchers may come in: those in the actor's scope, and of the file's division and below where one is named. */
  allowed: ReadonlySet<number>
  /** Whether a subject exists in a year; null where no subject of the kind is loaded for it. */
  subject(kind: 'function' | 'government-economic', year: number, code: string): boolean | null
  /** A day after it cannot stand on a voucher. */
  today: string
}

export async function loadReference(tx: Tx, division: number | null): Promise<Reference> {
  const versions = await tx.query<{ code: string; division: number; from: string; to: string }>(
    `select code, division, coalesce(lower(valid)::text, '0000-01-01') as "from", coalesce(upper(valid)::text, '9999-12-31') as "to"
     from divisions.version order by code, valid`,
  )
  const byCode = new Map<string, Version[]>()
  for (const version of versions) {
    const known = byCode.get(version.code)
    if (known) known.push(version)
    else byCode.set(version.code, [version])
  }
  const { today } = await tx.one<{ today: string }>('select platform.today()::text as today')
  const allowed = await tx.query<{ division: number }>(
    `select division from divisions.scope_division where scope = platform.scope()
     intersect select division from divisions.scope_division where scope = coalesce($1, platform.scope())`,
    [division],
  )
  const subjects = await tx.query<{ kind: string; fiscal_year: number; code: string }>(
    `select kind, fiscal_year, code from funds.published_subject where kind in ('function', 'government-economic')`,
  )
  const byYear = new Map<string, Set<string>>()
  for (const { kind, fiscal_year, code } of subjects) {
    const key = `${kind} ${fiscal_year}`
    const known = byYear.get(key)
    if (known) known.add(code)
    else byYear.set(key, new Set([code]))
  }
  const on = (known: Version[], day: string) => known.find(version => version.from <= day && day < version.to)
  return {
    division(code, day) {
      const known = byCode.get(code)
      if (!known) return null
      return (on(known, day) ?? on(known, today))?.division ?? null
    },
    allowed: new Set(allowed.map(row => row.division)),
    today,
    subject: (kind, year, code) => byYear.get(`${kind} ${year}`)?.has(code) ?? null,
  }
}
