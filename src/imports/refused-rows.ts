import type { Actor } from '../kernel/actor.ts'
import { maskPersonal } from '../kernel/personal-data.ts'
import { type Fault, Refusal, refuse } from '../kernel/refusal.ts'
import type { Context, Run } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { Importer, Source } from '../platform/part.ts'
import { readAsItStands } from '../platform/tables/as-it-stands.ts'
import { HeaderMatcher } from '../platform/tables/header.ts'
import { mappedColumns } from '../platform/tables/mapping.ts'
import type { Sheet } from '../platform/tables/sheet.ts'
import type { RawRow } from '../platform/tables/table.ts'
import type { OutputColumn } from '../platform/tables/writers.ts'
import { readVouchers } from '../platform/tables/xml.ts'
import { maskAccount } from '../platform/vault.ts'

/** Characters of all rows kept of one file: a hostile one has a thousand rows of a million each. */
const KEPT_CHARS = 8_000_000
/** How long refused rows are kept: long enough to correct and send again. */
export const KEPT_DAYS = 30

interface Rows {
  headings: string[]
  rows: { row: number; cells: string[] }[]
}

/**
 * Keeps the rows of a refused file that had faults, as they stood in it and encrypted, so that they can be taken away with their faults
 * beside them. A file that cannot be read row by row (no header, broken off, a scan) leaves none. Never fails: the refusal itself is what counts.
 */
export async function keepRefused(
  run: Run,
  actor: Actor,
  at: { division: number; importId: string },
  importer: Importer,
  source: Source,
  refusal: Refusal,
): Promise<void> {
  const wanted = new Set(refusal.faults.flatMap(fault => (fault.row === undefined ? [] : [fault.row])))
  if (wanted.size === 0) return
  const found = await faulty(importer, source, wanted).catch(error => {
    if (error instanceof Refusal) return null
    throw error
  })
  if (!found || found.rows.length === 0) return
  await run(actor, ({ tx, vault }) => {
    const kept = [{ row: 0, cells: found.headings }, ...found.rows]
    return tx.query(
      `insert into platform.import_refused (division, import, row_no, ciphertext)
       select $1, $2, row_no, decode(sealed, 'hex') from unnest($3::int[], $4::text[]) as r(row_no, sealed) on conflict do nothing`,
      [
        at.division,
        at.importId,
        kept.map(one => one.row),
        kept.map(one => vault.encrypt(JSON.stringify(one.cells)).toString('hex')),
      ],
    )
  })
}

async function faulty(importer: Importer, source: Source, wanted: ReadonlySet<number>): Promise<Rows | null> {
  const found = await faultyVouchers(source, wanted).catch(error => {
    if (error instanceof Refusal) return null
    throw error
  })
  return found ?? faultyRows(importer, source, wanted)
}

/** A message: its faulty vouchers, a row for each detail, under the names of the elements; null for what is no message. */
async function faultyVouchers(source: Source, wanted: ReadonlySet<number>): Promise<Rows | null> {
  const headings: string[] = []
  const places = new Map<string, number>()
  const rows: Rows['rows'] = []
  let chars = 0
  for await (const vouchers of readVouchers(source))
    for (const voucher of vouchers) {
      if (!wanted.has(voucher.ordinal)) continue
      const cells: string[] = []
      const put = (name: string, text: string) => {
        const place = places.get(name) ?? headings.push(name) - 1
        places.set(name, place)
        cells[place] = text
        chars += text.length
      }
      for (const [name, text] of Object.entries(voucher.fields)) put(name, text)
      if (voucher.details.length > 0) put('DetailList', String(voucher.details.length))
      if (chars > KEPT_CHARS) return { headings, rows }
      rows.push({ row: voucher.ordinal, cells: Array.from(cells, cell => cell ?? '') })
    }
  return rows.length > 0 ? { headings, rows } : null
}

async function faultyRows(importer: Importer, source: Source, wanted: ReadonlySet<number>): Promise<Rows | null> {
  const table = await readAsItStands(source)
  const header = headerOf(importer, table.head)
  const rows: Rows['rows'] = []
  let chars = 0
  try {
    for await (const chunk of table.rows)
      for (const { row, cells } of chunk) {
        if (row <= header.row || !wanted.has(row)) continue
        chars += cells.reduce((sum, cell) => sum + cell.length, 0)
        if (chars > KEPT_CHARS) return { headings: header.cells, rows }
        rows.push({ row, cells })
        if (rows.length === wanted.size) return { headings: header.cells, rows }
      }
  } finally {
    await table.rows.return(undefined)
  }
  return { headings: header.cells, rows }
}

/** The header as the kind's columns find it; else the first rows' fullest one of words. */
function headerOf(importer: Importer, head: readonly RawRow[]): { row: number; cells: string[] } {
  const matcher = new HeaderMatcher(mappedColumns(importer.columns ?? [], undefined))
  const words = (row: RawRow) => row.cells.filter(cell => cell.trim() !== '' && !/^[\d.,\-/\s]+$/.test(cell)).length
  const likely = (row: RawRow) => matcher.score([row]) * 100 + words(row)
  const found = head.reduce((best, row) => (likely(row) > likely(best) ? row : best), head[0] ?? { row: 0, cells: [] })
  return { row: found.row, cells: found.cells.map(cell => cell.replace(/\uFEFF/g, '').trim()) }
}

/** Every number long enough to be an account or an identity, whoever it is of. */
const masked = (cell: string): string => maskPersonal(cell).replace(/\d{12,}[\dXx]?/g, maskAccount)

/**
 * The refused rows of an import as a sheet to correct and send again: the file's own columns, and beside each row its place in the file and
 * what is wrong, in both languages. Whoever sent the file gets their own rows as they stood in it; for others of the same permission long
 * numbers are masked. Refuses `refused-rows-none`.
 */
export async function refusedSheet(
  { tx, vault, actor }: Pick<Context, 'tx' | 'vault' | 'actor'>,
  division: number,
  importId: string,
): Promise<Sheet> {
  const record = await tx.maybe<{ file_name: string; actor: bigint; faults: Fault[] }>(
    'select file_name, actor, faults from platform.import where division = $1 and id = $2',
    [division, importId],
  )
  const kept = await tx.query<{ row_no: number; ciphertext: Buffer }>(
    'select row_no, ciphertext from platform.import_refused where division = $1 and import = $2 order by row_no',
    [division, importId],
  )
  if (!record || kept.length === 0)
    return refuse(
      'missing',
      'refused-rows-none',
      `这次导入没有留存被拒的行（只留存 ${KEPT_DAYS} 天）：请在原文件中改正后重新导入。`,
      `No refused rows of this import are kept (they are kept for ${KEPT_DAYS} days): correct the file itself and import it again.`,
      { value: importId },
    )
  const own = record.actor === BigInt(actor.id)
  const cellsOf = (sealed: Buffer): string[] => {
    const cells = JSON.parse(vault.decrypt(sealed).toString()) as string[]
    return own ? cells : cells.map(masked)
  }
  const [headings, ...rows] = kept.map(one => ({ row: one.row_no, cells: cellsOf(one.ciphertext) }))
  const width = Math.max(...kept.map((_, at) => (at === 0 ? headings : rows[at - 1])!.cells.length))
  const said = (row: number, language: 'zh' | 'en'): string =>
    record.faults
      .filter(fault => fault.row === row)
      .map(fault => fault[language])
      .join(language === 'zh' ? '' : ' ')
  const text = (title: string, wide = 18): OutputColumn => ({ title, kind: 'text', width: wide })
  return {
    name: `${record.file_name.replace(/\.[^.]*$/, '')}-被拒行`,
    columns: [
      ...Array.from({ length: width }, (_, at) => text(headings!.cells[at] ?? '')),
      { title: '原文件行号', kind: 'integer' },
      text('错误说明', 60),
      text('What is wrong', 60),
    ],
    rows: [
      rows.map(one => [
        ...Array.from({ length: width }, (_, at) => one.cells[at] ?? ''),
        one.row,
        said(one.row, 'zh'),
        said(one.row, 'en'),
      ]),
    ],
  }
}

/** Removes refused rows that nobody came back for in time. */
export const forgetRefused = (tx: Tx, now: Date): Promise<unknown> =>
  tx.query(
    `delete from platform.import_refused r using platform.import i
     where i.division = r.division and i.id = r.import and i.started_at < $1::timestamptz - make_interval(days => $2)`,
    [now.toISOString(), KEPT_DAYS],
  )
