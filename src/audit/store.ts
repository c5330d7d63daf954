import type { Tx } from '../platform/database/transaction.ts'
import type { AuditDetail, AuditEntry, AuditFilter, Retention } from './contract.ts'

export const PAGE = 50

const SHAPE = `e.id::text as id, to_char(e.recorded_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') as "recordedAt",
  case when d.division is not null then jsonb_build_object('code', d.code, 'name', d.name) end as division, e.actor::text as actor,
  e.actor_name as "actorName", e.address, e.kind, e.action, e.subject, e.outcome`
const FROM = 'audit.entry e left join divisions.published_division d on d.division = e.division'

const part = (text: string): string => text.replace(/[\\%_]/g, found => `\\${found}`)

function conditions(filter: AuditFilter): { sql: string; values: unknown[] } {
  const values: unknown[] = []
  const put = (value: unknown): string => `$${values.push(value)}`
  const sql = ['true']
  if (filter.actor) sql.push(`e.actor_name like ${put(`%${part(filter.actor)}%`)}`)
  if (filter.action) sql.push(`e.action like ${put(`${part(filter.action)}%`)}`)
  if (filter.subject) sql.push(`e.subject like ${put(`%${part(filter.subject)}%`)}`)
  if (filter.of === '0') sql.push('e.division = 0')
  else if (filter.of)
    sql.push(
      `e.division = (select x.division from divisions.published_division x where x.code = ${put(filter.of)}::char(9))`,
    )
  if (filter.outcome) sql.push(`e.outcome = ${put(filter.outcome)}`)
  if (filter.kind) sql.push(`e.kind = ${put(filter.kind)}`)
  if (filter.from) sql.push(`e.recorded_at >= ${put(filter.from)}::date::timestamp at time zone 'Asia/Shanghai'`)
  if (filter.to) sql.push(`e.recorded_at < (${put(filter.to)}::date + 1)::timestamp at time zone 'Asia/Shanghai'`)
  return { sql: sql.join(' and '), values }
}

/** Entries that fit, the latest first, `limit` of them from behind `after`. */
export async function entriesBehind(
  tx: Tx,
  filter: AuditFilter,
  after: string | undefined,
  limit: number,
): Promise<AuditEntry[]> {
  const { sql, values } = conditions(filter)
  const behind = after === undefined ? '' : `and e.id < $${values.push(after)}::bigint`
  return tx.query<never>(
    `select ${SHAPE} from (select * from audit.entry e where ${sql} ${behind} order by e.id desc limit ${limit}) e
     left join divisions.published_division d on d.division = e.division order by e.id::bigint desc`,
    values,
  )
}

export async function countEntries(tx: Tx, filter: AuditFilter): Promise<{ count: bigint; last: bigint | null }> {
  const { sql, values } = conditions(filter)
  return tx.one(`select count(*) as count, max(e.id) as last from audit.entry e where ${sql}`, values)
}

export const entryById = (tx: Tx, id: string): Promise<AuditDetail | undefined> =>
  tx.maybe<never>(
    `select ${SHAPE}, e.detail, e.before, e.after, encode(e.digest, 'hex') as digest,
       case when s.no is not null then jsonb_build_object('no', s.no::text, 'digest', encode(s.digest, 'hex'),
         'sealedAt', to_char(s.sealed_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')) end as seal
     from ${FROM} left join audit.seal_entry x on x.division = e.division and x.entry = e.id
     left join audit.seal s on s.division = x.division and s.no = x.no where e.id = $1`,
    [id],
  )

export const retention = (tx: Tx): Promise<Retention[]> =>
  tx.query<never>(
    `select kind, name, english, floor_months as "floorMonths", keep_months as "keepMonths", basis, basis_english as "basisEnglish" from audit.retention
     order by coalesce(floor_months, 9999), kind`,
  )

export async function setKeepMonths(tx: Tx, kind: string, months: number | null): Promise<void> {
  await tx.query('update audit.retention set keep_months = $2 where kind = $1', [kind, months])
}
