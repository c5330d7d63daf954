import { sm3 } from '../kernel/digest.ts'
import type { MoneyUnit } from '../kernel/money.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { Source } from '../platform/part.ts'
import { COMPARE } from './compare.ts'
import type { Reconciliation, ReconciliationDifference, ReconciliationKind } from './contract.ts'
import { readSheet } from './read-sheet.ts'

const PAGE = 200

export interface Reconcile {
  division: number
  divisionCode: string
  year: number
  kind: ReconciliationKind
  unit: MoneyUnit
  requestKey: string | null
  source: Source
}

/**
 * 对账: reads a sheet, compares it with the books, and keeps the outcome for good, every difference a row. A request key that was there
 * answers the reconciliation of the first time. Refuses what `readSheet` refuses; then nothing is kept.
 */
export async function reconcile(context: Context, asked: Reconcile): Promise<{ id: string }> {
  const { tx } = context
  const { division, year, kind } = asked
  const known = await tx.maybe<{ id: string }>(
    'select id::text from books.reconciliation where division = $1 and request_key = $2',
    [division, asked.requestKey],
  )
  if (known) return known
  if (context.actor.narrowing)
    refuse(
      'forbidden',
      'reconcile-whole-division',
      '对账须比较全区划的账簿，您的岗位只管其中一部分：请由管全区划的岗位办理。',
      'A reconciliation compares the books of the whole division, and your post covers a part: leave it to a post over all of it.',
    )
  const chunks: Buffer[] = []
  for await (const chunk of asked.source.open()) chunks.push(chunk as Buffer)
  const rows = await readSheet(asked.source, kind, asked)
  const { agreeing, hereFen, thereFen, differences } = await COMPARE[kind](tx, division, year, rows)
  const { id } = await tx.one<{ id: string }>(
    `insert into books.reconciliation (division, fiscal_year, kind, file_name, file_sm3, unit, rows_read, rows_agreeing, difference_count, here_fen, there_fen, request_key)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id::text`,
    [
      division,
      year,
      kind,
      asked.source.fileName.slice(0, 200),
      sm3(...chunks),
      asked.unit,
      rows.length,
      agreeing,
      differences.length,
      hereFen,
      thereFen,
      asked.requestKey,
    ],
  )
  await tx.query(
    `insert into books.reconciliation_difference (division, reconciliation, no, reason, row_no, subject, name, allotment, here_fen, there_fen)
     select $1, $2, n, reason, row_no, subject, name, allotment, here, there
     from unnest($3::text[], $4::int[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[]) with ordinality
       as d(reason, row_no, subject, name, allotment, here, there, n)`,
    [
      division,
      id,
      differences.map(one => one.reason),
      differences.map(one => one.rowNo),
      differences.map(one => one.subject),
      differences.map(one => one.name),
      differences.map(one => one.allotment),
      differences.map(one => one.hereFen),
      differences.map(one => one.thereFen),
    ],
  )
  await context.audit({
    division,
    action: 'books.reconcile',
    subject: id,
    detail: { kind, year, rows: rows.length, differences: differences.length },
  })
  return { id }
}

const RECORD = `select r.id::text, r.kind, r.fiscal_year as "fiscalYear", r.file_name as "fileName", r.rows_read as "rowsRead",
    r.rows_agreeing as "rowsAgreeing", r.difference_count as "differenceCount", r.here_fen as "hereFen", r.there_fen as "thereFen",
    coalesce(p.name, '') as actor, r.recorded_at as "recordedAt"
  from books.reconciliation r left join identity.published_person p on p.id = r.actor`

/** The reconciliations of a division's year, the latest first. */
export const reconciliations = (tx: Tx, division: number, year: number): Promise<Reconciliation[]> =>
  tx.query<never>(`${RECORD} where r.division = $1 and r.fiscal_year = $2 order by r.id desc limit 200`, [
    division,
    year,
  ])

/** One of them; null where there is none. */
export const reconciliation = (tx: Tx, division: number, id: string): Promise<Reconciliation | undefined> =>
  tx.maybe<never>(`${RECORD} where r.division = $1 and r.id = $2`, [division, id])

/** The differences of one, by pages. */
export async function differencesOf(
  tx: Tx,
  division: number,
  id: string,
  only: { after?: string | undefined; reason?: string | undefined },
  limit = PAGE,
): Promise<{ rows: ReconciliationDifference[]; next: string | null }> {
  const rows = await tx.query<ReconciliationDifference & Record<string, unknown>>(
    `select no, reason, row_no as "rowNo", subject, name, allotment::text, here_fen::text as "hereFen", there_fen::text as "thereFen"
     from books.reconciliation_difference where division = $1 and reconciliation = $2 and no > $3 and ($4::text is null or reason = $4)
     order by no limit $5`,
    [division, id, only.after ?? 0, only.reason ?? null, limit + 1],
  )
  return { rows: rows.slice(0, limit), next: rows.length > limit ? String(rows[limit - 1]!.no) : null }
}
