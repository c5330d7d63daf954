import type { Tx } from '../platform/database/transaction.ts'
import type { Import, ImportRow } from './contract.ts'

const COLUMNS = `id::text as id, kind, file_name as "fileName", bytes::float8 as bytes, check_only as "checkOnly", source, mapping, state, rows_read::float8 as "rowsRead",
  rows_taken::float8 as "rowsTaken", rows_repeated::float8 as "rowsRepeated", fault_count::float8 as "faultCount",
  repair_count::float8 as "repairCount", figures, to_json(started_at) #>> '{}' as "startedAt", to_json(finished_at) #>> '{}' as "finishedAt", progress`

export const importsOf = (
  tx: Tx,
  division: number,
  filter: { kind?: string; state?: string; after?: string; limit: number },
): Promise<ImportRow[]> =>
  tx.query<never>(
    `select ${COLUMNS} from platform.import where division = $1 and ($2::text is null or kind = $2) and ($3::text is null or state = $3)
       and ($4::bigint is null or id < $4) order by id desc limit $5`,
    [division, filter.kind ?? null, filter.state ?? null, filter.after ?? null, filter.limit],
  )

export const importById = (tx: Tx, division: number, id: string): Promise<Import | undefined> =>
  tx.maybe<never>(
    `select ${COLUMNS}, faults, repairs,
       (select count(*)::int from platform.import_refused r where r.division = i.division and r.import = i.id and r.row_no > 0) as "refusedRows"
     from platform.import i where division = $1 and id = $2`,
    [division, id],
  )

export interface OpenImport {
  division: number
  id: string
  kind: string
  state: 'reading' | 'posting'
}

/** Records that no process is at work on, although they have not ended. */
export const leftOpen = (tx: Tx, lock: number): Promise<OpenImport[]> =>
  tx.query<never>(
    `select division, id::text as id, kind, state from platform.import
     where state in ('reading', 'posting') and pg_try_advisory_xact_lock($1, id::int) order by id`,
    [lock],
  )
