import type { Tx } from '../platform/database/transaction.ts'
import type { Act, Level, Status } from './status.ts'

export interface StoredWarning {
  division: number
  id: bigint
  divisionCode: string
  divisionName: string
  fiscalYear: number
  rule: string
  episode: number
  level: Level
  status: Status
  subjectKind: string
  subject: string
  label: string
  fund: number | null
  fundCode: string | null
  fundName: string | null
  amountFen: bigint | null
  evidence: Record<string, unknown>
  raisedOn: string
  endedOn: string | null
  goneOn: string | null
}

export interface Filter {
  /** The division and all below it. */
  division: number
  year?: number
  level?: Level
  rule?: string
  statuses?: readonly Status[]
  subjectKind?: string
  subject?: string
}

const SHOWN = `w.division, w.id, coalesce(d.code, '') as "divisionCode", coalesce(d.name, '') as "divisionName", w.fiscal_year as "fiscalYear",
  w.rule, w.episode, w.level, w.status, w.subject_kind as "subjectKind", w.subject, w.label, w.fund, f.code as "fundCode", f.name as "fundName",
  w.amount_fen as "amountFen", w.evidence, w.raised_on as "raisedOn", w.ended_on as "endedOn", w.gone_on as "goneOn"`

const BESIDE = `left join divisions.published_division d on d.division = w.division
  left join funds.published_fund f on f.id = w.fund`

const BELOW = `w.division in (select s.division from divisions.scope_division s where s.scope = $1)`

function conditions(filter: Filter): { where: string; values: unknown[] } {
  const values: unknown[] = [filter.division]
  const where = [BELOW]
  const add = (condition: string, value: unknown): void => {
    if (value === undefined) return
    values.push(value)
    where.push(`${condition} $${values.length}`)
  }
  add('w.fiscal_year =', filter.year)
  add('w.level =', filter.level)
  add('w.rule =', filter.rule)
  add('w.subject_kind =', filter.subjectKind)
  add('w.subject =', filter.subject)
  if (filter.statuses) {
    values.push(filter.statuses)
    where.push(`w.status = any($${values.length})`)
  }
  return { where: where.join(' and '), values }
}

export interface Mark {
  raisedOn: string
  id: bigint
}

/** The newest first, from a mark on; one more than asked for tells whether there are others. */
export async function page(tx: Tx, filter: Filter, after: Mark | null, limit: number): Promise<StoredWarning[]> {
  const { where, values } = conditions(filter)
  const from = after ? `and (w.raised_on, w.id) < ($${values.length + 1}::date, $${values.length + 2}::bigint)` : ''
  return tx.query<StoredWarning>(
    `select ${SHOWN} from warnings.warning w ${BESIDE} where ${where} ${from}
     order by w.raised_on desc, w.id desc limit ${Math.trunc(limit) + 1}`,
    after ? [...values, after.raisedOn, after.id] : values,
  )
}

export async function countLit(tx: Tx, filter: Filter): Promise<Record<Level, number>> {
  const { where, values } = conditions({ ...filter, statuses: ['open', 'violation'] })
  return tx.one<Record<Level, number>>(
    `select count(*) filter (where w.level = 'bell')::int as bell, count(*) filter (where w.level = 'yellow')::int as yellow,
       count(*) filter (where w.level = 'red')::int as red from warnings.warning w where ${where}`,
    values,
  )
}

/** A warning of the division or one below it. */
export async function find(tx: Tx, division: number, id: bigint): Promise<StoredWarning | undefined> {
  return tx.maybe<StoredWarning>(`select ${SHOWN} from warnings.warning w ${BESIDE} where ${BELOW} and w.id = $2`, [
    division,
    id,
  ])
}

/** Holds the warning until the transaction ends: two people never judge it at once. */
export async function lock(tx: Tx, division: number, id: bigint): Promise<void> {
  await tx.query('select from warnings.warning where division = $1 and id = $2 for update', [division, id])
}

export interface StoredEvent {
  no: number
  kind: string
  level: Level | null
  note: string | null
  evidence: Record<string, unknown> | null
  actor: string
  at: Date
}

export async function events(tx: Tx, division: number, id: bigint): Promise<StoredEvent[]> {
  return tx.query<StoredEvent>(
    `select e.no, e.kind, e.level, e.note, e.evidence, coalesce(a.name, '系统') as actor, e.recorded_at as at
     from warnings.event e left join identity.account a on a.id = e.actor
     where e.division = $1 and e.warning = $2 order by e.no`,
    [division, id],
  )
}

/** Writes what a person did, and where it led. */
export async function write(
  tx: Tx,
  at: { division: number; id: bigint },
  done: { act: Act; note: string; status: Status; level: Level; endedOn: string | null },
): Promise<void> {
  await tx.query(
    `insert into warnings.event (division, warning, no, kind, level, note)
     select $1, $2, max(no) + 1, $3, $4, $5 from warnings.event where division = $1 and warning = $2`,
    [at.division, at.id, done.act, done.level, done.note],
  )
  await tx.query('update warnings.warning set status = $3, level = $4, ended_on = $5 where division = $1 and id = $2', [
    at.division,
    at.id,
    done.status,
    done.level,
    done.endedOn,
  ])
}
