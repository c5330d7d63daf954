import { FaultList } from '../../kernel/refusal.ts'
import { type FoundHeader, HEADER_SEARCH_ROWS, HeaderMatcher } from './header.ts'
import { openRaw, type RawRow, TABLE_LIMITS, type TableSource } from './table.ts'

/** Looks for no header: every row is handed on, the first ones are remembered. */
class NoHeader extends HeaderMatcher {
  head: RawRow[] = []

  constructor() {
    super([])
  }
  override score(rows: readonly RawRow[]): number {
    return Math.max(0, ...rows.map(row => row.cells.filter(cell => cell.trim() !== '').length))
  }
  override complete(rows: readonly RawRow[]): boolean {
    return this.score(rows) > 1
  }
  override find(rows: readonly RawRow[]): FoundHeader {
    this.head = rows.slice(0, HEADER_SEARCH_ROWS)
    return { row: 0, headers: [], map: [], unknown: [] }
  }
  override repeats(): boolean {
    return false
  }
}

/** A table as it stands in its file, title lines and all; refuses what is no table. `rows` must be read to its end, or returned. */
export async function readAsItStands(source: TableSource): Promise<{ head: RawRow[]; rows: AsyncGenerator<RawRow[]> }> {
  const matcher = new NoHeader()
  const raw = await openRaw(source, matcher, TABLE_LIMITS, new FaultList())
  return { head: matcher.head, rows: raw.rows }
}

/** The rows among which the header stands; refuses what is no table. */
export async function headRows(source: TableSource): Promise<RawRow[]> {
  const { head, rows } = await readAsItStands(source)
  await rows.return(undefined)
  return head
}
