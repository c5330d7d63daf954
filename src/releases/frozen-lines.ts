import type { ExtractLine } from '../platform/extract.ts'
import type { OutputCell, OutputColumn } from '../platform/tables/writers.ts'

/** A line as it is frozen: cells as text, money in fen; those in the clear by place. */
export interface FrozenLine {
  key: bigint
  cells: (string | null)[]
  clear: Record<string, string>
}

export interface FrozenColumn {
  title: string
  kind: OutputColumn['kind']
}

/** What was frozen, and the sums and count that were met on the way. */
export interface Tally {
  rows: number
  sums: Map<string, bigint>
}

/** The lines as text, one a line, the columns first, so that a release can be compared after its kind has changed its columns. */
export async function* frozenText(
  columns: readonly OutputColumn[],
  lines: AsyncIterable<readonly ExtractLine[]>,
  tally: Tally,
): AsyncGenerator<Buffer> {
  yield Buffer.from(`${JSON.stringify(columns.map(({ title, kind }) => ({ title, kind })))}\n`)
  for (const { title, kind } of columns) if (kind === 'money') tally.sums.set(title, 0n)
  for await (const chunk of lines) {
    let text = ''
    for (const line of chunk) {
      tally.rows++
      columns.forEach(({ title, kind }, place) => {
        if (kind === 'money') tally.sums.set(title, tally.sums.get(title)! + BigInt((line.cells[place] as bigint) ?? 0))
      })
      text += `${JSON.stringify([String(line.key), line.cells.map(asText), line.clear ?? {}])}\n`
    }
    yield Buffer.from(text)
  }
}

const asText = (cell: OutputCell): string | null => (cell === null || cell === undefined ? null : String(cell))

/** Reads the frozen text back: the columns, then the lines as they come. */
export async function readFrozen(
  content: AsyncIterable<Buffer>,
): Promise<{ columns: FrozenColumn[]; lines: AsyncGenerator<FrozenLine[]> }> {
  const chunks = linesOf(content)
  const first = (await chunks.next()).value ?? []
  const columns = JSON.parse(first[0] ?? '[]') as FrozenColumn[]
  async function* lines(): AsyncGenerator<FrozenLine[]> {
    yield first.slice(1).map(parse)
    for await (const chunk of chunks) yield chunk.map(parse)
  }
  return { columns, lines: lines() }
}

function parse(text: string): FrozenLine {
  const [key, cells, clear] = JSON.parse(text) as [string, (string | null)[], Record<string, string>]
  return { key: BigInt(key), cells, clear }
}

async function* linesOf(content: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of content) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (lines.length > 0) yield lines
  }
}

/** A frozen line as the cells of the file that leaves: money is fen again, and what was asked for in the clear is in the clear. */
export const fileCells = (columns: readonly FrozenColumn[], line: FrozenLine): OutputCell[] =>
  columns.map(({ kind }, place) => {
    const cell = line.clear[place] ?? line.cells[place] ?? null
    return cell !== null && kind === 'money' ? BigInt(cell) : cell !== null && kind === 'integer' ? BigInt(cell) : cell
  })
