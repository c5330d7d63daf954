import type { Source } from '../platform/part.ts'
import { headRows } from '../platform/tables/as-it-stands.ts'
import { HeaderMatcher, normaliseHeading } from '../platform/tables/header.ts'
import { holdsOf, type MappedField } from '../platform/tables/mapping.ts'
import type { Column, RawRow } from '../platform/tables/table.ts'
import { maskAccount } from '../platform/vault.ts'
import { headingsOf } from './mapping.ts'

export interface Proposal {
  /** The row that seems to be the header, and what stands in it. */
  row: number
  headings: string[]
  /** What stands below each heading in the first row; long numbers are masked. */
  samples: string[]
  fields: Record<string, MappedField>
}

const masked = (cell: string): string => cell.replace(/\d{12,}/g, maskAccount).slice(0, 40)

/** Looks into a bureau's own table and proposes which heading is which field. Refuses what is no table. */
export async function proposeMapping(source: Source, columns: readonly Column[]): Promise<Proposal> {
  const head = await headRows(source)
  const matcher = new HeaderMatcher(columns)
  const named = (row: RawRow) => row.cells.filter(cell => cell.trim() !== '' && !/^[\d.,\-/\s]+$/.test(cell)).length
  const likely = (row: RawRow) => matcher.score([row]) * 100 + named(row)
  const found = head.reduce((best, row) => (likely(row) > likely(best) ? row : best), head[0] ?? { row: 1, cells: [] })
  const headings = headingsOf(found)
  const below = head.find(row => row.row > found.row)
  return {
    row: found.row,
    headings,
    samples: headings.map((_, index) => masked(below?.cells[index]?.trim() ?? '')),
    fields: guess(headings, columns),
  }
}

/** Exact titles first; then headings that hold a title, the longest title first, so that 收款人账号 is not taken for 收款人. */
function guess(headings: readonly string[], columns: readonly Column[]): Record<string, MappedField> {
  const fields: Record<string, MappedField> = {}
  const used = new Set<string>()
  const take = (column: Column, heading: string) => {
    used.add(heading)
    const unit = holdsOf(column) === 'money' ? /(万|亿)元/.exec(heading)?.[0] : undefined
    fields[column.name] = { heading, ...(unit ? { unit: unit as '万元' | '亿元' } : {}) }
  }
  const titles = columns
    .flatMap(column => [column.name, ...column.titles].map(title => ({ column, key: normaliseHeading(title) })))
    .sort((a, b) => b.key.length - a.key.length)
  for (const same of [true, false])
    for (const { column, key } of titles) {
      if (fields[column.name]) continue
      const heading = headings.find(one => {
        const text = normaliseHeading(one)
        return text !== '' && !used.has(one) && (same ? text === key : key.length > 1 && text.includes(key))
      })
      if (heading) take(column, heading)
    }
  return fields
}
