import type { FaultList } from '../../kernel/refusal.ts'
import type { ImportOutcome, ImportRequest } from '../part.ts'
import { RowReader } from './fields.ts'
import { mappedColumns } from './mapping.ts'
import { type Column, readTable } from './table.ts'

/**
 * Reads a whole table of reference data (divisions, funds, projects …), which fits in memory and is checked row against row.
 * `rowOf` gives null for a row that has faults of its own; they are in `faults` by then. Refuses `too-many-rows` beyond
 * `maxRows`, and what `readTable` refuses at once.
 */
export async function readRows<Row>(
  request: ImportRequest,
  columns: readonly Column[],
  faults: FaultList,
  rowOf: (reader: RowReader) => Row | null,
  maxRows = 100_000,
): Promise<{ read: number; rows: Row[] }> {
  const mapped = mappedColumns(columns, request.mapping)
  const table = await readTable(request.source, mapped, { faults, limits: { maxRows } })
  const reader = new RowReader(mapped, faults)
  const rows: Row[] = []
  let read = 0
  for await (const chunk of table.rows) {
    for (const raw of chunk) {
      read++
      const row = rowOf(reader.at(raw))
      if (row !== null) rows.push(row)
    }
    request.progress?.({ zh: '正在读取', en: 'Reading' }, read)
  }
  return { read, rows }
}

/** What an import of reference data has to tell. */
export const outcomeOf = (
  faults: FaultList,
  read: number,
  taken: number,
  figures: Record<string, number> = {},
): ImportOutcome => ({
  rows: read,
  taken,
  repeated: read - taken,
  repairs: faults.repairs,
  repairCount: faults.repairCount,
  figures,
})
