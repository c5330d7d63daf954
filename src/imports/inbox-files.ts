import { constants, createReadStream, type Stats } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Fault, Refusal } from '../kernel/refusal.ts'
import type { Source } from '../platform/part.ts'
import { readAsItStands } from '../platform/tables/as-it-stands.ts'
import { type OutputCell, writeXlsx } from '../platform/tables/writers.ts'
import { ignored } from './inbox.ts'

/** A file in a drop folder, by the bytes of its name: shares give names in any encoding. */
export interface Dropped {
  path: Buffer
  /** As it can be read, and as it is called from here on. */
  name: string
  stats: Stats
  /** A file of the same name and `.done` says that it is whole. */
  marked: boolean
}

/** Longest name that is kept, in bytes: room is left for a number before it and an ending behind. */
const NAME_BYTES = 180

/** A file's name as text: UTF-8, else GB18030; without what would move a cursor or leave the folder. */
export function readableName(bytes: Uint8Array): string {
  let name: string
  try {
    name = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    name = new TextDecoder('gb18030').decode(bytes)
  }
  name = name.replace(/[\0-\x1f\x7f/\\\u202a-\u202e\u2066-\u2069]/g, '_').trim() || '_'
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 ? name.slice(dot).slice(0, 12) : ''
  let stem = dot > 0 ? name.slice(0, dot) : name
  while (Buffer.byteLength(stem + ending) > NAME_BYTES) stem = [...stem].slice(0, -1).join('')
  return stem + ending
}

const below = (folder: string, name: Buffer): Buffer => Buffer.concat([Buffer.from(folder + sep), name])

/** The entries of a drop folder that are no folders, in the order of their names. */
export async function dropped(folder: string): Promise<Dropped[]> {
  const names = (await readdir(folder, { encoding: 'buffer' })).sort(Buffer.compare)
  const all = new Set(names.map(name => name.toString('latin1')))
  const found: Dropped[] = []
  for (const bytes of names) {
    const name = readableName(bytes)
    if (ignored(name)) continue
    const path = below(folder, bytes)
    const stats = await lstat(path).catch(() => null)
    if (!stats || stats.isDirectory()) continue
    found.push({ path, name, stats, marked: all.has(`${bytes.toString('latin1')}.done`) })
  }
  return found
}

/** Removes the marker of a file that is about to be taken, so that a later file of the same name needs one of its own. */
export const unmark = (path: Buffer): Promise<void> => rm(Buffer.concat([path, Buffer.from('.done')]), { force: true })

/** A name that nothing in the folder has. */
export async function freeName(folder: string, name: string): Promise<string> {
  const dot = name.lastIndexOf('.')
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  for (let number = 1; ; number++) {
    const tried = number === 1 ? name : `${stem}-${number}${ending}`
    const there = await Promise.all([tried, `${tried}.txt`].map(one => lstat(join(folder, one)).catch(() => null)))
    if (there.every(one => one === null)) return tried
  }
}

/** Moves a file in one step, and makes sure that a power cut does not undo it. */
export async function move(from: string | Buffer, folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o770 })
  const to = join(folder, name)
  await rename(from, to)
  const handle = await open(folder, constants.O_RDONLY).catch(() => null)
  await handle?.sync().catch(() => {})
  await handle?.close()
  return to
}

/** The file as importers read it; a link that took its place meanwhile is not followed. */
export const sourceOf = (path: string, fileName: string, size: number): Source => ({
  fileName,
  size,
  open: () => createReadStream(path, { flags: (constants.O_RDONLY | constants.O_NOFOLLOW) as unknown as string }),
})

/** The faults as sentences in both languages, one after the other, as any office program opens them. */
export function sentences(
  fileName: string,
  title: { zh: string; en: string },
  refusal: Pick<Refusal, 'faults' | 'count'>,
): string {
  const lines = [
    `${fileName}`,
    `${title.zh}`,
    `${title.en}`,
    '',
    ...refusal.faults.flatMap((fault, index) => [`${index + 1}. ${fault.zh}`, `   ${fault.en}`, `   [${fault.code}]`]),
  ]
  if (refusal.count > refusal.faults.length)
    lines.push(
      '',
      `共 ${refusal.count} 处，以上是前 ${refusal.faults.length} 处。 ${refusal.count} faults in all; these are the first ${refusal.faults.length}.`,
    )
  return `\uFEFF${lines.join('\r\n')}\r\n`
}

export const writeReport = (folder: string, name: string, text: string): Promise<void> =>
  mkdir(folder, { recursive: true, mode: 0o770 }).then(() =>
    writeFile(join(folder, `${name}.txt`), text, { mode: 0o660 }),
  )

/** Widest sheet that is given back. */
const SHEET_COLUMNS = 300

/**
 * The rows that have faults, as they stand in the file, each with its sentences: to be corrected and sent again. Null where the file is
 * no table, or no fault names a row of it.
 */
export async function refusedSheet(source: Source, faults: readonly Fault[]): Promise<NodeJS.ReadableStream | null> {
  const byRow = new Map<number, Fault[]>()
  for (const fault of faults)
    if (fault.row !== undefined) byRow.set(fault.row, [...(byRow.get(fault.row) ?? []), fault])
  if (byRow.size === 0) return null
  const found: OutputCell[][] = []
  let width = 0
  let header: string[] = []
  try {
    const { rows } = await readAsItStands(source)
    let left = byRow.size
    for await (const chunk of rows) {
      for (const { row, cells } of chunk) {
        const filled = cells.filter(cell => cell.trim() !== '').length
        if (
          found.length === 0 &&
          left === byRow.size &&
          row <= 11 &&
          filled > header.filter(cell => cell.trim() !== '').length &&
          !byRow.has(row)
        )
          header = cells.slice(0, SHEET_COLUMNS)
        const here = byRow.get(row)
        if (!here) continue
        left--
        width = Math.max(width, Math.min(cells.length, SHEET_COLUMNS))
        found.push([
          String(row),
          here.map(fault => fault.zh).join('\n'),
          here.map(fault => fault.en).join('\n'),
          ...cells.slice(0, SHEET_COLUMNS),
        ])
      }
      if (left === 0) break
    }
    await rows.return(undefined)
  } catch {
    // Broken in its middle: what was found so far is still of use.
  }
  if (found.length === 0) return null
  const columns = [
    '行号 row',
    '问题',
    'fault',
    ...Array.from({ length: Math.max(width, header.length) }, (_, index) => header[index] ?? ''),
  ]
  return writeXlsx(
    '退回的行',
    columns.map(name => ({ title: name, kind: 'text' as const })),
    [found.map(row => columns.map((_, index) => row[index] ?? ''))],
  )
}
