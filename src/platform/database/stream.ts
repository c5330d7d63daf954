import { finished } from 'node:stream/promises'
import copyStreams from 'pg-copy-streams'
import type { Tx } from './transaction.ts'

/**
 * What COPY answers, as it comes. A reader that stops early leaves the rest to be read and forgotten here: a connection on which a COPY was
 * broken off would never answer again.
 */
export async function* copyOut(tx: Tx, statement: string): AsyncGenerator<Buffer> {
  const stream = tx.client.query(copyStreams.to(statement))
  try {
    yield* stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  } finally {
    if (!stream.readableEnded && !stream.destroyed) {
      stream.resume()
      await finished(stream, { writable: false }).catch(() => {})
    }
  }
}

const UNESCAPED: Record<string, string> = { t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', v: '\v', '\\': '\\' }

/**
 * The rows of a query as they come, in chunks, whatever their number: the memory used does not grow with it. Values are text as
 * PostgreSQL writes them, null for null. COPY takes no parameters, so `sql` must hold nothing that a person typed.
 */
export async function* streamRows(tx: Tx, sql: string): AsyncGenerator<(string | null)[][]> {
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of copyOut(tx, `copy (${sql}) to stdout`)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (lines.length > 0)
      yield lines.map(line =>
        line
          .split('\t')
          .map(cell =>
            cell === '\\N'
              ? null
              : cell.includes('\\')
                ? cell.replace(/\\(.)/g, (_, c: string) => UNESCAPED[c] ?? c)
                : cell,
          ),
      )
  }
}

/**
 * The rows of a query as bytes, in pieces that end with a line: for work over millions of rows in which no row becomes a string. Cells are
 * parted by `|`, a null is `-`; cells that hold either, or a backslash, are escaped as COPY does, so ask only for numbers and digests.
 */
export async function* streamLines(tx: Tx, sql: string): AsyncGenerator<Buffer> {
  let rest: Buffer | null = null
  for await (const chunk of copyOut(tx, `copy (${sql}) to stdout (delimiter '|', null '-')`)) {
    const bytes: Buffer = rest ? Buffer.concat([rest, chunk]) : chunk
    const end = bytes.lastIndexOf(10) + 1
    rest = end < bytes.length ? bytes.subarray(end) : null
    if (end > 0) yield bytes.subarray(0, end)
  }
}
