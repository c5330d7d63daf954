import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { Upload } from '../platform/http/define-route.ts'
import { keyReused } from '../platform/http/idempotency.ts'
import type { Importer } from '../platform/part.ts'
import type { Receipt } from './contract.ts'

/** What a receipt says, and whether the work is still to be begun. */
export interface Pushed {
  id: string
  begins: boolean
}

/**
 * Opens the record of a pushed file, once for its key: the same file again under the same key is given its receipt, a concurrent twin waits
 * for it, and one whose work broke off is begun again. Refuses `idempotency-key-missing`, `idempotency-key-reused`.
 */
export async function openPushed(
  { tx }: Context,
  importer: Importer,
  division: number,
  upload: Upload,
  key: string | null,
): Promise<Pushed> {
  if (key === null)
    refuse(
      'input',
      'idempotency-key-missing',
      '请在请求头加 Idempotency-Key（8 至 80 个字符，每个文件一个）：断线重发时凭它不重复入库，也凭它查回执。',
      'Send an Idempotency-Key header (8 to 80 characters, one for each file): by it a retry is not taken twice, and its receipt is asked for.',
      { field: 'Idempotency-Key' },
    )
  const [opened] = await tx.query<{ id: bigint }>(
    `insert into platform.import (division, kind, file_name, file_sm3, bytes, state, check_only, actor, source, request_key)
     values ($1, $2, $3, $4, $5, 'reading', false, platform.actor(), 'interface', $6)
     on conflict (request_key, division, actor) where request_key is not null do nothing returning id`,
    [division, importer.kind, upload.fileName, upload.sm3, upload.size, key],
  )
  if (opened) return { id: String(opened.id), begins: true }
  const known = await tx.one<{ id: bigint; kind: string; file_sm3: Buffer; state: string }>(
    'select id, kind, file_sm3, state from platform.import where division = $1 and request_key = $2 and actor = platform.actor() for update',
    [division, key],
  )
  if (known.kind !== importer.kind || !known.file_sm3.equals(upload.sm3)) keyReused(key)
  if (known.state !== 'broken') return { id: String(known.id), begins: false }
  await tx.query(
    `update platform.import set state = 'reading', faults = '[]', fault_count = 0, finished_at = null, posted_to = 0, rows_taken = 0, figures = '{}'
     where division = $1 and id = $2`,
    [division, known.id],
  )
  return { id: String(known.id), begins: true }
}

/** The receipt (回执) of a pushed file, by its record or by its key; undefined where this actor pushed none such. */
export const receiptOf = (
  tx: Tx,
  division: number,
  by: { id: string } | { key: string },
): Promise<Receipt | undefined> =>
  tx.maybe<never>(
    `select 'R' || lpad(id::text, 12, '0') as number, request_key as key, kind, file_name as "fileName", bytes::float8 as bytes,
       encode(file_sm3, 'hex') as sm3, state, rows_read::float8 as "rowsRead", rows_taken::float8 as "rowsTaken", rows_repeated::float8 as "rowsRepeated",
       faults, fault_count::float8 as count, repairs, repair_count::float8 as "repairCount", figures, mapping,
       to_json(started_at) #>> '{}' as "receivedAt", to_json(finished_at) #>> '{}' as "finishedAt"
     from platform.import where division = $1 and source = 'interface' and actor = platform.actor()
       and ($2::bigint is null or id = $2) and ($3::text is null or request_key = $3)`,
    [division, 'id' in by ? by.id : null, 'key' in by ? by.key : null],
  )
