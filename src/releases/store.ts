import type { Tx } from '../platform/database/transaction.ts'
import type { Release, ReleasesQuery } from './contract.ts'

export const PAGE = 50

const WHEN = (column: string) => `to_char(${column} at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')`
const SHAPE = `r.id::text as id, r.kind, r.parameters, r.format, r.personal, r.recipient, r.purpose, r.state,
  jsonb_build_object('id', r.asked_by::text, 'name', r.asked_name, 'at', ${WHEN('r.asked_at')}) as asked,
  case when r.decided_by is not null then jsonb_build_object('id', r.decided_by::text, 'name', r.decided_name, 'at', ${WHEN('r.decided_at')}) end as decided,
  r.opinion, encode(s.sm3, 'hex') as sm3, s.rows::text as rows, s.totals, f.name as "fileName", f.bytes::text as bytes,
  ${WHEN('s.frozen_at')} as "frozenAt", s.previous::text as previous, r.asked_by = platform.actor() as own`
const FROM = `releases.release r join releases.snapshot s on s.division = r.division and s.release = r.id
  join platform.file f on f.division = s.division and f.id = s.file`

export const releaseById = (tx: Tx, division: number, id: string): Promise<Release | undefined> =>
  tx.maybe<never>(`select ${SHAPE} from ${FROM} where r.division = $1 and r.id = $2`, [division, id])

export async function releasePage(tx: Tx, division: number, query: ReleasesQuery): Promise<Release[]> {
  return tx.query<never>(
    `select ${SHAPE} from ${FROM} where r.division = $1 and ($2::text is null or r.state = $2) and ($3::text is null or r.kind = $3)
       and ($4::bigint is null or r.id < $4) order by r.id desc limit ${PAGE + 1}`,
    [division, query.state ?? null, query.kind ?? null, query.after ?? null],
  )
}

export const releaseAsked = (tx: Tx, division: number, requestKey: string): Promise<{ id: string } | undefined> =>
  tx.maybe('select id::text from releases.release where division = $1 and request_key = $2', [division, requestKey])

/** The last release of the same series that was signed. */
export const previousOf = async (tx: Tx, division: number, series: string): Promise<string | null> =>
  (
    await tx.maybe<{ id: string }>(
      `select id::text from releases.release where division = $1 and series = $2 and state = 'released' order by id desc limit 1`,
      [division, series],
    )
  )?.id ?? null

export interface NewRelease {
  division: number
  kind: string
  parameters: Record<string, unknown>
  series: string
  format: string
  personal: boolean
  recipient: string
  purpose: string
  requestKey: string
  asker: { id: number; name: string }
}

export async function insertRelease(tx: Tx, row: NewRelease): Promise<string> {
  const { id } = await tx.one<{ id: string }>(
    `insert into releases.release (division, kind, parameters, series, format, personal, recipient, purpose, asked_by, asked_name, request_key)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id::text`,
    [
      row.division,
      row.kind,
      row.parameters,
      row.series,
      row.format,
      row.personal,
      row.recipient,
      row.purpose,
      row.asker.id,
      row.asker.name,
      row.requestKey,
    ],
  )
  return id
}

export async function insertSnapshot(
  tx: Tx,
  row: {
    division: number
    release: string
    file: string
    lines: string
    sm3: Buffer
    rows: number
    totals: Record<string, string>
    previous: string | null
  },
): Promise<void> {
  await tx.query(
    'insert into releases.snapshot (division, release, file, lines, sm3, rows, totals, previous) values ($1, $2, $3, $4, $5, $6, $7, $8)',
    [row.division, row.release, row.file, row.lines, row.sm3, row.rows, row.totals, row.previous],
  )
}

export interface Snapshot {
  release: string
  kind: string
  series: string
  state: string
  personal: boolean
  asked_by: bigint
  file: string
  lines: string
  sm3: string
  previous: string | null
  frozen_at: string
  totals: Record<string, string>
}

export const snapshotOf = (tx: Tx, division: number, id: string, lock = false): Promise<Snapshot | undefined> =>
  tx.maybe<never>(
    `select r.id::text as release, r.kind, r.series, r.state, r.personal, r.asked_by, s.file, s.lines, encode(s.sm3, 'hex') as sm3, s.previous::text as previous,
       ${WHEN('s.frozen_at')} as frozen_at, s.totals
     from releases.release r join releases.snapshot s on s.division = r.division and s.release = r.id
     where r.division = $1 and r.id = $2 ${lock ? 'for update of r' : ''}`,
    [division, id],
  )

export async function decide(
  tx: Tx,
  division: number,
  id: string,
  by: { state: string; id: number; name: string; opinion: string | null },
): Promise<void> {
  await tx.query(
    `update releases.release set state = $3, decided_by = $4, decided_name = $5, decided_at = clock_timestamp(), opinion = $6
     where division = $1 and id = $2`,
    [division, id, by.state, by.id, by.name, by.opinion],
  )
}
